// SPDX-License-Identifier: BSL-1.0
//
// An MQTT packet in a few words, as mosquitto_pub and mosquitto_sub print it with -d. It decodes with the library's own
// wire layer.
#ifndef TERN_EXAMPLES_COMMAND_LINE_PACKET_DESCRIPTION_HPP
#define TERN_EXAMPLES_COMMAND_LINE_PACKET_DESCRIPTION_HPP

#include <tern/protocol_version.hpp>
#include <tern/reason_code.hpp>
#include <tern/wire/codec.hpp>
#include <tern/wire/framing.hpp>
#include <tern/wire/packet_type.hpp>
#include <tern/wire/packets.hpp>

#include <cstdint>
#include <string>
#include <string_view>

namespace command_line
{

/// One whole packet as a struct of views; unspecified if it is malformed.
template <class Packet>
Packet decoded_packet(tern::protocol_version version, std::string_view packet)
{
    constexpr std::uint32_t any_size = 0xFFFFFFFF;
    Packet result;
    (void)tern::wire::decode(version, tern::wire::next_frame(packet, any_size).frame, result);
    return result;
}

inline tern::wire::packet_type type_of_packet(std::string_view packet)
{
    return static_cast<tern::wire::packet_type>(static_cast<unsigned char>(packet.front()) >> 4U);
}

namespace detail
{

template <class Number>
std::string decimal(Number number)
{
    return std::to_string(static_cast<unsigned>(number));
}

inline std::string describe(const tern::wire::connack& packet)
{
    return "CONNACK (" + decimal(packet.reason_code) + ')';
}

inline std::string describe(const tern::wire::publish& packet)
{
    return "PUBLISH (d" + decimal(packet.duplicate) + ", q" + decimal(packet.qos) + ", r" + decimal(packet.retain) +
           ", m" + decimal(packet.packet_identifier) + ", '" + std::string(packet.topic) + "', ... (" +
           std::to_string(packet.payload.size()) + " bytes))";
}

template <class Acknowledgement>
std::string describe_acknowledgement(std::string_view name, const Acknowledgement& packet)
{
    return std::string(name) + " (Mid: " + decimal(packet.packet_identifier) + ", RC:" + decimal(packet.reason_code) +
           ')';
}

inline std::string describe(const tern::wire::subscribe& packet)
{
    std::string text = "SUBSCRIBE (Mid: " + decimal(packet.packet_identifier);
    for (const tern::wire::subscription& each : packet.subscriptions)
    {
        text += ", Topic: " + std::string(each.topic_filter) + ", QoS: " + decimal(each.maximum_qos);
    }
    return text + ')';
}

inline std::string describe(const tern::wire::suback& packet)
{
    std::string text = "SUBACK (Mid: " + decimal(packet.packet_identifier) + ')';
    std::string_view separator = ": ";
    for (const tern::reason_code each : packet.reason_codes)
    {
        text.append(separator).append(decimal(each));
        separator = ", ";
    }
    return text;
}

inline std::string describe(const tern::wire::unsubscribe& packet)
{
    std::string text = "UNSUBSCRIBE (Mid: " + decimal(packet.packet_identifier);
    for (const std::string_view each : packet.topic_filters)
    {
        text += ", Topic: " + std::string(each);
    }
    return text + ')';
}

} // namespace detail

/// One whole packet in a few words, without payloads, names and passwords.
inline std::string describe_packet(tern::protocol_version version, std::string_view packet)
{
    using tern::wire::packet_type;
    namespace wire = tern::wire;
    switch (type_of_packet(packet))
    {
    case packet_type::connect: return "CONNECT";
    case packet_type::connack: return detail::describe(decoded_packet<wire::connack>(version, packet));
    case packet_type::publish: return detail::describe(decoded_packet<wire::publish>(version, packet));
    case packet_type::puback:
        return detail::describe_acknowledgement("PUBACK", decoded_packet<wire::puback>(version, packet));
    case packet_type::pubrec:
        return detail::describe_acknowledgement("PUBREC", decoded_packet<wire::pubrec>(version, packet));
    case packet_type::pubrel:
        return detail::describe_acknowledgement("PUBREL", decoded_packet<wire::pubrel>(version, packet));
    case packet_type::pubcomp:
        return detail::describe_acknowledgement("PUBCOMP", decoded_packet<wire::pubcomp>(version, packet));
    case packet_type::subscribe: return detail::describe(decoded_packet<wire::subscribe>(version, packet));
    case packet_type::suback: return detail::describe(decoded_packet<wire::suback>(version, packet));
    case packet_type::unsubscribe: return detail::describe(decoded_packet<wire::unsubscribe>(version, packet));
    case packet_type::unsuback: return "UNSUBACK";
    case packet_type::pingreq: return "PINGREQ";
    case packet_type::pingresp: return "PINGRESP";
    case packet_type::disconnect: return "DISCONNECT";
    case packet_type::auth: return "AUTH";
    }
    return "a packet of an unknown type";
}

} // namespace command_line

#endif
