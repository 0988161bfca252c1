// SPDX-License-Identifier: BSL-1.0
//
// How connections and sessions end: by DISCONNECT of either side, by a violation, by a lost transport, by expiry, or
// because the caller gives up.
//
// Layer: session. Standard: v5 3.14, 4.1, 4.13, v3.1.1 3.14, 4.1, 4.8.
// A part of the engine: functions on its core.
#ifndef TERN_SESSION_ENDING_HPP
#define TERN_SESSION_ENDING_HPP

#include "tern/error.hpp"
#include "tern/options.hpp"
#include "tern/session/connect_settings.hpp"
#include "tern/session/core.hpp"
#include "tern/session/event.hpp"
#include "tern/session/types.hpp"
#include "tern/wire/disconnect.hpp"
#include "tern/wire/framing.hpp"
#include "tern/wire/reason_codes.hpp"
#include "tern/wire/sender.hpp"

#include <chrono>
#include <optional>
#include <string_view>
#include <system_error>

namespace tern::session
{

/// The reason code of a DISCONNECT that answers `error`; a client may not use all that exist. v5 [MQTT-3.14.2-1]
[[nodiscard]] constexpr reason_code client_disconnect_reason(errc error) noexcept
{
    const reason_code reason = disconnect_reason(error);
    return wire::client_disconnect_codes.contains(reason) ? reason : reason_code::unspecified_error;
}

/// The server broke a rule or fell silent: the connection ends. In 5.0 DISCONNECT says why, but not before CONNACK:
/// v5 [MQTT-4.13.1-1]. In 3.1.1 nothing more is sent: v3.1.1 [MQTT-4.8.0-1].
inline void fail(core& c, errc error)
{
    const bool may_disconnect =
        c.connection.phase == connection_phase::connected && c.connection.version == protocol_version::v5;
    c.connection.phase = connection_phase::failed;
    c.connection.keep_alive.stop();
    c.failure = make_error_code(error);
    if (may_disconnect)
    {
        wire::disconnect packet;
        packet.reason_code = client_disconnect_reason(error);
        (void)emit(c, packet);
    }
    else
    {
        c.output.clear();
    }
}

/// What the session had at the server is gone. What was never sent, and QoS 1, goes on as new; QoS 2 that was sent has
/// an unknown outcome; subscriptions are made again.
inline void end_session(core& c) noexcept
{
    session_state& s = c.session;
    const bool republish_all = c.limits.republish_exactly_once;
    s.exists = false;
    s.claimed = false;
    s.expires_at.reset();
    s.outgoing.begin_republishing();
    for (const outgoing_messages::list* list : {&s.outgoing.pubrels(), &s.outgoing.in_flight()})
    {
        for (std::uint32_t index = list->front(); index != no_slot;)
        {
            const std::uint32_t after = s.outgoing[index].next;
            const bool again = s.outgoing[index].qos == qos::at_least_once || republish_all;
            s.identifiers.release(s.outgoing[index].packet_identifier);
            if (again && s.outgoing[index].topic_size != 0)
            {
                s.outgoing.send_as_new(index);
            }
            else
            {
                s.outgoing.finish(index, errc::session_lost);
            }
            index = after;
        }
    }
    s.outgoing.session_ended();
    s.incoming.clear();
    s.subscriptions.session_ended();
    for (std::uint32_t index = s.requests.waiting().front(); index != no_slot;)
    {
        const std::uint32_t after = s.requests[index].next;
        s.requests[index].was_sent = false;
        release_identifier(s, s.requests[index]);
        if (s.requests[index].kind == request_kind::undo) // gone with the session
        {
            s.subscriptions.remove(s.requests[index].call);
            s.requests.remove(index);
        }
        index = after;
    }
}

/// The requests that no answer will come for go back to the queue, in their order. What is sent again keeps its packet
/// identifier: v3.1.1 [MQTT-2.3.1-3].
inline void requeue_requests(core& c) noexcept
{
    request_queue& requests = c.session.requests;
    while (!requests.sent().empty())
    {
        const std::uint32_t index = requests.sent().back();
        request& unanswered = requests[index];
        if (unanswered.cancelled)
        {
            unanswered.kind = request_kind::undo; // the server may have it
            release_identifier(c.session, unanswered);
        }
        unanswered.was_sent = true;
        requests.wait_again(index);
    }
}

/// Messages that were encoded but never handed to the transport are not sent: they wait again, without DUP and without
/// an identifier. v5 [MQTT-3.3.1-3] v3.1.1 [MQTT-3.3.1-3]
inline void take_back_messages(core& c) noexcept
{
    outgoing_messages& outgoing = c.session.outgoing;
    outgoing.begin_republishing();
    for (std::uint32_t index = outgoing.last_not_handed_out(); index != no_slot; index = outgoing.last_not_handed_out())
    {
        c.session.identifiers.release(outgoing[index].packet_identifier);
        outgoing.send_as_new(index);
    }
}

/// The transport is gone.
inline void close_connection(core& c, time_point now) noexcept
{
    connection_state& connection = c.connection;
    if (connection.phase == connection_phase::closed)
    {
        return;
    }
    connection.phase = connection_phase::closed;
    connection.keep_alive.stop();
    connection.answer_bytes = 0;
    c.failure.reset(); // they are about this connection
    c.authenticated = false;
    c.output.clear();
    c.written.fail(errc::connection_lost); // v5 [MQTT-4.3.1-1] v3.1.1 [MQTT-4.3.1-1]: never sent again
    take_back_messages(c);
    c.session.outgoing.connection_lost();
    c.session.incoming.connection_lost();
    requeue_requests(c);
    if (!connection.established)
    {
        return;
    }
    connection.established = false;
    if (c.session.exists && c.session.expiry.count() == 0)
    {
        end_session(c);
    }
    else if (c.session.exists)
    {
        c.session.expires_at = expiry_time(c.session.expiry, now);
    }
}

/// Without a connection a session lasts as long as was agreed. v5 [MQTT-3.1.2-23]
inline void expire_session(core& c, time_point now) noexcept
{
    if (c.session.expires_at && now >= *c.session.expires_at && c.connection.phase == connection_phase::closed)
    {
        c.session_lost = true;
        ++c.counters.session_losses;
        end_session(c);
    }
}

/// Of an unsubscribe that will not be sent: the server may keep its filters, but they are not asked for again.
inline void give_up_filters(core& c, const request& unsent) noexcept
{
    if (unsent.kind == request_kind::unsubscribe)
    {
        for (const std::string_view filter : unsent.filters)
        {
            c.session.subscriptions.forget_filter(filter, unsent.sequence);
        }
    }
}

/// Nobody will connect again: everything that is left ends with `error`.
inline void abandon_all(core& c, std::error_code error) noexcept
{
    session_state& s = c.session;
    c.written.fail(error);
    for (const outgoing_messages::list* list :
         {&s.outgoing.pubrels(), &s.outgoing.in_flight(), &s.outgoing.waiting(), &s.outgoing.waiting_qos_0()})
    {
        while (!list->empty())
        {
            const std::uint32_t index = list->front();
            if (s.outgoing[index].packet_identifier != 0)
            {
                s.identifiers.release(s.outgoing[index].packet_identifier);
            }
            s.outgoing.finish(index, error);
        }
    }
    for (const slot_list<request>* list : {&s.requests.sent(), &s.requests.waiting()})
    {
        while (!list->empty())
        {
            const std::uint32_t index = list->front();
            request& left = s.requests[index];
            release_identifier(s, left);
            if (left.kind == request_kind::restore && !left.cancelled) // for the next connection, should there be one
            {
                s.subscriptions[left.call].requested = false;
                s.subscriptions.set_to_restore(left.call, true);
                s.requests.remove(index);
                continue;
            }
            if (left.call != no_slot)
            {
                s.subscriptions.remove(left.call);
                left.call = no_slot;
            }
            give_up_filters(c, left);
            s.requests.finish(index, error);
        }
    }
}

/// DISCONNECT came.
inline std::optional<event> on_disconnect(core& c, const wire::frame& in)
{
    wire::disconnect packet;
    if (c.connection.version == protocol_version::v3_1_1 || // v3.1.1 3.14: only a client sends it
        c.connection.phase != connection_phase::connected)  // v5 [MQTT-3.14.0-1]
    {
        fail(c, errc::unexpected_packet);
        return std::nullopt;
    }
    if (const errc error = wire::decode(c.connection.version, in, packet, wire::sender::server); error != errc{})
    {
        fail(c, error); // v5 [MQTT-3.14.2-2] among them
        return std::nullopt;
    }
    c.connection.phase = connection_phase::failed; // v5 3.14.4: nothing more is sent
    c.connection.keep_alive.stop();
    c.output.clear();
    return disconnected_by_server{packet.reason_code, packet.properties};
}

/// Checks the options and puts DISCONNECT at the end of the output. \throws std::bad_alloc nothing is changed then.
inline errc disconnect_client(core& c, const disconnect_options& options)
{
    if (c.connection.phase != connection_phase::connected)
    {
        return c.connection.phase == connection_phase::disconnecting ? errc::disconnecting : errc::not_connected;
    }
    if (!is_interval(options.session_expiry) || !wire::client_disconnect_codes.contains(options.reason_code))
    {
        return errc::invalid_option;
    }
    const bool is_v5 = c.connection.version == protocol_version::v5; // a 3.1.1 server cannot be told to forget
    std::chrono::seconds expiry = c.session.expiry;                  // so both keep it: v3.1.1 [MQTT-3.1.2-4]
    if (options.session_expiry)
    {
        expiry = *options.session_expiry;
        if (expiry.count() > 0 && c.connection.requested_expiry.count() == 0) // v5 3.14.2.2.2
        {
            return errc::invalid_option;
        }
    }
    else if (is_v5 && !c.settings.options().session_expiry)
    {
        expiry = std::chrono::seconds(0); // it was only there by default
    }
    wire::disconnect packet;
    packet.reason_code = options.reason_code;
    packet.properties.reason_string = options.reason_string;
    packet.properties.user_properties = options.user_properties;
    if (options.session_expiry || (is_v5 && expiry.count() == 0 && c.session.expiry.count() != 0))
    {
        packet.properties.session_expiry_interval = to_interval(expiry);
    }
    errc error = emit(c, packet, wire::text_check::strict);
    if (error == errc::exceeds_server_maximum_packet_size) // v5 [MQTT-3.14.2-3] [MQTT-3.14.2-4]
    {
        packet.properties.user_properties = {};
        error = emit(c, packet);
    }
    if (error == errc::exceeds_server_maximum_packet_size)
    {
        packet.properties.reason_string.reset();
        error = emit(c, packet);
    }
    if (error != errc{})
    {
        return error;
    }
    c.session.expiry = expiry;
    c.connection.phase = connection_phase::disconnecting; // v5 [MQTT-3.14.4-1] v3.1.1 [MQTT-3.14.4-2]
    c.connection.keep_alive.stop();
    c.session.left_behind = !is_v5 && !c.connection.clean_start && !c.settings.options().session_expiry;
    return errc{};
}

} // namespace tern::session

#endif
