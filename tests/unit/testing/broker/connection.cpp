// SPDX-License-Identifier: BSL-1.0
#include "tern/testing/broker/connection.hpp"

#include "support/catch.hpp"
#include "unit/testing/wire_client.hpp"

using namespace broker_test;
using namespace broker_test::broker_detail;

TEST_CASE("a connection encodes what its client accepts")
{
    connection c;
    CHECK(c.encode(wire::pingresp{}));
    CHECK(c.output == std::string_view("\xd0\0", 2));
    c.maximum_packet_size = 7;
    CHECK_FALSE(c.encode(message("ab", "x")));
    CHECK(c.encode(message("a", "x")));
    CHECK(c.output == std::string_view("\xd0\0\x30\x05\0\1a\0x", 9));
}

TEST_CASE("aliases of the client are kept by number")
{
    incoming_aliases aliases;
    CHECK(aliases.find(1).empty());
    aliases.set(3, "three");
    CHECK(aliases.find(3) == "three");
    CHECK(aliases.find(2).empty());
    CHECK(aliases.find(4).empty());
    CHECK(aliases.find(0).empty());
    aliases.set(3, "drei");
    CHECK(aliases.find(3) == "drei");
}

TEST_CASE("aliases for the client go to the first topics")
{
    outgoing_aliases aliases;
    CHECK(aliases.choose("a").alias == 0);
    aliases.allow(2);
    CHECK(aliases.choose("a").alias == 1);
    CHECK(aliases.choose("b").alias == 2);
    CHECK_FALSE(aliases.choose("c").known);
    CHECK(aliases.choose("c").alias == 0);
    CHECK(aliases.choose("a").alias == 1);
    CHECK(aliases.choose("a").known);
    aliases.forget("b");
    CHECK_FALSE(aliases.choose("b").known);
    CHECK(aliases.choose("b").alias == 2);
}
