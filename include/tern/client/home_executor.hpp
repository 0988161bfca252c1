// SPDX-License-Identifier: BSL-1.0
//
// The executor that a client lives on, and the question whether the caller runs on it already.
//
// Layer: client. Standard: none.
// An any_io_executor cannot be asked, so what it holds is found out once: the executor of an io_context, or a strand
// over one; their answer is a look at a thread-local variable. With any other executor the answer is yes only inside
// the client's own callbacks, which leave a mark; elsewhere the client posts, which is always right.
#ifndef TERN_CLIENT_HOME_EXECUTOR_HPP
#define TERN_CLIENT_HOME_EXECUTOR_HPP

#include "tern/client/executor_target.hpp"

#include <asio/any_io_executor.hpp>
#include <asio/execution/outstanding_work.hpp>
#include <asio/io_context.hpp>
#include <asio/require.hpp>
#include <asio/strand.hpp>

#include <atomic>
#include <cstdint>
#include <type_traits>
#include <utility>

namespace tern::detail
{

/// Neither copied nor moved: it remembers where inside its any_io_executor the executor lies.
class home_executor
{
public:
    explicit home_executor(const asio::any_io_executor& executor) : executor_(executor)
    {
        if ((context_ = executor_target<context_executor>(executor_)) != nullptr)
        {
            kind_ = kind::context;
        }
        else if ((tracked_ = executor_target<tracked_executor>(executor_)) != nullptr)
        {
            kind_ = kind::tracked;
        }
        else if ((strand_ = executor_target<asio::strand<context_executor>>(executor_)) != nullptr)
        {
            kind_ = kind::strand;
        }
        else if ((any_strand_ = executor_target<asio::strand<asio::any_io_executor>>(executor_)) != nullptr)
        {
            kind_ = kind::any_strand;
        }
    }

    home_executor(const home_executor&) = delete;
    home_executor& operator=(const home_executor&) = delete;

    [[nodiscard]] const asio::any_io_executor& get() const noexcept { return executor_; }

    /// From any thread: true if the caller surely runs on the executor.
    [[nodiscard]] bool runs_here() const noexcept
    {
        switch (kind_)
        {
        case kind::context: return context_->running_in_this_thread();
        case kind::tracked: return tracked_->running_in_this_thread();
        case kind::strand: return strand_->running_in_this_thread();
        case kind::any_strand: return any_strand_->running_in_this_thread();
        case kind::other: break;
        }
        return mark_.load(std::memory_order_relaxed) == this_thread();
    }

    /// Leaves the mark that a callback of the client runs in this thread; restores what was before. Two threads do not
    /// run the client at once, so the mark is this thread's own or stale, and stale ones are removed.
    class scope
    {
    public:
        explicit scope(home_executor& home) noexcept : home_(home)
        {
            if (home_.kind_ == kind::other)
            {
                before_ = home_.mark_.exchange(this_thread(), std::memory_order_relaxed);
            }
        }

        scope(const scope&) = delete;
        scope& operator=(const scope&) = delete;

        ~scope()
        {
            if (home_.kind_ == kind::other)
            {
                home_.mark_.store(before_, std::memory_order_relaxed);
            }
        }

    private:
        home_executor& home_;
        const void* before_ = nullptr;
    };

private:
    using context_executor = asio::io_context::executor_type;
    using tracked_executor = std::decay_t<decltype(asio::require(std::declval<const context_executor&>(),
                                                                 asio::execution::outstanding_work.tracked))>;

    enum class kind : std::uint8_t
    {
        context,
        tracked,
        strand,
        any_strand,
        other,
    };

    static const void* this_thread() noexcept
    {
        static thread_local const char mark = 0;
        return &mark;
    }

    asio::any_io_executor executor_;
    const context_executor* context_ = nullptr;
    const tracked_executor* tracked_ = nullptr;
    const asio::strand<context_executor>* strand_ = nullptr;
    const asio::strand<asio::any_io_executor>* any_strand_ = nullptr;
    std::atomic<const void*> mark_{nullptr};
    kind kind_ = kind::other;
};

} // namespace tern::detail

#endif
