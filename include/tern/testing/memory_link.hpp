// SPDX-License-Identifier: BSL-1.0
//
// Two streams in memory that are joined like the two ends of a TCP connection, with faults on demand: bytes arrive
// late, in small pieces or many writes together, and the link breaks after any byte in any of the ways that networks
// know.
//
// Layer: testing, on Asio. Standard: none.
// Unless the faults say otherwise, what is written can be read at once. What is delayed goes by the time of the first
// end's executor (see testing/virtual_clock.hpp). Both ends have to run on the same thread or strand.
//
//     tern::testing::memory_link link({.maximum_read = 1});     // the second end reads byte for byte
//     tern::testing::memory_stream a(executor), b(executor);
//     link.join(a, b);
#ifndef TERN_TESTING_MEMORY_LINK_HPP
#define TERN_TESTING_MEMORY_LINK_HPP

#include "tern/testing/memory_link_state.hpp"
#include "tern/testing/memory_operation.hpp"

#include <asio/any_io_executor.hpp>
#include <asio/associated_cancellation_slot.hpp>
#include <asio/async_result.hpp>
#include <asio/buffer.hpp>
#include <asio/cancellation_type.hpp>
#include <asio/error.hpp>
#include <asio/execution/context.hpp>
#include <asio/execution_context.hpp>
#include <asio/query.hpp>
#include <asio/socket_base.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <system_error>
#include <utility>

namespace tern::testing
{

/// One end of a link: an Asio stream. Made unconnected; memory_link joins it. Moving it while operations are pending is
/// allowed; destroying it closes it.
class memory_stream
{
public:
    using executor_type = asio::any_io_executor;

    explicit memory_stream(executor_type executor) : executor_(std::move(executor)) {}

    memory_stream(memory_stream&& other) noexcept
        : executor_(other.executor_), link_(std::move(other.link_)), end_(other.end_)
    {
        other.link_.reset();
    }

    memory_stream& operator=(memory_stream&& other) noexcept
    {
        if (this != &other)
        {
            close();
            executor_ = other.executor_;
            link_ = std::exchange(other.link_, nullptr);
            end_ = other.end_;
        }
        return *this;
    }

    ~memory_stream() { close(); }

    [[nodiscard]] executor_type get_executor() const noexcept { return executor_; }
    [[nodiscard]] bool is_open() const noexcept { return link_ != nullptr; }

    /// Reads what is there, at least one byte, or waits for it. void(std::error_code, std::size_t); asio::error::eof at
    /// the end, connection_reset after a reset, bad_descriptor when the stream is not open. Cancellation of any type
    /// ends it with operation_aborted and loses nothing. The buffer's memory has to live until then. One at a time.
    template <class Token>
    auto async_read_some(asio::mutable_buffer buffer, Token&& token)
    {
        return asio::async_initiate<Token, void(std::error_code, std::size_t)>(
            [](auto handler, memory_stream* self, asio::mutable_buffer into) {
                self->start_read(std::move(handler), into);
            },
            token, this, buffer);
    }

    /// Writes at least one byte, at once while there is room. void(std::error_code, std::size_t), otherwise as above.
    template <class Token>
    auto async_write_some(asio::const_buffer buffer, Token&& token)
    {
        return asio::async_initiate<Token, void(std::error_code, std::size_t)>(
            [](auto handler, memory_stream* self, asio::const_buffer from) {
                self->start_write(std::move(handler), from);
            },
            token, this, buffer);
    }

    /// Ends what this end sends; what it receives goes on.
    void shutdown(asio::socket_base::shutdown_type what, std::error_code& error)
    {
        error.clear();
        if (link_ == nullptr)
        {
            error = asio::error::not_connected;
            return;
        }
        memory_detail::direction& out = link_->directions[end_];
        if (what != asio::socket_base::shutdown_receive && !out.silent)
        {
            out.end = out.end ? out.end : std::error_code(asio::error::eof);
            out.broken = asio::error::broken_pipe;
            link_->advance();
        }
    }

    /// Closes at once: pending operations complete with operation_aborted.
    void close() noexcept
    {
        if (link_ != nullptr)
        {
            std::exchange(link_, nullptr)->close(end_);
        }
    }

    void close(std::error_code& error) noexcept
    {
        error.clear();
        close();
    }

private:
    friend class memory_link;

