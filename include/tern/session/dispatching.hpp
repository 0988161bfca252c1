// SPDX-License-Identifier: BSL-1.0
//
// Which part of the engine a received packet goes to, which events wait, and what the time brings.
//
// Layer: session. Standard: v5 2.1.2, 3.12, v3.1.1 2.2.1, 3.12 (which packets may come when; PINGREQ).
// A part of the engine: functions on its core.
#ifndef TERN_SESSION_DISPATCHING_HPP
#define TERN_SESSION_DISPATCHING_HPP

#include "tern/error.hpp"
#include "tern/protocol_version.hpp"
#include "tern/reason_code.hpp"
#include "tern/session/answering.hpp"
#include "tern/session/authenticating.hpp"
#include "tern/session/connecting.hpp"
#include "tern/session/core.hpp"
#include "tern/session/ending.hpp"
#include "tern/session/event.hpp"
#include "tern/session/receiving.hpp"
#include "tern/session/request_answers.hpp"
#include "tern/session/types.hpp"
#include "tern/statistics.hpp"
#include "tern/wire/acknowledgement.hpp"
#include "tern/wire/codec.hpp"
#include "tern/wire/framing.hpp"
#include "tern/wire/packet_type.hpp"
#include "tern/wire/ping.hpp"
#include "tern/wire/sender.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace tern::session
{

/// PINGRESP came; one that was not asked for is tolerated.
inline void on_pingresp(core& c, const wire::frame& in, time_point now)
{
    wire::pingresp packet;
    if (const errc error = wire::decode(c.connection.version, in, packet, wire::sender::server); error != errc{})
    {
        fail(c, error);
        return;
    }
    if (const auto round_trip = c.connection.keep_alive.pingresp_received(now))
    {
        c.counters.last_round_trip = *round_trip;
    }
}

/// A packet other than PUBLISH came on an open connection, or any packet before CONNACK.
inline void dispatch(core& c, const wire::frame& in, time_point now, std::optional<event>& out)
{
    const wire::packet_type type = in.type();
    if (c.connection.phase == connection_phase::handshaking && type != wire::packet_type::connack &&
        type != wire::packet_type::auth) // v5 [MQTT-3.2.0-1] v3.1.1 [MQTT-3.2.0-1]
    {
        fail(c, errc::unexpected_packet);
        return;
    }
    switch (type)
    {
    case wire::packet_type::connack: out = on_connack(c, in); break;
    case wire::packet_type::puback: out = on_answer<wire::puback>(c, in); break;
    case wire::packet_type::pubrec: out = on_answer<wire::pubrec>(c, in); break;
    case wire::packet_type::pubrel: on_pubrel(c, in); break;
    case wire::packet_type::pubcomp: out = on_answer<wire::pubcomp>(c, in); break;
    case wire::packet_type::suback: out = on_suback(c, in); break;
    case wire::packet_type::unsuback: out = on_unsuback(c, in); break;
    case wire::packet_type::pingresp: on_pingresp(c, in, now); break;
    case wire::packet_type::disconnect: out = on_disconnect(c, in); break;
    case wire::packet_type::auth: out = on_auth(c, in); break;
    default: fail(c, errc::unexpected_packet); break; // only a client sends it: v5 2.1.2, v3.1.1 2.2.1
    }
}

/// See engine::receive(). \return how many bytes are consumed.
inline std::size_t receive(core& c, std::string_view input, time_point now, std::optional<event>& out)
{
    switch (c.connection.phase)
    {
    case connection_phase::closed:
    case connection_phase::failed: return 0;
    case connection_phase::disconnecting: return input.size(); // nothing more is of interest, or answered
    default: break;
    }
    const wire::frame_result found = wire::next_frame(input, c.connection.maximum_packet_size);
    std::size_t consumed = input.size();
    if (found.status == wire::frame_status::incomplete)
    {
        return 0;
    }
    if (found.status == wire::frame_status::malformed) // v5 [MQTT-3.1.2-24] among them
    {
        fail(c, found.error);
    }
    else
    {
        consumed = found.frame.size;
        ++c.counters.packets_received;
        c.counters.bytes_received += consumed;
        if (c.observer != nullptr)
        {
            c.observer->packet_received(c.connection.version, input.substr(0, consumed));
        }
        if (found.frame.type() != wire::packet_type::publish || c.connection.phase != connection_phase::connected)
        {
            dispatch(c, found.frame, now, out);
        }
        else if (c.connection.version == protocol_version::v5)
        {
            on_publish<protocol_version::v5>(c, found.frame, now, out);
        }
        else
        {
            on_publish<protocol_version::v3_1_1>(c, found.frame, now, out);
        }
    }
    if (c.failure)
    {
        out.emplace(connection_failed{*c.failure});
        c.failure.reset();
    }
    return consumed;
}

/// The event of a request that ended without an answer.
inline void tell_finished_request(core& c, event& out) noexcept
{
    request_queue& requests = c.session.requests;
    const std::uint32_t index = requests.finished().front();
    const request& ended = requests[index];
    switch (ended.kind)
    {
    case request_kind::subscribe:
        out = subscribe_completed{ended.operation, ended.error, ended.subscription_identifier, {}, {}};
        break;
    case request_kind::restore: out = subscription_restored{ended.subscription_identifier, ended.error, {}, {}}; break;
    default: out = unsubscribe_completed{ended.operation, ended.error, {}, {}}; break;
    }
    requests.remove(index);
}

/// See engine::poll().
inline bool next_event(core& c, event& out) noexcept
{
    outgoing_messages& outgoing = c.session.outgoing;
    session::operation waiter = 0;
    std::error_code error;
    if (c.session_lost)
    {
        c.session_lost = false;
        out = session_was_lost{};
    }
    else if (c.written.any_done() && c.written.pop(waiter, error))
    {
        auto& done = out.emplace<publish_completed>();
        done.operation = waiter;
        done.error = error;
        done.reason = error ? reason_code::unspecified_error : reason_code::success;
    }
    else if (!outgoing.finished().empty())
    {
        const std::uint32_t index = outgoing.finished().front();
        out = publish_completed{outgoing[index].operation, outgoing[index].error, reason_code::unspecified_error, {}};
        outgoing.remove(index);
    }
    else if (!c.session.requests.finished().empty())
    {
        tell_finished_request(c, out);
    }
    else if (c.authenticated)
    {
        c.authenticated = false;
        out = authenticated{};
    }
    else if (c.failure)
    {
        out = connection_failed{*c.failure};
        c.failure.reset();
    }
    else
    {
        return false;
    }
    return true;
}

/// See engine::advance().
inline void advance(core& c, time_point now)
{
    keep_alive& alive = c.connection.keep_alive;
    if (c.connection.phase == connection_phase::connected && alive.pingresp_missing(now)) // v5 3.1.2.10
    {
        fail(c, errc::keep_alive_timeout);
    }
    else if (c.connection.phase == connection_phase::connected && alive.pingreq_due(now))
    {
        (void)emit(c, wire::pingreq{}); // v5 [MQTT-3.1.2-20] v3.1.1 [MQTT-3.1.2-23]
        alive.pingreq_sent(now);
    }
    c.counters.messages_expired += c.session.outgoing.expire(now, errc::message_expired);
    expire_session(c, now);
}

[[nodiscard]] inline statistics current_statistics(const core& c, time_point now) noexcept
{
    statistics result = c.counters;
    const session_state& s = c.session;
    result.queued_messages = s.outgoing.waiting_messages();
    result.queued_bytes = s.outgoing.waiting_bytes();
    result.in_flight = s.outgoing.in_flight().size() + s.outgoing.pubrels().size();
    result.unacknowledged_received = s.incoming.unacknowledged();
    if (const std::uint32_t oldest = s.incoming.first_in_order(); oldest != no_slot)
    {
        result.oldest_unacknowledged_age = now - s.incoming[oldest].received_at;
    }
    return result;
}

} // namespace tern::session

#endif
