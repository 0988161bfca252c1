// SPDX-License-Identifier: BSL-1.0
#include "tern/utf8.hpp"

#include "support/catch.hpp"

#include <cstddef>
#include <cstdint>
#include <string>

using tern::is_valid_utf8;
using tern::utf8_error_offset;

static_assert(is_valid_utf8("K\xC3\xBC"
                            "che") &&
              !is_valid_utf8("\xED\xA0\x80"));
static_assert(utf8_error_offset("abc\xFF") == 3);

namespace
{

constexpr std::size_t good = std::string_view::npos;

std::string utf8(std::uint32_t point)
{
    const auto tail = [](std::uint32_t bits) { return static_cast<char>(0x80U | (bits & 0x3FU)); };
    if (point < 0x80)
    {
        return {static_cast<char>(point)};
    }
    if (point < 0x800)
    {
        return {static_cast<char>(0xC0U | (point >> 6U)), tail(point)};
    }
    if (point < 0x10000)
    {
        return {static_cast<char>(0xE0U | (point >> 12U)), tail(point >> 6U), tail(point)};
    }
    return {static_cast<char>(0xF0U | (point >> 18U)), tail(point >> 12U), tail(point >> 6U), tail(point)};
}

} // namespace

TEST_CASE("every code point is legal but U+0000 and the surrogates")
{
    std::size_t legal = 0;
    for (std::uint32_t point = 0; point <= 0x110000; ++point)
    {
        const bool expected = point != 0 && (point < 0xD800 || point > 0xDFFF) && point <= 0x10FFFF;
        const bool found = is_valid_utf8(utf8(point));
        if (found != expected)
        {
            CAPTURE(point);
            FAIL("judged wrong");
        }
        legal += found ? 1U : 0U;
    }
    CHECK(legal == 0x110000 - 2'048 - 1);
}

TEST_CASE("every pair of bytes is judged as the standard says")
{
    for (unsigned first = 0; first < 256; ++first)
    {
        for (unsigned second = 0; second < 256; ++second)
        {
            const std::string text{static_cast<char>(first), static_cast<char>(second)};
            const bool ascii = first >= 1 && first < 0x80 && second >= 1 && second < 0x80;
            const bool two = first >= 0xC2 && first <= 0xDF && second >= 0x80 && second <= 0xBF;
            if (is_valid_utf8(text) != (ascii || two))
            {
                CAPTURE(first, second);
                FAIL("judged wrong");
            }
        }
    }
    CHECK(is_valid_utf8("\xC2\x80"));
}

TEST_CASE("forms that are too long, cut off or out of range")
{
    CHECK(utf8_error_offset("\xC0\x80") == 0);             // U+0000 in two bytes
    CHECK(utf8_error_offset("\xC1\xBF") == 0);             // U+007F in two bytes
    CHECK(utf8_error_offset("\xE0\x9F\xBF") == 0);         // U+07FF in three
    CHECK(utf8_error_offset("\xF0\x8F\xBF\xBF") == 0);     // U+FFFF in four
    CHECK(utf8_error_offset("\xF4\x90\x80\x80") == 0);     // U+110000
    CHECK(utf8_error_offset("\xF8\x88\x80\x80\x80") == 0); // five bytes
    CHECK(utf8_error_offset("\xED\xA0\x80") == 0);         // U+D800
    CHECK(utf8_error_offset("\xED\xBF\xBF") == 0);         // U+DFFF
    CHECK(utf8_error_offset("\xED\x9F\xBF") == good);      // U+D7FF
    CHECK(utf8_error_offset("ab\xE2\x82") == 2);
    CHECK(utf8_error_offset("ab\xF0\x9F\x9A") == 2);
    CHECK(utf8_error_offset("\xEF\xBB\xBF") == good); // the byte order mark is text: v5 [MQTT-1.5.4-3]
    CHECK(utf8_error_offset("") == good);
}

TEST_CASE("an error is found at every place of texts of every length")
{
    for (std::size_t size = 1; size < 40; ++size)
    {
        for (std::size_t at = 0; at < size; ++at)
        {
            for (const char bad : {'\0', '\x80', '\xFF'})
            {
                std::string text(size, 'x');
                text[at] = bad;
                CAPTURE(size, at);
                REQUIRE(utf8_error_offset(text) == at);
                REQUIRE(!is_valid_utf8(text));
            }
            std::string text(size, 'x');
            text.insert(at, "\xE2\x82\xAC");
            REQUIRE(utf8_error_offset(text) == good);
            REQUIRE(is_valid_utf8(text));
        }
    }
}
