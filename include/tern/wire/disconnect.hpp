// SPDX-License-Identifier: BSL-1.0
//
// DISCONNECT: the last packet of a connection, from the client, and in 5.0 from the server as well.
//
//     fixed header     1110 0000, remaining length
//     variable header  reason code (5.0), left out if it is 0 and there are no properties
//                      properties (5.0), left out if there are none
//
// Layer: wire. Standard: v5 3.14, v3.1.1 3.14.
#ifndef TERN_WIRE_DISCONNECT_HPP
#define TERN_WIRE_DISCONNECT_HPP

#include "tern/error.hpp"
#include "tern/properties.hpp"
#include "tern/protocol_version.hpp"
#include "tern/reason_code.hpp"
#include "tern/wire/fields.hpp"
#include "tern/wire/packet_type.hpp"
#include "tern/wire/property_lists.hpp"
#include "tern/wire/reason_codes.hpp"
#include "tern/wire/sender.hpp"

namespace tern::wire
{

/// 3.1.1 has neither reason code nor properties, and only the client sends it.
struct disconnect
{
    static constexpr packet_type type = packet_type::disconnect;
    tern::reason_code reason_code = tern::reason_code::normal_disconnection;
    disconnect_properties properties{};

    friend constexpr bool operator==(const disconnect&, const disconnect&) = default;
};

namespace detail
{

constexpr bool expiry_from_client(const disconnect& packet, sender from) noexcept
{
    return from != sender::server || !packet.properties.session_expiry_interval;
}

constexpr bool is_normal(const disconnect& packet) noexcept
{
    return packet.reason_code == reason_code::normal_disconnection;
}

} // namespace detail

template <>
struct layout<disconnect, protocol_version::v5>
{
    using header = plain_header<packet_type::disconnect>;
    // clang-format off
    using body = field_list<
        omissible<true, // v5 3.14.2.1, 3.14.2.2.1
                  field<&disconnect::reason_code, reason_code_of<client_disconnect_codes, server_disconnect_codes>>,
                  field<&disconnect::properties, property_block<disconnect_properties>>>,
        sender_rule<detail::expiry_from_client, errc::unrequested_property>>; // v5 [MQTT-3.14.2-2]
    // clang-format on
};

/// In 3.1.1 it always means a normal end, which discards the will, so no other reason may become one.
template <>
struct layout<disconnect, protocol_version::v3_1_1>
{
    using header = plain_header<packet_type::disconnect>;
    using code = field<&disconnect::reason_code, reason_code_of<client_disconnect_codes, server_disconnect_codes>>;
    // clang-format off
    using body = field_list<
        since_v5<protocol_version::v3_1_1, code>,
        rule<detail::is_normal, errc::not_supported_by_protocol_version, errc::invalid_reason_code>,
        since_v5<protocol_version::v3_1_1, field<&disconnect::properties, property_block<disconnect_properties>>>>;
    // clang-format on
};

} // namespace tern::wire

#endif
