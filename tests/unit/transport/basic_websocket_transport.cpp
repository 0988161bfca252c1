// SPDX-License-Identifier: BSL-1.0
#include "tern/transport/basic_websocket_transport.hpp"

#include "support/catch.hpp"
#include "tern/client/tcp_transport.hpp"

#include <asio/buffer.hpp>
#include <asio/error.hpp>
#include <asio/io_context.hpp>
#include <asio/ip/address.hpp>
#include <asio/ip/tcp.hpp>
#include <asio/write.hpp>

#include <array>
#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>

using namespace std::chrono_literals;
using asio::ip::tcp;

namespace
{

using over_tcp = tern::basic_websocket_transport<tern::tcp_transport>;

/// A server of HTTP that reads one request and sends one answer.
struct answering_server
{
    answering_server(asio::io_context& context, std::string text)
        : answer(std::move(text)), acceptor(context, tcp::endpoint(asio::ip::make_address("127.0.0.1"), 0)),
          peer(context)
    {
        acceptor.async_accept(peer, [this](std::error_code) { read(); });
    }

    void read()
    {
        peer.async_read_some(asio::buffer(buffer), [this](std::error_code error, std::size_t size) {
            request.append(buffer.data(), size);
            if (!error && request.find("\r\n\r\n") == std::string::npos)
            {
                read();
                return;
            }
            asio::write(peer, asio::buffer(answer));
            peer.close();
        });
    }

    std::string answer;
    std::string request{};
    tcp::acceptor acceptor;
    tcp::socket peer;
    std::array<char, 4096> buffer{};
};

/// Opens one over that server; the error and its explanation.
struct attempt
{
    attempt(std::string_view url_path, std::string answer, tern::websocket_options options = {})
    {
        asio::io_context context;
        answering_server server(context, std::move(answer));
        const auto settings = std::make_shared<tern::transport_settings>();
        settings->websocket = options;
        over_tcp transport(context.get_executor(), settings);
        tern::url where;
        const std::string text =
            "ws://127.0.0.1:" + std::to_string(server.acceptor.local_endpoint().port()) + std::string(url_path);
        REQUIRE_FALSE(tern::parse_url(text, where));
        std::optional<std::error_code> result;
        transport.async_open(where, [&](std::error_code opened) { result = opened; });
        context.run_for(20s);
        REQUIRE(result);
        error = *result;
        explanation = transport.explanation(error);
        request = server.request;
        transport.close();
        context.run_for(1ms);
    }

    std::error_code error;
    std::string explanation;
    std::string request;
};

} // namespace

TEST_CASE("the request has the URL's path and query, the host with its port, and the user's headers")
{
    const tern::http_header headers[] = {{"Authorization", "Bearer token"}};
    const attempt one("/mqtt?a=b", "HTTP/1.1 404 Not Found\r\n\r\n", {.headers = headers});
    CHECK(one.request.starts_with("GET /mqtt?a=b HTTP/1.1\r\n"));
    CHECK(one.request.find("\r\nHost: 127.0.0.1:") != std::string::npos);
    CHECK(one.request.find("\r\nSec-WebSocket-Protocol: mqtt\r\n") != std::string::npos);
    CHECK(one.request.find("\r\nAuthorization: Bearer token\r\n") != std::string::npos);
}

TEST_CASE("what an HTTP server answers instead is an error, with its status and reason in words")
{
    const attempt missing("/", "HTTP/1.1 404 Not Found\r\n\r\n");
    CHECK(missing.error == tern::errc::websocket_refused);
    CHECK(missing.explanation == "the server answered 404 Not Found");

    const attempt moved("/", "HTTP/1.1 301 Moved Permanently\r\nLocation: wss://elsewhere/mqtt\r\n\r\n");
    CHECK(moved.error == tern::errc::websocket_redirected);
    CHECK(moved.explanation == "the server answered 301 Moved Permanently (to wss://elsewhere/mqtt)");

    const attempt busy("/", "HTTP/1.1 503 Service Unavailable\r\n\r\n");
    CHECK(busy.error == tern::errc::websocket_unavailable);

    const attempt closed("/", "");
    CHECK(closed.error);
    CHECK(closed.explanation.empty());
}

TEST_CASE("the answer is bounded as the options say, and a header that breaks the request is refused")
{
    const attempt large("/", "HTTP/1.1 404 " + std::string(2'000, 'x') + "\r\n\r\n", {.maximum_handshake_size = 1'000});
    CHECK(large.error == tern::errc::http_head_too_large);
    const tern::http_header headers[] = {{"X", "a\r\nY: b"}};
    asio::io_context context;
    const auto settings = std::make_shared<tern::transport_settings>();
    settings->websocket.headers = headers;
    tcp::acceptor acceptor(context, tcp::endpoint(asio::ip::make_address("127.0.0.1"), 0));
    over_tcp transport(context.get_executor(), settings);
    tern::url where;
    where.host = "127.0.0.1";
    where.port = acceptor.local_endpoint().port();
    std::error_code result;
    transport.async_open(where, [&](std::error_code error) { result = error; });
    context.run_for(20s);
    CHECK(result == tern::errc::invalid_http_header);
}

TEST_CASE("a server that is not there is the error of the layer below")
{
    asio::io_context context;
    tern::url where;
    where.host = "127.0.0.1";
    {
        tcp::acceptor acceptor(context, tcp::endpoint(asio::ip::make_address("127.0.0.1"), 0));
        where.port = acceptor.local_endpoint().port();
    }
    over_tcp transport(context.get_executor(), std::make_shared<tern::transport_settings>());
    std::error_code result;
    transport.async_open(where, [&](std::error_code error) { result = error; });
    context.run_for(20s);
    CHECK(result == asio::error::connection_refused);
}
