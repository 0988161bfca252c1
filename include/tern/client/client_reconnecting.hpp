// SPDX-License-Identifier: BSL-1.0
//
// What follows when a connection is lost or an attempt to make one fails: the next attempt, or none.
//
// Layer: client. Standard: v5 3.14, 4.1, 4.13; v3.1.1 4.1.
// It does what the parts without I/O decide: connect_plan.hpp which server comes next, reconnect_policy.hpp whether and
// when. What the session makes of a lost connection is its own matter.
#ifndef TERN_CLIENT_CLIENT_RECONNECTING_HPP
#define TERN_CLIENT_CLIENT_RECONNECTING_HPP

#include "tern/client/client_core.hpp"
#include "tern/client/completion.hpp"
#include "tern/client/foreign_protocol.hpp"
#include "tern/client/deadlines.hpp"
#include "tern/error.hpp"
#include "tern/linkage.hpp"

#include <asio/error.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

#if TERN_BODIES

namespace tern::detail
{

TERN_INLINE void client_core::handle(const session::disconnected_by_server& event)
{
    reason_string_ = event.properties.reason_string.value_or(std::string_view());
    server_reference_ = event.properties.server_reference.value_or(std::string_view());
    connection_lost(is_failure(event.reason) ? make_error_code(event.reason) : make_error_code(errc::closed_by_server));
}

TERN_INLINE void client_core::handle(const session::connection_failed& event)
{
    if (connection_ != nullptr)
    {
        finish_after_output(event.error);
    }
}

TERN_INLINE void client_core::handle(const session::session_was_lost&)
{
    emit(session_lost_event{});
}

/// Nothing is read any more; when the output is written, or that takes too long, the connection closes. The first
/// reason counts.
TERN_INLINE void client_core::finish_after_output(std::error_code error)
{
    failing_ = failing_ ? failing_ : error;
    attempt_deadline_ = closing_deadline();
}

/// When the last packet of the connection has to be written, and the other side's end to be read.
TERN_INLINE std::optional<client_core::time_point> client_core::closing_deadline() const noexcept
{
    return deadline_within(now_, limits_.closing);
}

/// The transport failed and may have more to say of it than the error does.
TERN_INLINE void client_core::note_explanation(std::error_code error) noexcept
{
    std::error_code ignored;
    std::string words = make_or_empty(ignored, [&] { return connection_->explanation(error); });
    if (!words.empty())
    {
        explanation_ = std::move(words);
    }
}

/// Reading or writing failed.
TERN_INLINE void client_core::transport_failed(std::error_code error)
{
    note_explanation(error);
    connection_lost(failing_ ? failing_ : error);
}

TERN_INLINE void client_core::attempt_late()
{
    attempt_deadline_.reset();
    if (failing_)
    {
        connection_lost(failing_);
    }
    else if (state_ == connection_state::handshaking)
    {
        attempt_failed(errc::no_connection_acknowledgement, connect_failure::other);
    }
    else if (state_ == connection_state::opening)
    {
        if (connection_ == nullptr)
        {
            std::error_code ignored;
            explanation_ =
                make_or_empty(ignored, [] { return std::string("the function of on_attempt gave no answer"); });
        }
        attempt_failed(errc::timed_out, connect_failure::other);
    }
}

/// The transport is gone, or of no use any more.
TERN_INLINE void client_core::connection_lost(std::error_code error)
{
    if (std::exchange(reopening_, false))
    {
        drop_connection();
        begin_connection();
    }
    else if (shutting_down_ || discarding_)
    {
        left_server();
    }
    else if (disconnect_sent_)
    {
        finish_disconnect(error);
    }
    else if (connection_established_)
    {
        disconnected_event told = describe_loss(error, true);
        drop_connection();
        if (policy_.has_lasted(now_))
        {
            plan_.forget_references();
        }
        const bool followed = follow_reference(told);
        plan_.start_pass([this] { return policy_.draw(); }, followed);
        try_again(std::move(told), !followed && reconnect_policy::is_final(error, true));
    }
    else
    {
        const bool bare =
            connect_written_ && (error == errc::closed_by_server || error == asio::error::connection_reset);
        if (bare && explanation_.empty())
        {
            std::error_code ignored;
            explanation_ = make_or_empty(ignored, [] { return std::string(closed_without_an_answer); });
        }
        attempt_failed(error, bare ? connect_failure::bare_close : connect_failure::other);
    }
}

TERN_INLINE void client_core::attempt_failed(std::error_code error, connect_failure kind)
{
    drop_connection();
    if (discarding_)
    {
        left_server();
        return;
    }
    ++engine_.counters().connect_failures;
    if (fallback_.on_failure(kind))
    {
        begin_connection();
        return;
    }
    disconnected_event told = describe_loss(error, false);
    if (follow_reference(told) || plan_.next_server(reconnect_policy::is_final(error)))
    {
        told.attempt = attempts_;
        will_retry(std::move(told));
        begin_attempt();
        return;
    }
    const bool first_pass_only = connect_handler_ && !plan_.options().retry;
    const bool hopeless = plan_.all_final();
    plan_.forget_references();
    plan_.start_pass([this] { return policy_.draw(); });
    if (first_pass_only || hopeless)
    {
        give_up(std::move(told));
    }
    else
    {
        try_again(std::move(told), false);
    }
}

/// What the event is about was another server; the present one is tried next.
TERN_INLINE void client_core::will_retry(disconnected_event told) noexcept
{
    told.will_retry = true;
    if (event_handler_ != nullptr)
    {
        std::error_code ignored;
        told.next_server = make_or_empty(ignored, [&] { return plan_.server_name(); });
    }
    emit(std::move(told));
}

/// Asks the policy what comes next.
TERN_INLINE void client_core::try_again(disconnected_event told, bool final)
{
    if (told.was_connected && disconnect_handler_)
    {
        disconnect_error_ = told.error; // unless it comes to a DISCONNECT later
    }
    const reconnect_decision decision = policy_.on_failure(told.error, final, now_);
    if (!decision.retry || (disconnect_handler_ && engine_.idle()))
    {
        give_up(std::move(told));
        return;
    }
    told.retry_after = decision.delay;
    told.attempt = decision.attempt;
    will_retry(std::move(told));
    set_state(connection_state::waiting);
    retry_at_ = deadline_after(now_, decision.delay);
}

/// The wait is over: the servers are tried once more.
TERN_INLINE void client_core::retry()
{
    retry_at_.reset();
    attempts_ += attempts_ < 0xFFFFFFFF ? 1U : 0U;
    begin_attempt();
}

/// The connection, if there is one, is no more. The session goes on without it.
TERN_INLINE void client_core::drop_connection() noexcept
{
    if (connection_ != nullptr)
    {
        connection_->abandon();
        connection_.reset();
    }
    attempt_deadline_.reset();
    failing_.clear();
    connection_established_ = false;
    disconnect_sent_ = false;
    shutting_down_ = false;
    restart_wanted_ = false;
    attempt_wanted_ = false;
    ++authentication_step_; // answers that are still to come are for nobody
    engine_.close(now_);
    complete(re_authenticate_handler_, re_authenticate_done_, errc::connection_lost);
}

/// No further attempt.
TERN_INLINE void client_core::give_up(disconnected_event told)
{
    const std::error_code error = told.error;
    drop_connection();
    if (disconnect_handler_)
    {
        finish_disconnect(error);
        return;
    }
    std::error_code ignored;
    given_up_event last = make_or_empty(ignored, [&] {
        return given_up_event{error, told.reason_string, attempts_, told.explanation};
    });
    last.error = error;
    connect_result result = std::move(refusal_);
    result.explanation = make_or_empty(ignored, [&] { return told.explanation; });
    emit(std::move(told));
    emit(std::move(last));
    rest(error);
    complete_connect(error, std::move(result));
}

/// The client is idle; everything that waits ends with `error`.
TERN_INLINE void client_core::rest(std::error_code error)
{
    forget_attempts();
    resting_ = error;
    set_state(connection_state::idle);
    engine_.abandon(error);
    fail_receivers(error);
    schedule_turn();
}

/// Nothing of one async_connect is left for the next.
TERN_INLINE void client_core::forget_attempts() noexcept
{
    retry_at_.reset();
    connect_deadline_.reset();
    disconnect_deadline_.reset();
    disconnect_limit_.reset();
    was_connected_ = false;
    reopening_ = false;
    discarding_ = false;
    attempts_ = 0;
    reason_string_.clear();
    server_reference_.clear();
    explanation_.clear();
    refusal_ = {};
    last_error_.clear();
}

} // namespace tern::detail

#endif // TERN_BODIES

#endif
