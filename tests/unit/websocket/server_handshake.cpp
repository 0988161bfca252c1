// SPDX-License-Identifier: BSL-1.0
#include "tern/websocket/server_handshake.hpp"

#include "support/catch.hpp"

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

using namespace tern;
using namespace tern::websocket;

namespace
{

std::vector<std::string> good_request()
{
    return {"GET /mqtt?a=b HTTP/1.1",
            "Host: broker.example",
            "Upgrade: websocket",
            "Connection: Upgrade",
            "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
            "Sec-WebSocket-Version: 13",
            "Sec-WebSocket-Protocol: mqtt"};
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

} // namespace

TEST_CASE("a request that is accepted and its answer")
{
    // RFC 6455 4.2.2; v5 [MQTT-6.0.0-4] v3.1.1 [MQTT-6.0.0-4]
    const std::string head = joined(good_request());
    const request_check found = check_request(head);
    CHECK(found.error == errc{});
    CHECK(found.target == "/mqtt?a=b");
    CHECK(compose_response(found) == "HTTP/1.1 101 Switching Protocols\r\n"
                                     "Upgrade: websocket\r\n"
                                     "Connection: Upgrade\r\n"
                                     "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n"
                                     "Sec-WebSocket-Protocol: mqtt\r\n"
                                     "\r\n");
    std::vector<std::string> other = good_request();
    other[2] = "upgrade: other, WebSocket";
    other[3] = "connection: keep-alive, Upgrade";
    other[6] = "Sec-WebSocket-Protocol: mqttv3.1, mqtt\r\nOrigin: http://example";
    const std::string other_head = joined(other);
    CHECK(check_request(other_head).error == errc{});
}

TEST_CASE("requests that are refused and their answers")
{
    // RFC 6455 4.2.1, 4.4; v5 [MQTT-6.0.0-3] v3.1.1 [MQTT-6.0.0-3]
    constexpr errc failed = errc::websocket_handshake_failed;
    struct
    {
        std::size_t line; ///< of good_request(), that is replaced
        std::string_view by;
        unsigned status;
        errc error;
    } const rows[] = {
        {0, "POST /mqtt HTTP/1.1", 400, failed},
        {0, "GET /mqtt HTTP/1.0", 400, failed},
        {0, "GET  HTTP/1.1", 400, failed},
        {0, "GET HTTP/1.1", 400, failed},
        {0, "GET /a b HTTP/1.1", 400, failed},
        {1, "X: y", 400, failed},
        {1, "Host: a\r\nHost: b", 400, failed},
        {1, "no colon", 400, failed},
        {2, "X: y", 426, failed},
        {2, "Upgrade: h2c", 426, failed},
        {3, "Connection: close", 426, failed},
        {4, "X: y", 400, failed},
        {4, "Sec-WebSocket-Key: short", 400, failed},
        {4, "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==", 400, failed},
        {5, "X: y", 426, failed},
        {5, "Sec-WebSocket-Version: 8", 426, failed},
        {6, "X: y", 400, errc::websocket_subprotocol_not_selected},
        {6, "Sec-WebSocket-Protocol: mqttv3.1, MQTT", 400, errc::websocket_subprotocol_not_selected},
    };
    for (const auto& row : rows)
    {
        CAPTURE(std::string(row.by));
        std::vector<std::string> lines = good_request();
        lines[row.line] = row.by;
        const std::string head = joined(lines);
        const request_check found = check_request(head);
        CHECK(found.error == row.error);
        CHECK(found.status == row.status);
        const std::string answer = compose_response(found);
        CHECK(answer.substr(0, 13) == "HTTP/1.1 " + std::to_string(row.status) + ' ');
        CHECK(answer.find("Connection: close\r\nContent-Length: 0\r\n") != std::string::npos);
        CHECK((answer.find("Sec-WebSocket-Version: 13\r\n") != std::string::npos) == (row.status == 426));
        CHECK(answer.find("Sec-WebSocket-Accept") == std::string::npos);
        CHECK(answer.substr(answer.size() - 4) == "\r\n\r\n");
    }
}
