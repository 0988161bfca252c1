// SPDX-License-Identifier: BSL-1.0
#include "tern/websocket/masking.hpp"

#include "support/catch.hpp"

#include <cstddef>
#include <string>

using namespace tern::websocket;

namespace
{

const masking_key key{0x37, 0xFA, 0x21, 0x3D};

std::string plain(std::size_t size)
{
    std::string text;
    for (std::size_t i = 0; i < size; ++i)
    {
        text += static_cast<char>(i * 7 + 1);
    }
    return text;
}

std::string masked_by_the_book(const std::string& text)
{
    std::string result;
    for (std::size_t i = 0; i < text.size(); ++i)
    {
        result += static_cast<char>(static_cast<unsigned char>(text[i]) ^ key[i % 4]);
    }
    return result;
}

} // namespace

TEST_CASE("the masked text of the standard's example")
{
    const std::string text = "Hello"; // RFC 6455 5.7
    std::string out(text.size(), '\0');
    mask(text.data(), out.data(), text.size(), key);
    CHECK(out == "\x7F\x9F\x4D\x51\x58");
}

TEST_CASE("masking gives the same at every size and in place")
{
    for (std::size_t size = 0; size < 70; ++size)
    {
        CAPTURE(size);
        const std::string text = plain(size);
        const std::string expected = masked_by_the_book(text);
        std::string out(size + 1, 'x');
        mask(text.data(), out.data(), size, key);
        CHECK(out == expected + 'x');
        std::string place = text;
        mask(place.data(), place.data(), size, key);
        CHECK(place == expected);
        mask(place.data(), place.data(), size, key);
        CHECK(place == text);
    }
}

TEST_CASE("masking goes on where it was cut")
{
    const std::string text = plain(40);
    const std::string expected = masked_by_the_book(text);
    for (std::size_t cut = 0; cut <= text.size(); ++cut)
    {
        CAPTURE(cut);
        std::string out(text.size(), '\0');
        mask(text.data(), out.data(), cut, key);
        mask(text.data() + cut, out.data() + cut, text.size() - cut, advanced(key, cut));
        CHECK(out == expected);
    }
}
