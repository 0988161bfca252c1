// SPDX-License-Identifier: BSL-1.0
//
// Completion handlers as the WebSocket stream keeps them: with the work of their executor, called where they belong,
// and put aside, without their type, while a write of the stream's own is under way.
//
// Layer: websocket, on Asio. Standard: none.
// Memory comes from the handler's associated allocator and is given back before the handler is called; the stream's own
// writes have memory of their own. So nothing is allocated per operation by a caller that brings fixed memory.
#ifndef TERN_WEBSOCKET_STREAM_HANDLER_HPP
#define TERN_WEBSOCKET_STREAM_HANDLER_HPP

#include <asio/associated_allocator.hpp>
#include <asio/associated_cancellation_slot.hpp>
#include <asio/associated_executor.hpp>
#include <asio/dispatch.hpp>
#include <asio/executor_work_guard.hpp>
#include <asio/post.hpp>

#include <memory>
#include <tuple>
#include <type_traits>
#include <utility>

namespace tern::websocket
{

/// Stands for "the stream's executor" where only the type of a handler's executor is asked for.
struct stream_executor_probe
{};

/// A handler that waits for the end of its operation. What completes it runs on the stream's executor.
template <class Handler, class Executor>
class held_handler
{
    using own_executor = std::remove_cvref_t<typename asio::associated_executor<Handler, stream_executor_probe>::type>;

    static constexpr bool has_own_executor = !std::is_same_v<own_executor, stream_executor_probe>;

    struct no_work
    {};

    using work_type = typename std::conditional_t<has_own_executor, asio::executor_work_guard<own_executor>,
                                                  std::type_identity<no_work>>;

    template <class... Args>
    struct posted
    {
        using allocator_type = asio::associated_allocator_t<Handler>;

        [[nodiscard]] allocator_type get_allocator() const noexcept { return handler.get_allocator(); }

        void operator()()
        {
            std::apply([this](const Args&... args) { handler.complete(args...); }, arguments);
        }

        held_handler handler;
        std::tuple<Args...> arguments;
    };

    template <class... Args>
    struct dispatched
    {
        using allocator_type = asio::associated_allocator_t<Handler>;

        [[nodiscard]] allocator_type get_allocator() const noexcept { return asio::get_associated_allocator(handler); }

        void operator()()
        {
            std::apply([this](const Args&... args) { std::move(handler)(args...); }, arguments);
        }

        Handler handler;
        std::tuple<Args...> arguments;
    };

    static auto make_work(const Handler& handler, [[maybe_unused]] const Executor& executor)
    {
        if constexpr (has_own_executor)
        {
            return asio::executor_work_guard<own_executor>(asio::get_associated_executor(handler, executor));
        }
        else
        {
            return std::type_identity<no_work>();
        }
    }

public:
    using allocator_type = asio::associated_allocator_t<Handler>;
    using cancellation_slot_type = typename asio::associated_cancellation_slot<Handler>::type;

    held_handler(Handler&& handler, const Executor& executor)
        : handler_(std::move(handler)), work_(make_work(handler_, executor))
    {
    }

    [[nodiscard]] allocator_type get_allocator() const noexcept { return asio::get_associated_allocator(handler_); }

    [[nodiscard]] cancellation_slot_type get_cancellation_slot() const noexcept
    {
        return asio::get_associated_cancellation_slot(handler_);
    }

    /// Calls the handler here, or on its own executor.
    template <class... Args>
    void complete(Args... args)
    {
        if (auto slot = asio::get_associated_cancellation_slot(handler_); slot.is_connected())
        {
            slot.clear();
        }
        if constexpr (has_own_executor)
        {
            const auto work = std::move(work_);
            asio::dispatch(work.get_executor(), dispatched<Args...>{std::move(handler_), {args...}});
        }
        else
        {
            Handler handler(std::move(handler_));
            std::move(handler)(args...);
        }
    }

    /// The same later, for what ends inside the function that begins it.
    template <class... Args>
    void post(const Executor& executor, Args... args)
    {
        const Executor target = executor; // it may live in what the handler keeps alive
        asio::post(target, posted<Args...>{std::move(*this), {args...}});
    }

private:
    Handler handler_;
    [[no_unique_address]] work_type work_;
};

/// One operation that was put aside, or none. Operations have an allocator and are called to go on.
class parked_operation
{
public:
    parked_operation() = default;
    parked_operation(const parked_operation&) = delete;
    parked_operation& operator=(const parked_operation&) = delete;
    ~parked_operation() { reset(); }

    template <class Operation>
    void emplace(Operation operation)
    {
        held_ = holder<Operation>::make(std::move(operation));
    }

    /// Goes on with it, if there is one; it may put itself aside again.
    void resume()
    {
        if (held_ != nullptr)
        {
            std::exchange(held_, nullptr)->resume();
        }
    }

    /// Destroys it.
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
        virtual void resume() = 0;
        virtual void destroy() noexcept = 0;

    protected:
        ~base() = default;
    };

    template <class Operation>
    class holder final : public base
    {
        using allocator_type =
            typename std::allocator_traits<typename Operation::allocator_type>::template rebind_alloc<holder>;

    public:
        explicit holder(Operation&& operation) : operation_(std::move(operation)) {}

        static base* make(Operation&& operation)
        {
            allocator_type allocator(operation.get_allocator());
            return std::construct_at(std::to_address(std::allocator_traits<allocator_type>::allocate(allocator, 1)),
                                     std::move(operation));
        }

        void resume() override { take()(); }

        void destroy() noexcept override { (void)take(); }

    private:
        Operation take()
        {
            Operation operation(std::move(operation_)); // it may own what its allocator refers to
            allocator_type allocator(operation.get_allocator());
            std::destroy_at(this);
            using pointer = typename std::allocator_traits<allocator_type>::pointer;
            std::allocator_traits<allocator_type>::deallocate(allocator,
                                                              std::pointer_traits<pointer>::pointer_to(*this), 1);
            return operation;
        }

        Operation operation_;
    };

    base* held_ = nullptr;
};

} // namespace tern::websocket

#endif
