// SPDX-License-Identifier: BSL-1.0
//
// Looks into a received CONNECT for the version of the protocol, so that a server knows how to decode it.
//
// Layer: wire. Standard: v5 3.1.2.1, 3.1.2.2; v3.1.1 3.1.2.1, 3.1.2.2.
// The rest of the packet is not looked at: codec.hpp decodes it once the version is known.
#ifndef TERN_WIRE_CONNECT_VERSION_HPP
#define TERN_WIRE_CONNECT_VERSION_HPP

#include "tern/error.hpp"
#include "tern/protocol_version.hpp"
#include "tern/wire/connect.hpp"
#include "tern/wire/framing.hpp"
#include "tern/wire/kinds.hpp"
#include "tern/wire/reader.hpp"

#include <cstdint>
#include <optional>
#include <string_view>

namespace tern::wire
{

/// The beginning of a CONNECT.
struct connect_header
{
    errc error{};            ///< `length_mismatch` or `unexpected_packet`: nothing more can be said of the packet
    std::string_view name{}; ///< the protocol's name, "MQTT" in both versions
    std::uint8_t level = 0;  ///< the version's number as it was sent
    std::optional<protocol_version> version{}; ///< empty: another protocol or version, to be answered as unsupported
};

/// Reads protocol name and version. Another name or number than those of 3.1.1 and 5.0 is no error but leaves `version`
/// empty: the server answers reason code 0x84 (5.0) or return code 1 and closes. v5 [MQTT-3.1.2-2] v3.1.1
/// [MQTT-3.1.2-2]
[[nodiscard]] constexpr connect_header read_connect_header(const frame& packet) noexcept
{
    connect_header header;
    reader in(packet.body);
    if (packet.type() != packet_type::connect)
    {
        header.error = errc::unexpected_packet;
        return header;
    }
    if (!detail::read_field(in, header.name) || !in.read(header.level))
    {
        header.error = errc::length_mismatch;
        return header;
    }
    const auto version = static_cast<protocol_version>(header.level);
    if (header.name == protocol_name && (version == protocol_version::v5 || version == protocol_version::v3_1_1))
    {
        header.version = version;
    }
    return header;
}

/// The version alone: empty if the packet is malformed, of another version, or no CONNECT.
[[nodiscard]] constexpr std::optional<protocol_version> connect_version(const frame& packet) noexcept
{
    return read_connect_header(packet).version;
}

} // namespace tern::wire

#endif
