// SPDX-License-Identifier: BSL-1.0
//
// The moments at which the testing broker has something to do: at most one for each connection and each session.
//
// Layer: testing. Standard: none.
// It reads no clock and waits for nothing: the broker is told the time.
#ifndef TERN_TESTING_BROKER_TIMERS_HPP
#define TERN_TESTING_BROKER_TIMERS_HPP

#include "tern/testing/broker/configuration.hpp"

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <utility>

namespace tern::testing::broker_detail
{

/// Times by key; the earliest is found at once.
class timers
{
public:
    using key = std::uint64_t;

    /// Replaces the time of `owner`; an empty one removes it.
    void set(key owner, std::optional<time_point> when)
    {
        const auto found = by_owner_.find(owner);
        if (found != by_owner_.end())
        {
            if (when && found->second == *when)
            {
                return;
            }
            by_time_.erase({found->second, owner});
            if (!when)
            {
                by_owner_.erase(found);
                return;
            }
            found->second = *when;
            by_time_.emplace(*when, owner);
        }
        else if (when)
        {
            by_owner_.emplace(owner, *when);
            by_time_.emplace(*when, owner);
        }
    }

    [[nodiscard]] std::optional<time_point> earliest() const noexcept
    {
        return by_time_.empty() ? std::nullopt : std::optional(by_time_.begin()->first);
    }

    /// Removes one whose time has come and gives its key.
    std::optional<key> take_due(time_point now)
    {
        if (by_time_.empty() || by_time_.begin()->first > now)
        {
            return {};
        }
        const key owner = by_time_.begin()->second;
        by_time_.erase(by_time_.begin());
        by_owner_.erase(owner);
        return owner;
    }

    [[nodiscard]] std::size_t size() const noexcept { return by_owner_.size(); }

private:
    std::map<key, time_point> by_owner_;
    std::set<std::pair<time_point, key>> by_time_;
};

} // namespace tern::testing::broker_detail

#endif
