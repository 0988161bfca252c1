// SPDX-License-Identifier: BSL-1.0
//
// What a soak test looks at: this process's memory and descriptors, the latency of messages, and what became of
// numbered messages. Nothing here grows with time, or the test would find itself.
#ifndef TERN_TESTS_SOAK_MEASURES_HPP
#define TERN_TESTS_SOAK_MEASURES_HPP

#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <system_error>

#include <unistd.h>

namespace tern::test
{

/// Bytes of this process that are in memory; 0 where the system does not tell.
inline std::size_t resident_bytes()
{
    std::ifstream file("/proc/self/statm");
    std::size_t pages = 0;
    std::size_t resident_pages = 0;
    file >> pages >> resident_pages;
    return resident_pages * static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
}

/// Open descriptors of this process; 0 where the system does not tell.
inline std::size_t open_descriptors()
{
    std::error_code unknown;
    const std::filesystem::directory_iterator begin("/proc/self/fd", unknown);
    return unknown ? 0 : static_cast<std::size_t>(std::distance(begin, std::filesystem::directory_iterator()));
}

/// Durations, each kept to a quarter of its size.
class latencies
{
public:
    void add(std::chrono::nanoseconds duration)
    {
        const auto microseconds = std::max<std::int64_t>(duration.count() / 1'000, 1);
        std::size_t slot = 0;
        while (slot + 1 < limits_.size() && limits_[slot] < microseconds)
        {
            ++slot;
        }
        ++counts_[slot];
        ++total_;
        most_ = std::max(most_, microseconds);
    }

    /// Milliseconds that so many of a thousand did not exceed.
    [[nodiscard]] double milliseconds(std::size_t of_a_thousand) const
    {
        std::uint64_t seen = 0;
        for (std::size_t slot = 0; slot < counts_.size(); ++slot)
        {
            seen += counts_[slot];
            if (seen * 1'000 >= total_ * of_a_thousand)
            {
                return static_cast<double>(std::min(limits_[slot], most_)) / 1'000;
            }
        }
        return most();
    }

    [[nodiscard]] double most() const { return static_cast<double>(most_) / 1'000; }

    void clear() { *this = latencies(); }

private:
    static constexpr std::size_t slots = 100;

    /// Microseconds, each a quarter more than the one before: the last is hours.
    static std::array<std::int64_t, slots> make_limits()
    {
        std::array<std::int64_t, slots> limits{};
        std::int64_t limit = 1;
        for (std::int64_t& each : limits)
        {
            each = limit;
            limit += std::max<std::int64_t>(limit / 4, 1);
        }
        return limits;
    }

    std::array<std::int64_t, slots> limits_ = make_limits();
    std::array<std::uint64_t, slots> counts_{};
    std::uint64_t total_ = 0;
    std::int64_t most_ = 0;
};

/// Numbers that arrive in order: what is missing between them, and what comes again.
class ordered_numbers
{
public:
    void take(std::uint64_t number)
    {
        if (number < next_)
        {
            ++repeated_;
            return;
        }
        ++arrived_;
        lost_ += number - next_;
        next_ = number + 1;
    }

    [[nodiscard]] std::uint64_t next() const noexcept { return next_; }
    [[nodiscard]] std::uint64_t arrived() const noexcept { return arrived_; }
    [[nodiscard]] std::uint64_t lost() const noexcept { return lost_; }
    /// Late ones included.
    [[nodiscard]] std::uint64_t repeated() const noexcept { return repeated_; }

private:
    std::uint64_t next_ = 0;
    std::uint64_t arrived_ = 0;
    std::uint64_t lost_ = 0;
    std::uint64_t repeated_ = 0;
};

/// The same figure as time goes on: the highest while everything warms up, and the lowest of the last few.
class trend
{
public:
    void add(std::size_t figure, bool warm)
    {
        if (!warm)
        {
            before_ = std::max(before_, figure);
        }
        last_[next_++ % last_.size()] = figure;
    }

    /// How far even the lowest of the last figures lies above the highest of the warm-up; 0 if it does not.
    [[nodiscard]] std::size_t growth() const
    {
        const std::size_t now = *std::min_element(last_.begin(), last_.end());
        return now > before_ ? now - before_ : 0;
    }

private:
    std::size_t before_ = 0;
    std::array<std::size_t, 5> last_{};
    std::size_t next_ = 0;
};

} // namespace tern::test

#endif
