// SPDX-License-Identifier: BSL-1.0
//
// Connecting, staying connected, and giving up.
//
// Layer: client. Standard: v5 3.1, 3.2, 3.14, 4.1, 4.13; v3.1.1 3.1, 3.2, 4.1.
// It does what three parts without I/O decide: connect_plan.hpp which server, reconnect_policy.hpp whether and when,
// version_fallback.hpp in which version. Whether a session is resumed is the session's matter.
#ifndef TERN_CLIENT_CLIENT_CONNECTING_HPP
#define TERN_CLIENT_CLIENT_CONNECTING_HPP

#include "tern/client/cancellation.hpp"
#include "tern/client/client_core.hpp"
#include "tern/client/completion.hpp"
#include "tern/error.hpp"
#include "tern/linkage.hpp"
#include "tern/session/types.hpp"

#include <asio/error.hpp>

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <system_error>
#include <utility>

#if TERN_BODIES

namespace tern::detail
{

/// What the server said in CONNACK, owned.
[[nodiscard]] inline connect_result make_connect_result(const session::connected& event)
{
    connect_result result;
    result.session_present = event.session_present;
    result.version = event.version;
    result.client_id = event.client_identifier;
    store_answer(result, event.properties);
    result.response_information = event.properties.response_information.value_or(std::string_view());
    result.server_reference = event.properties.server_reference.value_or(std::string_view());
    result.keep_alive = event.limits.keep_alive;
    result.session_expiry = event.limits.session_expiry;
    result.receive_maximum = event.limits.receive_maximum;
    result.maximum_packet_size = event.limits.maximum_packet_size;
    result.topic_alias_maximum = event.limits.topic_alias_maximum;
    result.maximum_qos = event.limits.maximum_qos;
    result.retain_available = event.limits.retain_available;
    result.wildcard_subscriptions_available = event.limits.wildcard_subscriptions_available;
    result.subscription_identifiers_available = event.limits.subscription_identifiers_available;
    result.shared_subscriptions_available = event.limits.shared_subscriptions_available;
    return result;
}

TERN_INLINE void client_core::start_connect(connect_handler handler, const url_source& urls, const connect_options& options,
                                       cancellation_ticket* ticket)
{
    std::error_code error;
    if (stopped_)
    {
        error = asio::error::operation_aborted;
    }
    else if (state_ != connection_state::idle)
    {
        error = errc::already_connected;
    }
    else
    {
        error = guard_memory([&] {
            const std::error_code wrong = plan_.set(urls, options, factory_.supports);
            return wrong ? wrong : engine_.configure(plan_.options_for_server());
        });
    }
    if (error)
    {
        handler.post(executor(), error, connect_result{});
        return;
    }
    const session::operation number = number_of(single_operation::connect, ++single_generation_);
    connect_number_ = number;
    give_number(handler, ticket, number);
    connect_handler_ = std::move(handler);
    policy_.reset();
    fallback_ = version_fallback(options.protocol);
    was_connected_ = false;
    resting_.clear();
    refresh_now();
    const auto limit = options.time_limit == default_time_limit ? limits_.connect_total : options.time_limit;
    connect_deadline_ = limit.count() > 0 ? std::optional(now_ + limit) : std::nullopt;
    begin_attempt();
    schedule_turn();
}

TERN_INLINE void client_core::begin_attempt()
{
    attempt_deadline_ = limits_.connect_attempt.count() > 0 ? std::optional(now_ + limits_.connect_attempt)
                                                            : std::nullopt;
    connect_written_ = false;
    const std::error_code error = guard_memory([&]() -> std::error_code {
        if (!plan_.same_options_everywhere())
        {
            connect_options options = plan_.options_for_server();
            options.clean_start = options.clean_start && !was_connected_; // the session lives, whoever asks
            if (const std::error_code wrong = engine_.configure(options))
            {
                return wrong;
            }
        }
        connection_ = factory_.make(*this, executor(), limits_);
        set_state(connection_state::opening);
        connection_->open(plan_.server());
        return {};
    });
    if (error)
    {
        attempt_failed(error, connect_failure::other);
    }
}

TERN_INLINE void client_core::transport_opened(std::error_code error)
{
    if (error)
    {
        attempt_failed(error, connect_failure::other);
    }
    else if (plan_.options().authentication_method && fallback_.version() == protocol_version::v5)
    {
        ask_authenticator(authentication_step::purpose::start, *plan_.options().authentication_method, {});
    }
    else
    {
        open_session(std::nullopt);
    }
}

/// CONNECT is what leaves next.
TERN_INLINE void client_core::open_session(const std::optional<byte_view>& authentication_data)
{
    const std::error_code error =
        guard_memory([&] { return engine_.open(fallback_.version(), now_, authentication_data); });
    if (error)
    {
        give_up(error);
        return;
    }
    set_state(connection_state::handshaking);
}

TERN_INLINE void client_core::handle(const session::connected& event)
{
    const bool reconnected = std::exchange(was_connected_, true);
    // What an earlier process left may come before its subscriptions are opened, and with identifiers of its own.
    claimed_session_ = event.session_present && (claimed_session_ || !has_had_session_);
    has_had_session_ = true;
    connection_established_ = true;
    dispatcher_.distrust_identifiers(claimed_session_);
    attempt_deadline_.reset();
    connect_deadline_.reset();
    last_error_.clear();
    policy_.on_connected(now_);
    fallback_.on_connected();
    plan_.start_pass();
    const bool resume_disconnecting = static_cast<bool>(disconnect_handler_);
    set_state(resume_disconnecting ? connection_state::disconnecting : connection_state::connected);
    if (event.properties.authentication_method)
    {
        // v5 4.12: the server's last data came with CONNACK; the authenticator may not believe the server.
        ask_authenticator(authentication_step::purpose::finished, *event.properties.authentication_method,
                          event.properties.authentication_data.value_or(byte_view()));
        if (failing_ || stopped_)
        {
            return;
        }
    }
    connect_result result = make_connect_result(event);
    emit(connected_event{result, plan_.server_name(), reconnected});
    complete_connect({}, std::move(result));
}

TERN_INLINE void client_core::handle(const session::connection_refused& event)
{
    reason_string_ = event.properties.reason_string.value_or(std::string_view());
    server_reference_ = event.properties.server_reference.value_or(std::string_view());
    attempt_failed(event.reason,
                   event.version_refused ? connect_failure::version_refused : connect_failure::other);
}

/// 3.1.1: the old session is gone; the one that is to live needs a connection of its own.
TERN_INLINE void client_core::handle(const session::session_cleared&)
{
    reopening_ = true;
    finish_after_output(errc::connection_lost);
}

TERN_INLINE void client_core::handle(const session::disconnected_by_server& event)
{
    reason_string_ = event.properties.reason_string.value_or(std::string_view());
    server_reference_ = event.properties.server_reference.value_or(std::string_view());
    connection_lost(is_failure(event.reason) ? make_error_code(event.reason) : make_error_code(errc::closed_by_server));
}

TERN_INLINE void client_core::handle(const session::connection_failed& event)
{
    finish_after_output(event.error);
}

TERN_INLINE void client_core::handle(const session::session_was_lost&)
{
    emit(session_lost_event{});
}

/// Nothing is read any more; when the output is written, or that takes too long, the connection closes.
TERN_INLINE void client_core::finish_after_output(std::error_code error)
{
    failing_ = error;
    attempt_deadline_ = now_ + failure_grace;
}

/// Reading or writing failed.
TERN_INLINE void client_core::transport_failed(std::error_code error)
{
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
    else
    {
        attempt_failed(errc::timed_out, connect_failure::other);
    }
}

/// The transport is gone, or of no use any more.
TERN_INLINE void client_core::connection_lost(std::error_code error)
{
    if (std::exchange(reopening_, false))
    {
        drop_connection();
        begin_attempt();
    }
    else if (disconnect_sent_ || shutting_down_)
    {
        finish_disconnect({});
    }
    else if (connection_established_)
    {
        drop_connection();
        try_again(error, true);
    }
    else
    {
        const bool bare = connect_written_ && (error == errc::closed_by_server || error == asio::error::connection_reset);
        attempt_failed(error, bare ? connect_failure::bare_close : connect_failure::other);
    }
}

TERN_INLINE void client_core::attempt_failed(std::error_code error, connect_failure kind)
{
    drop_connection();
    ++engine_.counters().connect_failures;
    if (fallback_.on_failure(kind))
    {
        begin_attempt();
        return;
    }
    if (plan_.next_server(reconnect_policy::is_final(error)))
    {
        begin_attempt();
        return;
    }
    const bool first_pass_only = connect_handler_ && !plan_.options().retry;
    const bool hopeless = plan_.all_final();
    plan_.start_pass();
    if (first_pass_only || hopeless)
    {
        give_up(error);
    }
    else
    {
        try_again(error, false);
    }
}

/// Asks the policy what comes next.
TERN_INLINE void client_core::try_again(std::error_code error, bool was_connected)
{
    last_error_ = error;
    const reconnect_decision decision = policy_.on_failure(error, now_);
    if (!decision.retry || (disconnect_handler_ && engine_.idle()))
    {
        attempts_ = decision.attempt;
        give_up(error);
        return;
    }
    emit(disconnected_event{error, std::exchange(reason_string_, {}), std::exchange(server_reference_, {}),
                            was_connected, true, decision.delay, decision.attempt});
    set_state(connection_state::waiting);
    retry_at_ = now_ + decision.delay;
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
    ++authentication_step_; // answers that are still to come are for nobody
    engine_.close(now_);
    if (re_authenticate_handler_)
    {
        re_authenticate_handler_.post(executor(), errc::connection_lost);
    }
}

/// No further attempt.
TERN_INLINE void client_core::give_up(std::error_code error)
{
    const bool was_open = connection_established_;
    drop_connection();
    if (disconnect_handler_)
    {
        finish_disconnect({});
        return;
    }
    emit(disconnected_event{error, reason_string_, std::exchange(server_reference_, {}), was_open || was_connected_,
                            false, std::chrono::milliseconds(0), attempts_});
    emit(given_up_event{error, std::exchange(reason_string_, {}), std::exchange(attempts_, 0)});
    rest(error);
    connect_result result;
    if (error.category() == reason_code_category())
    {
        result.reason = static_cast<reason_code>(error.value());
    }
    complete_connect(error, std::move(result));
}

/// The client is idle; everything that waits ends with `error`.
TERN_INLINE void client_core::rest(std::error_code error)
{
    retry_at_.reset();
    connect_deadline_.reset();
    disconnect_deadline_.reset();
    was_connected_ = false;
    resting_ = error;
    set_state(connection_state::idle);
    engine_.abandon(error);
    fail_receivers(error);
    schedule_turn();
}

TERN_INLINE void client_core::complete_connect(std::error_code error, connect_result result)
{
    if (connect_handler_)
    {
        tell_events(); // in their order: the event comes before the completion
        if (connect_handler_)
        {
            std::exchange(connect_handler_, {})(error, std::move(result));
        }
    }
}

TERN_INLINE void client_core::set_state(connection_state state) noexcept
{
    if (std::exchange(state_, state) != state && observer_ != nullptr)
    {
        observer_->state_changed(state);
    }
}

TERN_INLINE void client_core::emit(client_event event)
{
    if (event_handler_ != nullptr)
    {
        events_.push_back(std::move(event));
        schedule_turn();
    }
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

} // namespace tern::detail

#endif // TERN_BODIES

#endif
