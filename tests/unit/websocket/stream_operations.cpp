// SPDX-License-Identifier: BSL-1.0
#include "tern/websocket/stream_operations.hpp"

#include "support/catch.hpp"
#include "unit/websocket/stage.hpp"

#include <asio/bind_cancellation_slot.hpp>
#include <asio/cancellation_signal.hpp>

#include <cstddef>
#include <string>
#include <string_view>

using namespace tern;
using namespace tern_test;

namespace
{

std::string ping(std::string_view text)
{
    return frame(role::server, first_ping, text);
}

std::string binary(std::string_view text)
{
    return frame(role::server, first_binary, text);
}

} // namespace

TEST_CASE("a ping is answered at once where no write is under way")
{
    stage play;
    play.open(role::client);
    play.send(ping("one"));
    play.read();
    play.run();
    play.send(ping("two"));
    play.run();
    REQUIRE(play.frames().size() == 2);
    CHECK(play.frames()[0] == "\x8Aone");
    CHECK(play.frames()[1] == "\x8Atwo");
    CHECK(play.reading.calls == 0);
}

TEST_CASE("pings during a write are answered behind its frame and before it completes")
{
    for (std::size_t room = 0; room < 120; ++room)
    {
        narrow_stage play(room);
        REQUIRE(play.is_open);
        const std::string text(100, 'x');
        play.write(text);
        play.send(ping("one") + ping("two"));
        play.read();
        play.run();
        CHECK(play.writing.calls == (room >= 106 + 9 ? 1 : 0)); // frame and pong
        play.hear();
        CHECK(play.writing.is_success());
        CHECK(play.writing.size == text.size());
        REQUIRE(play.frames().size() == 2);
        CHECK(play.frames()[0] == '\x82' + text);
        CHECK(play.frames()[1] == "\x8Atwo");
    }
}

TEST_CASE("a write or a shutdown waits for a pong that is under way")
{
    for (const bool shutting_down : {false, true})
    {
        for (std::size_t room = 0; room < 12; ++room)
        {
            narrow_stage play(room);
            play.send(ping("ping"));
            play.read();
            play.run();
            const std::string text = "text";
            shutting_down ? play.stream->async_shutdown(play.writing.handler()) : play.write(text);
            play.run();
            CHECK(play.writing.calls == 0);
            play.hear();
            CHECK(play.writing.is_success());
            REQUIRE(play.frames().size() == 2);
            CHECK(play.frames()[0] == "\x8Aping");
            CHECK(play.frames()[1] == (shutting_down ? '\x88' + closing(1000) : '\x82' + text));
        }
    }
}

TEST_CASE("reading ends only when the close frame is answered")
{
    narrow_stage play(3);
    play.write("data");
    play.send(binary("last") + frame(role::server, first_close, closing(1000)));
    CHECK(play.read_all() == "last");
    CHECK(play.reading.calls == 0);
    CHECK(play.writing.calls == 0);
    play.hear();
    CHECK(play.reading.is(asio::error::eof));
    CHECK(play.writing.is_success()); // it was in front of the close frame
    REQUIRE(play.frames().size() == 2);
    CHECK(play.frames()[0] == "\x82"
                              "data");
    CHECK(play.frames()[1] == '\x88' + closing(1000));
}

TEST_CASE("a write that waits for the answer to a close frame fails")
{
    narrow_stage play(3);
    play.send(frame(role::server, first_close, closing(1000)));
    play.read();
    play.run();
    play.write("text");
    play.run();
    CHECK(play.writing.calls == 0);
    play.hear();
    CHECK(play.writing.is(asio::error::broken_pipe));
    CHECK(play.reading.is(asio::error::eof));
    CHECK(play.frames().size() == 1);
}

TEST_CASE("a cancelled read loses nothing")
{
    stage play;
    play.open(role::client);
    play.send(binary("text").substr(0, 3));
    play.run();
    asio::cancellation_signal signal;
    ending cancelled;
    std::string buffer(1, '\0');
    play.stream->async_read_some(asio::buffer(buffer),
                                 asio::bind_cancellation_slot(signal.slot(), cancelled.handler()));
    play.run();
    REQUIRE(cancelled.is_success());
    CHECK(buffer == "t");
    ending again;
    play.stream->async_read_some(asio::buffer(buffer), asio::bind_cancellation_slot(signal.slot(), again.handler()));
    play.run();
    CHECK(again.calls == 0);
    signal.emit(asio::cancellation_type::total);
    play.run();
    CHECK(again.is(asio::error::operation_aborted));
    play.send(binary("text").substr(3));
    CHECK(play.read_all() == "ext");
}
