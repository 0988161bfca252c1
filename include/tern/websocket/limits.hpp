// SPDX-License-Identifier: BSL-1.0
//
// Every bound of a WebSocket in one place.
//
// Layer: websocket. Standard: RFC 6455 10.4 (limits are the implementation's).
// How long anything may take is not here: who drives the stream has the time limits, and closes it.
#ifndef TERN_WEBSOCKET_LIMITS_HPP
#define TERN_WEBSOCKET_LIMITS_HPP

#include <cstddef>
#include <cstdint>
#include <limits>

namespace tern
{

/// Sizes are in bytes.
struct websocket_limits
{
    /// Of the request or the answer of the opening handshake, with all headers: twice what most web servers allow.
    std::size_t maximum_handshake_size = 16U * 1024;
    /// Of one frame that is received. The largest MQTT packet fits, with whatever else a server sends beside it.
    std::uint64_t maximum_frame_size = 512U * 1024 * 1024;
    /// Of all frames of one message that is received. No message is ever held: its bytes are passed on as they come,
    /// and a server may put a connection's whole life into one.
    std::uint64_t maximum_message_size = std::numeric_limits<std::uint64_t>::max();
    /// Of the payload of one frame that is sent: one write sends at most this. The buffer for it grows to what is
    /// needed. More than a socket takes at once gains nothing.
    std::size_t maximum_write_size = 64U * 1024;
};

} // namespace tern

#endif
