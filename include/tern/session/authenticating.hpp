// SPDX-License-Identifier: BSL-1.0
//
// AUTH, in both directions.
//
// Layer: session. Standard: v5 3.15, 4.12. MQTT 3.1.1 has none.
// A part of the engine: functions on its core. Who may send AUTH when is in authentication.hpp.
#ifndef TERN_SESSION_AUTHENTICATING_HPP
#define TERN_SESSION_AUTHENTICATING_HPP

#include "tern/byte_view.hpp"
#include "tern/error.hpp"
#include "tern/properties.hpp"
#include "tern/reason_code.hpp"
#include "tern/session/answering.hpp"
#include "tern/session/authentication.hpp"
#include "tern/session/core.hpp"
#include "tern/session/ending.hpp"
#include "tern/session/event.hpp"
#include "tern/session/types.hpp"
#include "tern/wire/auth.hpp"
#include "tern/wire/codec.hpp"
#include "tern/wire/framing.hpp"
#include "tern/wire/sender.hpp"
#include "tern/wire/text_check.hpp"

#include <optional>

namespace tern::session
{

/// AUTH came.
inline std::optional<event> on_auth(core& c, const wire::frame& in)
{
    wire::auth packet;
    errc error = wire::decode(c.connection.version, in, packet, wire::sender::server);
    if (error == errc{} && !accept_problem_information(c, packet.properties.reason_string.has_value(),
                                                       !packet.properties.user_properties.refers_to_nothing()))
    {
        return std::nullopt;
    }
    session::authentication& authentication = c.connection.authentication;
    const bool again = authentication.re_authenticating();
    error = error != errc{} ? error : authentication.auth_received(packet);
    if (error != errc{})
    {
        fail(c, error);
        return std::nullopt;
    }
    c.authenticated = packet.reason_code == reason_code::success;
    return authentication_challenge{packet.reason_code, *authentication.method(),
                                    packet.properties.authentication_data.value_or(byte_view()), packet.properties,
                                    again};
}

/// Sends AUTH; what is optional in it is left out rather than exceed the server's Maximum Packet Size.
/// \throws std::bad_alloc nothing is changed then.
inline errc emit_auth(core& c, reason_code reason, byte_view data, const auth_properties& extra)
{
    wire::auth packet;
    packet.reason_code = reason;
    packet.properties.authentication_method = c.connection.authentication.method(); // v5 [MQTT-4.12.0-5]
    packet.properties.authentication_data = data;
    packet.properties.reason_string = extra.reason_string;
    packet.properties.user_properties = extra.user_properties;
    errc error = emit(c, packet, wire::text_check::strict);
    if (error == errc::exceeds_server_maximum_packet_size) // v5 [MQTT-3.15.2-2] [MQTT-3.15.2-3]
    {
        packet.properties.reason_string.reset();
        packet.properties.user_properties = {};
        error = emit(c, packet);
    }
    return error;
}

/// See engine::authenticate().
inline errc authenticate(core& c, byte_view data, const auth_properties& extra)
{
    if (c.connection.phase != connection_phase::handshaking && c.connection.phase != connection_phase::connected)
    {
        return errc::not_connected;
    }
    errc error = c.connection.authentication.check_answer();
    error = error != errc{} ? error : emit_auth(c, reason_code::continue_authentication, data, extra);
    if (error == errc{})
    {
        c.connection.authentication.answered(); // v5 [MQTT-4.12.0-3]
    }
    return error;
}

/// See engine::check_re_authentication().
[[nodiscard]] inline errc check_re_authentication(const core& c) noexcept
{
    if (c.connection.phase != connection_phase::connected)
    {
        return c.connection.phase == connection_phase::disconnecting ? errc::disconnecting : errc::not_connected;
    }
    return c.connection.authentication.check_re_authentication();
}

/// See engine::re_authenticate().
inline errc re_authenticate(core& c, byte_view data, const auth_properties& extra)
{
    errc error = check_re_authentication(c);
    error = error != errc{} ? error : emit_auth(c, reason_code::re_authenticate, data, extra);
    if (error == errc{})
    {
        c.connection.authentication.re_authentication_sent(); // v5 [MQTT-4.12.1-1]
    }
    return error;
}

} // namespace tern::session

#endif
