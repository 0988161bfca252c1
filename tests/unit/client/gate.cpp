// SPDX-License-Identifier: BSL-1.0

#include "tern/client/gate.hpp"

#include "support/catch.hpp"

#include <asio/io_context.hpp>

TEST_CASE("a closed gate touches the executor no more")
{
    asio::io_context context;
    tern::detail::gate gate(context.get_executor());
    int calls = 0;
    CHECK(gate.post([&] { ++calls; }));
    CHECK(calls == 0);
    context.poll();
    CHECK(calls == 1);
    gate.close();
    CHECK_FALSE(gate.post([&] { ++calls; }));
    context.restart();
    CHECK(context.poll() == 0);
    CHECK(calls == 1);
}
