// SPDX-License-Identifier: BSL-1.0
//
// Packets as hexadecimal text, put together field by field, so that a test can show any bytes, legal or not, without
// the codec that it tests.
#ifndef TERN_TESTS_CONFORMANCE_WIRE_TEXT_HPP
#define TERN_TESTS_CONFORMANCE_WIRE_TEXT_HPP

#include "unit/session/script.hpp"

#include <cstddef>
#include <string>
#include <string_view>

namespace tern_test
{

/// How many bytes a hexadecimal text stands for.
inline std::size_t byte_count(std::string_view hex)
{
    return (hex.size() + 1) / 3;
}

/// The parts, one after the other; empty ones leave no gap.
template <class... Parts>
std::string joined(const Parts&... parts)
{
    std::string result;
    [[maybe_unused]] const auto add = [&](std::string_view part) {
        result += result.empty() || part.empty() ? "" : " ";
        result += part;
    };
    (add(parts), ...);
    return result;
}

/// A number in `bytes` bytes, the most significant first.
inline std::string integer(std::size_t value, std::size_t bytes = 2)
{
    std::string text;
    for (std::size_t i = bytes; i-- > 0;)
    {
        text.push_back(static_cast<char>((value >> (8 * i)) & 0xFFU));
    }
    return to_hex(text);
}

/// A variable byte integer in as few bytes as it needs. 1.5.5
inline std::string variable_integer(std::size_t value)
{
    std::string text;
    do
    {
        const std::size_t rest = value >> 7U;
        text.push_back(static_cast<char>((value & 0x7FU) | (rest != 0 ? 0x80U : 0U)));
        value = rest;
    }
    while (value != 0);
    return to_hex(text);
}

/// A text or binary field: its length in two bytes, then itself.
inline std::string field(std::string_view content)
{
    return joined(integer(content.size()), to_hex(content));
}

/// A whole packet around its body.
inline std::string framed(std::string_view first_byte, std::string_view body)
{
    return joined(first_byte, variable_integer(byte_count(body)), body);
}

/// Properties with their length in front. v5 2.2.2
template <class... Properties>
std::string property_block(const Properties&... properties)
{
    const std::string content = joined(properties...);
    return joined(variable_integer(byte_count(content)), content);
}

/// A User Property. v5 2.2.2.2
inline std::string user_property_text(std::string_view name, std::string_view value)
{
    return joined("26", field(name), field(value));
}

} // namespace tern_test

#endif
