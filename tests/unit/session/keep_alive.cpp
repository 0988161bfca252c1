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
    alive.open(start);
    alive.start(60s, 10s);
    CHECK(alive.deadline() == start + 60s);
    CHECK_FALSE(alive.pingreq_due(start + 59s));
    CHECK(alive.pingreq_due(start + 60s));
    alive.write_began(start + 30s);
    alive.write_ended(start + 30s);
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
    alive.open(start);
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
    alive.open(start);
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
    alive.open(start);
    alive.start(60s, 0s);
    alive.pingreq_sent(start + 60s);
    CHECK_FALSE(alive.pingresp_missing(start + 9999s));
    alive.stop();
    CHECK_FALSE(alive.deadline());
    CHECK_FALSE(alive.pingreq_due(start + 9999s));
}

TEST_CASE("while a write is under way what is written counts as sent, and no PINGREQ is due", "[session]")
{
    keep_alive alive;
    const time_point start{1h};
    alive.open(start);
    alive.start(60s, 10s);
    alive.write_began(start);
    for (int minute = 1; minute <= 10; ++minute)
    {
        CHECK_FALSE(alive.pingreq_due(start + minute * 65s));
        CHECK_FALSE(alive.pingresp_missing(start + minute * 65s));
        alive.write_progressed(start + minute * 65s);
    }
    alive.write_ended(start + 700s);
    CHECK(alive.deadline() == start + 760s);
}

TEST_CASE("a write that does not move shows as a missing answer would", "[session]")
{
    keep_alive alive;
    const time_point start{1h};
    alive.open(start);
    alive.start(60s, 10s);
    alive.write_began(start);
    CHECK(alive.deadline() == start + 70s);
    alive.write_progressed(start + 30s);
    CHECK_FALSE(alive.pingresp_missing(start + 99s));
    CHECK(alive.pingresp_missing(start + 100s));
    alive.heard(start + 50s);
    CHECK_FALSE(alive.pingresp_missing(start + 119s));
    CHECK(alive.pingresp_missing(start + 120s));
    keep_alive without;
    without.open(start);
    without.start(0s, 10s);
    without.write_began(start);
    CHECK_FALSE(without.deadline());
}

TEST_CASE("the limit of PINGRESP begins when PINGREQ is written, and whatever comes prolongs it", "[session]")
{
    keep_alive alive;
    const time_point start{1h};
    alive.open(start);
    alive.start(60s, 10s);
    alive.pingreq_sent(start + 60s);
    alive.write_began(start + 60s);
    alive.write_progressed(start + 69s);
    CHECK_FALSE(alive.pingresp_missing(start + 75s));
    alive.write_ended(start + 78s);
    CHECK_FALSE(alive.pingresp_missing(start + 87s));
    CHECK(alive.pingresp_missing(start + 88s));
    alive.heard(start + 87s);
    CHECK_FALSE(alive.pingresp_missing(start + 96s));
    CHECK(alive.pingresp_missing(start + 97s));
    CHECK(alive.pingresp_received(start + 90s) == std::chrono::nanoseconds(30s));
}
