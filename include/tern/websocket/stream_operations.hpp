// SPDX-License-Identifier: BSL-1.0
//
// What the WebSocket stream does step by step over the layer below: writes until all is out, reads until there is
// payload or the end, and waits for each other where they have to.
//
// Layer: websocket, on Asio. Standard: RFC 6455 5.5, 7.1.
// The operations know no bytes: what is written and what has come is the matter of stream_state.hpp, which they share.
#ifndef TERN_WEBSOCKET_STREAM_OPERATIONS_HPP
#define TERN_WEBSOCKET_STREAM_OPERATIONS_HPP

#include "tern/operation_memory.hpp"
#include "tern/websocket/stream_handler.hpp"

#include <asio/buffer.hpp>
#include <asio/cancellation_signal.hpp>

#include <cstddef>
#include <memory>
#include <system_error>
#include <utility>

namespace tern::websocket
{

/// Writes what the state has in its buffer and what the endpoint has to answer, then is done.
template <class State, class Done>
class flush_operation
{
public:
    using allocator_type = typename Done::allocator_type;
    using cancellation_slot_type = typename Done::cancellation_slot_type;

    flush_operation(std::shared_ptr<State> state, Done done) : state_(std::move(state)), done_(std::move(done)) {}
    flush_operation(flush_operation&&) = default;
    flush_operation& operator=(flush_operation&&) = delete;

    ~flush_operation()
    {
        if (state_ != nullptr) // the execution context has ended: who waits for this write would wait for ever
        {
            state_->drop_parked();
        }
    }

    [[nodiscard]] allocator_type get_allocator() const noexcept { return done_.get_allocator(); }
    [[nodiscard]] cancellation_slot_type get_cancellation_slot() const noexcept
    {
        return done_.get_cancellation_slot();
    }

    void step()
    {
        State& state = *state_;
        if (state.has_output())
        {
            state.layer.async_write_some(state.output(), std::move(*this));
            return;
        }
        const std::shared_ptr<State> kept = std::move(state_);
        Done done = std::move(done_);
        kept->end_writing();
        done(*kept);
    }

    void operator()(std::error_code error, std::size_t size)
    {
        state_->written(error, size);
        step();
    }

private:
    std::shared_ptr<State> state_;
    Done done_;
};

/// Ends a write of the caller's.
template <class Handler>
struct write_done
{
    using allocator_type = typename Handler::allocator_type;
    using cancellation_slot_type = typename Handler::cancellation_slot_type;

    [[nodiscard]] allocator_type get_allocator() const noexcept { return handler.get_allocator(); }
    [[nodiscard]] cancellation_slot_type get_cancellation_slot() const noexcept
    {
        return handler.get_cancellation_slot();
    }

    template <class State>
    void operator()(State& state)
    {
        const std::error_code error = state.write_error();
        handler.complete(error, error ? 0 : size);
    }

    Handler handler;
    std::size_t size;
};

/// Ends a shutdown.
template <class Handler>
struct shutdown_done
{
    using allocator_type = typename Handler::allocator_type;
    using cancellation_slot_type = typename Handler::cancellation_slot_type;

    [[nodiscard]] allocator_type get_allocator() const noexcept { return handler.get_allocator(); }
    [[nodiscard]] cancellation_slot_type get_cancellation_slot() const noexcept
    {
        return handler.get_cancellation_slot();
    }

    template <class State>
    void operator()(State& state)
    {
        handler.complete(state.write_error());
    }

    Handler handler;
};

/// Ends a write of the stream's own.
struct answer_done
{
    using allocator_type = tern::detail::operation_allocator<void*>;
    using cancellation_slot_type = asio::cancellation_slot;

    [[nodiscard]] allocator_type get_allocator() const noexcept { return allocator_type(*memory); }
    [[nodiscard]] static cancellation_slot_type get_cancellation_slot() noexcept { return {}; }

    template <class State>
    void operator()(State&)
    {
    }

    tern::detail::operation_memory* memory;
};

/// A read of the caller's, until there is payload or the end.
template <class State, class Handler>
class read_operation
{
public:
    using allocator_type = typename Handler::allocator_type;
    using cancellation_slot_type = typename Handler::cancellation_slot_type;

    read_operation(std::shared_ptr<State> state, asio::mutable_buffer buffer, Handler handler)
        : state_(std::move(state)), buffer_(buffer), handler_(std::move(handler))
    {
    }

    [[nodiscard]] allocator_type get_allocator() const noexcept { return handler_.get_allocator(); }
    [[nodiscard]] cancellation_slot_type get_cancellation_slot() const noexcept
    {
        return handler_.get_cancellation_slot();
    }

    /// Begins.
    void start()
    {
        const std::size_t size = state_->receive_early(buffer_);
        if (size != 0)
        {
            handler_.post(state_->layer.get_executor(), std::error_code(), size);
            return;
        }
        go_on(true);
    }

    /// Bytes have come.
    void operator()(std::error_code error, std::size_t size)
    {
        size = error ? 0 : state_->receive(buffer_.data(), size);
        if (error || size != 0)
        {
            const std::shared_ptr<State> kept = std::move(state_);
            handler_.complete(error, size);
            return;
        }
        go_on(false);
    }

    /// What it waited for is written.
    void operator()() { go_on(true); }

private:
    void go_on(bool later)
    {
        State& state = *state_;
        const std::error_code end = state.end_of_reading();
        if (!end)
        {
            state.layer.async_read_some(buffer_, std::move(*this));
        }
        else if (state.is_writing()) // the other side gets its close frame before the caller may close
        {
            state.parked_read.emplace(std::move(*this));
        }
        else if (later)
        {
            handler_.post(state.layer.get_executor(), end, std::size_t{0});
        }
        else
        {
            const std::shared_ptr<State> kept = std::move(state_);
            handler_.complete(end, std::size_t{0});
        }
    }

    std::shared_ptr<State> state_;
    asio::mutable_buffer buffer_;
    Handler handler_;
};

/// A write or a shutdown of the caller's that waits for a write of the stream's own.
template <class State, class Handler, class Start>
struct parked_start
{
    using allocator_type = typename Handler::allocator_type;

    [[nodiscard]] allocator_type get_allocator() const noexcept { return handler.get_allocator(); }

    void operator()() { start(*state, std::move(handler)); }

    State* state; ///< which holds this
    Handler handler;
    Start start;
};

} // namespace tern::websocket

#endif
