// SPDX-License-Identifier: BSL-1.0
//
// Whether text is examined, and what makes a text a topic name.
//
// Layer: wire. Standard: v5 1.5.4, 4.7; v3.1.1 1.5.3, 4.7.
// Filters, and errors that name the offending place for the user, are the business of the topic layer.
#ifndef TERN_WIRE_TEXT_CHECK_HPP
#define TERN_WIRE_TEXT_CHECK_HPP

#include "tern/utf8.hpp"

#include <cstdint>
#include <string_view>
#include <type_traits>

namespace tern::wire
{

/// What a codec does about text that is handed to it.
enum class text_check : std::uint8_t
{
    strict, ///< examine every byte: what is not legal text is refused
    none,   ///< the caller has examined it; lengths are checked all the same
};

namespace detail
{

/// True if all eight bytes are ASCII and neither U+0000 nor a wildcard.
inline bool is_plain_topic(std::uint64_t word) noexcept
{
    constexpr std::uint64_t ones = 0x0101010101010101U;
    constexpr std::uint64_t tops = 0x8080808080808080U;
    // '#' and '+' differ in one bit only, 0x08: with it set, both become '+'. A difference of 0 from it borrows.
    const std::uint64_t from_plus = (word | (ones * 0x08U)) ^ (ones * 0x2BU);
    return (((word - ones) | (from_plus - ones) | word) & tops) == 0;
}

} // namespace detail

enum class topic_name_state : std::uint8_t
{
    good, ///< also for the empty text, which some places allow
    ill_formed,
    has_wildcard,
};

namespace detail
{

[[nodiscard]] constexpr topic_name_state examine_topic_name_bytewise(std::string_view text) noexcept
{
    if (!is_valid_utf8(text)) // v5 [MQTT-1.5.4-1] v3.1.1 [MQTT-1.5.3-1]
    {
        return topic_name_state::ill_formed;
    }
    // v5 [MQTT-3.3.2-2] v3.1.1 [MQTT-3.3.2-2]
    const bool plain = text.find('+') == std::string_view::npos && text.find('#') == std::string_view::npos;
    return plain ? topic_name_state::good : topic_name_state::has_wildcard;
}

} // namespace detail

/// Judges a topic name: plain ASCII in one pass of words.
[[nodiscard]] constexpr topic_name_state examine_topic_name(std::string_view text) noexcept
{
    if (!std::is_constant_evaluated())
    {
        if (tern::detail::every_word(text, [](std::uint64_t word) { return detail::is_plain_topic(word); })) [[likely]]
        {
            return topic_name_state::good;
        }
    }
    return detail::examine_topic_name_bytewise(text);
}

} // namespace tern::wire

#endif
