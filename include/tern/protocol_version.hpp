// SPDX-License-Identifier: BSL-1.0
//
// The versions of the MQTT protocol that tern speaks, by the number that CONNECT carries.
//
// Layer: vocabulary. Standard: v5 3.1.2.2, v3.1.1 3.1.2.2 (Protocol Level).
// What a client does when the server refuses a version is the connect option of options.hpp.
#ifndef TERN_PROTOCOL_VERSION_HPP
#define TERN_PROTOCOL_VERSION_HPP

#include <cstdint>

namespace tern
{

/// A version of the protocol; the value is the one byte of CONNECT.
enum class protocol_version : std::uint8_t
{
    v3_1_1 = 4,
    v5 = 5,
};

} // namespace tern

#endif
