// SPDX-License-Identifier: BSL-1.0
//
// How many messages may be unacknowledged, in both directions. v5 3.3.4, 4.9

#include "conformance/v5/play.hpp"

#include <algorithm>

using namespace conformance_5;
using tern::qos;

namespace
{

void connect(script& play, std::size_t receive_maximum)
{
    (void)open(play);
    REQUIRE(as<session::connected>(play.feed_hex(connack_text("21", integer(receive_maximum)))));
}

// Publishes so many messages, of QoS 1 and 2 in turn, and counts those that leave.
std::size_t leave_of(script& play, std::size_t count)
{
    for (std::size_t i = 0; i < count; ++i)
    {
        REQUIRE_FALSE(play.publish(i + 1, "", i % 2 == 0 ? qos::at_least_once : qos::exactly_once).error);
    }
    std::size_t sent = 0;
    while (play.engine.has_output())
    {
        sent += play.sent().size();
    }
    return sent;
}

// A full window: one message of each QoS, both unacknowledged, and two more that wait.
void fill(script& play)
{
    connect(play, 2);
    REQUIRE(leave_of(play, 4) == 2);
}

} // namespace

TEST_CASE("no more than Receive Maximum messages are unacknowledged at the server", "[v5][MQTT-3.3.4-7]")
{
    for (const std::size_t maximum : {std::size_t{1}, std::size_t{2}, std::size_t{20}, std::size_t{65'535}})
    {
        script play;
        connect(play, maximum);
        CHECK(leave_of(play, maximum + 3) == maximum);
        CHECK(play.engine.stats(play.now).in_flight == maximum);
        (void)play.acknowledge<wire::puback>(1);
        CHECK(play.sent().size() == 1);
        if (maximum > 1)
        {
            (void)play.acknowledge<wire::pubrec>(2); // not over yet
            CHECK(play.sent() == packets{"62 02 00 02"});
            (void)play.acknowledge<wire::pubcomp>(2);
            CHECK(play.sent().size() == 1);
        }
    }
}

TEST_CASE("an exhausted quota delays nothing but PUBLISH of QoS 1 and 2", "[v5][MQTT-3.3.4-8]")
{
    script play;
    fill(play);
    REQUIRE_FALSE(play.publish(10, "x", qos::at_most_once).error);
    CHECK(play.sent() == packets{"30 05 00 01 74 00 78"});
    REQUIRE_FALSE(subscribe(play, 11, "t"));
    REQUIRE_FALSE(unsubscribe(play, 12, "t"));
    CHECK(play.sent().size() == 2);
    take(play, receive(play, publish_text(1, 1)));
    CHECK(play.sent() == packets{"40 02 00 01"});
    play.now += 60s;
    play.engine.advance(play.now);
    CHECK(play.sent() == packets{"C0 00"});
    REQUIRE_FALSE(play.engine.disconnect({}, play.now));
    CHECK(play.sent() == packets{"E0 00"});
}

TEST_CASE("a message beyond the client's Receive Maximum ends the connection", "[v5][MQTT-3.3.4-9]")
{
    for (const std::uint16_t maximum : {std::uint16_t{1}, std::uint16_t{2}, std::uint16_t{20}})
    {
        tern::connect_options options = plain_options();
        options.receive_maximum = maximum;
        script play;
        play.connect(options);
        CHECK(play.connects[0].find(joined("21", integer(maximum))) != std::string::npos);
        for (std::uint16_t i = 1; i <= maximum; ++i)
        {
            REQUIRE(receive(play, publish_text(1 + i % 2, i)));
        }
        CHECK(receive(play, publish_text(0))); // QoS 0 does not count
        CHECK(end_after(play, publish_text(1, 100)) == closed_with("93"));
    }
    // What is acknowledged counts no more; QoS 2 does until PUBCOMP.
    tern::connect_options options = plain_options();
    options.receive_maximum = 1;
    script play;
    play.connect(options);
    take(play, receive(play, publish_text(1, 1)));
    take(play, receive(play, publish_text(2, 2)));
    CHECK(play.sent() == packets{"40 02 00 01", "50 02 00 02"});
    (void)play.feed_hex("62 02 00 02");
    take(play, receive(play, publish_text(2, 3)));
    CHECK(play.sent() == packets{"70 02 00 02", "50 02 00 03"});
    CHECK(end_after(play, publish_text(1, 4)) == closed_with("93"));
}

TEST_CASE("the send quota begins at the server's Receive Maximum at most", "[v5][MQTT-4.9.0-1]")
{
    script absent;
    (void)open(absent);
    (void)absent.feed_hex(connack_text());
    CHECK(absent.engine.limits().receive_maximum == 65'535);
    CHECK(leave_of(absent, 65'600) == 65'535);

    script one;
    connect(one, 1);
    CHECK(leave_of(one, 3) == 1);

    // Each connection begins anew, with its own maximum; what is sent again counts.
    script play;
    connect(play, 5);
    REQUIRE(leave_of(play, 8) == 5);
    play.drop();
    REQUIRE_FALSE(play.engine.open(tern::protocol_version::v5, play.now));
    (void)play.sent();
    REQUIRE(as<session::connected>(play.feed_hex(framed("20", "01 00 03 21 00 02"))));
    CHECK(play.sent() == packets{"3A 06 00 01 74 00 01 00", "3C 06 00 01 74 00 02 00"});
}

TEST_CASE("each PUBLISH takes one of the quota, and its last answer gives it back", "[v5][MQTT-4.9.0-2]")
{
    SECTION("PUBACK")
    {
        script play;
        fill(play);
        (void)play.feed_hex("40 02 00 01");
        CHECK(play.sent() == packets{"32 06 00 01 74 00 03 00"});
        (void)play.feed_hex("40 03 00 03 97"); // with a failure just as well
        CHECK(play.sent() == packets{"34 06 00 01 74 00 04 00"});
    }
    SECTION("PUBCOMP, and not PUBREC")
    {
        script play;
        fill(play);
        (void)play.feed_hex("50 02 00 02");
        CHECK(play.sent() == packets{"62 02 00 02"});
        (void)play.feed_hex("70 02 00 02");
        CHECK(play.sent() == packets{"32 06 00 01 74 00 03 00"});
    }
    SECTION("PUBREC with a failure")
    {
        script play;
        fill(play);
        (void)play.feed_hex("50 03 00 02 97");
        CHECK(play.sent() == packets{"32 06 00 01 74 00 03 00"});
    }
    SECTION("no more than the initial quota comes back")
    {
        script play;
        fill(play);
        for (int i = 0; i < 5; ++i)
        {
            (void)play.feed_hex("40 02 00 09"); // an identifier of nothing
            (void)play.feed_hex("70 02 00 09");
        }
        CHECK(play.sent().empty());
        (void)play.feed_hex("40 02 00 01");
        (void)play.feed_hex("40 02 00 01"); // twice: the second time it is of nothing
        CHECK(play.sent().size() == 1);
    }
}

TEST_CASE("other packets are sent and answered while the quota is zero", "[v5][MQTT-4.9.0-3]")
{
    script play;
    fill(play);
    (void)play.feed_hex("50 02 00 02");
    CHECK(play.sent() == packets{"62 02 00 02"}); // PUBREL
    take(play, receive(play, publish_text(2, 9)));
    (void)play.feed_hex("62 02 00 09");
    CHECK(play.sent() == packets{"50 02 00 09", "70 02 00 09"});
    REQUIRE_FALSE(subscribe(play, 20, "t"));
    const packets request = play.sent();
    REQUIRE(request.size() == 1);
    const auto subscribed =
        as<session::subscribe_completed>(play.feed_hex("90 04" + request[0].substr(5, 6) + " 00 00"));
    CHECK(subscribed);
    play.now += 60s;
    play.engine.advance(play.now);
    CHECK(play.sent() == packets{"C0 00"});
    (void)play.feed_hex("D0 00");
    CHECK(play.engine.phase() == session::connection_phase::connected);
    CHECK(play.engine.stats(play.now).in_flight == 2);
}
