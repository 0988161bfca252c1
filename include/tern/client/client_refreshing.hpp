// SPDX-License-Identifier: BSL-1.0
//
// Credentials and options that are asked for anew before each connection: tokens that expire, certificates.
//
// Layer: client. Standard: none; the fields are those of v5 3.1.3.5, 3.1.3.6, v3.1.1 3.1.3.4, 3.1.3.5.
// The steps are counted together with those of the authenticator (client_authenticating.hpp), which comes into play
// only when this one has answered. When an attempt is made, and what follows from its failure, is decided elsewhere.
#ifndef TERN_CLIENT_CLIENT_REFRESHING_HPP
#define TERN_CLIENT_CLIENT_REFRESHING_HPP

#include "tern/client/client_core.hpp"
#include "tern/client/completion.hpp"
#include "tern/client/connect_attempt.hpp"
#include "tern/linkage.hpp"

#include <cstdint>
#include <memory>
#include <string>
#include <system_error>
#include <utility>

#if TERN_BODIES

namespace tern::detail
{

/// Has to be the last thing that its caller does: the answer may come before it returns.
TERN_INLINE void client_core::ask_for_attempt()
{
    const std::shared_ptr<attempt_sink> sink = attempt_handler_;
    const std::uint64_t step = ++authentication_step_;
    std::error_code error;
    const std::string name = make_or_empty(error, [&] { return plan_.server_name(); });
    if (error)
    {
        attempt_failed(error, connect_failure::other);
        return;
    }
    connect_attempt attempt;
    attempt.server = name;
    attempt.server_number = plan_.server_number();
    attempt.server_count = plan_.server_count();
    attempt.referred = plan_.referred();
    attempt.was_connected = was_connected_;
    attempt.attempt = attempts_;
    attempt.last_error = last_error_;
    sink->call(attempt, attempt_answer(weak_from_this(), step));
}

/// From any thread.
TERN_INLINE void client_core::answer(std::uint64_t step, std::error_code error, const attempt_options& options)
{
    if (runs_here() && depth_ != 0)
    {
        take_attempt(step, error, options);
        return;
    }
    (void)gate_.post([self = shared_from_this(), step, error, kept = stored_attempt_options(options)] {
        self->in_turn([&] { self->take_attempt(step, error, kept.get()); });
    });
}

TERN_INLINE void client_core::take_attempt(std::uint64_t step, std::error_code error, const attempt_options& options)
{
    if (stopped_ || step != authentication_step_)
    {
        return;
    }
    ++authentication_step_; // a step is answered once
    if (error)
    {
        attempt_failed(error, connect_failure::other);
    }
    else
    {
        open_connection(options);
    }
}

} // namespace tern::detail

#endif // TERN_BODIES

#endif
