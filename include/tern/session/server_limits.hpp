// SPDX-License-Identifier: BSL-1.0
//
// What the server of this connection grants and supports, as CONNACK says or as the standard presumes without it.
//
// Layer: session. Standard: v5 3.2.2.3. MQTT 3.1.1 announces nothing: then the defaults hold.
// It dies with the connection: the next server may be another one.
#ifndef TERN_SESSION_SERVER_LIMITS_HPP
#define TERN_SESSION_SERVER_LIMITS_HPP

#include "tern/error.hpp"
#include "tern/properties.hpp"
#include "tern/qos.hpp"
#include "tern/wire/limits.hpp"

#include <chrono>
#include <cstdint>
#include <string_view>

namespace tern::session
{

struct server_limits
{
    std::uint16_t receive_maximum = 65'535; ///< v5 3.2.2.3.3
    qos maximum_qos = qos::exactly_once;    ///< v5 3.2.2.3.4
    bool retain_available = true;
    bool wildcard_subscriptions_available = true;
    bool subscription_identifiers_available = true;
    bool shared_subscriptions_available = true;
    std::uint32_t maximum_packet_size = wire::maximum_packet_size;
    std::uint16_t topic_alias_maximum = 0;     ///< v5 [MQTT-3.2.2-18]: none unless it says so
    std::chrono::seconds keep_alive{0};        ///< in force: the client's or the server's
    std::chrono::seconds session_expiry{0};    ///< in force: the client's or the server's

    friend constexpr bool operator==(const server_limits&, const server_limits&) = default;
};

/// The limits that a CONNACK announces. `keep_alive` and `session_expiry` are what the client asked for.
[[nodiscard]] constexpr server_limits limits_of(const connack_properties& properties, std::chrono::seconds keep_alive,
                                                std::chrono::seconds session_expiry) noexcept
{
    server_limits limits;
    limits.receive_maximum = properties.receive_maximum.value_or(limits.receive_maximum);
    limits.maximum_qos = properties.maximum_qos.value_or(limits.maximum_qos);
    limits.retain_available = properties.retain_available.value_or(true);
    limits.wildcard_subscriptions_available = properties.wildcard_subscription_available.value_or(true);
    limits.subscription_identifiers_available = properties.subscription_identifiers_available.value_or(true);
    limits.shared_subscriptions_available = properties.shared_subscription_available.value_or(true);
    limits.maximum_packet_size = properties.maximum_packet_size.value_or(limits.maximum_packet_size);
    limits.topic_alias_maximum = properties.topic_alias_maximum.value_or(0);
    limits.keep_alive = properties.server_keep_alive // v5 [MQTT-3.2.2-21] [MQTT-3.1.2-21]
                            ? std::chrono::seconds(*properties.server_keep_alive)
                            : keep_alive;
    limits.session_expiry = properties.session_expiry_interval // v5 3.2.2.3.2
                                ? std::chrono::seconds(*properties.session_expiry_interval)
                                : session_expiry;
    return limits;
}

/// Whether the server takes a message of this QoS and RETAIN flag.
[[nodiscard]] constexpr errc check_message(const server_limits& limits, qos level, bool retain) noexcept
{
    if (level > limits.maximum_qos) // v5 [MQTT-3.2.2-11]
    {
        return errc::exceeds_server_maximum_qos;
    }
    return retain && !limits.retain_available ? errc::retain_not_available : errc{}; // v5 [MQTT-3.2.2-14]
}

/// Whether the server takes a topic filter of this kind. The filter itself is taken to be well-formed.
[[nodiscard]] constexpr errc check_filter(const server_limits& limits, std::string_view filter) noexcept
{
    if (!limits.shared_subscriptions_available && filter.starts_with("$share/")) // v5 3.2.2.3.13
    {
        return errc::shared_subscriptions_not_available;
    }
    if (!limits.wildcard_subscriptions_available && // v5 3.2.2.3.11
        filter.find_first_of("+#") != std::string_view::npos)
    {
        return errc::wildcard_subscriptions_not_available;
    }
    return errc{};
}

} // namespace tern::session

#endif
