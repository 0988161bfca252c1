// SPDX-License-Identifier: BSL-1.0
//
// The client's loop: turns, one write for everything that a turn brought, one read at a time.
//
// Layer: client. Standard: v5 4.2, 4.8, v3.1.1 4.2; the packets themselves are the session's.
// A read is drained whole before the turn ends, so that all answers to it leave together. A handler that throws leaves
// the client as it should be: what was not done goes on in a turn of its own.
#ifndef TERN_CLIENT_CLIENT_TURN_HPP
#define TERN_CLIENT_CLIENT_TURN_HPP

#include "tern/client/client_core.hpp"
#include "tern/client/completion.hpp"
#include "tern/client/connection.hpp"
#include "tern/client/foreign_protocol.hpp"
#include "tern/client/timer.hpp"
#include "tern/error.hpp"
#include "tern/linkage.hpp"
#include "tern/session/types.hpp"

#include <asio/buffer.hpp>
#include <asio/defer.hpp>
#include <asio/error.hpp>

#include <algorithm>
#include <cstddef>
#include <memory>
#include <new>
#include <span>
#include <string>
#include <system_error>
#include <utility>
#include <variant>

#if TERN_BODIES

namespace tern::detail
{

TERN_INLINE void client_core::enter_turn() noexcept
{
    if (++depth_ == 1)
    {
        refresh_now();
    }
}

TERN_INLINE void client_core::refresh_now() noexcept
{
    now_ = time_of(time_source_);
}

// A loop of the executor that runs inside a handler (depth 2) leaves everything to the turn that it interrupts.
TERN_INLINE void client_core::end_turn()
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
                // Once the answers have left, what was read already may be processed: reading goes on behind it only.
                again = advance_disconnect() || flush() || watch_pause() || process_input() || clear_graveyard();
            }
            if (!again && !stopped_)
            {
                start_reading();
                again = has_news(); // it has failed
            }
        }
        if (!stopped_)
        {
            arm_timer();
        }
        (void)clear_graveyard();
    }
    --depth_;
    if (depth_ == 0)
    {
        hold_work();
    }
}

TERN_INLINE void client_core::leave_turn_by_exception() noexcept
{
    --depth_;
    if (depth_ == 0 && stopped_)
    {
        (void)clear_graveyard();
    }
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
TERN_INLINE void client_core::schedule_turn()
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
TERN_INLINE bool client_core::settle()
{
    bool any = false;
    session::event event;
    while (!stopped_ && engine_.poll(event))
    {
        any = true;
        handle(event);
    }
    any = report() || any;
    if (!stopped_ && std::exchange(attempt_wanted_, false))
    {
        any = true;
        ask_for_attempt();
    }
    if (!stopped_ && std::exchange(restart_wanted_, false))
    {
        any = true;
        ask_authenticator(authentication_step::purpose::restart,
                          plan_.options().authentication_method.value_or(std::string_view()), {});
    }
    if (!stopped_ && !interrupted_.empty())
    {
        any = true;
        deliver_interrupted();
    }
    if (!stopped_ && !disappointed_.empty())
    {
        any = true;
        tell_disappointed();
    }
    if (!stopped_ && !released_.empty())
    {
        any = true;
        empty_released();
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

TERN_INLINE void client_core::handle(session::event& event)
{
    if (auto* const message = std::get_if<session::message_received>(&event)) // the frequent ones first
    {
        handle(*message);
        return;
    }
    if (auto* const published = std::get_if<session::publish_completed>(&event))
    {
        handle(*published);
        return;
    }
    std::visit([this](auto& each) { handle(each); }, event);
}

// --------------------------------------------------------------------------------------------------------- Writing

/// Writes what the session has, unless a write is under way. True if there is something new to tell.
TERN_INLINE bool client_core::flush()
{
    if (connection_ == nullptr || connection_->writing || state_ == connection_state::opening)
    {
        return false;
    }
    connection& stream = *connection_;
    stream.output_offset = 0;
    stream.output.clear();
    const std::error_code error = guard_memory([&]() -> std::error_code {
        if (engine_.has_output())
        {
            engine_.transmit(stream.output, now_);
        }
        if (!stream.output.empty())
        {
            stream.writing = true;
            ++engine_.counters().writes;
            stream.write(asio::buffer(stream.output.data(), stream.output.size()));
        }
        return {};
    });
    if (error)
    {
        connection_lost(error); // what was taken from the session cannot be given back
        return true;
    }
    if (stream.writing)
    {
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

TERN_INLINE void client_core::written(std::size_t size)
{
    connection& stream = *connection_;
    stream.output_offset += size;
    if (stream.output_offset < stream.output.size())
    {
        ++engine_.counters().writes;
        engine_.write_progressed(now_);
        stream.write(
            asio::buffer(stream.output.data() + stream.output_offset, stream.output.size() - stream.output_offset));
        return;
    }
    stream.writing = false;
    connect_written_ = true;
    engine_.written(now_);
}

// --------------------------------------------------------------------------------------------------------- Reading

TERN_INLINE void client_core::start_reading()
{
    if (connection_ == nullptr || connection_->reading || state_ == connection_state::opening || failing_ ||
        (!disconnect_sent_ && !may_receive()))
    {
        return;
    }
    connection& stream = *connection_;
    if (disconnect_sent_) // nothing is of interest any more
    {
        stream.input.consume(stream.input.data().size());
    }
    const std::error_code error = guard_memory([&]() -> std::error_code {
        const std::span<char> room = stream.input.prepare(engine_.needed(stream.input.data()));
        stream.reading = true;
        ++engine_.counters().reads;
        stream.read(asio::buffer(room.data(), room.size()));
        return {};
    });
    if (error)
    {
        connection_lost(error);
    }
}

TERN_INLINE void client_core::received(std::size_t size)
{
    connection_->reading = false;
    connection_->input.commit(size);
    engine_.heard(now_);
}

/// Hands packets to the session until no whole one is left, or reading has to pause. True if there was one.
TERN_INLINE bool client_core::process_input()
{
    const std::shared_ptr<connection> stream = connection_;
    bool any = false;
    while (stream != nullptr && connection_ == stream && !stopped_ && !failing_ && !shutting_down_ &&
           state_ != connection_state::opening && !stream->input.data().empty() && may_receive())
    {
        if (new_consumers_) // what waits for them is older
        {
            any = true;
            match_waiting();
            continue;
        }
        std::size_t consumed = 0;
        if (const std::error_code error = guard_memory([&]() -> std::error_code {
                consumed = engine_.receive(stream->input.data(), now_, received_);
                return {};
            }))
        {
            connection_lost(error); // v3.1.1 [MQTT-4.8.0-2]: what was not taken in cannot be passed over
            return true;
        }
        if (consumed == 0)
        {
            break;
        }
        any = true;
        if (state_ == connection_state::handshaking && engine_.phase() == session::connection_phase::failed)
        {
            std::error_code ignored;
            explanation_ = make_or_empty(ignored, [&] { return std::string(explain_answer(stream->input.data())); });
        }
        // Consumed first: a handler may throw, and the bytes stay where they are until the next read.
        stream->input.consume(consumed);
        if (received_)
        {
            handle(*received_);
        }
    }
    return any;
}

TERN_INLINE void client_core::connection_done(io_operation what, std::error_code error, std::size_t size)
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
        case io_operation::shutdown:
            if (error) // otherwise the server's end of the stream follows
            {
                left_server();
            }
            break;
        }
    });
}

} // namespace tern::detail

#endif // TERN_BODIES

#endif
