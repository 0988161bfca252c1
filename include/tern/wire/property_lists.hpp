// SPDX-License-Identifier: BSL-1.0
//
// Which member of which struct is which property, in the order in which they are written. Every packet's list is
// checked against the table of property.hpp: nothing is missing, nothing is there that the packet must not carry.
//
// Layer: wire. Standard: v5 2.2.2.2 (table 2-4) and the property sections of each packet.
// How a list is encoded and decoded is in property_codec.hpp.
#ifndef TERN_WIRE_PROPERTY_LISTS_HPP
#define TERN_WIRE_PROPERTY_LISTS_HPP

#include "tern/properties.hpp"
#include "tern/property.hpp"
#include "tern/wire/property_codec.hpp"

namespace tern::wire
{

namespace detail
{

template <class Properties>
struct property_list_of;

// clang-format off

template <>
struct property_list_of<connect_properties>
{
    using p = connect_properties;
    using type = property_list<p,
        bound_property<property::session_expiry_interval, &p::session_expiry_interval>,
        bound_property<property::receive_maximum, &p::receive_maximum>,
        bound_property<property::maximum_packet_size, &p::maximum_packet_size>,
        bound_property<property::topic_alias_maximum, &p::topic_alias_maximum>,
        bound_property<property::request_response_information, &p::request_response_information>,
        bound_property<property::request_problem_information, &p::request_problem_information>,
        bound_property<property::user_property, &p::user_properties>,
        bound_property<property::authentication_method, &p::authentication_method>,
        bound_property<property::authentication_data, &p::authentication_data>>;
};

template <>
struct property_list_of<will_properties>
{
    using p = will_properties;
    using type = property_list<p,
        bound_property<property::will_delay_interval, &p::will_delay_interval>,
        bound_property<property::payload_format_indicator, &p::payload_format_indicator>,
        bound_property<property::message_expiry_interval, &p::message_expiry_interval>,
        bound_property<property::content_type, &p::content_type>,
        bound_property<property::response_topic, &p::response_topic>,
        bound_property<property::correlation_data, &p::correlation_data>,
        bound_property<property::user_property, &p::user_properties>>;
};

template <>
struct property_list_of<connack_properties>
{
    using p = connack_properties;
    using type = property_list<p,
        bound_property<property::session_expiry_interval, &p::session_expiry_interval>,
        bound_property<property::receive_maximum, &p::receive_maximum>,
        bound_property<property::maximum_qos, &p::maximum_qos>,
        bound_property<property::retain_available, &p::retain_available>,
        bound_property<property::maximum_packet_size, &p::maximum_packet_size>,
        bound_property<property::assigned_client_identifier, &p::assigned_client_identifier>,
        bound_property<property::topic_alias_maximum, &p::topic_alias_maximum>,
        bound_property<property::reason_string, &p::reason_string>,
        bound_property<property::user_property, &p::user_properties>,
        bound_property<property::wildcard_subscription_available, &p::wildcard_subscription_available>,
        bound_property<property::subscription_identifiers_available, &p::subscription_identifiers_available>,
        bound_property<property::shared_subscription_available, &p::shared_subscription_available>,
        bound_property<property::server_keep_alive, &p::server_keep_alive>,
        bound_property<property::response_information, &p::response_information>,
        bound_property<property::server_reference, &p::server_reference>,
        bound_property<property::authentication_method, &p::authentication_method>,
        bound_property<property::authentication_data, &p::authentication_data>>;
};

template <>
struct property_list_of<publish_properties>
{
    using p = publish_properties;
    using type = property_list<p,
        bound_property<property::payload_format_indicator, &p::payload_format_indicator>,
        bound_property<property::message_expiry_interval, &p::message_expiry_interval>,
        bound_property<property::topic_alias, &p::topic_alias>,
        bound_property<property::response_topic, &p::response_topic>,
        bound_property<property::correlation_data, &p::correlation_data>,
        bound_property<property::user_property, &p::user_properties>,
        bound_property<property::subscription_identifier, &p::subscription_identifiers>,
        bound_property<property::content_type, &p::content_type>>;
};

template <>
struct property_list_of<acknowledgement_properties>
{
    using p = acknowledgement_properties;
    using type = property_list<p,
        bound_property<property::reason_string, &p::reason_string>,
        bound_property<property::user_property, &p::user_properties>>;
};

template <>
struct property_list_of<subscribe_properties>
{
    using p = subscribe_properties;
    using type = property_list<p,
        bound_property<property::subscription_identifier, &p::subscription_identifier>,
        bound_property<property::user_property, &p::user_properties>>;
};

template <>
struct property_list_of<unsubscribe_properties>
{
    using p = unsubscribe_properties;
    using type = property_list<p,
        bound_property<property::user_property, &p::user_properties>>;
};

template <>
struct property_list_of<disconnect_properties>
{
    using p = disconnect_properties;
    using type = property_list<p,
        bound_property<property::session_expiry_interval, &p::session_expiry_interval>,
        bound_property<property::reason_string, &p::reason_string>,
        bound_property<property::user_property, &p::user_properties>,
        bound_property<property::server_reference, &p::server_reference>>;
};

template <>
struct property_list_of<auth_properties>
{
    using p = auth_properties;
    using type = property_list<p,
        bound_property<property::authentication_method, &p::authentication_method>,
        bound_property<property::authentication_data, &p::authentication_data>,
        bound_property<property::reason_string, &p::reason_string>,
        bound_property<property::user_property, &p::user_properties>>;
};

// clang-format on

} // namespace detail

/// The property block of a packet, as a kind of field.
template <class Properties>
using property_block = typename detail::property_list_of<Properties>::type;

static_assert(property_block<connect_properties>::matches(property_carrier::connect));
static_assert(property_block<will_properties>::matches(property_carrier::will));
static_assert(property_block<connack_properties>::matches(property_carrier::connack));
static_assert(property_block<publish_properties>::matches(property_carrier::publish));
static_assert(property_block<acknowledgement_properties>::matches(property_carrier::puback));
static_assert(property_block<acknowledgement_properties>::matches(property_carrier::pubrec));
static_assert(property_block<acknowledgement_properties>::matches(property_carrier::pubrel));
static_assert(property_block<acknowledgement_properties>::matches(property_carrier::pubcomp));
static_assert(property_block<acknowledgement_properties>::matches(property_carrier::suback));
static_assert(property_block<acknowledgement_properties>::matches(property_carrier::unsuback));
static_assert(property_block<subscribe_properties>::matches(property_carrier::subscribe));
static_assert(property_block<unsubscribe_properties>::matches(property_carrier::unsubscribe));
static_assert(property_block<disconnect_properties>::matches(property_carrier::disconnect));
static_assert(property_block<auth_properties>::matches(property_carrier::auth));

} // namespace tern::wire

#endif
