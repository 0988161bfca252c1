// SPDX-License-Identifier: BSL-1.0
//
// Leaving in good order: what is queued and in flight first, then DISCONNECT, then the transport.
//
// Layer: client. Standard: v5 3.14, v3.1.1 3.14.
// A client that is destroyed takes none of these steps: client_ending.hpp.
#ifndef TERN_CLIENT_CLIENT_DISCONNECTING_HPP
#define TERN_CLIENT_CLIENT_DISCONNECTING_HPP

#include "tern/client/cancellation.hpp"
#include "tern/client/client_core.hpp"
#include "tern/client/completion.hpp"
#include "tern/error.hpp"
#include "tern/linkage.hpp"
#include "tern/session/types.hpp"

#include <asio/error.hpp>

#include <optional>
#include <system_error>
#include <utility>

#if TERN_BODIES

namespace tern::detail
{

TERN_INLINE void client_core::start_disconnect(plain_handler handler, const disconnect_options& options,
                                          cancellation_ticket* ticket)
{
    if (stopped_ || disconnect_handler_)
    {
        handler.post(executor(), stopped_ ? std::error_code(asio::error::operation_aborted)
                                          : make_error_code(errc::disconnecting));
        return;
    }
    if (connect_handler_)
    {
        connect_handler_.post(executor(), asio::error::operation_aborted, connect_result{});
        drop_connection();
        retry_at_.reset();
        set_state(connection_state::idle);
    }
    refresh_now();
    if (state_ == connection_state::idle)
    {
        rest(asio::error::operation_aborted);
        handler.post(executor(), std::error_code());
        return;
    }
    const std::error_code error = guard_memory([&]() -> std::error_code {
        option_arena arena;
        disconnect_options_ = arena.keep(options);
        disconnect_arena_ = std::move(arena);
        return {};
    });
    if (error)
    {
        handler.post(executor(), error);
        return;
    }
    disconnect_number_ = number_of(single_operation::disconnect, ++single_generation_);
    give_number(handler, ticket, disconnect_number_);
    disconnect_handler_ = std::move(handler);
    disconnect_error_.clear();
    const auto limit = options.time_limit == default_time_limit ? limits_.shutdown : options.time_limit;
    disconnect_deadline_ = limit.count() > 0 ? std::optional(now_ + limit) : std::nullopt;
    if (state_ == connection_state::connected)
    {
        set_state(connection_state::disconnecting);
    }
    schedule_turn();
}

/// Called at the end of every turn. True if there is something new to tell.
TERN_INLINE bool client_core::advance_disconnect()
{
    if (!disconnect_handler_ || disconnect_sent_ || failing_ || !engine_.idle() ||
        (connection_ != nullptr && connection_->writing))
    {
        return false;
    }
    send_disconnect();
    return true;
}

TERN_INLINE void client_core::send_disconnect()
{
    if (connection_ == nullptr || engine_.phase() != session::connection_phase::connected)
    {
        finish_disconnect({});
        return;
    }
    disconnect_error_ = guard_memory([&] { return engine_.disconnect(disconnect_options_, now_); });
    if (disconnect_error_)
    {
        // What was asked for cannot be said; leaving in good order is still better than not.
        const std::error_code error = guard_memory([&] { return engine_.disconnect(disconnect_options{}, now_); });
        if (error)
        {
            finish_disconnect(disconnect_error_);
            return;
        }
    }
    disconnect_sent_ = true;
    disconnect_deadline_ = now_ + failure_grace;
}

/// The time for waiting is over, or that for writing DISCONNECT.
TERN_INLINE void client_core::disconnect_late()
{
    disconnect_deadline_.reset();
    if (!disconnect_sent_ && !failing_)
    {
        send_disconnect();
    }
    else
    {
        finish_disconnect(disconnect_error_);
    }
}

TERN_INLINE void client_core::finish_disconnect(std::error_code error)
{
    error = error ? error : disconnect_error_;
    disconnect_sent_ = false;
    shutting_down_ = false;
    drop_connection();
    rest(asio::error::operation_aborted);
    if (disconnect_handler_)
    {
        std::exchange(disconnect_handler_, {})(error);
    }
}

} // namespace tern::detail

#endif // TERN_BODIES

#endif
