// SPDX-License-Identifier: BSL-1.0
#include "tern/websocket/handshake_key.hpp"

#include "support/catch.hpp"
#include "tern/base64.hpp"
#include "unit/websocket/frames.hpp"

#include <string>

using namespace tern::websocket;

TEST_CASE("the answer to the key of the standard's example")
{
    CHECK(accept_value("dGhlIHNhbXBsZSBub25jZQ==") == "s3pPLMBiTxaQ9kYGzzhZRbK+xOo="); // RFC 6455 1.3
}

TEST_CASE("a key is sixteen random bytes in base64")
{
    random_numbers random(&tern_test::counting_random);
    random_numbers same(&tern_test::counting_random);
    REQUIRE((random.seed() && same.seed()));
    for (int i = 0; i < 3; ++i) // another one each time
    {
        std::string bytes;
        for (int number = 0; number < 4; ++number)
        {
            const masking_key taken = same.take();
            bytes.append(taken.begin(), taken.end());
        }
        CHECK(make_key(random) == tern::to_base64(bytes));
    }
}

TEST_CASE("what a server takes for a key")
{
    // RFC 6455 4.2.1
    CHECK(is_key("dGhlIHNhbXBsZSBub25jZQ=="));
    CHECK_FALSE(is_key(""));
    CHECK_FALSE(is_key("dGhlIHNhbXBsZSBub25jZQ="));
    CHECK_FALSE(is_key("dGhlIHNhbXBsZSBub25jZT09"));
    CHECK_FALSE(is_key("dGhlIHNhbXBsZSBub25j"));
}
