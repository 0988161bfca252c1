// SPDX-License-Identifier: BSL-1.0
#include "tern/wire/reader.hpp"

#include "unit/wire/wire_test.hpp"

#include <string>

using namespace tern_test;

TEST_CASE("integers are read most significant byte first")
{
    const std::string block = bytes("01 02 03 04 05 06 07");
    reader in(block);
    std::uint8_t one = 0;
    std::uint16_t two = 0;
    std::uint32_t four = 0;
    CHECK(in.size() == 7);
    REQUIRE(in.read(one));
    REQUIRE(in.read(two));
    REQUIRE(in.read(four));
    CHECK(one == 0x01);
    CHECK(two == 0x0203);
    CHECK(four == 0x04050607);
    CHECK(in.empty());
    CHECK(in.from() == sender::any);
}

TEST_CASE("nothing is read beyond the end, and a failed read moves nowhere")
{
    const exact_bytes block(bytes("01 02 03"));
    std::uint8_t one = 0;
    std::uint16_t two = 0;
    std::uint32_t four = 0;
    std::string_view text;
    reader in(block.view());
    CHECK(!in.read(four));
    CHECK(!in.read(std::size_t{4}, text));
    CHECK(!in.read(static_cast<std::size_t>(-1), text));
    REQUIRE(in.read(two));
    CHECK(two == 0x0102);
    CHECK(!in.read(two));
    CHECK(in.rest() == bytes("03"));
    REQUIRE(in.read(one));
    CHECK(!in.read(one));
    CHECK(in.read(std::size_t{0}, text));
}

TEST_CASE("variable byte integers")
{
    const auto read = [](const char* text) {
        const exact_bytes block(bytes(text));
        reader in(block.view());
        std::uint32_t value = 0xFFFFFFFF;
        const errc error = in.read_variable(value);
        return std::pair(error, error == none ? value : 0);
    };
    // v5 1.5.5, table 1-1
    CHECK(read("00") == std::pair(none, 0U));
    CHECK(read("7F") == std::pair(none, 127U));
    CHECK(read("80 01") == std::pair(none, 128U));
    CHECK(read("FF 7F") == std::pair(none, 16'383U));
    CHECK(read("80 80 01") == std::pair(none, 16'384U));
    CHECK(read("FF FF 7F") == std::pair(none, 2'097'151U));
    CHECK(read("80 80 80 01") == std::pair(none, 2'097'152U));
    CHECK(read("FF FF FF 7F") == std::pair(none, 268'435'455U));
    for (const char* text : {"80 00", "FF 00", "80 80 00", "80 80 80 00", "80 80 80 80", "80 80 80 80 01"})
    {
        CAPTURE(text);
        CHECK(read(text).first == errc::malformed_variable_byte_integer);
    }
    for (const char* text : {"", "80", "FF FF", "FF FF FF"})
    {
        CAPTURE(text);
        CHECK(read(text).first == errc::length_mismatch);
    }
}
