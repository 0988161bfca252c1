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

namespace detail
{

[[nodiscard]] constexpr frame_result malformed_frame(errc error, std::size_t needed = 0) noexcept
{
    return {frame_status::malformed, error, {}, needed};
}

/// A header whose length has been read.
[[nodiscard]] constexpr frame_result cut_frame(std::string_view input, std::size_t header_size,
                                               std::size_t remaining_length, std::uint32_t largest) noexcept
{
    const std::size_t needed = header_size + remaining_length;
    if (needed > largest) // v5 [MQTT-3.1.2-24]: the peer was told; answered with 0x95
    {
        return malformed_frame(errc::received_packet_too_large, needed);
    }
    if (input.size() < needed)
    {
        return {frame_status::incomplete, errc{}, {}, needed};
    }
    const auto first_byte = static_cast<std::uint8_t>(input[0]);
    const std::string_view body(input.data() + header_size, remaining_length);
    return {frame_status::complete, errc{}, {first_byte, body, needed}, needed};
}

/// A header whose length has more than one byte, as far as there is one.
[[nodiscard]] constexpr frame_result cut_long_frame(std::string_view input, std::uint32_t largest) noexcept
{
    const std::size_t available = input.size() < maximum_fixed_header_size ? input.size() : maximum_fixed_header_size;
    std::size_t remaining_length = 0;
    for (std::size_t i = 1; i < available; ++i)
    {
        const auto part = static_cast<std::uint8_t>(input[i]);
        remaining_length |= static_cast<std::size_t>(part & 0x7FU) << (7 * (i - 1));
        if (part < 0x80)
        {
            return part != 0 || i == 1 ? cut_frame(input, 1 + i, remaining_length, largest)
                                       : malformed_frame(errc::malformed_variable_byte_integer); // v5 [MQTT-1.5.5-1]
        }
    }
    // v5 1.5.5, v3.1.1 2.2.3: four bytes at most
    return available == maximum_fixed_header_size ? malformed_frame(errc::malformed_variable_byte_integer)
                                                  : frame_result{};
}

} // namespace detail

/// Finds the packet at the beginning of `input`.
/// \param largest the largest whole packet to accept, in bytes; a larger one is malformed.
[[nodiscard]] constexpr frame_result next_frame(std::string_view input, std::uint32_t largest) noexcept
{
    if (input.empty())
    {
        return {};
    }
    if (const errc error = first_byte_error(static_cast<std::uint8_t>(input[0])); error != errc{})
    {
        return detail::malformed_frame(error);
    }
    if (input.size() > 1 && static_cast<std::uint8_t>(input[1]) < 0x80) // most packets are this short
    {
        return detail::cut_frame(input, 2, static_cast<std::uint8_t>(input[1]), largest);
    }
    return detail::cut_long_frame(input, largest);
}

} // namespace tern::wire

#endif
