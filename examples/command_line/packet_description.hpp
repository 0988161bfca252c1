// SPDX-License-Identifier: BSL-1.0
//
// An MQTT packet in a few words, as mosquitto_pub and mosquitto_sub print it with -d; a request with several topics in
// as many lines. It decodes with the library's own wire layer.
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
#include <vector>

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

enum class direction : std::uint8_t
{
    sent,
    received,
};

namespace detail
{

using descriptions = std::vector<std::string>;

template <class Number>
std::string decimal(Number number)
{
    return std::to_string(static_cast<unsigned>(number));
}

/// As 0x0F.
inline std::string hexadecimal(std::uint8_t byte)
{
    constexpr std::string_view digits = "0123456789abcdef";
    return {'0', 'x', digits[byte / 16U], digits[byte % 16U]};
}

inline std::string describe(const tern::wire::publish& packet)
{
    return "PUBLISH (d" + decimal(packet.duplicate) + ", q" + decimal(packet.qos) + ", r" + decimal(packet.retain) +
           ", m" + decimal(packet.packet_identifier) + ", '" + std::string(packet.topic) + "', ... (" +
           std::to_string(packet.payload.size()) + " bytes))";
}

/// Which of them say a reason code is mosquitto's choice.
template <class Acknowledgement>
std::string describe(const Acknowledgement& packet, tern::wire::packet_type type, direction which)
{
    using enum tern::wire::packet_type;
    const std::string name(tern::wire::to_string(type));
    const std::string identifier = decimal(packet.packet_identifier);
    const std::string reason = decimal(packet.reason_code);
    if (which == direction::sent)
    {
        return name + " (m" + identifier + (type == puback || type == pubrec ? ", rc" + reason : "") + ')';
    }
    return name + " (Mid: " + identifier + (type == puback || type == pubcomp ? ", RC:" + reason : "") + ')';
}

/// The options of a subscription without its QoS. v5 3.8.3.1
inline std::uint8_t options_byte(const tern::wire::subscription& subscription)
{
    return static_cast<std::uint8_t>((subscription.no_local ? 0x04U : 0U) |
                                     (subscription.retain_as_published ? 0x08U : 0U) |
                                     (static_cast<unsigned>(subscription.retain_handling) << 4U));
}

inline descriptions describe(const tern::wire::subscribe& packet)
{
    descriptions lines;
    for (const tern::wire::subscription& each : packet.subscriptions)
    {
        lines.push_back("SUBSCRIBE (Mid: " + decimal(packet.packet_identifier) +
                        ", Topic: " + std::string(each.topic_filter) + ", QoS: " + decimal(each.maximum_qos) +
                        ", Options: " + hexadecimal(options_byte(each)) + ')');
    }
    return lines;
}

inline descriptions describe(const tern::wire::unsubscribe& packet)
{
    descriptions lines;
    for (const std::string_view each : packet.topic_filters)
    {
        lines.push_back("UNSUBSCRIBE (Mid: " + decimal(packet.packet_identifier) + ", Topic: " + std::string(each) +
                        ')');
    }
    return lines;
}

} // namespace detail

/// One whole packet in a few words, without payloads, names and passwords: a line each for the topics of a request.
inline std::vector<std::string> describe_packet(tern::protocol_version version, std::string_view packet,
                                                direction which)
{
    using tern::wire::packet_type;
    namespace wire = tern::wire;
    const packet_type type = type_of_packet(packet);
    switch (type)
    {
    case packet_type::connack:
        return {"CONNACK (" + detail::decimal(decoded_packet<wire::connack>(version, packet).reason_code) + ')'};
    case packet_type::publish: return {detail::describe(decoded_packet<wire::publish>(version, packet))};
    case packet_type::puback: return {detail::describe(decoded_packet<wire::puback>(version, packet), type, which)};
    case packet_type::pubrec: return {detail::describe(decoded_packet<wire::pubrec>(version, packet), type, which)};
    case packet_type::pubrel: return {detail::describe(decoded_packet<wire::pubrel>(version, packet), type, which)};
    case packet_type::pubcomp: return {detail::describe(decoded_packet<wire::pubcomp>(version, packet), type, which)};
    case packet_type::subscribe: return detail::describe(decoded_packet<wire::subscribe>(version, packet));
    case packet_type::unsubscribe: return detail::describe(decoded_packet<wire::unsubscribe>(version, packet));
    default: return {std::string(wire::to_string(type))};
    }
}

/// What a SUBACK grants, as the line that follows it.
inline std::string describe_grants(tern::protocol_version version, std::string_view suback)
{
    const auto packet = decoded_packet<tern::wire::suback>(version, suback);
    std::string text = "Subscribed (mid: " + detail::decimal(packet.packet_identifier) + ')';
    std::string_view separator = ": ";
    for (const tern::reason_code each : packet.reason_codes)
    {
        text.append(separator).append(detail::decimal(each));
        separator = ", ";
    }
    return text;
}

} // namespace command_line

#endif
