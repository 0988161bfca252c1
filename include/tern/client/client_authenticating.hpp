// SPDX-License-Identifier: BSL-1.0
//
// Enhanced authentication: the application's authenticator between the server's challenges and the session.
//
// Layer: client. Standard: v5 3.15, 4.12. MQTT 3.1.1 has none.
// The rules of who may send AUTH when are the session's.
#ifndef TERN_CLIENT_CLIENT_AUTHENTICATING_HPP
#define TERN_CLIENT_CLIENT_AUTHENTICATING_HPP

#include "tern/client/cancellation.hpp"
#include "tern/client/client_core.hpp"
#include "tern/client/completion.hpp"
#include "tern/client/deadlines.hpp"
#include "tern/error.hpp"
#include "tern/linkage.hpp"

#include <asio/error.hpp>

#include <memory>
#include <new>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

#if TERN_BODIES

namespace tern::detail
{

/// Has to be the last thing that its caller does: the answer may come before it returns.
TERN_INLINE void client_core::ask_authenticator(authentication_step::purpose what, std::string_view method,
                                                byte_view data)
{
    authentication_purpose_ = what;
    const std::uint64_t step = ++authentication_step_;
    if (const std::shared_ptr<authenticator_sink> sink = authenticator_; sink != nullptr)
    {
        sink->call(authentication_step{what, method, data}, authentication_answer(weak_from_this(), step));
    }
    else if (what == authentication_step::purpose::start)
    {
        open_session(std::nullopt);
    }
    else if (what != authentication_step::purpose::finished)
    {
        take_answer(step, errc::authentication_not_configured, {});
    }
}

/// From any thread.
TERN_INLINE void client_core::answer(std::uint64_t step, std::error_code error, byte_view data)
{
    if (runs_here() && depth_ != 0)
    {
        take_answer(step, error, data);
        return;
    }
    (void)gate_.post([self = shared_from_this(), step, error, kept = std::string(data.text())] {
        self->in_turn([&] { self->take_answer(step, error, byte_view(kept)); });
    });
}

TERN_INLINE void client_core::take_answer(std::uint64_t step, std::error_code error, byte_view data)
{
    if (stopped_ || step != authentication_step_)
    {
        return;
    }
    ++authentication_step_; // a step is answered once
    switch (authentication_purpose_)
    {
    case authentication_step::purpose::start:
        if (error)
        {
            attempt_failed(errc::authentication_failed, connect_failure::other);
        }
        else
        {
            open_session(data.empty() ? std::nullopt : std::optional<byte_view>(data));
        }
        return;
    case authentication_step::purpose::restart:
        if (re_authenticate_handler_)
        {
            error = error ? error : guard_memory([&] { return engine_.re_authenticate(data); });
            if (error)
            {
                complete(re_authenticate_handler_, re_authenticate_done_, error);
            }
        }
        return;
    case authentication_step::purpose::challenge:
        error = error ? error : guard_memory([&] { return engine_.authenticate(data); });
        break;
    case authentication_step::purpose::finished: break;
    }
    if (error)
    {
        refuse_server();
    }
}

/// The authenticator gives up: the connection ends, with DISCONNECT where one may be sent. v5 4.12
TERN_INLINE void client_core::refuse_server()
{
    if (failing_)
    {
        return; // it ends for another reason already
    }
    if (engine_.phase() == session::connection_phase::connected)
    {
        disconnect_options options;
        options.reason_code = reason_code::unspecified_error;
        const std::error_code ignored = guard_memory([&] { return engine_.disconnect(options, now_); });
        (void)ignored;
    }
    finish_after_output(errc::authentication_failed);
    complete(re_authenticate_handler_, re_authenticate_done_, errc::authentication_failed);
}

TERN_INLINE void client_core::start_re_authenticate(plain_handler handler, const re_authenticate_options& options,
                                                    cancellation_ticket* ticket)
{
    std::error_code error;
    if (stopped_)
    {
        error = asio::error::operation_aborted;
    }
    else if (state_ != connection_state::connected)
    {
        error = errc::not_connected;
    }
    else if (re_authenticate_handler_)
    {
        error = errc::authentication_in_progress;
    }
    else
    {
        error = engine_.check_re_authentication(); // one that nobody waits for any more goes on
    }
    if (error)
    {
        handler.post(executor(), error);
        return;
    }
    re_authenticate_number_ = number_of(single_operation::re_authenticate, ++single_generation_);
    give_number(handler, ticket, re_authenticate_number_);
    re_authenticate_handler_ = std::move(handler);
    refresh_now();
    const auto limit = options.time_limit == default_time_limit ? limits_.operation : options.time_limit;
    re_authenticate_deadline_ = deadline_within(now_, limit);
    // In a turn, since the authenticator is the application's and may call anything.
    restart_wanted_ = true;
    schedule_turn();
}

/// Nobody waits any more; an exchange that has begun goes on.
TERN_INLINE void client_core::re_authenticate_late()
{
    re_authenticate_deadline_.reset();
    complete(re_authenticate_handler_, re_authenticate_done_, errc::timed_out);
}

TERN_INLINE void client_core::handle(const session::authentication_challenge& event)
{
    ask_authenticator(event.reason == reason_code::success ? authentication_step::purpose::finished
                                                           : authentication_step::purpose::challenge,
                      event.method, event.data);
}

TERN_INLINE void client_core::handle(const session::authenticated&)
{
    if (failing_)
    {
        return; // the authenticator has refused the server
    }
    emit(re_authenticated_event{});
    complete(re_authenticate_handler_, re_authenticate_done_, {});
}

} // namespace tern::detail

#endif // TERN_BODIES

#endif
