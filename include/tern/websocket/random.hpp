// SPDX-License-Identifier: BSL-1.0
//
// Random numbers for masking keys and the handshake's key: from the system's generator, some at a time.
//
// Layer: websocket. Standard: RFC 6455 5.3 (keys that nobody can foretell), 10.3 (why).
// The source is passed in, so that a test can foretell every byte. There is no generator of our own here: what is
// predictable is worth nothing, and asking the system for sixteen numbers every sixteenth frame costs little.
#ifndef TERN_WEBSOCKET_RANDOM_HPP
#define TERN_WEBSOCKET_RANDOM_HPP

#include "tern/websocket/masking.hpp"

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

/// A small stock of random numbers. Each is given out once.
class random_stock
{
public:
    /// How many can be taken after one refill: more than any one step takes.
    static constexpr std::size_t size = 16;

    explicit random_stock(random_source source) noexcept : source_(source) {}

    /// Sees to it that so many, at most `size`, can be taken; false if the source has none.
    [[nodiscard]] bool ensure(std::size_t count) noexcept
    {
        if (left_ >= count)
        {
            return true;
        }
        try
        {
            source_(numbers_);
        }
        catch (const std::exception&)
        {
            return false;
        }
        left_ = size;
        return true;
    }

    /// Takes one, of those that ensure() has promised.
    [[nodiscard]] masking_key take() noexcept
    {
        const std::uint32_t number = left_ != 0 ? numbers_[--left_] : 0;
        return {static_cast<unsigned char>(number >> 24U), static_cast<unsigned char>(number >> 16U & 0xFFU),
                static_cast<unsigned char>(number >> 8U & 0xFFU), static_cast<unsigned char>(number & 0xFFU)};
    }

private:
    random_source source_;
    std::array<std::uint32_t, size> numbers_{};
    std::size_t left_ = 0;
};

} // namespace tern::websocket

#endif
