// SPDX-License-Identifier: BSL-1.0
#include "tern/session/keep_alive.hpp"

#include "support/catch.hpp"

#include <chrono>

using namespace tern::session;
using namespace std::chrono_literals;

TEST_CASE("PINGREQ is due when nothing was sent for the interval", "[session]")
{
    keep_alive alive;
    const time_point start{1h};
    CHECK_FALSE(alive.deadline());
    alive.sent(start);
    alive.start(60s, 10s);
    CHECK(alive.deadline() == start + 60s);
    CHECK_FALSE(alive.pingreq_due(start + 59s));
    CHECK(alive.pingreq_due(start + 60s));
    alive.sent(start + 30s);
    CHECK(alive.deadline() == start + 90s);
    CHECK_FALSE(alive.pingreq_due(start + 89s));
}

TEST_CASE("an interval of 0 switches PINGREQ off", "[session]")
{
    keep_alive alive;
    alive.start(0s, 10s);
    CHECK_FALSE(alive.deadline());
    CHECK_FALSE(alive.pingreq_due(time_point{1000h}));
}

TEST_CASE("a missing PINGRESP shows at its limit, and an answer gives the round trip", "[session]")
{
    keep_alive alive;
    const time_point start{1h};
    alive.sent(start);
    alive.start(60s, 10s);
    alive.pingreq_sent(start + 60s);
    CHECK(alive.deadline() == start + 70s);
    CHECK_FALSE(alive.pingresp_missing(start + 69s));
    CHECK(alive.pingresp_missing(start + 70s));
    CHECK(alive.pingresp_received(start + 62s) == std::chrono::nanoseconds(2s));
    CHECK_FALSE(alive.pingresp_missing(start + 100s));
    CHECK_FALSE(alive.pingresp_received(start + 63s)); // not asked for: tolerated
}

TEST_CASE("while reading is paused PINGREQ goes on and PINGRESP is not missed", "[session]")
{
    keep_alive alive;
    const time_point start{1h};
    alive.sent(start);
    alive.start(60s, 10s);
    alive.pingreq_sent(start + 60s);
    alive.pause(true, start + 61s);
    CHECK_FALSE(alive.pingresp_missing(start + 500s));
    CHECK(alive.pingreq_due(start + 120s));
    alive.pingreq_sent(start + 120s);
    alive.pause(false, start + 130s);
    CHECK_FALSE(alive.pingresp_missing(start + 139s));
    CHECK(alive.pingresp_missing(start + 140s));
    CHECK_FALSE(alive.pingresp_received(start + 131s)); // of two, it cannot be told which
}

TEST_CASE("a limit of 0 waits for ever, and nothing is due once stopped", "[session]")
{
    keep_alive alive;
    const time_point start{1h};
    alive.sent(start);
    alive.start(60s, 0s);
    alive.pingreq_sent(start + 60s);
    CHECK_FALSE(alive.pingresp_missing(start + 9999s));
    alive.stop();
    CHECK_FALSE(alive.deadline());
    CHECK_FALSE(alive.pingreq_due(start + 9999s));
}
