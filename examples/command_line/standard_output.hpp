// SPDX-License-Identifier: BSL-1.0
//
// The standard streams of a program: descriptors that are closed from the start, output that is collected and written
// in one piece, and readers of it that go away. POSIX.
#ifndef TERN_EXAMPLES_COMMAND_LINE_STANDARD_OUTPUT_HPP
#define TERN_EXAMPLES_COMMAND_LINE_STANDARD_OUTPUT_HPP

#include <cerrno>
#include <csignal>
#include <cstddef>
#include <cstdio>
#include <string>
#include <string_view>
#include <system_error>

#include <fcntl.h>
#include <unistd.h>

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

/// Collects what is to be written; flush() writes it.
class standard_output
{
public:
    /// More than this is better written than collected.
    static constexpr std::size_t comfortable_size = 64U * 1024;

    /// Append to it what is to be written.
    [[nodiscard]] std::string& text() noexcept { return text_; }

    [[nodiscard]] bool is_large() const noexcept { return text_.size() >= comfortable_size; }

    /// Writes all of it. After an error everything is dropped, and the same error comes again.
    std::error_code flush()
    {
        std::string_view rest = text_;
        while (!rest.empty() && !error_)
        {
            const ssize_t written = ::write(STDOUT_FILENO, rest.data(), rest.size());
            if (written >= 0)
            {
                rest.remove_prefix(static_cast<std::size_t>(written));
            }
            else if (errno != EINTR)
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
    std::string text_;
    std::error_code error_;
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
