// SPDX-License-Identifier: BSL-1.0
//
// A completion handler of any type behind one pointer: what an operation of the client keeps until it is done.
//
// Layer: client. Standard: none.
// Asio has any_completion_handler only since 1.26; this one also knows that the client runs on its own
// executor already, so that a handler which asks for no other one, or for the same, is simply called.
// Memory comes from the handler's associated allocator, or, where that is std::allocator, from the client's
// handler_memory, and is given back before the handler is called: an operation that starts the next one uses it again.
// It is not a function that can be called twice, and not a general type erasure.
#ifndef TERN_CLIENT_UNIQUE_HANDLER_HPP
#define TERN_CLIENT_UNIQUE_HANDLER_HPP

#include "tern/client/executor_target.hpp"
#include "tern/client/handler_memory.hpp"

#include <asio/any_io_executor.hpp>
#include <asio/associated_allocator.hpp>
#include <asio/associated_cancellation_slot.hpp>
#include <asio/associated_executor.hpp>
#include <asio/cancellation_signal.hpp>
#include <asio/dispatch.hpp>
#include <asio/executor_work_guard.hpp>
#include <asio/post.hpp>

#include <cstddef>
#include <memory>
#include <new>
#include <tuple>
#include <type_traits>
#include <utility>

namespace tern
{

namespace detail
{

/// Stands for "the client's executor" where only the type of a handler's executor is asked for.
struct executor_probe
{};

/// True if the handler names an executor of its own.
template <class Handler>
inline constexpr bool has_own_executor =
    !std::is_same_v<typename asio::associated_executor<Handler, executor_probe>::type, executor_probe>;

template <class Allocator>
inline constexpr bool is_standard_allocator = false;

template <class Value>
inline constexpr bool is_standard_allocator<std::allocator<Value>> = true;

template <class Handler>
using handler_allocator = typename asio::associated_allocator<Handler>::type;

/// Removes what an operation put into the handler's cancellation slot, so that it is not called after completion.
template <class Handler>
void clear_cancellation_slot(const Handler& handler) noexcept
{
    auto slot = asio::get_associated_cancellation_slot(handler);
    if (slot.is_connected())
    {
        slot.clear();
    }
}

/// A handler with its arguments, to be run by an executor.
template <class Handler, class... Args>
class bound_completion
{
public:
    using allocator_type = handler_allocator<Handler>;

    bound_completion(Handler&& handler, Args&&... args)
        : handler_(std::move(handler)), arguments_(std::forward<Args>(args)...)
    {
    }

    [[nodiscard]] allocator_type get_allocator() const noexcept { return asio::get_associated_allocator(handler_); }

    void operator()()
    {
        clear_cancellation_slot(handler_);
        std::apply([this](Args&... args) { std::move(handler_)(std::forward<Args>(args)...); }, arguments_);
    }

private:
    Handler handler_;
    std::tuple<Args...> arguments_;
};

/// A bound handler on its way over the client's executor to its own. (Posting to its own at once would start the
/// system's thread pool for a future, whose executor is that.)
template <class Handler, class Executor, class... Args>
class redispatched_completion
{
public:
    using allocator_type = handler_allocator<Handler>;

    redispatched_completion(asio::executor_work_guard<Executor>&& work, bound_completion<Handler, Args...>&& completion)
        : work_(std::move(work)), completion_(std::move(completion))
    {
    }

    [[nodiscard]] allocator_type get_allocator() const noexcept { return completion_.get_allocator(); }

    void operator()() { asio::dispatch(work_.get_executor(), std::move(completion_)); }

private:
    asio::executor_work_guard<Executor> work_;
    bound_completion<Handler, Args...> completion_;
};

/// The memory of one stored handler: where it came from is decided by type, and by whether the client lent its pool.
template <class Block, class Handler>
struct handler_block_memory
{
    using allocator_type = typename std::allocator_traits<handler_allocator<Handler>>::template rebind_alloc<Block>;

    static constexpr bool pooled =
        is_standard_allocator<handler_allocator<Handler>> && alignof(Block) <= __STDCPP_DEFAULT_NEW_ALIGNMENT__;

    static void* allocate(allocator_type allocator, [[maybe_unused]] handler_memory* memory)
    {
        if constexpr (pooled)
        {
            if (memory != nullptr)
            {
                return memory->allocate(sizeof(Block));
            }
        }
        return std::to_address(std::allocator_traits<allocator_type>::allocate(allocator, 1));
    }

