// SPDX-License-Identifier: BSL-1.0
//
// The frame of both programs: help, errors of the command line, errors of the rest.
#ifndef TERN_EXAMPLES_COMMAND_LINE_PROGRAM_HPP
#define TERN_EXAMPLES_COMMAND_LINE_PROGRAM_HPP

#include "command_line/argument_list.hpp"
#include "command_line/exit_code.hpp"
#include "command_line/standard_output.hpp"
#include "command_line/usage.hpp"
#include "command_line/usage_error.hpp"

#include <cstdio>
#include <exception>
#include <string>
#include <string_view>

namespace command_line
{

/// Runs `program(parse(arguments))` unless help is wanted, and turns exceptions into messages. The exit code.
template <class Parse, class Program>
int run_program(std::string_view name, std::string_view usage, int count, const char* const* arguments, Parse parse,
                Program program)
{
    prepare_standard_streams();
    try
    {
        const auto options = parse(argument_list(count, arguments));
        if (options.common.help_wanted || options.common.version_wanted)
        {
            const std::string text =
                options.common.help_wanted ? std::string(usage) + std::string(common_usage) : version_text(name);
            standard_output output;
            output.text() = text;
            return output.flush() ? exit_failure : exit_success;
        }
        return program(options);
    }
    catch (const usage_error& error)
    {
        std::fprintf(stderr, "Error: %s\n\nUse '%.*s --help' to see usage.\n", error.what(),
                     static_cast<int>(name.size()), name.data());
    }
    catch (const std::exception& error)
    {
        std::fprintf(stderr, "Error: %s\n", error.what());
    }
    return exit_failure;
}

} // namespace command_line

#endif
