// SPDX-License-Identifier: BSL-1.0
//
// SHA-1, for the one place where WebSocket asks for it: to show that a server has read the handshake.
//
// Layer: websocket. Standard: RFC 3174; RFC 6455 4.2.2 (what it is used for), 10.8 (why its weakness does not matter).
// Our own, because OpenSSL is optional and ws:// has to work without it, and no kept-up library that is header-only and
// free of dependencies has it. Nothing secret and no signature may rest on it.
#ifndef TERN_WEBSOCKET_SHA1_HPP
#define TERN_WEBSOCKET_SHA1_HPP

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace tern::websocket
{

namespace detail
{

using sha1_state = std::array<std::uint32_t, 5>;
using sha1_block = std::array<unsigned char, 64>;

// RFC 3174 6.1
constexpr void sha1_round(sha1_state& state, const sha1_block& block) noexcept
{
    std::array<std::uint32_t, 80> word{};
    for (std::size_t i = 0; i < 16; ++i)
    {
        word[i] = std::uint32_t{block[4 * i]} << 24U | std::uint32_t{block[4 * i + 1]} << 16U |
                  std::uint32_t{block[4 * i + 2]} << 8U | block[4 * i + 3];
    }
    for (std::size_t i = 16; i < word.size(); ++i)
    {
        word[i] = std::rotl(word[i - 3] ^ word[i - 8] ^ word[i - 14] ^ word[i - 16], 1);
    }
    auto [a, b, c, d, e] = state;
    for (std::size_t i = 0; i < word.size(); ++i)
    {
        const std::uint32_t mixed = i < 20   ? ((b & c) | (~b & d)) + 0x5A827999U
                                    : i < 40 ? (b ^ c ^ d) + 0x6ED9EBA1U
                                    : i < 60 ? ((b & c) | (b & d) | (c & d)) + 0x8F1BBCDCU
                                             : (b ^ c ^ d) + 0xCA62C1D6U;
        const std::uint32_t next = std::rotl(a, 5) + mixed + e + word[i];
        e = d;
        d = c;
        c = std::rotl(b, 30);
        b = a;
        a = next;
    }
    state[0] += a;
    state[1] += b;
    state[2] += c;
    state[3] += d;
    state[4] += e;
}

} // namespace detail

/// The 20 bytes of the digest.
[[nodiscard]] constexpr std::array<char, 20> sha1(std::string_view message) noexcept
{
    detail::sha1_state state{0x67452301U, 0xEFCDAB89U, 0x98BADCFEU, 0x10325476U, 0xC3D2E1F0U};
    detail::sha1_block block{};
    std::size_t used = 0;
    const auto add = [&](unsigned char byte) {
        block[used++] = byte;
        if (used == block.size())
        {
            detail::sha1_round(state, block);
            used = 0;
        }
    };
    for (const char c : message)
    {
        add(static_cast<unsigned char>(c));
    }
    add(0x80); // RFC 3174 4: a one, zeros, and the length in bits at the end of a block
    while (used != block.size() - 8)
    {
        add(0);
    }
    const std::uint64_t bits = std::uint64_t{message.size()} * 8;
    for (unsigned shift = 64; shift != 0; shift -= 8)
    {
        add(static_cast<unsigned char>(bits >> (shift - 8) & 0xFFU));
    }
    std::array<char, 20> digest{};
    for (std::size_t i = 0; i < digest.size(); ++i)
    {
        digest[i] = static_cast<char>(state[i / 4] >> (24 - 8 * (i % 4)) & 0xFFU);
    }
    return digest;
}

} // namespace tern::websocket

#endif
