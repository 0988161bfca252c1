// SPDX-License-Identifier: BSL-1.0
//
// How the client tells what happens to its connection: states to the observer, events to the application in their
// order, and behind them the completions of what ended with it.
//
// Layer: client. Standard: none.
// Nothing is told where it happens: it is noted, and told in a turn. So no handler runs inside a function that the
// application called, none is lost when another throws, and each may call or destroy anything.
#ifndef TERN_CLIENT_CLIENT_REPORTING_HPP
#define TERN_CLIENT_CLIENT_REPORTING_HPP

#include "tern/client/client_core.hpp"
#include "tern/client/completion.hpp"
#include "tern/linkage.hpp"

#include <memory>
#include <optional>
#include <string>
#include <system_error>
#include <utility>

#if TERN_BODIES

namespace tern::detail
{

TERN_INLINE void client_core::set_state(connection_state state) noexcept
{
    if (std::exchange(state_, state) != state && observer_ != nullptr)
    {
        observer_->state_changed(state);
    }
}

/// What there is no memory for is not told: the client goes on all the same.
TERN_INLINE void client_core::emit(client_event event) noexcept
{
    if (event_handler_ != nullptr)
    {
        (void)guard_memory([&]() -> std::error_code {
            events_.push_back(std::move(event));
            schedule_turn();
            return {};
        });
    }
}

/// What is to be told of the present server, which is of no use for now.
TERN_INLINE disconnected_event client_core::describe_loss(std::error_code error, bool was_connected) noexcept
{
    disconnected_event told;
    told.error = error;
    last_error_ = error;
    told.reason_string = std::exchange(reason_string_, {});
    told.server_reference = std::exchange(server_reference_, {});
    told.explanation = std::exchange(explanation_, {});
    told.was_connected = was_connected;
    if (event_handler_ != nullptr)
    {
        std::error_code ignored;
        told.server = make_or_empty(ignored, [&] { return plan_.server_name(); });
    }
    return told;
}

TERN_INLINE void client_core::tell_events()
{
    while (!stopped_ && !events_.empty())
    {
        const client_event told = std::move(events_.front());
        events_.pop_front();
        if (const std::shared_ptr<event_sink> sink = event_handler_; sink != nullptr)
        {
            sink->call(told);
        }
    }
}

/// async_connect is over; its handler is called when the events up to now are told.
TERN_INLINE void client_core::complete_connect(std::error_code error, connect_result result)
{
    if (connect_handler_)
    {
        connect_handler handler = std::move(connect_handler_);
        if (connect_done_) // an earlier one that was not told yet
        {
            connect_done_->handler.post(executor(), connect_done_->error, std::move(connect_done_->result));
        }
        connect_done_.emplace(std::move(handler), error, std::move(result));
    }
}

/// The same for one that has no result. It needs no memory.
TERN_INLINE void client_core::complete(plain_handler& handler, std::optional<finished_plain>& done,
                                       std::error_code error) noexcept
{
    if (handler)
    {
        done.emplace(std::move(handler), error);
    }
}

/// Something is to be told.
TERN_INLINE bool client_core::has_news() const noexcept
{
    return !events_.empty() || attempt_wanted_ || connect_done_ || re_authenticate_done_ || disconnect_done_;
}

/// Tells what has happened to the connection, then completes what ended with it. True if there was something.
TERN_INLINE bool client_core::report()
{
    bool any = !events_.empty();
    tell_events();
    if (!stopped_ && connect_done_)
    {
        any = true;
        finished_connect done = std::move(*connect_done_);
        connect_done_.reset();
        done.handler(done.error, std::move(done.result));
    }
    for (std::optional<finished_plain>* const each : {&re_authenticate_done_, &disconnect_done_})
    {
        if (!stopped_ && *each)
        {
            any = true;
            finished_plain done = std::move(**each);
            each->reset();
            done.handler(done.error);
        }
    }
    return any;
}

} // namespace tern::detail

#endif // TERN_BODIES

#endif
