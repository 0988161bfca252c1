// SPDX-License-Identifier: BSL-1.0
#include "command_line/exit_code.hpp"

#include "support/catch.hpp"

#include <asio/error.hpp>

#include <system_error>

using namespace command_line;

TEST_CASE("a refusal ends with the code that the broker gave, as in mosquitto")
{
    using enum tern::reason_code;
    const auto v5 = tern::protocol_version::v5;
    const auto v3_1_1 = tern::protocol_version::v3_1_1;
    CHECK(refusal_exit_code(make_error_code(not_authorized), v5) == 135);
    CHECK(refusal_exit_code(make_error_code(bad_user_name_or_password), v5) == 134);
    CHECK(refusal_exit_code(make_error_code(unsupported_protocol_version), v3_1_1) == 1);
    CHECK(refusal_exit_code(make_error_code(client_identifier_not_valid), v3_1_1) == 2);
    CHECK(refusal_exit_code(make_error_code(server_unavailable), v3_1_1) == 3);
    CHECK(refusal_exit_code(make_error_code(bad_user_name_or_password), v3_1_1) == 4);
    CHECK(refusal_exit_code(make_error_code(not_authorized), v3_1_1) == 5);
    CHECK(refusal_exit_code(make_error_code(tern::errc::timed_out), v5) == 1);
    CHECK(refusal_exit_code(std::make_error_code(std::errc::connection_refused), v3_1_1) == 1);
}

TEST_CASE("a program that a signal has ended exits as a shell says it")
{
    CHECK(signal_exit_code(2) == 130);
    CHECK(signal_exit_code(15) == 143);
}

TEST_CASE("whether a broker is running is asked only where none may be")
{
    for (const std::error_code error :
         {std::error_code(asio::error::connection_refused), std::error_code(asio::error::timed_out),
          std::error_code(asio::error::host_unreachable), std::error_code(asio::error::network_unreachable),
          std::error_code(asio::error::host_not_found), make_error_code(tern::errc::timed_out)})
    {
        CAPTURE(error.message());
        CHECK(is_nobody_there(error));
    }
    for (const std::error_code error :
         {make_error_code(tern::errc::closed_by_server), make_error_code(tern::errc::reserved_flags),
          make_error_code(tern::errc::invalid_option), std::error_code(asio::error::connection_reset),
          std::make_error_code(std::errc::too_many_files_open)})
    {
        CAPTURE(error.message());
        CHECK_FALSE(is_nobody_there(error));
    }
}
