// SPDX-License-Identifier: BSL-1.0
//
// The operations of which a client has one at a time: connecting, disconnecting, re-authenticating. Their numbers, and
// what is kept of one that has ended until the events up to then are told.
//
// Layer: client. Standard: none.
// The others, which have slots, are in operations.hpp.
#ifndef TERN_CLIENT_SINGLE_OPERATIONS_HPP
#define TERN_CLIENT_SINGLE_OPERATIONS_HPP

#include "tern/client/results.hpp"
#include "tern/client/unique_handler.hpp"
#include "tern/session/types.hpp"

#include <cstdint>
#include <system_error>

namespace tern::detail
{

using connect_handler = unique_handler<void(std::error_code, connect_result)>;
using plain_handler = unique_handler<void(std::error_code)>;

/// The numbers of their kinds; no slot has such a low number.
enum class single_operation : std::uint8_t
{
    connect = 1,
    disconnect = 2,
    re_authenticate = 3,
};

/// `generation` tells one from the next of its kind.
[[nodiscard]] constexpr session::operation number_of(single_operation kind, std::uint32_t generation) noexcept
{
    return (generation & 0x3FFFFFFFU) << 2 | static_cast<std::uint32_t>(kind);
}

/// async_connect has ended.
struct finished_connect
{
    connect_handler handler;
    std::error_code error;
    connect_result result;
};

/// One without a result has ended.
struct finished_plain
{
    plain_handler handler;
    std::error_code error;
};

} // namespace tern::detail

#endif
