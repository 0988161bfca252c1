// SPDX-License-Identifier: BSL-1.0
//
// PUBLISH: an application message on its way, in either direction.
//
//     fixed header     0011 DUP QoS QoS RETAIN, remaining length
//     variable header  topic name
//                      packet identifier, if QoS is 1 or 2
//                      properties (5.0)
//     payload          the application message, to the end of the packet
//
// Layer: wire. Standard: v5 3.3, v3.1.1 3.3.
// Aliases are not resolved here: a topic alias belongs to a connection, which this layer does not know.
#ifndef TERN_WIRE_PUBLISH_HPP
#define TERN_WIRE_PUBLISH_HPP

#include "tern/byte_view.hpp"
#include "tern/error.hpp"
#include "tern/properties.hpp"
#include "tern/protocol_version.hpp"
#include "tern/qos.hpp"
#include "tern/wire/fields.hpp"
#include "tern/wire/kinds.hpp"
#include "tern/wire/packet_type.hpp"
#include "tern/wire/property_lists.hpp"
#include "tern/wire/sender.hpp"

#include <cstdint>
#include <string_view>

namespace tern::wire
{

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

namespace detail
{

/// The four low bits of the first byte. v5 3.3.1, v3.1.1 3.3.1
struct publish_header
{
    static constexpr errc check(const publish& packet) noexcept
    {
        // v5 [MQTT-3.3.1-4] [MQTT-3.3.1-2] v3.1.1 [MQTT-3.3.1-4] [MQTT-3.3.1-2]
        const bool legal = is_valid(packet.qos) && !(packet.duplicate && packet.qos == qos::at_most_once);
        return legal ? errc{} : errc::invalid_qos;
    }

    static constexpr std::uint8_t flags(const publish& packet) noexcept
    {
        return static_cast<std::uint8_t>((packet.duplicate ? 8U : 0U) | (static_cast<unsigned>(packet.qos) << 1U) |
                                         (packet.retain ? 1U : 0U));
    }

    /// Judged already: see first_byte_error().
    static constexpr void read(std::uint8_t flags, publish& packet) noexcept
    {
        packet.duplicate = (flags & 8U) != 0;
        packet.qos = static_cast<tern::qos>((flags >> 1U) & 3U);
        packet.retain = (flags & 1U) != 0;
    }
};

constexpr bool has_packet_identifier(const publish& packet) noexcept
{
    return packet.qos != qos::at_most_once; // v5 [MQTT-2.2.1-2] v3.1.1 [MQTT-2.3.1-5]
}

constexpr bool has_topic(const publish& packet) noexcept
{
    return !packet.topic.empty();
}

constexpr bool has_topic_or_alias(const publish& packet) noexcept
{
    return !packet.topic.empty() || packet.properties.topic_alias;
}

constexpr bool subscription_identifiers_from_server(const publish& packet, sender from) noexcept
{
    return from != sender::client || packet.properties.subscription_identifiers.empty();
}

} // namespace detail

template <>
struct layout<publish, protocol_version::v5>
{
    using header = detail::publish_header;
    // clang-format off
    using body = field_list<
        field<&publish::topic, topic_name>, // v5 [MQTT-3.3.2-1]
        only_if<detail::has_packet_identifier, field<&publish::packet_identifier, packet_identifier>>,
        field<&publish::properties, property_block<publish_properties>>,
        rule<detail::has_topic_or_alias, errc::invalid_topic_name, errc::unknown_topic_alias>, // v5 3.3.2.1
        sender_rule<detail::subscription_identifiers_from_server, errc::unrequested_property>, // v5 [MQTT-3.3.4-6]
        field<&publish::payload, remaining_bytes>>;
    // clang-format on
};

template <>
struct layout<publish, protocol_version::v3_1_1>
{
    using header = detail::publish_header;
    // clang-format off
    using body = field_list<
        field<&publish::topic, topic_name>, // v3.1.1 [MQTT-3.3.2-1]
        rule<detail::has_topic, errc::invalid_topic_name, errc::invalid_topic_received>, // v3.1.1 [MQTT-4.7.3-1]
        only_if<detail::has_packet_identifier, field<&publish::packet_identifier, packet_identifier>>,
        since_v5<protocol_version::v3_1_1, field<&publish::properties, property_block<publish_properties>>>,
        field<&publish::payload, remaining_bytes>>;
    // clang-format on
};

} // namespace tern::wire

#endif
