// SPDX-License-Identifier: BSL-1.0
//
// One timer: Asio's, or, where the execution context has a source of time of its own, that source's.
//
// Layer: client. Standard: none.
// It has what the client and the testing broker use of asio::steady_timer, under the same names, and the time as well,
// so that what is compared with a deadline comes from the clock that waits for it.
#ifndef TERN_CLIENT_TIMER_HPP
#define TERN_CLIENT_TIMER_HPP

#include "tern/client/time_source.hpp"

#include <asio/any_io_executor.hpp>
#include <asio/steady_timer.hpp>

#include <chrono>
#include <new>
#include <optional>
#include <utility>

namespace tern::detail
{

/// The time by `source`, which may be null.
[[nodiscard]] inline time_source::time_point time_of(const time_source* source) noexcept
{
    if (source != nullptr) [[unlikely]]
    {
        return source->now();
    }
    return std::chrono::steady_clock::now();
}

/// Waits for one point of time at a time.
class timer
{
public:
    using time_point = time_source::time_point;

    explicit timer(const asio::any_io_executor& executor) : executor_(executor), source_(time_source::find(executor))
    {
        if (source_ == nullptr)
        {
            system_.emplace(executor);
        }
    }

    timer(const timer&) = delete;
    timer& operator=(const timer&) = delete;

    /// Cancels.
    ~timer()
    {
        try
        {
            cancel();
        }
        catch (const std::bad_alloc&)
        {
            // The handler was destroyed uncalled.
        }
    }

    [[nodiscard]] time_point now() const noexcept { return time_of(source_); }

    /// Cancels, and says what the next async_wait() waits for.
    void expires_at(time_point when)
    {
        if (source_ == nullptr)
        {
            system_->expires_at(when);
            return;
        }
        cancel();
        expiry_ = when;
    }

    /// Calls `handler(std::error_code)` by post: at the time, or with operation_aborted when it is cancelled before.
    template <class Handler>
    void async_wait(Handler handler)
    {
        if (source_ == nullptr)
        {
            system_->async_wait(std::move(handler));
            return;
        }
        wait_ = source_->start_wait(expiry_, executor_, time_source::wait_handler(std::move(handler), executor_));
    }

    void cancel()
    {
        if (source_ == nullptr)
        {
            system_->cancel();
        }
        else if (const time_source::wait_number wait = std::exchange(wait_, 0); wait != 0)
        {
            source_->cancel_wait(wait);
        }
    }

private:
    asio::any_io_executor executor_;
    time_source* source_;
    std::optional<asio::steady_timer> system_;
    time_point expiry_{};
    time_source::wait_number wait_ = 0;
};

} // namespace tern::detail

#endif
