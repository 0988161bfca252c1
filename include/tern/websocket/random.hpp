// SPDX-License-Identifier: BSL-1.0
//
// Random numbers for masking keys and the handshake's key: a generator that nobody can foretell, seeded by the system
// once for each connection.
//
// Layer: websocket. Standard: RFC 6455 5.3 (keys that nobody can foretell), 10.3 (why).
// Asking the system for every key costs more than masking and, on some machines, more than sending. A ChaCha20 block
// gives a next seed, which replaces the one it was made of, and eight keys: whoever sees all keys so far knows nothing
// of the next, and whoever sees the state, nothing of those before. The source is passed in, so that a test can
// foretell every byte.
#ifndef TERN_WEBSOCKET_RANDOM_HPP
#define TERN_WEBSOCKET_RANDOM_HPP

#include "tern/websocket/chacha20.hpp"
#include "tern/websocket/masking.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <random>
#include <span>

namespace tern
{

/// Fills the numbers with random bits; throws if it has none.
using random_source = void (*)(std::span<std::uint32_t>);

/// The generator of the operating system.
inline void system_random(std::span<std::uint32_t> numbers)
{
    std::random_device device;
    for (std::uint32_t& number : numbers)
    {
        number = static_cast<std::uint32_t>(device());
    }
}

} // namespace tern

namespace tern::websocket
{

class random_numbers
{
public:
    explicit random_numbers(random_source source) noexcept : source_(source) {}

    /// Takes a seed of the source, before the first number; false if that has none.
    [[nodiscard]] bool seed() noexcept
    {
        try
        {
            source_(seed_);
        }
        catch (const std::exception&)
        {
            return false;
        }
        left_ = 0;
        return true;
    }

    /// The next four random bytes.
    [[nodiscard]] masking_key take() noexcept
    {
        if (left_ == 0)
        {
            const chacha20_words words = chacha20_block(seed_, 0, {});
            std::copy_n(words.begin(), seed_.size(), seed_.begin());
            std::copy_n(words.begin() + seed_.size(), numbers_.size(), numbers_.begin());
            left_ = numbers_.size();
        }
        const std::uint32_t number = numbers_[numbers_.size() - left_--];
        return {static_cast<unsigned char>(number >> 24U), static_cast<unsigned char>(number >> 16U & 0xFFU),
                static_cast<unsigned char>(number >> 8U & 0xFFU), static_cast<unsigned char>(number & 0xFFU)};
    }

private:
    random_source source_;
    chacha20_key seed_{};
    std::array<std::uint32_t, 8> numbers_{}; ///< the other half of a block
    std::size_t left_ = 0;                   ///< of them
};

} // namespace tern::websocket

#endif
