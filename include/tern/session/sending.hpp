// SPDX-License-Identifier: BSL-1.0
//
// Publishing: what is sent at once, what is stored, what waits, what is sent again, and what the server answers.
//
// Layer: session. Standard: v5 3.3 to 3.7, 4.3, 4.4, 4.6, 4.9, v3.1.1 the same.
// A part of the engine: functions on its core. The states are in outgoing_table.hpp, the lists in
// outgoing_messages.hpp.
#ifndef TERN_SESSION_SENDING_HPP
#define TERN_SESSION_SENDING_HPP

#include "tern/byte_view.hpp"
#include "tern/error.hpp"
#include "tern/limits.hpp"
#include "tern/options.hpp"
#include "tern/session/composing.hpp"
#include "tern/session/core.hpp"
#include "tern/session/server_limits.hpp"
#include "tern/session/storing.hpp"
#include "tern/session/types.hpp"
#include "tern/wire/acknowledgement.hpp"
#include "tern/wire/codec.hpp"
#include "tern/wire/publish.hpp"
#include "tern/wire/text_check.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <new>
#include <string_view>
#include <system_error>

namespace tern::session
{

struct publish_result
{
    std::error_code error{};
    message_handle handle{}; ///< of a message that is stored
};

/// Replaces the topic by an alias, or adds one, where that is wanted and fits. v5 [MQTT-3.2.2-17] [MQTT-3.3.2-9]
/// \return true if the packet has another size now.
inline bool use_alias(core& c, wire::publish& packet, std::size_t size) noexcept
{
    constexpr std::size_t most = 4; // the property, and a length that takes one byte more
    if (!c.connection.aliases_of_client.enabled() || size + most > c.connection.limits.maximum_packet_size)
    {
        return false;
    }
    try
    {
        const outgoing_aliases::choice choice = c.connection.aliases_of_client.use(packet.topic);
        if (choice.alias == 0)
        {
            return false;
        }
        packet.properties.topic_alias = choice.alias;
        if (choice.known)
        {
            packet.topic = {};
        }
        return true;
    }
    catch (const std::bad_alloc&)
    {
        return false; // it can be done without
    }
}

/// Encodes a PUBLISH whose size is known; c.output has room for it and for an alias.
inline void write_publish(core& c, wire::publish& packet, std::size_t size) noexcept
{
    if (use_alias(c, packet, size))
    {
        size = wire::encoded_size(c.connection.version, packet, wire::text_check::none).size;
    }
    (void)wire::encode(c.connection.version, packet, size, c.output.prepare(size));
    commit_packet(c, size);
    ++c.counters.messages_sent;
}

inline constexpr std::size_t alias_room = 4;

[[nodiscard]] inline bool output_has_room(const core& c) noexcept
{
    return c.output.size() < c.limits.maximum_write_size;
}

/// Whether one more of QoS 1 or 2 may be sent. v5 [MQTT-3.3.4-7] [MQTT-4.9.0-1] [MQTT-4.9.0-2]
/// What is unanswered on this connection counts, resent PUBRELs included: an initial quota below the Receive Maximum
/// is allowed, and there are servers that count a message until its PUBCOMP over any number of connections.
/// A 3.1.1 server announces no quota, yet some close the connection beyond one of their own: see client_limits.
[[nodiscard]] inline bool quota_left(const core& c, qos level) noexcept
{
    const outgoing_messages& outgoing = c.session.outgoing;
    if (level == qos::exactly_once && c.connection.version == protocol_version::v3_1_1 &&
        outgoing.counted_exactly_once() >= std::max<std::uint16_t>(c.limits.maximum_exactly_once_in_flight_v3_1_1, 1))
    {
        return false;
    }
    const std::uint16_t own = std::max<std::uint16_t>(c.limits.maximum_in_flight, 1);
    return outgoing.counted_bytes() <= c.limits.maximum_queued_bytes &&
           outgoing.counted() < std::min(own, c.connection.limits.receive_maximum);
}

/// Whether there is such a stored message, and it may be sent.
[[nodiscard]] inline bool may_send(const core& c, std::uint32_t index) noexcept
{
    return index != no_slot && quota_left(c, c.session.outgoing[index].qos);
}

/// QoS 0 straight into the output. \throws std::bad_alloc nothing is changed then.
inline void send_directly(core& c, session::operation waiter, wire::publish& packet, std::size_t size)
{
    if (waiter != 0)
    {
        c.written.reserve();
    }
    (void)c.output.prepare(size + alias_room);
    write_publish(c, packet, size);
    if (waiter != 0)
    {
        c.written.add(waiter);
    }
}

/// The shortest way, for most messages of most programs: QoS 0 without properties and without an alias, into an output
/// that nothing waits for. The compiler sees that there are no properties, and encodes none.
template <protocol_version Version>
errc send_plain(core& c, session::operation waiter, std::string_view topic, byte_view payload, bool retain)
{
    using codec = wire::codec<wire::publish, Version>;
    wire::publish packet;
    packet.retain = retain;
    packet.topic = topic;
    packet.payload = payload;
    const wire::size_result measured = codec::size(packet, wire::text_check::none);
    if (measured.error != errc{})
    {
        return measured.error;
    }
    if (measured.size > c.connection.limits.maximum_packet_size) // v5 [MQTT-3.2.2-15]
    {
        return errc::exceeds_server_maximum_packet_size;
    }
    if (retain && !c.connection.limits.retain_available) // v5 [MQTT-3.2.2-14]
    {
        return errc::retain_not_available;
    }
    if (waiter != 0)
    {
        c.written.reserve();
    }
    (void)codec::encode(packet, measured.size, c.output.prepare(measured.size));
    commit_packet(c, measured.size);
    ++c.counters.messages_sent;
    if (waiter != 0)
    {
        c.written.add(waiter);
    }
    return errc{};
}

/// Stores a message and sends it at once if it may be. \throws std::bad_alloc nothing is changed then.
inline publish_result store(core& c, session::operation waiter, wire::publish& packet, std::size_t size, bool send_now,
                            time_point now)
{
    session_state& s = c.session;
    std::size_t properties_size = 0;
    if (c.connection.version == protocol_version::v5)
    {
        publish_properties stored = packet.properties;
        stored.message_expiry_interval.reset();
        properties_size = wire::encoded_properties_size(stored, wire::text_check::none).size;
    }
    if (send_now)
    {
        s.identifiers.reserve();
        send_now = !s.identifiers.exhausted();
        (void)c.output.prepare(size + alias_room);
    }
    const std::size_t data_size = packet.topic.size() + properties_size + packet.payload.size();
    char* const data = s.outgoing.reserve(data_size);
    if (!send_now)
    {
        if (const errc error = make_room(c, data_size); error != errc{})
        {
            s.outgoing.give_back(data, data_size);
            return {error, {}};
        }
    }
    const outgoing_message message = make_record(packet, waiter, data, properties_size, now);
    if (!send_now)
    {
        return {{}, s.outgoing.handle(s.outgoing.add_waiting(message))};
    }
    packet.packet_identifier = s.identifiers.take(identifier_use::message, s.outgoing.next_index());
    write_publish(c, packet, size);
    return {{}, s.outgoing.handle(s.outgoing.add_in_flight(message, packet.packet_identifier))};
}

/// See engine::publish().
inline publish_result publish(core& c, session::operation waiter, std::string_view topic, byte_view payload,
                              const publish_options& options, time_point now)
{
    if (is_leaving(c))
    {
        return {errc::disconnecting, {}};
    }
    const outgoing_messages& outgoing = c.session.outgoing;
    const bool open = c.connection.phase == connection_phase::connected && output_has_room(c);
    if (open && options.qos == qos::at_most_once && outgoing.waiting_qos_0().empty() && !has_properties(options) &&
        !c.connection.aliases_of_client.enabled())
    {
        const errc error = c.connection.version == protocol_version::v5
                               ? send_plain<protocol_version::v5>(c, waiter, topic, payload, options.retain)
                               : send_plain<protocol_version::v3_1_1>(c, waiter, topic, payload, options.retain);
        return error == errc{} ? publish_result{} : publish_result{error, {}};
    }
    wire::publish packet;
    const wire::size_result measured = compose(c, topic, payload, options, packet);
    if (measured.error != errc{})
    {
        return {measured.error, {}};
    }
    if (packet.qos == qos::at_most_once)
    {
        if (open && outgoing.waiting_qos_0().empty())
        {
            send_directly(c, waiter, packet, measured.size);
            return {};
        }
        return store(c, waiter, packet, measured.size, false, now);
    }
    const bool send_now =
        open && outgoing.waiting().empty() && outgoing.next_unsent() == no_slot && quota_left(c, packet.qos);
    return store(c, waiter, packet, measured.size, send_now, now);
}

/// Ends a stored message that this server does not take. It may have taken one of QoS 2 on an earlier connection,
/// though: then its identifier is free when PUBCOMP says so, or the next message with it would pass for a repetition.
inline void refuse_stored(core& c, std::uint32_t index, errc error)
{
    session_state& s = c.session;
    if (s.outgoing[index].state == outgoing_state::publish_qos_2)
    {
        emit_acknowledgement<wire::pubrel>(c, s.outgoing[index].packet_identifier);
        s.outgoing[index].error = error;
        s.outgoing[index].repeated = true;
        s.outgoing.release(index, false);
        s.outgoing.count(index);
        return;
    }
    if (s.outgoing[index].state == outgoing_state::publish_qos_1)
    {
        s.identifiers.release(s.outgoing[index].packet_identifier);
    }
    s.outgoing.finish(index, error);
}

/// Sends a stored message, for the first time or again. A message that this server does not take ends.
/// \return false if it has to wait. \throws std::bad_alloc nothing is changed then.
inline bool send_stored(core& c, std::uint32_t index, time_point now)
{
    session_state& s = c.session;
    const bool again = s.outgoing[index].state != outgoing_state::waiting;
    const bool has_identifier = s.outgoing[index].qos != qos::at_most_once;
    if (!again && s.outgoing[index].expires && s.outgoing[index].expires_at <= now)
    {
        s.outgoing.finish(index, errc::message_expired);
        ++c.counters.messages_expired;
        return true;
    }
    wire::publish packet;
    restore_packet(s.outgoing[index], now, packet);
    const wire::size_result measured = wire::encoded_size(c.connection.version, packet, wire::text_check::none);
    errc error =
        measured.error != errc{} ? measured.error : check_message(c.connection.limits, packet.qos, packet.retain);
    if (error == errc{} && measured.size > c.connection.limits.maximum_packet_size) // v5 [MQTT-3.2.2-15]
    {
        error = errc::exceeds_server_maximum_packet_size;
    }
    if (error != errc{})
    {
        refuse_stored(c, index, error);
        return true;
    }
    (void)c.output.prepare(measured.size + alias_room);
    if (again)
    {
        s.outgoing.sent_again();
        ++c.counters.messages_resent;
    }
    else if (has_identifier)
    {
        s.identifiers.reserve();
        packet.packet_identifier = s.identifiers.take(identifier_use::message, index);
        if (packet.packet_identifier == 0)
        {
            return false;
        }
        s.outgoing.start(index, packet.packet_identifier);
    }
    else if (s.outgoing[index].operation != 0)
    {
        c.written.reserve();
        c.written.add(s.outgoing[index].operation);
    }
    write_publish(c, packet, measured.size);
    if (!has_identifier)
    {
        s.outgoing.remove(index);
    }
    return true;
}

/// Sends what may be sent now: first what a lost connection left, then what waits.
/// QoS 1 and 2 keep their order; QoS 0 overtakes them only while they wait for quota.
inline void send_waiting(core& c, time_point now)
{
    const outgoing_messages& outgoing = c.session.outgoing;
    while (may_send(c, outgoing.next_unsent()) && output_has_room(c))
    {
        (void)send_stored(c, outgoing.next_unsent(), now);
    }
    bool in_order_possible = outgoing.next_unsent() == no_slot;
    while (output_has_room(c))
    {
        const std::uint32_t next = outgoing.waiting().front();
        const std::uint32_t ordered = in_order_possible && may_send(c, next) ? next : no_slot;
        const std::uint32_t loose = outgoing.waiting_qos_0().front();
        const bool take_ordered =
            ordered != no_slot && (loose == no_slot || outgoing[ordered].sequence < outgoing[loose].sequence);
        const std::uint32_t index = take_ordered ? ordered : loose;
        if (index == no_slot)
        {
            break;
        }
        if (!send_stored(c, index, now))
        {
            in_order_possible = false; // no packet identifier is free
        }
    }
}

/// True if send_waiting() would send something.
[[nodiscard]] inline bool can_send_waiting(const core& c) noexcept
{
    const outgoing_messages& outgoing = c.session.outgoing;
    if (!outgoing.waiting_qos_0().empty())
    {
        return true;
    }
    if (outgoing.next_unsent() != no_slot)
    {
        return may_send(c, outgoing.next_unsent());
    }
    return may_send(c, outgoing.waiting().front()) && !c.session.identifiers.exhausted();
}

} // namespace tern::session

#endif
