// SPDX-License-Identifier: BSL-1.0
//
// Tells an IP address from a name: the bytes of an IPv4 or IPv6 address that is written as text.
//
// Layer: transport, without Asio. Standard: RFC 4291 2.2 (IPv6), RFC 5954 4.1 (IPv4 without leading zeros).
// A proxy is told an address as one, and a name as a name. The zone of an IPv6 address is not taken: it means something
// on one machine only, and the proxy is another one.
#ifndef TERN_TRANSPORT_ADDRESS_LITERAL_HPP
#define TERN_TRANSPORT_ADDRESS_LITERAL_HPP

#include "tern/client/parse_url.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace tern::detail
{

/// An address in the order of the network.
struct address_literal
{
    std::array<std::uint8_t, 16> bytes{};
    std::size_t size = 0; ///< 4 or 16

    friend constexpr bool operator==(const address_literal&, const address_literal&) = default;
};

/// The four numbers of an IPv4 address, or nothing.
[[nodiscard]] constexpr std::optional<address_literal> parse_ipv4(std::string_view text) noexcept
{
    address_literal found;
    std::size_t at = 0;
    for (found.size = 0; found.size < 4; ++found.size)
    {
        if (found.size != 0 && (at == text.size() || text[at++] != '.'))
        {
            return std::nullopt;
        }
        const std::size_t first = at;
        unsigned value = 0;
        while (at < text.size() && is_digit(text[at]) && at - first < 3)
        {
            value = value * 10 + static_cast<unsigned>(text[at++] - '0');
        }
        if (at == first || value > 255 || (text[first] == '0' && at - first > 1)) // a leading zero may mean octal
        {
            return std::nullopt;
        }
        found.bytes[found.size] = static_cast<std::uint8_t>(value);
    }
    return at == text.size() ? std::optional(found) : std::nullopt;
}

/// One to four hexadecimal digits, or -1.
[[nodiscard]] constexpr int parse_ipv6_group(std::string_view text) noexcept
{
    int value = text.empty() || text.size() > 4 ? -1 : 0;
    for (std::size_t i = 0; i < text.size() && value >= 0; ++i)
    {
        const int digit = hex_value(text[i]);
        value = digit < 0 ? -1 : value * 16 + digit;
    }
    return value;
}

/// The eight groups of an IPv6 address without brackets, of which "::" stands for those that are zero, and the last two
/// may be an IPv4 address; or nothing.
[[nodiscard]] constexpr std::optional<address_literal> parse_ipv6(std::string_view text) noexcept
{
    constexpr std::size_t none = 16;
    address_literal found;
    std::size_t gap = none; // where "::" stands, in bytes
    std::size_t at = 0;
    if (text.starts_with("::"))
    {
        gap = 0;
        at = 2;
    }
    while (at < text.size())
    {
        const std::size_t end = text.find(':', at);
        const std::string_view group = text.substr(at, end == std::string_view::npos ? end : end - at);
        const auto ipv4 = end == std::string_view::npos ? parse_ipv4(group) : std::nullopt;
        const int value = ipv4 ? 0 : parse_ipv6_group(group);
        const std::size_t size = ipv4 ? 4 : 2;
        if (value < 0 || found.size + size > 16)
        {
            return std::nullopt;
        }
        for (std::size_t i = 0; ipv4 && i < 4; ++i)
        {
            found.bytes[found.size + i] = ipv4->bytes[i];
        }
        if (!ipv4)
        {
            found.bytes[found.size] = static_cast<std::uint8_t>(value >> 8);
            found.bytes[found.size + 1] = static_cast<std::uint8_t>(value & 0xFF);
        }
        found.size += size;
        if (end == std::string_view::npos)
        {
            break;
        }
        at = end + 1;
        const bool doubled = at < text.size() && text[at] == ':';
        if (at == text.size() || (doubled && gap != none)) // ends with one colon, or has a second "::"
        {
            return std::nullopt;
        }
        gap = doubled ? found.size : gap;
        at += doubled ? 1 : 0;
    }
    if ((gap == none) != (found.size == 16))
    {
        return std::nullopt;
    }
    for (std::size_t moved = 0; gap != none && moved < found.size - gap; ++moved) // what follows "::" to the end
    {
        std::uint8_t& from = found.bytes[found.size - 1 - moved];
        found.bytes[15 - moved] = from;
        from = 0;
    }
    found.size = 16;
    return found;
}

/// An IPv4 or IPv6 address, or nothing: then it is a name, or nonsense.
[[nodiscard]] constexpr std::optional<address_literal> parse_address_literal(std::string_view text) noexcept
{
    return text.find(':') == std::string_view::npos ? parse_ipv4(text) : parse_ipv6(text);
}

} // namespace tern::detail

#endif
