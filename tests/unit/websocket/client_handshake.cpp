// SPDX-License-Identifier: BSL-1.0
#include "tern/websocket/client_handshake.hpp"

#include "support/catch.hpp"

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

using namespace tern;
using namespace tern::websocket;

namespace
{

constexpr errc none{};
const std::string_view key = "dGhlIHNhbXBsZSBub25jZQ==";
const std::string_view accept = "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=";

std::string request(const websocket_request& what, errc expected = {}, std::size_t maximum = 8'192)
{
    std::string out = "what was there before";
    CHECK(compose_request(what, key, maximum, out) == expected);
    return out;
}

std::string first_line(const websocket_request& what)
{
    const std::string text = request(what);
    return text.substr(0, text.find("\r\n"));
}

std::string host_line(std::string_view host, std::uint16_t port)
{
    websocket_request what;
    what.host = host;
    what.port = port;
    const std::string text = request(what);
    const std::size_t begin = text.find("\r\n") + 2;
    return text.substr(begin, text.find("\r\n", begin) - begin);
}

/// The lines of a good answer, which a test breaks one of.
std::vector<std::string> good_answer()
{
    return {"HTTP/1.1 101 Switching Protocols", "Upgrade: websocket", "Connection: Upgrade",
            "Sec-WebSocket-Accept: " + std::string(accept), "Sec-WebSocket-Protocol: mqtt"};
}

std::string joined(const std::vector<std::string>& lines)
{
    std::string text;
    for (const std::string& line : lines)
    {
        text += line + "\r\n";
    }
    return text + "\r\n";
}

errc judged(const std::string& head)
{
    http_response response;
    return check_response(head, accept, response);
}

} // namespace

TEST_CASE("the request of a client")
{
    // RFC 6455 4.1; v5 [MQTT-6.0.0-3] v3.1.1 [MQTT-6.0.0-3]
    websocket_request what;
    what.host = "broker.example";
    what.port = 8083;
    what.path = "/mqtt";
    what.query = "a=b&c";
    const http_header headers[] = {{"Authorization", "Bearer x y"}, {"X-Empty", ""}};
    what.headers = headers;
    CHECK(request(what) == "GET /mqtt?a=b&c HTTP/1.1\r\n"
                           "Host: broker.example:8083\r\n"
                           "Upgrade: websocket\r\n"
                           "Connection: Upgrade\r\n"
                           "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
                           "Sec-WebSocket-Version: 13\r\n"
                           "Sec-WebSocket-Protocol: mqtt\r\n"
                           "Authorization: Bearer x y\r\n"
                           "X-Empty: \r\n"
                           "\r\n");
}

TEST_CASE("the target of a request")
{
    websocket_request what;
    what.host = "h";
    CHECK(first_line(what) == "GET / HTTP/1.1");
    what.query = "token=%20";
    CHECK(first_line(what) == "GET /?token=%20 HTTP/1.1");
    what.query = "";
    what.path = "/K\xC3\xBC\x63he/%41";
    CHECK(first_line(what) == "GET /K%C3%BCche/%41 HTTP/1.1");
    for (const std::string_view bad : {"mqtt", "/a b", "/a\r\nX: y", "/a\nb", "/a#b", "/a\x7F"})
    {
        CAPTURE(std::string(bad));
        what.path = bad;
        (void)request(what, errc::invalid_url);
    }
    what.path = "/";
    what.query = "a b";
    (void)request(what, errc::invalid_url);
}

TEST_CASE("the host of a request")
{
    CHECK(host_line("broker.example", 0) == "Host: broker.example");
    CHECK(host_line("192.0.2.1", 9001) == "Host: 192.0.2.1:9001");
    CHECK(host_line("2001:db8::1", 0) == "Host: [2001:db8::1]");
    CHECK(host_line("2001:db8::1", 9001) == "Host: [2001:db8::1]:9001");
    CHECK(host_line("[2001:db8::1]", 9001) == "Host: [2001:db8::1]:9001");
    for (const std::string_view bad : {"", "a b", "a\r\nX: y", "a/b", "a@b", "K\xC3\xBC\x63he"})
    {
        CAPTURE(std::string(bad));
        websocket_request what;
        what.host = bad;
        (void)request(what, errc::invalid_url);
    }
}

TEST_CASE("headers that would change the request are refused")
{
    const http_header rows[] = {
        {"", "x"},
        {"X Y", "x"},
        {"X:", "x"},
        {"X\r\nY", "x"},
        {"X", "a\r\nY: b"},
        {"X", "a\nY: b"},
        {"X", "a\r\n\r\nGET / HTTP/1.1"},
        {"X", std::string_view("a\0b", 3)},
        {"Host", "other"},
        {"HOST", "other"},
        {"Upgrade", "h2c"},
        {"connection", "close"},
        {"Content-Length", "5"},
        {"Transfer-Encoding", "chunked"},
        {"Sec-WebSocket-Key", "x"},
        {"sec-websocket-protocol", "wamp"},
        {"Sec-WebSocket-Extensions", "permessage-deflate"},
    };
    for (const http_header& row : rows)
    {
        CAPTURE(std::string(row.name), std::string(row.value));
        websocket_request what;
        what.host = "h";
        what.headers = {&row, 1};
        (void)request(what, errc::invalid_http_header);
    }
}

TEST_CASE("a request has a limit")
{
    websocket_request what;
    what.host = "h";
    const std::size_t size = request(what).size();
    (void)request(what, none, size);
    (void)request(what, errc::invalid_http_header, size - 1);
}

TEST_CASE("an answer that accepts")
{
    http_response response;
    CHECK(check_response(joined(good_answer()), accept, response) == none);
    CHECK(response.status == 101);
    CHECK(response.reason == "Switching Protocols");
    CHECK(response.location.empty());

    std::vector<std::string> other = good_answer();
    std::reverse(other.begin() + 1, other.end());
    other[4] = "upgrade:WebSocket";
    other[3] = "CONNECTION: keep-alive, upgrade";
    other.emplace_back("Server: some");
    CHECK(judged(joined(other)) == none);
}

TEST_CASE("an answer that accepts wrongly")
{
    // RFC 6455 4.1; v5 [MQTT-6.0.0-4] v3.1.1 [MQTT-6.0.0-4]
    constexpr errc failed = errc::websocket_handshake_failed;
    constexpr errc not_selected = errc::websocket_subprotocol_not_selected;
    struct
    {
        std::size_t line; ///< of good_answer(), that is replaced
        std::string by;
        errc error;
    } const rows[] = {
        {0, "HTTP/1.0 101 Switching Protocols", failed},
        {0, "HTTP/2 101", failed},
        {0, "SSH-2.0-OpenSSH", failed},
        {0, "HTTP/1.1 101x", failed},
        {1, "X: y", failed},
        {1, "Upgrade: h2c", failed},
        {1, "Upgrade: websocket2", failed},
        {2, "X: y", failed},
        {2, "Connection: close", failed},
        {3, "X: y", failed},
        {3, "Sec-WebSocket-Accept: S3pPLMBiTxaQ9kYGzzhZRbK+xOo=", failed},
        {3, "Sec-WebSocket-Accept:", failed},
        {3, "Sec-WebSocket-Accept: " + std::string(accept) + "\r\nSec-WebSocket-Accept: " + std::string(accept),
         failed},
        {3, "Sec-WebSocket-Accept: " + std::string(accept) + "\r\nSec-WebSocket-Extensions: permessage-deflate",
         failed},
        {4, "X: y", not_selected},
        {4, "Sec-WebSocket-Protocol: mqttv3.1", not_selected},
        {4, "Sec-WebSocket-Protocol: MQTT", not_selected},
        {4, "Sec-WebSocket-Protocol: mqtt, wamp", not_selected},
        {4, "Sec-WebSocket-Protocol: mqtt\r\nSec-WebSocket-Protocol: mqtt", not_selected},
        {4, "Sec-WebSocket-Protocol:", not_selected},
        {4, "Sec-WebSocket-Protocol: mqtt\r\nno colon", failed},
    };
    for (const auto& row : rows)
    {
        CAPTURE(row.by);
        std::vector<std::string> lines = good_answer();
        lines[row.line] = row.by;
        CHECK(judged(joined(lines)) == row.error);
    }
}

TEST_CASE("an answer that refuses is told with status and reason")
{
    struct
    {
        unsigned status;
        errc error;
    } const rows[] = {
        {100, errc::websocket_handshake_failed}, {200, errc::websocket_handshake_failed},
        {301, errc::websocket_redirected},       {302, errc::websocket_redirected},
        {307, errc::websocket_redirected},       {400, errc::websocket_refused},
        {401, errc::websocket_refused},          {403, errc::websocket_refused},
        {404, errc::websocket_refused},          {408, errc::websocket_unavailable},
        {425, errc::websocket_unavailable},      {426, errc::websocket_refused},
        {429, errc::websocket_unavailable},      {500, errc::websocket_unavailable},
        {501, errc::websocket_refused},          {502, errc::websocket_unavailable},
        {503, errc::websocket_unavailable},      {504, errc::websocket_unavailable},
        {505, errc::websocket_refused},          {999, errc::websocket_refused},
    };
    for (const auto& row : rows)
    {
        CAPTURE(row.status);
        http_response response;
        const std::string head =
            "HTTP/1.0 " + std::to_string(row.status) + " Some Reason\r\nLocation: wss://other.example/mqtt\r\n\r\n";
        CHECK(check_response(head, accept, response) == row.error);
        CHECK(response.status == row.status);
        CHECK(response.reason == "Some Reason");
        CHECK(response.location == "wss://other.example/mqtt");
    }
}
