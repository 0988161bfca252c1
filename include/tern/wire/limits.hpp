// SPDX-License-Identifier: BSL-1.0
//
// The sizes that the format of MQTT itself allows, each by the name that the rest of the library uses.
//
// Layer: wire. Standard: v5 1.5, 2.1.4; v3.1.1 1.5, 2.2.3.
// Limits that a peer announces or a user sets are not here but in the session.
#ifndef TERN_WIRE_LIMITS_HPP
#define TERN_WIRE_LIMITS_HPP

#include <cstddef>
#include <cstdint>

namespace tern::wire
{

/// The largest value of a variable byte integer: four bytes of seven bits. v5 1.5.5
inline constexpr std::uint32_t maximum_variable_byte_integer = 268'435'455;

/// The most that can follow the fixed header. v5 2.1.4, v3.1.1 2.2.3
inline constexpr std::uint32_t maximum_remaining_length = maximum_variable_byte_integer;

/// The largest fixed header: the first byte and four bytes of length.
inline constexpr std::size_t maximum_fixed_header_size = 5;

/// The smallest packet: PINGREQ, PINGRESP, and DISCONNECT without a reason.
inline constexpr std::size_t minimum_packet_size = 2;

/// The largest whole packet, its fixed header included.
inline constexpr std::uint32_t maximum_packet_size = 268'435'460;
static_assert(maximum_packet_size == maximum_remaining_length + maximum_fixed_header_size);

/// The most bytes in a text or binary field: its length has two bytes. v5 1.5.4, 1.5.6, v3.1.1 1.5.3
inline constexpr std::size_t maximum_field_length = 65'535;

} // namespace tern::wire

#endif
