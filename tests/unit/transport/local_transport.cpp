// SPDX-License-Identifier: BSL-1.0
#include "tern/transport/local_transport.hpp"

#include "support/catch.hpp"

#include <asio/buffer.hpp>
#include <asio/error.hpp>
#include <asio/io_context.hpp>
#include <asio/local/stream_protocol.hpp>
#include <asio/read.hpp>
#include <asio/write.hpp>

#include <filesystem>
#include <optional>
#include <random>
#include <string>
#include <string_view>
#include <system_error>

using asio::local::stream_protocol;

namespace
{

/// A name in the file system that goes away.
struct socket_file
{
    socket_file()
        : path((std::filesystem::temp_directory_path() / ("tern küche " + std::to_string(std::random_device{}())))
                   .string())
    {
    }
    socket_file(const socket_file&) = delete;
    socket_file& operator=(const socket_file&) = delete;
    ~socket_file() { std::filesystem::remove(path); }

    [[nodiscard]] tern::url url() const
    {
        std::string text = "unix://";
        for (const char each : path)
        {
            text += each == ' ' ? std::string("%20") : std::string(1, each);
        }
        tern::url parsed;
        REQUIRE_FALSE(tern::parse_url(text, parsed));
        return parsed;
    }

    std::string path;
};

std::error_code open(const tern::url& where)
{
    asio::io_context context;
    tern::local_transport transport(context.get_executor());
    std::optional<std::error_code> result;
    transport.async_open(where, [&](std::error_code error) { result = error; });
    CHECK_FALSE(result); // never inside
    context.run();
    REQUIRE(result);
    return {result->value(), std::system_category()}; // Asio's own category compares with nothing of the standard's
}

} // namespace

TEST_CASE("only the scheme unix is known to it")
{
    CHECK(tern::local_transport::supports("unix"));
    CHECK_FALSE(tern::local_transport::supports("mqtt"));
}

TEST_CASE("bytes go through a socket of this machine, and the end of the stream follows them")
{
    const socket_file file;
    asio::io_context context;
    stream_protocol::acceptor acceptor(context, stream_protocol::endpoint(file.path));
    tern::local_transport transport(context.get_executor());
    const tern::url where = file.url();
    std::error_code opened = asio::error::timed_out;
    std::error_code shut_down = asio::error::timed_out;
    std::string answer(6, '\0');
    std::error_code end;
    transport.async_open(where, [&](std::error_code error) {
        opened = error;
        transport.async_write_some(asio::buffer("hello", 5), [&](std::error_code, std::size_t) {
            transport.async_shutdown([&](std::error_code failed) { shut_down = failed; });
        });
        transport.async_read_some(asio::buffer(answer), [&](std::error_code, std::size_t) {
            transport.async_read_some(asio::buffer(answer), [&](std::error_code last, std::size_t) { end = last; });
        });
    });
    stream_protocol::socket peer(context);
    std::string heard;
    acceptor.async_accept(peer, [&](std::error_code) {
        asio::async_read(peer, asio::dynamic_buffer(heard), [&](std::error_code, std::size_t) {
            asio::write(peer, asio::buffer(std::string_view("answer")));
            peer.close();
        });
    });
    context.run();
    CHECK_FALSE(opened);
    CHECK_FALSE(shut_down);
    CHECK(heard == "hello");
    CHECK(answer == "answer");
    CHECK(end == asio::error::eof);
}

TEST_CASE("a socket that is not there, that nobody serves, or whose name is too long is an error of the system")
{
    const socket_file file;
    CHECK(open(file.url()) == std::errc::no_such_file_or_directory);
    {
        asio::io_context context;
        const stream_protocol::acceptor acceptor(context, stream_protocol::endpoint(file.path));
    }
    CHECK(open(file.url()) == std::errc::connection_refused);
    tern::url where;
    where.path = "/" + std::string(300, 'x');
    CHECK(open(where) == std::errc::filename_too_long);
}

TEST_CASE("closing ends what is under way")
{
    const socket_file file;
    asio::io_context context;
    stream_protocol::acceptor acceptor(context, stream_protocol::endpoint(file.path));
    tern::local_transport transport(context.get_executor());
    const tern::url where = file.url();
    std::error_code read;
    char byte = 0;
    transport.async_open(where, [&](std::error_code) {
        transport.async_read_some(asio::buffer(&byte, 1), [&](std::error_code error, std::size_t) { read = error; });
        transport.close();
    });
    context.run();
    CHECK(read == asio::error::operation_aborted);
}
