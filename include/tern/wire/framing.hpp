// SPDX-License-Identifier: BSL-1.0
//
// Cuts a stream of bytes into packets, however the bytes arrive: first byte, remaining length, body.
//
// Layer: wire. Standard: v5 2.1, v3.1.1 2.2.
// What is wrong with a header is reported as soon as the offending byte is there, never after waiting for a body.
// The body is not looked at: that is the work of codec.hpp.
#ifndef TERN_WIRE_FRAMING_HPP
#define TERN_WIRE_FRAMING_HPP

#include "tern/error.hpp"
#include "tern/wire/limits.hpp"
#include "tern/wire/packet_type.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace tern::wire
{

/// One whole packet; the body is a view into the buffer that it was found in.
struct frame
{
    std::uint8_t first_byte = 0;
    std::string_view body{}; ///< everything after the fixed header
    std::size_t size = 0;    ///< of the whole packet

    [[nodiscard]] constexpr packet_type type() const noexcept { return static_cast<packet_type>(first_byte >> 4U); }
    [[nodiscard]] constexpr std::uint8_t flags() const noexcept { return first_byte & 0x0FU; }
};

enum class frame_status : std::uint8_t
{
    complete,   ///< `frame` is the packet at the beginning of the input
    incomplete, ///< more bytes are needed
    malformed,  ///< `error` says why; nothing that follows can be understood
};

struct frame_result
{
    frame_status status = frame_status::incomplete;
    errc error{};
    wire::frame frame{};
    std::size_t needed = 0; ///< the size of the whole packet once its header is known, else 0
};

/// Finds the packet at the beginning of `input`.
/// \param largest the largest whole packet to accept, in bytes; a larger one is malformed.
[[nodiscard]] constexpr frame_result next_frame(std::string_view input, std::uint32_t largest) noexcept
{
    frame_result result;
    if (input.empty())
    {
        return result;
    }
    const auto first_byte = static_cast<std::uint8_t>(input[0]);
    const auto fail = [&](errc error) {
        result.status = frame_status::malformed;
        result.error = error;
        return result;
    };
    if (const errc error = first_byte_error(first_byte); error != errc{})
    {
        return fail(error);
    }
    const std::size_t available = std::min(input.size(), maximum_fixed_header_size);
    std::size_t remaining_length = 0;
    for (std::size_t i = 1; i < available; ++i)
    {
        const auto part = static_cast<std::uint8_t>(input[i]);
        remaining_length |= static_cast<std::size_t>(part & 0x7FU) << (7 * (i - 1));
        if (part >= 0x80)
        {
            if (i + 1 == maximum_fixed_header_size) // v5 1.5.5, v3.1.1 2.2.3: four bytes at most
            {
                return fail(errc::malformed_variable_byte_integer);
            }
            continue;
        }
        if (part == 0 && i > 1) // v5 [MQTT-1.5.5-1]
        {
            return fail(errc::malformed_variable_byte_integer);
        }
        result.needed = 1 + i + remaining_length;
        if (result.needed > largest) // v5 [MQTT-3.1.2-24]: the peer was told; answered with 0x95
        {
            return fail(errc::received_packet_too_large);
        }
        if (input.size() >= result.needed)
        {
            result.status = frame_status::complete;
            result.frame = {first_byte, input.substr(1 + i, remaining_length), result.needed};
        }
        return result;
    }
    return result;
}

} // namespace tern::wire

#endif
