// SPDX-License-Identifier: BSL-1.0
//
// What each packet of MQTT 5.0 can carry beside its fixed fields: one plain struct of views per packet. An empty
// optional is a property that is absent.
//
// Layer: vocabulary. Standard: v5 2.2.2 and the property sections of each packet. MQTT 3.1.1 has no properties.
// The wire layer ties every member to its row in property.hpp; nothing here knows how they are encoded.
#ifndef TERN_PROPERTIES_HPP
#define TERN_PROPERTIES_HPP

#include "tern/byte_view.hpp"
#include "tern/qos.hpp"
#include "tern/repeated_property.hpp"

#include <cstdint>
#include <optional>
#include <string_view>

namespace tern
{

/// What a payload is said to be. v5 3.3.2.3.2
enum class payload_format : std::uint8_t
{
    unspecified = 0,
    utf8 = 1,
};

/// v5 3.1.2.11. Intervals are in seconds.
struct connect_properties
{
    std::optional<std::uint32_t> session_expiry_interval{};
    std::optional<std::uint16_t> receive_maximum{};
    std::optional<std::uint32_t> maximum_packet_size{};
    std::optional<std::uint16_t> topic_alias_maximum{};
    std::optional<bool> request_response_information{};
    std::optional<bool> request_problem_information{};
    tern::user_properties user_properties{};
    std::optional<std::string_view> authentication_method{};
    std::optional<byte_view> authentication_data{};

    friend constexpr bool operator==(const connect_properties&, const connect_properties&) = default;
};

/// v5 3.1.3.2
struct will_properties
{
    std::optional<std::uint32_t> will_delay_interval{};
    std::optional<payload_format> payload_format_indicator{};
    std::optional<std::uint32_t> message_expiry_interval{};
    std::optional<std::string_view> content_type{};
    std::optional<std::string_view> response_topic{};
    std::optional<byte_view> correlation_data{};
    tern::user_properties user_properties{};

    friend constexpr bool operator==(const will_properties&, const will_properties&) = default;
};

/// v5 3.2.2.3: what the server grants and supports.
struct connack_properties
{
    std::optional<std::uint32_t> session_expiry_interval{};
    std::optional<std::uint16_t> receive_maximum{};
    std::optional<qos> maximum_qos{};
    std::optional<bool> retain_available{};
    std::optional<std::uint32_t> maximum_packet_size{};
    std::optional<std::string_view> assigned_client_identifier{};
    std::optional<std::uint16_t> topic_alias_maximum{};
    std::optional<std::string_view> reason_string{};
    tern::user_properties user_properties{};
    std::optional<bool> wildcard_subscription_available{};
    std::optional<bool> subscription_identifiers_available{};
    std::optional<bool> shared_subscription_available{};
    std::optional<std::uint16_t> server_keep_alive{};
    std::optional<std::string_view> response_information{};
    std::optional<std::string_view> server_reference{};
    std::optional<std::string_view> authentication_method{};
    std::optional<byte_view> authentication_data{};

    friend constexpr bool operator==(const connack_properties&, const connack_properties&) = default;
};

/// v5 3.3.2.3
struct publish_properties
{
    std::optional<payload_format> payload_format_indicator{};
    std::optional<std::uint32_t> message_expiry_interval{};
    std::optional<std::uint16_t> topic_alias{};
    std::optional<std::string_view> response_topic{};
    std::optional<byte_view> correlation_data{};
    tern::user_properties user_properties{};
    tern::subscription_identifiers subscription_identifiers{}; ///< from a server only: v5 [MQTT-3.3.4-6]
    std::optional<std::string_view> content_type{};

    friend constexpr bool operator==(const publish_properties&, const publish_properties&) = default;
};

/// v5 3.4.2.2, 3.5.2.2, 3.6.2.2, 3.7.2.2, 3.9.2.1, 3.11.2.1: PUBACK, PUBREC, PUBREL, PUBCOMP, SUBACK and UNSUBACK.
struct acknowledgement_properties
{
    std::optional<std::string_view> reason_string{};
    tern::user_properties user_properties{};

    friend constexpr bool operator==(const acknowledgement_properties&, const acknowledgement_properties&) = default;
};

/// v5 3.8.2.1
struct subscribe_properties
{
    std::optional<std::uint32_t> subscription_identifier{};
    tern::user_properties user_properties{};

    friend constexpr bool operator==(const subscribe_properties&, const subscribe_properties&) = default;
};

/// v5 3.10.2.1
struct unsubscribe_properties
{
    tern::user_properties user_properties{};

    friend constexpr bool operator==(const unsubscribe_properties&, const unsubscribe_properties&) = default;
};

/// v5 3.14.2.2
struct disconnect_properties
{
    std::optional<std::uint32_t> session_expiry_interval{};
    std::optional<std::string_view> reason_string{};
    tern::user_properties user_properties{};
    std::optional<std::string_view> server_reference{};

    friend constexpr bool operator==(const disconnect_properties&, const disconnect_properties&) = default;
};

/// v5 3.15.2.2
struct auth_properties
{
    std::optional<std::string_view> authentication_method{};
    std::optional<byte_view> authentication_data{};
    std::optional<std::string_view> reason_string{};
    tern::user_properties user_properties{};

    friend constexpr bool operator==(const auth_properties&, const auth_properties&) = default;
};

} // namespace tern

#endif
