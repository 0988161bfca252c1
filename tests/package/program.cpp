// SPDX-License-Identifier: BSL-1.0
//
// The program of every consumer: it includes what a user includes and fails when the headers and the package disagree.

#include <tern/version.hpp>

#include <asio/awaitable.hpp>
#include <asio/co_spawn.hpp>
#include <asio/detached.hpp>
#include <asio/io_context.hpp>

static_assert(__cplusplus >= 202002L, "tern::tern asks for C++20");

int main()
{
    asio::io_context context;
    bool ran = false;
    auto run = [&ran]() -> asio::awaitable<void>
    {
        ran = tern::library_version > 0;
        co_return;
    };
    asio::co_spawn(context, run(), asio::detached);
    context.run();
    return ran ? 0 : 1;
}
