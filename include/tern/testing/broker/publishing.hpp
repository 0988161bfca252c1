// SPDX-License-Identifier: BSL-1.0
//
// What the testing broker does with a client's PUBLISH, PUBACK, PUBREC, PUBREL and PUBCOMP.
//
// Layer: testing. Standard: v5 3.3 to 3.7, 4.3; v3.1.1 3.3 to 3.7, 4.3.
// Who gets the message, and when it leaves, is in delivery.hpp.
#ifndef TERN_TESTING_BROKER_PUBLISHING_HPP
#define TERN_TESTING_BROKER_PUBLISHING_HPP

#include "tern/error.hpp"
#include "tern/testing/broker/delivery.hpp"
#include "tern/testing/broker/lifecycle.hpp"
#include "tern/testing/broker/state.hpp"
#include "tern/topic/filter.hpp"
#include "tern/wire/codec.hpp"

#include <cstddef>
#include <cstdint>

namespace tern::testing::broker_detail
{

/// Answers a packet with one that carries an identifier and a reason code; 3.1.1 leaves the reason code out.
template <class Packet>
void send_acknowledgement(state& broker, connection& to, std::uint16_t packet_identifier, reason_code reason)
{
    Packet packet;
    packet.packet_identifier = packet_identifier;
    if (to.version == protocol_version::v5)
    {
        packet.reason_code = reason;
        // v5 [MQTT-3.1.2-29]: not to a client that asked for no problem information
        if (is_failure(reason) && to.reason_strings && broker.configuration.send_reason_strings)
        {
            packet.properties.reason_string = to_string(reason);
        }
    }
    if (!send(broker, to, packet)) // v5 [MQTT-3.4.2-2]: no reason string that makes it too large
    {
        packet.properties = {};
        send(broker, to, packet);
    }
}

/// Acknowledges a PUBLISH of QoS 1 or 2, or keeps the acknowledgement back if the configuration says so.
inline void acknowledge(state& broker, connection& to, const held_acknowledgement& answer)
{
    if (broker.configuration.hold_acknowledgements)
    {
        to.held.push_back(answer);
        to.held_at_least_once += answer.exactly_once ? 0U : 1U;
        return;
    }
    if (answer.exactly_once)
    {
        send_acknowledgement<wire::pubrec>(broker, to, answer.packet_identifier, answer.reason_code);
    }
    else
    {
        send_acknowledgement<wire::puback>(broker, to, answer.packet_identifier, answer.reason_code);
    }
}

/// Sends what was held back, in its order.
inline void release_held(state& broker, connection& to)
{
    for (const held_acknowledgement& answer : to.held)
    {
        if (answer.exactly_once)
        {
            send_acknowledgement<wire::pubrec>(broker, to, answer.packet_identifier, answer.reason_code);
        }
        else
        {
            send_acknowledgement<wire::puback>(broker, to, answer.packet_identifier, answer.reason_code);
        }
    }
    to.held.clear();
    to.held_at_least_once = 0;
}

namespace detail
{

/// Puts the topic in place of its alias. Gives what is wrong.
inline reason_code resolve_alias(const state& broker, connection& from, wire::publish& packet)
{
    if (!packet.properties.topic_alias)
    {
        return reason_code::success;
    }
    const std::uint16_t alias = *packet.properties.topic_alias;
    if (alias == 0 || alias > broker.configuration.topic_alias_maximum) // v5 [MQTT-3.3.2-8] [MQTT-3.3.2-9]
    {
        return reason_code::topic_alias_invalid;
    }
    if (!packet.topic.empty())
    {
        from.received_aliases.set(alias, packet.topic);
        return reason_code::success;
    }
    packet.topic = from.received_aliases.find(alias);
    return packet.topic.empty() ? reason_code::protocol_error : reason_code::success; // v5 3.3.2.3.4
}

/// What forbids a PUBLISH on this connection.
inline reason_code check_publish(const state& broker, const connection& from, const wire::publish& packet)
{
    const broker_configuration& announced = broker.configuration;
    if (packet.qos > announced.maximum_qos) // v5 [MQTT-3.2.2-11]
    {
        return reason_code::qos_not_supported;
    }
    if (packet.retain && !announced.retain_available) // v5 [MQTT-3.2.2-14]
    {
        return reason_code::retain_not_supported;
    }
    if (packet.properties.response_topic && has_wildcard(*packet.properties.response_topic)) // v5 [MQTT-3.3.2-14]
    {
        return reason_code::protocol_error;
    }
    // v5 4.9: the quota begins anew with each connection
    const std::size_t outstanding = from.unreleased.size() + from.held_at_least_once;
    const bool known = packet.qos == qos::exactly_once && from.unreleased.contains(packet.packet_identifier);
    if (packet.qos != qos::at_most_once && !known && from.version == protocol_version::v5 &&
        outstanding >= announced.receive_maximum) // v5 [MQTT-3.3.4-7]
    {
        return reason_code::receive_maximum_exceeded;
    }
    return reason_code::success;
}

/// Routes a message that may be published; gives the reason code for its acknowledgement.
inline reason_code accept_publish(state& broker, connection& from, const wire::publish& packet, time_point now)
{
    const reason_code verdict = broker.policy->authorize_publish(identity_of(from), packet);
    if (is_failure(verdict))
    {
        ++broker.statistics.messages_dropped;
        return verdict;
    }
    ++broker.statistics.messages_received;
    broker_event event{broker_event_kind::published};
    event.connection = from.id;
    event.client_identifier = from.session->client_identifier;
    event.topic = packet.topic;
    event.size = packet.payload.size();
    broker.policy->on_event(event);
    message_source source(packet, from.session->serial, now);
    return route(broker, source, now) == 0 ? reason_code::no_matching_subscribers : reason_code::success;
}

} // namespace detail

inline void handle_publish(state& broker, connection& from, const wire::frame& frame, time_point now)
{
    wire::publish packet;
    if (const errc error = wire::decode(from.version, frame, packet, wire::sender::client); error != errc{})
    {
        close_for_error(broker, from, disconnect_reason(error), now);
        return;
    }
    reason_code fault = detail::resolve_alias(broker, from, packet);
    fault = fault == reason_code::success ? detail::check_publish(broker, from, packet) : fault;
    if (fault != reason_code::success)
    {
        close_for_error(broker, from, fault, now);
        return;
    }
    const std::uint16_t identifier = packet.packet_identifier;
    if (packet.qos == qos::exactly_once && from.session->unreleased.contains(identifier))
    {
        from.unreleased.insert(identifier);
        ++broker.statistics.duplicates_received; // v5 [MQTT-4.3.3-10] v3.1.1 [MQTT-4.3.3-2]
        acknowledge(broker, from, {identifier, true, reason_code::success});
        return;
    }
    const reason_code reason = detail::accept_publish(broker, from, packet, now);
    if (packet.qos == qos::at_least_once)
    {
        acknowledge(broker, from, {identifier, false, reason});
    }
    else if (packet.qos == qos::exactly_once)
    {
        // A refusing PUBREC of 5.0 ends the exchange; 3.1.1 cannot refuse, so that PUBREL follows.
        if (!is_failure(reason) || from.version == protocol_version::v3_1_1)
        {
            from.session->unreleased.insert(identifier);
            from.unreleased.insert(identifier);
        }
        acknowledge(broker, from, {identifier, true, reason});
    }
}

inline void handle_pubrel(state& broker, connection& from, const wire::frame& frame, time_point now)
{
    wire::pubrel packet;
    if (const errc error = wire::decode(from.version, frame, packet, wire::sender::client); error != errc{})
    {
        close_for_error(broker, from, disconnect_reason(error), now);
        return;
    }
    const bool known = from.session->unreleased.erase(packet.packet_identifier) != 0; // v5 [MQTT-4.3.3-12]
    from.unreleased.erase(packet.packet_identifier);
    send_acknowledgement<wire::pubcomp>(broker, from, packet.packet_identifier,
                                        known ? reason_code::success : reason_code::packet_identifier_not_found);
}

namespace detail
{

/// A message for the client has come to its end: makes room for the next.
inline void complete(state& broker, connection& from, outgoing_message& message, time_point now)
{
    session& owner = *from.session;
    if (message.counted) // v5 4.9
    {
        message.counted = false;
        --from.unacknowledged;
    }
    message.state = outgoing_state::done;
    message.message.reset();
    message.identifiers.clear();
    trim_window(owner);
    pump(broker, owner, now);
}

} // namespace detail

inline void handle_puback(state& broker, connection& from, const wire::frame& frame, time_point now)
{
    wire::puback packet;
    if (const errc error = wire::decode(from.version, frame, packet, wire::sender::client); error != errc{})
    {
        close_for_error(broker, from, disconnect_reason(error), now);
        return;
    }
    outgoing_message* const message = from.session->window.find(packet.packet_identifier);
    if (message == nullptr)
    {
        return; // acknowledged before, on a connection that broke
    }
    if (message->state != outgoing_state::awaiting_puback)
    {
        close_for_error(broker, from, reason_code::protocol_error, now);
        return;
    }
    detail::complete(broker, from, *message, now);
}

inline void handle_pubrec(state& broker, connection& from, const wire::frame& frame, time_point now)
{
    wire::pubrec packet;
    if (const errc error = wire::decode(from.version, frame, packet, wire::sender::client); error != errc{})
    {
        close_for_error(broker, from, disconnect_reason(error), now);
        return;
    }
    outgoing_message* const message = from.session->window.find(packet.packet_identifier);
    if (message == nullptr)
    {
        send_acknowledgement<wire::pubrel>(broker, from, packet.packet_identifier,
                                           reason_code::packet_identifier_not_found);
        return;
    }
    if (message->state == outgoing_state::awaiting_puback)
    {
        close_for_error(broker, from, reason_code::protocol_error, now);
        return;
    }
    if (is_failure(packet.reason_code)) // v5 [MQTT-4.3.3-4]: no PUBREL follows
    {
        detail::complete(broker, from, *message, now);
        return;
    }
    message->state = outgoing_state::awaiting_pubcomp;
    message->message.reset();
    send_acknowledgement<wire::pubrel>(broker, from, packet.packet_identifier, reason_code::success);
}

inline void handle_pubcomp(state& broker, connection& from, const wire::frame& frame, time_point now)
{
    wire::pubcomp packet;
    if (const errc error = wire::decode(from.version, frame, packet, wire::sender::client); error != errc{})
    {
        close_for_error(broker, from, disconnect_reason(error), now);
        return;
    }
    outgoing_message* const message = from.session->window.find(packet.packet_identifier);
    if (message == nullptr)
    {
        return;
    }
    if (message->state != outgoing_state::awaiting_pubcomp)
    {
        close_for_error(broker, from, reason_code::protocol_error, now);
        return;
    }
    detail::complete(broker, from, *message, now);
}

} // namespace tern::testing::broker_detail

#endif
