// SPDX-License-Identifier: BSL-1.0
//
// CONNECT: the first packet of a connection, from the client.
//
//     fixed header     0001 0000, remaining length
//     variable header  protocol name "MQTT", protocol version
//                      flags: user name, password, will retain, will QoS (2), will, clean start, reserved
//                      keep alive, in seconds
//                      properties (5.0)
//     payload          client identifier
//                      if the will flag is set: will properties (5.0), will topic, will payload
//                      user name, if its flag is set
//                      password, if its flag is set
//
// Layer: wire. Standard: v5 3.1, v3.1.1 3.1.
// That an empty client identifier needs CleanSession 1 in 3.1.1 is not judged when decoding, because a server answers
// that with a CONNACK: v3.1.1 [MQTT-3.1.3-8]. Which version a received CONNECT is of, connect_version.hpp tells.
#ifndef TERN_WIRE_CONNECT_HPP
#define TERN_WIRE_CONNECT_HPP

#include "tern/byte_view.hpp"
#include "tern/error.hpp"
#include "tern/properties.hpp"
#include "tern/protocol_version.hpp"
#include "tern/qos.hpp"
#include "tern/wire/fields.hpp"
#include "tern/wire/kinds.hpp"
#include "tern/wire/packet_type.hpp"
#include "tern/wire/property_lists.hpp"
#include "tern/wire/reader.hpp"
#include "tern/wire/text_check.hpp"
#include "tern/wire/writer.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace tern::wire
{

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

/// The name of the protocol, the same in both versions. v5 [MQTT-3.1.2-1] v3.1.1 [MQTT-3.1.2-1]
inline constexpr std::string_view protocol_name = "MQTT";

namespace detail
{

/// Protocol name and version: no members, always the same bytes.
template <protocol_version Version>
struct protocol
{
    template <text_check>
    static constexpr errc add_size(const connect&, std::size_t& size) noexcept
    {
        size += 2 + protocol_name.size() + 1;
        return errc{};
    }

    static constexpr char* encode(const connect&, char* out) noexcept
    {
        return put(static_cast<std::uint8_t>(Version), put_field(protocol_name, out));
    }

    template <text_check>
    static constexpr errc decode(reader& in, connect&) noexcept
    {
        std::string_view name;
        std::uint8_t level = 0;
        if (!read_field(in, name) || !in.read(level))
        {
            return errc::length_mismatch;
        }
        const bool same = name == protocol_name && level == static_cast<std::uint8_t>(Version);
        return same ? errc{} : errc::not_supported_by_protocol_version;
    }
};

/// The flags that say which fields follow; decoding makes those fields hold a value. v5 3.1.2.3, v3.1.1 3.1.2.3
template <protocol_version Version>
struct connect_flags
{
    static constexpr unsigned clean_start = 0x02;
    static constexpr unsigned will_flag = 0x04;
    static constexpr unsigned will_qos_shift = 3;
    static constexpr unsigned will_retain = 0x20;
    static constexpr unsigned password = 0x40;
    static constexpr unsigned user_name = 0x80;

    template <text_check>
    static constexpr errc add_size(const connect& packet, std::size_t& size) noexcept
    {
        size += 1;
        if (packet.will && !is_valid(packet.will->qos)) // v5 [MQTT-3.1.2-12] v3.1.1 [MQTT-3.1.2-14]
        {
            return errc::invalid_qos;
        }
        if (Version == protocol_version::v3_1_1)
        {
            if (packet.password && !packet.user_name) // v3.1.1 [MQTT-3.1.2-22]
            {
                return errc::not_supported_by_protocol_version;
            }
            if (packet.client_identifier.empty() && !packet.clean_start) // v3.1.1 [MQTT-3.1.3-7]
            {
                return errc::not_supported_by_protocol_version;
            }
        }
        return errc{};
    }

    static constexpr char* encode(const connect& packet, char* out) noexcept
    {
        // v5 [MQTT-3.1.2-3] v3.1.1 [MQTT-3.1.2-3]: the lowest bit stays 0.
        // v5 [MQTT-3.1.2-19]: a password needs no user name.
        unsigned flags = (packet.clean_start ? clean_start : 0) | (packet.password ? password : 0) |
                         (packet.user_name ? user_name : 0);
        if (packet.will) // v5 [MQTT-3.1.2-11] [MQTT-3.1.2-13] v3.1.1 [MQTT-3.1.2-11]: without one its bits stay 0
        {
            flags |= will_flag | (static_cast<unsigned>(packet.will->qos) << will_qos_shift) |
                     (packet.will->retain ? will_retain : 0);
        }
        return put(static_cast<std::uint8_t>(flags), out);
    }

    template <text_check>
    static constexpr errc decode(reader& in, connect& packet) noexcept
    {
        std::uint8_t flags = 0;
        if (!in.read(flags))
        {
            return errc::length_mismatch;
        }
        const auto level = static_cast<tern::qos>((flags >> will_qos_shift) & 3U);
        const bool retain = (flags & will_retain) != 0;
        packet.clean_start = (flags & clean_start) != 0;
        packet.will.reset();
        packet.user_name.reset();
        packet.password.reset();
        if ((flags & 1U) != 0) // v5 [MQTT-3.1.2-3] v3.1.1 [MQTT-3.1.2-3]
        {
            return errc::reserved_bits;
        }
        if ((flags & will_flag) != 0)
        {
            if (!is_valid(level)) // v5 [MQTT-3.1.2-12] v3.1.1 [MQTT-3.1.2-14]
            {
                return errc::invalid_qos_received;
            }
            packet.will.emplace();
            packet.will->qos = level;
            packet.will->retain = retain;
        }
        else if (level != qos::at_most_once || retain)
        {
            // v5 [MQTT-3.1.2-11] [MQTT-3.1.2-13] v3.1.1 [MQTT-3.1.2-11] [MQTT-3.1.2-13] [MQTT-3.1.2-15]
            return errc::reserved_bits;
        }
        if ((flags & user_name) != 0)
        {
            packet.user_name.emplace();
        }
        if ((flags & password) != 0)
        {
            packet.password.emplace();
            if (Version == protocol_version::v3_1_1 && !packet.user_name) // v3.1.1 [MQTT-3.1.2-22]
            {
                return errc::reserved_bits;
            }
        }
        return errc{};
    }
};

constexpr bool will_has_topic(const will& message) noexcept
{
    return !message.topic.empty(); // v5 [MQTT-4.7.3-1] v3.1.1 [MQTT-4.7.3-1]
}

constexpr bool data_has_method(const connect& packet) noexcept
{
    return !packet.properties.authentication_data || packet.properties.authentication_method; // v5 3.1.2.11.10
}

// clang-format off
template <protocol_version Version>
using will_layout = field_list<
    since_v5<Version, field<&will::properties, property_block<will_properties>>>,
    field<&will::topic, topic_name>, // v5 [MQTT-3.1.3-11] v3.1.1 [MQTT-3.1.3-10]
    rule<will_has_topic, errc::invalid_topic_name, errc::invalid_topic_received>,
    field<&will::payload, binary_data>>;
// clang-format on

} // namespace detail

template <protocol_version Version>
struct layout<connect, Version>
{
    using header = plain_header<packet_type::connect>;
    // clang-format off
    using body = field_list<
        detail::protocol<Version>,
        detail::connect_flags<Version>,
        field<&connect::keep_alive, two_byte_integer>,
        since_v5<Version, field<&connect::properties, property_block<connect_properties>>>,
        rule<detail::data_has_method, errc::invalid_option, errc::invalid_property_value>,
        // The payload, in this order: v5 [MQTT-3.1.3-1] [MQTT-3.1.3-3] v3.1.1 [MQTT-3.1.3-1] [MQTT-3.1.3-3]
        field<&connect::client_identifier, utf8_string>, // v5 [MQTT-3.1.3-4] v3.1.1 [MQTT-3.1.3-4]
        // v5 [MQTT-3.1.2-9] v3.1.1 [MQTT-3.1.2-9]
        optional_field<&connect::will, detail::will_layout<Version>>,
        // v5 [MQTT-3.1.2-16] [MQTT-3.1.2-17] [MQTT-3.1.3-12] v3.1.1 [MQTT-3.1.2-18] [MQTT-3.1.2-19] [MQTT-3.1.3-11]
        optional_field<&connect::user_name, utf8_string>,
        // v5 [MQTT-3.1.2-18] [MQTT-3.1.2-19] v3.1.1 [MQTT-3.1.2-20] [MQTT-3.1.2-21]
        optional_field<&connect::password, binary_data>>;
    // clang-format on
};

} // namespace tern::wire

#endif
