// SPDX-License-Identifier: BSL-1.0
//
// -D command property value: what a user adds to the packets of MQTT 5.0. The rules about which packet may carry which
// property are the library's own table (tern/property.hpp); here are the names, and what is the server's to send.
#ifndef TERN_EXAMPLES_COMMAND_LINE_PROPERTY_OPTION_HPP
#define TERN_EXAMPLES_COMMAND_LINE_PROPERTY_OPTION_HPP

#include "command_line/numbers.hpp"
#include "command_line/usage_error.hpp"

#include <tern/properties.hpp>
#include <tern/property.hpp>
#include <tern/topic/validation.hpp>

#include <algorithm>
#include <array>
#include <cctype>
#include <cstdint>
#include <iterator>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace command_line
{

/// The properties that were asked for in one packet. Texts are views of the command line.
class property_list
{
public:
    [[nodiscard]] std::optional<std::uint32_t> number(tern::property identifier) const
    {
        const auto found = find(identifier);
        return found == settings_.end() ? std::nullopt : std::optional(found->number);
    }

    [[nodiscard]] std::optional<std::string_view> text(tern::property identifier) const
    {
        const auto found = find(identifier);
        return found == settings_.end() ? std::nullopt : std::optional(found->text);
    }

    [[nodiscard]] const std::vector<tern::user_property>& user_properties() const noexcept { return user_properties_; }

    [[nodiscard]] bool empty() const noexcept { return settings_.empty() && user_properties_.empty(); }

    void add(std::string_view name, std::string_view value) { user_properties_.push_back({name, value}); }

    /// False if it is there already.
    [[nodiscard]] bool add(tern::property identifier, std::uint32_t number, std::string_view text)
    {
        if (find(identifier) != settings_.end())
        {
            return false;
        }
        settings_.push_back({identifier, number, text});
        return true;
    }

private:
    struct setting
    {
        tern::property identifier;
        std::uint32_t number;
        std::string_view text;
    };

    [[nodiscard]] std::vector<setting>::const_iterator find(tern::property identifier) const
    {
        return std::find_if(settings_.begin(), settings_.end(),
                            [identifier](const setting& each) { return each.identifier == identifier; });
    }

    std::vector<setting> settings_;
    std::vector<tern::user_property> user_properties_;
};

/// The packets that -D can add to.
struct packet_properties
{
    property_list connect;
    property_list publish;
    property_list subscribe;
    property_list unsubscribe;
    property_list disconnect;
    property_list will;

    [[nodiscard]] bool empty() const
    {
        return connect.empty() && publish.empty() && subscribe.empty() && unsubscribe.empty() && disconnect.empty() &&
               will.empty();
    }
};

namespace detail
{

struct property_name
{
    std::string_view name;
    tern::property identifier;
    std::uint32_t lowest = 0; ///< of a number
    std::uint32_t highest = 0;
};

/// What a client can send; the rest is the server's.
inline constexpr std::array property_names = {
    property_name{"authentication-data", tern::property::authentication_data},
    property_name{"authentication-method", tern::property::authentication_method},
    property_name{"content-type", tern::property::content_type},
    property_name{"correlation-data", tern::property::correlation_data},
    property_name{"maximum-packet-size", tern::property::maximum_packet_size, 1, 0xFFFFFFFF},
    property_name{"message-expiry-interval", tern::property::message_expiry_interval, 0, 0xFFFFFFFF},
    property_name{"payload-format-indicator", tern::property::payload_format_indicator, 0, 1},
    property_name{"reason-string", tern::property::reason_string},
    property_name{"receive-maximum", tern::property::receive_maximum, 1, 65'535},
    property_name{"request-problem-information", tern::property::request_problem_information, 0, 1},
    property_name{"request-response-information", tern::property::request_response_information, 0, 1},
    property_name{"response-topic", tern::property::response_topic},
    property_name{"session-expiry-interval", tern::property::session_expiry_interval, 0, 0xFFFFFFFF},
    property_name{"subscription-identifier", tern::property::subscription_identifier, 1, 268'435'455},
    property_name{"topic-alias", tern::property::topic_alias, 1, 65'535},
    property_name{"topic-alias-maximum", tern::property::topic_alias_maximum, 0, 65'535},
    property_name{"user-property", tern::property::user_property},
    property_name{"will-delay-interval", tern::property::will_delay_interval, 0, 0xFFFFFFFF},
};

struct property_command
{
    std::string_view name;
    tern::property_carrier carrier;
    property_list packet_properties::*list;
};

inline constexpr std::array property_commands = {
    property_command{"connect", tern::property_carrier::connect, &packet_properties::connect},
    property_command{"publish", tern::property_carrier::publish, &packet_properties::publish},
    property_command{"subscribe", tern::property_carrier::subscribe, &packet_properties::subscribe},
    property_command{"unsubscribe", tern::property_carrier::unsubscribe, &packet_properties::unsubscribe},
    property_command{"disconnect", tern::property_carrier::disconnect, &packet_properties::disconnect},
    property_command{"will", tern::property_carrier::will, &packet_properties::will},
};

inline std::string lower_case(std::string_view text)
{
    std::string result;
    std::transform(text.begin(), text.end(), std::back_inserter(result),
                   [](unsigned char each) { return static_cast<char>(std::tolower(each)); });
    return result;
}

/// The entry whose name is `text`, in any case; the error lists all names.
template <class Table>
const auto& find_by_name(const Table& table, std::string_view text, std::string_view what)
{
    const std::string name = lower_case(text);
    const auto found = std::find_if(table.begin(), table.end(), [&](const auto& each) { return each.name == name; });
    if (found == table.end())
    {
        std::string names;
        for (const auto& each : table)
        {
            names.append(names.empty() ? "" : ", ").append(each.name);
        }
        throw usage_error("-D: " + quoted(text) + " is no " + std::string(what) + "; there are " + names + '.');
    }
    return *found;
}

inline bool allowed(const property_name& property, tern::property_carrier carrier)
{
    const bool only_from_servers = property.identifier == tern::property::subscription_identifier &&
                                   carrier == tern::property_carrier::publish; // v5 [MQTT-3.3.4-6]
    return tern::find_property(static_cast<std::uint32_t>(property.identifier))->allowed_in(carrier) &&
           !only_from_servers;
}

inline void add_property(property_list& list, const property_name& property, std::string_view value)
{
    const std::string what = "-D: the value of " + std::string(property.name);
    std::uint32_t number = 0;
    switch (tern::find_property(static_cast<std::uint32_t>(property.identifier))->type)
    {
    case tern::property_type::utf8_string: (void)checked_text(value, what); break;
    case tern::property_type::binary_data: (void)checked_binary(value, what); break;
    default: number = parse_number(value, property.lowest, property.highest, what); break;
    }
    if (property.identifier == tern::property::response_topic)
    {
        if (const tern::topic_error error = tern::validate_topic_name(value)) // v5 [MQTT-3.3.2-14]
        {
            throw usage_error(what + " is no topic name: " + error.message() + '.');
        }
    }
    if (!list.add(property.identifier, number, value))
    {
        throw usage_error("-D: " + std::string(property.name) + " was given twice for the same packet.");
    }
}

} // namespace detail

/// Takes one -D option apart. `next_value()` gives the arguments that follow it, or throws a usage_error.
template <class NextValue>
void parse_property_option(packet_properties& properties, NextValue next_value)
{
    const detail::property_command& command =
        detail::find_by_name(detail::property_commands, next_value(), "packet with properties that can be set");
    const detail::property_name& property = detail::find_by_name(detail::property_names, next_value(), "property");
    if (!detail::allowed(property, command.carrier))
    {
        throw usage_error("-D: " + std::string(command.name) + " cannot have the property " +
                          std::string(property.name) + '.');
    }
    property_list& list = properties.*command.list;
    if (property.identifier == tern::property::user_property)
    {
        const std::string_view name = checked_text(next_value(), "-D: the name of a user-property");
        list.add(name, checked_text(next_value(), "-D: the value of a user-property"));
        return;
    }
    detail::add_property(list, property, next_value());
}

} // namespace command_line

#endif
