// SPDX-License-Identifier: BSL-1.0
//
// The delivery protocols of QoS 0, 1 and 2, as sender and as receiver. v5 4.3

#include "conformance/v5/play.hpp"

#include <set>

using namespace conformance_5;
using tern::qos;

namespace
{

// A message of QoS 2 that was sent; its identifier is 1.
void send_exactly_once(script& play)
{
    play.connect();
    REQUIRE_FALSE(play.publish(1, "x", qos::exactly_once).error);
    CHECK(play.sent() == packets{"34 07 00 01 74 00 01 00 78"});
}

// And further: PUBREC came, PUBREL has left.
void send_release(script& play)
{
    send_exactly_once(play);
    CHECK_FALSE(play.feed_hex("50 02 00 01"));
    CHECK(play.sent() == packets{"62 02 00 01"});
}

// Whether the identifiers of messages that are in flight together are distinct, over lost connections too.
void check_fresh_identifiers(qos level)
{
    script play;
    play.connect();
    std::set<std::string> live;
    for (int round = 0; round < 3; ++round)
    {
        for (int i = 0; i < 50; ++i)
        {
            REQUIRE_FALSE(play.publish(1, "", level).error);
        }
        for (const std::string& each : play.sent())
        {
            const std::string identifier = each.substr(15, 5);
            CHECK(identifier != "00 00");
            CHECK((live.insert(identifier).second || each[1] == 'A' || each[1] == 'C')); // new, or a repetition
        }
        play.resume();
    }
    CHECK(live.size() == 150);
}

} // namespace

TEST_CASE("QoS 0 is sent once, with QoS 0 and DUP 0, and never again", "[v5][MQTT-4.3.1-1]")
{
    script play;
    play.connect();
    REQUIRE_FALSE(play.publish(1, "x", qos::at_most_once).error);
    CHECK(play.sent() == packets{"30 05 00 01 74 00 78"});
    const auto done = play.ended();
    REQUIRE(done.size() == 1);
    CHECK_FALSE(done[0].second);
    play.resume();
    CHECK(play.sent().empty());
    // One whose write was not finished ends with an error instead of a second transmission.
    REQUIRE_FALSE(play.publish(2, "y", qos::at_most_once).error);
    CHECK(play.sent(false) == packets{"30 05 00 01 74 00 79"});
    play.resume();
    CHECK(play.sent().empty());
    CHECK(play.ended() ==
          std::vector<std::pair<session::operation, std::error_code>>{{2, tern::errc::connection_lost}});
}

TEST_CASE("a new message of QoS 1 gets a packet identifier that is not in use", "[v5][MQTT-4.3.2-1]")
{
    check_fresh_identifiers(qos::at_least_once);
}

TEST_CASE("a message of QoS 1 is first sent with DUP 0", "[v5][MQTT-4.3.2-2]")
{
    script play;
    (void)play.engine.configure(plain_options());
    REQUIRE_FALSE(play.publish(1, "a", qos::at_least_once).error); // waits for the connection
    play.connect();
    REQUIRE_FALSE(play.engine.publish(2, "t", "b", {.qos = qos::at_least_once, .retain = true}, play.now).error);
    CHECK(play.sent() == packets{"32 07 00 01 74 00 01 00 61", "33 07 00 01 74 00 02 00 62"});
}

TEST_CASE("a message of QoS 1 is unacknowledged until PUBACK", "[v5][MQTT-4.3.2-3]")
{
    script play;
    play.connect();
    REQUIRE_FALSE(play.publish(1, "x", qos::at_least_once).error);
    (void)play.sent();
    for (int i = 0; i < 3; ++i)
    {
        CHECK(play.events().empty());
        CHECK(play.engine.stats(play.now).in_flight == 1);
        play.resume();
        CHECK(play.sent() == packets{"3A 07 00 01 74 00 01 00 78"});
    }
    const auto done = as<session::publish_completed>(play.feed_hex("40 02 00 01"));
    REQUIRE(done);
    CHECK(done->operation == 1);
    CHECK_FALSE(done->error);
    play.resume();
    CHECK(play.sent().empty());
}

TEST_CASE("PUBACK goes out once the application has taken the message", "[v5][MQTT-4.3.2-4]")
{
    script play;
    play.connect();
    const auto message = receive(play, publish_text(1, 0x0102));
    CHECK(play.sent().empty()); // not before
    play.now += 3600s;
    CHECK(play.sent().empty());
    take(play, message);
    CHECK(play.sent() == packets{"40 02 01 02"});
    take(play, message); // once only
    CHECK(play.sent().empty());
}

