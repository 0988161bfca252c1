// SPDX-License-Identifier: BSL-1.0
#include "tern/websocket/stream_state.hpp"

#include "support/allocation_counter.hpp"
#include "support/catch.hpp"
#include "unit/websocket/stage.hpp"

#include <asio/ip/tcp.hpp>

#include <array>
#include <cstddef>
#include <memory>
#include <random>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

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

/// Any order of reads, writes, pings, closing and destruction, over a link that takes and gives any pieces.
class random_play
{
public:
    explicit random_play(unsigned seed) : random_(seed)
    {
        play_.open(role::client, {}, true);
        play_.link.forth().maximum_write = 1 + below(40);
        play_.link.forth().capacity = acceptable_request().size() + below(60);
        play_.link.back().maximum_read = 1 + below(40);
    }

    void run()
    {
        for (unsigned steps = 5 + below(60); steps != 0; --steps)
        {
            step();
            play_.context.restart();
            for (unsigned handlers = below(5); handlers != 0; --handlers)
            {
                play_.context.poll_one();
            }
        }
        hear();
        play_.run();
        play_.stream.reset();
        play_.run();
        check();
    }

private:
    unsigned below(unsigned limit) { return static_cast<unsigned>(random_() % limit); }

    void step()
    {
        switch (below(20))
        {
        case 0: return hear();
        case 1: return below(4) == 0 ? shut_down() : void();
        case 2: return below(8) == 0 ? play_.send(frame(role::server, first_close, closing(1000))) : void();
        case 3: return below(8) == 0 ? play_.send(frame(role::server, 0x83, "broken")) : void();
        case 4: return below(8) == 0 ? end() : void();
        case 5:
        case 6:
        case 7:
        case 8: return play_.send(ping(std::string(below(20), 'p')));
        case 9:
        case 10:
        case 11: return send_data();
        case 12:
        case 13:
        case 14:
        case 15: return write();
        default: return read();
        }
    }

    void hear()
    {
        if (!std::exchange(hears_, true))
        {
            play_.listen();
        }
    }

    void end()
    {
        is_cut_ = true;
        below(2) == 0 && play_.stream ? play_.stream->close() : play_.stream.reset();
    }

    void send_data()
    {
        const std::string text(1 + below(50), static_cast<char>('a' + below(26)));
        sent_ += text;
        play_.send(frame(role::server, first_binary, text));
    }

    void read()
    {
        if (play_.stream && !std::exchange(reading_, true))
        {
            ++begun_;
            in_.assign(1 + below(60), '\0');
            play_.stream->async_read_some(asio::buffer(in_), [this](std::error_code, std::size_t size) {
                ++ended_;
                reading_ = false;
                received_.append(in_, 0, size);
            });
        }
    }

    void write()
    {
        if (play_.stream && !shut_ && !std::exchange(writing_, true))
        {
            ++begun_;
            out_.assign(1 + below(100), static_cast<char>('A' + below(26)));
            written_ += out_;
            play_.stream->async_write_some(asio::buffer(out_), [this](std::error_code error, std::size_t size) {
                ++ended_;
                writing_ = false;
                confirmed_ += error ? 0 : size;
            });
        }
    }

    void shut_down()
    {
        if (play_.stream && !writing_ && !std::exchange(shut_, true))
        {
            ++begun_;
            play_.stream->async_shutdown([this](std::error_code) { ++ended_; });
        }
    }

    void check()
    {
        CHECK(begun_ == ended_);
        CHECK(sent_.substr(0, received_.size()) == received_);
        std::vector<read_frame> frames = read_frames(play_.heard.substr(play_.heard.find("\r\n\r\n") + 4));
        if (is_cut_ && !frames.empty() && frames.back().first_byte == 0)
        {
            frames.pop_back(); // closed within a frame
        }
        std::string data;
        for (std::size_t i = 0; i < frames.size(); ++i)
        {
            const unsigned first = frames[i].first_byte;
            CHECK((first == first_binary || first == first_pong || (first == first_close && i + 1 == frames.size())));
            data += first == first_binary ? frames[i].payload : std::string();
        }
        CHECK(written_.substr(0, data.size()) == data);
        CHECK(data.size() >= (is_cut_ ? 0 : confirmed_));
    }

    std::minstd_rand random_;
    stage play_;
    std::string sent_;
    std::string received_;
    std::string written_;
    std::string in_;
    std::string out_;
    std::size_t confirmed_ = 0;
    int begun_ = 0;
    int ended_ = 0;
    bool hears_ = false;
    bool reading_ = false;
    bool writing_ = false;
    bool shut_ = false;
    bool is_cut_ = false;
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

TEST_CASE("every operation ends once and every frame is whole in any order of events")
{
    for (unsigned seed = 1; seed <= 2'000; ++seed)
    {
        CAPTURE(seed);
        random_play(seed).run();
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
