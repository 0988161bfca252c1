// SPDX-License-Identifier: BSL-1.0
//
// What this client is subscribed to, call by call, so that it can be asked for again when the server has lost the
// session.
//
// Layer: session. Standard: v5 3.8, 4.1, v3.1.1 the same.
// It sends nothing and matches nothing: requesting.hpp sends, the client dispatches.
#ifndef TERN_SESSION_SUBSCRIPTIONS_HPP
#define TERN_SESSION_SUBSCRIPTIONS_HPP

#include "tern/repeated_property.hpp"
#include "tern/session/slot_pool.hpp"
#include "tern/session/stored_text.hpp"
#include "tern/wire/limits.hpp"
#include "tern/wire/subscribe.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

namespace tern::session
{

/// One call of subscribe: what is left of its filters.
struct subscription_call
{
    std::uint32_t next = no_slot;
    std::uint32_t previous = no_slot;
    std::uint32_t identifier = 0; ///< Subscription Identifier, also where it is not sent
    std::uint64_t sequence = 0;   ///< order of the calls of subscribe and unsubscribe
    bool requested = false;       ///< a SUBSCRIBE for it waits or is unanswered
    bool to_restore = false;      ///< the session that held it is gone
    stored_text text;
    std::vector<wire::subscription> filters;
    tern::user_properties user_properties{};
};

class subscriptions
{
public:
    /// Calls that are remembered at a time; each costs a SUBSCRIBE after a lost session.
    static constexpr std::size_t maximum_calls = 65'535;

    [[nodiscard]] bool full() const noexcept { return calls_.size() >= maximum_calls; }

    /// \throws std::bad_alloc nothing is changed then.
    std::uint32_t add(std::span<const wire::subscription> filters, const user_properties& properties,
                      std::uint64_t sequence)
    {
        calls_.reserve();
        subscription_call call;
        std::size_t size = stored_text::size_of(properties);
        for (const wire::subscription& filter : filters)
        {
            size += filter.topic_filter.size();
        }
        call.text = stored_text(size, properties.size());
        call.filters.assign(filters.begin(), filters.end());
        for (wire::subscription& filter : call.filters)
        {
            filter.topic_filter = call.text.keep(filter.topic_filter);
        }
        call.user_properties = call.text.keep(properties);
        call.sequence = sequence;
        call.identifier = next_identifier_;
        next_identifier_ = next_identifier_ == wire::maximum_variable_byte_integer ? 1 : next_identifier_ + 1;

        const std::uint32_t index = calls_.take();
        calls_[index] = std::move(call);
        order_.push_back(calls_, index);
        return index;
    }

    void remove(std::uint32_t index) noexcept
    {
        set_to_restore(index, false);
        order_.remove(calls_, index);
        calls_.release(index);
    }

    /// The session is gone: everything that is not being asked for anyway has to be asked for again.
    void session_ended() noexcept
    {
        for (std::uint32_t index = order_.front(); index != no_slot; index = calls_[index].next)
        {
            set_to_restore(index, !calls_[index].requested);
        }
    }

    void set_to_restore(std::uint32_t index, bool to_restore) noexcept
    {
        if (calls_[index].to_restore != to_restore)
        {
            calls_[index].to_restore = to_restore;
            to_restore_ = to_restore ? to_restore_ + 1 : to_restore_ - 1;
        }
    }

    [[nodiscard]] bool any_to_restore() const noexcept { return to_restore_ != 0; }

    /// The first that has to be asked for again, or `no_slot`.
    [[nodiscard]] std::uint32_t first_to_restore() const noexcept
    {
        std::uint32_t index = to_restore_ == 0 ? no_slot : order_.front();
        while (index != no_slot && !calls_[index].to_restore)
        {
            index = calls_[index].next;
        }
        return index;
    }

    /// Forgets a filter in all calls that came before `sequence`. Calls that are left without filters are removed.
    void forget_filter(std::string_view filter, std::uint64_t sequence) noexcept
    {
        for (std::uint32_t index = order_.front(); index != no_slot;)
        {
            const std::uint32_t after = calls_[index].next;
            subscription_call& call = calls_[index];
            if (call.sequence < sequence && !call.requested)
            {
                std::erase_if(call.filters, [&](const auto& each) { return each.topic_filter == filter; });
                if (call.filters.empty())
                {
                    remove(index);
                }
            }
            index = after;
        }
    }

    /// True if a call other than `index` holds the filter.
    [[nodiscard]] bool used_by_others(std::uint32_t index, std::string_view filter) const noexcept
    {
        for (std::uint32_t other = order_.front(); other != no_slot; other = calls_[other].next)
        {
            if (other != index && std::any_of(calls_[other].filters.begin(), calls_[other].filters.end(),
                                              [&](const auto& each) { return each.topic_filter == filter; }))
            {
                return true;
            }
        }
        return false;
    }

    /// True if both calls hold a filter.
    [[nodiscard]] bool share_filter(std::uint32_t one, std::uint32_t other) const noexcept
    {
        const std::vector<wire::subscription>& filters = calls_[one].filters;
        return std::any_of(calls_[other].filters.begin(), calls_[other].filters.end(), [&](const auto& each) {
            return std::any_of(filters.begin(), filters.end(),
                               [&](const auto& same) { return same.topic_filter == each.topic_filter; });
        });
    }

    /// The call with a Subscription Identifier, or `no_slot`.
    [[nodiscard]] std::uint32_t find(std::uint32_t identifier) const noexcept
    {
        std::uint32_t index = order_.front();
        while (index != no_slot && calls_[index].identifier != identifier)
        {
            index = calls_[index].next;
        }
        return index;
    }

    [[nodiscard]] subscription_call& operator[](std::uint32_t index) noexcept { return calls_[index]; }
    [[nodiscard]] std::size_t size() const noexcept { return calls_.size(); }

private:
    slot_pool<subscription_call> calls_;
    slot_list<subscription_call> order_;
    std::size_t to_restore_ = 0;
    std::uint32_t next_identifier_ = 1; // v5 3.8.2.1.2: 1 to 268,435,455
};

} // namespace tern::session

#endif
