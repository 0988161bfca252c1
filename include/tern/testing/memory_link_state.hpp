// SPDX-License-Identifier: BSL-1.0
//
// The inside of an in-memory link: the bytes on their way in each direction, who waits for them, and how faults work.
//
// Layer: testing, on Asio. Standard: none.
// Used through testing/memory_link.hpp.
#ifndef TERN_TESTING_MEMORY_LINK_STATE_HPP
#define TERN_TESTING_MEMORY_LINK_STATE_HPP

#include "tern/testing/memory_operation.hpp"

#include <asio/buffer.hpp>
#include <asio/error.hpp>
#include <asio/execution_context.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <limits>
#include <memory>
#include <optional>
#include <string>
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
};

namespace memory_detail
{

/// One direction: bytes on their way, who waits to read them and who waits to write more.
struct direction
{
    link_faults faults;
    std::string bytes;
    std::size_t taken = 0; ///< of `bytes`, by reads
    std::uint64_t passed = 0;
    std::error_code end;    ///< what a read gets when nothing is left; none while the direction is open
    std::error_code broken; ///< what a write gets
    bool silent = false;

    asio::mutable_buffer into;
    pending_operation reader;
    asio::const_buffer from;
    pending_operation writer;

    [[nodiscard]] std::size_t waiting() const noexcept { return bytes.size() - taken; }

    /// Moves bytes to the reader and lets the writer go on, as far as either is possible.
    void advance()
    {
        if (reader && (waiting() != 0 || end))
        {
            const std::size_t size = take(into);
            reader.complete(size == 0 ? end : std::error_code{}, size);
        }
        if (writer && (broken || silent || waiting() < faults.capacity))
        {
            const std::size_t size = broken ? 0 : put(from);
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
    std::size_t put(asio::const_buffer buffer)
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
        bytes.append(static_cast<const char*>(buffer.data()), through);
        passed += through;
        return size;
    }

    [[nodiscard]] bool cut_is_due() const noexcept
    {
        return faults.cut_after && passed >= *faults.cut_after && !silent;
    }
};

/// What the two ends share: direction i is the one that end i writes to and end 1 - i reads from.
struct link_state
{
    std::array<direction, 2> directions;
    std::array<bool, 2> closed{};
    bool is_cut = false;

    void cut(link_cut how, std::optional<std::size_t> let_through = {})
    {
        if (std::exchange(is_cut, true))
        {
            return;
        }
        for (std::size_t i = 0; i < 2; ++i)
        {
            direction& way = directions[i];
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
                way.bytes.clear();
                way.taken = 0;
            }
        }
        advance();
    }

    void advance()
    {
        for (direction& way : directions)
        {
            way.advance();
        }
    }

    /// Lets one direction go on after a read or write was started.
    void step(std::size_t way)
    {
        directions[way].advance();
        if (directions[way].cut_is_due())
        {
            cut(directions[way].faults.cut, way);
        }
        directions[way].advance(); // a write may have made something to read, or a read room to write
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
            }
        }
    }

    std::vector<std::weak_ptr<link_state>> links_;
};

} // namespace memory_detail

} // namespace tern::testing

#endif
