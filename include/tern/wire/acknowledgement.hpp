// SPDX-License-Identifier: BSL-1.0
//
// PUBACK, PUBREC, PUBREL and PUBCOMP: the steps by which a message of QoS 1 or 2 is acknowledged.
//
//     fixed header     0100 0000, 0101 0000, 0110 0010, 0111 0000; remaining length
//     variable header  packet identifier
//                      reason code (5.0), left out if it is 0 and there are no properties
//                      properties (5.0), left out if there are none
//
// Layer: wire. Standard: v5 3.4 to 3.7, v3.1.1 3.4 to 3.7.
#ifndef TERN_WIRE_ACKNOWLEDGEMENT_HPP
#define TERN_WIRE_ACKNOWLEDGEMENT_HPP

#include "tern/properties.hpp"
#include "tern/protocol_version.hpp"
#include "tern/reason_code.hpp"
#include "tern/wire/fields.hpp"
#include "tern/wire/kinds.hpp"
#include "tern/wire/packet_type.hpp"
#include "tern/wire/property_lists.hpp"
#include "tern/wire/reason_codes.hpp"

#include <cstdint>

namespace tern::wire
{

/// PUBACK, PUBREC, PUBREL and PUBCOMP differ in type, flags and legal reason codes only.
template <packet_type Type>
struct acknowledgement
{
    static constexpr packet_type type = Type;
    std::uint16_t packet_identifier = 0;
    tern::reason_code reason_code = tern::reason_code::success;
    acknowledgement_properties properties{};

    friend constexpr bool operator==(const acknowledgement&, const acknowledgement&) = default;
};

using puback = acknowledgement<packet_type::puback>;
using pubrec = acknowledgement<packet_type::pubrec>;
using pubrel = acknowledgement<packet_type::pubrel>;
using pubcomp = acknowledgement<packet_type::pubcomp>;

namespace detail
{

template <packet_type Type>
inline constexpr const reason_code_set& acknowledgement_codes =
    Type == packet_type::puback || Type == packet_type::pubrec ? publish_answer_codes : release_codes;

} // namespace detail

template <packet_type Type>
struct layout<acknowledgement<Type>, protocol_version::v5>
{
    using packet = acknowledgement<Type>;
    using header = plain_header<Type>;
    // clang-format off
    using body = field_list<
        field<&packet::packet_identifier, packet_identifier>,
        omissible<true, // v5 3.4.2.1, 3.4.2.2.1 and the same of the others
                  field<&packet::reason_code, reason_code_of<detail::acknowledgement_codes<Type>>>,
                  field<&packet::properties, property_block<acknowledgement_properties>>>>;
    // clang-format on
};

/// 3.1.1 knows no failing acknowledgement, so one is refused; other codes are left out.
template <packet_type Type>
struct layout<acknowledgement<Type>, protocol_version::v3_1_1>
{
    using packet = acknowledgement<Type>;
    using header = plain_header<Type>;
    // clang-format off
    using body = field_list<
        field<&packet::packet_identifier, packet_identifier>,
        since_v5<protocol_version::v3_1_1,
                 field<&packet::reason_code, reason_code_of<detail::acknowledgement_codes<Type>>>>,
        since_v5<protocol_version::v3_1_1,
                 field<&packet::properties, property_block<acknowledgement_properties>>>>;
    // clang-format on
};

} // namespace tern::wire

#endif
