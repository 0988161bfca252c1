// SPDX-License-Identifier: BSL-1.0
//
// Receiving messages: delivering each once, and acknowledging in the order of arrival what the application has taken.
//
// Layer: session. Standard: v5 3.3, 4.3, 4.5, 4.6, v3.1.1 the same (receiver).
// A part of the engine: functions on its core. The decisions are in incoming_table.hpp. Whom a message is for is the
// client's business.
#ifndef TERN_SESSION_RECEIVING_HPP
#define TERN_SESSION_RECEIVING_HPP

#include "tern/error.hpp"
#include "tern/qos.hpp"
#include "tern/reason_code.hpp"
#include "tern/session/answering.hpp"
#include "tern/session/core.hpp"
#include "tern/session/ending.hpp"
#include "tern/session/event.hpp"
#include "tern/session/incoming_table.hpp"
#include "tern/session/types.hpp"
#include "tern/wire/acknowledgement.hpp"
#include "tern/wire/codec.hpp"
#include "tern/wire/framing.hpp"
#include "tern/wire/publish.hpp"
#include "tern/wire/reason_codes.hpp"
#include "tern/wire/sender.hpp"

#include <cstdint>
#include <optional>
#include <utility>

namespace tern::session
{

/// Sends the acknowledgements whose turn has come: PUBACK and PUBREC in the order in which the messages arrived.
/// v5 [MQTT-4.6.0-2] [MQTT-4.6.0-3] v3.1.1 the same. \throws std::bad_alloc what is not sent stays due.
inline void send_acknowledgements(core& c)
{
    incoming_messages& incoming = c.session.incoming;
    if (c.connection.phase != connection_phase::connected)
    {
        return;
    }
    for (;;)
    {
        const std::uint32_t index = incoming.first_in_order();
        if (index == no_slot || !is_taken(incoming[index].state))
        {
            return;
        }
        incoming_message& message = incoming[index];
        if (message.state == incoming_state::taken_qos_1)
        {
            emit_acknowledgement<wire::puback>(c, message.packet_identifier, message.reason); // v5 [MQTT-4.3.2-4]
            incoming.remove(index);
            continue;
        }
        emit_acknowledgement<wire::pubrec>(c, message.packet_identifier, message.reason); // v5 [MQTT-4.3.3-8]
        if (is_failure(message.reason) && c.connection.version == protocol_version::v5)
        {
            incoming.remove(index); // v5 [MQTT-4.3.3-9]
            continue;
        }
        message.state = incoming_state::awaiting_pubrel;
        incoming.leave_order(index);
    }
}

/// Takes a QoS 1 or 2 message in. \return true if it is to be delivered.
inline bool take_in(core& c, const wire::publish& packet, time_point now, session::delivery& handle)
{
    incoming_messages& incoming = c.session.incoming;
    std::uint32_t index = incoming.find(packet.packet_identifier);
    const bool is_qos_1 = packet.qos == qos::at_least_once;
    const incoming_packet kind = !is_qos_1          ? incoming_packet::publish_qos_2
                                 : packet.duplicate ? incoming_packet::repeated_qos_1
                                                    : incoming_packet::publish_qos_1;
    const incoming_state state = index == no_slot ? incoming_state::unknown : incoming[index].state;
    const bool same_connection = index != no_slot && incoming[index].on_this_connection;
    const incoming_action action = next_action(state, kind, same_connection);
    const bool counted_already = index != no_slot && incoming[index].counts;
    if (c.connection.version == protocol_version::v5 && !counted_already &&
        incoming.counted() >= c.connection.receive_maximum) // v5 [MQTT-3.3.4-9]
    {
        fail(c, errc::receive_maximum_exceeded);
        return false;
    }
    switch (action)
    {
    case incoming_action::deliver:
    case incoming_action::replace: break;
    case incoming_action::suppress: // v5 [MQTT-4.3.3-10]
    case incoming_action::acknowledge:
        ++c.counters.duplicates_suppressed;
        incoming.arrived(index);
        send_acknowledgements(c);
        return false;
    default: fail(c, errc::unexpected_packet); return false;
    }
    if (action == incoming_action::replace)
    {
        incoming.remove(index);
    }
    incoming.reserve();
    index = incoming.add(packet.packet_identifier);
    incoming[index].state = is_qos_1 ? incoming_state::untaken_qos_1 : incoming_state::untaken_qos_2;
    incoming[index].received_at = now;
    incoming.arrived(index);
    handle = incoming.handle(index);
    return true;
}

/// PUBLISH came.
template <protocol_version Version>
void on_publish(core& c, const wire::frame& in, time_point now, std::optional<event>& out)
{
    wire::publish& packet = c.received;
    errc error = wire::codec<wire::publish, Version>::decode(in, packet, wire::sender::server);
    if (error == errc{} && packet.properties.topic_alias)
    {
        error = c.connection.aliases_of_server.resolve(*packet.properties.topic_alias, packet.topic);
    }
    if (error != errc{})
    {
        fail(c, error);
        return;
    }
    session::delivery handle;
    if (packet.qos != qos::at_most_once && !take_in(c, packet, now, handle))
    {
        return;
    }
    ++c.counters.messages_received;
    out.emplace(std::in_place_type<message_received>, handle, packet);
}

/// PUBREL came. v5 [MQTT-4.3.3-11] v3.1.1 [MQTT-4.3.3-2]
inline void on_pubrel(core& c, const wire::frame& in)
{
    wire::pubrel packet;
    if (const errc error = wire::decode(c.connection.version, in, packet, wire::sender::server); error != errc{})
    {
        fail(c, error);
        return;
    }
    if (!accept_problem_information(c, packet.properties.reason_string.has_value(),
                                    !packet.properties.user_properties.refers_to_nothing()))
    {
        return;
    }
    incoming_messages& incoming = c.session.incoming;
    const std::uint32_t index = incoming.find(packet.packet_identifier);
    const incoming_state state = index == no_slot ? incoming_state::unknown : incoming[index].state;
    switch (next_action(state, incoming_packet::pubrel, true))
    {
    case incoming_action::complete:
        emit_acknowledgement<wire::pubcomp>(c, packet.packet_identifier);
        incoming.remove(index);
        break;
    case incoming_action::answer_unknown:
        emit_acknowledgement<wire::pubcomp>(c, packet.packet_identifier, reason_code::packet_identifier_not_found);
        break;
    default: fail(c, errc::unexpected_packet); break;
    }
}

/// See engine::forget().
inline void forget_delivery(core& c, session::delivery handle) noexcept
{
    incoming_messages& incoming = c.session.incoming;
    if (incoming.holds(handle) && !is_taken(incoming[handle.index].state))
    {
        incoming.remove(handle.index);
    }
}

/// See engine::acknowledge().
inline void acknowledge(core& c, session::delivery handle, reason_code reason)
{
    incoming_messages& incoming = c.session.incoming;
    if (!incoming.holds(handle) || is_taken(incoming[handle.index].state))
    {
        return;
    }
    incoming_message& message = incoming[handle.index];
    // A code that PUBACK and PUBREC cannot carry: v5 [MQTT-3.4.2-1] [MQTT-3.5.2-1]
    message.reason = wire::publish_answer_codes.contains(reason) ? reason : reason_code::unspecified_error;
    message.state =
        message.state == incoming_state::untaken_qos_1 ? incoming_state::taken_qos_1 : incoming_state::taken_qos_2;
    send_acknowledgements(c);
}

} // namespace tern::session

#endif
