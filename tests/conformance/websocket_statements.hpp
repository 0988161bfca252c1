// SPDX-License-Identifier: BSL-1.0
//
// Chapter 6, MQTT over WebSocket, which is the same in both versions: what the test of each statement checks.
#ifndef TERN_TESTS_CONFORMANCE_WEBSOCKET_STATEMENTS_HPP
#define TERN_TESTS_CONFORMANCE_WEBSOCKET_STATEMENTS_HPP

#include "tern/options.hpp"

namespace tern_test
{

/// What leaves is in binary frames, masked; a text frame ends the connection.
void check_only_binary_frames(tern::protocol_choice version);

/// Packets are cut and joined by frames in any way.
void check_packets_cut_in_any_way(tern::protocol_choice version);

/// The request offers the subprotocol mqtt.
void check_subprotocol_offered(tern::protocol_choice version);

/// The server has to select it.
void check_subprotocol_selected(tern::protocol_choice version);

} // namespace tern_test

#endif
