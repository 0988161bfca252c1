// SPDX-License-Identifier: BSL-1.0
//
// The client's loop: turns, one write for everything that a turn brought, one read at a time, one timer.
//
// Layer: client. Standard: v5 4.2, 4.8, v3.1.1 4.2; the packets themselves are the session's.
// A read is drained whole before the turn ends, so that all answers to it leave together. A handler that throws leaves
// the client as it should be: what was not done goes on in a turn of its own.
#ifndef TERN_CLIENT_CLIENT_TURN_HPP
#define TERN_CLIENT_CLIENT_TURN_HPP

#include "tern/client/client_core.hpp"
#include "tern/client/connection.hpp"
#include "tern/error.hpp"

#include <asio/buffer.hpp>
#include <asio/defer.hpp>
#include <asio/error.hpp>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <memory>
#include <new>
#include <optional>
#include <span>
#include <system_error>
#include <utility>
#include <variant>

namespace tern::detail
{

template <class Function>
void client_core::in_turn(Function&& function)
{
    const std::shared_ptr<client_core> self = shared_from_this();
    const home_executor::scope here(home_);
    enter_turn();
    try
    {
        std::forward<Function>(function)();
        end_turn();
    }
    catch (...)
    {
        leave_turn_by_exception();
        throw;
    }
}

inline void client_core::enter_turn() noexcept
{
    if (++depth_ == 1)
    {
        refresh_now();
    }
}

inline void client_core::refresh_now() noexcept
{
    now_ = std::chrono::steady_clock::now();
}

// A loop of the executor that runs inside a handler (depth 2) leaves everything to the turn that it interrupts.
inline void client_core::end_turn()
{
    if (depth_ == 1)
    {
        bool again = true;
        while (again && !stopped_)
        {
            again = settle();
            again = process_input() || again;
            if (!again && !stopped_)
            {
                again = advance_disconnect() || flush();
            }
        }
        if (!stopped_)
        {
            start_reading();
            arm_timer();
        }
        graveyard_.clear();
    }
    --depth_;
    if (depth_ == 0)
    {
        hold_work();
    }
}

inline void client_core::leave_turn_by_exception() noexcept
{
    --depth_;
    try
    {
        schedule_turn();
    }
    catch (const std::bad_alloc&)
    {
        // The next operation schedules it.
    }
}

/// Makes sure that a turn follows; several requests in a row share one.
inline void client_core::schedule_turn()
{
    if (depth_ != 0 || turn_scheduled_ || stopped_)
    {
        return;
    }
    asio::defer(executor(), [self = shared_from_this()] {
        self->turn_scheduled_ = false;
        if (!self->stopped_)
        {
            self->in_turn([] {});
        }
    });
    turn_scheduled_ = true;
}

/// Tells what has happened. True if something had.
inline bool client_core::settle()
{
    bool any = false;
    session::event event;
    while (!stopped_ && engine_.poll(event))
    {
        any = true;
        handle(event);
    }
    if (!events_.empty())
    {
        any = true;
        tell_events();
    }
    if (!stopped_ && std::exchange(restart_wanted_, false))
    {
        any = true;
        ask_authenticator(authentication_step::purpose::restart,
                          plan_.options().authentication_method.value_or(std::string_view()), {});
    }
    if (!stopped_ && new_consumers_)
    {
        any = true;
        match_waiting();
    }
    if (!stopped_ && !ready_.empty())
    {
        any = true;
        deliver_ready();
    }
    return any;
}

inline void client_core::handle(session::event& event)
{
    std::visit([this](auto& each) { handle(each); }, event);
}

// --------------------------------------------------------------------------------------------------------- Writing

/// Writes what the session has, unless a write is under way. True if there is something new to tell.
inline bool client_core::flush()
{
    if (connection_ == nullptr || connection_->writing || state_ == connection_state::opening)
    {
        return false;
    }
    connection& stream = *connection_;
    stream.output_offset = 0;
    stream.output.clear();
    if (engine_.has_output())
    {
        engine_.transmit(stream.output, now_);
    }
    if (!stream.output.empty())
    {
        stream.writing = true;
        ++engine_.counters().writes;
        stream.write(asio::buffer(stream.output.data(), stream.output.size()));
        return false;
    }
    if (failing_)
    {
        connection_lost(std::exchange(failing_, std::error_code()));
        return true;
    }
    if (disconnect_sent_ && !shutting_down_)
    {
        shutting_down_ = true;
        stream.shut_down();
    }
    return false;
}

inline void client_core::written(std::size_t size)
{
    connection& stream = *connection_;
    stream.output_offset += size;
    if (stream.output_offset < stream.output.size())
    {
        ++engine_.counters().writes;
        stream.write(asio::buffer(stream.output.data() + stream.output_offset,
                                  stream.output.size() - stream.output_offset));
        return;
    }
    stream.writing = false;
    connect_written_ = true;
    engine_.written(now_);
}

// --------------------------------------------------------------------------------------------------------- Reading

inline void client_core::start_reading()
{
    watch_pause();
    if (connection_ == nullptr || connection_->reading || state_ == connection_state::opening || failing_ ||
        shutting_down_ || !may_receive())
    {
        return;
    }
    connection& stream = *connection_;
    const std::span<char> room = stream.input.prepare(engine_.needed(stream.input.data()));
    stream.reading = true;
    ++engine_.counters().reads;
    stream.read(asio::buffer(room.data(), room.size()));
}

inline void client_core::received(std::size_t size)
{
    connection_->reading = false;
    connection_->input.commit(size);
}

/// Hands packets to the session until no whole one is left, or reading has to pause. True if there was one.
inline bool client_core::process_input()
{
    const std::shared_ptr<connection> stream = connection_;
    bool any = false;
    while (stream != nullptr && connection_ == stream && !stopped_ && !failing_ && !shutting_down_ &&
           state_ != connection_state::opening && !stream->input.data().empty() && may_receive())
    {
        session::engine::receive_result result = engine_.receive(stream->input.data(), now_);
        // Consumed first: a handler may throw, and the bytes stay where they are until the next read.
        stream->input.consume(result.consumed);
        if (result.event)
        {
            handle(*result.event);
        }
        if (result.consumed == 0)
        {
            break;
        }
        any = true;
    }
    return any;
}

inline void client_core::connection_done(io_operation what, std::error_code error, std::size_t size)
{
    in_turn([&] {
        switch (what)
        {
        case io_operation::open: transport_opened(error); break;
        case io_operation::read:
            if (error)
            {
                connection_->reading = false;
                transport_failed(error == asio::error::eof ? make_error_code(errc::closed_by_server) : error);
            }
            else
            {
                received(size);
            }
            break;
        case io_operation::write:
            if (error)
            {
                connection_->writing = false;
                transport_failed(error);
            }
            else
            {
                written(size);
            }
            break;
        case io_operation::shutdown: finish_disconnect({}); break;
        }
    });
}

// ------------------------------------------------------------------------------------------------------------ Time

inline std::optional<client_core::time_point> client_core::next_deadline() const noexcept
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
    if (!waiting_.empty())
    {
        consider(waiting_.front().until);
    }
    if (paused_since_ && limits_.maximum_pause.count() > 0)
    {
        consider(*paused_since_ + limits_.maximum_pause);
    }
    return first;
}

