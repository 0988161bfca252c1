// SPDX-License-Identifier: BSL-1.0
//
// A read or write of an in-memory stream that waits: its handler, without its type.
//
// Layer: testing, on Asio. Standard: none.
// The handler's associated executor, allocator and cancellation slot are honoured, and its memory is free again before
// it is called, so that a client that gives fixed memory allocates nothing.
#ifndef TERN_TESTING_MEMORY_OPERATION_HPP
#define TERN_TESTING_MEMORY_OPERATION_HPP

#include <asio/any_io_executor.hpp>
#include <asio/associated_allocator.hpp>
#include <asio/associated_cancellation_slot.hpp>
#include <asio/associated_executor.hpp>
#include <asio/executor_work_guard.hpp>
#include <asio/post.hpp>

#include <cstddef>
#include <memory>
#include <system_error>
#include <utility>

namespace tern::testing::memory_detail
{

/// Owns one handler of the signature void(std::error_code, std::size_t), or none.
class pending_operation
{
public:
    pending_operation() = default;
    pending_operation(const pending_operation&) = delete;
    pending_operation& operator=(const pending_operation&) = delete;
    ~pending_operation() { reset(); }

    explicit operator bool() const noexcept { return held_ != nullptr; }

    template <class Handler>
    void emplace(const asio::any_io_executor& executor, Handler handler)
    {
        reset();
        held_ = holder<Handler>::make(executor, std::move(handler));
    }

    /// Posts the handler, and holds none any more.
    void complete(std::error_code error, std::size_t size)
    {
        if (held_ != nullptr)
        {
            std::exchange(held_, nullptr)->complete(error, size);
        }
    }

    /// Destroys the handler without calling it.
    void reset() noexcept
    {
        if (held_ != nullptr)
        {
            std::exchange(held_, nullptr)->destroy();
        }
    }

private:
    class base
    {
    public:
        base() = default;
        base(const base&) = delete;
        base& operator=(const base&) = delete;
        virtual void complete(std::error_code error, std::size_t size) = 0;
        virtual void destroy() noexcept = 0;

    protected:
        ~base() = default;
    };

    // What is posted: calls the handler with what it was completed with, in the handler's memory.
    template <class Handler>
    struct posted
    {
        using allocator_type = asio::associated_allocator_t<Handler>;

        allocator_type get_allocator() const noexcept { return asio::get_associated_allocator(handler); }

        void operator()() { std::move(handler)(error, size); }

        Handler handler;
        std::error_code error;
        std::size_t size;
    };

    template <class Handler>
    class holder final : public base
    {
        using executor_type = asio::associated_executor_t<Handler, asio::any_io_executor>;
        using allocator_type =
            typename std::allocator_traits<asio::associated_allocator_t<Handler>>::template rebind_alloc<holder>;

    public:
        holder(const asio::any_io_executor& executor, Handler&& handler)
            : work_(asio::get_associated_executor(handler, executor)), handler_(std::move(handler))
        {
        }

        static base* make(const asio::any_io_executor& executor, Handler&& handler)
        {
            allocator_type allocator(asio::get_associated_allocator(handler));
            holder* const memory = std::allocator_traits<allocator_type>::allocate(allocator, 1);
            return std::construct_at(memory, executor, std::move(handler));
        }

        void complete(std::error_code error, std::size_t size) override
        {
            asio::executor_work_guard<executor_type> work(std::move(work_));
            posted<Handler> call{std::move(handler_), error, size};
            release(allocator_type(asio::get_associated_allocator(call.handler)));
            asio::get_associated_cancellation_slot(call.handler).clear();
            asio::post(work.get_executor(), std::move(call));
        }

        void destroy() noexcept override
        {
            // The handler may own what its allocator refers to.
            Handler handler(std::move(handler_));
            release(allocator_type(asio::get_associated_allocator(handler)));
        }

    private:
        void release(allocator_type allocator) noexcept
        {
            std::destroy_at(this);
            std::allocator_traits<allocator_type>::deallocate(allocator, this, 1);
        }

        asio::executor_work_guard<executor_type>
            work_; // as with a socket, a pending operation keeps the context at work
        Handler handler_;
    };

    base* held_ = nullptr;
};

} // namespace tern::testing::memory_detail

#endif
