// SPDX-License-Identifier: BSL-1.0
//
// How subscriptions end: by the application, by a refusal, by a cancelled subscribe, or because nobody takes their
// messages any more.
//
// Layer: client. Standard: v5 3.10, 3.11; v3.1.1 3.10, 3.11.
// The server is told to forget a filter when the last of this client's subscriptions to it ends.
#ifndef TERN_CLIENT_CLIENT_UNSUBSCRIBING_HPP
#define TERN_CLIENT_CLIENT_UNSUBSCRIBING_HPP

#include "tern/client/cancellation.hpp"
#include "tern/client/client_core.hpp"
#include "tern/client/completion.hpp"
#include "tern/client/consumer.hpp"
#include "tern/client/subscription.hpp"
#include "tern/error.hpp"
#include "tern/linkage.hpp"
#include "tern/topic/validation.hpp"

#include <asio/error.hpp>

#include <algorithm>
#include <memory>
#include <new>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <variant>
#include <vector>

#if TERN_BODIES

namespace tern::detail
{

/// The consumer gets no more messages, and the session knows of it already. What is in its stream can be taken.
TERN_INLINE void client_core::withdraw(consumer& target, std::error_code error) noexcept
{
    target.state = consumer::phase::ended;
    target.end_error = error;
    for (const std::string& filter : target.filters)
    {
        (void)dispatcher_.remove(target, filter);
    }
    target.filters.clear();
    forget(target);
}

/// The client no longer knows the consumer; while messages are delivered its memory stays.
TERN_INLINE void client_core::forget(consumer& target) noexcept
{
    dispatcher_.forget_owner(target, target.subscription_identifier);
    const auto found = std::find_if(consumers_.begin(), consumers_.end(),
                                    [&target](const auto& each) { return each.get() == &target; });
    if (found != consumers_.end())
    {
        std::swap(*found, consumers_.back());
        bury(std::move(consumers_.back()));
        consumers_.pop_back();
    }
    if (target.queue.empty() && target.receiver)
    {
        --receivers_;
        target.receiver.post(executor(), target.end_error, message(), taking{});
    }
}

TERN_INLINE void client_core::bury(std::shared_ptr<consumer> ended) noexcept
{
    if (depth_ != 0)
    {
        const std::error_code ignored = guard_memory([&]() -> std::error_code {
            graveyard_.push_back(ended);
            return {};
        });
        (void)ignored;
    }
}

/// The consumer's SUBSCRIBE will not be answered, or the answer matters no more: who waits for it learns of the end.
TERN_INLINE void client_core::end_request(consumer& target)
{
    if (target.request == 0)
    {
        return;
    }
    (void)operations_.take_request(std::exchange(target.request, 0));
    target.answer_error = target.end_error;
    for (const session::operation number : std::exchange(target.awaiting_answer, {}))
    {
        request_operation waiter = operations_.take_request(number);
        if (auto* const handler = std::get_if<ready_handler>(&waiter.handler); handler != nullptr && *handler)
        {
            handler->post(executor(), target.end_error, subscribe_result{});
        }
    }
}

TERN_INLINE void client_core::start_end(unsubscribe_handler handler, const std::shared_ptr<consumer>& target,
                                   const unsubscribe_options& options, cancellation_ticket* ticket)
{
    if (stopped_ || target->state == consumer::phase::ended)
    {
        handler.post(executor(),
                     stopped_ ? std::error_code(asio::error::operation_aborted)
                              : make_error_code(errc::subscription_ended),
                     unsubscribe_result{});
        return;
    }
    std::vector<std::string> last;
    const std::vector<std::string> filters = std::move(target->filters);
    target->filters.clear();
    for (const std::string& filter : filters)
    {
        if (dispatcher_.remove(*target, filter))
        {
            last.push_back(filter);
        }
    }
    target->state = consumer::phase::ended;
    target->end_error = errc::subscription_ended;
    if (last.empty())
    {
        // Others have its filters: the server keeps them, but they are restored by those others only.
        engine_.forget_subscription(target->subscription_identifier);
        end_request(*target);
    }
    const std::shared_ptr<consumer> kept = target;
    forget(*kept);
    unsubscribe(std::move(handler), last, options, ticket);
}

TERN_INLINE void client_core::start_unsubscribe(unsubscribe_handler handler, std::string_view filter,
                                           const unsubscribe_options& options, cancellation_ticket* ticket)
{
    if (stopped_)
    {
        handler.post(executor(), asio::error::operation_aborted, unsubscribe_result{});
        return;
    }
    if (const topic_error wrong = validate_topic_filter(filter)) // v5 [MQTT-3.10.3-1], v3.1.1 [MQTT-3.10.3-1]
    {
        handler.post(executor(), wrong.code(), unsubscribe_result{});
        return;
    }
    for (consumer* const member : dispatcher_.members(filter))
    {
        (void)dispatcher_.remove(*member, filter);
        std::erase(member->filters, filter);
        if (member->filters.empty())
        {
            member->state = consumer::phase::ended;
            member->end_error = errc::subscription_ended;
            const std::shared_ptr<consumer> kept = member->shared_from_this();
            forget(*kept);
        }
    }
    // Also if nobody here has it: the session may, since an earlier process.
    unsubscribe(std::move(handler), {std::string(filter)}, options, ticket);
}

/// Sends UNSUBSCRIBE for what nobody has any more.
TERN_INLINE void client_core::unsubscribe(unsubscribe_handler handler, const std::vector<std::string>& filters,
                                     const unsubscribe_options& options, cancellation_ticket* ticket)
{
    if (filters.empty())
    {
        handler.post(executor(), std::error_code(), unsubscribe_result{});
        schedule_turn();
        return;
    }
    if (depth_ == 0)
    {
        refresh_now();
    }
    session::operation number = 0;
    const std::error_code error = guard_memory([&] {
        const std::vector<std::string_view> views(filters.begin(), filters.end());
        number = operations_.requests.add(request_operation{});
        const std::error_code refused = engine_.unsubscribe(number, views, options, now_);
        const auto limit = options.time_limit == default_time_limit ? limits_.operation : options.time_limit;
        if (!refused && limit.count() > 0)
        {
            operations_.limit(number, now_ + limit);
        }
        return refused;
    });
    if (error)
    {
        if (number != 0)
        {
            (void)operations_.take_request(number);
        }
        handler.post(executor(), error, unsubscribe_result{});
        return;
    }
    give_number(handler, ticket, number);
    operations_.requests.find(number)->handler = std::move(handler);
    schedule_turn();
}

TERN_INLINE void client_core::handle(session::unsubscribe_completed& event)
{
    request_operation done = operations_.take_request(event.operation);
    if (auto* const handler = std::get_if<unsubscribe_handler>(&done.handler); handler != nullptr && *handler)
    {
        std::error_code error = event.error;
        unsubscribe_result result = make_or_empty(
            error, [&] { return make_request_result<unsubscribe_result>(event.reason_codes, event.properties); });
        if (!error && !result.reasons.empty() &&
            std::all_of(result.reasons.begin(), result.reasons.end(), is_failure))
        {
            error = result.reasons.front();
        }
        (*handler)(error, std::move(result));
    }
}

TERN_INLINE void client_core::cancel_request(session::operation number, std::error_code reason)
{
    request_operation* const found = operations_.requests.find(number);
    if (found == nullptr)
    {
        return;
    }
    if (auto* const ending = std::get_if<unsubscribe_handler>(&found->handler); ending != nullptr)
    {
        // Nobody waits any more, but the subscription stays ended.
        unsubscribe_handler handler = std::move(*ending);
        found->handler = std::monostate();
        if (handler)
        {
            handler.post(executor(), reason, unsubscribe_result{});
        }
        return;
    }
    request_operation ended = operations_.take_request(number);
    if (auto* const waiting = std::get_if<ready_handler>(&ended.handler); waiting != nullptr && *waiting)
    {
        std::erase(ended.target->awaiting_answer, number);
        waiting->post(executor(), reason, subscribe_result{});
    }
    else if (auto* const handler = std::get_if<subscribe_handler>(&ended.handler); handler != nullptr && *handler)
    {
        (void)engine_.cancel_request(number);
        ended.target->request = 0;
        ended.target->answer_error = reason;
        withdraw(*ended.target, reason);
        handler->post(executor(), reason, subscription());
    }
}

/// The application's handle of a stream is destroyed: nobody takes its messages any more.
TERN_INLINE void client_core::release(consumer& target) noexcept
{
    target.released = true;
    while (!target.queue.empty())
    {
        held_bytes_ -= target.queue.pop().size;
    }
    target.queued_at_most_once = 0;
    if (target.receiver && stopped_)
    {
        target.receiver.reset(); // the execution context ends
    }
    else if (target.receiver)
    {
        --receivers_;
        target.receiver.post(executor(), asio::error::operation_aborted, message(), taking{});
    }
    if (!stopped_ && target.state != consumer::phase::ended)
    {
        // The server and the session keep the subscription; here nothing matches it any more.
        target.state = consumer::phase::ended;
        target.end_error = errc::subscription_ended;
        for (const std::string& filter : target.filters)
        {
            (void)dispatcher_.remove(target, filter);
        }
        target.filters.clear();
        forget(target);
    }
    try
    {
        schedule_turn();
    }
    catch (const std::bad_alloc&)
    {
        // The next operation schedules it.
    }
}

} // namespace tern::detail

#endif // TERN_BODIES

#endif
