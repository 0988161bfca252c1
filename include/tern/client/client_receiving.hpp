// SPDX-License-Identifier: BSL-1.0
//
// Received messages: to whom they go, and how they are received from a stream.
//
// Layer: client. Standard: v5 3.3.4, 4.3 to 4.6, 4.9; v3.1.1 3.3, 4.3, 4.5.
// A handler is called in place; a stream with a receive that waits completes it at once; any other stream keeps one
// copy. The session sends the acknowledgements, in the order of arrival.
#ifndef TERN_CLIENT_CLIENT_RECEIVING_HPP
#define TERN_CLIENT_CLIENT_RECEIVING_HPP

#include "tern/client/cancellation.hpp"
#include "tern/client/client_core.hpp"
#include "tern/client/client_taking.hpp"
#include "tern/client/completion.hpp"
#include "tern/client/consumer.hpp"
#include "tern/error.hpp"
#include "tern/linkage.hpp"

#include <asio/error.hpp>

#include <chrono>
#include <cstddef>
#include <memory>
#include <new>
#include <system_error>
#include <utility>

#if TERN_BODIES

namespace tern::detail
{

TERN_INLINE void client_core::handle(session::message_received& event)
{
    const message_view& view = event.message;
    matches_.clear();
    dispatcher_.collect(view, matches_);
    const taking whole = taking_table::whole(event.delivery);
    if (matches_.size() == 1)
    {
        deliver(*matches_.front(), view, whole);
    }
    else if (matches_.empty())
    {
        keep_unmatched(view, whole);
    }
    else
    {
        deliver_to_all(view, event.delivery);
    }
}

/// One message for several: the acknowledgement waits until all have taken it.
TERN_INLINE void client_core::deliver_to_all(const message_view& view, session::delivery delivery)
{
    std::vector<consumer*> matches = std::exchange(matches_, {}); // a handler may come back here
    std::vector<taking> takings(matches.size());
    if (delivery.generation != 0)
    {
        const std::uint32_t split = takings_.split(delivery);
        for (taking& each : takings)
        {
            each = takings_.share(split);
        }
    }
    for (std::size_t i = 0; i < matches.size() && !stopped_; ++i)
    {
        if (matches[i]->state == consumer::phase::ended) // by one of the handlers before
        {
            acknowledge(takings[i], reason_code::success);
        }
        else
        {
            deliver(*matches[i], view, takings[i]);
        }
    }
    matches.clear();
    matches_ = std::move(matches);
}

TERN_INLINE void client_core::deliver(consumer& target, const message_view& view, taking which)
{
    const bool manual = target.ack == acknowledgement::manual;
    if (target.sink != nullptr)
    {
        if (!manual)
        {
            const taking_scope taken(*this, which);
            target.sink->call(view, acknowledger());
        }
        else if (target.sink->wants_acknowledger())
        {
            target.sink->call(view, acknowledger(weak_from_this(), which));
        }
        else
        {
            target.sink->call(view, acknowledger());
        }
        return;
    }
    queued_message kept;
    if (const std::error_code error = guard_memory([&]() -> std::error_code {
            kept = queued_message{message(messages_, view, manual ? which : taking{}), manual ? taking{} : which,
                                  view.topic.size() + view.payload.size(), view.qos == qos::at_most_once};
            target.queue.reserve_one();
            return {};
        }))
    {
        // A message that cannot be kept cannot wait for later either: the server is told, where it can be.
        ++engine_.counters().messages_dropped_incoming;
        ++dropped_untold_;
        acknowledge(which, reason_code::quota_exceeded);
        return;
    }
    if (target.receiver && target.queue.empty())
    {
        --receivers_;
        receive_handler handler = std::move(target.receiver);
        handler(std::error_code(), std::move(kept.content), kept.on_taken);
        return;
    }
    keep(target, std::move(kept));
}

/// Into the stream. Of QoS 0 the oldest makes room; QoS 1 and 2 are bounded by Receive Maximum.
TERN_INLINE void client_core::keep(consumer& target, queued_message&& kept)
{
    const std::size_t size = kept.size;
    const bool at_most_once = kept.at_most_once;
    target.queue.push(std::move(kept));
    held_bytes_ += size;
    if (!at_most_once || ++target.queued_at_most_once <= limits_.stream_messages)
    {
        return;
    }
    std::size_t oldest = 0;
    while (!target.queue[oldest].at_most_once)
    {
        ++oldest;
    }
    held_bytes_ -= target.queue.remove(oldest).size;
    --target.queued_at_most_once;
    ++engine_.counters().messages_dropped_incoming;
    ++dropped_untold_;
}

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
    if (!stream.queue.empty() && !std::exchange(stream.is_ready, true))
    {
        ready_.push_back(target);
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
            held_bytes_ -= next.size;
            target->queued_at_most_once -= next.at_most_once ? 1 : 0;
            --receivers_;
            receive_handler handler = std::move(target->receiver);
            handler(std::error_code(), std::move(next.content), next.on_taken);
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

// ------------------------------------------------------------------------------------------------------- Unmatched

/// What an earlier process subscribed to may have its subscription opened in a moment; other messages wait for nobody.
TERN_INLINE void client_core::keep_unmatched(const message_view& view, taking which)
{
    if (!claimed_session_ || !which.needed() || limits_.unmatched_time.count() <= 0)
    {
        unmatched(view, which);
        return;
    }
    // Their number is bounded by Receive Maximum, since they are not acknowledged.
    waiting_.push_back(waiting_message{message(messages_, view), which, now_ + limits_.unmatched_time});
}

TERN_INLINE void client_core::unmatched(const message_view& view, taking which)
{
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

/// Subscriptions have come: some of the messages that wait may be for them.
TERN_INLINE void client_core::match_waiting()
{
    new_consumers_ = false;
    for (std::size_t left = waiting_.size(); left > 0 && !stopped_ && !waiting_.empty(); --left)
    {
        waiting_message next = std::move(waiting_.front());
        waiting_.pop_front();
        matches_.clear();
        dispatcher_.collect(next.kept.view(), matches_);
        if (matches_.empty())
        {
            waiting_.push_back(std::move(next));
        }
        else if (matches_.size() == 1)
        {
            deliver(*matches_.front(), next.kept.view(), next.which);
        }
        else
        {
            deliver_to_all(next.kept.view(), {next.which.index, next.which.generation});
        }
    }
}

TERN_INLINE void client_core::give_up_waiting()
{
    while (!stopped_ && !waiting_.empty() && waiting_.front().until <= now_)
    {
        const waiting_message next = std::move(waiting_.front());
        waiting_.pop_front();
        unmatched(next.kept.view(), next.which);
    }
}

} // namespace tern::detail

#endif // TERN_BODIES

#endif
