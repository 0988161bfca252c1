// SPDX-License-Identifier: BSL-1.0
//
// Masking: what a client sends is XORed with a key that changes with every frame, so that no proxy between can be made
// to take a payload for something else.
//
// Layer: websocket. Standard: RFC 6455 5.3.
// Where keys come from is in random.hpp.
#ifndef TERN_WEBSOCKET_MASKING_HPP
#define TERN_WEBSOCKET_MASKING_HPP

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>

namespace tern::websocket
{

/// The four bytes of a key, as they stand in the frame.
using masking_key = std::array<unsigned char, 4>;

/// The key for a payload whose first `offset` bytes are done already.
[[nodiscard]] constexpr masking_key advanced(const masking_key& key, std::uint64_t offset) noexcept
{
    const auto shift = static_cast<std::size_t>(offset & 3U);
    return {key[shift], key[(shift + 1) & 3U], key[(shift + 2) & 3U], key[(shift + 3) & 3U]};
}

/// Masks, or unmasks, `size` bytes from `in` to `out`, which are the same place or do not overlap.
inline void mask(const char* in, char* out, std::size_t size, const masking_key& key) noexcept
{
    std::uint64_t twice = 0; // the key, twice: eight bytes at a time, whatever the byte order
    std::memcpy(&twice, key.data(), key.size());
    std::memcpy(reinterpret_cast<unsigned char*>(&twice) + key.size(), key.data(), key.size());
    std::size_t done = 0;
    for (; size - done >= sizeof(twice); done += sizeof(twice))
    {
        std::uint64_t word = 0;
        std::memcpy(&word, in + done, sizeof(word));
        word ^= twice;
        std::memcpy(out + done, &word, sizeof(word));
    }
    for (; done < size; ++done)
    {
        out[done] = static_cast<char>(static_cast<unsigned char>(in[done]) ^ key[done & 3U]);
    }
}

} // namespace tern::websocket

#endif
