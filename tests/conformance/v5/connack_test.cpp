// SPDX-License-Identifier: BSL-1.0
//
// CONNACK: what may come first, whether a session goes on, and what is wrong with one. v5 3.2

#include "conformance/v5/play.hpp"

#include <algorithm>
#include <utility>

using namespace conformance_5;
using tern::qos;

namespace
{

// Settings of a client that claims what an earlier process left at the server.
tern::connect_options claiming()
{
    tern::connect_options options = plain_options();
    options.clean_start = false;
    return options;
}

// The properties of CONNACK take the client's largest packet of 40 bytes and one more.
void check_oversize_connack(const std::string& property)
{
    tern::connect_options options = plain_options();
    const std::string answer = connack_text(property);
    options.maximum_packet_size = static_cast<std::uint32_t>(byte_count(answer));
    script play;
    (void)open(play, options);
    CHECK(as<session::connected>(play.feed_hex(answer)));
    --options.maximum_packet_size;
    CHECK(end_of_handshake(answer, options) == "95 close");
}

} // namespace

TEST_CASE("nothing but AUTH comes before CONNACK", "[v5][MQTT-3.2.0-1]")
{
    for (const std::string& packet :
         {publish_text(0), publish_text(1, 1), std::string("40 02 00 01"), std::string("50 02 00 01"),
          std::string("62 02 00 01"), std::string("70 02 00 01"), std::string("90 04 00 01 00 00"),
          std::string("B0 04 00 01 00 00"), std::string("D0 00"), std::string("E0 00"), std::string("E0 01 8B")})
    {
        INFO(packet);
        CHECK(end_of_handshake(packet) == "82 close");
    }
    tern::connect_options options = plain_options();
    options.authentication_method = "M";
    script play;
    (void)open(play, options);
    CHECK(as<session::authentication_challenge>(
        play.feed_hex(framed("F0", joined("18", property_block("15", field("M")))))));
}

TEST_CASE("a second CONNACK is a protocol error", "[v5][MQTT-3.2.0-2]")
{
    CHECK(end_after("20 03 00 00 00") == protocol_error);
    CHECK(end_after("20 03 01 00 00") == protocol_error);
    CHECK(end_after("20 03 00 88 00") == protocol_error);
}

TEST_CASE("the reserved CONNACK flags are 0", "[v5][MQTT-3.2.2-1]")
{
    for (unsigned flags = 2; flags <= 0xFF; ++flags)
    {
        const std::string packet = joined("20 03", integer(flags, 1), "00 00");
        INFO(packet);
        CHECK(end_of_handshake(packet) == "81 close");
    }
}

TEST_CASE("Session Present 1 after Clean Start 1 ends the connection", "[v5][MQTT-3.2.2-2]")
{
    CHECK(from_hex(connect_packet(plain_options()))[9] == 0x02);
    CHECK(end_of_handshake("20 03 01 00 00") == "82 close");
    script play; // also with a session of our own that was to be discarded
    play.connect();
    play.drop();
    (void)open(play, plain_options());
    CHECK(failure(play.feed_hex("20 03 01 00 00")) == tern::errc::unexpected_session_present);
    CHECK(play.sent().empty());
}

TEST_CASE("Session Present 1 without a session of ours ends the connection", "[v5][MQTT-3.2.2-4]")
{
    tern::connect_options options = claiming();
    options.session_expiry = 0s; // Clean Start 0, but no session was asked for: none can be claimed
    CHECK(from_hex(connect_packet(options))[9] == 0x00);
    CHECK(end_of_handshake("20 03 01 00 00", options) == "82 close");
    options.session_expiry.reset();
    CHECK(end_of_handshake("20 03 01 00 00", options) == "82 close");
    // The choice: with a session expiry and an identifier of its own, Clean Start 0 claims what an earlier process
    // left.
    script play;
    (void)open(play, claiming());
    const auto connected = as<session::connected>(play.feed_hex("20 03 01 00 00"));
    REQUIRE(connected);
    CHECK(connected->session_present);
    // One that has expired here is none of ours any more.
    play.drop();
    play.now += 3'601s;
    play.engine.advance(play.now);
    CHECK_FALSE(play.engine.session_exists());
}

TEST_CASE("Session Present 0 ends the session that this side holds", "[v5][MQTT-3.2.2-5]")
{
    script play;
    play.connect();
    std::uint32_t identifier = 0;
    const tern::topic_subscription wanted[] = {{.topic_filter = "t"}};
    REQUIRE_FALSE(play.engine.subscribe(9, wanted, {}, identifier, play.now));
    (void)play.sent();
    (void)play.feed_hex("90 04 00 01 00 02");
    REQUIRE_FALSE(play.publish(1, "one", qos::at_least_once).error);
    REQUIRE_FALSE(play.publish(2, "two", qos::exactly_once).error);
    REQUIRE_FALSE(play.publish(3, "three", qos::exactly_once).error);
    REQUIRE(play.sent().size() == 3);
    (void)play.acknowledge<wire::pubrec>(4);
    (void)play.sent();
    play.drop();
    play.reconnect(); // Session Present 0
    CHECK(from_hex(play.connects[0])[9] == 0x00);
    // The subscription is made again, QoS 1 is published as new, and of the rest the application is told.
    CHECK(play.sent() == packets{framed("82", joined("00 05", property_block("0B 01"), field("t"), "02")),
                                 framed("32", joined("00 01 74 00 06 00", to_hex("one")))});
    const std::vector<session::event> events = play.events();
    REQUIRE(events.size() == 3);
    CHECK(std::holds_alternative<session::session_was_lost>(events[0]));
    for (std::size_t i = 1; i < events.size(); ++i)
    {
        CHECK(std::get<session::publish_completed>(events[i]).error == tern::errc::session_lost);
    }
}

