// SPDX-License-Identifier: BSL-1.0
//
// The options that the publisher and the subscriber share: where the broker is, who we are, session, will, properties.
#ifndef TERN_EXAMPLES_COMMAND_LINE_COMMON_PARSER_HPP
#define TERN_EXAMPLES_COMMAND_LINE_COMMON_PARSER_HPP

#include "command_line/argument_list.hpp"
#include "command_line/numbers.hpp"
#include "command_line/options.hpp"
#include "command_line/property_option.hpp"
#include "command_line/url_option.hpp"
#include "command_line/usage_error.hpp"

#include <tern/property.hpp>
#include <tern/protocol_version.hpp>
#include <tern/topic/validation.hpp>

#include <array>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include <unistd.h>

namespace command_line
{

/// The options as they were given, before it is judged whether they go together.
struct common_arguments
{
    common_options options;
    std::optional<std::string_view> client_id;
    std::optional<std::string_view> client_id_prefix;
    std::optional<tern::protocol_version> version;
    std::string_view needs_v5; ///< an option that only 5.0 has
    std::optional<std::string_view> will_topic;
    std::optional<std::string_view> will_payload;
    std::optional<tern::qos> will_qos;
    bool will_retain = false;
    std::optional<std::string> url_topic;
};

namespace detail
{

inline tern::protocol_version parse_version(std::string_view text)
{
    if (text == "mqttv5" || text == "5")
    {
        return tern::protocol_version::v5;
    }
    if (text == "mqttv311" || text == "311")
    {
        return tern::protocol_version::v3_1_1;
    }
    throw usage_error("-V must be mqttv5 (or 5) or mqttv311 (or 311), not " + quoted(text) + '.');
}

inline std::uint32_t parse_session_expiry(std::string_view text)
{
    constexpr std::uint32_t never = 0xFFFFFFFF;
    return text == "-1" || text == "∞" ? never : parse_number(text, 0, never, "-x");
}

using common_entry = option_entry<common_arguments>;

inline constexpr std::array connection_entries = {
    common_entry{"-h", "--host", [](auto& to, auto& from) { to.options.host = checked_host(from.take_value(), "-h"); }},
    common_entry{"-p", "--port",
                 [](auto& to, auto& from) {
                     to.options.port = static_cast<std::uint16_t>(parse_number(from.take_value(), 1, 65'535, "-p"));
                 }},
    common_entry{"-L", "--url",
                 [](auto& to, auto& from) { to.url_topic = parse_url_option(from.take_value(), to.options); }},
    common_entry{"-i", "--id", [](auto& to, auto& from) { to.client_id = checked_text(from.take_value(), "-i"); }},
    common_entry{"-I", "--id-prefix",
                 [](auto& to, auto& from) { to.client_id_prefix = checked_text(from.take_value(), "-I"); }},
    common_entry{"-u", "--username",
                 [](auto& to, auto& from) { to.options.user_name = checked_text(from.take_value(), "-u"); }},
    common_entry{"-P", "--pw",
                 [](auto& to, auto& from) { to.options.password = checked_binary(from.take_value(), "-P"); }},
    common_entry{"-k", "--keepalive",
                 [](auto& to, auto& from) {
                     to.options.keep_alive = std::chrono::seconds(parse_number(from.take_value(), 5, 65'535, "-k"));
                 }},
    common_entry{"-c", "--disable-clean-session", [](auto& to, auto&) { to.options.keep_session = true; }},
    common_entry{"-x", "--session-expiry-interval",
                 [](auto& to, auto& from) {
                     to.options.session_expiry = parse_session_expiry(from.take_value());
                     to.needs_v5 = "-x";
                 }},
    common_entry{"-V", "--protocol-version",
                 [](auto& to, auto& from) { to.version = parse_version(from.take_value()); }},
    common_entry{"-q", "--qos", [](auto& to, auto& from) { to.options.qos = parse_qos(from.take_value(), "-q"); }},
};

inline constexpr std::array further_entries = {
    common_entry{
        "-D", "--property",
        [](auto& to, auto& from) { parse_property_option(to.options.properties, [&] { return from.take_value(); }); }},
    common_entry{"", "--will-topic", [](auto& to, auto& from) { to.will_topic = from.take_value(); }},
    common_entry{"", "--will-payload", [](auto& to, auto& from) { to.will_payload = from.take_value(); }},
    common_entry{"", "--will-qos",
                 [](auto& to, auto& from) { to.will_qos = parse_qos(from.take_value(), "--will-qos"); }},
    common_entry{"", "--will-retain", [](auto& to, auto&) { to.will_retain = true; }},
    common_entry{"-d", "--debug", [](auto& to, auto&) { to.options.debug = true; }},
    common_entry{"", "--quiet", [](auto& to, auto&) { to.options.quiet = true; }},
    common_entry{"", "--help", [](auto& to, auto&) { to.options.help_wanted = true; }},
    common_entry{"", "--version", [](auto& to, auto&) { to.options.version_wanted = true; }},
};

inline void finish_client_id(common_arguments& from)
{
    if (from.client_id && from.client_id_prefix)
    {
        throw usage_error("-i and -I cannot be used together: give the whole identifier or the beginning of one.");
    }
    if (from.client_id_prefix)
    {
        from.options.client_id = std::string(*from.client_id_prefix) + std::to_string(::getpid());
    }
    else
    {
        from.options.client_id = from.client_id.value_or("");
    }
    const bool lives_for_ever = from.options.session_expiry == 0xFFFFFFFF;
    const bool found_again = !from.options.client_id.empty() && !from.client_id_prefix;
    if (!found_again && (from.options.keep_session || lives_for_ever))
    {
        throw usage_error("-c and a session that never expires need a client identifier that stays the same: give one "
                          "with -i.");
    }
}

inline void finish_will(common_arguments& from)
{
    if (!from.will_topic)
    {
        if (from.will_payload || from.will_qos || from.will_retain || !from.options.properties.will.empty())
        {
            throw usage_error("A will needs a topic: give one with --will-topic.");
        }
        return;
    }
    if (const tern::topic_error error = tern::validate_topic_name(*from.will_topic))
    {
        throw usage_error("--will-topic: " + error.message() + '.');
    }
    from.options.will =
        will_settings{*from.will_topic, checked_binary(from.will_payload.value_or(""), "--will-payload"),
                      from.will_qos.value_or(tern::qos::at_most_once), from.will_retain};
}

inline void finish_authentication(const common_arguments& from)
{
    const property_list& connect = from.options.properties.connect;
    if (connect.text(tern::property::authentication_data) && !connect.text(tern::property::authentication_method))
    {
        throw usage_error("-D: authentication-data needs an authentication-method beside it."); // v5 3.1.2.11.10
    }
}

inline void finish_version(common_arguments& from)
{
    using enum tern::protocol_version;
    if (from.version == v3_1_1 && !from.needs_v5.empty())
    {
        throw usage_error(std::string(from.needs_v5) + " needs MQTT 5.0: leave -V out or give -V mqttv5.");
    }
    const bool v5_wanted = from.version == v5 || !from.needs_v5.empty();
    from.options.version = v5_wanted || !from.options.properties.empty() ? v5 : v3_1_1;
    if (from.options.version == v3_1_1 && from.options.password && !from.options.user_name)
    {
        throw usage_error("-P needs a user name with MQTT 3.1.1: give one with -u."); // v3.1.1 [MQTT-3.1.2-22]
    }
}

} // namespace detail

/// Applies the option that was taken last, if it is one of the common ones.
inline bool apply_common_option(common_arguments& target, argument_list& arguments)
{
    return apply_option(detail::connection_entries, target, arguments) ||
           apply_option(detail::further_entries, target, arguments);
}

/// Judges whether the options go together. Those that only 5.0 has choose it; -D even over -V, as in mosquitto.
inline common_options finish_common_options(common_arguments& from)
{
    detail::finish_client_id(from);
    detail::finish_will(from);
    detail::finish_authentication(from);
    detail::finish_version(from);
    return from.options;
}

/// The error for an option that no table has.
inline usage_error unknown_option(std::string_view option)
{
    return usage_error("Unknown option " + quoted(option) + '.');
}

} // namespace command_line

#endif
