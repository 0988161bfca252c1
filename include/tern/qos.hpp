// SPDX-License-Identifier: BSL-1.0
//
// Quality of Service: how hard the two ends try to hand one message over.
//
// Layer: vocabulary. Standard: v5 4.3, v3.1.1 4.3.
// The handshakes that keep the promise are the session's.
#ifndef TERN_QOS_HPP
#define TERN_QOS_HPP

#include <cstdint>
#include <string_view>

namespace tern
{

/// The delivery promise of a message; the value is the two bits on the wire.
enum class qos : std::uint8_t
{
    at_most_once = 0,  ///< sent once, not acknowledged
    at_least_once = 1, ///< acknowledged by PUBACK, repeated after a lost connection
    exactly_once = 2,  ///< PUBREC, PUBREL, PUBCOMP: delivered once over any number of connections
};

/// True for the three legal values; a cast from an integer may hold a fourth.
[[nodiscard]] constexpr bool is_valid(qos level) noexcept
{
    return static_cast<std::uint8_t>(level) <= 2; // v5 [MQTT-3.3.1-4] v3.1.1 [MQTT-3.3.1-4]
}

[[nodiscard]] constexpr std::string_view to_string(qos level) noexcept
{
    switch (level)
    {
    case qos::at_most_once: return "at most once";
    case qos::at_least_once: return "at least once";
    case qos::exactly_once: return "exactly once";
    }
    return "invalid QoS";
}

} // namespace tern

#endif
