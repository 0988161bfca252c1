// SPDX-License-Identifier: BSL-1.0
//
// A hook that sees every packet as bytes and every change of the connection's state, for logs, traces and tests.
//
// Layer: vocabulary. Standard: none.
// It only watches: it cannot change or hold back what it sees. A client without an observer pays one comparison with a null pointer per packet.
#ifndef TERN_OBSERVER_HPP
#define TERN_OBSERVER_HPP

#include "tern/protocol_version.hpp"

#include <cstdint>
#include <string_view>

namespace tern
{

/// Where a client's connection stands.
enum class connection_state : std::uint8_t
{
    idle,        ///< never connected, disconnected or given up
    opening,     ///< the transport is being opened
    handshaking, ///< CONNECT sent, CONNACK awaited
    connected,
    disconnecting, ///< DISCONNECT sent or about to be
    waiting,       ///< until the next attempt to reconnect
};

[[nodiscard]] constexpr std::string_view to_string(connection_state state) noexcept
{
    switch (state)
    {
    case connection_state::idle: return "idle";
    case connection_state::opening: return "opening";
    case connection_state::handshaking: return "handshaking";
    case connection_state::connected: return "connected";
    case connection_state::disconnecting: return "disconnecting";
    case connection_state::waiting: return "waiting";
    }
    return "invalid state";
}

/// Derive from it and set it on a client. The functions run inside the client: they return quickly, do not throw and
/// call nothing of the client. Passwords are part of the bytes of CONNECT: keep them out of logs.
class observer
{
public:
    observer() = default;
    observer(const observer&) = delete;
    observer& operator=(const observer&) = delete;

    /// One whole packet, when it is encoded; it is written soon after.
    virtual void packet_sent(protocol_version version, std::string_view packet) noexcept = 0;

    /// One whole packet as it came, before it is judged.
    virtual void packet_received(protocol_version version, std::string_view packet) noexcept = 0;

    virtual void state_changed(connection_state state) noexcept = 0;

protected:
    ~observer() = default;
};

} // namespace tern

#endif
