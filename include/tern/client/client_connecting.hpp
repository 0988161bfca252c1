// SPDX-License-Identifier: BSL-1.0
//
// Connecting: from async_connect, or the next attempt, to CONNACK.
//
// Layer: client. Standard: v5 3.1, 3.2, 4.1; v3.1.1 the same.
// It does what parts without I/O decide: connect_plan.hpp which server, version_fallback.hpp in which version. What
// follows a failure is in client_reconnecting.hpp; whether a session is resumed is the session's matter.
#ifndef TERN_CLIENT_CLIENT_CONNECTING_HPP
#define TERN_CLIENT_CLIENT_CONNECTING_HPP

#include "tern/client/cancellation.hpp"
#include "tern/client/client_core.hpp"
#include "tern/client/completion.hpp"
#include "tern/client/deadlines.hpp"
#include "tern/error.hpp"
#include "tern/linkage.hpp"
#include "tern/session/types.hpp"

#include <asio/error.hpp>

#include <chrono>
#include <memory>
#include <optional>
#include <string_view>
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

TERN_INLINE void client_core::start_connect(connect_handler handler, const url_source& urls,
                                            const connect_options& options, cancellation_ticket* ticket)
{
    std::error_code error;
    connect_result nothing;
    if (stopped_)
    {
        error = asio::error::operation_aborted;
    }
    else if (state_ != connection_state::idle || connect_handler_)
    {
        error = errc::already_connected;
    }
    else if (options.retry && !limits_.reconnect.enabled) // it would be one attempt all the same
    {
        error = errc::invalid_option;
    }
    else
    {
        error = guard_memory([&] {
            const std::error_code wrong = plan_.set(urls, options, find_factory_, nothing.explanation);
            if (!wrong)
            {
                plan_.start_pass([this] { return policy_.draw(); });
            }
            return wrong ? wrong : engine_.configure(plan_.options_for_server());
        });
    }
    if (error)
    {
        handler.post(executor(), error, std::move(nothing));
        return;
    }
    const session::operation number = number_of(single_operation::connect, ++single_generation_);
    connect_number_ = number;
    give_number(handler, ticket, number);
    connect_handler_ = std::move(handler);
    policy_.reset();
    fallback_ = version_fallback(options.protocol);
    forget_attempts();
    resting_.clear();
    refresh_now();
    const auto limit = options.time_limit == default_time_limit ? limits_.connect_total : options.time_limit;
    connect_deadline_ = deadline_within(now_, limit);
    attempts_ = 1;
    begin_attempt();
    schedule_turn();
}

/// One try of the present server.
TERN_INLINE void client_core::begin_attempt()
{
    std::error_code error;
    connecting_event told = make_or_empty(error, [&] {
        return connecting_event{plan_.server_name(), plan_.server_number(), plan_.server_count(), plan_.referred(),
                                attempts_};
    });
    if (!error)
    {
        emit(std::move(told));
    }
    begin_connection();
}

/// A connection to the present server; nothing of the one before is left.
TERN_INLINE void client_core::begin_connection()
{
    attempt_deadline_ = deadline_within(now_, limits_.connect_attempt);
    connect_written_ = false;
    failing_.clear();
    reason_string_.clear();
    server_reference_.clear();
    explanation_.clear();
    refusal_ = {};
    set_state(connection_state::opening);
    if (attempt_handler_ != nullptr)
    {
        attempt_wanted_ = true; // asked in a turn, since it is the application's and may call anything
        schedule_turn();
    }
    else
    {
        open_connection({});
    }
}

/// With what the application has `given` for this attempt.
TERN_INLINE void client_core::open_connection(const attempt_options& given)
{
    const std::error_code error = guard_memory([&]() -> std::error_code {
        const connect_options options = plan_.options_for_server(given);
        if (const std::error_code wrong = engine_.set_credentials(options.user_name, options.password))
        {
            return wrong;
        }
        std::shared_ptr<transport_settings> settings;
        if (const std::error_code wrong = plan_.prepare(given, settings, explanation_))
        {
            return wrong;
        }
        connection_ = plan_.make_connection(*this, executor(), limits_, settings);
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
        note_explanation(error);
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
    const std::error_code error = guard_memory([&] {
        return discarding_ ? engine_.open_to_discard(now_)
                           : engine_.open(fallback_.version(), now_, authentication_data);
    });
    if (error == error_kind::usage) // as wrong for every server
    {
        give_up(describe_loss(error, false));
    }
    else if (error)
    {
        attempt_failed(error, connect_failure::other);
    }
    else
    {
        set_state(connection_state::handshaking);
    }
}

TERN_INLINE void client_core::handle(const session::connected& event)
{
    const std::shared_ptr<connection> stream = connection_;
    const bool reconnected = std::exchange(was_connected_, true);
    // What an earlier process left may come before its subscriptions are opened, and with identifiers of its own.
    claimed_session_ = event.session_claimed;
    connection_established_ = true;
    dispatcher_.distrust_identifiers(claimed_session_);
    attempt_deadline_.reset();
    connect_deadline_.reset();
    attempts_ = 0;
    disconnect_error_.clear();
    policy_.on_connected(now_);
    fallback_.on_connected();
    const bool resume_disconnecting = static_cast<bool>(disconnect_handler_);
    set_state(resume_disconnecting ? connection_state::disconnecting : connection_state::connected);
    if (event.properties.authentication_method)
    {
        // v5 4.12: the server's last data came with CONNACK; the authenticator may not believe the server, or do
        // anything else.
        ask_authenticator(authentication_step::purpose::finished, *event.properties.authentication_method,
                          event.properties.authentication_data.value_or(byte_view()));
        if (failing_ || stopped_ || connection_ != stream)
        {
            return;
        }
    }
    std::error_code error;
    connect_result result = make_or_empty(error, [&] { return make_connect_result(event); });
    if (error)
    {
        connection_lost(error);
        return;
    }
    connected_event told = make_or_empty(error, [&] {
        return connected_event{result, plan_.server_name(), reconnected};
    });
    if (!error)
    {
        emit(std::move(told));
    }
    complete_connect({}, std::move(result));
    report(); // before the messages that follow
}

TERN_INLINE void client_core::handle(const session::connection_refused& event)
{
    reason_string_ = event.properties.reason_string.value_or(std::string_view());
    server_reference_ = event.properties.server_reference.value_or(std::string_view());
    std::error_code error = event.reason;
    refusal_ = make_or_empty(error, [&] {
        connect_result result;
        result.reason = event.reason;
        result.version = fallback_.version();
        result.server_reference = server_reference_;
        store_answer(result, event.properties);
        return result;
    });
    attempt_failed(error, event.version_refused ? connect_failure::version_refused : connect_failure::other);
}

/// 3.1.1: the old session is gone. If one is to live it needs a connection of its own; if none is, that was all.
TERN_INLINE void client_core::handle(const session::session_cleared&)
{
    if (discarding_)
    {
        leaving();
        return;
    }
    reopening_ = true;
    finish_after_output(errc::connection_lost);
}

} // namespace tern::detail

#endif // TERN_BODIES

#endif
