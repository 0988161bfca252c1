// SPDX-License-Identifier: BSL-1.0
#include "tern/client/tcp_transport.hpp"

#include "support/catch.hpp"
#include "support/skipped.hpp"
#include "tern/client/basic_client.hpp"

#include <asio/bind_cancellation_slot.hpp>
#include <asio/bind_executor.hpp>
#include <asio/cancellation_signal.hpp>
#include <asio/co_spawn.hpp>
#include <asio/io_context.hpp>
#include <asio/ip/address.hpp>
#include <asio/ip/tcp.hpp>
#include <asio/post.hpp>
#include <asio/strand.hpp>
#include <asio/use_awaitable.hpp>
#include <asio/use_future.hpp>
#include <asio/write.hpp>

#include <chrono>
#include <cstddef>
#include <exception>
#include <functional>
#include <future>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

using namespace std::chrono_literals;
using asio::ip::tcp;

namespace
{

constexpr auto patience = 20s;

static_assert(tern::transport<tern::tcp_transport>);
static_assert(!std::is_copy_constructible_v<tern::tcp_transport>);

struct listener
{
    explicit listener(asio::io_context& context, const char* address = "127.0.0.1")
        : acceptor(context, tcp::endpoint(asio::ip::make_address(address), 0)), peer(context)
    {
        acceptor.async_accept(peer, [this](std::error_code error) { accepted = !error; });
    }

    [[nodiscard]] tern::url url(std::string host) const
    {
        tern::url where;
        where.scheme = "mqtt";
        where.host = std::move(host);
        where.port = acceptor.local_endpoint().port();
        return where;
    }

    tcp::acceptor acceptor;
    tcp::socket peer;
    bool accepted = false;
};

struct outcome
{
    void operator()(std::error_code failure, std::size_t count = 0)
    {
        ++completions;
        error = failure;
        size = count;
    }

    int completions = 0;
    std::error_code error{};
    std::size_t size = 0;
};

/// A handler that can only be moved, and reports to an outcome.
struct move_only
{
    explicit move_only(outcome& target) : to(&target) {}
    void operator()(std::error_code error, std::size_t size = 0) { (*to)(error, size); }
    outcome* to;
    std::unique_ptr<int> keeps_it_from_being_copied{};
};

} // namespace

TEST_CASE("the schemes of TCP", "[tcp_transport]")
{
    CHECK(tern::tcp_transport::supports("mqtt"));
    CHECK(tern::tcp_transport::supports("tcp"));
    CHECK(!tern::tcp_transport::supports("mqtts"));
    CHECK(!tern::tcp_transport::supports(""));
}

TEST_CASE("bytes go both ways and the end of the stream is seen", "[tcp_transport]")
{
    asio::io_context context;
    listener server(context);
    tern::tcp_transport stream(context.get_executor());
    outcome opened;
    const tern::url where = server.url(GENERATE("127.0.0.1", "localhost"));
    stream.async_open(where, move_only(opened));
    CHECK(opened.completions == 0);
    context.run_for(patience);
    REQUIRE(opened.completions == 1);
    REQUIRE(opened.error == std::error_code());
    REQUIRE(server.accepted);

    outcome written;
    stream.async_write_some(asio::buffer("ping", 4), move_only(written));
    char got[16] = {};
    outcome read;
    stream.async_read_some(asio::buffer(got), move_only(read));
    char at_server[4] = {};
    outcome server_read;
    server.peer.async_read_some(asio::buffer(at_server), [&](std::error_code error, std::size_t size) {
        server_read(error, size);
        asio::write(server.peer, asio::buffer("pong!", 5));
    });
    context.restart();
    context.run_for(patience);
    CHECK(written.size == 4);
    CHECK(std::string_view(at_server, 4) == "ping");
    CHECK(std::string_view(got, read.size) == "pong!");

    outcome shut;
    stream.async_shutdown(move_only(shut));
    CHECK(shut.completions == 0);
    outcome end;
    server.peer.async_read_some(asio::buffer(at_server),
                                [&](std::error_code error, std::size_t size) { end(error, size); });
    context.restart();
    context.run_for(patience);
    CHECK(shut.completions == 1);
    CHECK(shut.error == std::error_code());
    CHECK(end.error == asio::error::eof);

    server.peer.close();
    outcome last;
    stream.async_read_some(asio::buffer(got), move_only(last));
    context.restart();
    context.run_for(patience);
    CHECK(last.error == asio::error::eof);
}

