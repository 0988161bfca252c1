// SPDX-License-Identifier: BSL-1.0
//
// CONNACK: the server's answer to CONNECT.
//
//     fixed header     0010 0000, remaining length
//     variable header  flags: 0000 000, session present
//                      reason code (return code in 3.1.1)
//                      properties (5.0)
//
// Layer: wire. Standard: v5 3.2, v3.1.1 3.2.
#ifndef TERN_WIRE_CONNACK_HPP
#define TERN_WIRE_CONNACK_HPP

#include "tern/error.hpp"
#include "tern/properties.hpp"
#include "tern/protocol_version.hpp"
#include "tern/reason_code.hpp"
#include "tern/wire/fields.hpp"
#include "tern/wire/framing.hpp"
#include "tern/wire/kinds.hpp"
#include "tern/wire/packet_type.hpp"
#include "tern/wire/property_lists.hpp"
#include "tern/wire/reader.hpp"
#include "tern/wire/reason_codes.hpp"
#include "tern/wire/text_check.hpp"
#include "tern/wire/writer.hpp"

#include <array>
#include <cstddef>
#include <cstdint>

namespace tern::wire
{

/// The return codes 1 to 5 of 3.1.1 appear as the reason codes 0x84, 0x85, 0x88, 0x86 and 0x87.
struct connack
{
    static constexpr packet_type type = packet_type::connack;
    bool session_present = false;
    tern::reason_code reason_code = tern::reason_code::success;
    connack_properties properties{};

    friend constexpr bool operator==(const connack&, const connack&) = default;
};

namespace detail
{

/// v5 3.2.2.1, v3.1.1 3.2.2.1
struct connack_flags
{
    template <text_check>
    static constexpr errc add_size(bool, std::size_t& size) noexcept
    {
        size += 1;
        return errc{};
    }

    static constexpr char* encode(bool session_present, char* out) noexcept
    {
        return put(static_cast<std::uint8_t>(session_present ? 1 : 0), out);
    }

    template <text_check>
    static constexpr errc decode(reader& in, bool& session_present) noexcept
    {
        std::uint8_t flags = 0;
        if (!in.read(flags))
        {
            return errc::length_mismatch;
        }
        session_present = flags == 1;
        return flags <= 1 ? errc{} : errc::reserved_bits; // v5 [MQTT-3.2.2-1] v3.1.1 3.2.2.1
    }
};

/// By return code. v3.1.1 3.2.2.3
inline constexpr std::array<tern::reason_code, 6> return_codes{
    tern::reason_code::success,
    tern::reason_code::unsupported_protocol_version,
    tern::reason_code::client_identifier_not_valid,
    tern::reason_code::server_unavailable,
    tern::reason_code::bad_user_name_or_password,
    tern::reason_code::not_authorized,
};

/// The return code of 3.1.1 as a reason code.
struct return_code
{
    template <text_check>
    static constexpr errc add_size(tern::reason_code code, std::size_t& size) noexcept
    {
        size += 1;
        return find(code) < return_codes.size() ? errc{} : errc::not_supported_by_protocol_version;
    }

    static constexpr char* encode(tern::reason_code code, char* out) noexcept
    {
        return put(static_cast<std::uint8_t>(find(code)), out);
    }

    template <text_check>
    static constexpr errc decode(reader& in, tern::reason_code& code) noexcept
    {
        std::uint8_t byte = 0;
        if (!in.read(byte))
        {
            return errc::length_mismatch;
        }
        if (byte >= return_codes.size()) // v3.1.1 3.2.2.3: 6 to 255 are reserved
        {
            return errc::invalid_reason_code;
        }
        code = return_codes[byte];
        return errc{};
    }

private:
    static constexpr std::size_t find(tern::reason_code code) noexcept
    {
        std::size_t index = 0;
        while (index < return_codes.size() && return_codes[index] != code)
        {
            ++index;
        }
        return index;
    }
};

constexpr bool no_session_on_failure(const connack& packet) noexcept
{
    return !packet.session_present || packet.reason_code == tern::reason_code::success;
}

} // namespace detail

template <>
struct layout<connack, protocol_version::v5>
{
    using header = plain_header<packet_type::connack>;
    // clang-format off
    using body = field_list<
        field<&connack::session_present, detail::connack_flags>,
        field<&connack::reason_code, reason_code_of<connack_codes>>,
        rule<detail::no_session_on_failure, errc::invalid_option, errc::reserved_bits>, // v5 [MQTT-3.2.2-6]
        field<&connack::properties, property_block<connack_properties>>>;
    // clang-format on
};

template <>
struct layout<connack, protocol_version::v3_1_1>
{
    using header = plain_header<packet_type::connack>;
    // clang-format off
    using body = field_list<
        field<&connack::session_present, detail::connack_flags>,
        field<&connack::reason_code, detail::return_code>,
        rule<detail::no_session_on_failure, errc::invalid_option, errc::reserved_bits>, // v3.1.1 [MQTT-3.2.2-4]
        since_v5<protocol_version::v3_1_1, field<&connack::properties, property_block<connack_properties>>>>;
    // clang-format on
};

/// True for a CONNACK of 3.1.1 that refuses: two bytes, return code 1 to 5. A server that knows only 3.1.1 answers a
/// CONNECT of 5.0 with one, and no CONNACK of 5.0 looks like it. Decode it with the codec of 3.1.1.
[[nodiscard]] constexpr bool is_3_1_1_refusal(const frame& packet) noexcept
{
    return packet.type() == packet_type::connack && packet.body.size() == 2 && packet.body[0] == 0 &&
           packet.body[1] >= 1 && packet.body[1] <= 5;
}

} // namespace tern::wire

#endif
