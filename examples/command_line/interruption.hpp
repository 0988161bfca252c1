// SPDX-License-Identifier: BSL-1.0
//
// Ctrl+C and SIGTERM, as bytes in a pipe: the loop reads them when it comes round, and who has to wait outside of the
// loop can watch the pipe as well. POSIX. One object at a time.
#ifndef TERN_EXAMPLES_COMMAND_LINE_INTERRUPTION_HPP
#define TERN_EXAMPLES_COMMAND_LINE_INTERRUPTION_HPP

#include <asio/any_io_executor.hpp>
#include <asio/posix/stream_descriptor.hpp>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstddef>
#include <system_error>
#include <utility>

#include <fcntl.h>
#include <unistd.h>

namespace command_line
{

namespace detail
{

inline volatile std::sig_atomic_t interruption_pipe = -1;

extern "C" inline void note_interruption(int signal)
{
    const int error = errno;
    const auto byte = static_cast<unsigned char>(signal);
    [[maybe_unused]] const ssize_t written = ::write(interruption_pipe, &byte, 1);
    errno = error;
}

} // namespace detail

class interruption
{
public:
    /// From now on the signals do not end the program by themselves. Throws std::system_error.
    explicit interruption(const asio::any_io_executor& executor) : pipe_(executor)
    {
        std::array<int, 2> ends{};
        if (::pipe2(ends.data(), O_CLOEXEC | O_NONBLOCK) != 0)
        {
            throw std::system_error(errno, std::system_category(), "pipe");
        }
        pipe_.assign(ends[0]);
        write_end_ = ends[1];
        detail::interruption_pipe = write_end_;
        struct sigaction action
        {};
        action.sa_handler = detail::note_interruption;
        for (std::size_t i = 0; i < signals.size(); ++i)
        {
            ::sigaction(signals[i], &action, &before_[i]);
        }
    }

    interruption(const interruption&) = delete;
    interruption& operator=(const interruption&) = delete;

    ~interruption()
    {
        for (std::size_t i = 0; i < signals.size(); ++i)
        {
            ::sigaction(signals[i], &before_[i], nullptr);
        }
        detail::interruption_pipe = -1;
        ::close(write_end_);
    }

    /// Can be read from while a signal is there that no handler has been called for.
    [[nodiscard]] int descriptor() { return pipe_.native_handle(); }

    /// Calls `handler(signal)` for each one. It keeps the context running until stop().
    template <class Handler>
    void wait(Handler handler)
    {
        pipe_.async_wait(asio::posix::descriptor_base::wait_read,
                         [this, handler = std::move(handler)](std::error_code error) mutable {
                             unsigned char signal = 0;
                             if (error || stopped_)
                             {
                                 return;
                             }
                             const bool there = ::read(pipe_.native_handle(), &signal, 1) == 1;
                             Handler next = handler;
                             wait(std::move(handler));
                             if (there)
                             {
                                 next(static_cast<int>(signal));
                             }
                         });
    }

    /// No handler is called any more.
    void stop()
    {
        stopped_ = true;
        std::error_code ignored;
        pipe_.cancel(ignored);
    }

private:
    static constexpr std::array signals = {SIGINT, SIGTERM};

    asio::posix::stream_descriptor pipe_;
    int write_end_ = -1;
    std::array<struct sigaction, signals.size()> before_{};
    bool stopped_ = false;
};

} // namespace command_line

#endif
