// SPDX-License-Identifier: BSL-1.0
//
// The sender's side of QoS 1 and 2 as one table: in which state a message is, what comes, what is done.
//
// Layer: session. Standard: v5 4.3.2, 4.3.3, v3.1.1 4.3.2, 4.3.3 (sender).
// The table decides; outgoing.hpp does. QoS 0 has no state: it is forgotten when it is encoded.
#ifndef TERN_SESSION_OUTGOING_TABLE_HPP
#define TERN_SESSION_OUTGOING_TABLE_HPP

#include <cstddef>
#include <cstdint>

namespace tern::session
{

/// What the session waits for, for one message.
enum class outgoing_state : std::uint8_t
{
    waiting,       ///< to be sent for the first time; has no packet identifier
    publish_qos_1, ///< PUBLISH sent, PUBACK awaited
    publish_qos_2, ///< PUBLISH sent, PUBREC awaited
    pubrel,        ///< PUBREL sent, PUBCOMP awaited
    finished,      ///< over; its completion waits for engine::poll()
};

/// What the server can answer.
enum class outgoing_answer : std::uint8_t
{
    puback,
    pubrec,
    failing_pubrec, ///< with a reason code of 0x80 or more
    pubcomp,
};

enum class outgoing_action : std::uint8_t
{
    violation,     ///< the server answers with the wrong packet
    complete,      ///< the handshake is over, well or badly
    send_pubrel,   ///< and await PUBCOMP; the message itself is never sent again: v5 [MQTT-4.3.3-6]
    repeat_pubrel,
};

[[nodiscard]] constexpr outgoing_action next_action(outgoing_state state, outgoing_answer answer) noexcept
{
    using enum outgoing_action;
    constexpr outgoing_action table[5][4] = {
        // PUBACK, PUBREC, PUBREC >= 0x80, PUBCOMP
        {violation, violation, violation, violation},     // waiting: has no identifier, so nothing can answer it
        {complete, violation, violation, violation},      // publish_qos_1: v5 [MQTT-4.3.2-3] v3.1.1 [MQTT-4.3.2-1]
        // publish_qos_2: v5 [MQTT-4.3.3-4] [MQTT-4.4.0-2]. There is a server (RabbitMQ) that acknowledges QoS 2 as if it
        // were QoS 1; it has taken the message, so that counts as success instead of losing the connection over it.
        {complete, send_pubrel, complete, violation},
        {violation, repeat_pubrel, complete, complete},   // pubrel: v5 [MQTT-4.3.3-5]
        {violation, violation, violation, violation},     // finished: has no identifier any more
    };
    return table[static_cast<std::size_t>(state)][static_cast<std::size_t>(answer)];
}

} // namespace tern::session

#endif
