// SPDX-License-Identifier: BSL-1.0
#include "command_line/input.hpp"

#include "support/catch.hpp"

#include <asio/co_spawn.hpp>
#include <asio/detached.hpp>
#include <asio/io_context.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

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
