// SPDX-License-Identifier: BSL-1.0
//
// PINGREQ and PINGRESP: a fixed header and nothing else.
//
//     fixed header     1100 0000 or 1101 0000, remaining length 0
//
// Layer: wire. Standard: v5 3.12, 3.13; v3.1.1 3.12, 3.13.
// When they are sent is the session's business.
#ifndef TERN_WIRE_PING_HPP
#define TERN_WIRE_PING_HPP

#include "tern/protocol_version.hpp"
#include "tern/wire/fields.hpp"
#include "tern/wire/packet_type.hpp"

namespace tern::wire
{

struct pingreq
{
    static constexpr packet_type type = packet_type::pingreq;

    friend constexpr bool operator==(const pingreq&, const pingreq&) = default;
};

struct pingresp
{
    static constexpr packet_type type = packet_type::pingresp;

    friend constexpr bool operator==(const pingresp&, const pingresp&) = default;
};

template <protocol_version Version>
struct layout<pingreq, Version>
{
    using header = plain_header<packet_type::pingreq>;
    using body = field_list<>;
};

template <protocol_version Version>
struct layout<pingresp, Version>
{
    using header = plain_header<packet_type::pingresp>;
    using body = field_list<>;
};

} // namespace tern::wire

#endif
