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

#include <algorithm>
#include <cstddef>
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

/// The words of a longer line, which are views of it.
inline std::vector<std::string_view> words(std::string_view line)
{
    std::vector<std::string_view> result;
    for (std::size_t begin = line.find_first_not_of(' '); begin != line.npos;)
    {
        const std::size_t end = std::min(line.find(' ', begin), line.size());
        result.push_back(line.substr(begin, end - begin));
        begin = line.find_first_not_of(' ', end);
    }
    return result;
}

/// The same in one text, which has to live as long.
inline publisher_options publisher(std::string_view line)
{
    return parse_publisher(argument_list(words(line)));
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
