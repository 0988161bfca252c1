// SPDX-License-Identifier: BSL-1.0
#include "tern/transport/websocket_transport.hpp"

#include "support/catch.hpp"

TEST_CASE("only the scheme ws is known to a WebSocket over TCP")
{
    CHECK(tern::websocket_transport::supports("ws"));
    CHECK_FALSE(tern::websocket_transport::supports("wss"));
    CHECK_FALSE(tern::websocket_transport::supports("mqtt"));
}