TEST_CASE("IPv6", "[tcp_transport]")
{
    asio::io_context context;
    std::error_code error;
    tcp::acceptor probe(context);
    probe.open(tcp::v6(), error);
    if (!error)
    {
        probe.bind({asio::ip::make_address("::1"), 0}, error);
    }
    if (error)
    {
        tern_test::report_skipped("this machine has no IPv6 loopback address");
        return;
    }
    listener server(context, "::1");
    tern::tcp_transport stream(context.get_executor());
    outcome opened;
    const tern::url where = server.url("::1");
    stream.async_open(where, move_only(opened));
    context.run_for(patience);
    CHECK(opened.completions == 1);
    CHECK(opened.error == std::error_code());
    CHECK(server.accepted);
}

TEST_CASE("a port that refuses and a name that does not exist", "[tcp_transport]")
{
    asio::io_context context;
    tern::tcp_transport stream(context.get_executor());
    outcome opened;
    tern::url where;
    SECTION("refused")
    {
        const tcp::socket bound(context, tcp::endpoint(asio::ip::make_address("127.0.0.1"), 0));
        where.host = "127.0.0.1";
        where.port = bound.local_endpoint().port();
        stream.async_open(where, move_only(opened));
        context.run_for(patience);
        CHECK(opened.completions == 1);
        CHECK(opened.error == asio::error::connection_refused);
    }
    SECTION("unknown")
    {
        where.host = "no such host";
        where.port = 1883;
        stream.async_open(where, move_only(opened));
        context.run_for(patience);
        CHECK(opened.completions == 1);
        CHECK(opened.error);
        CHECK(opened.error != asio::error::operation_aborted);
    }
}

TEST_CASE("cancelling an open", "[tcp_transport]")
{
    asio::io_context context;
    listener server(context);
    tern::tcp_transport stream(context.get_executor());
    outcome opened;
    const tern::url where = server.url(GENERATE("127.0.0.1", "localhost"));
    asio::cancellation_signal signal;
    stream.async_open(where, asio::bind_cancellation_slot(signal.slot(), move_only(opened)));
    signal.emit(
        GENERATE(asio::cancellation_type::terminal, asio::cancellation_type::partial, asio::cancellation_type::total));
    server.acceptor.close();
    context.run_for(patience);
    CHECK(opened.completions == 1);
    CHECK(opened.error == asio::error::operation_aborted);
    signal.emit(asio::cancellation_type::terminal); // nothing is there any more
    CHECK(opened.completions == 1);
}

TEST_CASE("closing ends what is pending", "[tcp_transport]")
{
    asio::io_context context;
    listener server(context);
    auto stream = std::make_unique<tern::tcp_transport>(context.get_executor());
    outcome opened;
    const tern::url where = server.url("127.0.0.1");
    stream->async_open(where, move_only(opened));
    SECTION("while opening")
    {
        stream->close();
        server.acceptor.close();
        context.run_for(patience);
        CHECK(opened.completions == 1);
        CHECK(opened.error == asio::error::operation_aborted);
    }
    SECTION("by destroying it while opening")
    {
        stream.reset();
        server.acceptor.close();
        context.run_for(patience);
        CHECK(opened.completions == 1);
        CHECK(opened.error == asio::error::operation_aborted);
    }
    SECTION("while reading")
    {
        context.run_for(patience);
        REQUIRE(opened.error == std::error_code());
        char got[16];
        outcome read;
        stream->async_read_some(asio::buffer(got), move_only(read));
        context.restart();
        context.poll();
        CHECK(read.completions == 0);
        stream->close();
        stream->close(); // again does no harm
        CHECK(read.completions == 0);
        context.restart();
        context.run_for(patience);
        CHECK(read.completions == 1);
        CHECK(read.error == asio::error::operation_aborted);
    }
}

