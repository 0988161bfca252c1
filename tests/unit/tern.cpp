// SPDX-License-Identifier: BSL-1.0

#include "tern/tern.hpp"

#include "support/catch.hpp"

#include <asio/io_context.hpp>

#include <type_traits>

TEST_CASE("the umbrella has what a program needs")
{
    asio::io_context context;
    tern::client client(context);
    CHECK(client.state() == tern::connection_state::idle);
    CHECK(client.stats().connects == 0);
    static_assert(std::is_same_v<tern::client::transport_type, tern::any_transport>);
}
