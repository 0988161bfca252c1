// SPDX-License-Identifier: BSL-1.0
//
// What CONNECT asks for and how the client keeps to it: sessions, keep alive, and the limits that it sets the server.
// v5 3.1.2.4 to 3.1.3.1

#include "conformance/v5/play.hpp"

#include <chrono>

using namespace conformance_5;
using tern::qos;

namespace
{

std::string method_connack()
{
    return connack_text("15", field("M"));
}

// The gaps between what leaves, in seconds, over `span`: the server answers every PINGREQ.
std::vector<long> gaps(script& play, std::chrono::seconds span)
{
    std::vector<long> result;
    session::time_point last = play.now;
    const session::time_point end = play.now + span;
    while (play.engine.deadline() && *play.engine.deadline() < end)
    {
        play.now = *play.engine.deadline();
        play.engine.advance(play.now);
        for (const std::string& each : play.sent())
        {
            CHECK(each == "C0 00");
            result.push_back(std::chrono::duration_cast<std::chrono::seconds>(play.now - last).count());
            last = play.now;
            (void)play.feed_hex("D0 00");
        }
    }
    play.now = end;
    return result;
}

void connect_hex(script& play, const tern::connect_options& options, std::string_view connack)
{
    (void)open(play, options);
    REQUIRE(as<session::connected>(play.feed_hex(connack)));
}

// Is the session of a lost connection still there after this time?
bool survives(script& play, std::chrono::seconds time)
{
    play.drop();
    play.now += time;
    play.engine.advance(play.now);
    return play.engine.session_exists();
}

} // namespace

TEST_CASE("Clean Start 1 discards the session on this side too", "[v5][MQTT-3.1.2-4]")
{
    script play;
    play.connect();
    REQUIRE_FALSE(play.publish(1, "one", qos::at_least_once).error);
    REQUIRE_FALSE(play.publish(2, "two", qos::exactly_once).error);
    REQUIRE(play.sent().size() == 2);
    take(play, receive(play, publish_text(2, 9)));
    (void)play.sent();
    play.drop();
    REQUIRE_FALSE(play.publish(3, "three", qos::exactly_once).error); // never sent: no part of the session
    tern::connect_options options = plain_options();
    options.clean_start = true;
    play.connect(options);
    REQUIRE(play.connects.size() == 1);
    CHECK(from_hex(play.connects[0])[9] == 0x02);
    // The choice: QoS 1 is published again as a new message, QoS 2 that was written has an unknown outcome.
    CHECK(play.sent() == packets{framed("32", joined("00 01 74 00 03 00", to_hex("one"))),
                                 framed("34", joined("00 01 74 00 04 00", to_hex("three")))});
    CHECK(play.ended() == std::vector<std::pair<session::operation, std::error_code>>{{2, tern::errc::session_lost}});
    // The server's identifier 9 is forgotten as well.
    CHECK(receive(play, publish_text(2, 9)));
}

TEST_CASE("nothing is silent for longer than the keep alive", "[v5][MQTT-3.1.2-20]")
{
    script play;
    tern::connect_options options = plain_options();
    options.keep_alive = 20s;
    play.connect(options);
    CHECK(gaps(play, 101s) == std::vector<long>{20, 20, 20, 20, 20});

    // Any packet will do: with one sent before it is due there is no PINGREQ.
    for (int i = 0; i < 10; ++i)
    {
        play.now += 15s;
        play.engine.advance(play.now);
        CHECK(play.sent().empty());
        REQUIRE_FALSE(play.publish(1, "x", qos::at_most_once).error);
        CHECK(play.sent().size() == 1);
        (void)play.events();
    }
    options.keep_alive = 0s;
    script silent;
    silent.connect(options);
    CHECK_FALSE(silent.engine.deadline());
    silent.now += std::chrono::hours(100);
    silent.engine.advance(silent.now);
    CHECK(silent.sent().empty());
}

TEST_CASE("the server's keep alive replaces the client's, and 0 switches it off", "[v5][MQTT-3.1.2-21]")
{
    tern::connect_options options = plain_options();
    options.keep_alive = 20s;
    for (const auto& [seconds, expected] : {std::pair{5U, std::vector<long>{5, 5, 5, 5}},
                                            std::pair{50U, std::vector<long>{}}, std::pair{0U, std::vector<long>{}}})
    {
        script play;
        connect_hex(play, options, connack_text("13", integer(seconds)));
        CHECK(play.engine.limits().keep_alive == std::chrono::seconds(seconds));
        CHECK(gaps(play, 21s) == expected);
        CHECK(play.engine.deadline().has_value() == (seconds != 0));
    }
    options.keep_alive = 0s;
    script play;
    connect_hex(play, options, connack_text("13", integer(7)));
    CHECK(gaps(play, 15s) == std::vector<long>{7, 7});
}

