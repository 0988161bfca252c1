// SPDX-License-Identifier: BSL-1.0
//
// Chapter 6: MQTT over WebSocket.
#include "conformance/websocket_statements.hpp"
#include "support/catch.hpp"
#include "tern/options.hpp"

TEST_CASE("over a WebSocket only binary frames leave and a text frame closes", "[v5][MQTT-6.0.0-1]")
{
    tern_test::check_only_binary_frames(tern::protocol_choice::v5);
}

TEST_CASE("packets may be cut and joined by WebSocket frames in any way", "[v5][MQTT-6.0.0-2]")
{
    tern_test::check_packets_cut_in_any_way(tern::protocol_choice::v5);
}

TEST_CASE("a WebSocket offers the subprotocol mqtt", "[v5][MQTT-6.0.0-3]")
{
    tern_test::check_subprotocol_offered(tern::protocol_choice::v5);
}

TEST_CASE("a WebSocket server has to select the subprotocol mqtt", "[v5][MQTT-6.0.0-4]")
{
    tern_test::check_subprotocol_selected(tern::protocol_choice::v5);
}
