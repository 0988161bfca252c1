// SPDX-License-Identifier: BSL-1.0
//
// The inside of an in-memory link: the bytes on their way in each direction, who waits for them, and how faults work.
//
// Layer: testing, on Asio. Standard: none.
// Used through testing/memory_link.hpp.
#ifndef TERN_TESTING_MEMORY_LINK_STATE_HPP
#define TERN_TESTING_MEMORY_LINK_STATE_HPP

#include "tern/client/timer.hpp"
#include "tern/testing/memory_operation.hpp"

#include <asio/buffer.hpp>
#include <asio/error.hpp>
#include <asio/execution_context.hpp>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <deque>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

namespace tern::testing
{

/// How a link breaks.
enum class link_cut : std::uint8_t
{
    end_of_stream, ///< both ends read to the end of what was let through, then asio::error::eof
    reset,         ///< the same with connection_reset, and what went the other way and was not read is lost
    silence,       ///< nothing arrives any more and nobody is told; writing seems to succeed
};

/// What one direction of a link does to the bytes.
struct link_faults
{
    std::size_t maximum_read = std::numeric_limits<std::size_t>::max();  ///< bytes that one read gives, at least 1
    std::size_t maximum_write = std::numeric_limits<std::size_t>::max(); ///< bytes that one write takes, at least 1
    std::optional<std::uint64_t> cut_after{}; ///< bytes let through; those of the same write behind them are swallowed
    link_cut cut = link_cut::reset;
    std::size_t capacity = 256U * 1024; ///< written and not read; beyond it a write waits
    std::chrono::nanoseconds delay{0};  ///< until bytes arrive
    std::chrono::nanoseconds gather{0}; ///< what is written within so long of the first byte arrives together with it
    std::size_t swallow = 0; ///< of the bytes let through and not read, so many of the last are lost by a cut
};

namespace memory_detail
{

using time_point = std::chrono::steady_clock::time_point;

/// Bytes that arrive together, later.
struct travelling_bytes
{
    time_point gathers_until;
    time_point due;
    std::string bytes;
};

/// One direction: bytes on their way, who waits to read them and who waits to write more.
struct direction
{
    link_faults faults;
    std::deque<travelling_bytes> travelling;
    std::string bytes;     ///< that have arrived
    std::size_t taken = 0; ///< of `bytes`, by reads
    std::uint64_t passed = 0;
    std::error_code end;    ///< what a read gets when nothing is left; none while the direction is open
    std::error_code broken; ///< what a write gets
    bool silent = false;

    asio::mutable_buffer into;
    pending_operation reader;
    asio::const_buffer from;
    pending_operation writer;

    /// What can be read.
    [[nodiscard]] std::size_t waiting() const noexcept { return bytes.size() - taken; }

    /// What was let through and not read.
    [[nodiscard]] std::size_t unread() const noexcept
    {
        std::size_t size = waiting();
        for (const travelling_bytes& each : travelling)
        {
            size += each.bytes.size();
        }
        return size;
    }

    /// Moves bytes to the reader and lets the writer go on, as far as either is possible.
    void advance(time_point now = {})
    {
        while (!travelling.empty() && travelling.front().due <= now)
        {
            bytes.append(travelling.front().bytes);
            travelling.pop_front();
        }
        if (reader && (waiting() != 0 || (end && travelling.empty())))
        {
            const std::size_t size = take(into);
            reader.complete(size == 0 ? end : std::error_code{}, size);
        }
        if (writer && (broken || silent || unread() < faults.capacity))
        {
            const std::size_t size = broken ? 0 : put(from, now);
            writer.complete(broken && size == 0 ? broken : std::error_code{}, size);
        }
    }

    std::size_t take(asio::mutable_buffer buffer)
    {
        const std::size_t most = std::max<std::size_t>(faults.maximum_read, 1);
        const std::size_t size = std::min({waiting(), buffer.size(), most});
        if (size != 0)
        {
            std::memcpy(buffer.data(), bytes.data() + taken, size);
            taken += size;
        }
        if (taken == bytes.size())
        {
            bytes.clear();
            taken = 0;
        }
        return size;
    }

    /// Takes bytes from a write; gives how many, of which the cut may have swallowed some.
    std::size_t put(asio::const_buffer buffer, time_point now = {})
    {
        const std::size_t size = std::min(buffer.size(), std::max<std::size_t>(faults.maximum_write, 1));
        if (silent)
        {
            return size;
        }
        std::size_t through = size;
        if (faults.cut_after)
        {
            through = static_cast<std::size_t>(std::min<std::uint64_t>(size, *faults.cut_after - passed));
        }
        send({static_cast<const char*>(buffer.data()), through}, now);
        passed += through;
        return size;
    }

