// SPDX-License-Identifier: BSL-1.0
//
// Sizes, encodes and decodes packets: a codec for each packet in each version, and functions that choose the version at
// run time. All of it works in constant expressions, allocates nothing and throws nothing.
//
// Layer: wire. Standard: v5 2, 3; v3.1.1 2, 3.
// What a packet looks like is in the packet's header; how packets are found in a stream is in framing.hpp.
#ifndef TERN_WIRE_CODEC_HPP
#define TERN_WIRE_CODEC_HPP

#include "tern/error.hpp"
#include "tern/protocol_version.hpp"
#include "tern/wire/fields.hpp"
#include "tern/wire/framing.hpp"
#include "tern/wire/limits.hpp"
#include "tern/wire/packet_type.hpp"
#include "tern/wire/packets.hpp"
#include "tern/wire/reader.hpp"
#include "tern/wire/sender.hpp"
#include "tern/wire/text_check.hpp"
#include "tern/wire/writer.hpp"

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace tern::wire
{

/// The size of a packet, or why it cannot be encoded.
struct size_result
{
    errc error{};         ///< `errc{}` if it can be encoded
    std::size_t size = 0; ///< of the whole packet, fixed header included; 0 if there is an error
};

/// Encodes and decodes `Packet` as `Version` has it.
template <class Packet, protocol_version Version>
struct codec
{
    using header = typename layout<Packet, Version>::header;
    using body = typename layout<Packet, Version>::body;

    /// Measures a packet and refuses what cannot be encoded: a field of more than 65,535 bytes (`field_too_long`), a
    /// packet of more than 268,435,460 bytes (`packet_too_large`), what 3.1.1 does not have
    /// (`not_supported_by_protocol_version`), text that is not UTF-8 (`invalid_text`), a topic name with a wildcard or
    /// without characters (`invalid_topic_name`), QoS 3 (`invalid_qos`), a value that MQTT forbids (`invalid_option`).
    /// \param check with `text_check::none` no byte of a text is looked at.
    [[nodiscard]] static constexpr size_result size(const Packet& packet,
                                                    text_check check = text_check::strict) noexcept
    {
        return check == text_check::strict ? measure<text_check::strict>(packet) : measure<text_check::none>(packet);
    }

    /// Writes the packet.
    /// \param size what size() returned for the same packet: nothing is checked again.
    /// \param out room for `size` bytes.
    /// \return the end of what was written: `out + size`.
    static constexpr char* encode(const Packet& packet, std::size_t size, char* out) noexcept
    {
        out = put(static_cast<std::uint8_t>((static_cast<unsigned>(Packet::type) << 4U) | header::flags(packet)), out);
        return body::encode(packet, put_variable(remaining_length(size), out));
    }

    /// Reads a packet. The views in it point into the frame's body.
    /// \param packet unspecified if there is an error.
    /// \param from which end sent it, where the standard makes a difference.
    /// \return `errc{}`, or what is wrong; disconnect_reason() tells the reason code that answers it.
    [[nodiscard]] static constexpr errc decode(const frame& in, Packet& packet, sender from = sender::any) noexcept
    {
        if (in.type() != Packet::type)
        {
            return errc::unexpected_packet;
        }
        if (const errc error = first_byte_error(in.first_byte); error != errc{})
        {
            return error;
        }
        header::read(in.flags(), packet);
        reader rest(in.body, from);
        const errc error = body::template decode<text_check::strict>(rest, packet);
        if (error != errc{} || rest.empty()) [[likely]]
        {
            return error;
        }
        return errc::length_mismatch; // v5 2.1.4, v3.1.1 2.2.3: the fields fill the packet
    }

private:
    template <text_check Check>
    static constexpr size_result measure(const Packet& packet) noexcept
    {
        if (const errc error = header::check(packet); error != errc{})
        {
            return {error, 0};
        }
        std::size_t size = 0;
        if (const errc error = body::template add_size<Check>(packet, size); error != errc{})
        {
            return {error, 0};
        }
        if (size > maximum_remaining_length)
        {
            return {errc::packet_too_large, 0};
        }
        return {errc{}, 1 + variable_size(size) + size};
    }

    /// The size without the fixed header.
    static constexpr std::size_t remaining_length(std::size_t size) noexcept
    {
        return size <= 0x7F + 2        ? size - 2
               : size <= 0x3FFF + 3    ? size - 3
               : size <= 0x1F'FFFF + 4 ? size - 4
                                       : size - 5;
    }
};

/// 3.1.1 has no AUTH.
template <>
struct codec<auth, protocol_version::v3_1_1>
{
    [[nodiscard]] static constexpr size_result size(const auth&, text_check = text_check::strict) noexcept
    {
        return {errc::not_supported_by_protocol_version, 0};
    }

    static constexpr char* encode(const auth&, std::size_t, char* out) noexcept { return out; }

    [[nodiscard]] static constexpr errc decode(const frame&, auth&, sender = sender::any) noexcept
    {
        return errc::reserved_packet_type; // v3.1.1 2.2.1
    }
};

/// codec::size() of the version.
template <class Packet>
[[nodiscard]] constexpr size_result encoded_size(protocol_version version, const Packet& packet,
                                                 text_check check = text_check::strict) noexcept
{
    return version == protocol_version::v5 ? codec<Packet, protocol_version::v5>::size(packet, check)
                                           : codec<Packet, protocol_version::v3_1_1>::size(packet, check);
}

/// codec::encode() of the version.
template <class Packet>
constexpr char* encode(protocol_version version, const Packet& packet, std::size_t size, char* out) noexcept
{
    return version == protocol_version::v5 ? codec<Packet, protocol_version::v5>::encode(packet, size, out)
                                           : codec<Packet, protocol_version::v3_1_1>::encode(packet, size, out);
}

/// codec::decode() of the version.
template <class Packet>
[[nodiscard]] constexpr errc decode(protocol_version version, const frame& in, Packet& packet,
                                    sender from = sender::any) noexcept
{
    return version == protocol_version::v5 ? codec<Packet, protocol_version::v5>::decode(in, packet, from)
                                           : codec<Packet, protocol_version::v3_1_1>::decode(in, packet, from);
}

/// The size of properties as a block without its length in front, for those who store them: the block can be decoded
/// again later. The errors are those of codec::size().
template <class Properties>
[[nodiscard]] constexpr size_result encoded_properties_size(const Properties& properties,
                                                            text_check check = text_check::strict) noexcept
{
    std::size_t size = 0;
    const errc error = check == text_check::strict
                           ? property_block<Properties>::template add_content_size<text_check::strict>(properties, size)
                           : property_block<Properties>::template add_content_size<text_check::none>(properties, size);
    return {error, error == errc{} ? size : 0};
}

/// Writes the block; `out` has the room that encoded_properties_size() asked for.
/// \return the end of what was written.
template <class Properties>
constexpr char* encode_properties(const Properties& properties, char* out) noexcept
{
    return property_block<Properties>::encode_content(properties, out);
}

/// Reads a block; the views in `properties` point into it.
/// \param check `text_check::none` for a block of our own, whose text has been examined before.
/// \return `errc{}`, or what is wrong; then the properties are unspecified.
template <class Properties>
[[nodiscard]] constexpr errc decode_properties(std::string_view block, Properties& properties,
                                               text_check check = text_check::strict) noexcept
{
    property_block<Properties>::clear(properties);
    return check == text_check::strict
               ? property_block<Properties>::template decode_content<text_check::strict>(block, properties)
               : property_block<Properties>::template decode_content<text_check::none>(block, properties);
}

} // namespace tern::wire

#endif