    static void deallocate(allocator_type allocator, [[maybe_unused]] handler_memory* memory, Block* block) noexcept
    {
        if constexpr (pooled)
        {
            if (memory != nullptr)
            {
                memory->deallocate(block, sizeof(Block));
                return;
            }
        }
        using pointer = typename std::allocator_traits<allocator_type>::pointer;
        std::allocator_traits<allocator_type>::deallocate(allocator, std::pointer_traits<pointer>::pointer_to(*block),
                                                          1);
    }
};

template <class... Args>
class handler_block
{
public:
    handler_block(const handler_block&) = delete;
    handler_block& operator=(const handler_block&) = delete;

    virtual void complete(Args&&... args) = 0;
    virtual void post(const asio::any_io_executor& executor, Args&&... args) = 0;
    virtual void destroy() noexcept = 0;
    [[nodiscard]] virtual asio::cancellation_slot cancellation_slot() const noexcept = 0;

protected:
    handler_block() = default;
    ~handler_block() = default;
};

/// A handler that the client may call where it stands.
template <class Handler, class... Args>
class plain_handler_block final : public handler_block<Args...>
{
public:
    using memory_type = handler_block_memory<plain_handler_block, Handler>;

    plain_handler_block(Handler&& handler, handler_memory* memory) : handler_(std::move(handler)), memory_(memory) {}

    void complete(Args&&... args) override
    {
        Handler handler = take();
        clear_cancellation_slot(handler);
        std::move(handler)(std::forward<Args>(args)...);
    }

    void post(const asio::any_io_executor& executor, Args&&... args) override
    {
        const asio::any_io_executor target = executor; // it may live in what the handler keeps alive
        asio::post(target, bound_completion<Handler, Args...>(take(), std::forward<Args>(args)...));
    }

    void destroy() noexcept override { (void)take(); }

    [[nodiscard]] asio::cancellation_slot cancellation_slot() const noexcept override
    {
        return asio::get_associated_cancellation_slot(handler_);
    }

private:
    ~plain_handler_block() = default;

    Handler take()
    {
        Handler handler(std::move(handler_));
        handler_memory* const memory = memory_;
        typename memory_type::allocator_type allocator(asio::get_associated_allocator(handler));
        this->~plain_handler_block();
        memory_type::deallocate(allocator, memory, this);
        return handler;
    }

    Handler handler_;
    handler_memory* memory_;
};

/// A handler with an executor of its own, which is kept from running out of work meanwhile.
template <class Handler, class Executor, class... Args>
class dispatched_handler_block final : public handler_block<Args...>
{
public:
    using memory_type = handler_block_memory<dispatched_handler_block, Handler>;

    dispatched_handler_block(Handler&& handler, const Executor& executor, handler_memory* memory)
        : handler_(std::move(handler)), work_(executor), memory_(memory)
    {
    }

    void complete(Args&&... args) override
    {
        const auto work = std::move(work_);
        asio::dispatch(work.get_executor(), bound_completion<Handler, Args...>(take(), std::forward<Args>(args)...));
    }

    void post(const asio::any_io_executor& executor, Args&&... args) override
    {
        const asio::any_io_executor target = executor;
        auto work = std::move(work_);
        asio::post(target,
                   redispatched_completion<Handler, Executor, Args...>(
                       std::move(work), bound_completion<Handler, Args...>(take(), std::forward<Args>(args)...)));
    }

    void destroy() noexcept override { (void)take(); }

    [[nodiscard]] asio::cancellation_slot cancellation_slot() const noexcept override
    {
        return asio::get_associated_cancellation_slot(handler_);
    }

private:
    ~dispatched_handler_block() = default;

    Handler take()
    {
        Handler handler(std::move(handler_));
        handler_memory* const memory = memory_;
        typename memory_type::allocator_type allocator(asio::get_associated_allocator(handler));
        this->~dispatched_handler_block();
        memory_type::deallocate(allocator, memory, this);
        return handler;
    }

