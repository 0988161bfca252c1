// SPDX-License-Identifier: BSL-1.0
//
// Strict UTF-8 as MQTT wants it: no surrogates, no overlong forms, nothing above U+10FFFF, no U+0000.
//
// Layer: vocabulary. Standard: v5 1.5.4, v3.1.1 1.5.3.
// Control characters and non-characters SHOULD NOT appear; the standard lets a receiver accept them, and so does this.
// The byte order mark is ordinary text: v5 [MQTT-1.5.4-3] v3.1.1 [MQTT-1.5.3-3].
#ifndef TERN_UTF8_HPP
#define TERN_UTF8_HPP

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>
#include <type_traits>

namespace tern
{

namespace detail
{

/// The length of the well-formed sequence of two to four bytes that starts at `offset`, or 0 if it is ill-formed.
constexpr std::size_t utf8_sequence_length(std::string_view text, std::size_t offset) noexcept
{
    const auto at = [&](std::size_t i) { return static_cast<unsigned char>(text[offset + i]); };
    const unsigned char first = at(0);
    std::size_t length = 0;
    unsigned char low = 0x80;
    unsigned char high = 0xBF;
    if (first >= 0xC2 && first <= 0xDF) // C0 and C1 would be overlong forms of ASCII
    {
        length = 2;
    }
    else if (first >= 0xE0 && first <= 0xEF)
    {
        length = 3;
        low = first == 0xE0 ? 0xA0 : low;   // shorter forms exist below U+0800
        high = first == 0xED ? 0x9F : high; // U+D800 to U+DFFF are surrogates: v5 [MQTT-1.5.4-1] v3.1.1 [MQTT-1.5.3-1]
    }
    else if (first >= 0xF0 && first <= 0xF4)
    {
        length = 4;
        low = first == 0xF0 ? 0x90 : low;   // shorter forms exist below U+10000
        high = first == 0xF4 ? 0x8F : high; // nothing lies above U+10FFFF
    }
    if (length == 0 || text.size() - offset < length || at(1) < low || at(1) > high)
    {
        return 0;
    }
    for (std::size_t i = 2; i < length; ++i)
    {
        if ((at(i) & 0xC0) != 0x80)
        {
            return 0;
        }
    }
    return length;
}

/// True if all eight bytes are ASCII other than U+0000.
inline bool is_plain_ascii(std::uint64_t word) noexcept
{
    constexpr std::uint64_t ones = 0x0101010101010101U;
    constexpr std::uint64_t tops = 0x8080808080808080U;
    return (((word - ones) | word) & tops) == 0;
}

/// Calls `good` with words of eight bytes that together hold every byte of the text at least once, and nothing but its
/// bytes and 0x01, until it returns false. Words overlap rather than leave a tail to be read byte by byte.
template <class Predicate>
bool every_word(std::string_view text, Predicate good) noexcept
{
    constexpr std::size_t step = sizeof(std::uint64_t);
    const char* at = text.data();
    const std::size_t size = text.size();
    std::uint64_t word = 0;
    if (size >= step) [[likely]]
    {
        const char* const last = at + (size - step);
        for (; at < last; at += step)
        {
            std::memcpy(&word, at, step);
            if (!good(word))
            {
                return false;
            }
        }
        std::memcpy(&word, last, step);
        return good(word);
    }
    if (size >= step / 2)
    {
        std::uint32_t low = 0;
        std::uint32_t high = 0;
        std::memcpy(&low, at, sizeof(low));
        std::memcpy(&high, at + (size - sizeof(high)), sizeof(high));
        return good(low | (std::uint64_t{high} << 32U));
    }
    if (size == 0)
    {
        return true;
    }
    const auto byte = [at](std::size_t i) { return std::uint64_t{static_cast<unsigned char>(at[i])}; };
    return good(byte(0) | (byte(size / 2) << 8U) | (byte(size - 1) << 16U) | 0x0101010101000000U);
}

} // namespace detail

/// The offset of the first byte that is not legal MQTT text, or `npos` if all of it is legal. The length is not judged.
[[nodiscard]] constexpr std::size_t utf8_error_offset(std::string_view text) noexcept
{
    std::size_t offset = 0;
    while (offset < text.size())
    {
        if (!std::is_constant_evaluated())
        {
            while (text.size() - offset >= sizeof(std::uint64_t))
            {
                std::uint64_t word = 0;
                std::memcpy(&word, text.data() + offset, sizeof(word));
                if (!detail::is_plain_ascii(word))
                {
                    break;
                }
                offset += sizeof(word);
            }
            if (offset == text.size())
            {
                break;
            }
        }
        const unsigned char first = static_cast<unsigned char>(text[offset]);
        if (first == 0) // v5 [MQTT-1.5.4-2] v3.1.1 [MQTT-1.5.3-2]
        {
            return offset;
        }
        std::size_t length = 1;
        if (first >= 0x80)
        {
            length = detail::utf8_sequence_length(text, offset);
            if (length == 0)
            {
                return offset;
            }
        }
        offset += length;
    }
    return std::string_view::npos;
}

/// True if the text may stand in an MQTT packet; its length of at most 65,535 bytes is checked where it is encoded.
[[nodiscard]] constexpr bool is_valid_utf8(std::string_view text) noexcept
{
    if (!std::is_constant_evaluated())
    {
        if (detail::every_word(text, detail::is_plain_ascii)) [[likely]] // nearly all text in a protocol is ASCII
        {
            return true;
        }
    }
    return utf8_error_offset(text) == std::string_view::npos;
}

} // namespace tern

#endif
