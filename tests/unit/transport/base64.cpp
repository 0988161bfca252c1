// SPDX-License-Identifier: BSL-1.0
#include "tern/transport/base64.hpp"

#include "support/catch.hpp"

#include <string>
#include <string_view>

using tern::detail::base64_encode;

TEST_CASE("base64 as its standard shows it", "[base64]")
{
    // RFC 4648 10
    CHECK(base64_encode("").empty());
    CHECK(base64_encode("f") == "Zg==");
    CHECK(base64_encode("fo") == "Zm8=");
    CHECK(base64_encode("foo") == "Zm9v");
    CHECK(base64_encode("foob") == "Zm9vYg==");
    CHECK(base64_encode("fooba") == "Zm9vYmE=");
    CHECK(base64_encode("foobar") == "Zm9vYmFy");
}

TEST_CASE("base64 of every byte", "[base64]")
{
    CHECK(base64_encode("Aladdin:open sesame") == "QWxhZGRpbjpvcGVuIHNlc2FtZQ=="); // RFC 7617 2
    CHECK(base64_encode(std::string_view("\x00\x10\x83\x10\x51\x87\x20\x92\x8B", 9)) == "ABCDEFGHIJKL");
    CHECK(base64_encode("\xFB\xFF\xBF\xFE") == "+/+//g==");
    CHECK(base64_encode(std::string_view("\0\0\0\0", 4)) == "AAAAAA==");
}
