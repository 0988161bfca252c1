// SPDX-License-Identifier: BSL-1.0
//
// Text that is not UTF-8 as MQTT wants it, in every field that is text.
#include "catalogue.hpp"

namespace violations
{

namespace
{

// v5 1.5.4 [MQTT-1.5.4-1] [MQTT-1.5.4-2] [MQTT-1.5.7-1] v3.1.1 [MQTT-1.5.3-1] [MQTT-1.5.3-2]
constexpr verdict bad_text{errc::malformed_text, reason_code::malformed_packet};

struct ill_formed
{
    std::string_view name;
    bytes text;
    bool everywhere = false; ///< in every state, not only in a few
};

/// Every way in which a sequence can be wrong: Unicode, table 3-7.
std::vector<ill_formed> ill_formed_texts()
{
    return {
        {"U+0000", raw({0x00}), true},
        {"first continuation alone", raw({0x80}), true},
        {"last continuation alone", raw({0xBF})},
        {"overlong U+0000", raw({0xC0, 0x80})},
        {"overlong slash", raw({0xC0, 0xAF}), true},
        {"overlong U+007F", raw({0xC1, 0xBF})},
        {"overlong in three, lowest", raw({0xE0, 0x80, 0x80})},
        {"overlong U+07FF", raw({0xE0, 0x9F, 0xBF})},
        {"overlong in four, lowest", raw({0xF0, 0x80, 0x80, 0x80})},
        {"overlong U+FFFF", raw({0xF0, 0x8F, 0xBF, 0xBF})},
        {"surrogate U+D800", raw({0xED, 0xA0, 0x80}), true},
        {"surrogate U+DFFF", raw({0xED, 0xBF, 0xBF})},
        {"surrogate pair", raw({0xED, 0xA0, 0x81, 0xED, 0xB0, 0x80})},
        {"U+110000", raw({0xF4, 0x90, 0x80, 0x80}), true},
        {"lead byte F5", raw({0xF5, 0x80, 0x80, 0x80})},
        {"five bytes", raw({0xF8, 0x88, 0x80, 0x80, 0x80})},
        {"six bytes", raw({0xFC, 0x84, 0x80, 0x80, 0x80, 0x80})},
        {"byte FE", raw({0xFE})},
        {"byte FF", raw({0xFF}), true},
        {"two bytes, one missing", raw({0xC3})},
        {"three bytes, two missing", raw({0xE2})},
        {"three bytes, one missing", raw({0xE2, 0x82}), true},
        {"four bytes, three missing", raw({0xF0})},
        {"four bytes, two missing", raw({0xF0, 0x9F})},
        {"four bytes, one missing", raw({0xF0, 0x9F, 0x98})},
        {"ASCII for the second of two", raw({0xC3, 0x41})},
        {"ASCII for the second of three", raw({0xE2, 0x41, 0xAC})},
        {"ASCII for the third of three", raw({0xE2, 0x82, 0x41})},
        {"ASCII for the second of four", raw({0xF0, 0x41, 0x98, 0x80})},
        {"ASCII for the third of four", raw({0xF0, 0x9F, 0x41, 0x80})},
        {"ASCII for the fourth of four", raw({0xF0, 0x9F, 0x98, 0x41})},
        {"lead byte for the second", raw({0xC3, 0xC3})},
    };
}

/// A place for text, and how to put one there.
struct text_field
{
    std::string name;
    packet_type type;
    unsigned first_byte;
    bytes before;
    bytes after;
    bool in_properties; ///< the text is in a property block, whose length comes first
    bytes head;
    bytes tail;

    [[nodiscard]] bytes with(std::string_view text) const
    {
        const bytes content = before + field(text) + after;
        const bytes length = in_properties ? variable(static_cast<std::uint32_t>(content.size())) : bytes();
        return packet(first_byte, head + length + content + tail);
    }
};

std::vector<text_field> text_fields(protocol_version version)
{
    std::vector<text_field> result;
    for (const lawful_packet& in : packets_of_server(version))
    {
        const std::string name(in.name);
        if (in.type == packet_type::publish)
        {
            const bytes rest = in.body().substr(field("t/1").size());
            result.push_back({name + " topic", in.type, in.first_byte, {}, rest, false, {}, {}});
        }
        for (const property_row& row : property_rows())
        {
            const std::string called = name + " " + std::string(row.name);
            const bytes identifier = raw({row.identifier});
            if (!row.allowed_in(in.carrier) || in.carrier == 0)
            {
                continue;
            }
            if (row.kind == value_kind::text)
            {
                result.push_back({called, in.type, in.first_byte, identifier, {}, true, in.head, in.tail});
            }
            else if (row.kind == value_kind::pair)
            {
                result.push_back(
                    {called + " name", in.type, in.first_byte, identifier, field("v"), true, in.head, in.tail});
                result.push_back(
                    {called + " value", in.type, in.first_byte, identifier + field("n"), {}, true, in.head, in.tail});
            }
        }
    }
    return result;
}

} // namespace

void add_texts(catalogue& to, protocol_version version)
{
    for (const text_field& where : text_fields(version))
    {
        for (const ill_formed& each : ill_formed_texts())
        {
            if (each.everywhere)
            {
                add(to, where.name + ": " + std::string(each.name), where.with(each.text), where.type, bad_text);
            }
        }
    }
}

void add_every_text(catalogue& to, protocol_version version)
{
    const std::vector<text_field> fields = text_fields(version);
    for (const ill_formed& each : ill_formed_texts())
    {
        for (const text_field& where : fields)
        {
            add(to, where.name + ": " + std::string(each.name), where.with(each.text), where.type, bad_text);
        }
        // The checks read eight bytes at a time, so where a text goes wrong matters.
        for (std::size_t before = 1; before <= 17; ++before)
        {
            for (const std::size_t after : {std::size_t{0}, std::size_t{1}, std::size_t{9}})
            {
                const bytes text = bytes(before, 'a') + each.text + bytes(after, 'z');
                const text_field& where = fields[(before + after) % fields.size()];
                add(to, where.name + ": " + std::string(each.name) + " after " + std::to_string(before),
                    where.with(text), where.type, bad_text);
            }
        }
    }
}

} // namespace violations