TEST_CASE("every kind of token", "[tcp_transport]")
{
    asio::io_context context;
    listener server(context);
    const tern::url where = server.url("127.0.0.1");
    tern::tcp_transport stream(context.get_executor());
    SECTION("future")
    {
        std::future<void> opened = stream.async_open(where, asio::use_future);
        context.run_for(patience);
        REQUIRE(opened.wait_for(0s) == std::future_status::ready);
        opened.get();
        auto shut = stream.async_shutdown(asio::use_future);
        context.restart();
        context.run_for(patience);
        REQUIRE(shut.wait_for(0s) == std::future_status::ready);
        shut.get();
    }
    SECTION("coroutine")
    {
        bool done = false;
        asio::co_spawn(
            context,
            [&]() -> asio::awaitable<void> {
                co_await stream.async_open(where, asio::use_awaitable);
                const std::size_t size = co_await stream.async_write_some(asio::buffer("x", 1), asio::use_awaitable);
                co_await stream.async_shutdown(asio::use_awaitable);
                done = size == 1;
            },
            [](std::exception_ptr error) { CHECK(!error); });
        context.run_for(patience);
        CHECK(done);
    }
    SECTION("a callback with an executor of its own")
    {
        auto strand = asio::make_strand(context);
        bool there = false;
        stream.async_open(where, asio::bind_executor(strand, [&](std::error_code error) {
                              there = !error && strand.running_in_this_thread();
                          }));
        context.run_for(patience);
        CHECK(there);
    }
}

TEST_CASE("a client that disconnects loses nothing of what it sent, whatever the server sends meanwhile",
          "[tcp_transport]")
{
    asio::io_context context;
    listener server(context);
    tern::basic_client<tern::tcp_transport> client(context);
    std::error_code disconnected = asio::error::would_block;
    client.async_connect("mqtt://127.0.0.1:" + std::to_string(server.acceptor.local_endpoint().port()),
                         {.client_id = "x"}, [](std::error_code, tern::connect_result) {});

    // A server that answers CONNECT, sends without an end, and reads late.
    const std::string flood("\x30\x06\x00\x01t\x00zz", 8);
    std::string sent("\x20\x03\x00\x00\x00", 5);
    std::string received;
    std::string room(64U * 1024, '\0');
    bool ended = false;
    std::error_code end;
    const std::function<void()> send = [&] {
        asio::async_write(server.peer, asio::buffer(sent), [&](std::error_code error, std::size_t) {
            sent = flood;
            if (!error)
            {
                send();
            }
        });
    };
    const std::function<void()> read = [&] {
        server.peer.async_read_some(asio::buffer(room), [&](std::error_code error, std::size_t size) {
            received.append(room, 0, size);
            if (error)
            {
                ended = true;
                end = error;
                server.peer.close();
                return;
            }
            read();
        });
    };
    const auto until = [&context](auto&& done) {
        const auto limit = std::chrono::steady_clock::now() + patience;
        while (!done() && std::chrono::steady_clock::now() < limit)
        {
            context.restart();
            context.run_one_for(10ms);
        }
        return done();
    };
    REQUIRE(until([&] { return server.accepted; }));
    send();
    REQUIRE(until([&] { return client.state() == tern::connection_state::connected; }));
    const std::string payload(1'500'000, 'p');
    client.async_publish("a", payload, tern::publish_options{}, [](std::error_code, tern::publish_result) {});
    client.async_disconnect({}, [&](std::error_code error) { disconnected = error; });
    context.restart();
    context.run_for(50ms);
    read();
    REQUIRE(until([&] { return ended && disconnected != asio::error::would_block; }));
    CHECK_FALSE(disconnected);
    CHECK(end == asio::error::eof);
    REQUIRE(received.size() > payload.size());
    CHECK(received.find(payload) != std::string::npos);
    CHECK(static_cast<unsigned char>(received[received.find(payload) + payload.size()]) == 0xE0); // DISCONNECT
}

TEST_CASE("a client connects by a name of which one address does not answer", "[tcp_transport]")
{
    asio::io_context context;
    listener server(context); // on 127.0.0.1 alone; where localhost is ::1 too, nobody answers there
    tern::basic_client<tern::tcp_transport> client(context);
    std::error_code connected = asio::error::would_block;
    client.async_connect("mqtt://localhost:" + std::to_string(server.acceptor.local_endpoint().port()),
                         {.client_id = "x"},
                         [&](std::error_code error, tern::connect_result) { connected = error; });
    const std::string connack("\x20\x03\x00\x00\x00", 5);
    const auto limit = std::chrono::steady_clock::now() + patience;
    while (connected == asio::error::would_block && std::chrono::steady_clock::now() < limit)
    {
        context.run_one_for(10ms);
        if (std::exchange(server.accepted, false))
        {
            asio::write(server.peer, asio::buffer(connack));
        }
    }
    CHECK_FALSE(connected);
    CHECK(client.state() == tern::connection_state::connected);
}
