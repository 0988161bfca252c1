// SPDX-License-Identifier: BSL-1.0
//
// The receiver's side of QoS 1 and 2 as one table: in which state an identifier of the server's is, what comes, what is
// done.
//
// Layer: session. Standard: v5 4.3.2, 4.3.3, v3.1.1 4.3.2, 4.3.3 (receiver).
// The table decides; incoming.hpp does. An identifier that is not known at all is `unknown` here and has no record.
#ifndef TERN_SESSION_INCOMING_TABLE_HPP
#define TERN_SESSION_INCOMING_TABLE_HPP

#include <cstddef>
#include <cstdint>

namespace tern::session
{

/// What is known of an identifier.
enum class incoming_state : std::uint8_t
{
    unknown,
    untaken_qos_1,  ///< delivered, the application has not taken it
    taken_qos_1,    ///< PUBACK is due, when its turn comes or the server repeats the PUBLISH
    untaken_qos_2,
    taken_qos_2,    ///< PUBREC is due, when its turn comes or the server repeats the PUBLISH
    awaiting_pubrel, ///< PUBREC sent
};

enum class incoming_packet : std::uint8_t
{
    publish_qos_1,        ///< with DUP 0
    repeated_qos_1,       ///< with DUP 1
    publish_qos_2,        ///< DUP says nothing that the identifier does not say better
    pubrel,
};

enum class incoming_action : std::uint8_t
{
    deliver,         ///< a new message
    replace,         ///< a new message; the old one was of a lost connection and the server has let go of it
    suppress,        ///< known: not delivered again; acknowledged when taken
    acknowledge,     ///< known and taken: not delivered again; its acknowledgement is due (again)
    complete,        ///< PUBCOMP, and the identifier is free: v5 [MQTT-4.3.3-11] [MQTT-4.3.3-12]
    answer_unknown,  ///< PUBCOMP with reason 0x92
    violation,
};

/// `same_connection`: the identifier was last used on this connection. Reusing it there before it was acknowledged is a
/// violation (v5 [MQTT-2.2.1-4]); after a lost connection it shows that the server has forgotten the old message.
[[nodiscard]] constexpr incoming_action next_action(incoming_state state, incoming_packet packet,
                                                    bool same_connection) noexcept
{
    using enum incoming_action;
    constexpr incoming_action table[6][4] = {
        // QoS 1, QoS 1 repeated, QoS 2, PUBREL
        {deliver, deliver, deliver, answer_unknown},       // unknown: v5 [MQTT-4.3.2-5] v3.1.1 [MQTT-4.3.2-2]
        {replace, suppress, replace, answer_unknown},      // untaken_qos_1
        {replace, acknowledge, replace, answer_unknown},   // taken_qos_1
        {replace, replace, suppress, violation},           // untaken_qos_2: v5 [MQTT-4.3.3-10] v3.1.1 [MQTT-4.3.3-2]
        {replace, replace, acknowledge, violation},        // taken_qos_2
        {replace, replace, acknowledge, complete},         // awaiting_pubrel
    };
    const incoming_action action = table[static_cast<std::size_t>(state)][static_cast<std::size_t>(packet)];
    return action == replace && same_connection ? violation : action;
}

} // namespace tern::session

#endif
