// SPDX-License-Identifier: BSL-1.0
//
// Properties of 5.0 that do not belong, come twice, are cut or have an illegal value.
#include "catalogue.hpp"

#include <algorithm>

namespace violations
{

namespace
{

constexpr verdict unknown{errc::unknown_property, reason_code::malformed_packet};         // v5 2.2.2.2
constexpr verdict not_allowed{errc::property_not_allowed, reason_code::malformed_packet}; // v5 2.2.2.2
constexpr verdict twice{errc::duplicate_property, reason_code::protocol_error};           // at each property
constexpr verdict cut{errc::malformed_property, reason_code::malformed_packet};           // v5 2.2.2.2
constexpr verdict bad_variable{errc::malformed_variable_byte_integer, reason_code::malformed_packet}; // v5 1.5.5
constexpr verdict bad_value{errc::invalid_property_value, reason_code::protocol_error};

std::vector<lawful_packet> carriers()
{
    std::vector<lawful_packet> result = packets_of_server(protocol_version::v5);
    std::erase_if(result, [](const lawful_packet& each) { return each.carrier == 0; });
    return result;
}

std::string name_of(const lawful_packet& in, std::string_view what)
{
    return std::string(in.name) + ": " + std::string(what);
}

void add_strangers(catalogue& to, const lawful_packet& in)
{
    for (const property_row& row : property_rows())
    {
        if (!row.allowed_in(in.carrier))
        {
            add(to, name_of(in, row.name) + " that does not belong", in.whole_with(row.whole()), in.type, not_allowed);
            const bytes after = raw({0x26}) + field("n") + field("v") + row.whole();
            add(to, name_of(in, row.name) + " that does not belong, after one that does", in.whole_with(after), in.type,
                not_allowed);
        }
    }
    for (const bytes& identifier : {raw({0x00}), raw({0x2B}), raw({0x7F}), variable(128), variable(268'435'455)})
    {
        add(to, name_of(in, "unknown property, ") + std::to_string(identifier.size()), in.whole_with(identifier + "x"),
            in.type, unknown);
    }
    for (const std::size_t size : {std::size_t{2}, std::size_t{3}, std::size_t{4}, std::size_t{5}})
    {
        const bytes identifier = variable(0x26, size) + field("n") + field("v");
        add(to, name_of(in, "User Property by an identifier of bytes: ") + std::to_string(size),
            in.whole_with(identifier), in.type, bad_variable);
    }
    add(to, name_of(in, "identifier that does not end"), in.whole_with(raw({0xA6})), in.type, cut);
}

void add_repetitions(catalogue& to, const lawful_packet& in, const property_row& row)
{
    // v5 2.2.2: only the User Property, and the Subscription Identifier in PUBLISH, may be repeated.
    if (row.kind == value_kind::pair || row.kind == value_kind::variable)
    {
        return;
    }
    const bytes between = raw({0x26}) + field("n") + field("v");
    add(to, name_of(in, row.name) + " twice", in.whole_with(row.whole() + row.whole()), in.type, twice);
    add(to, name_of(in, row.name) + " twice, apart", in.whole_with(row.whole() + between + row.whole()), in.type,
        twice);
}

void add_cuts(catalogue& to, const lawful_packet& in, const property_row& row)
{
    for (std::size_t length = 0; length < row.value.size(); ++length)
    {
        add(to, name_of(in, row.name) + " cut to " + std::to_string(length),
            in.whole_with(raw({row.identifier}) + row.value.substr(0, length)), in.type, cut);
    }
    if (row.kind == value_kind::text || row.kind == value_kind::binary || row.kind == value_kind::pair)
    {
        const bytes overrun = raw({row.identifier}) + two_bytes(0xFFFF) + row.value.substr(2);
        add(to, name_of(in, row.name) + " that runs over the end", in.whole_with(overrun), in.type, cut);
    }
}

void add_illegal_values(catalogue& to, const lawful_packet& in, const property_row& row)
{
    const auto with = [&](const bytes& value) { return in.whole_with(raw({row.identifier}) + value); };
    if (row.kind == value_kind::flag)
    {
        // v5 3.2.2.3.4, 3.2.2.3.5, 3.2.2.3.11 to 3.2.2.3.13. For the Payload Format Indicator, v5 3.3.2.3.2, the
        // standard names the two values and no reason for others; the choice is the same.
        for (const unsigned value : {2U, 3U, 0x7FU, 0x80U, 0xFFU})
        {
            add(to, name_of(in, row.name) + " " + std::to_string(value), with(raw({value})), in.type, bad_value);
        }
    }
    switch (row.identifier)
    {
    case 0x21: // v5 3.2.2.3.3
        add(to, name_of(in, "Receive Maximum 0"), with(two_bytes(0)), in.type, bad_value);
        break;
    case 0x27: // v5 3.2.2.3.6
        add(to, name_of(in, "Maximum Packet Size 0"), with(four_bytes(0)), in.type, bad_value);
        break;
    case 0x23: // v5 [MQTT-3.3.2-8] and 3.3.4
        add(to, name_of(in, "Topic Alias 0"), with(two_bytes(0)), in.type,
            {errc::invalid_topic_alias, reason_code::topic_alias_invalid});
        break;
    case 0x0B: // v5 3.3.2.3.8
        add(to, name_of(in, "Subscription Identifier 0"), with(variable(0)), in.type, bad_value);
        add(to, name_of(in, "Subscription Identifier 0 after a good one"), in.whole_with(row.whole() + raw({0x0B, 0})),
            in.type, bad_value);
        for (const std::size_t size : {std::size_t{3}, std::size_t{4}, std::size_t{5}})
        {
            add(to, name_of(in, "Subscription Identifier in bytes: ") + std::to_string(size), with(variable(200, size)),
                in.type, bad_variable);
        }
        break;
    case 0x08: // v5 [MQTT-3.3.2-14] [MQTT-4.7.3-1]: no reason is named; the choice is Protocol Error
        for (const std::string_view topic : {"", "+", "#", "a/+", "a/#", "a+b", "abcdefgh#"})
        {
            add(to, name_of(in, "Response Topic ") + std::string(topic), with(field(topic)), in.type, bad_value);
        }
        break;
    case 0x11:
        if (in.type == packet_type::disconnect) // v5 [MQTT-3.14.2-2]
        {
            add(to, name_of(in, "Session Expiry Interval"), in.whole_with(row.whole()), in.type,
                {errc::unrequested_property, reason_code::protocol_error});
        }
        break;
    default: break;
    }
}

} // namespace

void add_properties(catalogue& to)
{
    for (const lawful_packet& in : carriers())
    {
        add_strangers(to, in);
        for (const property_row& row : property_rows())
        {
            if (row.allowed_in(in.carrier))
            {
                add_repetitions(to, in, row);
                add_cuts(to, in, row);
                add_illegal_values(to, in, row);
            }
        }
    }
}

void add_every_property_identifier(catalogue& to)
{
    for (const lawful_packet& in : carriers())
    {
        for (unsigned identifier = 0; identifier < 0x80; ++identifier)
        {
            const auto& rows = property_rows();
            if (std::none_of(rows.begin(), rows.end(), [&](const auto& row) { return row.identifier == identifier; }))
            {
                add(to, name_of(in, "property ") + std::to_string(identifier),
                    in.whole_with(raw({identifier}) + field("x")), in.type, unknown);
            }
        }
    }
}

} // namespace violations
