// SPDX-License-Identifier: BSL-1.0
//
// The ChaCha20 block function: sixteen words of which none tells anything of the others, or of the key.
//
// Layer: websocket. Standard: RFC 8439 2.3.
// For random.hpp, which makes masking keys of it. Nothing is encrypted here: that is the matter of TLS.
#ifndef TERN_WEBSOCKET_CHACHA20_HPP
#define TERN_WEBSOCKET_CHACHA20_HPP

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>

namespace tern::websocket
{

using chacha20_key = std::array<std::uint32_t, 8>;
using chacha20_words = std::array<std::uint32_t, 16>;

namespace detail
{

// RFC 8439 2.1
constexpr void chacha20_quarter(std::uint32_t& a, std::uint32_t& b, std::uint32_t& c, std::uint32_t& d) noexcept
{
    a += b;
    d = std::rotl(d ^ a, 16);
    c += d;
    b = std::rotl(b ^ c, 12);
    a += b;
    d = std::rotl(d ^ a, 8);
    c += d;
    b = std::rotl(b ^ c, 7);
}

} // namespace detail

/// The block with that number.
[[nodiscard]] constexpr chacha20_words chacha20_block(const chacha20_key& key, std::uint32_t number,
                                                      const std::array<std::uint32_t, 3>& nonce) noexcept
{
    using detail::chacha20_quarter;
    const chacha20_words start{0x61707865U, 0x3320646EU, 0x79622D32U, 0x6B206574U, key[0], key[1],
                               key[2],      key[3],      key[4],      key[5],      key[6], key[7],
                               number,      nonce[0],    nonce[1],    nonce[2]};
    chacha20_words w = start;
    for (int round = 0; round < 20; round += 2)
    {
        chacha20_quarter(w[0], w[4], w[8], w[12]);
        chacha20_quarter(w[1], w[5], w[9], w[13]);
        chacha20_quarter(w[2], w[6], w[10], w[14]);
        chacha20_quarter(w[3], w[7], w[11], w[15]);
        chacha20_quarter(w[0], w[5], w[10], w[15]);
        chacha20_quarter(w[1], w[6], w[11], w[12]);
        chacha20_quarter(w[2], w[7], w[8], w[13]);
        chacha20_quarter(w[3], w[4], w[9], w[14]);
    }
    for (std::size_t i = 0; i < w.size(); ++i)
    {
        w[i] += start[i];
    }
    return w;
}

} // namespace tern::websocket

#endif
