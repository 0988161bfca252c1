// SPDX-License-Identifier: BSL-1.0
//
// The 27 properties of MQTT 5.0 in one table: identifier, type, which packets may carry it, whether it may repeat.
// Everything else that knows about a property (the codecs, the checks, the views of repeated ones) reads it here.
//
// Layer: vocabulary. Standard: v5 2.2.2.2, table 2-4.
#ifndef TERN_PROPERTY_HPP
#define TERN_PROPERTY_HPP

#include <array>
#include <cstddef>
#include <cstdint>

namespace tern
{

/// The identifier of a property; all are below 128, so one byte on the wire.
enum class property : std::uint8_t
{
    payload_format_indicator = 0x01,
    message_expiry_interval = 0x02,
    content_type = 0x03,
    response_topic = 0x08,
    correlation_data = 0x09,
    subscription_identifier = 0x0B,
    session_expiry_interval = 0x11,
    assigned_client_identifier = 0x12,
    server_keep_alive = 0x13,
    authentication_method = 0x15,
    authentication_data = 0x16,
    request_problem_information = 0x17,
    will_delay_interval = 0x18,
    request_response_information = 0x19,
    response_information = 0x1A,
    server_reference = 0x1C,
    reason_string = 0x1F,
    receive_maximum = 0x21,
    topic_alias_maximum = 0x22,
    topic_alias = 0x23,
    maximum_qos = 0x24,
    retain_available = 0x25,
    user_property = 0x26,
    maximum_packet_size = 0x27,
    wildcard_subscription_available = 0x28,
    subscription_identifiers_available = 0x29,
    shared_subscription_available = 0x2A,
};

/// How the value of a property stands on the wire. v5 1.5
enum class property_type : std::uint8_t
{
    byte,
    two_byte_integer,
    four_byte_integer,
    variable_byte_integer,
    utf8_string,
    binary_data,
    utf8_string_pair,
};

/// The places that hold properties: the packets by their type number, and the will inside CONNECT as bit 0.
enum class property_carrier : std::uint16_t
{
    will = 1U << 0,
    connect = 1U << 1,
    connack = 1U << 2,
    publish = 1U << 3,
    puback = 1U << 4,
    pubrec = 1U << 5,
    pubrel = 1U << 6,
    pubcomp = 1U << 7,
    subscribe = 1U << 8,
    suback = 1U << 9,
    unsubscribe = 1U << 10,
    unsuback = 1U << 11,
    disconnect = 1U << 14,
    auth = 1U << 15,
};

/// One row of the table.
struct property_definition
{
    property identifier;
    property_type type;
    std::uint16_t carriers;   ///< a sum of property_carrier
    std::uint16_t repeats_in; ///< the carriers in which it may stand more than once

    [[nodiscard]] constexpr bool allowed_in(property_carrier carrier) const noexcept
    {
        return (carriers & static_cast<std::uint16_t>(carrier)) != 0;
    }

    [[nodiscard]] constexpr bool repeats(property_carrier carrier) const noexcept
    {
        return (repeats_in & static_cast<std::uint16_t>(carrier)) != 0;
    }
};

namespace detail
{

constexpr std::uint16_t in() noexcept
{
    return 0;
}

template <class... Carriers>
constexpr std::uint16_t in(property_carrier first, Carriers... others) noexcept
{
    return static_cast<std::uint16_t>(static_cast<std::uint16_t>(first) | in(others...));
}

inline constexpr std::uint16_t everywhere = 0b1100'1111'1111'1111;

} // namespace detail

/// The table, in the order of the identifiers.
inline constexpr std::array<property_definition, 27> property_table = [] {
    using enum property_type;
    using c = property_carrier;
    using p = property;
    using detail::in;
    return std::array<property_definition, 27>{{
        {p::payload_format_indicator, byte, in(c::publish, c::will), in()},
        {p::message_expiry_interval, four_byte_integer, in(c::publish, c::will), in()},
        {p::content_type, utf8_string, in(c::publish, c::will), in()},
        {p::response_topic, utf8_string, in(c::publish, c::will), in()},
        {p::correlation_data, binary_data, in(c::publish, c::will), in()},
        {p::subscription_identifier, variable_byte_integer, in(c::publish, c::subscribe), in(c::publish)},
        {p::session_expiry_interval, four_byte_integer, in(c::connect, c::connack, c::disconnect), in()},
        {p::assigned_client_identifier, utf8_string, in(c::connack), in()},
        {p::server_keep_alive, two_byte_integer, in(c::connack), in()},
        {p::authentication_method, utf8_string, in(c::connect, c::connack, c::auth), in()},
        {p::authentication_data, binary_data, in(c::connect, c::connack, c::auth), in()},
        {p::request_problem_information, byte, in(c::connect), in()},
        {p::will_delay_interval, four_byte_integer, in(c::will), in()},
        {p::request_response_information, byte, in(c::connect), in()},
        {p::response_information, utf8_string, in(c::connack), in()},
        {p::server_reference, utf8_string, in(c::connack, c::disconnect), in()},
        {p::reason_string, utf8_string,
         in(c::connack, c::puback, c::pubrec, c::pubrel, c::pubcomp, c::suback, c::unsuback, c::disconnect, c::auth),
         in()},
        {p::receive_maximum, two_byte_integer, in(c::connect, c::connack), in()},
        {p::topic_alias_maximum, two_byte_integer, in(c::connect, c::connack), in()},
        {p::topic_alias, two_byte_integer, in(c::publish), in()},
        {p::maximum_qos, byte, in(c::connack), in()},
        {p::retain_available, byte, in(c::connack), in()},
        {p::user_property, utf8_string_pair, detail::everywhere, detail::everywhere},
        {p::maximum_packet_size, four_byte_integer, in(c::connect, c::connack), in()},
        {p::wildcard_subscription_available, byte, in(c::connack), in()},
        {p::subscription_identifiers_available, byte, in(c::connack), in()},
        {p::shared_subscription_available, byte, in(c::connack), in()},
    }};
}();

namespace detail
{

inline constexpr std::size_t property_identifier_limit = 0x2B;

/// Row number plus one by identifier, 0 for an identifier that no property has.
inline constexpr std::array<std::uint8_t, property_identifier_limit> property_rows = [] {
    std::array<std::uint8_t, property_identifier_limit> rows{};
    for (std::size_t i = 0; i < property_table.size(); ++i)
    {
        rows[static_cast<std::size_t>(property_table[i].identifier)] = static_cast<std::uint8_t>(i + 1);
    }
    return rows;
}();

} // namespace detail

/// The row of a property, or null if the standard knows no property of that identifier.
[[nodiscard]] constexpr const property_definition* find_property(std::uint32_t identifier) noexcept
{
    if (identifier >= detail::property_identifier_limit || detail::property_rows[identifier] == 0)
    {
        return nullptr;
    }
    return &property_table[detail::property_rows[identifier] - 1U];
}

} // namespace tern

#endif
