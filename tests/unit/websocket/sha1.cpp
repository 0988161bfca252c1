// SPDX-License-Identifier: BSL-1.0
#include "tern/websocket/sha1.hpp"

#include "support/catch.hpp"

#include <array>
#include <cstddef>
#include <string>
#include <string_view>
#include <utility>

using tern::websocket::sha1;

namespace
{

std::string hexadecimal(const std::array<char, 20>& digest)
{
    std::string text;
    for (const char c : digest)
    {
        text += "0123456789abcdef"[static_cast<unsigned char>(c) >> 4U];
        text += "0123456789abcdef"[static_cast<unsigned char>(c) & 15U];
    }
    return text;
}

static_assert(sha1("abc")[0] == static_cast<char>(0xA9));

} // namespace

TEST_CASE("the digests of the standard's examples")
{
    // RFC 3174 7.3, and the empty message
    const std::pair<std::string, std::string_view> rows[] = {
        {"", "da39a3ee5e6b4b0d3255bfef95601890afd80709"},
        {"abc", "a9993e364706816aba3e25717850c26c9cd0d89d"},
        {"abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq", "84983e441c3bd26ebaae4aa1f95129e5e54670f1"},
        {std::string(1'000'000, 'a'), "34aa973cd4c4daa4f61eeb2bdbad27316534016f"},
    };
    for (const auto& [message, digest] : rows)
    {
        CAPTURE(message.size());
        CHECK(hexadecimal(sha1(message)) == digest);
    }
}

TEST_CASE("the digest where the length no longer fits into the last block")
{
    // computed by sha1sum
    const std::pair<std::size_t, std::string_view> rows[] = {
        {55, "c1c8bbdc22796e28c0e15163d20899b65621d65a"}, {56, "c2db330f6083854c99d4b5bfb6e8f29f201be699"},
        {63, "03f09f5b158a7a8cdad920bddc29b81c18a551f5"}, {64, "0098ba824b5c16427bd7a1122a5a442a25ec644d"},
        {65, "11655326c708d70319be2610e8a57d9a5b959d3b"},
    };
    for (const auto& [size, digest] : rows)
    {
        CAPTURE(size);
        CHECK(hexadecimal(sha1(std::string(size, 'a'))) == digest);
    }
}
