// SPDX-License-Identifier: BSL-1.0
//
// The client's one timer, what is due when it fires, and what keeps the executor busy meanwhile.
//
// Layer: client. Standard: v5 3.1.2.10, v3.1.1 3.1.2.10 (keep alive, which the session computes).
// Setting a timer costs; so it is set again only when a deadline moves to the front, or when it fires too early.
#ifndef TERN_CLIENT_CLIENT_TIME_HPP
#define TERN_CLIENT_CLIENT_TIME_HPP

#include "tern/client/cancellation.hpp"
#include "tern/client/client_core.hpp"
#include "tern/client/completion.hpp"
#include "tern/client/connection.hpp"
#include "tern/client/deadlines.hpp"
#include "tern/error.hpp"
#include "tern/linkage.hpp"
#include "tern/operation_memory.hpp"
#include "tern/session/types.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <system_error>
#include <utility>

#if TERN_BODIES

namespace tern::detail
{

struct client_core::timer_handler
{
    using allocator_type = operation_allocator<void>;

    std::shared_ptr<client_core> core;
    operation_memory* memory; ///< asked for also when Asio has moved from the handler
    std::uint64_t generation;

    [[nodiscard]] allocator_type get_allocator() const noexcept { return allocator_type(*memory); }

    void operator()(std::error_code) const
    {
        if (core->stopped_ || core->timer_generation_ != generation)
        {
            return;
        }
        core->timer_expiry_.reset();
        core->in_turn([this] { core->time_passed(); });
    }
};

/// When reading has paused for too long.
TERN_INLINE std::optional<client_core::time_point> client_core::pause_deadline() const noexcept
{
    return paused_since_ ? deadline_within(*paused_since_, limits_.maximum_pause) : std::nullopt;
}

TERN_INLINE std::optional<client_core::time_point> client_core::next_deadline() const noexcept
{
    std::optional<time_point> first;
    const auto consider = [&first](const std::optional<time_point>& when) {
        if (when && (!first || *when < *first))
        {
            first = when;
        }
    };
    consider(engine_.deadline());
    consider(operations_.deadline());
    consider(attempt_deadline_);
    consider(connect_deadline_);
    consider(retry_at_);
    consider(disconnect_deadline_);
    consider(re_authenticate_deadline_);
    if (!waiting_.empty())
    {
        consider(waiting_.front().until);
    }
    consider(pause_deadline());
    return first;
}

/// The timer is left alone if it fires before the next deadline: then it is set again. Without a deadline it is
/// stopped, or it would keep the executor's run() from returning.
TERN_INLINE void client_core::arm_timer()
{
    // Idle, with nobody waiting, it lets the executor run out of work; that its session expires it finds out later.
    const bool idle = state_ == connection_state::idle && operations_.size() == 0 && waiting_.empty();
    const std::optional<time_point> next = idle ? std::nullopt : next_deadline();
    if (!next && timer_expiry_ && timer_)
    {
        timer_expiry_.reset();
        ++timer_generation_;
        timer_->cancel();
    }
    if (!next || (timer_expiry_ && *timer_expiry_ <= *next) || !timer_)
    {
        return;
    }
    timer_expiry_.reset(); // setting it cancels the wait that is under way
    timer_->expires_at(*next);
    timer_->async_wait(timer_handler{shared_from_this(), &timer_memory_, ++timer_generation_});
    timer_expiry_ = next;
}

TERN_INLINE void client_core::time_passed()
{
    const auto passed = [this](const std::optional<time_point>& when) { return when && *when <= now_; };
    if (passed(engine_.deadline()))
    {
        const std::error_code error = guard_memory([&]() -> std::error_code {
            engine_.advance(now_);
            return {};
        });
        if (error && connection_ != nullptr)
        {
            connection_lost(error);
        }
    }
    while (const std::optional<session::operation> late = operations_.expired(now_))
    {
        cancel(*late, errc::timed_out);
    }
    if (passed(re_authenticate_deadline_))
    {
        re_authenticate_late();
    }
    if (passed(disconnect_deadline_))
    {
        disconnect_late();
    }
    if (passed(connect_deadline_))
    {
        give_up(describe_loss(errc::timed_out, false));
    }
    if (passed(attempt_deadline_))
    {
        attempt_late();
    }
    if (passed(retry_at_))
    {
        retry();
    }
    if (!waiting_.empty() && waiting_.front().until <= now_)
    {
        give_up_waiting();
    }
    if (passed(pause_deadline()) && connection_ != nullptr)
    {
        transport_failed(errc::reading_paused_too_long);
    }
}

/// While there is a connection or one is to be made, or something is outstanding, and nothing else keeps the executor
/// busy, this does.
TERN_INLINE void client_core::hold_work()
{
    const bool busy_already = connection_ != nullptr && connection_->reading;
    const bool outstanding =
        !stopped_ && (state_ != connection_state::idle || operations_.size() != 0 || receivers_ != 0);
    if (outstanding && !busy_already)
    {
        if (!work_)
        {
            work_.emplace(executor());
        }
    }
    else
    {
        work_.reset();
    }
}

} // namespace tern::detail

#endif // TERN_BODIES

#endif
