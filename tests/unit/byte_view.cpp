// SPDX-License-Identifier: BSL-1.0
#include "tern/byte_view.hpp"

#include "support/catch.hpp"

#include <array>
#include <cstddef>
#include <span>
#include <string>
#include <vector>

using tern::byte_view;

static_assert(byte_view("abc").size() == 3 && byte_view("abc")[2] == std::byte{'c'});
static_assert(byte_view().empty() && byte_view() == byte_view(""));
static_assert(!std::is_convertible_v<int, byte_view> && !std::is_convertible_v<std::vector<int>, byte_view>);

TEST_CASE("a view of bytes is made from text and from bytes")
{
    const std::string text = "a\0b";
    const std::string with_zero("a\0b", 3);
    const std::vector<std::byte> bytes{std::byte{1}, std::byte{0xFF}};
    const std::array<unsigned char, 2> octets{1, 0xFF};
    CHECK(byte_view(text).size() == 1); // the literal ends at its zero
    CHECK(byte_view(with_zero).size() == 3);
    CHECK(byte_view(std::string_view("xy")).text() == "xy");
    CHECK(byte_view(bytes).size() == 2);
    CHECK(byte_view(bytes) == byte_view(octets));
    CHECK(byte_view(bytes)[1] == std::byte{0xFF});
    CHECK(byte_view(bytes.data(), 1) == byte_view("\1", 1));
    CHECK(byte_view(std::span<const std::byte>(bytes)).span().data() == bytes.data());
}

TEST_CASE("views are equal when their bytes are")
{
    CHECK(byte_view("a\0b", 3) != byte_view("a\0c", 3));
    CHECK(byte_view("a") != byte_view("ab"));
    CHECK(byte_view(std::string("same")) == byte_view("same"));
}
