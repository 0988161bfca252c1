// SPDX-License-Identifier: BSL-1.0
//
// What a session tells its caller: what the server sent, and how operations ended.
//
// Layer: session. Standard: none of its own; each event names what it stands for.
// Events are returned, by engine::receive() and engine::poll(), never called: so nothing re-enters the session. Views
// are valid until the next call of a member that is not const, and while the input that was given lives.
#ifndef TERN_SESSION_EVENT_HPP
#define TERN_SESSION_EVENT_HPP

#include "tern/byte_view.hpp"
#include "tern/message.hpp"
#include "tern/properties.hpp"
#include "tern/protocol_version.hpp"
#include "tern/reason_code.hpp"
#include "tern/session/server_limits.hpp"
#include "tern/session/types.hpp"
#include "tern/wire/publish.hpp"
#include "tern/wire/sequence.hpp"

#include <cstdint>
#include <string_view>
#include <system_error>
#include <variant>

namespace tern::session
{

/// CONNACK said success.
struct connected
{
    bool session_present = false;
    bool session_claimed = false; ///< it is present, and was begun by an earlier process
    protocol_version version = protocol_version::v5;
    std::string_view client_identifier{}; ///< as given, generated, or assigned by the server
    server_limits limits{};
    connack_properties properties{};
};

/// CONNACK said no. Close the transport.
struct connection_refused
{
    tern::reason_code reason = tern::reason_code::unspecified_error;
    connack_properties properties{};
    /// The server does not speak this version: reason 0x84, 3.1.1's code 1, or a 3.1.1 CONNACK for a 5.0 CONNECT.
    bool version_refused = false;
};

/// 3.1.1 only: the session that an earlier process left, or that ends with this client, is gone now. DISCONNECT is in
/// the output: write it and close. After engine::open() open again: a session that lives needs a connection of its own,
/// as CleanSession cannot be both.
struct session_cleared
{};

/// An application message; a repeated QoS 2 identifier comes once.
struct message_received
{
    message_received() = default;

    /// What was received, its topic alias resolved.
    message_received(session::delivery handle, const wire::publish& packet) noexcept
        : delivery(handle), message{packet.topic,  packet.payload,   packet.qos,
                                    packet.retain, packet.duplicate, packet.properties}
    {
    }

    session::delivery delivery{};
    message_view message{};
};

/// A publish has ended. `error` is set for what the session itself decided; otherwise the server's `reason` counts.
struct publish_completed
{
    session::operation operation = 0;
    std::error_code error{};
    tern::reason_code reason = tern::reason_code::success;
    acknowledgement_properties properties{};
};

/// A subscribe has ended: SUBACK came, or `error` says why none will.
struct subscribe_completed
{
    session::operation operation = 0;
    std::error_code error{};
    std::uint32_t subscription_identifier = 0;        ///< that engine::subscribe() gave
    wire::sequence<tern::reason_code> reason_codes{}; ///< one per topic filter
    acknowledgement_properties properties{};
};

/// An unsubscribe has ended: UNSUBACK came, or `error` says why none will.
struct unsubscribe_completed
{
    session::operation operation = 0;
    std::error_code error{};
    wire::sequence<tern::reason_code> reason_codes{}; ///< one per topic filter; none in 3.1.1
    acknowledgement_properties properties{};
};

/// A subscription was made again after its session had ended. Filters that were refused are forgotten by the session.
struct subscription_restored
{
    std::uint32_t subscription_identifier = 0;
    std::error_code error{}; ///< set: it could not even be asked for, and the whole call is forgotten
    wire::sequence<tern::reason_code> reason_codes{};
    acknowledgement_properties properties{};
};

/// AUTH came. With reason `continue_authentication`: answer with engine::authenticate(). With `success`: nothing to
/// send; the data lets the client check the server.
struct authentication_challenge
{
    tern::reason_code reason = tern::reason_code::continue_authentication;
    std::string_view method{};
    byte_view data{};
    auth_properties properties{};
    bool re_authentication = false;
};

/// The re-authentication that was asked for has succeeded.
struct authenticated
{};

/// DISCONNECT came. Close the transport.
struct disconnected_by_server
{
    tern::reason_code reason = tern::reason_code::normal_disconnection;
    disconnect_properties properties{};
};

/// The server broke a rule or fell silent. Where the standard lets one be sent a DISCONNECT with the reason is in the
/// output: write it, then close the transport.
struct connection_failed
{
    std::error_code error{};
};

/// The session that was to be resumed is gone, at the server or by its expiry. Comes before what ends because of it.
struct session_was_lost
{};

using event = std::variant<connected, connection_refused, session_cleared, message_received, publish_completed,
                           subscribe_completed, unsubscribe_completed, subscription_restored, authentication_challenge,
                           authenticated, disconnected_by_server, connection_failed, session_was_lost>;

} // namespace tern::session

#endif
