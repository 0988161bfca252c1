// SPDX-License-Identifier: BSL-1.0
//
// What SUBACK and UNSUBACK do, and how a request is cancelled or a subscription forgotten.
//
// Layer: session. Standard: v5 3.9, 3.11, v3.1.1 the same.
// A part of the engine: functions on its core. The requests themselves are sent by requesting.hpp.
#ifndef TERN_SESSION_REQUEST_ANSWERS_HPP
#define TERN_SESSION_REQUEST_ANSWERS_HPP

#include "tern/error.hpp"
#include "tern/reason_code.hpp"
#include "tern/session/answering.hpp"
#include "tern/session/core.hpp"
#include "tern/session/ending.hpp"
#include "tern/session/event.hpp"
#include "tern/session/requesting.hpp"
#include "tern/session/types.hpp"
#include "tern/wire/codec.hpp"
#include "tern/wire/framing.hpp"
#include "tern/wire/sender.hpp"
#include "tern/wire/subscribe.hpp"
#include "tern/wire/unsubscribe.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <system_error>

namespace tern::session
{

/// Decodes SUBACK or UNSUBACK and finds its request.
/// \return `no_slot` if there is nothing to do, or the connection has failed.
template <class Packet>
std::uint32_t find_request(core& c, const wire::frame& in, Packet& packet)
{
    if (const errc error = wire::decode(c.connection.version, in, packet, wire::sender::server); error != errc{})
    {
        fail(c, error);
        return no_slot;
    }
    if (!accept_problem_information(c, packet.properties.reason_string.has_value(),
                                    !packet.properties.user_properties.refers_to_nothing()))
    {
        return no_slot;
    }
    const packet_identifiers::entry known = c.session.identifiers.find(packet.packet_identifier);
    if (known.use == identifier_use::unused) // v5 [MQTT-3.8.4-2]: it answers nothing of ours
    {
        return no_slot;
    }
    const bool is_suback = Packet::type == wire::packet_type::suback;
    bool fits = known.use == identifier_use::request;
    if (fits)
    {
        const request_kind kind = c.session.requests[known.index].kind;
        fits = is_suback == (kind == request_kind::subscribe || kind == request_kind::restore);
    }
    if (!fits)
    {
        fail(c, errc::acknowledgement_of_wrong_type);
        return no_slot;
    }
    return known.index;
}

/// Forgets the filters of a call that the server refused.
inline void forget_refused(subscription_call& call, const wire::sequence<reason_code>& codes) noexcept
{
    std::size_t kept = 0;
    std::size_t position = 0;
    for (const reason_code code : codes) // v5 [MQTT-3.9.3-1] v3.1.1 [MQTT-3.9.3-1]: in the order of the filters
    {
        if (!is_failure(code))
        {
            call.filters[kept++] = call.filters[position];
        }
        ++position;
    }
    call.filters.resize(kept);
}

/// SUBACK came.
inline std::optional<event> on_suback(core& c, const wire::frame& in)
{
    session_state& s = c.session;
    wire::suback packet;
    const std::uint32_t index = find_request(c, in, packet);
    if (index == no_slot)
    {
        return std::nullopt;
    }
    request& answered = s.requests[index];
    subscription_call& call = s.subscriptions[answered.call];
    if (packet.reason_codes.size() != call.filters.size()) // v5 [MQTT-3.8.4-6] v3.1.1 [MQTT-3.8.4-5]
    {
        fail(c, errc::acknowledgement_count_mismatch);
        return std::nullopt;
    }
    release_identifier(s, answered);
    forget_refused(call, packet.reason_codes);
    if (answered.cancelled && !call.filters.empty())
    {
        answered.kind = request_kind::undo;
        s.requests.wait_again(index);
        return std::nullopt;
    }
    const bool restored = answered.kind == request_kind::restore;
    const bool silent = answered.cancelled || (!restored && answered.operation == 0);
    const session::operation waiter = answered.operation;
    const std::uint32_t identifier = answered.subscription_identifier;
    call.requested = false;
    if (call.filters.empty())
    {
        s.subscriptions.remove(answered.call);
    }
    s.requests.remove(index);
    if (silent)
    {
        return std::nullopt;
    }
    if (restored)
    {
        return subscription_restored{identifier, {}, packet.reason_codes, packet.properties};
    }
    return subscribe_completed{waiter, {}, identifier, packet.reason_codes, packet.properties};
}

/// UNSUBACK came.
inline std::optional<event> on_unsuback(core& c, const wire::frame& in)
{
    session_state& s = c.session;
    wire::unsuback packet;
    const std::uint32_t index = find_request(c, in, packet);
    if (index == no_slot)
    {
        return std::nullopt;
    }
    request& answered = s.requests[index];
    const bool has_codes = c.connection.version == protocol_version::v5;
    if (has_codes && packet.reason_codes.size() != answered.filters.size()) // v5 [MQTT-3.11.3-1]
    {
        fail(c, errc::acknowledgement_count_mismatch);
        return std::nullopt;
    }
    const session::operation waiter = answered.operation;
    release_identifier(s, answered);
    if (answered.kind == request_kind::undo)
    {
        s.subscriptions.remove(answered.call);
        s.requests.remove(index);
        return std::nullopt;
    }
    auto code = packet.reason_codes.begin();
    for (const std::string_view filter : answered.filters)
    {
        if (!has_codes || !is_failure(*code++))
        {
            s.subscriptions.forget_filter(filter, answered.sequence);
        }
    }
    s.requests.remove(index);
    if (waiter == 0)
    {
        return std::nullopt;
    }
    return unsubscribe_completed{waiter, {}, packet.reason_codes, packet.properties};
}

/// See engine::cancel_request().
inline bool cancel_request(core& c, session::operation waiter) noexcept
{
    session_state& s = c.session;
    const std::uint32_t index = waiter == 0 ? no_slot : s.requests.find(waiter);
    if (index == no_slot)
    {
        return false;
    }
    request& cancelled = s.requests[index];
    cancelled.operation = 0;
    if (cancelled.state == request_state::sent)
    {
        cancelled.cancelled = cancelled.kind == request_kind::subscribe;
        return false;
    }
    if (cancelled.was_sent && cancelled.kind == request_kind::subscribe)
    {
        cancelled.kind = request_kind::undo; // the session that may hold it can be resumed
        release_identifier(s, cancelled);
        return false;
    }
    const bool never_sent = cancelled.state == request_state::waiting && !cancelled.was_sent;
    if (cancelled.call != no_slot)
    {
        s.subscriptions.remove(cancelled.call);
    }
    release_identifier(s, cancelled);
    s.requests.remove(index);
    return never_sent;
}

/// See engine::forget_subscription().
inline void forget_subscription(core& c, std::uint32_t subscription_identifier) noexcept
{
    session_state& s = c.session;
    const std::uint32_t call = s.subscriptions.find(subscription_identifier);
    if (call == no_slot)
    {
        return;
    }
    const std::uint32_t index = s.subscriptions[call].requested ? s.requests.find_call(call) : no_slot;
    if (index != no_slot && s.requests[index].state == request_state::sent)
    {
        s.requests[index].cancelled = true; // forgotten when SUBACK comes
        s.requests[index].operation = 0;
        return;
    }
    if (index != no_slot && s.requests[index].was_sent)
    {
        s.requests[index].kind = request_kind::undo; // sent on a lost connection
        release_identifier(s, s.requests[index]);
        s.requests[index].operation = 0;
        return;
    }
    if (index != no_slot)
    {
        release_identifier(s, s.requests[index]);
        s.requests.remove(index);
    }
    else if (s.exists)
    {
        leave_to_others(c, call);
    }
    s.subscriptions.remove(call);
}

} // namespace tern::session

#endif
