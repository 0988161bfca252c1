// SPDX-License-Identifier: BSL-1.0
//
// Fixed headers that are wrong: types, flags, lengths; and packets that are not the server's to send.
#include "catalogue.hpp"

namespace violations
{

namespace
{

constexpr verdict malformed_length{errc::malformed_variable_byte_integer, reason_code::malformed_packet};

std::vector<lawful_packet> all_packets(protocol_version version)
{
    std::vector<lawful_packet> result = packets_of_server(version);
    for (const lawful_packet& each : packets_of_client(version))
    {
        result.push_back(each);
    }
    return result;
}

} // namespace

void add_first_bytes(catalogue& to, protocol_version version)
{
    constexpr verdict reserved_flags{errc::reserved_flags, reason_code::malformed_packet};
    // v5 [MQTT-3.3.1-4] v3.1.1 [MQTT-3.3.1-4]. DUP at QoS 0, v5 [MQTT-3.3.1-2] v3.1.1 [MQTT-3.3.1-2]: the standard says
    // MUST and names no reason; the choice is Malformed Packet, as for the other flags.
    constexpr verdict bad_qos{errc::invalid_qos_received, reason_code::malformed_packet};
    constexpr verdict reserved_type{errc::reserved_packet_type, reason_code::malformed_packet};

    for (const lawful_packet& each : all_packets(version))
    {
        for (unsigned flags = 0; flags < 16; ++flags)
        {
            if (each.type == packet_type::publish)
            {
                continue;
            }
            const unsigned first_byte = (each.first_byte & 0xF0U) | flags;
            if (first_byte != each.first_byte) // v5 [MQTT-2.1.3-1] v3.1.1 [MQTT-2.2.2-2]
            {
                add_header(to, std::string(each.name) + " with flags " + std::to_string(flags),
                           packet(first_byte, each.body()), each.type, reserved_flags, 1);
            }
        }
    }
    const bytes body = field("t") + two_bytes(1) + (version == protocol_version::v5 ? raw({0}) : bytes()) + "x";
    for (const unsigned flags : {6U, 7U, 14U, 15U})
    {
        add_header(to, "PUBLISH QoS 3 with flags " + std::to_string(flags), packet(0x30U | flags, body),
                   packet_type::publish, bad_qos, 1);
    }
    for (const unsigned flags : {8U, 9U})
    {
        add_header(to, "PUBLISH QoS 0 with DUP and flags " + std::to_string(flags), packet(0x30U | flags, body),
                   packet_type::publish, bad_qos, 1);
    }
    for (unsigned flags = 0; flags < 16; ++flags) // v5 2.1.2, v3.1.1 2.2.1
    {
        add_header(to, "type 0 with flags " + std::to_string(flags), packet(flags, "x"), packet_type{}, reserved_type,
                   1);
    }
    if (version == protocol_version::v3_1_1) // v3.1.1 2.2.1: type 15 is reserved there
    {
        for (unsigned flags = 1; flags < 16; ++flags)
        {
            add_header(to, "type 15 with flags " + std::to_string(flags), packet(0xF0U | flags, "x"), packet_type::auth,
                       reserved_flags, 1);
        }
        for (const bytes& content : {bytes(), raw({0}), raw({0x18, 0})})
        {
            bytes input = packet(0xF0, content);
            const std::size_t size = input.size();
            add_header(to, "type 15 with " + std::to_string(content.size()) + " bytes", std::move(input),
                       packet_type::auth, reserved_type, size);
        }
    }
}

void add_remaining_lengths(catalogue& to, protocol_version version)
{
    for (const lawful_packet& each : all_packets(version))
    {
        const bytes first = raw({each.first_byte});
        const bytes body = each.body();
        const auto length = static_cast<std::uint32_t>(body.size());
        const std::string name(each.name);
        for (const std::size_t size : {std::size_t{2}, std::size_t{3}, std::size_t{4}}) // v5 [MQTT-1.5.5-1]
        {
            add_header(to, name + " with its length in " + std::to_string(size) + " bytes",
                       first + variable(length, size) + body, each.type, malformed_length, 1 + size);
        }
        // v5 1.5.5, v3.1.1 2.2.3: the fourth byte is the last
        add_header(to, name + " with its length in 5 bytes", first + variable(length, 5) + body, each.type,
                   malformed_length, 5);
        add_header(to, name + " with a length of five times 0xFF", first + bytes(5, '\xFF') + body, each.type,
                   malformed_length, 5);
        // v5 [MQTT-3.1.2-24]; in 3.1.1 the client's own limit. Both are 16 MiB in these tests.
        constexpr verdict too_large{errc::received_packet_too_large, reason_code::packet_too_large};
        add_header(to, name + " with the largest length that there is", first + variable(268'435'455) + body, each.type,
                   too_large, 5);
        add_header(to, name + " of one byte more than the limit", first + variable(16U * 1024 * 1024 - 4) + body,
                   each.type, too_large, 5);
    }
}

void add_packets_of_client(catalogue& to, protocol_version version)
{
    for (const lawful_packet& each : packets_of_client(version)) // v5 2.1.2, v3.1.1 2.2.1
    {
        add(to, std::string(each.name) + " from the server", each.whole(), each.type,
            {errc::unexpected_packet, reason_code::protocol_error});
    }
}

} // namespace violations
