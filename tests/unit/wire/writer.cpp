// SPDX-License-Identifier: BSL-1.0
#include "tern/wire/writer.hpp"

#include "unit/wire/wire_test.hpp"

#include <string>

using namespace tern_test;

namespace
{

constexpr bool writes_in_constant_expressions()
{
    std::array<char, 16> out{};
    const char* const end = put_field("abcdefgh", out.data());
    return end == out.data() + 10 && out[1] == 8 && out[2] == 'a' && out[9] == 'h' && out[10] == 0;
}
static_assert(writes_in_constant_expressions());

} // namespace

TEST_CASE("integers are written most significant byte first")
{
    std::string out(7, '\0');
    char* at = put(std::uint8_t{0x01}, out.data());
    at = put(std::uint16_t{0x0203}, at);
    at = put(std::uint32_t{0x04050607}, at);
    CHECK(at == out.data() + out.size());
    CHECK(out == bytes("01 02 03 04 05 06 07"));
}

TEST_CASE("fields of every length are copied whole and nothing else is touched")
{
    std::string text;
    for (std::size_t size = 0; size < 70; ++size)
    {
        CAPTURE(size);
        const exact_bytes source(text);
        std::string out(size + 10, '\x55');
        const char* const end = put_field(source.view(), out.data());
        REQUIRE(end == out.data() + 2 + size);
        REQUIRE(out == std::string(1, '\0') + static_cast<char>(size) + text + std::string(8, '\x55'));
        text += static_cast<char>('0' + size);
    }
}

TEST_CASE("variable byte integers take the fewest bytes")
{
    const auto written = [](std::size_t value) {
        std::array<char, 4> out{};
        const char* const end = put_variable(value, out.data());
        CHECK(static_cast<std::size_t>(end - out.data()) == variable_size(value));
        return std::string(out.data(), static_cast<std::size_t>(end - out.data()));
    };
    CHECK(written(0) == bytes("00"));
    CHECK(written(127) == bytes("7F"));
    CHECK(written(128) == bytes("80 01"));
    CHECK(written(16'383) == bytes("FF 7F"));
    CHECK(written(16'384) == bytes("80 80 01"));
    CHECK(written(2'097'151) == bytes("FF FF 7F"));
    CHECK(written(2'097'152) == bytes("80 80 80 01"));
    CHECK(written(268'435'455) == bytes("FF FF FF 7F"));
}
