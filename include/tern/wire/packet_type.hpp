// SPDX-License-Identifier: BSL-1.0
//
// The type of a packet: the four high bits of its first byte, and what the four low bits may be.
//
// Layer: wire. Standard: v5 2.1.2, 2.1.3; v3.1.1 2.2.1, 2.2.2.
// Whether a packet may come now, and from this side, is the session's to judge.
#ifndef TERN_WIRE_PACKET_TYPE_HPP
#define TERN_WIRE_PACKET_TYPE_HPP

#include "tern/error.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
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
    auth = 15, ///< reserved in 3.1.1
};

/// The standard's name in capitals.
[[nodiscard]] constexpr std::string_view to_string(packet_type type) noexcept
{
    switch (type)
    {
    case packet_type::connect: return "CONNECT";
    case packet_type::connack: return "CONNACK";
    case packet_type::publish: return "PUBLISH";
    case packet_type::puback: return "PUBACK";
    case packet_type::pubrec: return "PUBREC";
    case packet_type::pubrel: return "PUBREL";
    case packet_type::pubcomp: return "PUBCOMP";
    case packet_type::subscribe: return "SUBSCRIBE";
    case packet_type::suback: return "SUBACK";
    case packet_type::unsubscribe: return "UNSUBSCRIBE";
    case packet_type::unsuback: return "UNSUBACK";
    case packet_type::pingreq: return "PINGREQ";
    case packet_type::pingresp: return "PINGRESP";
    case packet_type::disconnect: return "DISCONNECT";
    case packet_type::auth: return "AUTH";
    }
    return "reserved";
}

/// The flags that every packet of this type carries; PUBLISH alone has flags of its own.
[[nodiscard]] constexpr std::uint8_t fixed_flags(packet_type type) noexcept
{
    // v5 [MQTT-3.6.1-1] [MQTT-3.8.1-1] [MQTT-3.10.1-1] v3.1.1 [MQTT-3.6.1-1] [MQTT-3.8.1-1] [MQTT-3.10.1-1]
    // The others carry 0: v5 [MQTT-2.1.3-1] [MQTT-3.14.1-1] [MQTT-3.15.1-1] v3.1.1 [MQTT-2.2.2-1] [MQTT-3.14.1-1]
    const bool two = type == packet_type::pubrel || type == packet_type::subscribe || type == packet_type::unsubscribe;
    return two ? 2 : 0;
}

namespace detail
{

/// What is wrong with each first byte.
[[nodiscard]] constexpr std::array<errc, 256> judge_first_bytes() noexcept
{
    std::array<errc, 256> errors{};
    for (std::size_t byte = 0; byte < errors.size(); ++byte)
    {
        const auto type = static_cast<packet_type>(byte >> 4U);
        const std::size_t flags = byte & 0x0FU;
        if (byte < 0x10) // v5 2.1.2, v3.1.1 2.2.1: type 0 is forbidden
        {
            errors[byte] = errc::reserved_packet_type;
        }
        else if (type == packet_type::publish)
        {
            const std::size_t level = (flags >> 1U) & 3U;
            const bool duplicate = (flags & 8U) != 0;
            // v5 [MQTT-3.3.1-4] [MQTT-3.3.1-2] v3.1.1 [MQTT-3.3.1-4] [MQTT-3.3.1-2]
            errors[byte] = level == 3 || (level == 0 && duplicate) ? errc::invalid_qos_received : errc{};
        }
        else if (flags != fixed_flags(type)) // v5 [MQTT-2.1.3-1] v3.1.1 [MQTT-2.2.2-2]
        {
            errors[byte] = errc::reserved_flags;
        }
    }
    return errors;
}

/// As a table, because it is asked for every packet.
inline constexpr std::array<errc, 256> first_byte_errors = judge_first_bytes();

} // namespace detail

/// What is wrong with the first byte of a packet, `errc{}` if nothing is.
[[nodiscard]] constexpr errc first_byte_error(std::uint8_t first_byte) noexcept
{
    return detail::first_byte_errors[first_byte];
}

} // namespace tern::wire

#endif
