// SPDX-License-Identifier: BSL-1.0
//
// Command lines as tests write them.
#ifndef TERN_TESTS_EXAMPLES_COMMAND_LINE_SUPPORT_HPP
#define TERN_TESTS_EXAMPLES_COMMAND_LINE_SUPPORT_HPP

#include "command_line/argument_list.hpp"
#include "command_line/options.hpp"
#include "command_line/publisher_parser.hpp"
#include "command_line/subscriber_parser.hpp"
#include "command_line/usage_error.hpp"

#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

namespace command_line::test
{

inline publisher_options publisher(std::initializer_list<std::string_view> arguments)
{
    return parse_publisher(argument_list(std::vector<std::string_view>(arguments)));
}

inline subscriber_options subscriber(std::initializer_list<std::string_view> arguments)
{
    return parse_subscriber(argument_list(std::vector<std::string_view>(arguments)));
}

/// What the error of a command line says; empty if there is none.
inline std::string publisher_error(std::initializer_list<std::string_view> arguments)
{
    try
    {
        (void)publisher(arguments);
        return {};
    }
    catch (const usage_error& error)
    {
        return error.what();
    }
}

inline std::string subscriber_error(std::initializer_list<std::string_view> arguments)
{
    try
    {
        (void)subscriber(arguments);
        return {};
    }
    catch (const usage_error& error)
    {
        return error.what();
    }
}

} // namespace command_line::test

#endif
