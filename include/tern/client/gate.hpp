// SPDX-License-Identifier: BSL-1.0
//
// The way from other threads to the client's executor, which closes when the client ends: behind a closed gate nothing
// touches the executor any more, so that messages and subscriptions may outlive client and context.
//
// Layer: client. Standard: none.
#ifndef TERN_CLIENT_GATE_HPP
#define TERN_CLIENT_GATE_HPP

#include <asio/any_io_executor.hpp>
#include <asio/post.hpp>

#include <atomic>
#include <mutex>
#include <utility>

namespace tern::detail
{

class gate
{
public:
    explicit gate(const asio::any_io_executor& executor) : executor_(executor) {}
    gate(const gate&) = delete;
    gate& operator=(const gate&) = delete;

    /// False once the client has ended: its executor may be gone. From any thread; on the executor the answer lasts.
    [[nodiscard]] bool is_open() const noexcept { return open_.load(std::memory_order_acquire); }

    /// Posts `function` to the executor; false, with no effect, if the gate is closed. From any thread.
    template <class Function>
    bool post(Function&& function)
    {
        const std::lock_guard lock(mutex_);
        if (!is_open())
        {
            return false;
        }
        asio::post(executor_, std::forward<Function>(function));
        return true;
    }

    void close() noexcept
    {
        const std::lock_guard lock(mutex_);
        open_.store(false, std::memory_order_release);
    }

private:
    std::mutex mutex_;
    asio::any_io_executor executor_;
    std::atomic<bool> open_{true};
};

} // namespace tern::detail

#endif
