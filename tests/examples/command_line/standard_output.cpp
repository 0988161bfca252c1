// SPDX-License-Identifier: BSL-1.0
#include "command_line/standard_output.hpp"

#include "support/catch.hpp"

#include <chrono>
#include <csignal>
#include <cstddef>
#include <string>
#include <system_error>
#include <thread>

#include <fcntl.h>
#include <unistd.h>

using namespace command_line;
using namespace std::chrono_literals;

namespace
{

/// A pipe in the place of the standard output, as long as the object lives. Nothing may be asserted meanwhile.
class captured_output
{
public:
    explicit captured_output(int flags = 0)
    {
        std::signal(SIGPIPE, SIG_IGN);
        REQUIRE(::pipe2(ends_, flags | O_CLOEXEC) == 0);
        before_ = ::dup(STDOUT_FILENO);
        ::dup2(ends_[1], STDOUT_FILENO);
    }

    captured_output(const captured_output&) = delete;
    captured_output& operator=(const captured_output&) = delete;

    ~captured_output()
    {
        restore();
        close_reader();
        ::close(ends_[1]);
    }

    void restore()
    {
        if (before_ >= 0)
        {
            ::dup2(before_, STDOUT_FILENO);
            ::close(before_);
            before_ = -1;
        }
    }

    void close_reader()
    {
        if (ends_[0] >= 0)
        {
            ::close(ends_[0]);
            ends_[0] = -1;
        }
    }

    /// Reads so much, slowly.
    std::string read(std::size_t size) const
    {
        std::string text;
        char buffer[10'000];
        while (text.size() < size)
        {
            const ssize_t count = ::read(ends_[0], buffer, sizeof buffer);
            if (count > 0)
            {
                text.append(buffer, static_cast<std::size_t>(count));
            }
            else
            {
                std::this_thread::sleep_for(1ms);
            }
        }
        return text;
    }

private:
    int ends_[2] = {-1, -1};
    int before_ = -1;
};

std::string long_text()
{
    std::string text;
    while (text.size() < 300'000)
    {
        text += std::to_string(text.size()) + '\n';
    }
    return text;
}

} // namespace

TEST_CASE("a slow reader of the output gets all of it, also where writing does not block")
{
    for (const int flags : {0, O_NONBLOCK})
    {
        const std::string text = long_text();
        std::string got;
        std::error_code error;
        {
            captured_output pipe(flags);
            std::thread reader([&] { got = pipe.read(text.size()); });
            standard_output output;
            output.text() = text;
            error = output.flush();
            reader.join();
        }
        CHECK_FALSE(error);
        CHECK((got == text));
    }
}

TEST_CASE("waiting for a reader ends when the descriptor that says so can be read from")
{
    int ends[2] = {-1, -1};
    REQUIRE(::pipe2(ends, O_CLOEXEC) == 0);
    std::error_code first;
    std::error_code second;
    {
        captured_output pipe;
        std::thread signal([&] {
            std::this_thread::sleep_for(50ms);
            [[maybe_unused]] const ssize_t written = ::write(ends[1], "x", 1);
        });
        standard_output output;
        output.end_waiting_by(ends[0]);
        output.text() = long_text();
        first = output.flush();
        output.text() = "more";
        second = output.flush();
        signal.join();
    }
    ::close(ends[0]);
    ::close(ends[1]);
    CHECK(first == std::errc::operation_canceled);
    CHECK(second == std::errc::operation_canceled);
}

TEST_CASE("waiting for a reader ends at its time, and what is taken at once is written after it too")
{
    const auto begin = std::chrono::steady_clock::now();
    std::error_code late;
    std::error_code at_once;
    std::string got;
    {
        captured_output pipe;
        standard_output output;
        output.end_waiting();
        output.text() = "short";
        at_once = output.flush();
        got = pipe.read(5);
        standard_output other;
        other.end_waiting_at(begin + 100ms);
        other.text() = long_text();
        late = other.flush();
    }
    CHECK_FALSE(at_once);
    CHECK(got == "short");
    CHECK(late == std::errc::operation_canceled);
    CHECK(std::chrono::steady_clock::now() - begin >= 100ms);
    CHECK(std::chrono::steady_clock::now() - begin < 5s);
}

TEST_CASE("a reader that has gone away is an error that stays")
{
    std::error_code first;
    std::error_code second;
    {
        captured_output pipe;
        pipe.close_reader();
        standard_output output;
        output.text() = "text";
        first = output.flush();
        output.text() = "text";
        second = output.flush();
    }
    CHECK(first == std::errc::broken_pipe);
    CHECK(second == std::errc::broken_pipe);
}