TEST_CASE("after PUBACK the identifier means a new message, whatever DUP says", "[v5][MQTT-4.3.2-5]")
{
    for (const bool duplicate : {false, true})
    {
        script play;
        play.connect();
        take(play, receive(play, publish_text(1, 5)));
        CHECK(play.sent() == packets{"40 02 00 05"});
        const auto again = receive(play, publish_text(1, 5, duplicate));
        REQUIRE(again);
        take(play, again);
        CHECK(play.sent() == packets{"40 02 00 05"});
    }
}

TEST_CASE("a new message of QoS 2 gets a packet identifier that is not in use", "[v5][MQTT-4.3.3-1]")
{
    check_fresh_identifiers(qos::exactly_once);
}

TEST_CASE("a message of QoS 2 is first sent with DUP 0", "[v5][MQTT-4.3.3-2]")
{
    script play;
    (void)play.engine.configure(plain_options());
    REQUIRE_FALSE(play.publish(1, "a", qos::exactly_once).error);
    play.connect();
    REQUIRE_FALSE(play.engine.publish(2, "t", "b", {.qos = qos::exactly_once, .retain = true}, play.now).error);
    CHECK(play.sent() == packets{"34 07 00 01 74 00 01 00 61", "35 07 00 01 74 00 02 00 62"});
}

TEST_CASE("a message of QoS 2 is unacknowledged until PUBREC", "[v5][MQTT-4.3.3-3]")
{
    script play;
    send_exactly_once(play);
    for (int i = 0; i < 3; ++i)
    {
        play.resume();
        CHECK(play.sent() == packets{"3C 07 00 01 74 00 01 00 78"});
        CHECK(play.events().empty());
    }
    CHECK_FALSE(play.feed_hex("50 02 00 01")); // received, but not complete
    CHECK(play.engine.stats(play.now).in_flight == 1);
    // A failing PUBREC ends it.
    script refused;
    send_exactly_once(refused);
    const auto done = as<session::publish_completed>(refused.feed_hex("50 03 00 01 87"));
    REQUIRE(done);
    CHECK(done->error == make_error_code(tern::reason_code::not_authorized));
    CHECK(refused.sent().empty());
}

TEST_CASE("PUBREC is answered by PUBREL with the same identifier", "[v5][MQTT-4.3.3-4]")
{
    script play;
    play.connect();
    for (int i = 0; i < 3; ++i)
    {
        REQUIRE_FALSE(play.publish(1, "x", qos::exactly_once).error);
    }
    (void)play.sent();
    (void)play.feed_hex("50 02 00 02");
    CHECK(play.sent() == packets{"62 02 00 02"});
    (void)play.feed_hex("50 03 00 01 10"); // a code below 0x80
    CHECK(play.sent() == packets{"62 02 00 01"});
    (void)play.feed_hex("50 03 00 03 97"); // none
    CHECK(play.sent().empty());
}

TEST_CASE("PUBREL is unacknowledged until PUBCOMP", "[v5][MQTT-4.3.3-5]")
{
    script play;
    send_release(play);
    for (int i = 0; i < 3; ++i)
    {
        CHECK(play.events().empty());
        play.resume();
        CHECK(play.sent() == packets{"62 02 00 01"});
    }
    const auto done = as<session::publish_completed>(play.feed_hex("70 02 00 01"));
    REQUIRE(done);
    CHECK_FALSE(done->error);
    play.resume();
    CHECK(play.sent().empty());
}

TEST_CASE("once PUBREL has gone out the message itself is never sent again", "[v5][MQTT-4.3.3-6]")
{
    script play;
    send_release(play);
    CHECK_FALSE(play.feed_hex("50 02 00 01")); // PUBREC once more
    CHECK(play.sent() == packets{"62 02 00 01"});
    play.resume();
    CHECK(play.sent() == packets{"62 02 00 01"});
    // Nor when PUBREL itself did not get through.
    script lost;
    send_exactly_once(lost);
    CHECK_FALSE(lost.feed_hex("50 02 00 01"));
    lost.resume(); // before anything left
    CHECK(lost.sent() == packets{"62 02 00 01"});
}

