// SPDX-License-Identifier: BSL-1.0
#include "lawful_packets.hpp"

namespace violations
{

bytes lawful_packet::body_with(std::string_view other_properties) const
{
    bytes result = head;
    if (carrier != 0)
    {
        result += variable(static_cast<std::uint32_t>(other_properties.size())) + bytes(other_properties);
    }
    return result + tail;
}

// The packet identifier 0x7777 is one that no state of the tests uses.
std::vector<lawful_packet> packets_of_server(protocol_version version)
{
    const bytes identifier = two_bytes(0x7777);
    if (version == protocol_version::v3_1_1)
    {
        return {
            {"CONNACK", packet_type::connack, 0x20, raw({0, 0}), {}, {}, 0, false},
            {"PUBLISH QoS 0", packet_type::publish, 0x30, field("t/1"), {}, "payload", 0, true},
            {"PUBLISH QoS 1", packet_type::publish, 0x32, field("t/1") + identifier, {}, "payload", 0, true},
            {"PUBLISH QoS 2", packet_type::publish, 0x34, field("t/1") + identifier, {}, "payload", 0, true},
            {"PUBACK", packet_type::puback, 0x40, identifier, {}, {}, 0, false},
            {"PUBREC", packet_type::pubrec, 0x50, identifier, {}, {}, 0, false},
            {"PUBREL", packet_type::pubrel, 0x62, identifier, {}, {}, 0, false},
            {"PUBCOMP", packet_type::pubcomp, 0x70, identifier, {}, {}, 0, false},
            {"SUBACK", packet_type::suback, 0x90, identifier, {}, raw({1}), 0, true},
            {"UNSUBACK", packet_type::unsuback, 0xB0, identifier, {}, {}, 0, false},
            {"PINGRESP", packet_type::pingresp, 0xD0, {}, {}, {}, 0, false},
        };
    }
    const bytes why = raw({0x1F}) + field("why");
    const bytes content_type = raw({0x03}) + field("text");
    const bytes method = raw({0x15}) + field("m");
    return {
        {"CONNACK", packet_type::connack, 0x20, raw({0, 0}), why, {}, 'C', false},
        {"PUBLISH QoS 0", packet_type::publish, 0x30, field("t/1"), content_type, "payload", 'P', true},
        {"PUBLISH QoS 1", packet_type::publish, 0x32, field("t/1") + identifier, content_type, "payload", 'P', true},
        {"PUBLISH QoS 2", packet_type::publish, 0x34, field("t/1") + identifier, content_type, "payload", 'P', true},
        {"PUBACK", packet_type::puback, 0x40, identifier + raw({0}), why, {}, 'A', false},
        {"PUBREC", packet_type::pubrec, 0x50, identifier + raw({0}), why, {}, 'R', false},
        {"PUBREL", packet_type::pubrel, 0x62, identifier + raw({0}), why, {}, 'L', false},
        {"PUBCOMP", packet_type::pubcomp, 0x70, identifier + raw({0}), why, {}, 'M', false},
        {"SUBACK", packet_type::suback, 0x90, identifier, why, raw({1}), 'S', true},
        {"UNSUBACK", packet_type::unsuback, 0xB0, identifier, why, raw({0}), 'U', true},
        {"PINGRESP", packet_type::pingresp, 0xD0, {}, {}, {}, 0, false},
        {"DISCONNECT", packet_type::disconnect, 0xE0, raw({0x8B}), why, {}, 'D', false},
        {"AUTH", packet_type::auth, 0xF0, raw({0x18}), method, {}, 'X', false},
    };
}

std::vector<lawful_packet> packets_of_client(protocol_version version)
{
    const bool is_v5 = version == protocol_version::v5;
    const bytes none = is_v5 ? raw({0}) : bytes();
    const bytes connect = field("MQTT") + raw({is_v5 ? 5U : 4U, 2, 0, 60}) + none + field("c");
    const bytes identifier = two_bytes(0x7777) + none;
    std::vector<lawful_packet> result{
        {"CONNECT", packet_type::connect, 0x10, connect, {}, {}, 0, false},
        {"SUBSCRIBE", packet_type::subscribe, 0x82, identifier + field("a/#") + raw({1}), {}, {}, 0, false},
        {"UNSUBSCRIBE", packet_type::unsubscribe, 0xA2, identifier + field("a/#"), {}, {}, 0, false},
        {"PINGREQ", packet_type::pingreq, 0xC0, {}, {}, {}, 0, false},
    };
    if (!is_v5)
    {
        result.push_back({"DISCONNECT", packet_type::disconnect, 0xE0, {}, {}, {}, 0, false});
    }
    return result;
}

const std::vector<property_row>& property_rows()
{
    using enum value_kind;
    static const std::vector<property_row> rows{
        {0x01, "Payload Format Indicator", flag, "P", raw({1})},
        {0x02, "Message Expiry Interval", value_kind::four_bytes, "P", violations::four_bytes(60)},
        {0x03, "Content Type", text, "P", field("text")},
        {0x08, "Response Topic", text, "P", field("r/t")},
        {0x09, "Correlation Data", binary, "P", field("data")},
        {0x0B, "Subscription Identifier", value_kind::variable, "P", violations::variable(200)},
        {0x11, "Session Expiry Interval", value_kind::four_bytes, "CD", violations::four_bytes(60)},
        {0x12, "Assigned Client Identifier", text, "C", field("you")},
        {0x13, "Server Keep Alive", value_kind::two_bytes, "C", violations::two_bytes(60)},
        {0x15, "Authentication Method", text, "CX", field("m")},
        {0x16, "Authentication Data", binary, "CX", field("data")},
        {0x17, "Request Problem Information", flag, "", raw({1})},
        {0x18, "Will Delay Interval", value_kind::four_bytes, "", violations::four_bytes(60)},
        {0x19, "Request Response Information", flag, "", raw({1})},
        {0x1A, "Response Information", text, "C", field("here")},
        {0x1C, "Server Reference", text, "CD", field("there")},
        {0x1F, "Reason String", text, "CARLMSUDX", field("why")},
        {0x21, "Receive Maximum", value_kind::two_bytes, "C", violations::two_bytes(20)},
        {0x22, "Topic Alias Maximum", value_kind::two_bytes, "C", violations::two_bytes(20)},
        {0x23, "Topic Alias", value_kind::two_bytes, "P", violations::two_bytes(1)},
        {0x24, "Maximum QoS", flag, "C", raw({1})},
        {0x25, "Retain Available", flag, "C", raw({1})},
        {0x26, "User Property", pair, "CPARLMSUDX", field("name") + field("value")},
        {0x27, "Maximum Packet Size", value_kind::four_bytes, "C", violations::four_bytes(1000)},
        {0x28, "Wildcard Subscription Available", flag, "C", raw({1})},
        {0x29, "Subscription Identifiers Available", flag, "C", raw({1})},
        {0x2A, "Shared Subscription Available", flag, "C", raw({1})},
    };
    return rows;
}

} // namespace violations
