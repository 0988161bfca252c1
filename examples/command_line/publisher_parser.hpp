// SPDX-License-Identifier: BSL-1.0
//
// The publisher's command line.
#ifndef TERN_EXAMPLES_COMMAND_LINE_PUBLISHER_PARSER_HPP
#define TERN_EXAMPLES_COMMAND_LINE_PUBLISHER_PARSER_HPP

#include "command_line/argument_list.hpp"
#include "command_line/common_parser.hpp"
#include "command_line/numbers.hpp"
#include "command_line/options.hpp"
#include "command_line/usage_error.hpp"

#include <tern/topic/validation.hpp>

#include <array>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace command_line
{

namespace detail
{

struct publisher_arguments
{
    common_arguments common;
    publisher_options options;
    std::optional<std::string_view> topic;
    bool repeat_given = false;

    void choose(message_source source, std::string_view argument = {})
    {
        if (options.source != message_source::none)
        {
            throw usage_error("Give one of -m, -f, -l, -s and -n, and only once.");
        }
        options.source = source;
        options.argument = argument;
    }
};

using publisher_entry = option_entry<publisher_arguments>;

inline constexpr std::array publisher_entries = {
    publisher_entry{"-t", "--topic", [](auto& to, auto& from) { to.topic = from.take_value(); }},
    publisher_entry{"-m", "--message",
                    [](auto& to, auto& from) { to.choose(message_source::argument, from.take_value()); }},
    publisher_entry{"-f", "--file", [](auto& to, auto& from) { to.choose(message_source::file, from.take_value()); }},
    publisher_entry{"-s", "--stdin-file", [](auto& to, auto&) { to.choose(message_source::standard_input); }},
    publisher_entry{"-l", "--stdin-line", [](auto& to, auto&) { to.choose(message_source::lines); }},
    publisher_entry{"-n", "--null-message", [](auto& to, auto&) { to.choose(message_source::nothing); }},
    publisher_entry{"-r", "--retain", [](auto& to, auto&) { to.options.retain = true; }},
    publisher_entry{"-M", "--max-inflight",
                    [](auto& to, auto& from) {
                        to.options.maximum_in_flight =
                            static_cast<std::uint16_t>(parse_number(from.take_value(), 1, 65'535, "-M"));
                    }},
    publisher_entry{"", "--repeat",
                    [](auto& to, auto& from) {
                        to.options.repeat = parse_number(from.take_value(), 1, 2'147'483'647, "--repeat");
                        to.repeat_given = true;
                    }},
    publisher_entry{
        "", "--repeat-delay",
        [](auto& to, auto& from) { to.options.repeat_delay = parse_seconds(from.take_value(), "--repeat-delay"); }},
};

inline void finish_publisher_topic(publisher_arguments& from)
{
    from.options.topic = from.topic ? std::string(*from.topic) : from.common.url_topic.value_or("");
    if (!from.topic && !from.common.url_topic)
    {
        throw usage_error("The topic is missing: give one with -t, or at the end of -L.");
    }
    if (const tern::topic_error error = tern::validate_topic_name(from.options.topic))
    {
        throw usage_error("The topic " + quoted(from.options.topic) + " cannot be published to: " + error.message() +
                          '.');
    }
}

} // namespace detail

/// Throws a usage_error, unless help or the version is asked for: then only that counts.
inline publisher_options parse_publisher(argument_list arguments)
{
    detail::publisher_arguments parsed;
    while (!arguments.empty())
    {
        (void)arguments.take_option();
        if (!apply_common_option(parsed.common, arguments) &&
            !apply_option(detail::publisher_entries, parsed, arguments))
        {
            throw unknown_option(arguments.option());
        }
        if (parsed.common.options.help_wanted || parsed.common.options.version_wanted)
        {
            parsed.options.common = parsed.common.options;
            return parsed.options;
        }
    }
    detail::finish_publisher_topic(parsed);
    if (parsed.options.source == message_source::none)
    {
        throw usage_error("The message is missing: give one with -m, -f, -l, -s or -n.");
    }
    if (parsed.options.source == message_source::lines && parsed.repeat_given)
    {
        throw usage_error("--repeat goes with -m, -f, -s and -n, not with -l.");
    }
    parsed.options.common = finish_common_options(parsed.common);
    return parsed.options;
}

} // namespace command_line

#endif
