// SPDX-License-Identifier: BSL-1.0
//
// Which reason codes each packet may carry, from which end, and the return codes of 3.1.1 in their place.
//
// Layer: wire. Standard: v5 2.4 and the reason code table of each packet; v3.1.1 3.2.2.3, 3.9.3.
// The names and texts of the codes are in the vocabulary, reason_code.hpp.
#ifndef TERN_WIRE_REASON_CODES_HPP
#define TERN_WIRE_REASON_CODES_HPP

#include "tern/error.hpp"
#include "tern/reason_code.hpp"
#include "tern/wire/packet_type.hpp"
#include "tern/wire/reader.hpp"
#include "tern/wire/sender.hpp"
#include "tern/wire/text_check.hpp"
#include "tern/wire/writer.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <initializer_list>

namespace tern::wire
{

/// A set of codes as one bit for each of the 256 values.
class reason_code_set
{
public:
    constexpr reason_code_set(std::initializer_list<std::uint8_t> codes) noexcept
    {
        for (const std::uint8_t code : codes)
        {
            bits_[code / 64U] |= std::uint64_t{1} << (code % 64U);
        }
    }

    [[nodiscard]] constexpr bool contains(tern::reason_code code) const noexcept
    {
        const auto value = static_cast<std::uint8_t>(code);
        return ((bits_[value / 64U] >> (value % 64U)) & 1U) != 0;
    }

private:
    std::array<std::uint64_t, 4> bits_{};
};

/// v5 3.2.2.2
inline constexpr reason_code_set connack_codes{0x00, 0x80, 0x81, 0x82, 0x83, 0x84, 0x85, 0x86, 0x87, 0x88, 0x89,
                                               0x8A, 0x8C, 0x90, 0x95, 0x97, 0x99, 0x9A, 0x9B, 0x9C, 0x9D, 0x9F};
/// v5 3.4.2.1, 3.5.2.1: PUBACK and PUBREC
inline constexpr reason_code_set publish_answer_codes{0x00, 0x10, 0x80, 0x83, 0x87, 0x90, 0x91, 0x97, 0x99};
/// v5 3.6.2.1, 3.7.2.1: PUBREL and PUBCOMP
inline constexpr reason_code_set release_codes{0x00, 0x92};
/// v5 3.9.3
inline constexpr reason_code_set suback_codes{0x00, 0x01, 0x02, 0x80, 0x83, 0x87, 0x8F, 0x91, 0x97, 0x9E, 0xA1, 0xA2};
/// v3.1.1 3.9.3
inline constexpr reason_code_set suback_codes_3_1_1{0x00, 0x01, 0x02, 0x80};
/// v5 3.11.3
inline constexpr reason_code_set unsuback_codes{0x00, 0x11, 0x80, 0x83, 0x87, 0x8F, 0x91};
/// v5 3.14.2.1
inline constexpr reason_code_set client_disconnect_codes{0x00, 0x04, 0x80, 0x81, 0x82, 0x83, 0x90,
                                                         0x93, 0x94, 0x95, 0x96, 0x97, 0x98, 0x99};
/// v5 3.14.2.1, 2.4 (0x8C). A server has no use for 0x00; some send it, and it ends the connection either way.
inline constexpr reason_code_set server_disconnect_codes{0x00, 0x80, 0x81, 0x82, 0x83, 0x87, 0x89, 0x8B, 0x8C, 0x8D,
                                                         0x8E, 0x8F, 0x90, 0x93, 0x94, 0x95, 0x96, 0x97, 0x98, 0x99,
                                                         0x9A, 0x9B, 0x9C, 0x9D, 0x9E, 0x9F, 0xA0, 0xA1, 0xA2};
/// v5 3.15.2.1
inline constexpr reason_code_set client_auth_codes{0x18, 0x19};
inline constexpr reason_code_set server_auth_codes{0x00, 0x18};

/// A reason code, which is one byte, out of those that the packet may carry; what each end may send can differ.
template <const reason_code_set& FromClient, const reason_code_set& FromServer = FromClient>
struct reason_code_of
{
    template <text_check>
    static constexpr errc add_size(tern::reason_code code, std::size_t& size) noexcept
    {
        size += 1;
        return is_legal(code, sender::any) ? errc{} : errc::invalid_option;
    }

    static constexpr char* encode(tern::reason_code code, char* out) noexcept
    {
        return put(static_cast<std::uint8_t>(code), out);
    }

    template <text_check>
    static constexpr errc decode(reader& in, tern::reason_code& code) noexcept
    {
        std::uint8_t byte = 0;
        if (!in.read(byte))
        {
            return errc::length_mismatch;
        }
        code = static_cast<tern::reason_code>(byte);
        // v5 [MQTT-3.2.2-8] [MQTT-3.4.2-1] [MQTT-3.5.2-1] [MQTT-3.6.2-1] [MQTT-3.7.2-1] [MQTT-3.9.3-2] [MQTT-3.11.3-2]
        // [MQTT-3.14.2-1] [MQTT-3.15.2-1] v3.1.1 [MQTT-3.9.3-2]
        return is_legal(code, in.from()) ? errc{} : errc::invalid_reason_code;
    }

    /// In 3.1.1, where the code is left out: all that says no more than that it went well.
    [[nodiscard]] static constexpr bool is_absent(tern::reason_code code) noexcept { return !is_failure(code); }

private:
    static constexpr bool is_legal(tern::reason_code code, sender from) noexcept
    {
        return (from != sender::server && FromClient.contains(code)) ||
               (from != sender::client && FromServer.contains(code));
    }
};

} // namespace tern::wire

#endif
