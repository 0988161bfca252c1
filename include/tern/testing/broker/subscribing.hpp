// SPDX-License-Identifier: BSL-1.0
//
// What the testing broker does with SUBSCRIBE and UNSUBSCRIBE.
//
// Layer: testing. Standard: v5 3.8 to 3.11, 4.7, 4.8; v3.1.1 3.8 to 3.11, 4.7.
// Where subscriptions are kept and matched is in subscriptions.hpp.
#ifndef TERN_TESTING_BROKER_SUBSCRIBING_HPP
#define TERN_TESTING_BROKER_SUBSCRIBING_HPP

#include "tern/error.hpp"
#include "tern/testing/broker/delivery.hpp"
#include "tern/testing/broker/lifecycle.hpp"
#include "tern/testing/broker/state.hpp"
#include "tern/topic/filter.hpp"
#include "tern/topic/validation.hpp"
#include "tern/wire/codec.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tern::testing::broker_detail
{

namespace detail
{

/// What the server announced that it does not support, and a client must therefore not ask for. v5 3.2.2.3.11 to 13
inline reason_code check_subscribe(const state& broker, const connection& from, const wire::subscribe& packet)
{
    const broker_configuration& announced = broker.configuration;
    if (packet.properties.subscription_identifier && !announced.subscription_identifiers_available)
    {
        return reason_code::subscription_identifiers_not_supported;
    }
    for (const wire::subscription& wanted : packet.subscriptions)
    {
        const topic_filter_parts parts = split_topic_filter(wanted.topic_filter, shared_filters_in(from.version));
        if (parts.shared() && wanted.no_local) // v5 [MQTT-3.8.3-4]
        {
            return reason_code::protocol_error;
        }
        if (parts.shared() && !announced.shared_subscriptions_available)
        {
            return reason_code::shared_subscriptions_not_supported;
        }
        if (has_wildcard(parts.filter) && !announced.wildcard_subscriptions_available)
        {
            return reason_code::wildcard_subscriptions_not_supported;
        }
    }
    return reason_code::success;
}

/// One filter: what was granted, and whether it is new.
struct subscribed
{
    tern::reason_code reason_code = tern::reason_code::unspecified_error;
    bool added = false;
};

inline subscribed subscribe_to(state& broker, connection& from, const wire::subscription& wanted,
                               std::uint32_t identifier)
{
    session& owner = *from.session;
    if (validate_topic_filter(wanted.topic_filter, shared_filters_in(from.version)))
    {
        return {reason_code::topic_filter_invalid};
    }
    if (const reason_code verdict = broker.policy->authorize_subscription(identity_of(from), wanted);
        is_failure(verdict))
    {
        return {verdict};
    }
    subscription_options options;
    options.maximum_qos = std::min(wanted.maximum_qos, broker.configuration.maximum_qos); // v5 [MQTT-3.2.2-10]
    options.no_local = wanted.no_local;
    options.retain_as_published = wanted.retain_as_published;
    options.identifier = identifier;
    options.shared = shared_filters_in(from.version);
    const std::string filter(wanted.topic_filter);
    if (!owner.subscriptions.contains(filter) && owner.subscriptions.size() >= broker.limits().maximum_subscriptions)
    {
        return {reason_code::quota_exceeded};
    }
    const subscription_table::change change = broker.subscriptions.set(owner, filter, options);
    if (change == subscription_table::change::refused)
    {
        return {reason_code::quota_exceeded};
    }
    owner.subscriptions.insert_or_assign(filter, options);
    return {static_cast<reason_code>(options.maximum_qos), change == subscription_table::change::added};
}

inline void send_retained(state& broker, connection& to, const wire::subscription& wanted, const subscribed& granted,
                          std::uint32_t identifier, time_point now)
{
    const bool wants = wanted.retain_handling == retain_handling::send || // v5 [MQTT-3.3.1-9] to [MQTT-3.3.1-11]
                       (wanted.retain_handling == retain_handling::send_if_new && granted.added);
    if (is_failure(granted.reason_code) || !wants ||
        split_topic_filter(wanted.topic_filter, shared_filters_in(to.version)).shared()) // v5 4.8.2
    {
        return;
    }
    std::vector<stored_message_pointer> found;
    broker.retained.find(wanted.topic_filter, now, found);
    std::vector<std::uint32_t> identifiers;
    if (identifier != 0)
    {
        identifiers.push_back(identifier);
    }
    for (stored_message_pointer& message : found)
    {
        if (wanted.no_local && message->publisher() == to.session->serial)
        {
            continue;
        }
        message_source source(std::move(message), now);
        // v5 [MQTT-3.3.1-8] v3.1.1 [MQTT-3.3.1-8]: with RETAIN set
        deliver(broker, *to.session, source, static_cast<qos>(granted.reason_code), true, identifiers, now);
    }
}

} // namespace detail

inline void handle_subscribe(state& broker, connection& from, const wire::frame& frame, time_point now)
{
    wire::subscribe packet;
    if (const errc error = wire::decode(from.version, frame, packet, wire::sender::client); error != errc{})
    {
        close_for_error(broker, from, disconnect_reason(error), now);
        return;
    }
    if (const reason_code fault = detail::check_subscribe(broker, from, packet); fault != reason_code::success)
    {
        close_for_error(broker, from, fault, now);
        return;
    }
    const std::uint32_t identifier = packet.properties.subscription_identifier.value_or(0);
    std::vector<detail::subscribed> granted;
    std::vector<reason_code> reason_codes;
    for (const wire::subscription& wanted : packet.subscriptions)
    {
        granted.push_back(detail::subscribe_to(broker, from, wanted, identifier));
        reason_codes.push_back(granted.back().reason_code);
        broker_event event{broker_event_kind::subscribed};
        event.connection = from.id;
        event.client_identifier = from.session->client_identifier;
        event.topic = wanted.topic_filter;
        event.reason_code = reason_codes.back();
        broker.policy->on_event(event);
    }
    wire::suback answer;
    answer.packet_identifier = packet.packet_identifier;
    answer.reason_codes = reason_codes; // v5 [MQTT-3.8.4-6] v3.1.1 [MQTT-3.8.4-5]
    send(broker, from, answer);
    std::size_t position = 0;
    for (const wire::subscription& wanted : packet.subscriptions)
    {
        detail::send_retained(broker, from, wanted, granted[position++], identifier, now);
    }
}

inline void handle_unsubscribe(state& broker, connection& from, const wire::frame& frame, time_point now)
{
    wire::unsubscribe packet;
    if (const errc error = wire::decode(from.version, frame, packet, wire::sender::client); error != errc{})
    {
        close_for_error(broker, from, disconnect_reason(error), now);
        return;
    }
    session& owner = *from.session;
    std::vector<reason_code> reason_codes;
    for (const std::string_view filter : packet.topic_filters)
    {
        const auto found = owner.subscriptions.find(std::string(filter));
        if (found == owner.subscriptions.end())
        {
            reason_codes.push_back(reason_code::no_subscription_existed);
            continue;
        }
        broker.subscriptions.erase(owner, filter, found->second.shared); // v5 [MQTT-3.10.4-2] v3.1.1 [MQTT-3.10.4-2]
        owner.subscriptions.erase(found);
        reason_codes.push_back(reason_code::success);
        broker_event event{broker_event_kind::unsubscribed};
        event.connection = from.id;
        event.client_identifier = owner.client_identifier;
        event.topic = filter;
        broker.policy->on_event(event);
    }
    wire::unsuback answer;
    answer.packet_identifier = packet.packet_identifier;
    if (from.version == protocol_version::v5)
    {
        answer.reason_codes = reason_codes;
    }
    send(broker, from, answer);
}

} // namespace tern::testing::broker_detail

#endif
