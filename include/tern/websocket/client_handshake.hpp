// SPDX-License-Identifier: BSL-1.0
//
// The client's half of the opening handshake, without I/O: the request as text, and the judgement of the answer.
//
// Layer: websocket. Standard: RFC 6455 4.1, 4.2.2; v5 6.0, v3.1.1 6.0 (subprotocol "mqtt").
// Redirects are refused, not followed: where to send credentials is the user's decision. No extension is offered, so
// none may be selected.
#ifndef TERN_WEBSOCKET_CLIENT_HANDSHAKE_HPP
#define TERN_WEBSOCKET_CLIENT_HANDSHAKE_HPP

#include "tern/errc.hpp"
#include "tern/http_head.hpp"

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>

namespace tern
{

/// What a client asks for. Everything is a view, copied when the handshake begins.
struct websocket_request
{
    std::string_view host{};                ///< a name or address; of IPv6 with or without brackets
    std::uint16_t port = 0;                 ///< 0, or the scheme's own port: not mentioned
    std::string_view path{};                ///< "/mqtt"; empty for "/". What is not ASCII is percent-encoded
    std::string_view query{};               ///< without the question mark; empty for none
    std::span<const http_header> headers{}; ///< more of them: Authorization, Cookie, Origin, User-Agent
};

static_assert(std::is_trivially_destructible_v<websocket_request>);

} // namespace tern

namespace tern::websocket
{

/// The name of MQTT among the subprotocols. v5 [MQTT-6.0.0-3] v3.1.1 [MQTT-6.0.0-3]
inline constexpr std::string_view subprotocol = "mqtt";

namespace detail
{

/// Headers that the handshake sends itself, or that would make the request another one.
constexpr bool is_header_of_handshake(std::string_view name) noexcept
{
    constexpr std::string_view prefix = "sec-websocket-";
    for (const std::string_view own : {"host", "upgrade", "connection", "content-length", "transfer-encoding"})
    {
        if (is_same_http_word(name, own))
        {
            return true;
        }
    }
    return is_same_http_word(name.substr(0, prefix.size()), prefix);
}

/// Appends a path or query; false if it has what cannot stand in a request line.
inline bool append_target(std::string& out, std::string_view text)
{
    constexpr std::string_view digits = "0123456789ABCDEF";
    for (const char c : text)
    {
        const auto code = static_cast<unsigned char>(c);
        if (code <= 0x20 || code == 0x7F || c == '#')
        {
            return false;
        }
        if (code < 0x80)
        {
            out += c;
            continue;
        }
        out += {'%', digits[code >> 4U], digits[code & 15U]};
    }
    return true;
}

inline bool append_host(std::string& out, std::string_view host, std::uint16_t port)
{
    for (const char c : host)
    {
        const auto code = static_cast<unsigned char>(c);
        if (code <= 0x20 || code >= 0x7F || std::string_view("/?#@\\").find(c) != std::string_view::npos)
        {
            return false;
        }
    }
    const bool needs_brackets = host.find(':') != std::string_view::npos && host.front() != '[';
    out += needs_brackets ? "[" : "";
    out += host;
    out += needs_brackets ? "]" : "";
    if (port != 0)
    {
        out += ':';
        out += std::to_string(port);
    }
    return !host.empty();
}

} // namespace detail

/// Writes the request with that key to `out`. errc::invalid_url if host, path or query cannot be sent,
/// errc::invalid_http_header for the headers, also when the request is longer than `maximum_size`.
[[nodiscard]] inline errc compose_request(const websocket_request& request, std::string_view key,
                                          std::size_t maximum_size, std::string& out)
{
    out = "GET ";
    out += request.path.empty() ? "/" : "";
    bool good = (request.path.empty() || request.path.front() == '/') && detail::append_target(out, request.path);
    out += request.query.empty() ? "" : "?";
    good = good && detail::append_target(out, request.query);
    out += " HTTP/1.1\r\nHost: ";
    good = good && detail::append_host(out, request.host, request.port);
    if (!good)
    {
        return errc::invalid_url;
    }
    out += "\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: ";
    out += key;
    out += "\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Protocol: ";
    out += subprotocol; // v5 [MQTT-6.0.0-3] v3.1.1 [MQTT-6.0.0-3]
    out += "\r\n";
    for (const http_header& header : request.headers)
    {
        // A line end in a header would let whoever chose its value add headers, or a whole request.
        if (!is_http_token(header.name) || !is_http_text(header.value) || detail::is_header_of_handshake(header.name))
        {
            return errc::invalid_http_header;
        }
        out += header.name;
        out += ": ";
        out += header.value;
        out += "\r\n";
    }
    out += "\r\n";
    return out.size() <= maximum_size ? errc{} : errc::invalid_http_header;
}

/// What every answer begins with, whatever HTTP server it is.
inline constexpr std::string_view response_beginning = "HTTP/1.";

namespace detail
{

/// What an answer other than 101 means.
[[nodiscard]] constexpr errc error_of_status(unsigned status) noexcept
{
    if (status >= 300 && status <= 399)
    {
        return errc::websocket_redirected;
    }
    switch (status)
    {
    case 408: // Request Timeout
    case 425: // Too Early
    case 429: // Too Many Requests
    case 500: // Internal Server Error
    case 502: // Bad Gateway
    case 503: // Service Unavailable
    case 504: // Gateway Timeout
        return errc::websocket_unavailable;
    default: return status >= 400 ? errc::websocket_refused : errc::websocket_handshake_failed;
    }
}

} // namespace detail

/// Judges the answer, a whole head, to a request whose key is answered with `accept`. `response` gets what is worth
/// telling, also on failure. RFC 6455 4.1
[[nodiscard]] inline errc check_response(std::string_view head, std::string_view accept, http_response& response)
{
    http_head read;
    http_status_line line;
    if (!read.parse(head) || !parse_http_status_line(read.start_line(), line))
    {
        return errc::websocket_handshake_failed;
    }
    response.status = line.status;
    response.reason = line.reason;
    response.location = read.value("Location");
    if (line.status != 101)
    {
        return detail::error_of_status(line.status);
    }
    if (line.minor_version == 0 || !is_same_http_word(read.value("Upgrade"), "websocket") ||
        !read.has_word("Connection", "upgrade") || read.count("Sec-WebSocket-Accept") != 1 ||
        read.value("Sec-WebSocket-Accept") != accept || !read.value("Sec-WebSocket-Extensions").empty())
    {
        return errc::websocket_handshake_failed;
    }
    // v5 [MQTT-6.0.0-4] v3.1.1 [MQTT-6.0.0-4]
    const bool selected =
        read.count("Sec-WebSocket-Protocol") == 1 && read.value("Sec-WebSocket-Protocol") == subprotocol;
    return selected ? errc{} : errc::websocket_subprotocol_not_selected;
}

} // namespace tern::websocket

#endif
