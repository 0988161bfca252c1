// SPDX-License-Identifier: BSL-1.0
//
// CONNECT as it leaves: name, version, flags, and the payload that the flags announce. v5 3.1

#include "support/catch.hpp"
#include "unit/session/script.hpp"

using tern_test::script;

TEST_CASE("the first packet on a new connection is CONNECT", "[v5][MQTT-3.1.0-1]")
{
    script play;
    (void)play.engine.configure(tern_test::plain_options());
    (void)play.publish(1, "x", tern::qos::at_least_once);
    REQUIRE_FALSE(play.engine.open(tern::protocol_version::v5, play.now));
    const tern_test::packets first = play.sent();
    REQUIRE(first.size() == 1);
    CHECK(first[0].substr(0, 2) == "10");
}
