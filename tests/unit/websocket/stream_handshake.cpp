// SPDX-License-Identifier: BSL-1.0
#include "tern/websocket/stream_handshake.hpp"

#include "support/allocation_counter.hpp"
#include "support/catch.hpp"
#include "unit/websocket/stage.hpp"

#include <cstddef>
#include <limits>
#include <new>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <system_error>

using namespace tern;
using namespace tern_test;

namespace
{

constexpr std::size_t any_size = std::numeric_limits<std::size_t>::max();

websocket_request to_host()
{
    websocket_request request;
    request.host = "host";
    request.path = "/mqtt";
    return request;
}

/// What becomes of a client's handshake that is answered so, in pieces of at most so many bytes.
std::error_code answered(stage& play, std::string_view answer)
{
    ending opened;
    play.stream->async_handshake(to_host(), opened.handler());
    CHECK(opened.calls == 0);
    play.send(answer);
    play.listen();
    play.run();
    CHECK(opened.calls == 1);
    return opened.error;
}

void no_random(std::span<std::uint32_t>)
{
    throw std::runtime_error("no random numbers");
}

} // namespace

TEST_CASE("a client shakes hands however the bytes are cut")
{
    for (const std::size_t piece : {std::size_t{1}, std::size_t{7}, any_size})
    {
        stage play({}, {.maximum_write = piece}, {.maximum_read = piece});
        CHECK_FALSE(answered(play, accepting_answer()));
        CHECK(play.heard == acceptable_request()); // which is how this request is composed as well
        CHECK(play.stream->response().status == 101);
    }
}

TEST_CASE("a server shakes hands however the bytes are cut")
{
    for (const std::size_t piece : {std::size_t{1}, std::size_t{7}, any_size})
    {
        stage play({}, {.maximum_write = piece}, {.maximum_read = piece});
        ending opened;
        play.stream->async_accept(opened.handler());
        play.send(acceptable_request());
        play.listen();
        play.run();
        CHECK(opened.is_success());
        CHECK(play.heard == accepting_answer());
        CHECK(play.stream->request_target() == "/mqtt");
    }
}

TEST_CASE("an answer that refuses is told with its status")
{
    stage play;
    CHECK(answered(play, "HTTP/1.1 403 Not For You\r\nContent-Length: 4\r\n\r\nbody") ==
          make_error_code(errc::websocket_refused));
    CHECK(play.stream->response().status == 403);
    CHECK(play.stream->response().reason == "Not For You");

    stage moved;
    CHECK(answered(moved, "HTTP/1.1 301 Moved\r\nLocation: wss://other/\r\n\r\n") ==
          make_error_code(errc::websocket_redirected));
    CHECK(moved.stream->response().location == "wss://other/");
}

TEST_CASE("a server of something else is found out")
{
    stage mqtt;
    CHECK(answered(mqtt, "\x20\x02") == make_error_code(errc::websocket_handshake_failed)); // at its first byte
    stage flood;
    CHECK(answered(flood, "HTTP/1.1 101 x\r\n" + std::string(20'000, 'x')) ==
          make_error_code(errc::http_head_too_large));
    stage other;
    std::string answer = accepting_answer();
    answer.replace(answer.find("mqtt"), 4, "wamp");
    CHECK(answered(other, answer) == make_error_code(errc::websocket_subprotocol_not_selected));
    ending read;
    other.stream->async_read_some(asio::buffer(other.buffer), read.handler());
    other.run();
    CHECK(read.is(asio::error::not_connected));
}

TEST_CASE("a handshake ends with the stream at every byte")
{
    const std::string answer = accepting_answer();
    for (std::size_t cut = 0; cut < answer.size(); ++cut)
    {
        stage play;
        ending opened;
        play.stream->async_handshake(to_host(), opened.handler());
        play.send(answer.substr(0, cut));
        play.send_end();
        play.run();
        REQUIRE(opened.is(asio::error::eof));
    }
    const std::string request = acceptable_request();
    for (std::size_t cut = 0; cut < request.size(); ++cut)
    {
        stage play;
        ending opened;
        play.stream->async_accept(opened.handler());
        play.send(request.substr(0, cut));
        play.send_end();
        play.run();
        REQUIRE(opened.is(asio::error::eof));
    }
}

TEST_CASE("a server answers what it refuses")
{
    struct
    {
        std::string request;
        std::string_view answer;
        errc error;
    } const rows[] = {
        {"GET / HTTP/1.1\r\nHost: h\r\n\r\n", "HTTP/1.1 426 ", errc::websocket_handshake_failed},
        {"POST / HTTP/1.1\r\n", "HTTP/1.1 400 ", errc::websocket_handshake_failed},
        {"\x10\x0C", "HTTP/1.1 400 ", errc::websocket_handshake_failed},
        {"GET / HTTP/1.1\r\n" + std::string(20'000, 'x'), "HTTP/1.1 431 ", errc::http_head_too_large},
    };
    for (const auto& row : rows)
    {
        stage play;
        ending opened;
        play.stream->async_accept(opened.handler());
        play.send(row.request);
        play.listen();
        play.run();
        CHECK(opened.is(row.error));
        CHECK(play.heard.substr(0, row.answer.size()) == row.answer);
    }
}

TEST_CASE("a request that cannot be sent is refused before a byte leaves")
{
    stage play;
    ending opened;
    websocket_request request = to_host();
    const http_header header{"X", "a\r\nb"};
    request.headers = {&header, 1};
    play.stream->async_handshake(request, opened.handler());
    CHECK(opened.calls == 0); // never inside the function that begins
    play.listen();
    play.run();
    CHECK(opened.is(errc::invalid_http_header));
    CHECK(play.heard.empty());
}

TEST_CASE("a second handshake is refused")
{
    stage play;
    play.open(role::client);
    REQUIRE(play.is_open);
    ending again;
    play.stream->async_handshake(to_host(), again.handler());
    play.run();
    CHECK(again.is(errc::already_connected));
}

TEST_CASE("without random numbers there is no handshake")
{
    asio::io_context context;
    memory_websocket stream(websocket_limits(), &no_random, context.get_executor());
    ending opened;
    stream.async_handshake(to_host(), opened.handler());
    context.poll();
    CHECK(opened.is(std::make_error_code(std::errc::resource_unavailable_try_again)));
}

TEST_CASE("memory that cannot be had for judging an answer ends a handshake")
{
    int out_of_memory = 0;
    for (std::size_t successes = 0; successes < 40; ++successes)
    {
        stage play;
        ending opened;
        play.stream->async_handshake(to_host(), opened.handler());
        play.run();
        play.send(accepting_answer());
        try
        {
            const allocation_failure failure(successes);
            play.run();
        }
        catch (const std::bad_alloc&) // the link's own
        {
            continue;
        }
        REQUIRE(opened.calls == 1);
        out_of_memory += opened.error == errc::out_of_memory ? 1 : 0;
    }
    CHECK(out_of_memory > 0);
}

TEST_CASE("a handshake that is closed is aborted")
{
    stage play;
    ending opened;
    play.stream->async_handshake(to_host(), opened.handler());
    play.run();
    CHECK(opened.calls == 0);
    play.stream->close();
    play.run();
    CHECK(opened.is(asio::error::operation_aborted));
}
