// SPDX-License-Identifier: BSL-1.0
//
// Fields whose value is illegal: packet identifiers, topics, reason codes, the flags of CONNACK.
#include "catalogue.hpp"

#include <algorithm>
#include <vector>

namespace violations
{

namespace
{

// v5 [MQTT-2.2.1-4] v3.1.1 [MQTT-2.3.1-1] and the reason code tables say MUST and leave the class open: the packet can
// be parsed, and holds what the protocol does not permit, so the choice is Protocol Error (v5 1.2).
constexpr verdict identifier_0{errc::invalid_packet_identifier, reason_code::protocol_error};
constexpr verdict bad_code{errc::invalid_reason_code, reason_code::protocol_error};

// v5 [MQTT-3.3.2-2] [MQTT-4.7.0-1] names no reason; the choice is the one that is about topic names.
constexpr verdict bad_topic{errc::invalid_topic_received, reason_code::topic_name_invalid};

/// A packet with a reason code, and the codes that a server may send in it.
struct coded_packet
{
    std::string_view name;
    packet_type type;
    unsigned first_byte;
    bytes before;
    bytes after;
    std::vector<unsigned> legal;
};

std::vector<coded_packet> coded_packets(protocol_version version)
{
    const bytes identifier = two_bytes(0x7777);
    if (version == protocol_version::v3_1_1)
    {
        return {
            {"CONNACK", packet_type::connack, 0x20, raw({0}), {}, {0, 1, 2, 3, 4, 5}}, // v3.1.1 3.2.2.3
            {"SUBACK", packet_type::suback, 0x90, identifier, {}, {0, 1, 2, 0x80}},    // v3.1.1 [MQTT-3.9.3-2]
        };
    }
    return {
        {"CONNACK",
         packet_type::connack,
         0x20,
         raw({0}),
         raw({0}), // v5 [MQTT-3.2.2-8]
         {0x00, 0x80, 0x81, 0x82, 0x83, 0x84, 0x85, 0x86, 0x87, 0x88, 0x89,
          0x8A, 0x8C, 0x90, 0x95, 0x97, 0x99, 0x9A, 0x9B, 0x9C, 0x9D, 0x9F}},
        {"PUBACK",
         packet_type::puback,
         0x40,
         identifier,
         {}, // v5 [MQTT-3.4.2-1]
         {0x00, 0x10, 0x80, 0x83, 0x87, 0x90, 0x91, 0x97, 0x99}},
        {"PUBREC",
         packet_type::pubrec,
         0x50,
         identifier,
         {}, // v5 [MQTT-3.5.2-1]
         {0x00, 0x10, 0x80, 0x83, 0x87, 0x90, 0x91, 0x97, 0x99}},
        {"PUBREL", packet_type::pubrel, 0x62, identifier, {}, {0x00, 0x92}},   // v5 [MQTT-3.6.2-1]
        {"PUBCOMP", packet_type::pubcomp, 0x70, identifier, {}, {0x00, 0x92}}, // v5 [MQTT-3.7.2-1]
        {"SUBACK",
         packet_type::suback,
         0x90,
         identifier + raw({0}),
         {}, // v5 [MQTT-3.9.3-2]
         {0x00, 0x01, 0x02, 0x80, 0x83, 0x87, 0x8F, 0x91, 0x97, 0x9E, 0xA1, 0xA2}},
        {"UNSUBACK",
         packet_type::unsuback,
         0xB0,
         identifier + raw({0}),
         {}, // v5 [MQTT-3.11.3-2]
         {0x00, 0x11, 0x80, 0x83, 0x87, 0x8F, 0x91}},
        // v5 [MQTT-3.14.2-1]. 0x00 is the client's alone, but servers send it and it says the same; 0x8C is in the
        // table of v5 2.4 and missing in that of 3.14.2.1: both are accepted.
        {"DISCONNECT", packet_type::disconnect, 0xE0, {}, {}, {0x00, 0x80, 0x81, 0x82, 0x83, 0x87, 0x89, 0x8B,
                                                               0x8C, 0x8D, 0x8E, 0x8F, 0x90, 0x93, 0x94, 0x95,
                                                               0x96, 0x97, 0x98, 0x99, 0x9A, 0x9B, 0x9C, 0x9D,
                                                               0x9E, 0x9F, 0xA0, 0xA1, 0xA2}},
        {"AUTH", packet_type::auth, 0xF0, {}, raw({0}), {0x00, 0x18}}, // v5 [MQTT-3.15.2-1]: 0x19 is the client's
    };
}

void add_code(catalogue& to, const coded_packet& in, unsigned code)
{
    add(to, std::string(in.name) + " with reason code " + std::to_string(code),
        packet(in.first_byte, in.before + raw({code}) + in.after), in.type, bad_code);
}

void add_topics(catalogue& to, protocol_version version)
{
    const bytes none = version == protocol_version::v5 ? raw({0}) : bytes();
    for (const unsigned first_byte : {0x30U, 0x32U, 0x34U})
    {
        const bytes identifier = first_byte == 0x30 ? bytes() : two_bytes(0x7777);
        const std::string name = "PUBLISH QoS " + std::to_string((first_byte >> 1U) & 3U) + " to ";
        for (const std::string_view topic :
             {"+", "#", "+/a", "a/+", "a/#", "a+", "#a", "a/+/b", "abcdefgh+", "abcdefg#ijklmnop", "\xC3\xBC/#"})
        {
            add(to, name + std::string(topic), packet(first_byte, field(topic) + identifier + none + "x"),
                packet_type::publish, bad_topic);
        }
        // v5 3.3.2.1, v3.1.1 [MQTT-4.7.3-1]
        const verdict empty = version == protocol_version::v5
                                  ? verdict{errc::unknown_topic_alias, reason_code::protocol_error}
                                  : verdict{errc::invalid_topic_received, reason_code::protocol_error};
        add(to, name + "nothing", packet(first_byte, field("") + identifier + none + "x"), packet_type::publish, empty);
    }
}

} // namespace

void add_values(catalogue& to, protocol_version version)
{
    add_topics(to, version);
    for (const lawful_packet& each : packets_of_server(version))
    {
        bytes body = each.body();
        if (const std::size_t at = body.find("\x77\x77"); at != bytes::npos)
        {
            body.replace(at, 2, two_bytes(0));
            add(to, std::string(each.name) + " with packet identifier 0", packet(each.first_byte, body), each.type,
                identifier_0);
        }
    }
    for (const coded_packet& in : coded_packets(version))
    {
        for (const unsigned code : {0x03U, 0x7FU, 0x92U, 0xFFU})
        {
            if (std::find(in.legal.begin(), in.legal.end(), code) == in.legal.end())
            {
                add_code(to, in, code);
            }
        }
    }
    const bytes none = version == protocol_version::v5 ? raw({0}) : bytes();
    for (unsigned bit = 1; bit < 8; ++bit) // v5 [MQTT-3.2.2-1] v3.1.1 3.2.2.1
    {
        add(to, "CONNACK with reserved bit " + std::to_string(bit), packet(0x20, raw({1U << bit, 0}) + none),
            packet_type::connack, {errc::reserved_bits, reason_code::malformed_packet});
    }
    // v5 [MQTT-3.2.2-6] v3.1.1 [MQTT-3.2.2-4]
    add(to, "CONNACK that refuses and claims a session",
        packet(0x20, raw({1, version == protocol_version::v5 ? 0x87U : 5U}) + none), packet_type::connack,
        {errc::reserved_bits, reason_code::malformed_packet});
}

void add_every_value(catalogue& to, protocol_version version)
{
    for (const coded_packet& in : coded_packets(version))
    {
        for (unsigned code = 0; code < 256; ++code)
        {
            if (std::find(in.legal.begin(), in.legal.end(), code) == in.legal.end())
            {
                add_code(to, in, code);
            }
        }
    }
    const bytes none = version == protocol_version::v5 ? raw({0}) : bytes();
    for (unsigned flags = 2; flags < 256; ++flags)
    {
        add(to, "CONNACK with flags " + std::to_string(flags), packet(0x20, raw({flags, 0}) + none),
            packet_type::connack, {errc::reserved_bits, reason_code::malformed_packet});
    }
}

} // namespace violations