    /// Bytes arrive at once or later, in any case after those before them.
    void send(std::string_view more, time_point now)
    {
        if (travelling.empty() && faults.delay.count() == 0 && faults.gather.count() == 0)
        {
            bytes.append(more);
            return;
        }
        if (more.empty())
        {
            return;
        }
        if (travelling.empty() || travelling.back().gathers_until < now)
        {
            const time_point due = now + faults.gather + faults.delay;
            const time_point before = travelling.empty() ? due : travelling.back().due;
            travelling.push_back({now + faults.gather, std::max(due, before), {}});
        }
        travelling.back().bytes.append(more);
    }

    /// Loses the last bytes that were not read.
    void lose(std::size_t count)
    {
        for (; count != 0 && !travelling.empty(); travelling.pop_back())
        {
            std::string& last = travelling.back().bytes;
            if (count < last.size())
            {
                last.resize(last.size() - count);
                return;
            }
            count -= last.size();
        }
        bytes.resize(bytes.size() - std::min(count, waiting()));
    }

    /// Loses all of them.
    void lose_all()
    {
        travelling.clear();
        bytes.clear();
        taken = 0;
    }

    [[nodiscard]] bool cut_is_due() const noexcept
    {
        return faults.cut_after && passed >= *faults.cut_after && !silent;
    }
};

/// What the two ends share: direction i is the one that end i writes to and end 1 - i reads from.
struct link_state : std::enable_shared_from_this<link_state>
{
    std::array<direction, 2> directions;
    std::array<bool, 2> closed{};
    bool is_cut = false;
    std::optional<detail::timer> timer{}; ///< for what is delayed
    std::optional<time_point> armed{};

    [[nodiscard]] time_point now() const noexcept { return timer ? timer->now() : time_point(); }

    void cut(link_cut how, std::optional<std::size_t> let_through = {})
    {
        if (std::exchange(is_cut, true))
        {
            return;
        }
        for (std::size_t i = 0; i < 2; ++i)
        {
            direction& way = directions[i];
            way.lose(way.faults.swallow);
            if (how == link_cut::silence)
            {
                way.silent = true;
                continue;
            }
            if (!way.end)
            {
                way.end = how == link_cut::reset ? make_error_code(asio::error::connection_reset)
                                                 : make_error_code(asio::error::eof);
            }
            way.broken = asio::error::connection_reset;
            if (how == link_cut::reset && let_through && *let_through != i)
            {
                way.lose_all();
            }
        }
        advance();
    }

    void advance()
    {
        const time_point current = now();
        for (direction& way : directions)
        {
            way.advance(current);
        }
        arm();
    }

    /// Lets one direction go on after a read or write was started.
    void step(std::size_t way)
    {
        const time_point current = now();
        directions[way].advance(current);
        if (directions[way].cut_is_due())
        {
            cut(directions[way].faults.cut, way);
        }
        directions[way].advance(current); // a write may have made something to read, or a read room to write
        arm();
    }

    /// Waits for the next bytes that arrive later.
    void arm()
    {
        std::optional<time_point> next;
        for (const direction& way : directions)
        {
            if (!way.travelling.empty() && (!next || way.travelling.front().due < *next))
            {
                next = way.travelling.front().due;
            }
        }
        if (!next || !timer || (armed && *armed <= *next))
        {
            return;
        }
        armed = next;
        timer->expires_at(*next);
        timer->async_wait([self = shared_from_this()](std::error_code error) {
            if (!error)
            {
                self->armed.reset();
                self->advance();
            }
        });
    }

    /// End `end` closes: its own operations are aborted, the other end reads to the end of what was sent.
    void close(std::size_t end)
    {
        if (std::exchange(closed[end], true))
        {
            return;
        }
        direction& out = directions[end];
        direction& in = directions[1 - end];
        out.writer.complete(asio::error::operation_aborted, 0);
        in.reader.complete(asio::error::operation_aborted, 0);
        if (!out.silent)
        {
            out.end = out.end ? out.end : std::error_code(asio::error::eof);
            in.broken = asio::error::broken_pipe;
        }
        in.lose_all();
        if (closed[1 - end])
        {
            out.lose_all();
            armed.reset();
            timer.reset();
        }
        advance();
    }
};

/// Knows the links of an execution context, because a context that is destroyed has to destroy the handlers that wait.
class link_registry : public asio::execution_context::service
{
public:
    static inline asio::execution_context::id id;

    explicit link_registry(asio::execution_context& context) : asio::execution_context::service(context) {}

    void add(const std::shared_ptr<link_state>& link)
    {
        if (links_.size() == links_.capacity())
        {
            std::erase_if(links_, [](const std::weak_ptr<link_state>& one) { return one.expired(); });
            links_.reserve(2 * links_.size() + 8);
        }
        links_.push_back(link);
    }

private:
    void shutdown() override
    {
        for (const std::weak_ptr<link_state>& one : links_)
        {
            const std::shared_ptr<link_state> alive = one.lock();
            for (std::size_t i = 0; alive && i < 2; ++i)
            {
                alive->closed[i] = true;
                alive->directions[i].reader.reset();
                alive->directions[i].writer.reset();
                alive->timer.reset();
            }
        }
    }

    std::vector<std::weak_ptr<link_state>> links_;
};

} // namespace memory_detail

} // namespace tern::testing

#endif
