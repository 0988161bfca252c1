// SPDX-License-Identifier: BSL-1.0
#include "tern/websocket/stream_state.hpp"

#include "support/allocation_counter.hpp"
#include "support/catch.hpp"
#include "unit/websocket/stage.hpp"

#include <asio/ip/tcp.hpp>

#include <array>
#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <system_error>

using namespace tern;
using namespace tern_test;

namespace
{

std::string ping(std::string_view text)
{
    return frame(role::server, first_ping, text);
}

/// Two streams over TCP that send each other a byte for ever, and pings of any kind.
class echo
{
public:
    explicit echo(websocket_stream<asio::ip::tcp::socket>& stream) : stream_(&stream) {}

    void read()
    {
        stream_->async_read_some(asio::buffer(in_), [this](std::error_code error, std::size_t size) {
            if (!error)
            {
                received += size;
                write();
            }
        });
    }

    void write()
    {
        stream_->async_write_some(asio::buffer(out_), [this](std::error_code error, std::size_t) {
            if (!error)
            {
                read();
            }
        });
    }

    std::size_t received = 0;

private:
    websocket_stream<asio::ip::tcp::socket>* stream_;
    std::array<char, 512> in_{};
    std::array<char, 300> out_{};
};

} // namespace

TEST_CASE("what is pending is aborted once when the stream is closed or destroyed")
{
    for (const bool destroy : {false, true})
    {
        narrow_stage play(3);
        play.send(ping("ping") + frame(role::server, first_close, closing(1000)));
        play.read(); // waits for the close frame to go out
        play.run();
        play.write("text"); // waits as well
        play.run();
        CHECK(play.reading.calls + play.writing.calls == 0);
        destroy ? play.stream.reset() : play.stream->close();
        CHECK(play.reading.calls + play.writing.calls == 0);
        play.run();
        CHECK(play.reading.is(asio::error::operation_aborted));
        CHECK(play.writing.is(asio::error::operation_aborted));

        stage idle;
        idle.open(role::client);
        idle.read();
        destroy ? idle.stream.reset() : idle.stream->close();
        idle.run();
        CHECK(idle.reading.is(asio::error::operation_aborted));
    }
}

TEST_CASE("handlers that nobody can call any more are destroyed with the execution context")
{
    const auto token = std::make_shared<int>(0);
    {
        asio::io_context context;
        const auto owner =
            std::make_shared<memory_websocket>(websocket_limits(), &counting_random, context.get_executor());
        testing::memory_stream peer(context.get_executor());
        testing::memory_link link;
        link.join(owner->next_layer(), peer);
        bool is_open = false;
        websocket_request request;
        request.host = "host";
        owner->async_handshake(request, [&](std::error_code error) { is_open = !error; });
        const std::string bytes = accepting_answer() + ping("p") + frame(role::server, first_close, closing(1000));
        peer.async_write_some(asio::buffer(bytes), [](std::error_code, std::size_t) {});
        context.poll();
        REQUIRE(is_open);
        link.forth().maximum_write = 1;
        link.forth().capacity = 1; // the pong never gets through, and what follows waits for it
        std::array<char, 10> buffer{};
        // The handlers own the stream, as a connection's do.
        owner->async_read_some(asio::buffer(buffer), [owner, token](std::error_code, std::size_t) {});
        owner->async_write_some(asio::buffer(bytes), [owner, token](std::error_code, std::size_t) {});
        context.restart();
        context.poll();
        CHECK(token.use_count() == 3);
    }
    CHECK(token.use_count() == 1);
}

TEST_CASE("a broken link ends reading and writing")
{
    stage play;
    play.open(role::client);
    play.read();
    play.link.cut(testing::link_cut::reset);
    play.run();
    CHECK(play.reading.is(asio::error::connection_reset));
    ending written;
    play.stream->async_write_some(asio::buffer("x", 1), written.handler());
    play.run();
    REQUIRE(written.calls == 1);
    CHECK(written.error);
    CHECK(written.size == 0);
}

TEST_CASE("memory that cannot be had ends a write and not the stream")
{
    stage play;
    play.open(role::client);
    const std::string text(60'000, 'x');
    ending written;
    {
        const allocation_failure failure(0);
        play.stream->async_write_some(asio::buffer(text), written.handler());
        CHECK(failure.happened());
    }
    play.run();
    CHECK(written.is(errc::out_of_memory));
    written = {};
    play.stream->async_write_some(asio::buffer(text), written.handler());
    play.run();
    CHECK(written.is_success());
    CHECK(play.frames().size() == 1);
}

TEST_CASE("reading and writing allocates nothing over a WebSocket in the steady state")
{
    using tcp = asio::ip::tcp;
    asio::io_context context;
    tcp::acceptor acceptor(context, {asio::ip::address_v4::loopback(), 0});
    websocket_stream<tcp::socket> client(context);
    websocket_stream<tcp::socket> server(context);
    client.next_layer().connect(acceptor.local_endpoint());
    acceptor.accept(server.next_layer());
    websocket_request request;
    request.host = "host";
    client.async_handshake(request, [](std::error_code) {});
    server.async_accept([](std::error_code) {});
    context.run();
    echo one(client);
    echo two(server);
    one.read();
    two.write();
    context.restart();
    const auto exchange = [&](std::size_t bytes) {
        const std::size_t goal = one.received + bytes;
        while (one.received < goal)
        {
            REQUIRE(context.run_one() == 1);
        }
    };
    exchange(10'000);
    const allocation_counter counter;
    exchange(300'000);
    const std::size_t allocations = counter.count();
    CHECK(allocations == 0);
}
