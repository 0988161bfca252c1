// SPDX-License-Identifier: BSL-1.0
//
// A child process under test: its standard input is fed, its two outputs are collected, every wait has a limit, and it
// never outlives the object. POSIX.
#ifndef TERN_TESTS_SYSTEM_PROCESS_HPP
#define TERN_TESTS_SYSTEM_PROCESS_HPP

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstddef>
#include <cstdlib>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include <sys/types.h>
#include <sys/wait.h>

namespace tern::test
{

using namespace std::chrono_literals;

/// How a process ended; the exit code is -1 when it did not exit by itself in time.
struct process_result
{
    int exit_code = -1;
    int signal = 0;         ///< that ended it, or 0
    bool timed_out = false; ///< it was killed by the test
    std::string output;
    std::string error;
};

class process
{
public:
    using clock = std::chrono::steady_clock;

    /// Starts `arguments[0]`, looked up in PATH. `input` is written to its standard input, which is closed after it
    /// unless `keep_input_open`.
    explicit process(const std::vector<std::string>& arguments, std::string input = {}, bool keep_input_open = false)
        : pending_input_(std::move(input)), keep_input_open_(keep_input_open)
    {
        // A child that goes away while it is fed is an ordinary event here.
        std::signal(SIGPIPE, SIG_IGN);
        pipe_ends standard_input;
        pipe_ends standard_output;
        pipe_ends standard_error;
        std::vector<char*> argv;
        for (const std::string& argument : arguments)
        {
            argv.push_back(const_cast<char*>(argument.c_str()));
        }
        argv.push_back(nullptr);
        id_ = ::fork();
        if (id_ < 0)
        {
            throw std::runtime_error("fork failed");
        }
        if (id_ == 0)
        {
            std::signal(SIGPIPE, SIG_DFL);
            ::dup2(standard_input.read, STDIN_FILENO);
            ::dup2(standard_output.write, STDOUT_FILENO);
            ::dup2(standard_error.write, STDERR_FILENO);
            ::execvp(argv[0], argv.data());
            ::_exit(127);
        }
        input_ = std::exchange(standard_input.write, -1);
        output_ = std::exchange(standard_output.read, -1);
        error_ = std::exchange(standard_error.read, -1);
        for (const int descriptor : {input_, output_, error_})
        {
            ::fcntl(descriptor, F_SETFL, O_NONBLOCK);
        }
        pump(0ms);
    }

    process(const process&) = delete;
    process& operator=(const process&) = delete;

    ~process()
    {
        if (!ended_)
        {
            ::kill(id_, SIGKILL);
            ::waitpid(id_, nullptr, 0);
        }
        close(input_);
        close(output_);
        close(error_);
    }

    [[nodiscard]] pid_t id() const noexcept { return id_; }
    [[nodiscard]] const std::string& output() const noexcept { return result_.output; }
    [[nodiscard]] const std::string& error() const noexcept { return result_.error; }

    void signal(int number)
    {
        if (!ended_)
        {
            ::kill(id_, number);
        }
    }

    /// Adds to the standard input.
    void write(std::string_view text)
    {
        pending_input_.append(text);
        pump(0ms);
    }

    /// The standard input ends once what was written has gone.
    void close_input()
    {
        keep_input_open_ = false;
        pump(0ms);
    }

    /// Nobody reads the standard output any more, as behind `| head`.
    void close_output() { close(output_); }

    /// Waits until the standard output holds `text` (`count` times).
    bool wait_for_output(std::string_view text, std::size_t count = 1, std::chrono::milliseconds limit = 10s)
    {
        return wait_until([&] { return occurrences(result_.output, text) >= count; }, limit);
    }

    bool wait_for_error(std::string_view text, std::size_t count = 1, std::chrono::milliseconds limit = 10s)
    {
        return wait_until([&] { return occurrences(result_.error, text) >= count; }, limit);
    }

    /// Waits for the end; kills it at the limit.
    process_result wait(std::chrono::milliseconds limit = 20s)
    {
        if (!wait_until([&] { return reap(); }, limit))
        {
            result_.timed_out = true;
            ::kill(id_, SIGKILL);
            wait_until([&] { return reap(); }, 5s);
        }
        // What was written before the end may still be in the pipes.
        while (pump(0ms))
        {
        }
        return result_;
    }

