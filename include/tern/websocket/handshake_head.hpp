// SPDX-License-Identifier: BSL-1.0
//
// Finds the head of a handshake's request or answer in the bytes that have come, and gives up early on what cannot
// become one: a server of something else, a flood of headers.
//
// Layer: websocket. Standard: RFC 6455 4.1, 4.2.1; RFC 9112 2.1.
// What stands in the head is the matter of client_handshake.hpp and server_handshake.hpp.
#ifndef TERN_WEBSOCKET_HANDSHAKE_HEAD_HPP
#define TERN_WEBSOCKET_HANDSHAKE_HEAD_HPP

#include "tern/errc.hpp"
#include "tern/http_head.hpp"

#include <cstddef>
#include <string_view>

namespace tern::websocket
{

struct head_search
{
    std::size_t size = 0; ///< of the head, with its empty line; 0 as long as it is not whole
    errc error{};
};

/// Looks in all bytes that have come, of which the first `searched` have been looked at before. `beginning` is what the
/// head has to begin with, `maximum` how long it may be.
[[nodiscard]] constexpr head_search find_head(std::string_view bytes, std::size_t searched, std::string_view beginning,
                                              std::size_t maximum) noexcept
{
    const std::size_t known = bytes.size() < beginning.size() ? bytes.size() : beginning.size();
    if (bytes.substr(0, known) != beginning.substr(0, known))
    {
        return {0, errc::websocket_handshake_failed};
    }
    const std::size_t size = http_head_size(bytes, searched);
    if (size > maximum || (size == 0 && bytes.size() >= maximum))
    {
        return {0, errc::http_head_too_large};
    }
    return {size, {}};
}

} // namespace tern::websocket

#endif
