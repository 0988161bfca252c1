// SPDX-License-Identifier: BSL-1.0
//
// Subscribing: consumers come, are answered, restored, and refused. How they end is in client_unsubscribing.hpp.
//
// Layer: client. Standard: v5 3.8, 3.9, 4.8; v3.1.1 3.8, 3.9.
// A filter counts for the dispatcher as soon as it is asked for.
#ifndef TERN_CLIENT_CLIENT_SUBSCRIBING_HPP
#define TERN_CLIENT_CLIENT_SUBSCRIBING_HPP

#include "tern/client/cancellation.hpp"
#include "tern/client/client_core.hpp"
#include "tern/client/completion.hpp"
#include "tern/client/consumer.hpp"
#include "tern/client/deadlines.hpp"
#include "tern/client/handler_registration.hpp"
#include "tern/client/subscription.hpp"
#include "tern/error.hpp"
#include "tern/linkage.hpp"
#include "tern/topic/validation.hpp"

#include <asio/error.hpp>

#include <algorithm>
#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <variant>
#include <vector>

#if TERN_BODIES

namespace tern::detail
{

/// A consumer for these filters, not yet known to anyone. Throws std::bad_alloc.
TERN_INLINE std::shared_ptr<consumer> client_core::make_consumer(const filter_source& filters,
                                                                 const subscribe_options& options)
{
    auto made = std::make_shared<consumer>(weak_from_this(), executor());
    made->ack = options.ack;
    made->time_limit = options.time_limit == default_time_limit ? limits_.operation : options.time_limit;
    for (std::size_t i = 0; i < filters.size(); ++i)
    {
        made->filters.emplace_back(filters.get(i, options).topic_filter); // as often as given: SUBACK counts them
    }
    return made;
}

/// Registers the consumer and asks the session; `number` is completed by its answer. On error nothing is changed.
TERN_INLINE std::error_code client_core::request_subscription(const std::shared_ptr<consumer>& target,
                                                              const filter_source& filters,
                                                              const subscribe_options& options,
                                                              session::operation number)
{
    std::error_code error = guard_memory([&]() -> std::error_code {
        if (stopped_ || disconnect_handler_)
        {
            return stopped_ ? std::error_code(asio::error::operation_aborted) : make_error_code(errc::disconnecting);
        }
        std::vector<topic_subscription> wanted;
        for (std::size_t i = 0; i < filters.size(); ++i)
        {
            wanted.push_back(filters.get(i, options));
            // v5 [MQTT-3.8.3-1] [MQTT-4.7.1-1] [MQTT-4.7.1-2] [MQTT-4.8.2-1] [MQTT-4.8.2-2], v3.1.1 [MQTT-4.7.1-2]
            // [MQTT-4.7.1-3]
            if (const topic_error wrong = validate_topic_filter(wanted.back().topic_filter))
            {
                return wrong.code();
            }
        }
        consumers_.push_back(target);
        for (const std::string& filter : target->filters)
        {
            dispatcher_.add(*target, filter);
        }
        if (const std::error_code refused =
                engine_.subscribe(number, wanted, options, target->subscription_identifier, now_))
        {
            return refused;
        }
        target->request = number;
        dispatcher_.identify(*target, target->subscription_identifier, target->filters);
        return {};
    });
    if (error)
    {
        if (target->request != 0)
        {
            (void)engine_.cancel_request(number);
        }
        withdraw(*target, error);
    }
    new_consumers_ = new_consumers_ || !waiting_.empty();
    return error;
}

TERN_INLINE void client_core::start_subscribe(subscribe_handler handler, const filter_source& filters,
                                              const subscribe_options& options, cancellation_ticket* ticket)
{
    if (depth_ == 0)
    {
        refresh_now();
    }
    session::operation number = 0;
    std::shared_ptr<consumer> target;
    const std::error_code error = guard_memory([&]() -> std::error_code {
        target = make_consumer(filters, options);
        number = operations_.requests.add(request_operation{{}, target, deadline_heap::none});
        if (target->time_limit.count() > 0)
        {
            operations_.limit(number, deadline_after(now_, target->time_limit));
        }
        return request_subscription(target, filters, options, number);
    });
    if (error)
    {
        if (number != 0)
        {
            (void)operations_.take_request(number);
        }
        handler.post(executor(), error, subscription());
        return;
    }
    give_number(handler, ticket, number);
    operations_.requests.find(number)->handler = std::move(handler);
    schedule_turn();
}

/// A consumer that was opened by a plain function: its answer, and its error, wait for async_ready().
TERN_INLINE std::shared_ptr<consumer> client_core::open(const std::shared_ptr<consumer>& target,
                                                        const filter_source& filters, const subscribe_options& options)
{
    if (depth_ == 0)
    {
        refresh_now();
    }
    session::operation number = 0;
    const std::error_code error = guard_memory([&] {
        number = operations_.requests.add(request_operation{{}, target, deadline_heap::none});
        return request_subscription(target, filters, options, number);
    });
    if (error)
    {
        if (number != 0)
        {
            (void)operations_.take_request(number);
        }
        target->state = consumer::phase::ended;
        target->answer_error = error;
        target->end_error = error;
    }
    schedule_turn();
    return target;
}

TERN_INLINE subscription client_core::open_subscription(const filter_source& filters, const subscribe_options& options)
{
    return subscription(open(make_consumer(filters, options), filters, options));
}

TERN_INLINE void client_core::start_ready(ready_handler handler, const std::shared_ptr<consumer>& target,
                                          cancellation_ticket* ticket)
{
    if (stopped_ || target->request == 0)
    {
        const std::error_code error =
            stopped_ && target->request != 0 ? std::error_code(asio::error::operation_aborted) : target->answer_error;
        handler.post(executor(), error, target->answer);
        return;
    }
    if (depth_ == 0)
    {
        refresh_now();
    }
    session::operation number = 0;
    const std::error_code error = guard_memory([&]() -> std::error_code {
        number = operations_.requests.add(request_operation{{}, target, deadline_heap::none});
        if (target->time_limit.count() > 0)
        {
            operations_.limit(number, deadline_after(now_, target->time_limit));
        }
        target->awaiting_answer.push_back(number);
        return {};
    });
    if (error)
    {
        if (number != 0)
        {
            (void)operations_.take_request(number);
        }
        handler.post(executor(), error, subscribe_result{});
        return;
    }
    give_number(handler, ticket, number);
    operations_.requests.find(number)->handler = std::move(handler);
    schedule_turn();
}

TERN_INLINE void client_core::handle(session::subscribe_completed& event)
{
    request_operation done = operations_.take_request(event.operation);
    if (done.target == nullptr)
    {
        return;
    }
    consumer& target = *done.target;
    std::error_code error = event.error;
    target.answer = make_or_empty(
        error, [&] { return make_request_result<subscribe_result>(event.reason_codes, event.properties); });
    target.request = 0;
    const std::vector<reason_code>& reasons = target.answer.reasons;
    if (!error && !reasons.empty() && std::all_of(reasons.begin(), reasons.end(), is_failure))
    {
        error = reasons.front();
    }
    if (error)
    {
        withdraw(target, error);
    }
    else if (target.state == consumer::phase::requested)
    {
        target.state = consumer::phase::active;
        // v5 3.2.2.3.12: without one the session still tells subscriptions apart, but no message carries it.
        target.identifier_left_out = fallback_.version() != protocol_version::v5 ||
                                     !plan_.options().subscription_identifiers ||
                                     !engine_.limits().subscription_identifiers_available;
        withdraw_refused(target, reasons);
    }
    target.answer_error = error;
    answered(done, error);
}

/// Tells everyone who waited for the answer.
TERN_INLINE void client_core::answered(request_operation& done, std::error_code error)
{
    const std::shared_ptr<consumer> target = done.target;
    const std::vector<session::operation> waiting = std::exchange(target->awaiting_answer, {});
    if (auto* const handler = std::get_if<subscribe_handler>(&done.handler); handler != nullptr && *handler)
    {
        (*handler)(error, subscription(target));
    }
    for (auto next = waiting.begin(); next != waiting.end();)
    {
        request_operation waiter = operations_.take_request(*next++);
        auto* const handler = std::get_if<ready_handler>(&waiter.handler);
        if (handler == nullptr || !*handler)
        {
            continue;
        }
        try
        {
            (*handler)(error, target->answer);
        }
        catch (...)
        {
            target->awaiting_answer.assign(next, waiting.end());
            give_up_answer(*target, error); // the others are told by post
            throw;
        }
    }
}

/// The filters that the server refused count no more; the others do. Of a filter that was given twice the last answer
/// counts. If none is left, since the others were unsubscribed from meanwhile, that is the end of it.
TERN_INLINE void client_core::withdraw_refused(consumer& target, const std::vector<reason_code>& reasons)
{
    std::error_code refusal;
    for (std::size_t i = reasons.size() == target.filters.size() ? reasons.size() : 0; i-- > 0;)
    {
        if (is_failure(reasons[i]))
        {
            refusal = reasons[i];
            const auto refused = target.filters.begin() + static_cast<std::ptrdiff_t>(i);
            const std::string filter = std::move(*refused);
            target.filters.erase(refused);
            if (std::find(target.filters.begin(), target.filters.end(), filter) == target.filters.end())
            {
                (void)dispatcher_.remove(target, filter);
            }
        }
    }
    std::erase(target.filters, std::string_view());
    if (refusal && target.filters.empty())
    {
        withdraw(target, refusal);
    }
}

TERN_INLINE void client_core::handle(session::subscription_restored& event)
{
    const auto found = std::find_if(consumers_.begin(), consumers_.end(), [&](const auto& each) {
        return each->subscription_identifier == event.subscription_identifier;
    });
    if (found == consumers_.end())
    {
        return;
    }
    const std::shared_ptr<consumer> target = *found;
    std::error_code error = event.error;
    const subscribe_result result = make_or_empty(
        error, [&] { return make_request_result<subscribe_result>(event.reason_codes, event.properties); });
    const std::vector<reason_code>& reasons = result.reasons;
    const auto refused = static_cast<std::size_t>(std::count_if(reasons.begin(), reasons.end(), is_failure));
    if (!error && refused == 0)
    {
        return;
    }
    subscription_refused_event told{target->filters, reasons, error, result.reason_string};
    if (error || refused == reasons.size())
    {
        told.error = error ? error : make_error_code(reasons.front());
        withdraw(*target, told.error);
    }
    else
    {
        withdraw_refused(*target, reasons);
    }
    emit(std::move(told));
}

} // namespace tern::detail

#endif // TERN_BODIES

#endif