    void attach(std::shared_ptr<memory_detail::link_state> link, std::size_t end)
    {
        close();
        link_ = std::move(link);
        end_ = end;
        asio::use_service<memory_detail::link_registry>(asio::query(executor_, asio::execution::context)).add(link_);
    }

    template <class Handler>
    void start_read(Handler handler, asio::mutable_buffer buffer)
    {
        if (link_ == nullptr || buffer.size() == 0)
        {
            fail(std::move(handler),
                 link_ == nullptr ? std::error_code(asio::error::bad_descriptor) : std::error_code{});
            return;
        }
        const std::shared_ptr<memory_detail::link_state> link = link_;
        memory_detail::direction& in = link->directions[1 - end_];
        in.into = buffer;
        accept_cancellation(handler, link, &memory_detail::direction::reader, 1 - end_);
        in.reader.emplace(executor_, std::move(handler));
        link->step(1 - end_);
    }

    template <class Handler>
    void start_write(Handler handler, asio::const_buffer buffer)
    {
        if (link_ == nullptr || buffer.size() == 0)
        {
            fail(std::move(handler),
                 link_ == nullptr ? std::error_code(asio::error::bad_descriptor) : std::error_code{});
            return;
        }
        const std::shared_ptr<memory_detail::link_state> link = link_;
        const std::size_t end = end_;
        memory_detail::direction& out = link->directions[end];
        out.from = buffer;
        accept_cancellation(handler, link, &memory_detail::direction::writer, end);
        out.writer.emplace(executor_, std::move(handler));
        link->step(end);
    }

    template <class Handler>
    void fail(Handler handler, std::error_code error)
    {
        memory_detail::pending_operation operation;
        operation.emplace(executor_, std::move(handler));
        operation.complete(error, 0);
    }

    template <class Handler>
    static void accept_cancellation(const Handler& handler, const std::weak_ptr<memory_detail::link_state>& link,
                                    memory_detail::pending_operation memory_detail::direction::*which, std::size_t way)
    {
        auto slot = asio::get_associated_cancellation_slot(handler);
        if (slot.is_connected())
        {
            slot.assign([link, which, way](asio::cancellation_type) {
                if (const auto alive = link.lock())
                {
                    (alive->directions[way].*which).complete(asio::error::operation_aborted, 0);
                }
            });
        }
    }

    executor_type executor_;
    std::shared_ptr<memory_detail::link_state> link_;
    std::size_t end_ = 0;
};

/// Joins two streams, and is the hand that disturbs them. Copies control the same link.
class memory_link
{
public:
    /// \param forth what happens to bytes from the first end to the second
    /// \param back what happens to bytes from the second end to the first
    explicit memory_link(const link_faults& forth = {}, const link_faults& back = {})
        : state_(std::make_shared<memory_detail::link_state>())
    {
        state_->directions[0].faults = forth;
        state_->directions[1].faults = back;
    }

    /// Makes the streams the two ends; to be called once. What they were joined to before is closed.
    void join(memory_stream& first, memory_stream& second)
    {
        state_->timer.emplace(first.get_executor());
        first.attach(state_, 0);
        second.attach(state_, 1);
        for (const std::size_t way : {std::size_t{0}, std::size_t{1}})
        {
            if (state_->directions[way].cut_is_due())
            {
                state_->cut(state_->directions[way].faults.cut, way);
            }
        }
    }

    /// Breaks the link now; a second time nothing happens.
    void cut(link_cut how) { state_->cut(how); }

    /// Loses what was let through and not read, in both directions.
    void lose_unread()
    {
        state_->directions[0].lose_all();
        state_->directions[1].lose_all();
        state_->advance();
    }

    [[nodiscard]] bool is_cut() const noexcept { return state_->is_cut; }

    /// Whether both ends are closed.
    [[nodiscard]] bool is_closed() const noexcept { return state_->closed[0] && state_->closed[1]; }

    /// Bytes that were let through from the first end to the second, and back.
    [[nodiscard]] std::uint64_t bytes_forth() const noexcept { return state_->directions[0].passed; }
    [[nodiscard]] std::uint64_t bytes_back() const noexcept { return state_->directions[1].passed; }

    /// The faults of a direction may be changed at any time; what was let through before counts.
    [[nodiscard]] link_faults& forth() noexcept { return state_->directions[0].faults; }
    [[nodiscard]] link_faults& back() noexcept { return state_->directions[1].faults; }

private:
    std::shared_ptr<memory_detail::link_state> state_;
};

} // namespace tern::testing

#endif
