// SPDX-License-Identifier: BSL-1.0
#include "tern/client/socket_transport.hpp"

#include "support/catch.hpp"

#include <asio/buffer.hpp>
#include <asio/error.hpp>
#include <asio/io_context.hpp>
#include <asio/ip/address.hpp>
#include <asio/ip/tcp.hpp>
#include <asio/write.hpp>

#include <cstddef>
#include <string>
#include <string_view>
#include <system_error>

using asio::ip::tcp;

namespace
{

/// Open from the beginning.
struct connected_transport : tern::socket_transport<tcp::socket>
{
    connected_transport(asio::io_context& context, const tcp::endpoint& where)
        : socket_transport(context.get_executor())
    {
        socket().connect(where);
    }
};

struct stage
{
    stage() { acceptor.accept(peer); }

    asio::io_context context;
    tcp::acceptor acceptor{context, tcp::endpoint(asio::ip::make_address("127.0.0.1"), 0)};
    connected_transport transport{context, acceptor.local_endpoint()};
    tcp::socket peer{context};
    std::string got = std::string(5, '.');
};

} // namespace

TEST_CASE("after a shutdown the other side sees the end behind what was written, and can still be read")
{
    stage s;
    std::string heard(5, '.');
    bool shut_down = false;
    s.transport.async_write_some(asio::buffer("hello", 5), [&](std::error_code, std::size_t) {
        s.transport.async_shutdown([&](std::error_code error) { shut_down = !error; });
        CHECK_FALSE(shut_down); // never inside
    });
    s.context.run();
    CHECK(shut_down);
    CHECK(s.peer.read_some(asio::buffer(heard)) == 5);
    CHECK(heard == "hello");
    std::error_code end;
    CHECK(s.peer.read_some(asio::buffer(heard), end) == 0);
    CHECK(end == asio::error::eof);

    asio::write(s.peer, asio::buffer(std::string_view("later")));
    std::size_t size = 0;
    s.transport.async_read_some(asio::buffer(s.got), [&](std::error_code, std::size_t count) { size = count; });
    s.context.restart();
    s.context.run();
    CHECK(s.got.substr(0, size) == "later");
}

TEST_CASE("closing a socket ends what is under way, and the end of the stream is an error of a read")
{
    stage s;
    std::error_code result;
    s.transport.async_read_some(asio::buffer(s.got), [&](std::error_code error, std::size_t) { result = error; });
    s.transport.close();
    s.context.run();
    CHECK(result == asio::error::operation_aborted);

    stage other;
    other.peer.close();
    other.transport.async_read_some(asio::buffer(other.got),
                                    [&](std::error_code error, std::size_t) { result = error; });
    other.context.run();
    CHECK(result == asio::error::eof);
}
