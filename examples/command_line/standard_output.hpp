// SPDX-License-Identifier: BSL-1.0
//
// The standard streams of a program: descriptors that are closed from the start, output that is collected and written
// in one piece, and readers of it that go away. POSIX.
#ifndef TERN_EXAMPLES_COMMAND_LINE_STANDARD_OUTPUT_HPP
#define TERN_EXAMPLES_COMMAND_LINE_STANDARD_OUTPUT_HPP

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <climits>
#include <csignal>
#include <cstddef>
#include <cstdio>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include <sys/stat.h>

namespace command_line
{

/// To be called first. Without it a socket could get the number of a standard stream that is closed, and be written to
/// by mistake; and a reader that goes away would end the program without a word to the broker.
inline void prepare_standard_streams()
{
    for (const int descriptor : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO})
    {
        if (::fcntl(descriptor, F_GETFD) == -1 && errno == EBADF)
        {
            (void)::open("/dev/null", descriptor == STDIN_FILENO ? O_RDONLY : O_WRONLY);
        }
    }
    std::signal(SIGPIPE, SIG_IGN);
}

/// Collects what is to be written; flush() writes it. A reader that is slow is waited for, but never beyond what ends
/// the program: a signal, or its time limit.
class standard_output
{
public:
    using clock = std::chrono::steady_clock;

    /// More than this is better written than collected.
    static constexpr std::size_t comfortable_size = 64U * 1024;

    /// Append to it what is to be written.
    [[nodiscard]] std::string& text() noexcept { return text_; }

    [[nodiscard]] bool is_large() const noexcept { return text_.size() >= comfortable_size; }

    /// Why nothing can be written any more; std::errc::operation_canceled where waiting was ended.
    [[nodiscard]] std::error_code error() const noexcept { return error_; }

    /// Waiting ends as soon as `descriptor` can be read from.
    void end_waiting_by(int descriptor) noexcept { ending_ = descriptor; }

    /// Waiting ends then.
    void end_waiting_at(clock::time_point time) noexcept { end_ = time; }

    /// From now on only what is taken at once is written.
    void end_waiting() noexcept { end_ = clock::time_point::min(); }

    /// Writes all of it. After an error everything is dropped, and the same error comes again.
    std::error_code flush()
    {
        std::string_view rest = text_;
        while (!rest.empty() && !error_)
        {
            error_ = wait_until_writable();
            if (error_)
            {
                break;
            }
            const ssize_t written = ::write(STDOUT_FILENO, rest.data(), std::min(rest.size(), largest_write_));
            if (written >= 0)
            {
                rest.remove_prefix(static_cast<std::size_t>(written));
            }
            else if (errno != EINTR && errno != EAGAIN)
            {
                error_ = std::error_code(errno, std::system_category());
            }
        }
        text_.clear();
        if (text_.capacity() > 16 * comfortable_size) // after one very large message
        {
            text_.shrink_to_fit();
        }
        return error_;
    }

private:
    /// A pipe that can be written to takes so much without blocking, also where it is not set so; a file takes
    /// anything.
    static std::size_t largest_write()
    {
        struct stat status
        {};
        const bool is_file = ::fstat(STDOUT_FILENO, &status) == 0 && S_ISREG(status.st_mode);
        return is_file ? std::string::npos : PIPE_BUF;
    }

    [[nodiscard]] int milliseconds_left() const
    {
        if (!end_)
        {
            return -1;
        }
        const auto now = clock::now();
        constexpr std::chrono::milliseconds an_hour = std::chrono::hours(1);
        return *end_ <= now ? 0
                            : static_cast<int>(
                                  std::min(std::chrono::ceil<std::chrono::milliseconds>(*end_ - now), an_hour).count());
    }

    [[nodiscard]] std::error_code wait_until_writable() const
    {
        for (;;)
        {
            std::array<pollfd, 2> watched = {pollfd{STDOUT_FILENO, POLLOUT, 0}, pollfd{ending_, POLLIN, 0}};
            const int left = milliseconds_left();
            const int ready = ::poll(watched.data(), watched.size(), left);
            if (ready < 0 && errno != EINTR)
            {
                return {errno, std::system_category()};
            }
            if (ready > 0 && watched[0].revents != 0) // or an error, which writing finds out
            {
                return {};
            }
            if (ready > 0 || (ready == 0 && milliseconds_left() == 0))
            {
                return std::make_error_code(std::errc::operation_canceled);
            }
        }
    }

    std::string text_;
    std::error_code error_;
    std::size_t largest_write_ = largest_write();
    int ending_ = -1;
    std::optional<clock::time_point> end_;
};

/// Error messages, unless --quiet.
class error_output
{
public:
    explicit error_output(bool quiet) : quiet_(quiet) {}

    void print(std::string_view line) const
    {
        if (!quiet_)
        {
            std::fprintf(stderr, "%.*s\n", static_cast<int>(line.size()), line.data());
        }
    }

private:
    bool quiet_;
};

} // namespace command_line

#endif
