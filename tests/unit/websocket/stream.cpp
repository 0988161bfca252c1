// SPDX-License-Identifier: BSL-1.0
#include "tern/websocket/stream.hpp"

#include "support/catch.hpp"
#include "unit/websocket/stage.hpp"

#include <asio/awaitable.hpp>
#include <asio/bind_executor.hpp>
#include <asio/co_spawn.hpp>
#include <asio/ip/tcp.hpp>
#include <asio/read.hpp>
#include <asio/use_awaitable.hpp>
#include <asio/write.hpp>

#include <algorithm>
#include <cstddef>
#include <exception>
#include <limits>
#include <string>
#include <string_view>
#include <system_error>

using namespace tern;
using namespace tern_test;

namespace
{

constexpr std::size_t any_size = std::numeric_limits<std::size_t>::max();

role other(role self)
{
    return self == role::client ? role::server : role::client;
}

std::string pattern(std::size_t size)
{
    std::string text(size, '\0');
    std::generate(text.begin(), text.end(), [i = 0U]() mutable { return static_cast<char>(i++ * 37 >> 3U); });
    return text;
}

/// Sends all of a text.
template <class Stream>
class sender
{
public:
    sender(Stream& stream, std::string_view text) : stream_(&stream), rest_(text) { go_on(); }

    ending finished{};

private:
    void go_on()
    {
        if (rest_.empty())
        {
            finished.handler()({});
            return;
        }
        stream_->async_write_some(asio::buffer(rest_), [this](std::error_code error, std::size_t size) {
            if (error || size == 0)
            {
                finished.handler()(error);
                return;
            }
            rest_.remove_prefix(size);
            go_on();
        });
    }

    Stream* stream_;
    std::string_view rest_;
};

/// Receives until the end.
template <class Stream>
class receiver
{
public:
    receiver(Stream& stream, std::size_t buffer_size) : stream_(&stream), buffer_(buffer_size, '\0') { go_on(); }

    ending finished{};
    std::string text{};

private:
    void go_on()
    {
        stream_->async_read_some(asio::buffer(buffer_), [this](std::error_code error, std::size_t size) {
            text.append(buffer_, 0, size);
            if (error)
            {
                finished.handler()(error);
                return;
            }
            go_on();
        });
    }

    Stream* stream_;
    std::string buffer_;
};

template <class Stream>
void talk(asio::io_context& context, Stream& client, Stream& server, std::size_t size, std::size_t buffer_size)
{
    ending opened;
    ending accepted;
    websocket_request request;
    request.host = "host";
    client.async_handshake(request, opened.handler());
    server.async_accept(accepted.handler());
    context.restart();
    while (opened.calls == 0 || accepted.calls == 0)
    {
        REQUIRE(context.run_one() == 1);
    }
    REQUIRE(opened.is_success());
    REQUIRE(accepted.is_success());

    const std::string forth = pattern(size);
    const std::string back = pattern(size / 2 + 1);
    sender client_sends(client, forth);
    sender server_sends(server, back);
    receiver client_receives(client, buffer_size);
    receiver server_receives(server, buffer_size);
    context.restart();
    while (client_receives.text.size() < back.size() || server_receives.text.size() < forth.size())
    {
        REQUIRE(context.run_one() == 1);
    }
    ending shut;
    client.async_shutdown(shut.handler());
    context.run();
    CHECK(shut.is_success());
    CHECK(client_sends.finished.is_success());
    CHECK(server_sends.finished.is_success());
    CHECK(client_receives.finished.is(asio::error::eof));
    CHECK(server_receives.finished.is(asio::error::eof));
    CHECK(client_receives.text == back);
    CHECK(server_receives.text == forth);
    CHECK(client.close_code() == websocket_close_code::normal);
    CHECK(server.close_code() == websocket_close_code::normal);
}

} // namespace

