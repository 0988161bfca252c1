// SPDX-License-Identifier: BSL-1.0
//
// Received messages that are for nobody: they wait for a subscription, or go to the catch-all.
//
// Layer: client. Standard: v5 3.1.2.4, 3.3.4; v3.1.1 3.1.2.4 (a session that is resumed has subscriptions of before).
// Messages come without a subscription when an earlier process made it, and when the application's handle is gone.
#ifndef TERN_CLIENT_CLIENT_UNMATCHED_HPP
#define TERN_CLIENT_CLIENT_UNMATCHED_HPP

#include "tern/client/client_core.hpp"
#include "tern/client/client_taking.hpp"
#include "tern/client/completion.hpp"
#include "tern/client/deadlines.hpp"
#include "tern/client/held_messages.hpp"
#include "tern/linkage.hpp"

#include <chrono>
#include <cstddef>
#include <exception>
#include <memory>
#include <system_error>
#include <utility>

#if TERN_BODIES

namespace tern::detail
{

/// What an earlier process subscribed to may have its subscription opened in a moment; other messages wait for nobody.
TERN_INLINE void client_core::keep_unmatched(const message_view& view, taking which)
{
    if (!claimed_session_ || !which.needed() || limits_.unmatched_time.count() <= 0)
    {
        unmatched(view, which);
        return;
    }
    waiting_message added;
    if (guard_memory([&]() -> std::error_code {
            added = waiting_message{message(messages_, view), which, deadline_after(now_, limits_.unmatched_time)};
            waiting_.emplace_back(); // room, so that nothing fails once handlers were called
            waiting_.pop_back();
            return {};
        }))
    {
        lose(which);
        return;
    }
    const std::size_t size = added.kept.memory_size();
    while (!stopped_ && !waiting_.empty() && held_.bytes + size > limits_.maximum_received_bytes)
    {
        give_up_oldest(); // it makes room
    }
    if (stopped_ || held_.bytes + size > limits_.maximum_received_bytes)
    {
        unmatched(view, which);
        return;
    }
    held_.add(size, false);
    waiting_.push_back(std::move(added));
}

TERN_INLINE void client_core::unmatched(const message_view& view, taking which)
{
    if (stopped_)
    {
        return;
    }
    ++engine_.counters().messages_unmatched;
    const std::shared_ptr<message_sink> sink = unmatched_handler_; // it may be replaced by what it calls
    if (sink != nullptr && sink->wants_acknowledger())
    {
        sink->call(view, acknowledger(weak_from_this(), which));
        return;
    }
    const taking_scope taken(*this, which);
    if (sink != nullptr)
    {
        sink->call(view, acknowledger());
    }
    else
    {
        ++unmatched_untold_;
    }
}

/// What waits at this place, which it leaves.
TERN_INLINE waiting_message client_core::take_waiting(std::size_t index) noexcept
{
    const auto place = waiting_.begin() + static_cast<std::ptrdiff_t>(index);
    waiting_message taken = std::move(*place);
    waiting_.erase(place);
    held_.remove(taken.kept.memory_size(), false);
    return taken;
}

/// Subscriptions have come: some of the messages that wait may be for them.
TERN_INLINE void client_core::match_waiting()
{
    new_consumers_ = false;
    try
    {
        for (std::size_t i = 0; !stopped_ && i < waiting_.size();)
        {
            if (!address(waiting_[i].kept.view(), waiting_[i].which))
            {
                lose(take_waiting(i).which);
                continue;
            }
            if (addressed_.empty())
            {
                ++i;
                continue;
            }
            const waiting_message next = take_waiting(i);
            const std::size_t left = waiting_.size();
            deliver_addressed(next.kept.view());
            i = waiting_.size() == left ? i : 0; // a handler ran the loop, and the time came for some
        }
    }
    catch (...)
    {
        new_consumers_ = true; // the rest is looked at in the next turn
        throw;
    }
}

/// The one that has waited longest waits no longer.
TERN_INLINE void client_core::give_up_oldest()
{
    const waiting_message oldest = take_waiting(0);
    unmatched(oldest.kept.view(), oldest.which);
}

TERN_INLINE void client_core::give_up_waiting()
{
    while (!stopped_ && !waiting_.empty() && waiting_.front().until <= now_)
    {
        give_up_oldest();
    }
}

/// A message that nobody took from a stream whose handle is gone: it is for those who match it now, or for nobody.
TERN_INLINE void client_core::hand_on(const queued_message& left)
{
    const message_view& view = left.content.view();
    const bool shared = taking_table::is_share(left.which);
    if (shared || !left.which.needed())
    {
        matches_.clear();
        const bool others = !guard_memory([&]() -> std::error_code {
            dispatcher_.collect(view, matches_);
            return {};
        }) && !matches_.empty();
        if (others) // they have got it
        {
            acknowledge(left.which, reason_code::success);
            return;
        }
    }
    else if (!address(view, left.which))
    {
        lose(left.which);
        return;
    }
    else if (!addressed_.empty())
    {
        deliver_addressed(view);
        return;
    }
    unmatched(view, left.which);
}

} // namespace tern::detail

#endif // TERN_BODIES

#endif
