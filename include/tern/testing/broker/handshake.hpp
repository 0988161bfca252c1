// SPDX-License-Identifier: BSL-1.0
//
// How a client gets into the testing broker: CONNECT, what can be refused in it, enhanced authentication.
//
// Layer: testing. Standard: v5 3.1, 3.2, 3.15, 4.12; v3.1.1 3.1, 3.2.
// What then happens to the session is in lifecycle.hpp.
#ifndef TERN_TESTING_BROKER_HANDSHAKE_HPP
#define TERN_TESTING_BROKER_HANDSHAKE_HPP

#include "tern/error.hpp"
#include "tern/testing/broker/accepting.hpp"
#include "tern/testing/broker/lifecycle.hpp"
#include "tern/testing/broker/state.hpp"
#include "tern/wire/codec.hpp"
#include "tern/wire/connect_version.hpp"

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace tern::testing::broker_detail
{

namespace detail
{

/// User name and password against the table.
inline reason_code check_user(const broker_configuration& configuration, const wire::connect& packet)
{
    if (configuration.users.empty() || packet.properties.authentication_method)
    {
        return reason_code::success;
    }
    if (!packet.user_name)
    {
        return configuration.allow_anonymous ? reason_code::success : reason_code::not_authorized;
    }
    const std::string_view password = packet.password ? packet.password->text() : std::string_view{};
    const bool known =
        std::any_of(configuration.users.begin(), configuration.users.end(), [&](const broker_user& user) {
            return user.name == *packet.user_name && user.password == password;
        });
    return known ? reason_code::success : reason_code::bad_user_name_or_password;
}

/// Everything about a CONNECT that can be refused without a session.
inline reason_code check_connect(state& broker, const connection& from, const wire::connect& packet)
{
    const broker_configuration& announced = broker.configuration;
    if (packet.will && packet.will->qos > announced.maximum_qos) // v5 [MQTT-3.2.2-12]
    {
        return reason_code::qos_not_supported;
    }
    if (packet.will && packet.will->retain && !announced.retain_available) // v5 [MQTT-3.2.2-13]
    {
        return reason_code::retain_not_supported;
    }
    if (packet.client_identifier.empty() && from.version == protocol_version::v3_1_1 && !packet.clean_start)
    {
        return reason_code::client_identifier_not_valid; // v3.1.1 [MQTT-3.1.3-8]
    }
    if (const reason_code verdict = check_user(announced, packet); verdict != reason_code::success)
    {
        return verdict;
    }
    client_identity identity = identity_of(from);
    identity.client_identifier = packet.client_identifier;
    return broker.policy->authorize_connection(identity, packet);
}

/// Hands a step of an authentication to the policy; gives the verdict, and has sent AUTH if there is more to come.
inline authentication_answer authentication_step(state& broker, connection& from, std::string_view client_identifier,
                                                 const std::optional<byte_view>& data, bool first)
{
    const bool again = from.phase == connection_phase::connected;
    client_identity identity = identity_of(from);
    identity.client_identifier = client_identifier;
    authentication_answer answer =
        broker.policy->authenticate(identity, from.authentication_method, data.value_or(byte_view{}), first, again);
    if (answer.reason_code == reason_code::continue_authentication)
    {
        wire::auth packet;
        packet.reason_code = reason_code::continue_authentication; // v5 [MQTT-4.12.0-2]
        packet.properties.authentication_method = from.authentication_method;
        packet.properties.authentication_data = byte_view(answer.data);
        send(broker, from, packet);
    }
    return answer;
}

/// A CONNECT of a version that this broker does not speak, or is not to speak.
inline void refuse_version(state& broker, connection& from, version_refusal how, time_point now)
{
    ++broker.statistics.connections_refused;
    report_closed(broker, from, reason_code::unsupported_protocol_version);
    wire::connack packet;
    packet.reason_code = reason_code::unsupported_protocol_version; // v5 [MQTT-3.1.2-2] v3.1.1 [MQTT-3.1.2-2]
    if (how != version_refusal::close)
    {
        from.version = how == version_refusal::connack_v5 ? protocol_version::v5 : protocol_version::v3_1_1;
        send(broker, from, packet);
    }
    finish(broker, from, will_fate::publish, now);
}

} // namespace detail

inline void handle_connect(state& broker, connection& from, const wire::frame& frame, std::string_view whole,
                           time_point now)
{
    const broker_configuration& configuration = broker.configuration;
    const wire::connect_header header = wire::read_connect_header(frame);
    if (header.error != errc{})
    {
        close_for_error(broker, from, reason_code::malformed_packet, now);
        return;
    }
    if (!header.version)
    {
        const bool newer = header.name == "MQTT" && header.level > 5;
        detail::refuse_version(broker, from, newer ? version_refusal::connack_v5 : version_refusal::connack_v3_1_1,
                               now);
        return;
    }
    from.version = *header.version;
    if (!(from.version == protocol_version::v5 ? configuration.accept_v5 : configuration.accept_v3_1_1))
    {
        detail::refuse_version(broker, from, configuration.refusal, now);
        return;
    }
    wire::connect packet;
    if (const errc error = wire::decode(from.version, frame, packet, wire::sender::client); error != errc{})
    {
        // v5 [MQTT-3.1.4-1] says so in CONNACK; v3.1.1 [MQTT-3.1.4-1] closes without one.
        from.phase = connection_phase::authenticating;
        close_for_error(broker, from, disconnect_reason(error), now);
        return;
    }
    from.phase = connection_phase::authenticating;
    from.user_name = packet.user_name.value_or(std::string_view{});
    from.maximum_packet_size = packet.properties.maximum_packet_size.value_or(wire::maximum_packet_size);
    if (const reason_code verdict = detail::check_connect(broker, from, packet); verdict != reason_code::success)
    {
        refuse(broker, from, verdict, now);
        return;
    }
    if (!packet.properties.authentication_method)
    {
        accept(broker, from, packet, {}, now);
        return;
    }
    from.authentication_method = *packet.properties.authentication_method;
    const authentication_answer answer = detail::authentication_step(broker, from, packet.client_identifier,
                                                                     packet.properties.authentication_data, true);
    if (answer.reason_code == reason_code::success)
    {
        accept(broker, from, packet, answer.data, now);
    }
    else if (answer.reason_code == reason_code::continue_authentication)
    {
        from.pending_connect = whole;
    }
    else
    {
        refuse(broker, from, answer.reason_code, now);
    }
}

namespace detail
{

/// AUTH before CONNACK.
inline void continue_connect(state& broker, connection& from, const wire::auth& packet, time_point now)
{
    const std::string kept = std::move(from.pending_connect);
    const wire::frame_result framed = wire::next_frame(kept, wire::maximum_packet_size);
    wire::connect connect;
    (void)wire::decode(from.version, framed.frame, connect, wire::sender::client); // succeeded before
    const authentication_answer answer =
        authentication_step(broker, from, connect.client_identifier, packet.properties.authentication_data, false);
    if (answer.reason_code == reason_code::success)
    {
        accept(broker, from, connect, answer.data, now);
    }
    else if (answer.reason_code == reason_code::continue_authentication)
    {
        from.pending_connect = kept;
    }
    else
    {
        refuse(broker, from, answer.reason_code, now);
    }
}

/// AUTH on a running connection. v5 4.12.1
inline void re_authenticate(state& broker, connection& from, const wire::auth& packet, time_point now)
{
    const bool first = packet.reason_code == reason_code::re_authenticate;
    if (first == from.authentication_running)
    {
        close_for_error(broker, from, reason_code::protocol_error, now);
        return;
    }
    const authentication_answer answer = authentication_step(broker, from, from.session->client_identifier,
                                                             packet.properties.authentication_data, first);
    from.authentication_running = answer.reason_code == reason_code::continue_authentication;
    if (answer.reason_code == reason_code::success)
    {
        wire::auth reply;
        reply.properties.authentication_method = from.authentication_method;
        if (!answer.data.empty())
        {
            reply.properties.authentication_data = byte_view(answer.data);
        }
        send(broker, from, reply);
    }
    else if (is_failure(answer.reason_code))
    {
        close(broker, from, answer.reason_code, now);
    }
}

} // namespace detail

inline void handle_auth(state& broker, connection& from, const wire::frame& frame, time_point now)
{
    wire::auth packet;
    if (const errc error = wire::decode(from.version, frame, packet, wire::sender::client); error != errc{})
    {
        close_for_error(broker, from, disconnect_reason(error), now);
        return;
    }
    const bool same = !from.authentication_method.empty() &&
                      packet.properties.authentication_method.value_or("") == from.authentication_method;
    const bool connecting = from.phase == connection_phase::authenticating;
    if (!same || (connecting && packet.reason_code != reason_code::continue_authentication)) // v5 [MQTT-4.12.0-3]
    {
        close_for_error(broker, from, reason_code::protocol_error, now); // v5 [MQTT-4.12.1-1]
        return;
    }
    if (connecting)
    {
        detail::continue_connect(broker, from, packet, now);
    }
    else
    {
        detail::re_authenticate(broker, from, packet, now);
    }
}

} // namespace tern::testing::broker_detail

#endif
