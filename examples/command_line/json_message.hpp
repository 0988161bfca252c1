// SPDX-License-Identifier: BSL-1.0
//
// The output formats %j and %J: a message as one JSON object, laid out as mosquitto_sub does. Its time stamp has a "Z"
// before the offset from UTC there, and so it has here. The properties stand in one fixed order.
#ifndef TERN_EXAMPLES_COMMAND_LINE_JSON_MESSAGE_HPP
#define TERN_EXAMPLES_COMMAND_LINE_JSON_MESSAGE_HPP

#include "command_line/json.hpp"
#include "command_line/received_message.hpp"

#include <tern/properties.hpp>
#include <tern/qos.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace command_line
{

/// How the payload stands in the object.
enum class json_payload : std::uint8_t
{
    text,  ///< %j: as a text
    value, ///< %J: as the JSON value that it is
};

namespace detail
{

/// Writes the members of an object.
class json_object
{
public:
    explicit json_object(std::string& to) : to_(to) { to_.push_back('{'); }

    /// Begins a member; the value is appended by the caller.
    std::string& member(std::string_view name)
    {
        if (to_.back() != '{')
        {
            to_.push_back(',');
        }
        json::append_text(to_, name);
        to_.push_back(':');
        return to_;
    }

    void add(std::string_view name, std::string_view text) { json::append_text(member(name), text); }
    void add(std::string_view name, std::uint64_t number) { member(name) += std::to_string(number); }

    void add_present(std::string_view name, std::optional<std::uint32_t> number)
    {
        if (number)
        {
            add(name, std::uint64_t{*number});
        }
    }

    void add_present(std::string_view name, std::optional<std::string_view> text)
    {
        if (text)
        {
            add(name, *text);
        }
    }

    void end() { to_.push_back('}'); }

private:
    std::string& to_;
};

inline void append_json_properties(std::string& to, const received_message& received)
{
    const tern::publish_properties& properties = received.message.properties;
    json_object object(to);
    object.add_present("content-type", properties.content_type);
    object.add_present("response-topic", properties.response_topic);
    if (properties.correlation_data)
    {
        object.add("correlation-data", properties.correlation_data->text());
    }
    if (properties.payload_format_indicator)
    {
        object.add("payload-format-indicator", static_cast<std::uint64_t>(*properties.payload_format_indicator));
    }
    if (!properties.user_properties.empty())
    {
        json_object pairs(object.member("user-properties"));
        for (const tern::user_property& each : properties.user_properties)
        {
            pairs.add(each.name, each.value);
        }
        pairs.end();
    }
    object.add_present("message-expiry-interval", properties.message_expiry_interval);
    object.add_present("topic-alias", properties.topic_alias);
    object.add_present("subscription-identifier", received.identified_subscription());
    object.end();
}

} // namespace detail

/// Appends the message as JSON. False, and nothing appended, if the payload should be JSON and is not.
[[nodiscard]] inline bool append_json_message(std::string& to, const received_message& received, json_payload payload)
{
    const tern::message_view& message = received.message;
    const std::size_t before = to.size();
    detail::json_object object(to);
    object.add("tst", received.time.text("%Y-%m-%dT%H:%M:%S.") + zero_padded(received.time.nanoseconds() / 1'000, 6) +
                          'Z' + received.time.text("%z"));
    object.add("topic", message.topic);
    object.add("qos", static_cast<std::uint64_t>(message.qos));
    object.add("retain", std::uint64_t{message.retain});
    object.add("payloadlen", std::uint64_t{message.payload.size()});
    if (message.qos != tern::qos::at_most_once)
    {
        object.add("mid", std::uint64_t{received.packet_identifier});
    }
    if (!(message.properties == tern::publish_properties{}))
    {
        detail::append_json_properties(object.member("properties"), received);
    }
    object.member("payload");
    if (message.payload.empty())
    {
        to += "null";
    }
    else if (payload == json_payload::text)
    {
        json::append_text(to, message.payload_text());
    }
    else if (!json::append_rewritten(to, message.payload_text()))
    {
        to.resize(before);
        return false;
    }
    object.end();
    return true;
}

} // namespace command_line

#endif
