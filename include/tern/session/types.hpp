// SPDX-License-Identifier: BSL-1.0
//
// The small types that a session and its caller exchange: time, operations, handles, the phase of a connection.
//
// Layer: session. Standard: none; these are tern's own.
// A handle is an index with a generation, so that one which is kept too long is recognised instead of hitting a
// newcomer in the same place.
#ifndef TERN_SESSION_TYPES_HPP
#define TERN_SESSION_TYPES_HPP

#include <chrono>
#include <cstdint>
#include <string_view>

namespace tern::session
{

/// A moment on the caller's clock. The session never reads a clock.
using time_point = std::chrono::steady_clock::time_point;

/// Names what waits for an outcome; chosen by the caller. 0: nobody waits, and no event will tell of it.
using operation = std::uint64_t;

/// An outgoing message that is stored. Generation 0: none is.
struct message_handle
{
    std::uint32_t index = 0;
    std::uint32_t generation = 0;

    friend constexpr bool operator==(const message_handle&, const message_handle&) = default;
};

/// A received message that has to be acknowledged. Generation 0: it need not be (QoS 0).
struct delivery
{
    std::uint32_t index = 0;
    std::uint32_t generation = 0;

    friend constexpr bool operator==(const delivery&, const delivery&) = default;
};

/// Where a connection stands, as the protocol sees it.
enum class connection_phase : std::uint8_t
{
    closed,        ///< no transport
    handshaking,   ///< CONNECT is in the output or sent, CONNACK awaited
    connected,     ///< CONNACK said success
    disconnecting, ///< DISCONNECT is in the output or sent: nothing follows it
    failed,        ///< write what is in the output, then close the transport
};

[[nodiscard]] constexpr std::string_view to_string(connection_phase phase) noexcept
{
    switch (phase)
    {
    case connection_phase::closed: return "closed";
    case connection_phase::handshaking: return "handshaking";
    case connection_phase::connected: return "connected";
    case connection_phase::disconnecting: return "disconnecting";
    case connection_phase::failed: return "failed";
    }
    return "invalid phase";
}

} // namespace tern::session

#endif
