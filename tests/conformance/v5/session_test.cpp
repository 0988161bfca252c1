// SPDX-License-Identifier: BSL-1.0
//
// Session state, what is sent again and when, and the order of everything. v5 4.1, 4.4 to 4.6

#include "conformance/real_client.hpp"
#include "conformance/v5/play.hpp"

using namespace conformance_5;
using tern::qos;

namespace
{

std::string message_text(std::string_view first, std::uint16_t identifier, std::string_view payload)
{
    return framed(first, joined("00 01 74", integer(identifier), "00", to_hex(payload)));
}

} // namespace

TEST_CASE("a session does not expire while its connection is open", "[v5][MQTT-4.1.0-1]")
{
    tern::connect_options options = plain_options();
    options.session_expiry = 10s;
    options.keep_alive = 0s;
    script play;
    play.connect(options);
    REQUIRE_FALSE(play.publish(1, "x", qos::exactly_once).error);
    (void)play.sent();
    CHECK_FALSE(play.engine.deadline()); // no timer runs
    play.now += std::chrono::hours(1'000);
    play.engine.advance(play.now);
    CHECK(play.engine.session_exists());
    CHECK(play.ended().empty());
    play.resume();
    CHECK(play.sent() == packets{message_text("3C", 1, "x")});
}

TEST_CASE("the session state holds what is unfinished in both directions", "[v5][U5-4.1]")
{
    // That it survives a killed process needs a durable store, which is a part of its own.
    script play;
    play.connect();
    REQUIRE_FALSE(play.publish(1, "1", qos::at_least_once).error);
    REQUIRE_FALSE(play.publish(2, "2", qos::exactly_once).error);
    REQUIRE_FALSE(play.publish(3, "3", qos::exactly_once).error);
    REQUIRE_FALSE(play.publish(4, "4", qos::at_most_once).error);
    (void)play.sent();
    (void)play.feed_hex("50 02 00 03");
    take(play, receive(play, publish_text(2, 7))); // PUBREC sent
    const auto untaken = receive(play, publish_text(2, 8));
    (void)play.sent();
    (void)play.events();
    play.resume();
    CHECK(play.sent() == packets{"62 02 00 03", message_text("3A", 1, "1"), message_text("3C", 2, "2")});
    CHECK_FALSE(play.feed_hex(publish_text(2, 7, true))); // known
    CHECK(play.sent() == packets{"50 02 00 07"});
    CHECK_FALSE(play.feed_hex(publish_text(2, 8, true))); // known, and still with the application
    CHECK(play.sent().empty());
    take(play, untaken);
    CHECK(play.sent() == packets{"50 02 00 08"});
}

TEST_CASE("on resuming the unacknowledged is sent again, and at no other time", "[v5][MQTT-4.4.0-1]")
{
    script play;
    play.connect();
    REQUIRE_FALSE(play.publish(1, "1", qos::at_least_once).error);
    REQUIRE_FALSE(play.publish(2, "2", qos::exactly_once).error);
    const packets first{message_text("32", 1, "1"), message_text("34", 2, "2")};
    const packets again{message_text("3A", 1, "1"), message_text("3C", 2, "2")};
    CHECK(play.sent() == first);

    // No timer repeats anything on a live connection.
    for (int i = 0; i < 100; ++i)
    {
        play.now += 59s;
        play.engine.advance(play.now);
        for (const std::string& each : play.sent())
        {
            CHECK(each == "C0 00");
            (void)play.feed_hex("D0 00");
        }
    }
    // At every step of the handshakes.
    play.resume();
    CHECK(play.sent() == again);
    (void)play.feed_hex("50 02 00 02");
    CHECK(play.sent() == packets{"62 02 00 02"});
    play.resume();
    CHECK(play.sent() == packets{"62 02 00 02", message_text("3A", 1, "1")});
    (void)play.feed_hex("40 02 00 01");
    play.resume();
    CHECK(play.sent() == packets{"62 02 00 02"});
    (void)play.feed_hex("70 02 00 02");
    play.resume();
    CHECK(play.sent().empty());
    // CONNACK has to come first.
    REQUIRE_FALSE(play.publish(3, "3", qos::at_least_once).error);
    (void)play.sent();
    play.drop();
    REQUIRE_FALSE(play.engine.open(tern::protocol_version::v5, play.now));
    CHECK(play.sent().size() == 1);
    CHECK_FALSE(play.engine.has_output());
}

TEST_CASE("a message that was refused is never sent again", "[v5][MQTT-4.4.0-2]")
{
    script play;
    play.connect();
    REQUIRE_FALSE(play.publish(1, "1", qos::at_least_once).error);
    REQUIRE_FALSE(play.publish(2, "2", qos::exactly_once).error);
    (void)play.sent();
    const auto first = as<session::publish_completed>(play.feed_hex("40 03 00 01 97"));
    const auto second = as<session::publish_completed>(play.feed_hex("50 03 00 02 87"));
    REQUIRE((first && second));
    CHECK(first->error == make_error_code(tern::reason_code::quota_exceeded));
    CHECK(second->error == make_error_code(tern::reason_code::not_authorized));
    CHECK(play.sent().empty());
    play.resume();
    CHECK(play.sent().empty());
    play.drop();
    play.reconnect(); // nor after the session is lost
    CHECK(play.sent().empty());
}

TEST_CASE("every message is acknowledged as its QoS asks for, whether or not anybody wants it", "[v5][MQTT-4.5.0-2]")
{
    real_client client;
    REQUIRE(client.start(plain_options()));
    // Nobody has subscribed to this.
    client.send(publish_text(1, 1));
    client.send(publish_text(2, 2));
    client.send(publish_text(1, 3, false, "05 02 00 00 00 00")); // it has expired, too
    std::vector<std::string> heard;
    const auto all_came = [&] {
        for (const std::string& each : client.heard())
        {
            heard.push_back(each);
        }
        return heard.size() >= 3;
    };
    REQUIRE(client.until(all_came));
    CHECK(heard == packets{"40 02 00 01", "50 02 00 02", "40 02 00 03"});
    client.send("62 02 00 02");
    REQUIRE(client.until([&] { return client.heard() == packets{"70 02 00 02"}; }));
}

TEST_CASE("what is sent again keeps the order of its first transmission", "[v5][MQTT-4.6.0-1]")
{
    script play;
    play.connect();
    packets expected;
    for (std::uint16_t i = 1; i <= 20; ++i)
    {
        const bool exactly = i % 3 == 0;
        const std::string payload = std::to_string(i);
        REQUIRE_FALSE(play.publish(i, payload, exactly ? qos::exactly_once : qos::at_least_once).error);
        if (i != 5 && i != 12)
        {
            expected.push_back(message_text(exactly ? "3C" : "3A", i, payload));
        }
    }
    (void)play.sent();
    (void)play.feed_hex("40 02 00 05");
    (void)play.feed_hex("50 03 00 0C 87");
    for (int i = 0; i < 3; ++i)
    {
        play.resume();
        CHECK(play.sent() == expected);
    }
    // New ones come behind those.
    play.drop();
    REQUIRE_FALSE(play.publish(30, "new", qos::at_least_once).error);
    wire::connack kept;
    kept.session_present = true;
    play.reconnect(kept);
    expected.push_back(message_text("32", 21, "new"));
    CHECK(play.sent() == expected);
}

TEST_CASE("PUBACKs go out in the order in which their messages came", "[v5][MQTT-4.6.0-2]")
{
    script play;
    play.connect();
    const auto one = receive(play, publish_text(1, 30));
    const auto two = receive(play, publish_text(1, 10));
    const auto three = receive(play, publish_text(1, 20));
    take(play, three);
    take(play, two);
    CHECK(play.sent().empty()); // they wait for the first
    take(play, one);
    CHECK(play.sent() == packets{"40 02 00 1E", "40 02 00 0A", "40 02 00 14"});
}

TEST_CASE("PUBRECs go out in the order in which their messages came", "[v5][MQTT-4.6.0-3]")
{
    script play;
    play.connect();
    const auto one = receive(play, publish_text(2, 30));
    const auto two = receive(play, publish_text(2, 10));
    const auto three = receive(play, publish_text(2, 20));
    take(play, two);
    take(play, three);
    CHECK(play.sent().empty());
    take(play, one);
    CHECK(play.sent() == packets{"50 02 00 1E", "50 02 00 0A", "50 02 00 14"});
}

TEST_CASE("PUBRELs go out in the order in which the PUBRECs came", "[v5][MQTT-4.6.0-4]")
{
    script play;
    play.connect();
    for (std::uint16_t i = 1; i <= 5; ++i)
    {
        REQUIRE_FALSE(play.publish(i, "x", qos::exactly_once).error);
    }
    (void)play.sent();
    const packets expected{"62 02 00 03", "62 02 00 01", "62 02 00 05", "62 02 00 02", "62 02 00 04"};
    for (const std::string_view identifier : {"03", "01", "05", "02", "04"})
    {
        (void)play.feed_hex(joined("50 02 00", identifier));
    }
    CHECK(play.sent() == expected);
    play.resume(); // and again in that order
    CHECK(play.sent() == expected);
}
