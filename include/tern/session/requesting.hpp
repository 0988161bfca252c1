// SPDX-License-Identifier: BSL-1.0
//
// Subscribing and unsubscribing: requests, answers, and making subscriptions again after a lost session.
//
// Layer: session. Standard: v5 3.8 to 3.11, v3.1.1 the same.
// A part of the engine: functions on its core. Topic filters are taken to be well-formed: the client validates them.
#ifndef TERN_SESSION_REQUESTING_HPP
#define TERN_SESSION_REQUESTING_HPP

#include "tern/error.hpp"
#include "tern/options.hpp"
#include "tern/reason_code.hpp"
#include "tern/session/answering.hpp"
#include "tern/session/core.hpp"
#include "tern/session/ending.hpp"
#include "tern/session/event.hpp"
#include "tern/session/server_limits.hpp"
#include "tern/session/types.hpp"
#include "tern/wire/codec.hpp"
#include "tern/wire/framing.hpp"
#include "tern/wire/sender.hpp"
#include "tern/wire/subscribe.hpp"
#include "tern/wire/unsubscribe.hpp"

#include <cstddef>
#include <cstdint>
#include <new>
#include <optional>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

namespace tern::session
{

/// The Subscription Identifier that goes into the packet, if one does. v5 3.2.2.3.12
[[nodiscard]] inline std::optional<std::uint32_t> sent_identifier(const core& c, std::uint32_t identifier) noexcept
{
    const bool used = c.connection.version == protocol_version::v5 && c.settings.options().subscription_identifiers &&
                      c.connection.limits.subscription_identifiers_available;
    return used ? std::optional(identifier) : std::nullopt;
}

/// Whether this server takes all the filters.
[[nodiscard]] inline errc check_filters(const core& c, std::span<const wire::subscription> filters) noexcept
{
    errc error{};
    for (const wire::subscription& each : filters)
    {
        error = error != errc{} ? error : check_filter(c.connection.limits, each.topic_filter);
    }
    return error;
}

/// Encodes the request. \return errc{}, or why it cannot be sent. \throws std::bad_alloc nothing is changed then.
inline errc emit_request(core& c, request& waiting, std::uint16_t packet_identifier)
{
    if (waiting.kind == request_kind::unsubscribe || waiting.kind == request_kind::undo)
    {
        wire::unsubscribe packet;
        packet.packet_identifier = packet_identifier;
        packet.properties.user_properties = waiting.user_properties;
        packet.topic_filters = waiting.filters;
        return emit(c, packet);
    }
    const subscription_call& call = c.session.subscriptions[waiting.call];
    if (const errc error = check_filters(c, call.filters); error != errc{})
    {
        return error;
    }
    wire::subscribe packet;
    packet.packet_identifier = packet_identifier;
    packet.properties.subscription_identifier = sent_identifier(c, call.identifier);
    packet.properties.user_properties = call.user_properties;
    packet.subscriptions = call.filters;
    return emit(c, packet);
}

/// The server keeps the filters of `call`, which is given up, for the calls that share them. If one of those is cancelled
/// before it is sent, they have to be given up there too.
inline void leave_to_others(core& c, std::uint32_t call) noexcept
{
    session_state& s = c.session;
    for (std::uint32_t index = s.requests.waiting().front(); index != no_slot; index = s.requests[index].next)
    {
        request& other = s.requests[index];
        if (other.kind == request_kind::subscribe && other.call != call &&
            s.subscriptions.share_filter(other.call, call))
        {
            other.was_sent = true;
        }
    }
}

/// The filters that have to be given up for a cancelled subscribe: those that no other call holds.
inline void collect_undone(core& c, request& undo)
{
    undo.filters.clear();
    for (const wire::subscription& each : c.session.subscriptions[undo.call].filters)
    {
        if (!c.session.subscriptions.used_by_others(undo.call, each.topic_filter))
        {
            undo.filters.push_back(each.topic_filter);
        }
    }
    leave_to_others(c, undo.call);
}

/// Sends the request that waits at `index`, or ends it if it cannot be sent.
/// \return false if no packet identifier is free. \throws std::bad_alloc it still waits then.
inline bool send_request(core& c, std::uint32_t index)
{
    session_state& s = c.session;
    if (s.requests[index].kind == request_kind::undo)
    {
        collect_undone(c, s.requests[index]);
        if (s.requests[index].filters.empty())
        {
            s.subscriptions.remove(s.requests[index].call);
            s.requests.remove(index);
            return true;
        }
    }
    if (s.requests[index].packet_identifier == 0) // else it is sent again: v3.1.1 [MQTT-2.3.1-3]
    {
        s.identifiers.reserve();
        s.requests[index].packet_identifier = s.identifiers.take(identifier_use::request, index);
        if (s.requests[index].packet_identifier == 0)
        {
            return false;
        }
    }
    const errc error = emit_request(c, s.requests[index], s.requests[index].packet_identifier);
    if (error == errc{})
    {
        s.requests.sent(index, s.requests[index].packet_identifier);
        return true;
    }
    release_identifier(s, s.requests[index]);
    if (s.requests[index].call != no_slot)
    {
        s.subscriptions.remove(s.requests[index].call);
        s.requests[index].call = no_slot;
    }
    give_up_filters(c, s.requests[index]);
    s.requests.finish(index, error);
    return true;
}

/// Sends what waits: first the subscriptions that a lost session took along, then the requests in their order.
inline void send_requests(core& c)
{
    session_state& s = c.session;
    while (s.subscriptions.any_to_restore() && c.output.size() < c.limits.maximum_write_size &&
           !s.identifiers.exhausted())
    {
        const std::uint32_t call = s.subscriptions.first_to_restore();
        request restoring;
        restoring.kind = request_kind::restore;
        restoring.call = call;
        restoring.subscription_identifier = s.subscriptions[call].identifier;
        const std::uint32_t index = s.requests.add_waiting(std::move(restoring));
        s.subscriptions.set_to_restore(call, false);
        s.subscriptions[call].requested = true;
        s.requests.wait_again(index); // before what waits already
        (void)send_request(c, index);
    }
    while (!s.requests.waiting().empty() && c.output.size() < c.limits.maximum_write_size)
    {
        if (!send_request(c, s.requests.waiting().front()))
        {
            break;
        }
    }
}

[[nodiscard]] inline bool can_send_requests(const core& c) noexcept
{
    const session_state& s = c.session;
    const std::uint32_t next = s.requests.waiting().front();
    const bool has_identifier = next != no_slot && s.requests[next].packet_identifier != 0;
    return has_identifier || ((s.subscriptions.any_to_restore() || next != no_slot) && !s.identifiers.exhausted());
}

/// Whether a request can be taken in at all now.
[[nodiscard]] inline errc check_request(const core& c) noexcept
{
    if (is_leaving(c))
    {
        return errc::disconnecting;
    }
    const bool full = c.session.requests.pending() >= c.limits.maximum_pending_subscriptions;
    return full ? errc::queue_full : errc{};
}

/// Whether a packet of this size may be sent now; without a connection it is asked again later.
[[nodiscard]] inline errc check_size(const core& c, const wire::size_result& measured) noexcept
{
    const bool too_large = c.connection.phase == connection_phase::connected &&
                           measured.size > c.connection.limits.maximum_packet_size; // v5 [MQTT-3.2.2-15]
    return measured.error == errc{} && too_large ? errc::exceeds_server_maximum_packet_size : measured.error;
}

/// Sends a new request at once if nothing waits before it. If memory is short it waits instead.
inline void send_new_request(core& c, std::uint32_t index) noexcept
{
    const bool first = c.session.requests.waiting().front() == index && !c.session.subscriptions.any_to_restore();
    if (c.connection.phase != connection_phase::connected || !first)
    {
        return;
    }
    try
    {
        (void)send_request(c, index);
    }
    catch (const std::bad_alloc&)
    {
        return;
    }
}

/// See engine::subscribe().
inline errc subscribe(core& c, session::operation waiter, std::span<const topic_subscription> filters,
                      const subscribe_options& options, std::uint32_t& subscription_identifier)
{
    session_state& s = c.session;
    if (const errc error = check_request(c); error != errc{})
    {
        return error;
    }
    if (s.subscriptions.full())
    {
        return errc::queue_full;
    }
    std::vector<wire::subscription> wanted;
    wanted.reserve(filters.size());
    for (const topic_subscription& each : filters)
    {
        wanted.push_back(
            {each.topic_filter, each.maximum_qos, each.no_local, each.retain_as_published, each.retain_handling});
    }
    wire::subscribe packet;
    packet.properties.user_properties = options.user_properties;
    packet.properties.subscription_identifier = sent_identifier(c, wire::maximum_variable_byte_integer);
    packet.subscriptions = wanted;
    errc error = check_size(c, wire::encoded_size(c.connection.version, packet));
    if (error == errc{} && c.connection.phase == connection_phase::connected)
    {
        error = check_filters(c, wanted);
    }
    if (error != errc{})
    {
        return error;
    }
    s.requests.reserve();
    const std::uint32_t call = s.subscriptions.add(wanted, options.user_properties, s.sequence);
    s.subscriptions[call].requested = true;
    request added;
    added.kind = request_kind::subscribe;
    added.operation = waiter;
    added.call = call;
    added.sequence = s.sequence++;
    added.subscription_identifier = s.subscriptions[call].identifier;
    subscription_identifier = added.subscription_identifier;
    send_new_request(c, s.requests.add_waiting(std::move(added)));
    return errc{};
}

/// See engine::unsubscribe().
inline errc unsubscribe(core& c, session::operation waiter, std::span<const std::string_view> filters,
                        const unsubscribe_options& options)
{
    session_state& s = c.session;
    if (const errc error = check_request(c); error != errc{})
    {
        return error;
    }
    wire::unsubscribe packet;
    packet.properties.user_properties = options.user_properties;
    packet.topic_filters = filters;
    if (const errc error = check_size(c, wire::encoded_size(c.connection.version, packet)); error != errc{})
    {
        return error;
    }
    request added;
    added.kind = request_kind::unsubscribe;
    added.operation = waiter;
    std::size_t size = stored_text::size_of(options.user_properties);
    for (const std::string_view each : filters)
    {
        size += each.size();
    }
    added.text = stored_text(size, options.user_properties.size());
    added.filters.reserve(filters.size());
    for (const std::string_view each : filters)
    {
        added.filters.push_back(added.text.keep(each));
    }
    added.user_properties = added.text.keep(options.user_properties);
    added.sequence = s.sequence++;
    send_new_request(c, s.requests.add_waiting(std::move(added)));
    return errc{};
}

} // namespace tern::session

#endif
