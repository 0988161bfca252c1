// SPDX-License-Identifier: BSL-1.0
//
// What dies with a connection: its phase, its aliases, what the server of it grants.
//
// Layer: session. Standard: v5 3.1, 3.2, v3.1.1 the same.
// What survives is in session_state.hpp. The quotas count messages and are kept beside those.
#ifndef TERN_SESSION_CONNECTION_STATE_HPP
#define TERN_SESSION_CONNECTION_STATE_HPP

#include "tern/protocol_version.hpp"
#include "tern/session/authentication.hpp"
#include "tern/session/keep_alive.hpp"
#include "tern/session/server_limits.hpp"
#include "tern/session/topic_aliases.hpp"
#include "tern/session/types.hpp"
#include "tern/wire/limits.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>

namespace tern::session
{

struct connection_state
{
    connection_phase phase = connection_phase::closed;
    protocol_version version = protocol_version::v5; ///< also for what is checked before the first connection
    bool clean_start = true;                         ///< that CONNECT said
    bool expects_session = false;                    ///< Session Present 1 is acceptable
    bool clearing = false;                           ///< 3.1.1: made only to discard an earlier session
    bool discarding = false;                         ///< 3.1.1: the session is our own, and none follows
    bool established = false;                        ///< CONNACK said success
    std::chrono::seconds requested_expiry{0};
    std::uint32_t maximum_packet_size = wire::maximum_packet_size; ///< that the server may send
    std::uint16_t receive_maximum = 65'535;                        ///< that the server was given
    bool problem_information = true;
    bool response_information = false;
    server_limits limits{};
    incoming_aliases aliases_of_server;
    outgoing_aliases aliases_of_client;
    session::keep_alive keep_alive;
    session::authentication authentication;
    std::size_t answer_bytes = 0; ///< acknowledgements in the output
};

} // namespace tern::session

#endif
