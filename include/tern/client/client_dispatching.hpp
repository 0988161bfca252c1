// SPDX-License-Identifier: BSL-1.0
//
// Received messages: to whom they go.
//
// Layer: client. Standard: v5 3.3.4, 4.3 to 4.6; v3.1.1 3.3, 4.3, 4.5.
// A handler is called in place; a stream with a receive that waits completes it at once; any other stream keeps one
// copy. What is needed for all of that is made before the first handler is called: memory that is short costs the
// connection, never a message. Streams are in client_receiving.hpp, messages for nobody in client_unmatched.hpp.
#ifndef TERN_CLIENT_CLIENT_DISPATCHING_HPP
#define TERN_CLIENT_CLIENT_DISPATCHING_HPP

#include "tern/client/client_core.hpp"
#include "tern/client/client_taking.hpp"
#include "tern/client/completion.hpp"
#include "tern/client/consumer.hpp"
#include "tern/client/held_messages.hpp"
#include "tern/error.hpp"
#include "tern/linkage.hpp"

#include <algorithm>
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
    const taking whole = taking_table::whole(event.delivery);
    if (!address(event.message, whole))
    {
        lose(whole);
    }
    else if (addressed_.empty())
    {
        keep_unmatched(event.message, whole);
    }
    else
    {
        deliver_addressed(event.message);
    }
}

/// Finds out whom a message is for, and makes what each of them needs: its share of the acknowledgement, and a copy for
/// its stream. False, with no effect, if memory is short.
TERN_INLINE bool client_core::address(const message_view& view, taking whole)
{
    addressed_.clear();
    matches_.clear();
    const std::error_code error = guard_memory([&]() -> std::error_code {
        dispatcher_.collect(view, matches_);
        addressed_.reserve(matches_.size());
        const bool several = matches_.size() > 1 && whole.needed();
        if (several)
        {
            takings_.reserve(matches_.size());
        }
        const std::uint32_t split = several ? takings_.split(taking_table::delivery_of(whole)) : 0;
        for (consumer* const each : matches_)
        {
            addressed_.push_back({each, several ? takings_.share(split) : whole, {}});
        }
        for (addressed_message& each : addressed_)
        {
            if (each.target->sink == nullptr)
            {
                each.copy = copy_for(*each.target, view, each.which);
            }
        }
        return {};
    });
    if (error)
    {
        for (const addressed_message& each : addressed_)
        {
            if (taking_table::is_share(each.which))
            {
                (void)takings_.taken(each.which, reason_code::success); // nobody is told
            }
        }
        addressed_.clear();
    }
    return !error;
}

/// Throws std::bad_alloc, with no effect then.
TERN_INLINE queued_message client_core::copy_for(consumer& target, const message_view& view, taking which)
{
    const bool at_most_once = view.qos == qos::at_most_once;
    target.queue.reserve_one(at_most_once);
    message copy(messages_, view, target.ack == acknowledgement::manual ? which : taking{});
    const std::size_t size = copy.memory_size();
    return {std::move(copy), which, size, at_most_once};
}

/// The handlers may end subscriptions and destroy the client. One that throws does not keep the message from the
/// others.
TERN_INLINE void client_core::deliver_addressed(const message_view& view)
{
    for (std::size_t i = 0; i < addressed_.size() && !stopped_; ++i)
    {
        try
        {
            deliver(*addressed_[i].target, view, addressed_[i].which, std::move(addressed_[i].copy));
        }
        catch (...)
        {
            interrupt(view, i + 1);
            throw;
        }
    }
    addressed_.clear();
}

/// The rest of the subscriptions gets the message in the next turn.
TERN_INLINE void client_core::interrupt(const message_view& view, std::size_t from) noexcept
{
    std::size_t next = from;
    const std::error_code error = guard_memory([&]() -> std::error_code {
        std::shared_ptr<const message> source;
        if (next < addressed_.size())
        {
            source = std::make_shared<const message>(messages_, view);
        }
        for (; next < addressed_.size(); ++next)
        {
            addressed_message& each = addressed_[next];
            interrupted_.push_back({each.target->shared_from_this(), each.which, {}, source});
            interrupted_.back().copy = std::move(each.copy);
        }
        return {};
    });
    for (; error && next < addressed_.size(); ++next)
    {
        // A handler that throws while memory is short: all that can be done is to say so.
        ++engine_.counters().messages_dropped_incoming;
        ++dropped_untold_;
        acknowledge(addressed_[next].which, reason_code::quota_exceeded);
    }
    addressed_.clear();
}

TERN_INLINE void client_core::deliver_interrupted()
{
    while (!stopped_ && !interrupted_.empty())
    {
        interrupted_message next = std::move(interrupted_.front());
        interrupted_.pop_front();
        deliver(*next.target, next.source->view(), next.which, std::move(next.copy));
    }
}

TERN_INLINE void client_core::deliver(consumer& target, const message_view& view, taking which, queued_message&& copy)
{
    if (target.state == consumer::phase::ended) // by a handler before
    {
        acknowledge(which, reason_code::success);
        return;
    }
    if (target.sink == nullptr)
    {
        deliver_to_stream(target, std::move(copy));
        return;
    }
    if (target.ack != acknowledgement::manual)
    {
        const taking_scope taken(*this, which);
        target.sink->call(view, acknowledger());
        return;
    }
    target.sink->call(view, target.sink->wants_acknowledger() ? acknowledger(weak_from_this(), which) : acknowledger());
}

TERN_INLINE void client_core::deliver_to_stream(consumer& target, queued_message&& copy)
{
    if (target.receiver && target.queue.empty())
    {
        --receivers_;
        receive_handler handler = std::move(target.receiver);
        handler(std::error_code(), std::move(copy.content), target.on_taken(copy.which));
        return;
    }
    const bool at_most_once = copy.at_most_once;
    held_.add(copy.size, at_most_once);
    target.queue.push(std::move(copy)); // there is room: copy_for()
    if (at_most_once)
    {
        drop_excess(target);
    }
}

/// Of QoS 0 the oldest makes room: of this stream if that is full, else of the stream that holds most.
TERN_INLINE void client_core::drop_excess(consumer& target) noexcept
{
    const auto drop = [this](consumer& stream) {
        held_.remove(stream.queue.drop().size, true);
        ++engine_.counters().messages_dropped_incoming;
        ++dropped_untold_;
    };
    while (target.queue.droppable() > limits_.stream_messages)
    {
        drop(target);
    }
    while (held_.at_most_once_bytes > limits_.maximum_received_bytes)
    {
        const auto most =
            std::max_element(consumers_.begin(), consumers_.end(), [](const auto& one, const auto& other) {
                return one->queue.droppable_bytes() < other->queue.droppable_bytes();
            });
        if (most == consumers_.end() || (*most)->queue.droppable() == 0)
        {
            return; // subscriptions that have ended hold the rest
        }
        drop(**most);
    }
}

/// There is no memory for a message. It cannot wait for later, so the server has to send it again.
TERN_INLINE void client_core::lose(taking which)
{
    if (!which.needed())
    {
        ++engine_.counters().messages_dropped_incoming;
        ++dropped_untold_;
        return;
    }
    engine_.forget(taking_table::delivery_of(which));
    if (connection_ != nullptr && connection_established_)
    {
        connection_lost(errc::out_of_memory); // v3.1.1 [MQTT-4.8.0-2]
    }
}

} // namespace tern::detail

#endif // TERN_BODIES

#endif
