// SPDX-License-Identifier: BSL-1.0
//
// From an error to the exit code that mosquitto_pub and mosquitto_sub would end with, and to a sentence.
#ifndef TERN_EXAMPLES_COMMAND_LINE_EXIT_CODE_HPP
#define TERN_EXAMPLES_COMMAND_LINE_EXIT_CODE_HPP

#include <tern/error.hpp>
#include <tern/protocol_version.hpp>
#include <tern/reason_code.hpp>

#include <asio/error.hpp>

#include <algorithm>
#include <array>
#include <string>
#include <system_error>

namespace command_line
{

inline constexpr int exit_success = 0;
inline constexpr int exit_failure = 1;
inline constexpr int exit_timed_out = 27;

/// A refused connection ends with what CONNACK said: the return code of 3.1.1, the reason code of 5.0. All else with 1.
inline int refusal_exit_code(std::error_code error, tern::protocol_version version)
{
    if (error.category() != tern::reason_code_category())
    {
        return exit_failure;
    }
    if (version == tern::protocol_version::v5)
    {
        return error.value();
    }
    switch (static_cast<tern::reason_code>(error.value())) // v3.1.1 table 3.1
    {
    case tern::reason_code::unsupported_protocol_version: return 1;
    case tern::reason_code::client_identifier_not_valid: return 2;
    case tern::reason_code::server_unavailable: return 3;
    case tern::reason_code::bad_user_name_or_password: return 4;
    case tern::reason_code::not_authorized: return 5;
    default: return exit_failure;
    }
}

/// The exit code of a program that a signal has ended, as shells give it.
inline constexpr int signal_exit_code(int signal)
{
    return 128 + signal;
}

/// Whether it may be that no broker is running, or that it is somewhere else.
inline bool is_nobody_there(std::error_code error)
{
    const std::array<std::error_code, 9> reasons = {asio::error::connection_refused,
                                                    asio::error::timed_out,
                                                    asio::error::host_unreachable,
                                                    asio::error::network_unreachable,
                                                    asio::error::host_not_found,
                                                    asio::error::host_not_found_try_again,
                                                    asio::error::no_data,
                                                    asio::error::no_recovery,
                                                    make_error_code(tern::errc::timed_out)};
    return std::find(reasons.begin(), reasons.end(), error) != reasons.end();
}

/// What an error says, with what the server said about it.
inline std::string describe(std::error_code error, const std::string& from_server = {})
{
    const std::string text = error.message();
    return from_server.empty() ? text : text + " (the broker says: " + from_server + ')';
}

} // namespace command_line

#endif
