// SPDX-License-Identifier: BSL-1.0
//
// How messages are received from a stream. How they get there is in client_dispatching.hpp.
//
// Layer: client. Standard: v5 4.3, 4.6; v3.1.1 4.3, 4.6.
// The session sends the acknowledgements, in the order of arrival.
#ifndef TERN_CLIENT_CLIENT_RECEIVING_HPP
#define TERN_CLIENT_CLIENT_RECEIVING_HPP

#include "tern/client/cancellation.hpp"
#include "tern/client/client_core.hpp"
#include "tern/client/completion.hpp"
#include "tern/client/consumer.hpp"
#include "tern/error.hpp"
#include "tern/linkage.hpp"

#include <asio/error.hpp>

#include <memory>
#include <system_error>
#include <utility>

#if TERN_BODIES

namespace tern::detail
{

TERN_INLINE void client_core::start_receive(receive_handler handler, const std::shared_ptr<consumer>& target,
                                            cancellation_ticket* ticket)
{
    consumer& stream = *target;
    if (stream.receiver)
    {
        handler.post(executor(), errc::receive_in_progress, message(), taking{});
        return;
    }
    if (stopped_)
    {
        queued_message next = stream.queue.empty() ? queued_message() : stream.queue.pop();
        const std::error_code error = next.content ? std::error_code() : asio::error::operation_aborted;
        handler.post(executor(), error, std::move(next.content), taking{});
        return;
    }
    if (stream.queue.empty() && (stream.state == consumer::phase::ended || resting_))
    {
        const std::error_code error = stream.state == consumer::phase::ended ? stream.end_error : resting_;
        handler.post(executor(), error, message(), taking{});
        return;
    }
    const bool is_due = !stream.queue.empty() && !stream.is_ready;
    if (is_due)
    {
        // Before anything is kept: the list of those that are due may not grow.
        const std::error_code error = guard_memory([&]() -> std::error_code {
            ready_.push_back(target);
            return {};
        });
        if (error)
        {
            handler.post(executor(), error, message(), taking{});
            return;
        }
        stream.is_ready = true;
    }
    ++stream.receive_number;
    if (ticket != nullptr)
    {
        ticket->number = stream.receive_number;
    }
    else if (auto slot = handler.cancellation_slot(); slot.is_connected())
    {
        slot.template emplace<receive_canceller>(std::weak_ptr<consumer>(target), stream.receive_number);
    }
    stream.receiver = std::move(handler);
    ++receivers_;
    if (is_due)
    {
        schedule_turn();
    }
    else if (depth_ == 0)
    {
        hold_work();
    }
}

/// Completes the receives of streams that had a message already. Each completion may ask for the next one.
TERN_INLINE void client_core::deliver_ready()
{
    while (!stopped_ && !ready_.empty())
    {
        const std::shared_ptr<consumer> target = std::move(ready_.back());
        ready_.pop_back();
        target->is_ready = false;
        if (target->receiver && !target->queue.empty())
        {
            queued_message next = target->queue.pop();
            held_.remove(next.size, next.at_most_once);
            --receivers_;
            receive_handler handler = std::move(target->receiver);
            handler(std::error_code(), std::move(next.content), target->on_taken(next.which));
        }
    }
}

TERN_INLINE void client_core::cancel_receive(consumer& target, std::uint64_t receive)
{
    if (!stopped_ && target.receiver && target.receive_number == receive)
    {
        --receivers_;
        receive_handler handler = std::move(target.receiver);
        handler.post(executor(), asio::error::operation_aborted, message(), taking{});
        schedule_turn();
    }
}

/// Subscriptions have ended, and nothing comes for those who wait for their messages.
TERN_INLINE void client_core::tell_disappointed()
{
    while (!stopped_ && !disappointed_.empty())
    {
        const std::shared_ptr<consumer> target = disappointed_.pop();
        if (target->receiver) // it may have been cancelled meanwhile
        {
            --receivers_;
            receive_handler handler = std::move(target->receiver);
            handler(target->end_error, message(), taking{});
        }
    }
}

/// The client rests: nothing will come. What is in a stream can still be taken.
TERN_INLINE void client_core::fail_receivers(std::error_code error)
{
    for (const std::shared_ptr<consumer>& each : consumers_)
    {
        if (each->receiver && each->queue.empty())
        {
            --receivers_;
            receive_handler handler = std::move(each->receiver);
            handler.post(executor(), error, message(), taking{});
        }
    }
}

} // namespace tern::detail

#endif // TERN_BODIES

#endif
