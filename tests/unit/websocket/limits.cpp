// SPDX-License-Identifier: BSL-1.0
#include "tern/websocket/limits.hpp"

#include "support/catch.hpp"

using namespace tern;

TEST_CASE("the bounds of a WebSocket let all of MQTT through")
{
    const websocket_limits limits;
    CHECK(limits.maximum_handshake_size == 16'384);
    CHECK(limits.maximum_frame_size >= 268'435'460); // the largest packet: v5 2.1.4, v3.1.1 2.2.3
    CHECK(limits.maximum_message_size >= limits.maximum_frame_size);
    CHECK(limits.maximum_write_size == 65'536);
}
