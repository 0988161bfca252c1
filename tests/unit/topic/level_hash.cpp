// SPDX-License-Identifier: BSL-1.0
#include "tern/topic/level_hash.hpp"

#include "support/catch.hpp"

#include <cstddef>
#include <cstdint>
#include <set>
#include <string>

using tern::topic_detail::level_hash;

namespace
{

constexpr level_hash with_zero_key(0, 0);

// From another implementation of SipHash-1-3 with a key of zeros; lengths on both sides of a whole word.
static_assert(with_zero_key("a") == 0x4074'48d2'b89b'1813);
static_assert(with_zero_key("abc") == 0xc03b'c3a0'0426'30f2);
static_assert(with_zero_key("abcd") == 0xe3d1'd5fd'd52a'ae89);
static_assert(with_zero_key("1234567") == 0xa33d'6515'94fd'ae81);
static_assert(with_zero_key("12345678") == 0x3489'9824'3056'0a87);
static_assert(with_zero_key("123456789") == 0x0fbc'0f00'0796'5fcf);
static_assert(with_zero_key("temperature/kitchen") == 0x7823'ec0e'af52'62f5);

} // namespace

TEST_CASE("the hash depends on the seed", "[topic]")
{
    CHECK(level_hash(1)("temperature") != level_hash(2)("temperature"));
    CHECK(level_hash(1)("") != level_hash(2)(""));
    CHECK(level_hash(7)("temperature") == level_hash(7)("temperature"));
}

TEST_CASE("texts that differ in length or in one byte differ in their hash", "[topic]")
{
    const level_hash hash(3);
    std::set<std::uint64_t> seen;
    for (std::size_t length = 0; length < 40; ++length)
    {
        std::string text(length, 'a');
        seen.insert(hash(text));
        for (std::size_t place = 0; place < length; ++place)
        {
            text[place] = 'b';
            seen.insert(hash(text));
            text[place] = 'a';
        }
    }
    CHECK(seen.size() == 40 + 39 * 40 / 2);
}
