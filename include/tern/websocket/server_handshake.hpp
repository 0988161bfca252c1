// SPDX-License-Identifier: BSL-1.0
//
// The server's half of the opening handshake, without I/O: the judgement of a request, and the answer as text.
//
// Layer: websocket. Standard: RFC 6455 4.2, 4.4; v5 6.0, v3.1.1 6.0 (subprotocol "mqtt").
// For a broker in tests and demonstrations, behind no proxy: it serves every path and every origin. The errors are
// those of the client's half, with the roles exchanged.
#ifndef TERN_WEBSOCKET_SERVER_HANDSHAKE_HPP
#define TERN_WEBSOCKET_SERVER_HANDSHAKE_HPP

#include "tern/errc.hpp"
#include "tern/http_head.hpp"
#include "tern/websocket/client_handshake.hpp"
#include "tern/websocket/handshake_key.hpp"

#include <string>
#include <string_view>

namespace tern::websocket
{

/// The only method that a handshake may have.
inline constexpr std::string_view request_beginning = "GET ";

/// What a server found in a request.
struct request_check
{
    errc error{};                      ///< none: it is accepted
    unsigned status = 101;             ///< of the answer
    std::string_view status_text = ""; ///< of the answer
    std::string_view target{};         ///< path and query, as they came
    std::string_view key{};
};

namespace detail
{

constexpr request_check refused(unsigned status, std::string_view text, errc error) noexcept
{
    return {error, status, text, {}, {}};
}

/// "GET /mqtt HTTP/1.1" gives "/mqtt"; nothing if the line is something else.
constexpr std::string_view target_of(std::string_view line) noexcept
{
    constexpr std::string_view version = " HTTP/1.1";
    if (!line.starts_with(request_beginning) || !line.ends_with(version) ||
        line.size() < request_beginning.size() + version.size())
    {
        return {};
    }
    line.remove_prefix(request_beginning.size());
    line.remove_suffix(version.size());
    return line.find(' ') == std::string_view::npos ? line : std::string_view();
}

} // namespace detail

/// Judges a request, a whole head, of which the result keeps views. RFC 6455 4.2.1
[[nodiscard]] inline request_check check_request(std::string_view head)
{
    using detail::refused;
    http_head read;
    if (!read.parse(head))
    {
        return refused(400, "Bad Request", errc::websocket_handshake_failed);
    }
    request_check result{{}, 101, "Switching Protocols", detail::target_of(read.start_line()), {}};
    if (result.target.empty() || read.count("Host") != 1)
    {
        return refused(400, "Bad Request", errc::websocket_handshake_failed);
    }
    if (!read.has_word("Upgrade", "websocket") || !read.has_word("Connection", "upgrade"))
    {
        return refused(426, "Upgrade Required", errc::websocket_handshake_failed);
    }
    if (read.value("Sec-WebSocket-Version") != "13") // RFC 6455 4.4
    {
        return refused(426, "Upgrade Required", errc::websocket_handshake_failed);
    }
    result.key = read.value("Sec-WebSocket-Key");
    if (read.count("Sec-WebSocket-Key") != 1 || !is_key(result.key))
    {
        return refused(400, "Bad Request", errc::websocket_handshake_failed);
    }
    bool offered = false; // v5 [MQTT-6.0.0-3] v3.1.1 [MQTT-6.0.0-3]
    read.for_each_element("Sec-WebSocket-Protocol",
                          [&](std::string_view name) { offered = offered || name == subprotocol; });
    return offered ? result : refused(400, "Bad Request", errc::websocket_subprotocol_not_selected);
}

/// The answer to a request: with its key answered and "mqtt" selected, or with the status that refuses it.
[[nodiscard]] inline std::string compose_response(const request_check& request)
{
    std::string out = "HTTP/1.1 " + std::to_string(request.status) + ' ';
    out += request.status_text;
    if (request.error == errc{})
    {
        out += "\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ";
        out += accept_value(request.key);
        out += "\r\nSec-WebSocket-Protocol: ";
        out += subprotocol; // v5 [MQTT-6.0.0-4] v3.1.1 [MQTT-6.0.0-4]
    }
    else
    {
        out += "\r\nConnection: close\r\nContent-Length: 0";
        out += request.status == 426 ? "\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13" : "";
    }
    out += "\r\n\r\n";
    return out;
}

} // namespace tern::websocket

#endif
