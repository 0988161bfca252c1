// SPDX-License-Identifier: BSL-1.0
//
// Who still has to take a message: one subscription, which is the session's own handle, or several, whose last one
// lets the acknowledgement go.
//
// Layer: client, without Asio. Standard: v5 4.3, 4.6; v3.1.1 the same.
#ifndef TERN_CLIENT_TAKINGS_HPP
#define TERN_CLIENT_TAKINGS_HPP

#include "tern/client/acknowledger.hpp"
#include "tern/reason_code.hpp"
#include "tern/session/types.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

namespace tern::detail
{

/// What one subscription takes: a delivery of the session, or a share of one. Generation 0: nothing to acknowledge.
using taking = acknowledgement_token;

class taking_table
{
public:
    struct outcome
    {
        session::delivery delivery;
        tern::reason_code reason = tern::reason_code::success;
    };

    [[nodiscard]] static taking whole(session::delivery delivery) noexcept
    {
        return {delivery.index, delivery.generation};
    }

    /// True if it is one of several shares of a message.
    [[nodiscard]] static constexpr bool is_share(taking which) noexcept
    {
        return which.needed() && (which.index & share_mark) != 0;
    }

    /// The delivery that a taking which is no share stands for.
    [[nodiscard]] static constexpr session::delivery delivery_of(taking which) noexcept
    {
        return {which.index, which.generation};
    }

    /// Makes sure that one split() and so many share() need no memory. Throws std::bad_alloc, with no effect then.
    void reserve(std::size_t shares)
    {
        make_room(messages_, 1);
        make_room(shares_, shares);
    }

    /// A message that several take; shares are asked for with share(). Throws std::bad_alloc.
    [[nodiscard]] std::uint32_t split(session::delivery delivery)
    {
        const std::uint32_t index = take(messages_, free_messages_);
        messages_[index].delivery = delivery;
        messages_[index].reason = tern::reason_code::success;
        messages_[index].missing = 0;
        return index;
    }

    /// Throws std::bad_alloc, with no effect then.
    [[nodiscard]] taking share(std::uint32_t message)
    {
        const std::uint32_t index = take(shares_, free_shares_);
        shares_[index].message = message;
        shares_[index].used = true;
        ++messages_[message].missing;
        return {index | share_mark, shares_[index].generation};
    }

    /// What the session is to be told, if this was the last share; a share is taken once, later calls have no effect.
    /// One reason code that reports a failure is enough.
    [[nodiscard]] std::optional<outcome> taken(taking which, tern::reason_code reason) noexcept
    {
        if ((which.index & share_mark) == 0)
        {
            return outcome{{which.index, which.generation}, reason};
        }
        const std::uint32_t index = which.index & ~share_mark;
        if (index >= shares_.size() || !shares_[index].used || shares_[index].generation != which.generation)
        {
            return std::nullopt;
        }
        const std::uint32_t message = shares_[index].message;
        shares_[index].used = false;
        shares_[index].generation = shares_[index].generation == 0xFFFFFFFF ? 1 : shares_[index].generation + 1;
        give_back(shares_, free_shares_, index);
        split_message& split = messages_[message];
        split.reason = is_failure(reason) ? reason : split.reason;
        if (--split.missing != 0)
        {
            return std::nullopt;
        }
        give_back(messages_, free_messages_, message);
        return outcome{split.delivery, split.reason};
    }

private:
    static constexpr std::uint32_t share_mark = 0x80000000;
    static constexpr std::uint32_t none = 0xFFFFFFFF;

    struct split_message
    {
        session::delivery delivery{};
        std::uint32_t missing = 0;
        std::uint32_t next = none;
        tern::reason_code reason = tern::reason_code::success;
    };

    struct message_share
    {
        std::uint32_t message = 0;
        std::uint32_t generation = 1;
        std::uint32_t next = none;
        bool used = false;
    };

    template <class Entry>
    static void make_room(std::vector<Entry>& entries, std::size_t count)
    {
        if (entries.capacity() - entries.size() < count)
        {
            entries.reserve(std::max(entries.size() + count, 2 * entries.capacity()));
        }
    }

    template <class Entry>
    static std::uint32_t take(std::vector<Entry>& entries, std::uint32_t& free)
    {
        if (free == none)
        {
            entries.emplace_back();
            return static_cast<std::uint32_t>(entries.size() - 1);
        }
        const std::uint32_t index = free;
        free = entries[index].next;
        return index;
    }

    template <class Entry>
    static void give_back(std::vector<Entry>& entries, std::uint32_t& free, std::uint32_t index) noexcept
    {
        entries[index].next = free;
        free = index;
    }

    std::vector<split_message> messages_;
    std::vector<message_share> shares_;
    std::uint32_t free_messages_ = none;
    std::uint32_t free_shares_ = none;
};

} // namespace tern::detail

#endif
