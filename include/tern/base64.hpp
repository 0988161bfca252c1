// SPDX-License-Identifier: BSL-1.0
//
// Bytes as base64 text, with padding: what HTTP writes keys and credentials in.
//
// Layer: vocabulary. Standard: RFC 4648 section 4.
// Nothing here decodes: nobody needs the bytes back, only to know whether they are there.
#ifndef TERN_BASE64_HPP
#define TERN_BASE64_HPP

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace tern
{

namespace detail
{

inline constexpr std::string_view base64_alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

} // namespace detail

/// How many characters that many bytes have.
[[nodiscard]] constexpr std::size_t base64_size(std::size_t size) noexcept
{
    return (size + 2) / 3 * 4;
}

/// Writes base64_size(bytes.size()) characters to `out` and gives their end.
constexpr char* encode_base64(std::string_view bytes, char* out) noexcept
{
    for (std::size_t i = 0; i < bytes.size(); i += 3)
    {
        const std::string_view group = bytes.substr(i, 3);
        std::uint32_t bits = 0;
        for (std::size_t k = 0; k < 3; ++k)
        {
            bits = bits << 8U | (k < group.size() ? static_cast<unsigned char>(group[k]) : 0U);
        }
        for (std::size_t k = 0; k < 4; ++k)
        {
            *out++ = k <= group.size() ? detail::base64_alphabet[bits >> (18 - 6 * k) & 63U] : '=';
        }
    }
    return out;
}

/// The same as a string.
[[nodiscard]] inline std::string to_base64(std::string_view bytes)
{
    std::string result(base64_size(bytes.size()), '\0');
    encode_base64(bytes, result.data());
    return result;
}

/// True if the text is base64, with its padding, of exactly so many bytes. Bits that stand for nothing may be set.
[[nodiscard]] constexpr bool is_base64_of(std::string_view text, std::size_t size) noexcept
{
    const std::size_t padding = (3 - size % 3) % 3;
    return text.size() == base64_size(size) &&
           text.substr(0, text.size() - padding).find_first_not_of(detail::base64_alphabet) == std::string_view::npos &&
           text.substr(text.size() - padding) == std::string_view("==").substr(0, padding);
}

} // namespace tern

#endif