TEST_CASE("a session lives on after its connection for as long as was agreed", "[v5][MQTT-3.1.2-23]")
{
    tern::connect_options options = plain_options();
    SECTION("until it expires")
    {
        options.session_expiry = 100s;
        script play;
        play.connect(options);
        REQUIRE_FALSE(play.publish(1, "x", qos::exactly_once).error);
        (void)play.sent();
        CHECK(survives(play, 99s));
        play.resume();
        CHECK(from_hex(play.connects[0])[9] == 0x00); // Clean Start 0
        CHECK(play.sent() == packets{"3C 07 00 01 74 00 01 00 78"});
        CHECK_FALSE(survives(play, 100s));
        CHECK(play.engine.stats(play.now).in_flight == 0);
        play.reconnect();
        CHECK(from_hex(play.connects[0])[9] == 0x02);
        CHECK(play.sent().empty());
    }
    SECTION("not at all")
    {
        options.session_expiry = 0s;
        script play;
        play.connect(options);
        CHECK_FALSE(survives(play, 0s));
        play.reconnect();
        CHECK(from_hex(play.connects[0])[9] == 0x02);
    }
    SECTION("for ever")
    {
        options.session_expiry = tern::never_expires;
        CHECK(connect_packet(options).find("11 FF FF FF FF") != std::string::npos);
        script play;
        play.connect(options);
        CHECK(survives(play, std::chrono::hours(24 * 365 * 200)));
    }
}

TEST_CASE("a packet above the Maximum Packet Size ends the connection before its body comes", "[v5][MQTT-3.1.2-24]")
{
    tern::connect_options options = plain_options();
    options.maximum_packet_size = 100;
    CHECK(connect_packet(options).find("27 00 00 00 64") != std::string::npos);
    CHECK(end_after(framed("30", joined(field("t"), "00", to_hex(std::string(94, 'x')))), options) == "goes on");
    const std::string larger = framed("30", joined(field("t"), "00", to_hex(std::string(95, 'x'))));
    CHECK(end_after(larger, options) == closed_with("95"));
    CHECK(end_after("30 63", options) == closed_with("95")); // the header alone is enough: no memory for the rest
    CHECK(end_after("30 FF FF FF 7F", options) == closed_with("95"));
    script play;
    play.connect(options);
    CHECK(play.engine.needed(from_hex("30 62")) == 100);
}

TEST_CASE("a topic alias above the client's maximum is illegal", "[v5][MQTT-3.1.2-26]")
{
    tern::connect_options options = plain_options();
    options.topic_alias_maximum = 10;
    CHECK(connect_packet(options).find("22 00 0A") != std::string::npos);
    CHECK(end_after(publish_text(0, 0, false, "03 23 00 0A"), options) == "goes on");
    CHECK(end_after(publish_text(0, 0, false, "03 23 00 0B"), options) == closed_with("94"));
    CHECK(end_after(publish_text(1, 1, false, "03 23 FF FF"), options) == closed_with("94"));
}

TEST_CASE("without a Topic Alias Maximum every topic alias is illegal", "[v5][MQTT-3.1.2-27]")
{
    tern::connect_options options = plain_options();
    options.topic_alias_maximum = 0;
    CHECK(end_after(publish_text(0, 0, false, "03 23 00 01"), options) == closed_with("94"));
    CHECK(end_after(framed("30", "00 00 03 23 00 01 78"), options) == closed_with("94"));
}

TEST_CASE("Response Information comes only if it was asked for", "[v5][MQTT-3.1.2-28]")
{
    tern::connect_options options = plain_options();
    const std::string answer = connack_text("1A", field("responses/"));
    // The choice, where the standard says nothing of the client: the server broke a MUST NOT, so the client closes.
    CHECK(end_of_handshake(answer, options) == "82 close");
    options.request_response_information = true;
    script play;
    CHECK(open(play, options).find("19 01") != std::string::npos);
    const auto connected = as<session::connected>(play.feed_hex(answer));
    REQUIRE(connected);
    CHECK(connected->properties.response_information == "responses/");
}

