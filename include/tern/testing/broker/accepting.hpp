// SPDX-License-Identifier: BSL-1.0
//
// What happens in the testing broker when a client may come in: the session it resumes, takes over or begins, its will
// and its limits, CONNACK with what is granted.
//
// Layer: testing. Standard: v5 3.1.2, 3.1.4, 3.2; v3.1.1 3.1.2, 3.1.4, 3.2.
// Whether it may come in is decided in handshake.hpp.
#ifndef TERN_TESTING_BROKER_ACCEPTING_HPP
#define TERN_TESTING_BROKER_ACCEPTING_HPP

#include "tern/testing/broker/lifecycle.hpp"
#include "tern/testing/broker/state.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace tern::testing::broker_detail
{

namespace detail
{

/// A name for a client that gave none. v5 [MQTT-3.1.3-6]
inline std::string assign_client_identifier(state& broker)
{
    std::string identifier;
    do
    {
        identifier = "tern-" + std::to_string(broker.configuration.seed) + "-" + std::to_string(++broker.last_assigned);
    }
    while (broker.sessions.contains(identifier));
    return identifier;
}

/// The session that a CONNECT names; ends or takes over what was there. Null if there is no room for another.
inline session* find_or_make_session(state& broker, const wire::connect& packet, std::string identifier, bool& present,
                                     time_point now)
{
    auto found = broker.sessions.find(identifier);
    if (found != broker.sessions.end() && found->second->connection != nullptr)
    {
        ++broker.statistics.sessions_taken_over; // v5 [MQTT-3.1.4-3] v3.1.1 [MQTT-3.1.4-2]
        close(broker, *found->second->connection, reason_code::session_taken_over, now);
        found = broker.sessions.find(identifier);
    }
    if (found != broker.sessions.end() && packet.clean_start) // v5 [MQTT-3.1.2-4] v3.1.1 [MQTT-3.1.2-6]
    {
        end_session(broker, *found->second, now);
        found = broker.sessions.end();
    }
    present = found != broker.sessions.end();
    if (present)
    {
        return found->second.get();
    }
    if (broker.sessions.size() >= broker.limits().maximum_sessions)
    {
        return nullptr;
    }
    auto made = std::make_unique<session>();
    made->serial = ++broker.last_serial;
    made->client_identifier = identifier;
    session* const result = made.get();
    broker.sessions_by_serial.emplace(made->serial, result);
    broker.sessions.emplace(std::move(identifier), std::move(made));
    return result;
}

/// Joins a connection and its session.
inline void attach(state& broker, connection& from, session& to, const wire::connect& packet, time_point now)
{
    from.session = &to;
    to.connection = &from;
    to.version = from.version;
    to.user_name = from.user_name;
    to.expires.reset();
    to.will_due.reset();
    to.will.reset(); // v5 [MQTT-3.1.3-9]: one that waited is not sent any more
    broker.timers.set(to.serial, {});
    to.next_to_send = 0; // v5 [MQTT-4.4.0-1] v3.1.1 [MQTT-4.4.0-1]
    for (std::size_t i = 0; i < to.window.size(); ++i)
    {
        to.window[i].counted = false;
    }
    if (packet.will)
    {
        const wire::will& will = *packet.will;
        wire::publish message;
        message.topic = will.topic;
        message.payload = will.payload;
        message.qos = will.qos;
        message.retain = will.retain;
        message.properties.payload_format_indicator = will.properties.payload_format_indicator;
        message.properties.message_expiry_interval = will.properties.message_expiry_interval;
        message.properties.content_type = will.properties.content_type;
        message.properties.response_topic = will.properties.response_topic;
        message.properties.correlation_data = will.properties.correlation_data;
        message.properties.user_properties = will.properties.user_properties;
        to.will = kept_will{std::make_shared<const stored_message>(message, now, to.serial),
                            will.properties.will_delay_interval.value_or(0)};
    }
    if (from.version == protocol_version::v3_1_1)
    {
        to.expiry_interval = packet.clean_start ? 0 : broker.configuration.v3_1_1_session_expiry;
        return;
    }
    const connect_properties& wanted = packet.properties;
    to.expiry_interval = wanted.session_expiry_interval.value_or(0);
    from.session_expiry_was_zero = to.expiry_interval == 0;
    if (broker.configuration.maximum_session_expiry)
    {
        to.expiry_interval = std::min(to.expiry_interval, *broker.configuration.maximum_session_expiry);
    }
    from.receive_maximum = wanted.receive_maximum.value_or(65'535);
    from.maximum_packet_size = wanted.maximum_packet_size.value_or(wire::maximum_packet_size);
    from.reason_strings = wanted.request_problem_information.value_or(true);
    from.sent_aliases.allow(broker.configuration.send_topic_aliases ? wanted.topic_alias_maximum.value_or(0)
                                                                    : std::uint16_t{0});
}

inline connack_properties announce(const broker_configuration& configuration, const connection& to,
                                   const wire::connect& packet)
{
    connack_properties announced;
    const std::uint32_t asked = packet.properties.session_expiry_interval.value_or(0);
    if (to.session->expiry_interval != asked)
    {
        announced.session_expiry_interval = to.session->expiry_interval;
    }
    if (configuration.receive_maximum != 65'535)
    {
        announced.receive_maximum = configuration.receive_maximum;
    }
    if (configuration.maximum_qos != qos::exactly_once) // v5 [MQTT-3.2.2-9]
    {
        announced.maximum_qos = configuration.maximum_qos;
    }
    if (configuration.maximum_packet_size < wire::maximum_packet_size)
    {
        announced.maximum_packet_size = configuration.maximum_packet_size;
    }
    if (configuration.topic_alias_maximum != 0)
    {
        announced.topic_alias_maximum = configuration.topic_alias_maximum;
    }
    const auto unless = [](bool available) { return available ? std::optional<bool>{} : std::optional<bool>{false}; };
    announced.retain_available = unless(configuration.retain_available);
    announced.wildcard_subscription_available = unless(configuration.wildcard_subscriptions_available);
    announced.subscription_identifiers_available = unless(configuration.subscription_identifiers_available);
    announced.shared_subscription_available = unless(configuration.shared_subscriptions_available);
    announced.server_keep_alive = configuration.server_keep_alive; // v5 [MQTT-3.2.2-21]
    if (packet.properties.request_response_information.value_or(false) && !configuration.response_information.empty())
    {
        announced.response_information = configuration.response_information; // v5 [MQTT-3.1.2-28]
    }
    if (packet.client_identifier.empty())
    {
        announced.assigned_client_identifier = to.session->client_identifier; // v5 [MQTT-3.2.2-16]
    }
    return announced;
}

} // namespace detail

/// The client is let in. `data` is what the authentication has to say at its end.
inline void accept(state& broker, connection& from, const wire::connect& packet, std::string_view data, time_point now)
{
    std::string identifier = packet.client_identifier.empty() ? detail::assign_client_identifier(broker)
                                                              : std::string(packet.client_identifier);
    bool present = false;
    session* const joined = detail::find_or_make_session(broker, packet, std::move(identifier), present, now);
    if (joined == nullptr)
    {
        refuse(broker, from, reason_code::quota_exceeded, now);
        return;
    }
    detail::attach(broker, from, *joined, packet, now);
    from.keep_alive = packet.keep_alive;
    if (from.version == protocol_version::v5)
    {
        from.keep_alive = broker.configuration.server_keep_alive.value_or(packet.keep_alive);
    }
    wire::connack answer;
    answer.session_present = present; // v5 [MQTT-3.2.2-2] [MQTT-3.2.2-3] v3.1.1 [MQTT-3.2.2-1] to [MQTT-3.2.2-3]
    if (from.version == protocol_version::v5)
    {
        answer.properties = detail::announce(broker.configuration, from, packet);
        if (!from.authentication_method.empty())
        {
            answer.properties.authentication_method = from.authentication_method; // v5 [MQTT-4.12.0-5]
            if (!data.empty())
            {
                answer.properties.authentication_data = byte_view(data);
            }
        }
    }
    from.phase = connection_phase::connected;
    ++broker.statistics.connections_accepted;
    broker.statistics.sessions_resumed += present ? 1U : 0U;
    broker_event event{broker_event_kind::connected};
    event.connection = from.id;
    event.client_identifier = joined->client_identifier;
    event.session_present = present;
    broker.policy->on_event(event);
    if (!send(broker, from, answer)) // a client that accepts no packet of this size cannot be served
    {
        finish(broker, from, will_fate::publish, now);
        return;
    }
    set_connection_timer(broker, from, now);
    pump(broker, *joined, now);
}

} // namespace tern::testing::broker_detail

#endif
