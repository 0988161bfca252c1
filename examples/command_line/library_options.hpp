// SPDX-License-Identifier: BSL-1.0
//
// From the command line to the options of the library. These are views of the settings, which have to live as long.
#ifndef TERN_EXAMPLES_COMMAND_LINE_LIBRARY_OPTIONS_HPP
#define TERN_EXAMPLES_COMMAND_LINE_LIBRARY_OPTIONS_HPP

#include "command_line/options.hpp"
#include "command_line/property_option.hpp"

#include <tern/options.hpp>
#include <tern/properties.hpp>
#include <tern/property.hpp>
#include <tern/protocol_version.hpp>
#include <tern/qos.hpp>

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace command_line
{

namespace detail
{

inline std::optional<std::chrono::seconds> seconds(std::optional<std::uint32_t> number)
{
    return number ? std::optional(std::chrono::seconds(*number)) : std::nullopt;
}

/// The properties that a published message and a will have in common.
template <class Options>
void apply_message_properties(Options& options, const property_list& properties)
{
    using p = tern::property;
    if (const auto indicator = properties.number(p::payload_format_indicator))
    {
        options.payload_format_indicator = static_cast<tern::payload_format>(*indicator);
    }
    options.message_expiry_interval = seconds(properties.number(p::message_expiry_interval));
    options.content_type = properties.text(p::content_type);
    options.response_topic = properties.text(p::response_topic);
    if (const auto data = properties.text(p::correlation_data))
    {
        options.correlation_data = *data;
    }
    options.user_properties = properties.user_properties();
}

inline void apply_connect_properties(tern::connect_options& options, const property_list& properties)
{
    using p = tern::property;
    // Messages are written out as they come, none waits here; so the broker may send as many as it likes.
    options.receive_maximum = static_cast<std::uint16_t>(properties.number(p::receive_maximum).value_or(65'535));
    options.maximum_packet_size = properties.number(p::maximum_packet_size).value_or(options.maximum_packet_size);
    options.topic_alias_maximum =
        static_cast<std::uint16_t>(properties.number(p::topic_alias_maximum).value_or(options.topic_alias_maximum));
    options.request_response_information = properties.number(p::request_response_information).value_or(0) != 0;
    options.request_problem_information = properties.number(p::request_problem_information).value_or(1) != 0;
    options.authentication_method = properties.text(p::authentication_method);
    options.user_properties = properties.user_properties();
}

inline tern::will_options will_options_of(const will_settings& will, const property_list& properties)
{
    tern::will_options options;
    options.topic = will.topic;
    options.payload = will.payload;
    options.qos = will.qos;
    options.retain = will.retain;
    options.will_delay_interval = seconds(properties.number(tern::property::will_delay_interval));
    apply_message_properties(options, properties);
    return options;
}

} // namespace detail

/// Longer than the longest pause between two attempts to connect, so that a session is there when one succeeds; and
/// short, because a program that is killed cannot end its session.
inline constexpr std::chrono::seconds lost_session_expiry = std::chrono::minutes(5);

inline std::optional<std::chrono::seconds> session_expiry_of(const common_options& from)
{
    const auto asked_for = from.session_expiry
                               ? from.session_expiry
                               : from.properties.connect.number(tern::property::session_expiry_interval);
    if (asked_for)
    {
        return std::chrono::seconds(*asked_for);
    }
    if (from.keep_session)
    {
        return tern::never_expires;
    }
    if (from.qos == tern::qos::at_most_once)
    {
        return std::chrono::seconds(0); // there is nothing that it could keep
    }
    // A 3.1.1 session has no end of its own; the library ends one that it was not asked for.
    return from.version == tern::protocol_version::v5 ? std::optional(lost_session_expiry) : std::nullopt;
}

/// Nobody has asked for a session: the program has to end the one that it may have.
inline bool ends_session(const common_options& from)
{
    return !from.session_expiry && !from.keep_session &&
           !from.properties.connect.number(tern::property::session_expiry_interval);
}

inline tern::connect_options connect_options_of(const common_options& from)
{
    tern::connect_options options;
    options.client_id = from.client_id;
    if (from.user_name)
    {
        options.user_name = *from.user_name;
    }
    if (from.password)
    {
        options.password = *from.password;
    }
    options.keep_alive = from.keep_alive;
    options.protocol =
        from.version == tern::protocol_version::v5 ? tern::protocol_choice::v5 : tern::protocol_choice::v3_1_1;
    options.clean_start = !from.keep_session;
    options.session_expiry = session_expiry_of(from);
    if (from.will)
    {
        options.will = detail::will_options_of(*from.will, from.properties.will);
    }
    detail::apply_connect_properties(options, from.properties.connect);
    // The identifiers would be the library's own, and visible at %S; they are for who asks for one.
    options.subscription_identifiers =
        from.properties.subscribe.number(tern::property::subscription_identifier).has_value();
    // The library numbers aliases itself: asking for one switches them on.
    options.automatic_topic_aliases = from.properties.publish.number(tern::property::topic_alias).has_value();
    return options;
}

inline tern::disconnect_options disconnect_options_of(const common_options& from)
{
    const property_list& properties = from.properties.disconnect;
    tern::disconnect_options options;
    options.session_expiry = detail::seconds(properties.number(tern::property::session_expiry_interval));
    if (!options.session_expiry && ends_session(from) && session_expiry_of(from) == lost_session_expiry)
    {
        options.session_expiry = std::chrono::seconds(0);
    }
    options.reason_string = properties.text(tern::property::reason_string);
    options.user_properties = properties.user_properties();
    return options;
}

inline tern::publish_options publish_options_of(const publisher_options& from)
{
    tern::publish_options options;
    options.qos = from.common.qos;
    options.retain = from.retain;
    detail::apply_message_properties(options, from.common.properties.publish);
    return options;
}

/// One SUBSCRIBE for all topics, as a list for basic_client::on_message().
inline std::vector<tern::topic_subscription> subscriptions_of(const subscriber_options& from)
{
    std::vector<tern::topic_subscription> list;
    for (const std::string& topic : from.topics)
    {
        tern::topic_subscription each;
        each.topic_filter = topic;
        each.maximum_qos = from.common.qos;
        each.retain_as_published = from.retain_as_published;
        each.retain_handling = from.retain_handling;
        list.push_back(each);
    }
    return list;
}

} // namespace command_line

#endif
