// SPDX-License-Identifier: BSL-1.0
//
// How a client begins and ends: every handler completes, or, if its execution context ends, is destroyed.
//
// Layer: client. Standard: none.
// Nothing is sent: a server publishes the will of a client that is just gone.
#ifndef TERN_CLIENT_CLIENT_ENDING_HPP
#define TERN_CLIENT_CLIENT_ENDING_HPP

#include "tern/client/client_core.hpp"
#include "tern/client/client_registry.hpp"
#include "tern/client/subscription.hpp"
#include "tern/client/time_source.hpp"
#include "tern/client/timer.hpp"
#include "tern/linkage.hpp"

#include <asio/error.hpp>
#include <asio/execution/context.hpp>
#include <asio/execution_context.hpp>
#include <asio/query.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <new>
#include <optional>
#include <random>
#include <system_error>
#include <utility>
#include <variant>
#include <vector>

#if TERN_BODIES

namespace tern::detail
{

/// Client identifiers that are generated and delays have to differ from one client to the next; nothing secret here.
[[nodiscard]] inline std::uint64_t random_seed(time_source* source)
{
    if (source != nullptr)
    {
        return source->next_seed();
    }
    std::random_device device;
    return std::uint64_t{device()} << 32U ^ device();
}

TERN_INLINE std::shared_ptr<client_core> client_core::make(const asio::any_io_executor& executor,
                                                      const client_limits& limits, find_factory find)
{
    auto core = std::make_shared<client_core>(executor, limits, find);
    core->messages_.set_target(core);
    asio::execution_context& context = asio::query(executor, asio::execution::context);
    asio::use_service<client_registry>(context).add(*core);
    return core;
}

TERN_INLINE client_core::client_core(const asio::any_io_executor& executor, const client_limits& limits,
                                find_factory find)
    : home_(executor), gate_(executor), limits_(limits), find_factory_(find), time_source_(time_source::find(executor)),
      timer_(executor), engine_(session::engine_configuration{limits, nullptr, random_seed(time_source_)}),
      policy_(limits.reconnect, random_seed(time_source_))
{
}

TERN_INLINE client_core::~client_core()
{
    client_registry::remove(*this);
}

TERN_INLINE statistics client_core::stats() const
{
    statistics result = engine_.stats(time_of(time_source_));
    result.held_messages = held_.messages;
    result.held_bytes = held_.bytes + held_.at_most_once_bytes;
    return result;
}

TERN_INLINE void client_core::set_observer(observer* watcher) noexcept
{
    observer_ = watcher;
    engine_.set_observer(watcher);
}

/// Calls `function` with the arguments after the error for each handler that waits, and leaves none.
template <class Function>
void client_core::for_each_handler(Function&& function)
{
    const auto one = [&function](auto& handler, auto... arguments) {
        if (handler)
        {
            auto taken = std::move(handler);
            function(taken, std::move(arguments)...);
        }
    };
    one(connect_handler_, connect_result{});
    one(disconnect_handler_);
    one(re_authenticate_handler_);
    if (connect_done_)
    {
        one(connect_done_->handler, connect_result{});
    }
    for (std::optional<finished_plain>* const each : {&disconnect_done_, &re_authenticate_done_})
    {
        if (*each)
        {
            one((*each)->handler);
        }
    }
    for (std::size_t from = 0; const session::operation number = operations_.publishes.any(from);)
    {
        publish_operation ended = operations_.take_publish(number);
        one(ended.handler, publish_result{});
    }
    for (std::size_t from = 0; const session::operation number = operations_.requests.any(from);)
    {
        request_operation ended = operations_.take_request(number);
        if (auto* const subscribing = std::get_if<subscribe_handler>(&ended.handler))
        {
            if (*subscribing)
            {
                auto taken = std::move(*subscribing);
                function(taken, subscription());
            }
        }
        else if (auto* const waiting = std::get_if<ready_handler>(&ended.handler))
        {
            one(*waiting, subscribe_result{});
        }
        else if (auto* const ending = std::get_if<unsubscribe_handler>(&ended.handler))
        {
            one(*ending, unsubscribe_result{});
        }
    }
    const auto receiving = [&one](consumer& each) { one(each.receiver, message(), taking{}); };
    for (const std::shared_ptr<consumer>& each : consumers_)
    {
        receiving(*each);
    }
    while (const std::shared_ptr<consumer> each = disappointed_.pop())
    {
        receiving(*each);
    }
    for (const std::shared_ptr<consumer>& each : ready_) // ended ones that had a message left
    {
        receiving(*each);
    }
}

/// What holds the executor or the application's objects is let go. The session stays: a message may be in a handler.
TERN_INLINE void client_core::let_go() noexcept
{
    gate_.close();
    client_registry::remove(*this);
    if (connection_ != nullptr)
    {
        connection_->abandon();
        connection_.reset();
    }
    timer_.reset();
    work_.reset();
    receivers_ = 0;
    for (const std::shared_ptr<consumer>& each : consumers_)
    {
        each->state = consumer::phase::ended;
        each->end_error = asio::error::operation_aborted;
        bury(each);
    }
    consumers_.clear();
    while (released_.pop() != nullptr)
    {
    }
    const auto ready = std::move(ready_); // destroying a handler may call back
    const auto interrupted = std::move(interrupted_);
    const auto events = std::move(event_handler_);
    const auto unmatched = std::move(unmatched_handler_);
    const auto authenticator = std::move(authenticator_);
    const auto attempt = std::move(attempt_handler_);
    state_ = connection_state::idle;
    if (depth_ == 0) // else the turn does it: a handler may be running
    {
        (void)clear_graveyard();
    }
}

TERN_INLINE void client_core::stop() noexcept
{
    if (std::exchange(stopped_, true))
    {
        return;
    }
    const std::shared_ptr<client_core> self = shared_from_this();
    for_each_handler([this](auto& handler, auto&&... arguments) {
        try
        {
            handler.post(executor(), asio::error::operation_aborted, std::forward<decltype(arguments)>(arguments)...);
        }
        catch (const std::bad_alloc&)
        {
            handler.reset();
        }
    });
    let_go();
}

TERN_INLINE void client_core::context_ended() noexcept
{
    const std::shared_ptr<client_core> self = weak_from_this().lock();
    if (self == nullptr || std::exchange(stopped_, true))
    {
        return;
    }
    for_each_handler([](auto& handler, auto&&...) { handler.reset(); });
    let_go();
}

} // namespace tern::detail

#endif // TERN_BODIES

#endif
