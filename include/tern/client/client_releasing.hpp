// SPDX-License-Identifier: BSL-1.0
//
// What becomes of a subscription that nobody refers to any more: its handle is destroyed, or the client forgets it.
//
// Layer: client. Standard: none. The server is told nothing.
// A handler, and what it owns, is destroyed at the end of a turn, when no handler runs: it may own the handle of its
// own subscription, or others' handles.
#ifndef TERN_CLIENT_CLIENT_RELEASING_HPP
#define TERN_CLIENT_CLIENT_RELEASING_HPP

#include "tern/client/client_core.hpp"
#include "tern/client/consumer.hpp"
#include "tern/error.hpp"
#include "tern/linkage.hpp"

#include <asio/error.hpp>

#include <memory>
#include <new>
#include <utility>

#if TERN_BODIES

namespace tern::detail
{

/// The application's handle of a stream is destroyed: nobody takes its messages any more. From any thread.
TERN_INLINE void client_core::release(std::shared_ptr<consumer> target) noexcept
{
    try
    {
        if (runs_here())
        {
            release_here(std::move(target));
            return;
        }
        (void)gate_.post([self = shared_from_this(), released = std::move(target)] {
            self->in_turn([&] { self->release_here(released); });
        });
    }
    catch (const std::bad_alloc&)
    {
        // It goes on to collect messages, unseen, until the client ends.
    }
}

TERN_INLINE void client_core::release_here(const std::shared_ptr<consumer>& target)
{
    if (std::exchange(target->released, true))
    {
        return;
    }
    if (target->receiver && stopped_)
    {
        target->receiver.reset(); // the execution context ends
    }
    else if (target->receiver)
    {
        --receivers_;
        target->receiver.post(executor(), asio::error::operation_aborted, message(), taking{});
    }
    if (stopped_)
    {
        return;
    }
    if (target->state != consumer::phase::ended)
    {
        withdraw(*target, errc::subscription_ended); // the server and the session keep the subscription
    }
    if (!target->queue.empty())
    {
        released_.push(target);
        schedule_turn();
    }
}

/// What is left in the streams that were released finds others.
TERN_INLINE void client_core::empty_released()
{
    while (!stopped_ && !released_.empty())
    {
        const std::shared_ptr<consumer> target = released_.front();
        while (!stopped_ && !target->queue.empty())
        {
            const queued_message left = target->queue.pop();
            held_.remove(left.size, left.at_most_once);
            hand_on(left);
        }
        if (!released_.empty() && released_.front() == target)
        {
            released_.pop();
        }
    }
}

/// The consumer gets no messages any more: its handler is destroyed when the turn ends.
TERN_INLINE void client_core::bury(std::shared_ptr<consumer> ended) noexcept
{
    if (std::exchange(ended->buried, true))
    {
        return;
    }
    graveyard_.push(std::move(ended));
    try
    {
        schedule_turn();
    }
    catch (const std::bad_alloc&)
    {
        // The next operation schedules it.
    }
}

/// Destroys the handlers of consumers that have ended. What they own may end others. True if there was one.
TERN_INLINE bool client_core::clear_graveyard() noexcept
{
    bool any = false;
    while (const std::shared_ptr<consumer> buried = graveyard_.pop())
    {
        buried->sink.reset();
        any = true;
    }
    return any;
}

} // namespace tern::detail

#endif // TERN_BODIES

#endif
