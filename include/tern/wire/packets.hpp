// SPDX-License-Identifier: BSL-1.0
//
// The fifteen packets as plain structs of views, in the superset of MQTT 5.0; a codec of codec.hpp leaves out or
// refuses what 3.1.1 does not have. How each is laid out on the wire is in its own header beside this one.
//
// Layer: wire. Standard: v5 3.1 to 3.15, v3.1.1 3.1 to 3.14.
// Views point into the buffer that was decoded, or into what the caller wants encoded: a packet owns nothing.
#ifndef TERN_WIRE_PACKETS_HPP
#define TERN_WIRE_PACKETS_HPP

#include "tern/byte_view.hpp"
#include "tern/properties.hpp"
#include "tern/protocol_version.hpp"
#include "tern/qos.hpp"
#include "tern/reason_code.hpp"
#include "tern/retain_handling.hpp"
#include "tern/wire/sequence.hpp"

#include <cstdint>
#include <optional>
#include <string_view>

namespace tern::wire
{

/// The four high bits of the first byte. v5 2.1.2, v3.1.1 2.2.1
enum class packet_type : std::uint8_t
{
    connect = 1,
    connack = 2,
    publish = 3,
    puback = 4,
    pubrec = 5,
    pubrel = 6,
    pubcomp = 7,
    subscribe = 8,
    suback = 9,
    unsubscribe = 10,
    unsuback = 11,
    pingreq = 12,
    pingresp = 13,
    disconnect = 14,
    auth = 15,
};

/// The will message inside CONNECT. v5 3.1.3.2 to 3.1.3.4
struct will
{
    std::string_view topic{};
    byte_view payload{};
    tern::qos qos = tern::qos::at_most_once;
    bool retain = false;
    will_properties properties{};

    friend constexpr bool operator==(const will&, const will&) = default;
};

struct connect
{
    static constexpr packet_type type = packet_type::connect;
    bool clean_start = true; ///< CleanSession in 3.1.1
    std::uint16_t keep_alive = 0;
    connect_properties properties{};
    std::string_view client_identifier{};
    std::optional<wire::will> will{};
    std::optional<std::string_view> user_name{};
    std::optional<byte_view> password{};

    friend constexpr bool operator==(const connect&, const connect&) = default;
};

/// The return codes 1 to 5 of 3.1.1 appear as the reason codes 0x84, 0x85, 0x88, 0x86 and 0x87.
struct connack
{
    static constexpr packet_type type = packet_type::connack;
    bool session_present = false;
    tern::reason_code reason_code = tern::reason_code::success;
    connack_properties properties{};

    friend constexpr bool operator==(const connack&, const connack&) = default;
};

struct publish
{
    static constexpr packet_type type = packet_type::publish;
    bool duplicate = false;
    tern::qos qos = tern::qos::at_most_once;
    bool retain = false;
    std::string_view topic{};
    std::uint16_t packet_identifier = 0; ///< 0 for QoS 0, which has none
    publish_properties properties{};
    byte_view payload{};

    friend constexpr bool operator==(const publish&, const publish&) = default;
};

/// PUBACK, PUBREC, PUBREL and PUBCOMP differ in type, flags and legal reason codes only.
template <packet_type Type>
struct acknowledgement
{
    static constexpr packet_type type = Type;
    std::uint16_t packet_identifier = 0;
    tern::reason_code reason_code = tern::reason_code::success;
    acknowledgement_properties properties{};

    friend constexpr bool operator==(const acknowledgement&, const acknowledgement&) = default;
};

using puback = acknowledgement<packet_type::puback>;
using pubrec = acknowledgement<packet_type::pubrec>;
using pubrel = acknowledgement<packet_type::pubrel>;
using pubcomp = acknowledgement<packet_type::pubcomp>;

/// A topic filter and its options byte; 3.1.1 has the QoS only.
struct subscription
{
    std::string_view topic_filter{};
    qos maximum_qos = qos::at_most_once;
    bool no_local = false;
    bool retain_as_published = false;
    tern::retain_handling retain_handling = tern::retain_handling::send;

    friend constexpr bool operator==(const subscription&, const subscription&) = default;
};

struct subscribe
{
    static constexpr packet_type type = packet_type::subscribe;
    std::uint16_t packet_identifier = 0;
    subscribe_properties properties{};
    sequence<subscription> subscriptions{}; ///< at least one: v5 [MQTT-3.8.3-2] v3.1.1 [MQTT-3.8.3-3]

    friend constexpr bool operator==(const subscribe&, const subscribe&) = default;
};

struct suback
{
    static constexpr packet_type type = packet_type::suback;
    std::uint16_t packet_identifier = 0;
    acknowledgement_properties properties{};
    sequence<tern::reason_code> reason_codes{}; ///< one per topic filter, in their order

    friend constexpr bool operator==(const suback&, const suback&) = default;
};

struct unsubscribe
{
    static constexpr packet_type type = packet_type::unsubscribe;
    std::uint16_t packet_identifier = 0;
    unsubscribe_properties properties{};
    sequence<std::string_view> topic_filters{}; ///< at least one: v5 [MQTT-3.10.3-2] v3.1.1 [MQTT-3.10.3-2]

    friend constexpr bool operator==(const unsubscribe&, const unsubscribe&) = default;
};

struct unsuback
{
    static constexpr packet_type type = packet_type::unsuback;
    std::uint16_t packet_identifier = 0;
    acknowledgement_properties properties{};
    sequence<tern::reason_code> reason_codes{}; ///< empty in 3.1.1, which has none

    friend constexpr bool operator==(const unsuback&, const unsuback&) = default;
};

struct pingreq
{
    static constexpr packet_type type = packet_type::pingreq;

    friend constexpr bool operator==(const pingreq&, const pingreq&) = default;
};

struct pingresp
{
    static constexpr packet_type type = packet_type::pingresp;

    friend constexpr bool operator==(const pingresp&, const pingresp&) = default;
};

/// 3.1.1 has neither reason code nor properties, and only the client sends it.
struct disconnect
{
    static constexpr packet_type type = packet_type::disconnect;
    tern::reason_code reason_code = tern::reason_code::normal_disconnection;
    disconnect_properties properties{};

    friend constexpr bool operator==(const disconnect&, const disconnect&) = default;
};

/// 5.0 only.
struct auth
{
    static constexpr packet_type type = packet_type::auth;
    tern::reason_code reason_code = tern::reason_code::success;
    auth_properties properties{};

    friend constexpr bool operator==(const auth&, const auth&) = default;
};

} // namespace tern::wire

#endif