    /// Whether it has ended by itself.
    bool ended()
    {
        pump(0ms);
        return reap();
    }

    static std::size_t occurrences(std::string_view in, std::string_view text)
    {
        std::size_t count = 0;
        for (std::size_t at = in.find(text); at != in.npos; at = in.find(text, at + text.size()))
        {
            ++count;
        }
        return count;
    }

private:
    struct pipe_ends
    {
        pipe_ends()
        {
            int ends[2];
            if (::pipe2(ends, O_CLOEXEC) != 0)
            {
                throw std::runtime_error("pipe failed");
            }
            read = ends[0];
            write = ends[1];
        }

        pipe_ends(const pipe_ends&) = delete;
        pipe_ends& operator=(const pipe_ends&) = delete;

        ~pipe_ends()
        {
            process::close(read);
            process::close(write);
        }

        int read = -1;
        int write = -1;
    };

    static void close(int& descriptor)
    {
        if (descriptor >= 0)
        {
            ::close(std::exchange(descriptor, -1));
        }
    }

    template <class Condition>
    bool wait_until(Condition condition, std::chrono::milliseconds limit)
    {
        const clock::time_point end = clock::now() + limit;
        while (!condition())
        {
            if (clock::now() >= end)
            {
                return false;
            }
            pump(10ms);
        }
        return true;
    }

    bool reap()
    {
        int status = 0;
        if (!ended_ && ::waitpid(id_, &status, WNOHANG) == id_)
        {
            ended_ = true;
            result_.exit_code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
            result_.signal = WIFSIGNALED(status) ? WTERMSIG(status) : 0;
        }
        return ended_;
    }

    static bool read_some(int& descriptor, std::string& into)
    {
        char buffer[65536];
        const ssize_t size = descriptor < 0 ? -1 : ::read(descriptor, buffer, sizeof buffer);
        if (size > 0)
        {
            into.append(buffer, static_cast<std::size_t>(size));
        }
        else if (size == 0)
        {
            close(descriptor);
        }
        return size > 0;
    }

    void write_some()
    {
        if (input_ >= 0 && !pending_input_.empty())
        {
            const ssize_t size = ::write(input_, pending_input_.data(), pending_input_.size());
            if (size > 0)
            {
                pending_input_.erase(0, static_cast<std::size_t>(size));
            }
            else if (size < 0 && errno != EAGAIN && errno != EINTR)
            {
                pending_input_.clear();
                close(input_);
            }
        }
        if (pending_input_.empty() && !keep_input_open_)
        {
            close(input_);
        }
    }

    /// Moves what can be moved, waiting at most `limit` for it. True if something was read.
    bool pump(std::chrono::milliseconds limit)
    {
        write_some();
        pollfd watched[3] = {
            {output_, POLLIN, 0}, {error_, POLLIN, 0}, {pending_input_.empty() ? -1 : input_, POLLOUT, 0}};
        if (output_ < 0 && error_ < 0)
        {
            std::this_thread::sleep_for(limit);
        }
        else
        {
            ::poll(watched, 3, static_cast<int>(limit.count()));
        }
        const bool first = read_some(output_, result_.output);
        const bool second = read_some(error_, result_.error);
        return first || second;
    }

    pid_t id_ = -1;
    int input_ = -1;
    int output_ = -1;
    int error_ = -1;
    std::string pending_input_;
    bool keep_input_open_ = false;
    bool ended_ = false;
    process_result result_;
};

/// Runs a command to its end.
inline process_result run(const std::vector<std::string>& arguments, std::string input = {},
                          std::chrono::milliseconds limit = 20s)
{
    return process(arguments, std::move(input)).wait(limit);
}

/// The full path of a program in PATH or in the directories where Debian keeps daemons.
inline std::optional<std::string> find_program(std::string_view name)
{
    const char* const path = std::getenv("PATH");
    std::string directories = std::string(path != nullptr ? path : "") + ":/usr/sbin:/usr/local/sbin:/usr/bin";
    for (std::size_t begin = 0; begin <= directories.size();)
    {
        const std::size_t end = std::min(directories.find(':', begin), directories.size());
        const std::string candidate = directories.substr(begin, end - begin) + '/' + std::string(name);
        if (end != begin && ::access(candidate.c_str(), X_OK) == 0)
        {
            return candidate;
        }
        begin = end + 1;
    }
    return std::nullopt;
}

} // namespace tern::test

#endif
