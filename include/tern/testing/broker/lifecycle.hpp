// SPDX-License-Identifier: BSL-1.0
//
// How connections and sessions of the testing broker end: closing with a reason, wills and their delay, the expiry of
// sessions, keep alive.
//
// Layer: testing. Standard: v5 3.1.2.5, 3.1.2.10, 3.1.2.11.2, 3.1.3.2.2, 3.14, 4.13;
// v3.1.1 3.1.2.5, 3.1.2.10, 3.14, 4.8.
#ifndef TERN_TESTING_BROKER_LIFECYCLE_HPP
#define TERN_TESTING_BROKER_LIFECYCLE_HPP

#include "tern/testing/broker/delivery.hpp"
#include "tern/testing/broker/state.hpp"

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace tern::testing::broker_detail
{

/// What becomes of the will when a connection ends.
enum class will_fate : std::uint8_t
{
    publish, ///< after its delay
    discard, ///< the client said goodbye
};

inline void publish_will(state& broker, session& of, time_point now)
{
    if (!of.will)
    {
        return;
    }
    const stored_message_pointer message = std::exchange(of.will, {})->message;
    of.will_due.reset();
    client_identity identity;
    identity.version = of.version;
    identity.client_identifier = of.client_identifier;
    identity.user_name = of.user_name;
    if (is_failure(broker.policy->authorize_publish(identity, message->content())))
    {
        ++broker.statistics.messages_dropped;
        return;
    }
    ++broker.statistics.wills_published;
    broker_event event{broker_event_kind::will_published};
    event.client_identifier = of.client_identifier;
    event.topic = message->content().topic;
    event.size = message->content().payload.size();
    broker.policy->on_event(event);
    message_source source(std::make_shared<const stored_message>(message->content(), now, message->publisher()), now);
    route(broker, source, now);
}

/// Ends a session that has no connection. Its will, if one waits, is published. v5 [MQTT-3.1.2-8]
inline void end_session(state& broker, session& which, time_point now)
{
    for (const auto& [filter, options] : which.subscriptions)
    {
        broker.subscriptions.erase(which, filter, options.shared);
    }
    broker.timers.set(which.serial, {});
    broker.sessions_by_serial.erase(which.serial);
    const auto found = broker.sessions.find(which.client_identifier);
    const std::unique_ptr<session> ended = std::move(found->second);
    broker.sessions.erase(found);
    publish_will(broker, *ended, now);
    broker_event event{broker_event_kind::session_ended};
    event.client_identifier = ended->client_identifier;
    broker.policy->on_event(event);
}

/// Sets the one timer of a session that waits without a connection.
inline void set_session_timer(state& broker, const session& of)
{
    std::optional<time_point> next = of.expires;
    if (of.will_due && (!next || *of.will_due < *next))
    {
        next = of.will_due;
    }
    broker.timers.set(of.serial, next);
}

/// Parts a connection from its session, which goes on alone or ends.
inline void detach(state& broker, connection& from, will_fate fate, time_point now)
{
    if (from.session == nullptr)
    {
        return;
    }
    session& left = *std::exchange(from.session, nullptr);
    left.connection = nullptr;
    if (fate == will_fate::discard) // v5 [MQTT-3.14.4-3] v3.1.1 [MQTT-3.1.2-10]
    {
        left.will.reset();
    }
    if (left.expiry_interval == 0) // v5 [MQTT-3.1.2-23]
    {
        end_session(broker, left, now);
        return;
    }
    if (left.expiry_interval != never_expires)
    {
        left.expires = now + std::chrono::seconds(left.expiry_interval);
    }
    if (left.will && left.will->delay == 0)
    {
        publish_will(broker, left, now);
    }
    else if (left.will)
    {
        left.will_due = now + std::chrono::seconds(left.will->delay);
    }
    set_session_timer(broker, left);
}

/// Ends a connection: what is in its output may still be written, nothing is read any more.
inline void finish(state& broker, connection& which, will_fate fate, time_point now)
{
    if (which.phase == connection_phase::finished)
    {
        return;
    }
    which.phase = connection_phase::finished;
    detach(broker, which, fate, now);
    broker.timers.set(static_cast<std::uint64_t>(which.id), now + broker.limits().close_timeout);
    mark_ready(broker, which);
}

/// Ends a connection without a word, as a lost network would.
inline void abandon(state& broker, connection& which, time_point now)
{
    which.output.clear();
    which.abandoned = true;
    finish(broker, which, will_fate::publish, now);
    mark_ready(broker, which);
}

inline void report_closed(state& broker, const connection& which, reason_code reason)
{
    broker_event event{broker_event_kind::closed};
    event.connection = which.id;
    if (which.session != nullptr)
    {
        event.client_identifier = which.session->client_identifier;
    }
    event.reason_code = reason;
    broker.policy->on_event(event);
}

/// Refuses a connection in CONNACK. 3.1.1 has few codes: what has none is "server unavailable".
inline void refuse(state& broker, connection& which, reason_code reason, time_point now)
{
    using enum reason_code;
    ++broker.statistics.connections_refused;
    broker_event event{broker_event_kind::refused};
    event.connection = which.id;
    event.reason_code = reason;
    broker.policy->on_event(event);
    wire::connack packet;
    packet.reason_code = reason;
    if (which.version == protocol_version::v5)
    {
        if (broker.configuration.send_reason_strings)
        {
            packet.properties.reason_string = to_string(reason);
        }
        const bool elsewhere = reason == use_another_server || reason == server_moved;
        if (elsewhere && !broker.configuration.server_reference.empty())
        {
            packet.properties.server_reference = broker.configuration.server_reference;
        }
    }
    else if (reason != unsupported_protocol_version && reason != client_identifier_not_valid &&
             reason != bad_user_name_or_password && reason != not_authorized)
    {
        packet.reason_code = server_unavailable;
    }
    if (!send(broker, which, packet))
    {
        packet.properties = {};
        send(broker, which, packet);
    }
    finish(broker, which, will_fate::publish, now);
}

/// Ends a connection with a reason: by DISCONNECT or CONNACK in 5.0, by closing in 3.1.1. v5 4.13 v3.1.1 4.8
inline void close(state& broker, connection& which, reason_code reason, time_point now)
{
    if (which.phase == connection_phase::finished)
    {
        return;
    }
    const bool v5 = which.version == protocol_version::v5;
    if (v5 && which.phase == connection_phase::authenticating)
    {
        refuse(broker, which, reason, now);
        return;
    }
    report_closed(broker, which, reason);
    if (v5 && which.phase == connection_phase::connected)
    {
        wire::disconnect packet;
        packet.reason_code = reason;
        if (broker.configuration.send_reason_strings && is_failure(reason))
        {
            packet.properties.reason_string =
                to_string(reason); // allowed whatever the client requested: v5 [MQTT-3.1.2-29]
        }
        const bool elsewhere = reason == reason_code::use_another_server || reason == reason_code::server_moved;
        if (elsewhere && !broker.configuration.server_reference.empty())
        {
            packet.properties.server_reference = broker.configuration.server_reference;
        }
        if (!send(broker, which, packet)) // v5 [MQTT-3.14.2-3]
        {
            packet.properties = {};
            send(broker, which, packet);
        }
    }
    finish(broker, which, will_fate::publish, now);
}

/// The client broke a rule.
inline void close_for_error(state& broker, connection& which, reason_code reason, time_point now)
{
    ++broker.statistics.protocol_errors;
    close(broker, which, reason, now);
}

/// Arms the timer of a connection by what it waits for now.
inline void set_connection_timer(state& broker, const connection& of, time_point now)
{
    std::optional<time_point> next;
    if (of.phase == connection_phase::opened)
    {
        next = now + broker.limits().connect_timeout;
    }
    else if (of.phase == connection_phase::connected && of.keep_alive != 0 && broker.configuration.enforce_keep_alive)
    {
        // v5 [MQTT-3.1.2-22] v3.1.1 [MQTT-3.1.2-24]: one and a half times
        next = of.last_received + std::chrono::milliseconds(1'500) * of.keep_alive;
    }
    broker.timers.set(static_cast<std::uint64_t>(of.id), next);
}

inline void on_connection_timer(state& broker, connection& which, time_point now)
{
    if (which.phase == connection_phase::finished)
    {
        which.output.clear();
        which.abandoned = true;
        mark_ready(broker, which);
        return;
    }
    if (which.phase != connection_phase::connected)
    {
        report_closed(broker, which, reason_code::unspecified_error);
        abandon(broker, which, now);
        return;
    }
    // The timer is not moved with every packet: it looks when it fires.
    if (which.last_received + std::chrono::milliseconds(1'500) * which.keep_alive > now)
    {
        set_connection_timer(broker, which, now);
        return;
    }
    ++broker.statistics.keep_alive_timeouts;
    close(broker, which, reason_code::keep_alive_timeout, now);
}

inline void on_session_timer(state& broker, session& which, time_point now)
{
    if (which.expires && *which.expires <= now)
    {
        end_session(broker, which, now);
        return;
    }
    if (which.will_due && *which.will_due <= now)
    {
        publish_will(broker, which, now);
    }
    set_session_timer(broker, which);
}

/// Does what was noted during a call: closes connections whose output has outgrown its bound.
inline void settle(state& broker, time_point now)
{
    while (!broker.doomed.empty())
    {
        connection* const which = broker.doomed.back();
        broker.doomed.pop_back();
        report_closed(broker, *which, reason_code::quota_exceeded);
        abandon(broker, *which, now);
    }
}

} // namespace tern::testing::broker_detail

#endif
