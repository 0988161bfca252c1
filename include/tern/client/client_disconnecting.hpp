// SPDX-License-Identifier: BSL-1.0
//
// Leaving in good order: what is queued and in flight first, then DISCONNECT, then the transport.
//
// Layer: client. Standard: v5 3.14, v3.1.1 3.14.
// Who closes while input is unread may take from the other side what it was sent: so our side of the stream ends first,
// and what still comes is read and thrown away until the server's side ends, or for client_limits::closing.
// A client that is destroyed takes none of these steps: client_ending.hpp.
#ifndef TERN_CLIENT_CLIENT_DISCONNECTING_HPP
#define TERN_CLIENT_CLIENT_DISCONNECTING_HPP

#include "tern/client/cancellation.hpp"
#include "tern/client/client_core.hpp"
#include "tern/client/completion.hpp"
#include "tern/client/deadlines.hpp"
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
        handler.post(executor(),
                     stopped_ ? std::error_code(asio::error::operation_aborted) : make_error_code(errc::disconnecting));
        return;
    }
    if (connect_handler_)
    {
        connect_handler_.post(executor(), asio::error::operation_aborted, connect_result{});
        drop_connection();
        rest(asio::error::operation_aborted);
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
    disconnect_limit_ = deadline_within(now_, limit);
    disconnect_deadline_ = disconnect_limit_;
    if (state_ == connection_state::connected)
    {
        set_state(connection_state::disconnecting);
    }
    schedule_turn();
}

/// Called at the end of every turn. True if there is something new to tell.
TERN_INLINE bool client_core::advance_disconnect()
{
    if (!disconnect_handler_ || disconnect_sent_ || discarding_ || failing_ || !engine_.idle() ||
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
    leaving();
}

/// DISCONNECT is the last of the output.
TERN_INLINE void client_core::leaving()
{
    disconnect_sent_ = true;
    disconnect_deadline_ = closing_deadline();
}

/// DISCONNECT is written, and the server has closed the connection or had its time to. A 3.1.1 server keeps a session
/// that was there by default only: one more connection ends it, if time is left. That it fails is no error.
TERN_INLINE void client_core::left_server()
{
    const bool time_left = !disconnect_limit_ || now_ < *disconnect_limit_;
    if (discarding_ || !disconnect_handler_ || !engine_.leaves_session_behind() || !time_left)
    {
        finish_disconnect({});
        return;
    }
    drop_connection();
    discarding_ = true;
    disconnect_deadline_ = disconnect_limit_;
    begin_connection();
}

/// The time for waiting is over, or that for writing DISCONNECT, or that for the server to close.
TERN_INLINE void client_core::disconnect_late()
{
    disconnect_deadline_.reset();
    if (discarding_)
    {
        finish_disconnect({});
    }
    else if (shutting_down_)
    {
        left_server();
    }
    else if (disconnect_sent_)
    {
        finish_disconnect(errc::timed_out);
    }
    else if (failing_)
    {
        finish_disconnect(failing_);
    }
    else
    {
        send_disconnect();
    }
}

TERN_INLINE void client_core::finish_disconnect(std::error_code error)
{
    error = error ? error : disconnect_error_;
    disconnected_event told = describe_loss(error, connection_established_ || discarding_);
    told.by_request = true;
    drop_connection();
    emit(std::move(told));
    rest(asio::error::operation_aborted);
    complete(disconnect_handler_, disconnect_done_, error);
}

} // namespace tern::detail

#endif // TERN_BODIES

#endif
