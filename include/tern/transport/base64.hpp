// SPDX-License-Identifier: BSL-1.0
//
// Writes bytes as text: what HTTP's basic authentication needs.
//
// Layer: transport, without Asio. Standard: RFC 4648 4.
// It encodes only; nothing here reads base64.
#ifndef TERN_TRANSPORT_BASE64_HPP
#define TERN_TRANSPORT_BASE64_HPP

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace tern::detail
{

/// With padding. Throws std::bad_alloc.
[[nodiscard]] inline std::string base64_encode(std::string_view bytes)
{
    constexpr std::string_view digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    std::string text;
    text.reserve((bytes.size() + 2) / 3 * 4);
    for (std::size_t at = 0; at < bytes.size(); at += 3)
    {
        const std::string_view three = bytes.substr(at, 3);
        std::uint32_t bits = 0;
        for (std::size_t i = 0; i < 3; ++i)
        {
            bits = bits << 8U | (i < three.size() ? static_cast<unsigned char>(three[i]) : 0U);
        }
        for (std::size_t i = 0; i < 4; ++i)
        {
            text += i <= three.size() ? digits[bits >> (18 - 6 * i) & 0x3FU] : '=';
        }
    }
    return text;
}

} // namespace tern::detail

#endif
