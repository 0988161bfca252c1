// SPDX-License-Identifier: BSL-1.0
#include "command_line/numbers.hpp"

#include "support/catch.hpp"

#include <chrono>
#include <string>

using namespace command_line;
using namespace std::chrono_literals;

TEST_CASE("a number on the command line is whole, decimal and in range")
{
    CHECK(parse_number("0", 0, 10, "-x") == 0);
    CHECK(parse_number("10", 0, 10, "-x") == 10);
    CHECK(parse_number("4294967295", 0, 0xFFFFFFFF, "-x") == 0xFFFFFFFF);
    for (const char* const bad : {"", "-1", "+1", "11", "1x", "x", " 1", "1 ", "0x1", "1.0", "99999999999999999999"})
    {
        CAPTURE(bad);
        CHECK_THROWS_AS(parse_number(bad, 0, 10, "-x"), usage_error);
    }
    CHECK_THROWS_WITH(parse_number("11", 1, 10, "-p"), "-p must be a number from 1 to 10, not '11'.");
}

TEST_CASE("seconds may have decimals")
{
    CHECK(parse_seconds("0", "-x") == 0ms);
    CHECK(parse_seconds("2", "-x") == 2s);
    CHECK(parse_seconds("0.25", "-x") == 250ms);
    CHECK(parse_seconds(".5", "-x") == 500ms);
    CHECK(parse_seconds("3.", "-x") == 3s);
    CHECK(parse_seconds("1.23456", "-x") == 1234ms);
    CHECK(parse_seconds("999999.999", "-x") == 999'999'999ms);
    for (const char* const bad : {"", ".", "-1", "1e3", "1,5", "1.2.3", "1000000", "inf"})
    {
        CAPTURE(bad);
        CHECK_THROWS_AS(parse_seconds(bad, "-x"), usage_error);
    }
}

TEST_CASE("texts are UTF-8 of at most 65535 bytes")
{
    CHECK(checked_text("Küche", "-i") == "Küche");
    CHECK(checked_text(std::string(65'535, 'a'), "-i").size() == 65'535);
    CHECK_THROWS_WITH(checked_text(std::string(65'536, 'a'), "-i"),
                      "-i is longer than the 65535 bytes that MQTT allows.");
    CHECK_THROWS_WITH(checked_text("ab\xC3", "-i"), "-i is not well-formed UTF-8, from byte 2 on.");
    CHECK_THROWS_AS(checked_text(std::string_view("a\0b", 3), "-i"), usage_error);
    CHECK(checked_binary("ab\xC3", "-P") == "ab\xC3");
    CHECK_THROWS_AS(checked_binary(std::string(65'536, 'a'), "-P"), usage_error);
}
