// SPDX-License-Identifier: BSL-1.0
//
// The one test that every supported combination of compiler, language version, Asio and Catch2 builds and runs.

#include "support/catch.hpp"

#include <tern/version.hpp>

#include <asio/awaitable.hpp>
#include <asio/co_spawn.hpp>
#include <asio/detached.hpp>
#include <asio/io_context.hpp>

TEST_CASE("coroutines run on this Asio", "[smoke]")
{
    asio::io_context context;
    long seen = 0;
    auto run = [&seen]() -> asio::awaitable<void>
    {
        seen = tern::library_version;
        co_return;
    };
    asio::co_spawn(context, run(), asio::detached);
    context.run();
    CHECK(seen == tern::library_version);
}