/// The timer is left alone if it fires before the next deadline: then it is set again.
inline void client_core::arm_timer()
{
    const std::optional<time_point> next = next_deadline();
    if (!next || (timer_expiry_ && *timer_expiry_ <= *next) || !timer_)
    {
        return;
    }
    timer_expiry_ = next;
    timer_->expires_at(*next);
    timer_->async_wait(timer_handler{shared_from_this(), ++timer_generation_});
}

inline void client_core::timer_handler::operator()(std::error_code) const
{
    if (core->stopped_ || core->timer_generation_ != generation)
    {
        return;
    }
    core->timer_expiry_.reset();
    core->in_turn([this] { core->time_passed(); });
}

inline void client_core::time_passed()
{
    const auto passed = [this](const std::optional<time_point>& when) { return when && *when <= now_; };
    if (passed(engine_.deadline()))
    {
        engine_.advance(now_);
    }
    while (const std::optional<session::operation> late = operations_.expired(now_))
    {
        cancel(*late, errc::timed_out);
    }
    if (passed(disconnect_deadline_))
    {
        disconnect_late();
    }
    if (passed(connect_deadline_))
    {
        give_up(errc::timed_out);
    }
    if (passed(attempt_deadline_))
    {
        attempt_late();
    }
    if (passed(retry_at_))
    {
        retry_at_.reset();
        begin_attempt();
    }
    if (!waiting_.empty() && waiting_.front().until <= now_)
    {
        give_up_waiting();
    }
    if (paused_since_ && limits_.maximum_pause.count() > 0 && *paused_since_ + limits_.maximum_pause <= now_ &&
        connection_ != nullptr)
    {
        transport_failed(errc::reading_paused_too_long);
    }
}

/// While something is outstanding and nothing else keeps the executor busy, this does.
inline void client_core::hold_work()
{
    const bool busy_already = connection_ != nullptr && connection_->reading;
    const bool outstanding = !stopped_ && (operations_.size() != 0 || receivers_ != 0 || connect_handler_ ||
                                           disconnect_handler_ || re_authenticate_handler_);
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

#endif
