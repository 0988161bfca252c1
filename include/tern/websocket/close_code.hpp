// SPDX-License-Identifier: BSL-1.0
//
// Why a WebSocket is closed: the codes, which of them may be sent, and what a close frame holds.
//
// Layer: websocket. Standard: RFC 6455 5.5.1, 7.4; the registry of IANA (1012 to 1014).
// MQTT says goodbye by itself, with DISCONNECT: these codes only tell what became of the stream below it.
#ifndef TERN_WEBSOCKET_CLOSE_CODE_HPP
#define TERN_WEBSOCKET_CLOSE_CODE_HPP

#include "tern/errc.hpp"
#include "tern/utf8.hpp"

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace tern
{

/// RFC 6455 7.4.1. Others exist: 3000 to 3999 are registered, 4000 to 4999 are private.
enum class websocket_close_code : std::uint16_t
{
    normal = 1000,
    going_away = 1001,
    protocol_error = 1002,
    unsupported_data = 1003,
    none = 1005,     ///< never sent: a close frame came without a code
    abnormal = 1006, ///< never sent: no close frame has come
    invalid_text = 1007,
    policy_violation = 1008,
    message_too_big = 1009,
    mandatory_extension = 1010,
    internal_error = 1011,
    service_restart = 1012,
    try_again_later = 1013,
    bad_gateway = 1014,
};

} // namespace tern

namespace tern::websocket
{

/// True if a close frame may carry it. RFC 6455 7.4.2
[[nodiscard]] constexpr bool may_be_sent(websocket_close_code code) noexcept
{
    const auto number = static_cast<unsigned>(code);
    return (number >= 1000 && number <= 1003) || (number >= 1007 && number <= 1014) ||
           (number >= 3000 && number <= 4999);
}

/// With which code the connection is closed for that error of frames. RFC 6455 7.4.1
[[nodiscard]] constexpr websocket_close_code close_code_for(errc error) noexcept
{
    switch (error)
    {
    case errc::websocket_text_frame: return websocket_close_code::unsupported_data;
    case errc::websocket_invalid_text: return websocket_close_code::invalid_text;
    case errc::websocket_frame_too_large: return websocket_close_code::message_too_big;
    default: return websocket_close_code::protocol_error;
    }
}

/// UTF-8, in which WebSocket, unlike MQTT, allows U+0000. RFC 6455 8.1
[[nodiscard]] constexpr bool is_close_text(std::string_view text) noexcept
{
    while (!text.empty())
    {
        const std::string_view part = text.substr(0, text.find('\0'));
        if (!is_valid_utf8(part))
        {
            return false;
        }
        text.remove_prefix(part.size() < text.size() ? part.size() + 1 : text.size());
    }
    return true;
}

/// What a close frame says.
struct close_payload
{
    errc error{}; ///< what is wrong with it
    websocket_close_code code = websocket_close_code::none;
    std::string_view reason{};
};

/// Reads the payload of a close frame. RFC 6455 5.5.1
[[nodiscard]] constexpr close_payload parse_close(std::string_view payload) noexcept
{
    if (payload.empty())
    {
        return {};
    }
    if (payload.size() == 1)
    {
        return {errc::websocket_protocol_error, websocket_close_code::none, {}};
    }
    const auto code = static_cast<websocket_close_code>(static_cast<unsigned char>(payload[0]) << 8U |
                                                        static_cast<unsigned char>(payload[1]));
    const std::string_view reason = payload.substr(2);
    const errc error = !may_be_sent(code)       ? errc::websocket_protocol_error
                       : !is_close_text(reason) ? errc::websocket_invalid_text
                                                : errc{};
    return {error, code, error == errc{} ? reason : std::string_view()};
}

} // namespace tern::websocket

#endif
