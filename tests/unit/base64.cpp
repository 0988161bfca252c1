// SPDX-License-Identifier: BSL-1.0
#include "tern/base64.hpp"

#include "support/catch.hpp"

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>

using namespace tern;

TEST_CASE("the base64 of the standard's examples")
{
    // RFC 4648 section 10
    const std::pair<std::string_view, std::string_view> rows[] = {
        {"", ""},
        {"f", "Zg=="},
        {"fo", "Zm8="},
        {"foo", "Zm9v"},
        {"foob", "Zm9vYg=="},
        {"fooba", "Zm9vYmE="},
        {"foobar", "Zm9vYmFy"},
    };
    for (const auto& [bytes, text] : rows)
    {
        CAPTURE(text);
        CHECK(to_base64(bytes) == text);
        CHECK(base64_size(bytes.size()) == text.size());
        for (std::size_t size = 0; size < 9; ++size)
        {
            CHECK(is_base64_of(text, size) == (size == bytes.size()));
        }
    }
}

TEST_CASE("the base64 of every byte has every character")
{
    std::string bytes;
    for (unsigned byte = 0; byte < 256; ++byte)
    {
        bytes += static_cast<char>(byte);
    }
    const std::string text = to_base64(bytes);
    CHECK(text.substr(0, 8) == "AAECAwQF");
    CHECK(text.substr(text.size() - 8) == "/P3+/w==");
    CHECK(text.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/") ==
          text.size() - 2);
    CHECK(is_base64_of(text, 256));
}

TEST_CASE("what is not base64 is told from what is")
{
    CHECK_FALSE(is_base64_of("Zg=", 1));
    CHECK_FALSE(is_base64_of("Zg", 1));
    CHECK_FALSE(is_base64_of("Z===", 1));
    CHECK_FALSE(is_base64_of("Zg==", 2));
    CHECK_FALSE(is_base64_of("Zm9=", 1));
    CHECK_FALSE(is_base64_of("Z g=", 2));
    CHECK_FALSE(is_base64_of("Zm-v", 3)); // of another alphabet
    CHECK_FALSE(is_base64_of("Zm9v\n", 3));
}
