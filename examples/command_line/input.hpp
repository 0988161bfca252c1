// SPDX-License-Identifier: BSL-1.0
//
// Where the publisher's messages come from: a whole file, the whole standard input, or its lines one after the other
// while the network goes on. POSIX.
#ifndef TERN_EXAMPLES_COMMAND_LINE_INPUT_HPP
#define TERN_EXAMPLES_COMMAND_LINE_INPUT_HPP

#include <asio/any_io_executor.hpp>
#include <asio/awaitable.hpp>
#include <asio/posix/stream_descriptor.hpp>
#include <asio/redirect_error.hpp>
#include <asio/use_awaitable.hpp>

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include <sys/stat.h>

namespace command_line
{

/// The largest packet of MQTT; a message is a little smaller, by its topic.
inline constexpr std::size_t largest_message = 268'435'455;

/// What cannot be read; what() says why.
class input_error : public std::runtime_error
{
public:
    using std::runtime_error::runtime_error;
};

namespace detail
{

/// Reads once; 0 at the end, nothing if the descriptor does not block and there is nothing to read now.
inline std::optional<std::size_t> read_some(int descriptor, char* to, std::size_t size, std::string_view name)
{
    for (;;)
    {
        const ssize_t count = ::read(descriptor, to, size);
        if (count >= 0)
        {
            return static_cast<std::size_t>(count);
        }
        if (errno == EAGAIN)
        {
            return std::nullopt;
        }
        if (errno != EINTR)
        {
            throw input_error(std::string(name) +
                              " cannot be read: " + std::error_code(errno, std::system_category()).message() + '.');
        }
    }
}

/// Whether reading would not block, within `milliseconds`; -1 waits for it.
inline bool wait_until_readable(int descriptor, int milliseconds)
{
    pollfd watched{descriptor, POLLIN, 0};
    return ::poll(&watched, 1, milliseconds) > 0;
}

[[noreturn]] inline void throw_too_large(std::string_view name)
{
    throw input_error(std::string(name) + " has more than the 268435455 bytes that fit into a message.");
}

} // namespace detail

/// Everything that can be read from a descriptor. Throws input_error, also if it is too large for a message.
inline std::string read_all(int descriptor, std::string_view name)
{
    constexpr std::size_t step = 64U * 1024;
    std::string content;
    for (;;)
    {
        const std::size_t before = content.size();
        content.resize(before + step);
        const std::optional<std::size_t> count = detail::read_some(descriptor, content.data() + before, step, name);
        content.resize(before + count.value_or(0));
        if (content.size() > largest_message)
        {
            detail::throw_too_large(name);
        }
        if (count == 0U)
        {
            return content;
        }
        if (!count)
        {
            (void)detail::wait_until_readable(descriptor, -1);
        }
    }
}

/// The content of a file. Throws input_error.
inline std::string read_file(const std::string& name)
{
    const std::string description = "The file '" + name + '\'';
    const int descriptor = ::open(name.c_str(), O_RDONLY | O_CLOEXEC);
    if (descriptor < 0)
    {
        throw input_error(description +
                          " cannot be opened: " + std::error_code(errno, std::system_category()).message() + '.');
    }
    const struct closer
    {
        int opened;
        ~closer() { ::close(opened); }
    } close_at_end{descriptor};
    struct stat status
    {};
    if (::fstat(descriptor, &status) == 0 && S_ISREG(status.st_mode) &&
        status.st_size > static_cast<off_t>(largest_message))
    {
        detail::throw_too_large(description);
    }
    return read_all(descriptor, description);
}

/// Lines that were there, but did not become messages.
struct unread_lines
{
    std::size_t count = 0;
    bool at_end = false; ///< these are all; otherwise the writer may have more
};

/// The lines of the standard input, without the line feeds. It is read only when a line is asked for, so that a fast
/// writer waits for a slow network; and only when there is something to read, so that the network never waits for it.
class line_reader
{
public:
    explicit line_reader(const asio::any_io_executor& executor, int descriptor = STDIN_FILENO) : input_(executor)
    {
        // A copy, because the Asio object closes what it holds.
        input_.assign(::fcntl(descriptor, F_DUPFD_CLOEXEC, 0));
    }

    /// The next line, valid until the next call; nothing at the end, or after stop(). Throws input_error.
    asio::awaitable<std::optional<std::string_view>> next()
    {
        buffer_.erase(0, std::exchange(used_, 0));
        std::size_t searched = 0;
        while (!stopped_)
        {
            const std::size_t end = buffer_.find('\n', searched);
            if (end != std::string::npos)
            {
                used_ = end + 1;
                co_return std::string_view(buffer_).substr(0, end);
            }
            searched = buffer_.size();
            if (searched > largest_message)
            {
                detail::throw_too_large("A line of the standard input");
            }
            const bool more = co_await read_more();
            if (!more)
            {
                break;
            }
        }
        if (stopped_ || buffer_.empty())
        {
            co_return std::nullopt;
        }
        used_ = buffer_.size(); // a last line without a line feed
        co_return std::string_view(buffer_);
    }

    /// Ends a next() that waits.
    void stop()
    {
        stopped_ = true;
        std::error_code ignored;
        input_.cancel(ignored);
    }

    /// What next() has not given and never will; to be called once, after stop().
    unread_lines take_unread()
    {
        constexpr std::size_t enough = 1024U * 1024; // a writer may never end
        buffer_.erase(0, std::exchange(used_, 0));
        try
        {
            while (!at_end_ && buffer_.size() < enough && detail::wait_until_readable(input_.native_handle(), 0))
            {
                read_once();
            }
        }
        catch (const input_error&)
        {
            at_end_ = true;
        }
        const auto ends = std::count(buffer_.begin(), buffer_.end(), '\n');
        const bool last_is_open = !buffer_.empty() && buffer_.back() != '\n';
        return {static_cast<std::size_t>(ends) + (last_is_open ? 1 : 0), at_end_};
    }

private:
    /// False at the end, and after stop(); true does not mean that there is more.
    asio::awaitable<bool> read_more()
    {
        if (at_end_ || stopped_)
        {
            co_return false;
        }
        // A file cannot be waited for, and needs no waiting.
        std::error_code cannot_wait;
        co_await input_.async_wait(asio::posix::descriptor_base::wait_read,
                                   asio::redirect_error(asio::use_awaitable, cannot_wait));
        if (!stopped_)
        {
            read_once();
        }
        co_return !at_end_ && !stopped_;
    }

    void read_once()
    {
        constexpr std::size_t step = 64U * 1024;
        const std::size_t before = buffer_.size();
        buffer_.resize(before + step);
        const std::optional<std::size_t> count =
            detail::read_some(input_.native_handle(), buffer_.data() + before, step, "The standard input");
        buffer_.resize(before + count.value_or(0));
        at_end_ = count == 0U;
    }

    asio::posix::stream_descriptor input_;
    std::string buffer_;
    std::size_t used_ = 0;
    bool at_end_ = false;
    bool stopped_ = false;
};

} // namespace command_line

#endif
