// SPDX-License-Identifier: BSL-1.0
//
// Numbers that follow from a seed, the same on every machine and with every library.
#ifndef TERN_TESTS_SIMULATION_RANDOM_HPP
#define TERN_TESTS_SIMULATION_RANDOM_HPP

#include <cstddef>
#include <cstdint>

namespace simulation
{

/// SplitMix64.
class random_sequence
{
public:
    explicit random_sequence(std::uint64_t seed) noexcept : state_(seed) {}

    [[nodiscard]] std::uint64_t next() noexcept
    {
        state_ += 0x9E3779B97F4A7C15U;
        std::uint64_t bits = state_;
        bits = (bits ^ (bits >> 30U)) * 0xBF58476D1CE4E5B9U;
        bits = (bits ^ (bits >> 27U)) * 0x94D049BB133111EBU;
        return bits ^ (bits >> 31U);
    }

    /// 0 to `bound` - 1.
    [[nodiscard]] std::uint32_t below(std::uint32_t bound) noexcept
    {
        return static_cast<std::uint32_t>(next() % bound);
    }

    /// `first` to `last`.
    [[nodiscard]] std::uint32_t between(std::uint32_t first, std::uint32_t last) noexcept
    {
        return first + below(last - first + 1);
    }

    [[nodiscard]] bool percent(std::uint32_t share) noexcept { return below(100) < share; }

    /// One of a list.
    template <class Value, std::size_t Size>
    [[nodiscard]] const Value& one_of(const Value (&values)[Size]) noexcept
    {
        return values[below(static_cast<std::uint32_t>(Size))];
    }

private:
    std::uint64_t state_;
};

} // namespace simulation

#endif
