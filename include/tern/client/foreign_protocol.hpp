// SPDX-License-Identifier: BSL-1.0
//
// What a server seems to speak that answers CONNECT with something other than MQTT, or not at all.
//
// Layer: client, without Asio. Standard: v5 3.2, v3.1.1 3.2 (the answer is CONNACK); RFC 8446 5.1, RFC 9112 4 (what
// servers of TLS and HTTP answer).
// Words for people who wrote a wrong port or scheme. Nothing is decided by them: the session has refused the bytes.
#ifndef TERN_CLIENT_FOREIGN_PROTOCOL_HPP
#define TERN_CLIENT_FOREIGN_PROTOCOL_HPP

#include <string_view>

namespace tern::detail
{

/// Where the server closes instead of answering.
inline constexpr std::string_view closed_without_an_answer =
    "the server closed without an answer to CONNECT: it may speak TLS (mqtts) or WebSocket (ws) on this port, or not "
    "know this version of MQTT";

/// The first bytes of a server's answer, in words; empty if they are nothing that is known.
[[nodiscard]] constexpr std::string_view explain_answer(std::string_view bytes) noexcept
{
    if (bytes.starts_with("\x15\x03")) // an alert, of any version
    {
        return "the server speaks TLS on this port: mqtts instead of mqtt, or wss instead of ws";
    }
    if (bytes.starts_with("HTTP/"))
    {
        return "the server speaks HTTP on this port: ws instead of mqtt, or another port";
    }
    return {};
}

} // namespace tern::detail

#endif
