// SPDX-License-Identifier: BSL-1.0
//
// Writes integers and byte strings in the form of MQTT into memory that has been measured before.
//
// Layer: wire. Standard: v5 1.5, v3.1.1 1.5.
// Nothing is checked: the size was computed, and what cannot be written refused, before the first byte.
// Every function returns the position behind what it wrote.
#ifndef TERN_WIRE_WRITER_HPP
#define TERN_WIRE_WRITER_HPP

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>
#include <type_traits>

namespace tern::wire
{

[[nodiscard]] constexpr char* put(std::uint8_t value, char* out) noexcept
{
    *out = static_cast<char>(value);
    return out + 1;
}

[[nodiscard]] constexpr char* put(std::uint16_t value, char* out) noexcept
{
    out[0] = static_cast<char>(value >> 8U);
    out[1] = static_cast<char>(value & 0xFFU);
    return out + 2;
}

[[nodiscard]] constexpr char* put(std::uint32_t value, char* out) noexcept
{
    out = put(static_cast<std::uint16_t>(value >> 16U), out);
    return put(static_cast<std::uint16_t>(value & 0xFFFFU), out);
}

[[nodiscard]] constexpr char* put(std::string_view bytes, char* out) noexcept
{
    return out + bytes.copy(out, bytes.size());
}

namespace detail
{

/// Copies `size` bytes, from `Half` to twice that many, as two halves that may overlap.
template <std::size_t Half>
void copy_halves(const char* from, std::size_t size, char* out) noexcept
{
    char low[Half];
    char high[Half];
    std::memcpy(low, from, Half);
    std::memcpy(high, from + (size - Half), Half);
    std::memcpy(out, low, Half);
    std::memcpy(out + (size - Half), high, Half);
}

} // namespace detail

/// The bytes with their length in two bytes before them. Nearly all fields are short, and for those the call of a
/// copying function costs more than the copy.
[[nodiscard]] constexpr char* put_field(std::string_view bytes, char* out) noexcept
{
    out = put(static_cast<std::uint16_t>(bytes.size()), out);
    if (!std::is_constant_evaluated())
    {
        const std::size_t size = bytes.size();
        if (size >= 4 && size <= 32) [[likely]]
        {
            if (size >= 16)
            {
                detail::copy_halves<16>(bytes.data(), size, out);
            }
            else if (size >= 8)
            {
                detail::copy_halves<8>(bytes.data(), size, out);
            }
            else
            {
                detail::copy_halves<4>(bytes.data(), size, out);
            }
            return out + size;
        }
    }
    return put(bytes, out);
}

/// How many bytes a variable byte integer has. v5 [MQTT-1.5.5-1]: the fewest possible.
[[nodiscard]] constexpr std::size_t variable_size(std::size_t value) noexcept
{
    return value < 0x80 ? 1 : value < 0x4000 ? 2 : value < 0x20'0000 ? 3 : 4;
}

[[nodiscard]] constexpr char* put_variable(std::size_t value, char* out) noexcept
{
    while (value >= 0x80)
    {
        *out++ = static_cast<char>((value & 0x7FU) | 0x80U);
        value >>= 7U;
    }
    *out++ = static_cast<char>(value);
    return out;
}

} // namespace tern::wire

#endif
