// SPDX-License-Identifier: BSL-1.0
//
// How subscriptions end: by the application, by a refusal, or by a cancelled subscribe.
//
// Layer: client. Standard: v5 3.10, 3.11; v3.1.1 3.10, 3.11.
// The server is told to forget a filter when the last of this client's subscriptions to it ends.
#ifndef TERN_CLIENT_CLIENT_UNSUBSCRIBING_HPP
#define TERN_CLIENT_CLIENT_UNSUBSCRIBING_HPP

#include "tern/client/cancellation.hpp"
#include "tern/client/client_core.hpp"
#include "tern/client/completion.hpp"
#include "tern/client/consumer.hpp"
#include "tern/client/deadlines.hpp"
#include "tern/client/subscription.hpp"
#include "tern/error.hpp"
#include "tern/linkage.hpp"
#include "tern/topic/validation.hpp"

#include <asio/error.hpp>

#include <algorithm>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <variant>
#include <vector>

#if TERN_BODIES

namespace tern::detail
{

/// The consumer gets no more messages, the client no longer knows it, and the session knows of that already. What is in
/// its stream can be taken.
TERN_INLINE void client_core::withdraw(consumer& target, std::error_code error) noexcept
{
    const bool has_ended = std::exchange(target.state, consumer::phase::ended) == consumer::phase::ended;
    target.end_error = error;
    for (const std::string& filter : target.filters)
    {
        (void)dispatcher_.remove(target, filter);
    }
    target.filters.clear();
    dispatcher_.forget_owner(target, target.subscription_identifier);
    const auto found = std::find_if(consumers_.begin(), consumers_.end(),
                                    [&target](const auto& each) { return each.get() == &target; });
    if (found != consumers_.end())
    {
        std::swap(*found, consumers_.back());
        bury(std::move(consumers_.back()));
        consumers_.pop_back();
    }
    else
    {
        bury(target.shared_from_this()); // it never got so far
    }
    if (!has_ended && target.queue.empty() && target.receiver)
    {
        disappointed_.push(target.shared_from_this()); // told in a turn: a post may fail, and this may not
    }
}

/// Asks the session to unsubscribe from what nobody has any more; `number` is completed by the answer. On error nothing
/// is changed. Throws std::bad_alloc likewise.
TERN_INLINE std::error_code client_core::request_end(session::operation& number,
                                                     std::span<const std::string_view> filters,
                                                     const unsubscribe_options& options)
{
    if (depth_ == 0)
    {
        refresh_now();
    }
    const std::error_code error = guard_memory([&] {
        number = operations_.requests.add(request_operation{});
        const auto limit = options.time_limit == default_time_limit ? limits_.operation : options.time_limit;
        if (limit.count() > 0)
        {
            operations_.limit(number, deadline_after(now_, limit));
        }
        return engine_.unsubscribe(number, filters, options, now_);
    });
    if (error && number != 0)
    {
        (void)operations_.take_request(std::exchange(number, 0));
    }
    return error;
}

/// The handler waits for the answer, if there will be one.
TERN_INLINE void client_core::await_end(unsubscribe_handler handler, session::operation number, std::error_code error,
                                        cancellation_ticket* ticket)
{
    if (number == 0)
    {
        handler.post(executor(), error, unsubscribe_result{});
    }
    else
    {
        give_number(handler, ticket, number);
        operations_.requests.find(number)->handler = std::move(handler);
    }
    schedule_turn();
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
    session::operation number = 0;
    const std::error_code error = guard_memory([&]() -> std::error_code {
        std::vector<std::string_view> last;
        for (const std::string& filter : target->filters)
        {
            if (dispatcher_.is_sole(*target, filter) && std::find(last.begin(), last.end(), filter) == last.end())
            {
                last.push_back(filter);
            }
        }
        return last.empty() ? std::error_code() : request_end(number, last, options);
    });
    if (!error)
    {
        const std::shared_ptr<consumer> kept = target;
        if (number == 0)
        {
            // Others have its filters: the server keeps them, but they are restored by those others only.
            engine_.forget_subscription(kept->subscription_identifier);
        }
        withdraw(*kept, errc::subscription_ended);
        give_up_answer(*kept, errc::subscription_ended);
    }
    await_end(std::move(handler), number, error, ticket);
}

/// Who waits for the server's answer to a subscribe waits no longer.
TERN_INLINE void client_core::give_up_answer(consumer& target, std::error_code error)
{
    if (const session::operation request = std::exchange(target.request, 0); request != 0)
    {
        request_operation unanswered = operations_.take_request(request); // a late answer finds nobody
        target.answer_error = error;
        if (auto* const handler = std::get_if<subscribe_handler>(&unanswered.handler); handler != nullptr && *handler)
        {
            handler->post(executor(), error, subscription());
        }
    }
    for (const session::operation number : std::exchange(target.awaiting_answer, {}))
    {
        request_operation waiter = operations_.take_request(number);
        if (auto* const handler = std::get_if<ready_handler>(&waiter.handler); handler != nullptr && *handler)
        {
            handler->post(executor(), error, target.answer);
        }
    }
}

TERN_INLINE void client_core::start_unsubscribe(unsubscribe_handler handler, std::string_view filter,
                                                const unsubscribe_options& options, cancellation_ticket* ticket)
{
    std::error_code error;
    session::operation number = 0;
    std::vector<std::shared_ptr<consumer>> members;
    if (stopped_)
    {
        error = asio::error::operation_aborted;
    }
    else if (const topic_error wrong = validate_topic_filter(filter)) // v5 [MQTT-3.10.3-1], v3.1.1 [MQTT-3.10.3-1]
    {
        error = wrong.code();
    }
    else
    {
        error = guard_memory([&] {
            for (consumer* const member : dispatcher_.members(filter))
            {
                members.push_back(member->shared_from_this());
            }
            // Also if nobody here has it: the session may, since an earlier process.
            return request_end(number, {&filter, 1}, options);
        });
    }
    if (error)
    {
        handler.post(executor(), error, unsubscribe_result{});
        return;
    }
    for (const std::shared_ptr<consumer>& member : members)
    {
        (void)dispatcher_.remove(*member, filter);
        for (std::string& each : member->filters)
        {
            if (each == filter)
            {
                each.clear(); // so that SUBACK, if that is still to come, finds the others at their places
            }
        }
        if (member->request == 0)
        {
            std::erase(member->filters, std::string_view());
        }
        if (member->has_no_filter() && member->state != consumer::phase::ended)
        {
            withdraw(*member, errc::subscription_ended);
            give_up_answer(*member, errc::subscription_ended);
        }
    }
    await_end(std::move(handler), number, error, ticket);
}

TERN_INLINE void client_core::handle(session::unsubscribe_completed& event)
{
    request_operation done = operations_.take_request(event.operation);
    if (auto* const handler = std::get_if<unsubscribe_handler>(&done.handler); handler != nullptr && *handler)
    {
        std::error_code error = event.error;
        unsubscribe_result result = make_or_empty(
            error, [&] { return make_request_result<unsubscribe_result>(event.reason_codes, event.properties); });
        if (!error && !result.reasons.empty() && std::all_of(result.reasons.begin(), result.reasons.end(), is_failure))
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

} // namespace tern::detail

#endif // TERN_BODIES

#endif
