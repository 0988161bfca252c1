// SPDX-License-Identifier: BSL-1.0
#include "tern/error.hpp"

#include "support/catch.hpp"

#include <iterator>
#include <set>
#include <string>
#include <system_error>

using namespace tern;

TEST_CASE("every error has a text of its own")
{
    std::set<std::string> texts;
    for (const detail::errc_row& row : detail::errc_table)
    {
        const std::error_code error = row.value;
        CAPTURE(static_cast<int>(row.value));
        CHECK(error.category() == tern_category());
        CHECK(error.message() == row.text);
        CHECK(texts.insert(error.message()).second);
        CHECK(error == row.kind);
    }
    CHECK(texts.size() == std::size(detail::errc_table));
    CHECK(std::string(tern_category().name()) == "tern");
    CHECK(make_error_code(static_cast<errc>(9'999)).message() == "unknown tern error");
    CHECK(make_error_code(errc{}).message() == "unknown tern error");
}

TEST_CASE("an error says what a caller asks")
{
    CHECK(make_error_code(errc::invalid_topic_name) == error_kind::usage);
    CHECK(make_error_code(errc::malformed_text) == error_kind::protocol_violation);
    CHECK(make_error_code(errc::authentication_failed) == error_kind::refused);
    CHECK(make_error_code(errc::connection_lost) == error_kind::transient);
    CHECK(make_error_code(errc::connection_lost) != error_kind::refused);

    CHECK(make_error_code(reason_code::server_busy) == error_kind::transient);
    CHECK(make_error_code(reason_code::not_authorized) == error_kind::refused);
    CHECK(make_error_code(reason_code::malformed_packet) == error_kind::usage);
    CHECK(make_error_code(reason_code::success) != error_kind::transient);
    CHECK(make_error_code(reason_code::granted_qos_2) != error_kind::refused);

    CHECK(std::make_error_code(std::errc::connection_refused) == error_kind::transient);
    CHECK(std::make_error_code(std::errc::operation_canceled) != error_kind::transient);
    CHECK(std::make_error_code(std::errc::connection_refused) != error_kind::refused);
    CHECK(std::error_code() != error_kind::transient);
    CHECK(make_error_condition(error_kind::refused).message() == "the server refused");
}

TEST_CASE("the reason codes are a category of their own")
{
    const std::error_code error = reason_code::banned;
    CHECK(error.message() == "banned");
    CHECK(std::string(error.category().name()) == "mqtt");
    CHECK(error.value() == 0x8A);
    CHECK(error != make_error_code(errc::authentication_failed));
}
