// SPDX-License-Identifier: BSL-1.0
#include "command_line/input.hpp"

#include "support/catch.hpp"

#include <asio/co_spawn.hpp>
#include <asio/detached.hpp>
#include <asio/io_context.hpp>

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include <fcntl.h>
#include <unistd.h>

using namespace command_line;
using Catch::Matchers::ContainsSubstring;

namespace
{

/// A pipe that is closed at the end of the test.
struct test_pipe
{
    test_pipe() { REQUIRE(::pipe(ends) == 0); }
    test_pipe(const test_pipe&) = delete;
    test_pipe& operator=(const test_pipe&) = delete;
    ~test_pipe()
    {
        ::close(ends[0]);
        close_writer();
    }

    void write(std::string_view text) const
    {
        REQUIRE(::write(ends[1], text.data(), text.size()) == static_cast<ssize_t>(text.size()));
    }

    /// Reading does not block.
    void set_non_blocking() const { REQUIRE(::fcntl(ends[0], F_SETFL, O_NONBLOCK) == 0); }

    void close_writer()
    {
        if (ends[1] >= 0)
        {
            ::close(ends[1]);
            ends[1] = -1;
        }
    }

    int ends[2] = {-1, -1};
};

asio::awaitable<void> read_lines(line_reader& reader, std::vector<std::string>& lines, bool& ended)
{
    while (const std::optional<std::string_view> line = co_await reader.next())
    {
        lines.emplace_back(*line);
    }
    ended = true;
}

} // namespace

TEST_CASE("lines are read as they come, and the last one needs no line feed")
{
    test_pipe pipe;
    asio::io_context context;
    line_reader reader(context.get_executor(), pipe.ends[0]);
    std::vector<std::string> lines;
    bool ended = false;
    asio::co_spawn(context, read_lines(reader, lines, ended), asio::detached);

    pipe.write("one\n\ntw");
    while (lines.size() < 2)
    {
        context.run_one();
    }
    CHECK(lines == std::vector<std::string>{"one", ""});
    CHECK_FALSE(ended);

    pipe.write("o\nthree");
    pipe.close_writer();
    context.run();
    CHECK(lines == std::vector<std::string>{"one", "", "two", "three"});
    CHECK(ended);
}

TEST_CASE("a wait for lines can be ended")
{
    test_pipe pipe;
    asio::io_context context;
    line_reader reader(context.get_executor(), pipe.ends[0]);
    std::vector<std::string> lines;
    bool ended = false;
    asio::co_spawn(context, read_lines(reader, lines, ended), asio::detached);
    pipe.write("one\nleft");
    while (lines.empty())
    {
        context.run_one();
    }
    reader.stop();
    context.run();
    CHECK(lines == std::vector<std::string>{"one"});
    CHECK(ended);
}

TEST_CASE("everything is read from a descriptor")
{
    test_pipe pipe;
    pipe.write(std::string_view("a\0b\n", 4));
    pipe.close_writer();
    CHECK(read_all(pipe.ends[0], "The pipe") == std::string("a\0b\n", 4));
    CHECK_THROWS_WITH(read_all(-1, "The pipe"), ContainsSubstring("The pipe cannot be read: "));
    CHECK_THROWS_WITH(read_file("/nonexistent/file"), ContainsSubstring("'/nonexistent/file' cannot be opened: "));
    CHECK_THROWS_WITH(read_file("/"), ContainsSubstring("Is a directory"));
}

TEST_CASE("an input that does not block is waited for")
{
    test_pipe pipe;
    pipe.set_non_blocking();
    std::thread writer([&] {
        std::this_thread::sleep_for(std::chrono::milliseconds(50));
        pipe.write("late");
        pipe.close_writer();
    });
    const std::string text = read_all(pipe.ends[0], "The pipe");
    writer.join();
    CHECK(text == "late");
}

TEST_CASE("lines of an input that does not block come as they are written")
{
    test_pipe pipe;
    pipe.set_non_blocking();
    asio::io_context context;
    line_reader reader(context.get_executor(), pipe.ends[0]);
    std::vector<std::string> lines;
    bool ended = false;
    asio::co_spawn(context, read_lines(reader, lines, ended), asio::detached);
    context.poll();
    pipe.write("one\ntw");
    context.run_for(std::chrono::milliseconds(20));
    CHECK(lines == std::vector<std::string>{"one"});
    pipe.write("o\n");
    pipe.close_writer();
    context.restart();
    context.run_for(std::chrono::seconds(5));
    CHECK(ended);
    CHECK(lines == std::vector<std::string>{"one", "two"});
}

TEST_CASE("what is not read when the lines are stopped is counted")
{
    for (const bool closed : {true, false})
    {
        CAPTURE(closed);
        test_pipe pipe;
        asio::io_context context;
        line_reader reader(context.get_executor(), pipe.ends[0]);
        pipe.write("one\ntwo\nthree\n");
        std::string first;
        asio::co_spawn(
            context,
            [&]() -> asio::awaitable<void> {
                const std::optional<std::string_view> line = co_await reader.next();
                first = line.value_or("");
            },
            asio::detached);
        context.run_for(std::chrono::seconds(5));
        CHECK(first == "one");
        pipe.write("four\nfi");
        if (closed)
        {
            pipe.close_writer();
        }
        reader.stop();
        const unread_lines unread = reader.take_unread();
        CHECK(unread.count == 4);
        CHECK(unread.at_end == closed);
    }
}