    Handler handler_;
    asio::executor_work_guard<Executor> work_;
    handler_memory* memory_;
};

template <class Executor>
bool is_same_executor(const Executor& own, const asio::any_io_executor& other) noexcept
{
    if constexpr (std::is_same_v<Executor, asio::any_io_executor>)
    {
        return own == other;
    }
    else
    {
        const Executor* const target = executor_target<Executor>(other);
        // GCC sees that `other` holds another type, and not that target() is null then, and warns; so do not let it
        // see.
        return target != nullptr && *std::launder(target) == own;
    }
}

} // namespace detail

template <class Signature>
class unique_handler;

/// Holds one completion handler of the signature `void(Args...)`, or none.
///
/// Exactly one of operator() and post() is to be called, once; either leaves it empty. Destroying it before destroys
/// the handler uncalled, which only the end of an execution context may do.
///
/// A handler without an executor of its own, or with the client's, holds no work on it: the client keeps its executor
/// busy while operations are outstanding. Any other executor is kept from running out of work by the unique_handler.
template <class... Args>
class unique_handler<void(Args...)>
{
public:
    unique_handler() noexcept = default;

    /// Takes `handler`. `executor` is the client's. With `memory`, which must outlive this and is used by the client's
    /// executor only, a handler that brings no allocator lives there. Throws what moving the handler throws, and
    /// std::bad_alloc.
    template <class Handler>
        requires(!std::is_same_v<std::remove_cvref_t<Handler>, unique_handler>)
    unique_handler(Handler&& handler, const asio::any_io_executor& executor, handler_memory* memory = nullptr)
    {
        using handler_type = std::decay_t<Handler>;
        if constexpr (detail::has_own_executor<handler_type>)
        {
            const auto& own = asio::get_associated_executor(handler, executor); // newer Asio returns a reference
            using executor_type = std::remove_cvref_t<decltype(own)>;
            if (!detail::is_same_executor(own, executor))
            {
                using block = detail::dispatched_handler_block<handler_type, executor_type, Args...>;
                store<block, handler_type>(std::forward<Handler>(handler), memory, own);
                return;
            }
        }
        store<detail::plain_handler_block<handler_type, Args...>, handler_type>(std::forward<Handler>(handler), memory);
    }

    unique_handler(unique_handler&& other) noexcept : block_(std::exchange(other.block_, nullptr)) {}

    unique_handler& operator=(unique_handler&& other) noexcept
    {
        if (this != &other)
        {
            reset();
            block_ = std::exchange(other.block_, nullptr);
        }
        return *this;
    }

    ~unique_handler() { reset(); }

    [[nodiscard]] explicit operator bool() const noexcept { return block_ != nullptr; }

    /// Completes: calls the handler in place if it belongs on the client's executor, on which the caller has to be;
    /// otherwise dispatches it to its own. The memory is free again before. What was put into the handler's
    /// cancellation slot is removed before. Throws what the handler throws.
    void operator()(Args... args) { std::exchange(block_, nullptr)->complete(std::forward<Args>(args)...); }

    /// Completes by posting to `executor`, which is the client's, and from there as operator() does; for an operation
    /// that ends inside its initiating function. From any thread.
    void post(const asio::any_io_executor& executor, Args... args)
    {
        std::exchange(block_, nullptr)->post(executor, std::forward<Args>(args)...);
    }

    /// Destroys the handler uncalled.
    void reset() noexcept
    {
        if (block_ != nullptr)
        {
            std::exchange(block_, nullptr)->destroy();
        }
    }

    /// The slot through which the handler's owner cancels; not connected if there is none.
    [[nodiscard]] asio::cancellation_slot cancellation_slot() const noexcept
    {
        return block_ != nullptr ? block_->cancellation_slot() : asio::cancellation_slot();
    }

private:
    template <class Block, class HandlerType, class Handler, class... Executor>
    void store(Handler&& handler, handler_memory* memory, const Executor&... executor)
    {
        HandlerType local(std::forward<Handler>(handler));
        using block_memory = typename Block::memory_type;
        typename block_memory::allocator_type allocator(asio::get_associated_allocator(local));
        struct unused_block
        {
            typename block_memory::allocator_type& allocator;
            handler_memory* memory;
            void* place;
            ~unused_block()
            {
                if (place != nullptr)
                {
                    block_memory::deallocate(allocator, memory, static_cast<Block*>(place));
                }
            }
        } place{allocator, memory, block_memory::allocate(allocator, memory)};
        block_ = ::new (place.place) Block(std::move(local), executor..., memory);
        place.place = nullptr;
    }

    detail::handler_block<Args...>* block_ = nullptr;
};

} // namespace tern

#endif
