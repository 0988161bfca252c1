// SPDX-License-Identifier: BSL-1.0
//
// The keyed hash of topic levels, for the tables of topic/level_tree.hpp.
//
// Layer: topic, an internal part. Standard: none of MQTT. It is SipHash-1-3 (Aumasson and Bernstein, one round per
// eight bytes and three at the end).
//
// Peers choose topics and, at a broker, filters. With an unkeyed hash they could choose them so that all fall into one
// place of a table and every look-up becomes a search through all. Who does not know the seed cannot. It is not a
// message authentication code for any other use.
#ifndef TERN_TOPIC_LEVEL_HASH_HPP
#define TERN_TOPIC_LEVEL_HASH_HPP

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>
#include <type_traits>

namespace tern::topic_detail
{

/// Hashes the text of a level under a key that stays secret. constexpr, never throws.
class level_hash
{
public:
    /// Makes both halves of the key from one seed.
    constexpr explicit level_hash(std::uint64_t seed) noexcept
        : level_hash(scramble(seed), scramble(seed + 0x9E37'79B9'7F4A'7C15))
    {
    }

    constexpr level_hash(std::uint64_t key_low, std::uint64_t key_high) noexcept
        : key_low_(key_low), key_high_(key_high)
    {
    }

    [[nodiscard]] constexpr std::uint64_t operator()(std::string_view level) const noexcept
    {
        state s{key_low_ ^ 0x736f'6d65'7073'6575, key_high_ ^ 0x646f'7261'6e64'6f6d, key_low_ ^ 0x6c79'6765'6e65'7261,
                key_high_ ^ 0x7465'6462'7974'6573};
        const std::size_t length = level.size();
        for (; level.size() >= 8; level.remove_prefix(8))
        {
            s.compress(read(level, 0, 8));
        }
        s.compress((std::uint64_t{length & 0xFF} << 56) | read_rest(level));
        s.v2 ^= 0xFF;
        s.round();
        s.round();
        s.round();
        return s.v0 ^ s.v1 ^ s.v2 ^ s.v3;
    }

private:
    struct state
    {
        std::uint64_t v0;
        std::uint64_t v1;
        std::uint64_t v2;
        std::uint64_t v3;

        constexpr void round() noexcept
        {
            v0 += v1;
            v2 += v3;
            v1 = std::rotl(v1, 13) ^ v0;
            v3 = std::rotl(v3, 16) ^ v2;
            v0 = std::rotl(v0, 32);
            v2 += v1;
            v0 += v3;
            v1 = std::rotl(v1, 17) ^ v2;
            v3 = std::rotl(v3, 21) ^ v0;
            v2 = std::rotl(v2, 32);
        }

        constexpr void compress(std::uint64_t word) noexcept
        {
            v3 ^= word;
            round();
            v0 ^= word;
        }
    };

    /// `count` bytes, at most eight, the first one lowest.
    static constexpr std::uint64_t read(std::string_view text, std::size_t from, std::size_t count) noexcept
    {
        if (!std::is_constant_evaluated() && std::endian::native == std::endian::little)
        {
            std::uint64_t word = 0;
            std::memcpy(&word, text.data() + from, count);
            return word;
        }
        std::uint64_t word = 0;
        for (std::size_t i = 0; i < count; ++i)
        {
            word |= std::uint64_t{static_cast<unsigned char>(text[from + i])} << (8 * i);
        }
        return word;
    }

    /// Up to seven bytes without a loop: halves that overlap agree where they do.
    static constexpr std::uint64_t read_rest(std::string_view text) noexcept
    {
        const std::size_t size = text.size();
        if (size >= 4)
        {
            return read(text, 0, 4) | (read(text, size - 4, 4) << (8 * (size - 4)));
        }
        if (size == 0)
        {
            return 0;
        }
        return read(text, 0, 1) | (read(text, size / 2, 1) << (8 * (size / 2))) |
               (read(text, size - 1, 1) << (8 * (size - 1)));
    }

    /// Spreads the bits of a seed (the finaliser of SplitMix64).
    static constexpr std::uint64_t scramble(std::uint64_t value) noexcept
    {
        value = (value ^ (value >> 30)) * 0xBF58'476D'1CE4'E5B9;
        value = (value ^ (value >> 27)) * 0x94D0'49BB'1331'11EB;
        return value ^ (value >> 31);
    }

    std::uint64_t key_low_;
    std::uint64_t key_high_;
};

} // namespace tern::topic_detail

#endif
