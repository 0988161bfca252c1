// SPDX-License-Identifier: BSL-1.0
//
// Chapter 6: MQTT over WebSocket.
#include "conformance/websocket_statements.hpp"
#include "support/catch.hpp"
#include "tern/options.hpp"

TEST_CASE("3.1.1: over a WebSocket only binary frames leave and a text frame closes", "[v3.1.1][MQTT-6.0.0-1]")
{
    tern_test::check_only_binary_frames(tern::protocol_choice::v3_1_1);
}

TEST_CASE("3.1.1: packets may be cut and joined by WebSocket frames in any way", "[v3.1.1][MQTT-6.0.0-2]")
{
    tern_test::check_packets_cut_in_any_way(tern::protocol_choice::v3_1_1);
}

TEST_CASE("3.1.1: a WebSocket offers the subprotocol mqtt", "[v3.1.1][MQTT-6.0.0-3]")
{
    tern_test::check_subprotocol_offered(tern::protocol_choice::v3_1_1);
}

TEST_CASE("3.1.1: a WebSocket server has to select the subprotocol mqtt", "[v3.1.1][MQTT-6.0.0-4]")
{
    tern_test::check_subprotocol_selected(tern::protocol_choice::v3_1_1);
}