TEST_CASE("both roles talk to each other over links that cut everywhere")
{
    for (const std::size_t piece : {std::size_t{1}, std::size_t{3}, std::size_t{1'000}, any_size})
    {
        for (const std::size_t buffer_size : {std::size_t{1}, std::size_t{100}, std::size_t{70'000}})
        {
            asio::io_context context;
            testing::memory_link link({.maximum_read = piece, .maximum_write = piece, .capacity = 2'000},
                                      {.maximum_read = piece, .maximum_write = piece, .capacity = 2'000});
            memory_websocket client(context.get_executor());
            memory_websocket server(context.get_executor());
            link.join(client.next_layer(), server.next_layer());
            talk(context, client, server, 10'000, buffer_size);
        }
    }
}

TEST_CASE("both roles talk to each other over TCP")
{
    using tcp = asio::ip::tcp;
    asio::io_context context;
    tcp::acceptor acceptor(context, {asio::ip::address_v4::loopback(), 0});
    websocket_stream<tcp::socket> client(context);
    websocket_stream<tcp::socket> server(context);
    client.next_layer().connect(acceptor.local_endpoint());
    acceptor.accept(server.next_layer());
    talk(context, client, server, 3'000'000, 65'536);
}

TEST_CASE("coroutines and the composed operations of Asio drive a stream")
{
    using tcp = asio::ip::tcp;
    asio::io_context context;
    tcp::acceptor acceptor(context, {asio::ip::address_v4::loopback(), 0});
    const std::string text = pattern(200'000);
    std::string echoed(text.size(), '\0');
    const auto serve = [&]() -> asio::awaitable<void> {
        websocket_stream<tcp::socket> stream(context);
        co_await acceptor.async_accept(stream.next_layer(), asio::use_awaitable);
        co_await stream.async_accept(asio::use_awaitable);
        std::string received(text.size(), '\0');
        co_await asio::async_read(stream, asio::buffer(received), asio::use_awaitable);
        co_await asio::async_write(stream, asio::buffer(received), asio::use_awaitable);
    };
    const auto call = [&]() -> asio::awaitable<void> {
        websocket_stream<tcp::socket> stream(context);
        co_await stream.next_layer().async_connect(acceptor.local_endpoint(), asio::use_awaitable);
        co_await stream.async_handshake({.host = "host", .path = "/mqtt"}, asio::use_awaitable);
        co_await asio::async_write(stream, asio::buffer(text), asio::use_awaitable);
        co_await asio::async_read(stream, asio::buffer(echoed), asio::use_awaitable);
    };
    const auto rethrow = [](std::exception_ptr error) {
        if (error)
        {
            std::rethrow_exception(error);
        }
    };
    asio::co_spawn(context, serve(), rethrow);
    asio::co_spawn(context, call(), rethrow);
    context.run();
    CHECK(echoed == text);
}

TEST_CASE("packets come out however they are cut into frames")
{
    // v5 [MQTT-6.0.0-2] v3.1.1 [MQTT-6.0.0-2]
    const std::string text = pattern(1'000);
    for (const role self : {role::client, role::server})
    {
        for (const std::size_t size : {1U, 2U, 125U, 126U, 1'000U})
        {
            for (const std::size_t buffer_size : {1U, 7U, 4'096U})
            {
                std::string frames;
                for (std::size_t i = 0; i < text.size(); i += size)
                {
                    frames += frame(other(self), first_binary, std::string_view(text).substr(i, size));
                }
                stage play;
                play.open(self);
                play.send(frames);
                CHECK(play.read_all(buffer_size) == text);
            }
        }
    }
}

TEST_CASE("what comes in one piece with the handshake is not lost")
{
    for (const role self : {role::client, role::server})
    {
        const std::string early = frame(other(self), first_ping, "p") + frame(other(self), first_binary, "one") +
                                  frame(other(self), first_binary, "two");
        for (const std::size_t buffer_size : {1U, 5U, 4'096U})
        {
            stage play;
            play.open(self, early);
            REQUIRE(play.is_open);
            play.read(buffer_size);
            CHECK(play.reading.calls == 0); // never inside the function that begins
            play.run();
            std::string payload = play.buffer.substr(0, play.reading.size);
            payload += play.read_all(buffer_size);
            CHECK(payload == "onetwo");
            REQUIRE(play.frames().size() == 1);
            CHECK(play.frames()[0] == "\x8Ap");
        }
    }
}

TEST_CASE("one write is one binary frame of a bounded size")
{
    websocket_limits limits;
    limits.maximum_write_size = 200;
    for (const role self : {role::client, role::server})
    {
        stage play(limits);
        play.open(self);
        const std::string text = pattern(500);
        for (const std::size_t size : {1U, 199U, 200U, 201U, 500U})
        {
            ending written;
            play.heard.clear();
            play.stream->async_write_some(asio::buffer(text, size), written.handler());
            CHECK(written.calls == 0); // never inside the function that begins
            play.run();
            CHECK(written.is_success());
            CHECK(written.size == std::min<std::size_t>(size, 200));
            REQUIRE(play.frames().size() == 1);
            CHECK(play.frames()[0] == '\x82' + text.substr(0, written.size));
            CHECK(play.frames()[0].masked == (self == role::client));
        }
    }
}

TEST_CASE("reading or writing nothing ends at once")
{
    stage play;
    play.open(role::client);
    ending written;
    play.stream->async_write_some(asio::const_buffer(), written.handler());
    play.read(0);
    play.run();
    CHECK(written.is_success());
    CHECK(play.reading.is_success());
    CHECK(play.heard.empty());
}

TEST_CASE("a stream ends at every byte of what it receives")
{
    const std::string frames =
        frame(role::server, first_binary, "one") + frame(role::server, first_binary & ~not_final, "two") +
        frame(role::server, first_ping, "ping") + frame(role::server, first_continuation, std::string(200, 'x'));
    const std::string payload = "onetwo" + std::string(200, 'x');
    std::size_t received = 0;
    for (std::size_t cut = 0; cut <= frames.size(); ++cut)
    {
        stage play;
        play.open(role::client);
        play.send(frames.substr(0, cut));
        play.send_end();
        const std::string text = play.read_all();
        REQUIRE(play.reading.is(asio::error::eof));
        REQUIRE(payload.substr(0, text.size()) == text);
        REQUIRE(text.size() >= received);
        received = text.size();
        CHECK(play.stream->close_code() == websocket_close_code::abnormal);
    }
    CHECK(received == payload.size());
}

TEST_CASE("a peer that closes is answered before reading ends")
{
    for (const role self : {role::client, role::server})
    {
        stage play;
        play.open(self);
        play.send(frame(other(self), first_binary, "last") + frame(other(self), first_close, closing(1001, "bye")));
        CHECK(play.read_all() == "last");
        CHECK(play.reading.is(asio::error::eof));
        REQUIRE(play.frames().size() == 1);
        CHECK(play.frames()[0] == '\x88' + closing(1001));
        CHECK(play.stream->close_code() == websocket_close_code::going_away);
        CHECK(play.stream->close_reason() == "bye");
        ending written;
        play.stream->async_write_some(asio::buffer("x", 1), written.handler());
        ending shut;
        play.run();
        CHECK(written.is(asio::error::broken_pipe));
        play.stream->async_shutdown(shut.handler());
        play.read();
        play.run();
        CHECK(shut.is_success()); // it is closed already
        CHECK(play.reading.is(asio::error::eof));
    }
}

TEST_CASE("a shutdown sends a close frame and reads on")
{
    for (const role self : {role::client, role::server})
    {
        stage play;
        play.open(self);
        play.read();
        ending shut;
        play.stream->async_shutdown(shut.handler());
        CHECK(shut.calls == 0);
        play.run();
        CHECK(shut.is_success());
        REQUIRE(play.frames().size() == 1);
        CHECK(play.frames()[0] == '\x88' + closing(1000));
        CHECK(play.reading.calls == 0);
        play.send(frame(other(self), first_binary, "late"));
        play.run();
        CHECK(play.reading.size == 4);
        play.send(frame(other(self), first_ping, "p") + frame(other(self), first_close, closing(1000)));
        play.read();
        play.run();
        CHECK(play.reading.is(asio::error::eof));
        CHECK(play.frames().size() == 1); // nothing follows a close frame
    }
}

TEST_CASE("a peer that breaks the rules is told and the error says how")
{
    struct
    {
        std::string bytes;
        errc error;
        unsigned code;
    } const rows[] = {
        {frame(role::server, first_text, "x"), errc::websocket_text_frame, 1003}, // v5 [MQTT-6.0.0-1]
        {frame(role::server, 0x83, "x"), errc::websocket_protocol_error, 1002},
        {frame(role::server, first_close, closing(1000, "\xFF")), errc::websocket_invalid_text, 1007},
        {std::string("\x82\x7F\x7F\xFF\xFF\xFF\xFF\xFF\xFF\xFF", 10), errc::websocket_frame_too_large, 1009},
    };
    for (const auto& row : rows)
    {
        stage play;
        play.open(role::client);
        play.send(frame(role::server, first_binary, "good") + row.bytes + frame(role::server, first_binary, "more"));
        CHECK(play.read_all() == "good");
        CHECK(play.reading.is(row.error));
        REQUIRE(play.frames().size() == 1);
        CHECK(play.frames()[0] == '\x88' + closing(row.code));
        play.read();
        play.run();
        CHECK(play.reading.is(row.error)); // it stays
    }
}

TEST_CASE("handlers run on the executor that they name")
{
    stage play;
    play.open(role::client);
    asio::io_context own;
    ending read;
    ending written;
    std::string buffer(10, '\0');
    play.stream->async_read_some(asio::buffer(buffer), asio::bind_executor(own.get_executor(), read.handler()));
    play.stream->async_write_some(asio::buffer("x", 1), asio::bind_executor(own.get_executor(), written.handler()));
    play.send(frame(role::server, first_binary, "y"));
    play.run();
    CHECK(read.calls + written.calls == 0);
    CHECK(own.poll() == 2);
    CHECK(read.is_success());
    CHECK(written.is_success());
    play.read(0);
    ending nothing;
    play.stream->async_read_some(asio::mutable_buffer(), asio::bind_executor(own.get_executor(), nothing.handler()));
    play.run();
    CHECK(nothing.calls == 0);
    own.restart();
    CHECK(own.poll() == 1);
    CHECK(nothing.is_success());
}