TEST_CASE("without Request Problem Information reasons come in PUBLISH, CONNACK and DISCONNECT only",
          "[v5][MQTT-3.1.2-29]")
{
    tern::connect_options options = plain_options();
    options.authentication_method = "M";
    options.request_problem_information = false;
    CHECK(connect_packet(options).find("17 00") != std::string::npos);
    for (const std::string& property : {joined("1F", field("why")), user_property_text("n", "v")})
    {
        const std::string block = property_block(property);
        for (const std::string_view first : {"40", "50", "62", "70"})
        {
            CHECK(end_after(framed(first, joined("00 01 00", block)), options) == protocol_error);
        }
        CHECK(end_after(framed("90", joined("00 01", block, "00")), options) == protocol_error);
        CHECK(end_after(framed("B0", joined("00 01", block, "00")), options) == protocol_error);
        script play;
        connect_hex(play, options, method_connack());
        REQUIRE_FALSE(play.engine.re_authenticate("x"));
        (void)play.sent();
        CHECK(end_after(play, framed("F0", joined("18", property_block("15", field("M"), property)))) ==
              protocol_error);
        CHECK(end_of_handshake(framed("F0", joined("18", property_block("15", field("M"), property))), options) ==
              "82 close");

        script allowed;
        connect_hex(allowed, options, connack_text("15", field("M"), property));
        if (property.starts_with("26"))
        {
            CHECK(receive(allowed, publish_text(0, 0, false, block)));
        }
        CHECK(as<session::disconnected_by_server>(allowed.feed_hex(framed("E0", joined("8B", block)))));
    }
    options.request_problem_information = true;
    CHECK(end_after(framed("40", joined("00 01 00", property_block(user_property_text("n", "v")))), options) ==
          "goes on");
}

TEST_CASE("with an Authentication Method nothing but AUTH and DISCONNECT leaves before CONNACK", "[v5][MQTT-3.1.2-30]")
{
    tern::connect_options options = plain_options();
    options.authentication_method = "M";
    options.keep_alive = 5s;
    script play;
    (void)open(play, options);
    REQUIRE_FALSE(play.publish(1, "x", qos::at_most_once).error);
    REQUIRE_FALSE(play.publish(2, "x", qos::exactly_once).error);
    REQUIRE_FALSE(subscribe(play, 3, "t"));
    play.now += 50s;
    play.engine.advance(play.now);
    CHECK(play.sent().empty()); // no PINGREQ either
    (void)play.feed_hex(framed("F0", joined("18", property_block("15", field("M")))));
    REQUIRE_FALSE(play.engine.authenticate("secret"));
    REQUIRE_FALSE(play.publish(4, "x", qos::at_least_once).error);
    const packets sent = play.sent();
    REQUIRE(sent.size() == 1);
    CHECK(sent[0].substr(0, 2) == "F0");
    REQUIRE(as<session::connected>(play.feed_hex(method_connack())));
    CHECK(play.sent().size() == 4);
}

TEST_CASE("a session belongs to its client identifier", "[v5][MQTT-3.1.3-2]")
{
    script play;
    play.connect();
    REQUIRE_FALSE(play.publish(1, "x", qos::exactly_once).error);
    (void)play.sent();
    play.drop();
    tern::connect_options options = plain_options();
    options.client_id = "other";
    options.clean_start = false;
    REQUIRE_FALSE(play.engine.configure(options));
    CHECK_FALSE(play.engine.session_exists());
    CHECK(play.ended() == std::vector<std::pair<session::operation, std::error_code>>{{1, tern::errc::session_lost}});
    play.reconnect();
    CHECK(play.sent().empty());

    // The same identifier goes on with it.
    REQUIRE_FALSE(play.publish(2, "y", qos::exactly_once).error);
    (void)play.sent();
    play.drop();
    REQUIRE_FALSE(play.engine.configure(options));
    CHECK(play.engine.session_exists());
    wire::connack kept;
    kept.session_present = true;
    play.reconnect(kept);
    CHECK(play.sent().size() == 1);
}

TEST_CASE("the assigned client identifier is used from then on", "[v5][MQTT-3.1.3-7]")
{
    tern::connect_options options = plain_options();
    options.client_id = "";
    script play;
    CHECK(open(play, options).ends_with("00 00"));
    const auto connected = as<session::connected>(play.feed_hex(connack_text("12", field("assigned"))));
    REQUIRE(connected);
    CHECK(connected->client_identifier == "assigned");
    CHECK(play.engine.client_identifier() == "assigned");
    play.drop();
    REQUIRE_FALSE(play.engine.open(tern::protocol_version::v5, play.now));
    const packets again = play.sent();
    REQUIRE(again.size() == 1);
    CHECK(again[0].ends_with(field("assigned")));
    CHECK(from_hex(again[0])[9] == 0x00); // it is that session which goes on
    CHECK(as<session::connected>(play.feed_hex("20 03 01 00 00")));
}
