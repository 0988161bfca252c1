// SPDX-License-Identifier: BSL-1.0
//
// The frame of both programs: help, errors of the command line, errors of the rest; and a loop that runs the program
// proper, which is a class made from a context and the options, with
//
//     asio::awaitable<void> run();  what it does
//     int conclude();               once nothing runs any more: the last words, and the exit code
//     bool left_early() const;      whether something was abandoned that may take its time
#ifndef TERN_EXAMPLES_COMMAND_LINE_PROGRAM_HPP
#define TERN_EXAMPLES_COMMAND_LINE_PROGRAM_HPP

#include "command_line/argument_list.hpp"
#include "command_line/exit_code.hpp"
#include "command_line/standard_output.hpp"
#include "command_line/usage.hpp"
#include "command_line/usage_error.hpp"

#include <asio/co_spawn.hpp>
#include <asio/io_context.hpp>

#include <cstdio>
#include <exception>
#include <string>
#include <string_view>

#include <unistd.h>

namespace command_line
{

namespace detail
{

/// Runs a program to its end.
template <class Program, class Options>
int run_loop(const Options& options)
{
    asio::io_context context(1);
    Program program(context, options);
    asio::co_spawn(context, program.run(), [](const std::exception_ptr& failure) {
        if (failure)
        {
            std::rethrow_exception(failure);
        }
    });
    context.run();
    const int exit_code = program.conclude();
    if (program.left_early())
    {
        ::_exit(exit_code); // a host name that is being resolved cannot be told to stop, and would be waited for
    }
    return exit_code;
}

inline int print_text(std::string_view text)
{
    standard_output output;
    output.text() = text;
    return output.flush() ? exit_failure : exit_success;
}

/// Obeys the options, and turns what goes wrong into a message, unless --quiet.
template <class Program, class Options>
int obey(std::string_view name, std::string_view usage, const Options& options)
{
    if (options.common.help_wanted)
    {
        return print_text(std::string(usage).append(common_usage));
    }
    if (options.common.version_wanted)
    {
        return print_text(version_text(name));
    }
    try
    {
        return run_loop<Program>(options);
    }
    catch (const std::exception& error)
    {
        error_output(options.common.quiet).print("Error: " + std::string(error.what()));
    }
    return exit_failure;
}

} // namespace detail

/// The whole main(): `parse(arguments)` gives the options.
template <class Program, class Parse>
int run_program(std::string_view name, std::string_view usage, int count, const char* const* arguments, Parse parse)
{
    prepare_standard_streams();
    try
    {
        return detail::obey<Program>(name, usage, parse(argument_list(count, arguments)));
    }
    catch (const usage_error& error)
    {
        std::fprintf(stderr, "Error: %s\n\nUse '%.*s --help' to see usage.\n", error.what(),
                     static_cast<int>(name.size()), name.data());
    }
    return exit_failure;
}

} // namespace command_line

#endif
