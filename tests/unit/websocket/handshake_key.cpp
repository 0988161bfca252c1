// SPDX-License-Identifier: BSL-1.0
#include "tern/websocket/handshake_key.hpp"

#include "support/catch.hpp"
#include "unit/websocket/frames.hpp"

using namespace tern::websocket;

TEST_CASE("the answer to the key of the standard's example")
{
    CHECK(accept_value("dGhlIHNhbXBsZSBub25jZQ==") == "s3pPLMBiTxaQ9kYGzzhZRbK+xOo="); // RFC 6455 1.3
}

TEST_CASE("a key is sixteen random bytes in base64")
{
    random_stock random(&tern_test::counting_random);
    REQUIRE(random.ensure(2 * numbers_per_key));
    CHECK(make_key(random) == "EBESEw8QERIODxARDQ4PEA==");
    CHECK(make_key(random) == "DA0ODwsMDQ4KCwwNCQoLDA=="); // another one each time
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
