// SPDX-License-Identifier: BSL-1.0
//
// The time limits of operations: a binary heap that knows where each entry is, so that one which is not needed any
// more is taken out. Only operations with a limit touch it, and no timer is started for any of them.
//
// Layer: client, without Asio. Standard: none.
// It holds at most as many entries as there are operations, which are bounded themselves.
#ifndef TERN_CLIENT_DEADLINES_HPP
#define TERN_CLIENT_DEADLINES_HPP

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

namespace tern::detail
{

/// The time `wait` after `now`, or the last that there is: who gives milliseconds::max() means for ever.
[[nodiscard]] constexpr std::chrono::steady_clock::time_point deadline_after(std::chrono::steady_clock::time_point now,
                                                                             std::chrono::milliseconds wait) noexcept
{
    constexpr auto last = std::chrono::steady_clock::time_point::max();
    return wait < std::chrono::floor<std::chrono::milliseconds>(last - now) ? now + wait : last;
}

/// The same where a limit that is not positive means none.
[[nodiscard]] constexpr std::optional<std::chrono::steady_clock::time_point>
deadline_within(std::chrono::steady_clock::time_point now, std::chrono::milliseconds limit) noexcept
{
    return limit.count() > 0 ? std::optional(deadline_after(now, limit)) : std::nullopt;
}

class deadline_heap
{
public:
    using time_point = std::chrono::steady_clock::time_point;

    /// An entry's place in the heap; `none` while it is in none.
    using position = std::uint32_t;
    static constexpr position none = 0xFFFFFFFF;

    /// Finds where the position of a key is kept. Called while entries move.
    class places
    {
    public:
        virtual void moved(std::uint64_t key, position now) noexcept = 0;

    protected:
        ~places() = default;
    };

    explicit deadline_heap(places& owner) noexcept : owner_(owner) {}
    deadline_heap(const deadline_heap&) = delete;
    deadline_heap& operator=(const deadline_heap&) = delete;

    [[nodiscard]] bool empty() const noexcept { return entries_.empty(); }
    [[nodiscard]] std::size_t size() const noexcept { return entries_.size(); }

    [[nodiscard]] std::optional<time_point> earliest() const noexcept
    {
        return entries_.empty() ? std::nullopt : std::optional<time_point>(entries_.front().when);
    }

    /// Adds `key`, which is not in the heap. Throws std::bad_alloc, with no effect then.
    void add(std::uint64_t key, time_point when)
    {
        entries_.push_back({when, key});
        rise(entries_.size() - 1);
    }

    /// Takes out the entry at `at`.
    void remove(position at) noexcept
    {
        const std::size_t last = entries_.size() - 1;
        owner_.moved(entries_[at].key, none);
        if (at != last)
        {
            entries_[at] = entries_[last];
            entries_.pop_back();
            owner_.moved(entries_[at].key, at);
            sink(at);
            rise(at);
        }
        else
        {
            entries_.pop_back();
        }
    }

    /// Takes out the earliest entry if its time has come.
    [[nodiscard]] std::optional<std::uint64_t> pop(time_point now) noexcept
    {
        if (entries_.empty() || entries_.front().when > now)
        {
            return std::nullopt;
        }
        const std::uint64_t key = entries_.front().key;
        remove(0);
        return key;
    }

private:
    struct entry
    {
        time_point when;
        std::uint64_t key;
    };

    void put(std::size_t at, const entry& value) noexcept
    {
        entries_[at] = value;
        owner_.moved(value.key, static_cast<position>(at));
    }

    void rise(std::size_t at) noexcept
    {
        const entry value = entries_[at];
        while (at > 0 && value.when < entries_[(at - 1) / 2].when)
        {
            put(at, entries_[(at - 1) / 2]);
            at = (at - 1) / 2;
        }
        put(at, value);
    }

    void sink(std::size_t at) noexcept
    {
        const entry value = entries_[at];
        for (std::size_t child = 2 * at + 1; child < entries_.size(); child = 2 * at + 1)
        {
            if (child + 1 < entries_.size() && entries_[child + 1].when < entries_[child].when)
            {
                ++child;
            }
            if (!(entries_[child].when < value.when))
            {
                break;
            }
            put(at, entries_[child]);
            at = child;
        }
        put(at, value);
    }

    places& owner_;
    std::vector<entry> entries_;
};

} // namespace tern::detail

#endif
