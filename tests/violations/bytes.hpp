// SPDX-License-Identifier: BSL-1.0
//
// Packets put together byte by byte, so that nothing of tern decides what is lawful or can refuse to write what is not.
#ifndef TERN_TESTS_VIOLATIONS_BYTES_HPP
#define TERN_TESTS_VIOLATIONS_BYTES_HPP

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>

namespace violations
{

using bytes = std::string;

inline bytes raw(std::initializer_list<unsigned> values)
{
    bytes result;
    for (const unsigned value : values)
    {
        result.push_back(static_cast<char>(value));
    }
    return result;
}

inline bytes two_bytes(unsigned value)
{
    return raw({(value >> 8U) & 0xFFU, value & 0xFFU});
}

inline bytes four_bytes(std::uint32_t value)
{
    return two_bytes(value >> 16U) + two_bytes(value & 0xFFFFU);
}

/// A variable byte integer of at least `size` bytes: with more than it needs, it is not minimal.
inline bytes variable(std::uint32_t value, std::size_t size = 1)
{
    bytes result;
    do
    {
        const unsigned part = value & 0x7FU;
        value >>= 7U;
        const bool more = value != 0 || result.size() + 1 < size;
        result += raw({part | (more ? 0x80U : 0U)});
    }
    while (value != 0 || result.size() < size);
    return result;
}

/// Text or binary data, its length before it.
inline bytes field(std::string_view content)
{
    return two_bytes(static_cast<unsigned>(content.size())) + bytes(content);
}

inline bytes packet(unsigned first_byte, std::string_view body)
{
    return raw({first_byte}) + variable(static_cast<std::uint32_t>(body.size())) + bytes(body);
}

} // namespace violations

#endif
