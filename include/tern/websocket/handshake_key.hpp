// SPDX-License-Identifier: BSL-1.0
//
// The key of an opening handshake, and what a server answers to it.
//
// Layer: websocket. Standard: RFC 6455 4.1, 4.2.2 (Sec-WebSocket-Key, Sec-WebSocket-Accept).
// It keeps no secret: it only shows that the other side speaks WebSocket and answers to this request.
#ifndef TERN_WEBSOCKET_HANDSHAKE_KEY_HPP
#define TERN_WEBSOCKET_HANDSHAKE_KEY_HPP

#include "tern/base64.hpp"
#include "tern/websocket/masking.hpp"
#include "tern/websocket/random.hpp"
#include "tern/websocket/sha1.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <string>
#include <string_view>

namespace tern::websocket
{

/// Of the random bytes in a key.
inline constexpr std::size_t handshake_key_size = 16;

/// A fresh key as it stands in the request.
[[nodiscard]] inline std::string make_key(random_numbers& random)
{
    std::array<char, handshake_key_size> bytes{};
    for (std::size_t i = 0; i < bytes.size(); i += sizeof(masking_key))
    {
        const masking_key number = random.take();
        std::transform(number.begin(), number.end(), bytes.data() + i,
                       [](unsigned char byte) { return static_cast<char>(byte); });
    }
    return to_base64({bytes.data(), bytes.size()});
}

/// True if a request may have it.
[[nodiscard]] constexpr bool is_key(std::string_view text) noexcept
{
    return is_base64_of(text, handshake_key_size);
}

/// What the server answers to the key. RFC 6455 4.2.2, number 5.4
[[nodiscard]] inline std::string accept_value(std::string_view key)
{
    const std::array<char, 20> digest = sha1(std::string(key) + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11");
    return to_base64({digest.data(), digest.size()});
}

} // namespace tern::websocket

#endif
