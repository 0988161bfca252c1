// SPDX-License-Identifier: BSL-1.0
#include "tern/client/version_fallback.hpp"

#include "support/catch.hpp"

using tern::connect_failure;
using tern::protocol_choice;
using tern::protocol_version;
using tern::version_fallback;

TEST_CASE("a version that was chosen stays", "[version_fallback]")
{
    for (const connect_failure what :
         {connect_failure::version_refused, connect_failure::bare_close, connect_failure::other})
    {
        version_fallback five(protocol_choice::v5);
        CHECK(!five.on_failure(what));
        CHECK(five.version() == protocol_version::v5);
        version_fallback three(protocol_choice::v3_1_1);
        CHECK(!three.on_failure(what));
        CHECK(three.version() == protocol_version::v3_1_1);
    }
}

TEST_CASE("a refused version is settled at once", "[version_fallback]")
{
    version_fallback choice(protocol_choice::v5_or_v3_1_1);
    CHECK(choice.version() == protocol_version::v5);
    CHECK(choice.on_failure(connect_failure::version_refused));
    CHECK(choice.version() == protocol_version::v3_1_1);
    CHECK(!choice.on_failure(connect_failure::other)); // the server said it: no way back
    CHECK(choice.version() == protocol_version::v3_1_1);
    CHECK(!choice.on_failure(connect_failure::version_refused));
    CHECK(choice.version() == protocol_version::v3_1_1);
}

TEST_CASE("a bare close is worth one try", "[version_fallback]")
{
    version_fallback choice(protocol_choice::v5_or_v3_1_1);
    CHECK(choice.on_failure(connect_failure::bare_close));
    CHECK(choice.version() == protocol_version::v3_1_1);
    SECTION("that works")
    {
        choice.on_connected();
        CHECK(!choice.on_failure(connect_failure::bare_close));
        CHECK(choice.version() == protocol_version::v3_1_1);
    }
    SECTION("that fails in whatever way, and later attempts begin with 5.0")
    {
        const connect_failure what =
            GENERATE(connect_failure::version_refused, connect_failure::bare_close, connect_failure::other);
        CHECK(!choice.on_failure(what));
        CHECK(choice.version() == protocol_version::v5);
        CHECK(choice.on_failure(connect_failure::bare_close));
        CHECK(choice.version() == protocol_version::v3_1_1);
    }
}

TEST_CASE("other failures say nothing about the version", "[version_fallback]")
{
    version_fallback choice(protocol_choice::v5_or_v3_1_1);
    CHECK(!choice.on_failure(connect_failure::other));
    CHECK(choice.version() == protocol_version::v5);
    CHECK(choice.on_failure(connect_failure::version_refused));
}

TEST_CASE("after a success with 5.0 nothing falls back", "[version_fallback]")
{
    version_fallback choice(protocol_choice::v5_or_v3_1_1);
    choice.on_connected();
    CHECK(!choice.on_failure(connect_failure::version_refused));
    CHECK(!choice.on_failure(connect_failure::bare_close));
    CHECK(choice.version() == protocol_version::v5);
}