TEST_CASE("a message that was sent does not expire any more", "[v5][MQTT-4.3.3-7]")
{
    script play;
    play.connect();
    REQUIRE_FALSE(
        play.engine.publish(1, "t", "x", {.qos = qos::exactly_once, .message_expiry_interval = 10s}, play.now).error);
    CHECK(play.sent() == packets{"34 0C 00 01 74 00 01 05 02 00 00 00 0A 78"});
    play.now += 60s;
    play.engine.advance(play.now);
    CHECK(play.ended().empty());
    play.resume();
    const packets again = play.sent();
    REQUIRE(again.size() == 1); // after its time, and all the same
    CHECK(again[0].substr(0, 2) == "3C");
    (void)play.feed_hex("50 02 00 01");
    play.now += 60s;
    play.engine.advance(play.now);
    play.resume();
    CHECK(play.sent() == packets{"62 02 00 01"});
    CHECK(as<session::publish_completed>(play.feed_hex("70 02 00 01")));
    // One that was never sent does expire.
    REQUIRE_FALSE(play.engine.disconnect({}, play.now));
    play.drop();
    REQUIRE_FALSE(
        play.engine.publish(2, "t", "x", {.qos = qos::exactly_once, .message_expiry_interval = 10s}, play.now).error);
    play.now += 10s;
    play.engine.advance(play.now);
    CHECK(play.ended() ==
          std::vector<std::pair<session::operation, std::error_code>>{{2, tern::errc::message_expired}});
}

TEST_CASE("PUBREC goes out once the application has taken the message", "[v5][MQTT-4.3.3-8]")
{
    script play;
    play.connect();
    const auto message = receive(play, publish_text(2, 0x0102));
    CHECK(play.sent().empty());
    take(play, message);
    CHECK(play.sent() == packets{"50 02 01 02"});
}

TEST_CASE("after a failing PUBREC the identifier is free", "[v5][MQTT-4.3.3-9]")
{
    for (const bool duplicate : {false, true})
    {
        script play;
        play.connect();
        take(play, receive(play, publish_text(2, 5)), tern::reason_code::quota_exceeded);
        CHECK(play.sent() == packets{"50 03 00 05 97"});
        const auto again = receive(play, publish_text(2, 5, duplicate));
        REQUIRE(again);
        take(play, again);
        CHECK(play.sent() == packets{"50 02 00 05"});
    }
}

TEST_CASE("until PUBREL a repeated identifier is acknowledged again and not delivered again", "[v5][MQTT-4.3.3-10]")
{
    for (const bool duplicate : {false, true})
    {
        script play;
        play.connect();
        take(play, receive(play, publish_text(2, 5)));
        CHECK(play.sent() == packets{"50 02 00 05"});
        for (int i = 0; i < 5; ++i)
        {
            CHECK_FALSE(play.feed_hex(publish_text(2, 5, duplicate)));
            CHECK(play.sent() == packets{"50 02 00 05"});
        }
        play.resume(); // over a lost connection too
        CHECK_FALSE(play.feed_hex(publish_text(2, 5, duplicate)));
        CHECK(play.sent() == packets{"50 02 00 05"});
        CHECK(play.engine.stats(play.now).duplicates_suppressed == 6);
    }
}

TEST_CASE("PUBREL is answered by PUBCOMP with the same identifier, known or not", "[v5][MQTT-4.3.3-11]")
{
    script play;
    play.connect();
    take(play, receive(play, publish_text(2, 0x0A0B)));
    (void)play.feed_hex("62 02 0A 0B");
    CHECK(play.sent() == packets{"50 02 0A 0B", "70 02 0A 0B"});
    (void)play.feed_hex("62 02 0A 0C");
    CHECK(play.sent() == packets{"70 03 0A 0C 92"});
    play.resume();
    (void)play.feed_hex("62 02 0A 0B"); // PUBCOMP was lost
    CHECK(play.sent() == packets{"70 03 0A 0B 92"});
}

TEST_CASE("after PUBCOMP the identifier means a new message", "[v5][MQTT-4.3.3-12]")
{
    for (const bool duplicate : {false, true})
    {
        script play;
        play.connect();
        take(play, receive(play, publish_text(2, 5)));
        (void)play.feed_hex("62 02 00 05");
        CHECK(play.sent() == packets{"50 02 00 05", "70 02 00 05"});
        CHECK(receive(play, publish_text(2, 5, duplicate)));
    }
}

TEST_CASE("the handshake goes on although the message has expired", "[v5][MQTT-4.3.3-13]")
{
    script play;
    play.connect();
    const auto message = receive(play, publish_text(2, 5, false, "05 02 00 00 00 01")); // expires in one second
    play.now += 60s;
    play.engine.advance(play.now);
    take(play, message);
    CHECK(play.sent() == packets{"C0 00", "50 02 00 05"});
    play.now += 1s;
    (void)play.feed_hex("62 02 00 05");
    CHECK(play.sent() == packets{"70 02 00 05"});
    // Expired on arrival: 0 seconds are left.
    take(play, receive(play, publish_text(2, 6, false, "05 02 00 00 00 00")));
    CHECK(play.sent() == packets{"50 02 00 06"});
}
