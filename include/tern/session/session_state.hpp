// SPDX-License-Identifier: BSL-1.0
//
// What survives a lost connection: the session as the standard means it, and what was never sent.
//
// Layer: session. Standard: v5 4.1, v3.1.1 4.1.
// What dies with the connection is in connection_state.hpp.
#ifndef TERN_SESSION_SESSION_STATE_HPP
#define TERN_SESSION_SESSION_STATE_HPP

#include "tern/options.hpp"
#include "tern/session/incoming_messages.hpp"
#include "tern/session/outgoing_messages.hpp"
#include "tern/session/packet_identifiers.hpp"
#include "tern/session/request_queue.hpp"
#include "tern/session/subscriptions.hpp"
#include "tern/session/types.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

namespace tern::session
{

struct session_state
{
    packet_identifiers identifiers;
    outgoing_messages outgoing;
    incoming_messages incoming;
    session::subscriptions subscriptions;
    request_queue requests;

    std::string client_identifier;          ///< given, generated, or assigned by the server: v5 [MQTT-3.1.3-7]
    bool exists = false;                    ///< a server holds it, as far as is known
    bool fresh = false;                     ///< the next connection is to begin a new one, whatever exists
    bool cleared = false;                   ///< 3.1.1: what an earlier process left was discarded
    bool claimed = false;                   ///< it was begun by an earlier process
    bool left_behind = false;               ///< 3.1.1: it has ended for us, but not at the server
    std::chrono::seconds expiry{0};         ///< after the end of a connection
    std::optional<time_point> expires_at{}; ///< while there is no connection
    std::uint64_t sequence = 0;             ///< of subscribe and unsubscribe calls
};

/// When a session whose connection ended just now expires; never for `never_expires`. v5 3.1.2.11.2
[[nodiscard]] inline std::optional<time_point> expiry_time(std::chrono::seconds expiry, time_point now) noexcept
{
    return expiry >= never_expires ? std::nullopt : std::optional<time_point>(now + expiry); // v5 [MQTT-3.1.2-23]
}

} // namespace tern::session

#endif
