// SPDX-License-Identifier: BSL-1.0
//
// How messages leave the testing broker: from the one who published to all who subscribed, through each session's queue
// and window to its connection.
//
// Layer: testing. Standard: v5 3.3.4, 4.3, 4.4, 4.6, 4.9; v3.1.1 3.3.5, 4.3, 4.4, 4.6.
#ifndef TERN_TESTING_BROKER_DELIVERY_HPP
#define TERN_TESTING_BROKER_DELIVERY_HPP

#include "tern/testing/broker/state.hpp"

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

namespace tern::testing::broker_detail
{

/// A message that is handed on; it is copied once, and only if somebody has to keep it.
class message_source
{
public:
    message_source(const wire::publish& content, std::uint64_t publisher, time_point now)
        : content_(&content), publisher_(publisher), now_(now)
    {
    }

    explicit message_source(stored_message_pointer stored, time_point now)
        : stored_(std::move(stored)), content_(&stored_->content()), publisher_(stored_->publisher()), now_(now)
    {
    }

    [[nodiscard]] const wire::publish& content() const noexcept { return *content_; }
    [[nodiscard]] std::uint64_t publisher() const noexcept { return publisher_; }

    [[nodiscard]] std::optional<std::uint32_t> remaining_expiry() const noexcept
    {
        return stored_ ? stored_->remaining_expiry(now_) : content_->properties.message_expiry_interval;
    }

