// SPDX-License-Identifier: BSL-1.0
//
// Bodies that do not fit their length: short, long, and fields that run over the end.
#include "catalogue.hpp"

#include <set>

namespace violations
{

namespace
{

// v5 2.1.4, 4.13, v3.1.1 2.2.3: what does not fit its length cannot be parsed.
constexpr verdict mismatch{errc::length_mismatch, reason_code::malformed_packet};
constexpr verdict cut_property{errc::malformed_property, reason_code::malformed_packet};
constexpr verdict bad_variable{errc::malformed_variable_byte_integer, reason_code::malformed_packet};

/// Lengths at which a shortened body is lawful again. v5 3.4.2.1, 3.14.2.1, 3.15.2.1
std::set<std::size_t> lawful_lengths(const lawful_packet& of, protocol_version version)
{
    switch (of.type)
    {
    case packet_type::puback:
    case packet_type::pubrec:
    case packet_type::pubrel:
    case packet_type::pubcomp:
        return version == protocol_version::v5 ? std::set<std::size_t>{2, 3} : std::set<std::size_t>{};
    case packet_type::disconnect: return {0, 1};
    case packet_type::auth: return {0};
    default: return {};
    }
}

void add_short_and_long(catalogue& to, const lawful_packet& each, protocol_version version)
{
    const bytes body = each.body();
    const std::set<std::size_t> lawful = lawful_lengths(each, version);
    const std::size_t end = body.size() - each.tail.size(); // a shorter tail is lawful, or a matter of counting
    for (std::size_t length = 0; length < end; ++length)
    {
        if (!lawful.contains(length))
        {
            add(to, std::string(each.name) + " cut to " + std::to_string(length) + " bytes of its body",
                packet(each.first_byte, body.substr(0, length)), each.type, mismatch);
        }
    }
    for (const std::size_t more : {std::size_t{1}, std::size_t{2}, std::size_t{200}})
    {
        if (!each.open_ended)
        {
            add(to, std::string(each.name) + " with " + std::to_string(more) + " bytes too many",
                packet(each.first_byte, body + bytes(more, '\0')), each.type, mismatch);
        }
    }
}

/// The property length says something else than what follows.
void add_property_lengths(catalogue& to, const lawful_packet& each)
{
    const auto length = static_cast<std::uint32_t>(each.properties.size());
    const auto rest = static_cast<std::uint32_t>(each.tail.size());
    const std::string name(each.name);
    const auto with = [&](const bytes& coded) {
        return packet(each.first_byte, each.head + coded + each.properties + each.tail);
    };
    for (std::uint32_t said = 1; said < length; ++said) // ends inside the property
    {
        add(to, name + " with a property length of " + std::to_string(said), with(variable(said)), each.type,
            cut_property);
    }
    for (const std::uint32_t said : {length + rest + 1, 127U, 16'383U, 268'435'455U}) // runs over the end
    {
        add(to, name + " with a property length of " + std::to_string(said), with(variable(said)), each.type, mismatch);
    }
    for (const std::size_t size : {std::size_t{2}, std::size_t{3}, std::size_t{4}, std::size_t{5}})
    {
        add(to, name + " with its property length in " + std::to_string(size) + " bytes", with(variable(length, size)),
            each.type, bad_variable);
    }
    for (std::size_t size = 1; size <= 3; ++size) // the packet ends inside the property length
    {
        add(to, name + " that ends inside its property length after " + std::to_string(size),
            packet(each.first_byte, each.head + bytes(size, '\xFF')), each.type, mismatch);
    }
}

} // namespace

void add_body_lengths(catalogue& to, protocol_version version)
{
    for (const lawful_packet& each : packets_of_server(version))
    {
        add_short_and_long(to, each, version);
        if (each.carrier != 0)
        {
            add_property_lengths(to, each);
        }
        if (each.type == packet_type::publish)
        {
            const auto size = static_cast<unsigned>(each.body().size());
            for (const unsigned said : {size - 1, size, size + 1, 0x7FFFU, 0xFFFFU})
            {
                add(to, std::string(each.name) + " with a topic length of " + std::to_string(said),
                    packet(each.first_byte, two_bytes(said) + each.body().substr(2)), each.type, mismatch);
            }
        }
    }
}

} // namespace violations
