// SPDX-License-Identifier: BSL-1.0
//
// AUTH: one step of an enhanced authentication, in either direction. 5.0 only.
//
//     fixed header     1111 0000, remaining length
//     variable header  reason code and properties, left out together if the code is 0 and there are no properties
//
// Layer: wire. Standard: v5 3.15, 4.12.
// That the Authentication Method is there and stays the same is for the session to check.
#ifndef TERN_WIRE_AUTH_HPP
#define TERN_WIRE_AUTH_HPP

#include "tern/properties.hpp"
#include "tern/protocol_version.hpp"
#include "tern/reason_code.hpp"
#include "tern/wire/fields.hpp"
#include "tern/wire/packet_type.hpp"
#include "tern/wire/property_lists.hpp"
#include "tern/wire/reason_codes.hpp"

namespace tern::wire
{

/// 5.0 only.
struct auth
{
    static constexpr packet_type type = packet_type::auth;
    tern::reason_code reason_code = tern::reason_code::success;
    auth_properties properties{};

    friend constexpr bool operator==(const auth&, const auth&) = default;
};

template <>
struct layout<auth, protocol_version::v5>
{
    using header = plain_header<packet_type::auth>;
    // clang-format off
    using body = field_list<
        omissible<false, // v5 3.15.2.1: both or neither
                  field<&auth::reason_code, reason_code_of<client_auth_codes, server_auth_codes>>,
                  field<&auth::properties, property_block<auth_properties>>>>;
    // clang-format on
};

} // namespace tern::wire

#endif