    [[nodiscard]] const stored_message_pointer& stored()
    {
        if (!stored_)
        {
            stored_ = std::make_shared<const stored_message>(*content_, now_, publisher_);
        }
        return stored_;
    }

private:
    stored_message_pointer stored_;
    const wire::publish* content_;
    std::uint64_t publisher_;
    time_point now_;
};

/// How one copy of a message differs from what was published.
struct copy_flags
{
    tern::qos qos = tern::qos::at_most_once;
    bool retain = false;
    bool duplicate = false;
    std::uint16_t packet_identifier = 0;
    std::optional<std::uint32_t> remaining_expiry{};
    std::span<const std::uint32_t> identifiers{};
};

/// Encodes one PUBLISH. False if it is larger than the client accepts.
inline bool send_publish(state& broker, connection& to, const wire::publish& content, const copy_flags& flags)
{
    wire::publish packet = content;
    packet.qos = flags.qos;
    packet.retain = flags.retain;
    packet.duplicate = flags.duplicate && flags.qos != qos::at_most_once;
    packet.packet_identifier = flags.packet_identifier;
    outgoing_aliases::choice alias;
    if (to.version == protocol_version::v5)
    {
        packet.properties.message_expiry_interval = flags.remaining_expiry;
        packet.properties.subscription_identifiers = subscription_identifiers(flags.identifiers);
        packet.properties.topic_alias.reset();
        alias = to.sent_aliases.choose(content.topic);
        if (alias.alias != 0)
        {
            packet.properties.topic_alias = alias.alias;
            packet.topic = alias.known ? std::string_view{} : packet.topic;
        }
    }
    else
    {
        packet.properties = {};
    }
    if (!send(broker, to, packet))
    {
        if (alias.alias != 0 && !alias.known)
        {
            to.sent_aliases.forget(content.topic);
        }
        return false;
    }
    ++broker.statistics.messages_sent;
    broker.statistics.messages_resent += packet.duplicate ? 1U : 0U;
    return true;
}

inline void count_dropped(state& broker, const session& to, std::string_view topic)
{
    ++broker.statistics.messages_dropped;
    broker_event event{broker_event_kind::message_dropped};
    event.client_identifier = to.client_identifier;
    event.topic = topic;
    broker.policy->on_event(event);
}

/// Forgets what is done at the front of the window.
inline void trim_window(session& of)
{
    const std::size_t dropped = of.window.drop_done();
    of.next_to_send -= std::min(of.next_to_send, dropped);
}

namespace detail
{

/// Sends the next message or PUBREL of the window. False if the client's Receive Maximum stands against it.
inline bool send_from_window(state& broker, session& to, time_point now)
{
    connection& over = *to.connection;
    outgoing_message& next = to.window[to.next_to_send];
    const std::uint16_t identifier = to.window.identifier(to.next_to_send);
    if (next.state == outgoing_state::awaiting_pubcomp)
    {
        send(broker, over, wire::pubrel{identifier}); // v5 [MQTT-4.4.0-1] v3.1.1 [MQTT-4.4.0-1]
    }
    else if (next.state != outgoing_state::done)
    {
        const std::size_t allowed = std::min(over.receive_maximum, broker.limits().maximum_in_flight);
        if (over.unacknowledged >= allowed) // v5 [MQTT-3.3.4-9]
        {
            return false;
        }
        copy_flags flags;
        flags.qos = next.qos;
        flags.retain = next.retain;
        flags.duplicate = next.sent; // v5 [MQTT-3.3.1-1] v3.1.1 [MQTT-3.3.1-1]
        flags.packet_identifier = identifier;
        flags.remaining_expiry = next.message->remaining_expiry(now);
        flags.identifiers = next.identifiers;
        if (send_publish(broker, over, next.message->content(), flags))
        {
            next.sent = true;
            next.counted = true;
            ++over.unacknowledged;
        }
        else // v5 [MQTT-3.1.2-25]: as if its delivery were complete
        {
            count_dropped(broker, to, next.message->content().topic);
            next.message.reset();
            next.state = outgoing_state::done;
        }
    }
    ++to.next_to_send;
    return true;
}

} // namespace detail

/// Sends what a session holds, as far as the client's window and the output have room.
inline void pump(state& broker, session& to, time_point now)
{
    connection* const over = to.connection;
    if (over == nullptr || over->phase != connection_phase::connected)
    {
        return;
    }
    while (has_room(broker, *over))
    {
        if (to.next_to_send < to.window.size())
        {
            if (!detail::send_from_window(broker, to, now))
            {
                break;
            }
            continue;
        }
        if (to.queue.empty() || to.window.full())
        {
            break;
        }
        outgoing_message& front = to.queue.front();
        const std::size_t allowed = std::min(over->receive_maximum, broker.limits().maximum_in_flight);
        const bool expired = front.message->expired(now); // v5 [MQTT-3.3.2-5]
        if (!expired && front.qos != qos::at_most_once && over->unacknowledged >= allowed)
        {
            break;
        }
        outgoing_message message = std::move(front);
        to.queue.pop_front();
        to.queued_bytes -= message.message->cost();
        if (expired)
        {
            ++broker.statistics.messages_expired;
        }
        else if (message.qos == qos::at_most_once)
        {
            copy_flags flags;
            flags.retain = message.retain;
            flags.remaining_expiry = message.message->remaining_expiry(now);
            flags.identifiers = message.identifiers;
            send_publish(broker, *over, message.message->content(), flags);
        }
        else
        {
            message.state =
                message.qos == qos::exactly_once ? outgoing_state::awaiting_pubrec : outgoing_state::awaiting_puback;
            to.window.push(std::move(message));
        }
    }
    trim_window(to);
}

/// Gives one session its copy: at once, or through its queue.
inline void deliver(state& broker, session& to, message_source& source, tern::qos granted, bool retain,
                    std::vector<std::uint32_t>& identifiers, time_point now)
{
    const wire::publish& content = source.content();
    const tern::qos level = std::min(granted, content.qos); // v5 [MQTT-3.8.4-8] v3.1.1 [MQTT-3.8.4-6]
    connection* const over = to.connection;
    const bool connected = over != nullptr && over->phase == connection_phase::connected;
    if (level == qos::at_most_once && (connected || !broker.configuration.queue_qos_0))
    {
        if (!connected)
        {
            return;
        }
        copy_flags flags;
        flags.retain = retain;
        flags.remaining_expiry = source.remaining_expiry();
        flags.identifiers = identifiers;
        if (!has_room(broker, *over) || !send_publish(broker, *over, content, flags))
        {
            count_dropped(broker, to, content.topic);
        }
        return;
    }
    const stored_message_pointer& message = source.stored();
    if (to.queue.size() >= broker.limits().maximum_queued_messages ||
        to.queued_bytes + message->cost() > broker.limits().maximum_queued_bytes)
    {
        count_dropped(broker, to, content.topic);
        return;
    }
    outgoing_message queued;
    queued.message = message;
    queued.identifiers = identifiers;
    queued.qos = level;
    queued.retain = retain;
    to.queued_bytes += message->cost();
    to.queue.push_back(std::move(queued));
    pump(broker, to, now);
}

/// Retains a message if it says so, and gives it to all who subscribed. Returns how many they are.
inline std::size_t route(state& broker, message_source& source, time_point now)
{
    const wire::publish& content = source.content();
    if (content.retain && !broker.retained.set(source.stored(), now))
    {
        ++broker.statistics.messages_dropped;
    }
    receivers& targets = broker.targets;
    broker.subscriptions.match(content.topic, source.publisher(), targets);
    for (std::size_t i = 0; i < targets.size(); ++i)
    {
        receiver& target = targets[i];
        // v5 [MQTT-3.3.1-12] [MQTT-3.3.1-13] v3.1.1 [MQTT-3.3.1-9]
        const bool retain = content.retain && target.retain_as_published;
        deliver(broker, *target.session, source, target.maximum_qos, retain, target.identifiers, now);
    }
    return targets.size();
}

} // namespace tern::testing::broker_detail

#endif
