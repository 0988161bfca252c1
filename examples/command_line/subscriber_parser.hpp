// SPDX-License-Identifier: BSL-1.0
//
// The subscriber's command line.
#ifndef TERN_EXAMPLES_COMMAND_LINE_SUBSCRIBER_PARSER_HPP
#define TERN_EXAMPLES_COMMAND_LINE_SUBSCRIBER_PARSER_HPP

#include "command_line/argument_list.hpp"
#include "command_line/common_parser.hpp"
#include "command_line/message_format.hpp"
#include "command_line/numbers.hpp"
#include "command_line/options.hpp"
#include "command_line/usage_error.hpp"

#include <tern/retain_handling.hpp>
#include <tern/topic/validation.hpp>

#include <array>
#include <chrono>
#include <string>
#include <string_view>

namespace command_line
{

namespace detail
{

struct subscriber_arguments
{
    common_arguments common;
    subscriber_options options;
};

inline tern::retain_handling parse_retain_handling(std::string_view text)
{
    if (text == "always")
    {
        return tern::retain_handling::send;
    }
    if (text == "new")
    {
        return tern::retain_handling::send_if_new;
    }
    if (text == "never")
    {
        return tern::retain_handling::do_not_send;
    }
    throw usage_error("--retain-handling must be always, new or never, not " + quoted(text) + '.');
}

/// Shared ones have to be whole in 3.1.1 too: its standard does not know them, but brokers do.
inline std::string_view checked_filter(std::string_view filter, std::string_view option)
{
    if (const tern::topic_error error = tern::validate_topic_filter(filter))
    {
        throw usage_error(std::string(option) + ' ' + quoted(filter) + " is no topic filter: " + error.message() + '.');
    }
    return filter;
}

using subscriber_entry = option_entry<subscriber_arguments>;

inline constexpr std::array selection_entries = {
    subscriber_entry{
        "-t", "--topic",
        [](auto& to, auto& from) { to.options.topics.emplace_back(checked_filter(from.take_value(), "-t")); }},
    subscriber_entry{
        "-T", "--filter-out",
        [](auto& to, auto& from) { to.options.filtered_out.push_back(checked_filter(from.take_value(), "-T")); }},
    subscriber_entry{
        "-U", "--unsubscribe",
        [](auto& to, auto& from) { to.options.unsubscribe.push_back(checked_filter(from.take_value(), "-U")); }},
    subscriber_entry{
        "-C", "",
        [](auto& to, auto& from) { to.options.count = parse_number(from.take_value(), 1, 2'147'483'647, "-C"); }},
    subscriber_entry{"-W", "",
                     [](auto& to, auto& from) {
                         to.options.time_limit =
                             std::chrono::seconds(parse_number(from.take_value(), 1, 999'999'999, "-W"));
                     }},
    subscriber_entry{"-E", "", [](auto& to, auto&) { to.options.exit_when_subscribed = true; }},
    subscriber_entry{"-R", "", [](auto& to, auto&) { to.options.no_retained = true; }},
    subscriber_entry{"", "--retained-only", [](auto& to, auto&) { to.options.retained_only = true; }},
    subscriber_entry{"", "--remove-retained", [](auto& to, auto&) { to.options.remove_retained = true; }},
};

inline constexpr std::array output_entries = {
    subscriber_entry{"", "--retain-as-published",
                     [](auto& to, auto&) {
                         to.options.retain_as_published = true;
                         to.common.needs_v5 = "--retain-as-published";
                     }},
    subscriber_entry{"", "--retain-handling",
                     [](auto& to, auto& from) {
                         to.options.retain_handling = parse_retain_handling(from.take_value());
                         to.common.needs_v5 = "--retain-handling";
                     }},
    subscriber_entry{"-v", "--verbose", [](auto& to, auto&) { to.options.verbose = true; }},
    subscriber_entry{"-N", "", [](auto& to, auto&) { to.options.end_of_line = false; }},
    subscriber_entry{"-F", "",
                     [](auto& to, auto& from) {
                         const std::string_view format = from.take_value();
                         (void)message_format(format); // throws if it is malformed
                         to.options.format = format;
                     }},
};

inline void finish_subscriber(subscriber_arguments& from)
{
    if (from.common.url_topic)
    {
        from.options.topics.insert(from.options.topics.begin(),
                                   std::string(checked_filter(*from.common.url_topic, "-L")));
    }
    if (from.options.topics.empty() && from.options.unsubscribe.empty())
    {
        throw usage_error("The topic is missing: give one or more with -t, or one at the end of -L.");
    }
    if (from.options.no_retained && from.options.retained_only)
    {
        throw usage_error("-R and --retained-only together leave no message to print: give one of them.");
    }
    from.options.common = finish_common_options(from.common);
}

} // namespace detail

/// Throws a usage_error, unless help or the version is asked for: then only that counts.
inline subscriber_options parse_subscriber(argument_list arguments)
{
    detail::subscriber_arguments parsed;
    while (!arguments.empty())
    {
        (void)arguments.take_option();
        if (!apply_common_option(parsed.common, arguments) &&
            !apply_option(detail::selection_entries, parsed, arguments) &&
            !apply_option(detail::output_entries, parsed, arguments))
        {
            throw unknown_option(arguments.option());
        }
        if (parsed.common.options.help_wanted || parsed.common.options.version_wanted)
        {
            parsed.options.common = parsed.common.options;
            return parsed.options;
        }
    }
    detail::finish_subscriber(parsed);
    return parsed.options;
}

} // namespace command_line

#endif
