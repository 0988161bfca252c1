// SPDX-License-Identifier: BSL-1.0
//
// What the server's answers do to outgoing messages, what a resumed session sends again, and how a publish is
// cancelled.
//
// Layer: session. Standard: v5 3.4 to 3.7, 4.3, 4.4, v3.1.1 the same (sender).
// A part of the engine: functions on its core. The decisions are in outgoing_table.hpp.
#ifndef TERN_SESSION_ANSWERING_HPP
#define TERN_SESSION_ANSWERING_HPP

#include "tern/error.hpp"
#include "tern/reason_code.hpp"
#include "tern/session/core.hpp"
#include "tern/session/ending.hpp"
#include "tern/session/event.hpp"
#include "tern/session/outgoing_table.hpp"
#include "tern/session/types.hpp"
#include "tern/wire/acknowledgement.hpp"
#include "tern/wire/codec.hpp"
#include "tern/wire/framing.hpp"
#include "tern/wire/sender.hpp"

#include <cstdint>
#include <optional>
#include <system_error>

namespace tern::session
{

/// The outcome that a reason code of the server's stands for: none for success.
[[nodiscard]] inline std::error_code to_error(reason_code reason) noexcept
{
    return is_failure(reason) ? make_error_code(reason) : std::error_code();
}

/// False, and the connection has failed, if the server says more than it was asked for. v5 [MQTT-3.1.2-29]
inline bool accept_problem_information(core& c, bool has_reason_string, bool has_user_properties)
{
    if (!c.connection.problem_information && (has_reason_string || has_user_properties))
    {
        fail(c, errc::unrequested_property);
        return false;
    }
    return true;
}

/// The message is over. \return the event, if somebody waits for it.
inline std::optional<event> complete(core& c, std::uint32_t index, reason_code reason,
                                     const acknowledgement_properties& properties) noexcept
{
    session_state& s = c.session;
    const session::operation waiter = s.outgoing[index].operation;
    const std::error_code refused = s.outgoing[index].error; // by this client, after it was sent
    s.identifiers.release(s.outgoing[index].packet_identifier);
    s.outgoing.remove(index);
    if (waiter == 0)
    {
        return std::nullopt;
    }
    return publish_completed{waiter, refused ? refused : to_error(reason), reason, properties};
}

/// PUBACK, PUBREC or PUBCOMP for a message that is in flight.
template <class Packet>
std::optional<event> apply_answer(core& c, std::uint32_t index, outgoing_answer answer, const Packet& packet)
{
    outgoing_messages& outgoing = c.session.outgoing;
    switch (next_action(outgoing[index].state, answer))
    {
    case outgoing_action::violation: fail(c, errc::acknowledgement_of_wrong_type); return std::nullopt;
    case outgoing_action::complete: break;
    case outgoing_action::send_pubrel: // v5 [MQTT-4.3.3-4] v3.1.1 [MQTT-4.3.3-1]
        emit_acknowledgement<wire::pubrel>(c, packet.packet_identifier);
        outgoing.release(index, c.limits.republish_exactly_once);
        return std::nullopt;
    case outgoing_action::repeat_pubrel:
        emit_acknowledgement<wire::pubrel>(c, packet.packet_identifier);
        return std::nullopt;
    }
    // After a lost connection the server may have completed what we could not see completed. v5 2.4 (0x92)
    const bool completed_before = answer == outgoing_answer::pubcomp && outgoing[index].repeated &&
                                  packet.reason_code == reason_code::packet_identifier_not_found;
    return complete(c, index, completed_before ? reason_code::success : packet.reason_code, packet.properties);
}

/// PUBACK, PUBREC or PUBCOMP came.
template <class Packet>
std::optional<event> on_answer(core& c, const wire::frame& in)
{
    Packet packet;
    if (const errc error = wire::decode(c.connection.version, in, packet, wire::sender::server); error != errc{})
    {
        fail(c, error);
        return std::nullopt;
    }
    if (!accept_problem_information(c, packet.properties.reason_string.has_value(),
                                    !packet.properties.user_properties.refers_to_nothing()))
    {
        return std::nullopt;
    }
    const packet_identifiers::entry known = c.session.identifiers.find(packet.packet_identifier);
    if (known.use == identifier_use::request)
    {
        fail(c, errc::acknowledgement_of_wrong_type);
        return std::nullopt;
    }
    constexpr bool is_pubrec = Packet::type == wire::packet_type::pubrec;
    if (known.use == identifier_use::unused)
    {
        // An answer to a message that is over already completes nothing; a PUBREC needs an end all the same.
        if (is_pubrec && !is_failure(packet.reason_code)) // v5 4.3.3, 3.6.2.1 (0x92)
        {
            emit_acknowledgement<wire::pubrel>(c, packet.packet_identifier, reason_code::packet_identifier_not_found);
        }
        return std::nullopt;
    }
    const outgoing_answer answer = Packet::type == wire::packet_type::puback    ? outgoing_answer::puback
                                   : Packet::type == wire::packet_type::pubcomp ? outgoing_answer::pubcomp
                                   : is_failure(packet.reason_code)             ? outgoing_answer::failing_pubrec
                                                                                : outgoing_answer::pubrec;
    return apply_answer(c, known.index, answer, packet);
}

/// The server has kept the session: what is unacknowledged is sent again, and at no other time.
/// v5 [MQTT-4.4.0-1] v3.1.1 [MQTT-4.4.0-1]. PUBRELs leave now, which no quota delays (v5 [MQTT-4.9.0-3]), the messages
/// as send_waiting() can. \throws std::bad_alloc nothing is changed then.
inline void resume_outgoing(core& c)
{
    constexpr std::size_t pubrel_size = 4;
    outgoing_messages& outgoing = c.session.outgoing;
    (void)c.output.prepare(outgoing.pubrels().size() * pubrel_size);
    for (std::uint32_t index = outgoing.pubrels().front(); index != no_slot; index = outgoing[index].next)
    {
        emit_acknowledgement<wire::pubrel>(c, outgoing[index].packet_identifier); // v5 [MQTT-4.3.3-5]
        outgoing[index].repeated = true;
        outgoing.count(index);
    }
    outgoing.resume();
}

/// See engine::cancel().
inline bool cancel_publish(core& c, message_handle handle) noexcept
{
    outgoing_messages& outgoing = c.session.outgoing;
    if (!outgoing.holds(handle))
    {
        return false;
    }
    outgoing[handle.index].operation = 0;
    switch (outgoing[handle.index].state)
    {
    case outgoing_state::waiting: outgoing.remove(handle.index); return true;
    case outgoing_state::finished: outgoing.remove(handle.index); return false;
    default: return false;
    }
}

} // namespace tern::session

#endif
