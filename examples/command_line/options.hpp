// SPDX-License-Identifier: BSL-1.0
//
// What the command lines of the publisher and the subscriber ask for, after every check. Views are of the command line.
#ifndef TERN_EXAMPLES_COMMAND_LINE_OPTIONS_HPP
#define TERN_EXAMPLES_COMMAND_LINE_OPTIONS_HPP

#include "command_line/property_option.hpp"

#include <tern/protocol_version.hpp>
#include <tern/qos.hpp>
#include <tern/retain_handling.hpp>

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace command_line
{

/// The message that the broker publishes when the program is lost.
struct will_settings
{
    std::string_view topic;
    std::string_view payload;
    tern::qos qos = tern::qos::at_most_once;
    bool retain = false;
};

/// What both programs have in common.
struct common_options
{
    std::string host = "localhost";
    std::uint16_t port = 1883;
    std::string client_id; ///< empty: chosen by the server or the library
    std::optional<std::string> user_name;
    std::optional<std::string> password;
    std::chrono::seconds keep_alive{60};
    bool keep_session = false;                   ///< -c
    std::optional<std::uint32_t> session_expiry; ///< -x, in seconds
    tern::protocol_version version = tern::protocol_version::v3_1_1;
    tern::qos qos = tern::qos::at_most_once;
    std::optional<will_settings> will;
    packet_properties properties; ///< -D
    bool debug = false;
    bool quiet = false;
    bool help_wanted = false;    ///< nothing else counts then
    bool version_wanted = false; ///< nor then
};

/// Where the publisher's messages come from.
enum class message_source : std::uint8_t
{
    none,
    argument,       ///< -m
    file,           ///< -f
    standard_input, ///< -s
    lines,          ///< -l: each line of the standard input is one
    nothing,        ///< -n: an empty one
};

struct publisher_options
{
    common_options common;
    std::string topic;
    message_source source = message_source::none;
    std::string_view argument; ///< the text of -m, or the name of -f
    bool retain = false;
    /// -M: of QoS 1 and 2, unacknowledged. With 5.0 the broker may take fewer, with 3.1.1 it cannot say so: Mosquitto
    /// takes 20 and cuts the connection of who sends more.
    std::uint16_t maximum_in_flight = 20;
    std::uint32_t repeat = 1;
    std::chrono::milliseconds repeat_delay{0};
};

struct subscriber_options
{
    common_options common;
    std::vector<std::string> topics;
    std::vector<std::string_view> filtered_out;
    std::vector<std::string_view> unsubscribe;
    std::optional<std::uint32_t> count;             ///< -C
    bool exit_when_subscribed = false;              ///< -E
    std::optional<std::chrono::seconds> time_limit; ///< -W
    bool no_retained = false;                       ///< -R
    bool retained_only = false;
    bool remove_retained = false;
    bool retain_as_published = false;
    tern::retain_handling retain_handling = tern::retain_handling::send;
    bool verbose = false;
    bool end_of_line = true; ///< without -N
    std::optional<std::string_view> format;
};

} // namespace command_line

#endif
