// SPDX-License-Identifier: BSL-1.0
//
// Numbers and texts from the command line, each checked for its range, with errors that name the option.
#ifndef TERN_EXAMPLES_COMMAND_LINE_NUMBERS_HPP
#define TERN_EXAMPLES_COMMAND_LINE_NUMBERS_HPP

#include "command_line/usage_error.hpp"

#include <tern/qos.hpp>
#include <tern/utf8.hpp>

#include <charconv>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <system_error>

namespace command_line
{

inline std::string quoted(std::string_view text)
{
    return '\'' + std::string(text) + '\'';
}

/// A whole decimal number from `lowest` to `highest`; `what` names it in the error.
inline std::uint32_t parse_number(std::string_view text, std::uint32_t lowest, std::uint32_t highest,
                                  std::string_view what)
{
    std::uint64_t value = 0;
    const char* const end = text.data() + text.size();
    const auto [stopped_at, error] = std::from_chars(text.data(), end, value);
    if (text.empty() || error != std::errc{} || stopped_at != end || value < lowest || value > highest)
    {
        throw usage_error(std::string(what) + " must be a number from " + std::to_string(lowest) + " to " +
                          std::to_string(highest) + ", not " + quoted(text) + '.');
    }
    return static_cast<std::uint32_t>(value);
}

/// Seconds with up to three decimals that count, such as "2", "0.25" or ".5".
inline std::chrono::milliseconds parse_seconds(std::string_view text, std::string_view what)
{
    constexpr std::string_view digits = "0123456789";
    const std::size_t point = text.find('.');
    const std::string_view whole = text.substr(0, point);
    const std::string_view fraction = point == text.npos ? std::string_view() : text.substr(point + 1);
    if (whole.size() + fraction.size() == 0 || whole.find_first_not_of(digits) != whole.npos ||
        fraction.find_first_not_of(digits) != fraction.npos || whole.size() > 6)
    {
        throw usage_error(std::string(what) + " must be seconds from 0 to 999999, such as 0.5, not " + quoted(text) +
                          '.');
    }
    const std::string thousandths = (std::string(fraction) + "000").substr(0, 3);
    return std::chrono::seconds(whole.empty() ? 0U : parse_number(whole, 0, 999'999, what)) +
           std::chrono::milliseconds(parse_number(thousandths, 0, 999, what));
}

inline tern::qos parse_qos(std::string_view text, std::string_view what)
{
    return static_cast<tern::qos>(parse_number(text, 0, 2, what));
}

/// Refuses bytes that no MQTT text may hold, and more of them than fit into one.
inline std::string_view checked_text(std::string_view text, std::string_view what)
{
    constexpr std::size_t longest = 65'535; // v5 1.5.4, v3.1.1 1.5.3
    if (text.size() > longest)
    {
        throw usage_error(std::string(what) + " is longer than the 65535 bytes that MQTT allows.");
    }
    if (const std::size_t offset = tern::utf8_error_offset(text); offset != text.npos)
    {
        throw usage_error(std::string(what) + " is not well-formed UTF-8, from byte " + std::to_string(offset) +
                          " on.");
    }
    return text;
}

/// Refuses more bytes than fit into a field of MQTT.
inline std::string_view checked_binary(std::string_view bytes, std::string_view what)
{
    if (bytes.size() > 65'535)
    {
        throw usage_error(std::string(what) + " is longer than the 65535 bytes that MQTT allows.");
    }
    return bytes;
}

} // namespace command_line

#endif