TEST_CASE("a CONNACK that fails has Session Present 0", "[v5][MQTT-3.2.2-6]")
{
    for (const std::string_view code : {"80", "87", "88", "97"})
    {
        CHECK(end_of_handshake(joined("20 03 01", code, "00")) == "81 close");
        CHECK(end_of_handshake(joined("20 03 01", code, "00"), claiming()) == "81 close");
    }
}

TEST_CASE("a CONNACK reason is one of the listed values", "[v5][MQTT-3.2.2-8]")
{
    const std::vector<unsigned> listed = {0x00, 0x80, 0x81, 0x82, 0x83, 0x84, 0x85, 0x86, 0x87, 0x88, 0x89,
                                          0x8A, 0x8C, 0x90, 0x95, 0x97, 0x99, 0x9A, 0x9B, 0x9C, 0x9D, 0x9F};
    for (unsigned code = 0; code <= 0xFF; ++code)
    {
        const std::string packet = joined("20 03 00", integer(code, 1), "00");
        INFO(packet);
        if (std::count(listed.begin(), listed.end(), code) == 0)
        {
            CHECK(end_of_handshake(packet) == "82 close");
        }
        else if (code != 0)
        {
            script play;
            (void)open(play);
            const auto refused = as<session::connection_refused>(play.feed_hex(packet));
            REQUIRE(refused);
            CHECK(refused->reason == static_cast<tern::reason_code>(code));
            CHECK(play.sent().empty());
        }
    }
}

TEST_CASE("an empty client identifier gets one assigned", "[v5][MQTT-3.2.2-16]")
{
    tern::connect_options options = plain_options();
    options.client_id = "";
    // The choice: without one neither side could name the session, so the client closes.
    CHECK(end_of_handshake("20 03 00 00 00", options) == "82 close");
    CHECK(end_of_handshake(connack_text("12 00 00"), options) == "82 close");
    script play;
    (void)open(play, options);
    const auto connected = as<session::connected>(play.feed_hex(connack_text("12", field("fresh"))));
    REQUIRE(connected);
    CHECK(connected->client_identifier == "fresh");
}

TEST_CASE("a CONNACK that its Reason String makes too large ends the connection", "[v5][MQTT-3.2.2-19]")
{
    check_oversize_connack(joined("1F", field(std::string(40, 'r'))));
}

TEST_CASE("a CONNACK that its User Properties make too large ends the connection", "[v5][MQTT-3.2.2-20]")
{
    check_oversize_connack(
        joined(user_property_text("name", "value"), user_property_text("name", std::string(20, 'v'))));
}

TEST_CASE("a Receive Maximum of 0 in CONNACK is a protocol error", "[v5][U5-3.2.2.3.3]")
{
    CHECK(end_of_handshake(connack_text("21 00 00")) == "82 close");
    CHECK(end_of_handshake(connack_text("21 00 01")) == "goes on");
}

TEST_CASE("a Maximum QoS in CONNACK is 0 or 1, and its absence means 2", "[v5][U5-3.2.2.3.4]")
{
    CHECK(end_of_handshake(connack_text("24 02")) == "82 close");
    CHECK(end_of_handshake(connack_text("24 FF")) == "82 close");
    for (const auto& [properties, expected] :
         {std::pair{std::string("24 00"), qos::at_most_once}, std::pair{std::string("24 01"), qos::at_least_once},
          std::pair{std::string(), qos::exactly_once}})
    {
        script play;
        (void)open(play);
        (void)play.feed_hex(connack_text(properties));
        CHECK(play.engine.limits().maximum_qos == expected);
    }
}

TEST_CASE("what CONNACK says to be available is 0 or 1", "[v5][U5-3.2.2.3.5]")
{
    for (const std::string property : {"25", "28", "29", "2A"})
    {
        INFO(property);
        CHECK(end_of_handshake(connack_text(property, "02")) == "82 close");
        CHECK(end_of_handshake(connack_text(property, "FF")) == "82 close");
        CHECK(end_of_handshake(connack_text(property, "00")) == "goes on");
        CHECK(end_of_handshake(connack_text(property, "01")) == "goes on");
    }
}

TEST_CASE("a Maximum Packet Size of 0 in CONNACK is a protocol error", "[v5][U5-3.2.2.3.6]")
{
    CHECK(end_of_handshake(connack_text("27 00 00 00 00")) == "82 close");
    CHECK(end_of_handshake(connack_text("27 00 00 00 01")) == "goes on");
}

TEST_CASE("the server's Session Expiry Interval replaces the client's", "[v5][U5-3.2.2.3.2]")
{
    script play;
    (void)open(play); // asks for an hour
    const auto connected = as<session::connected>(play.feed_hex(connack_text("11 00 00 00 0A")));
    REQUIRE(connected);
    CHECK(connected->limits.session_expiry == 10s);
    play.drop();
    CHECK(play.engine.deadline() == play.now + 10s);
    play.now += 9s;
    play.engine.advance(play.now);
    CHECK(play.engine.session_exists());
    play.now += 1s;
    play.engine.advance(play.now);
    CHECK_FALSE(play.engine.session_exists());

    script none;
    (void)open(none);
    (void)none.feed_hex(connack_text("11 00 00 00 00"));
    none.drop();
    CHECK_FALSE(none.engine.session_exists());

    script longer;
    (void)open(longer);
    (void)longer.feed_hex(connack_text("11 FF FF FF FF"));
    longer.drop();
    longer.now += std::chrono::hours(24 * 365 * 100);
    longer.engine.advance(longer.now);
    CHECK(longer.engine.session_exists());
}
