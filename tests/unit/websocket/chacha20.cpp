// SPDX-License-Identifier: BSL-1.0
#include "tern/websocket/chacha20.hpp"

#include "support/catch.hpp"

using namespace tern::websocket;

namespace
{

constexpr chacha20_key key{0x03020100, 0x07060504, 0x0B0A0908, 0x0F0E0D0C,
                           0x13121110, 0x17161514, 0x1B1A1918, 0x1F1E1D1C};

} // namespace

TEST_CASE("the block of the standard's example")
{
    // RFC 8439 2.3.2
    constexpr chacha20_words found = chacha20_block(key, 1, {0x09000000, 0x4A000000, 0x00000000});
    const chacha20_words expected{0xE4E7F110, 0x15593BD1, 0x1FDD0F50, 0xC47120A3, 0xC7F4D1C7, 0x0368C033,
                                  0x9AAA2204, 0x4E6CD4C3, 0x466482D2, 0x09AA9F07, 0x05D7C214, 0xA2028BD9,
                                  0xD19C12B5, 0xB94E16DE, 0xE883D0CB, 0x4E3C50A2};
    CHECK(found == expected);
}

TEST_CASE("every block is another one")
{
    CHECK(chacha20_block(key, 1, {}) != chacha20_block(key, 2, {}));
    CHECK(chacha20_block(key, 1, {}) != chacha20_block({}, 1, {}));
    CHECK(chacha20_block(key, 1, {1, 0, 0}) != chacha20_block(key, 1, {}));
}
