// SPDX-License-Identifier: BSL-1.0
//
// PINGRESP, DISCONNECT, and what an error costs, as the session sees them. v5 3.12 to 3.14, 4.13

#include "conformance/v5/play.hpp"

#include <algorithm>

using namespace conformance_5;
using tern::qos;

namespace
{

const std::vector<unsigned> codes_of_client = {0x00, 0x04, 0x80, 0x81, 0x82, 0x83, 0x90,
                                               0x93, 0x94, 0x95, 0x96, 0x97, 0x98, 0x99};
const std::vector<unsigned> codes_of_server = {0x80, 0x81, 0x82, 0x83, 0x87, 0x89, 0x8B, 0x8D, 0x8E,
                                               0x8F, 0x90, 0x93, 0x94, 0x95, 0x96, 0x97, 0x98, 0x99,
                                               0x9A, 0x9B, 0x9C, 0x9D, 0x9E, 0x9F, 0xA0, 0xA1, 0xA2};

bool is_listed(const std::vector<unsigned>& codes, unsigned code)
{
    return std::count(codes.begin(), codes.end(), code) != 0;
}

// DISCONNECT with a reason and two properties, to a server that takes packets of `maximum` bytes.
packets goodbye(std::uint32_t maximum)
{
    wire::connack answer;
    answer.properties.maximum_packet_size = maximum;
    script play;
    play.connect(plain_options(), answer);
    const tern::user_property list[] = {{"name", "value"}};
    REQUIRE_FALSE(play.engine.disconnect({.reason_code = tern::reason_code::disconnect_with_will_message,
                                          .reason_string = "so long",
                                          .user_properties = list},
                                         play.now));
    return play.sent();
}

} // namespace

TEST_CASE("a server's DISCONNECT before CONNACK ends the connection as a violation", "[v5][MQTT-3.14.0-1]")
{
    for (const std::string_view packet : {"E0 00", "E0 01 8B", "E0 02 88 00", "E0 01 8E"})
    {
        CHECK(end_of_handshake(packet) == "82 close");
    }
}

TEST_CASE("the flags of DISCONNECT are 0, and others are malformed", "[v5][MQTT-3.14.1-1]")
{
    script play;
    play.connect();
    REQUIRE_FALSE(play.engine.disconnect({}, play.now));
    CHECK(play.sent() == packets{"E0 00"});
    for (unsigned flags = 1; flags < 16; ++flags)
    {
        CHECK(end_after(joined(integer(0xE0U | flags, 1), "00")) == malformed);
        CHECK(end_after(joined(integer(0xE0U | flags, 1), "01 8B")) == malformed);
    }
}

TEST_CASE("a DISCONNECT reason is one that its sender may use", "[v5][MQTT-3.14.2-1]")
{
    for (unsigned code = 0; code <= 0xFF; ++code)
    {
        INFO(code);
        script play;
        play.connect();
        const tern::reason_code reason = static_cast<tern::reason_code>(code);
        if (is_listed(codes_of_client, code))
        {
            CHECK_FALSE(play.engine.disconnect({.reason_code = reason}, play.now));
            CHECK(play.sent() == packets{code == 0 ? "E0 00" : joined("E0 01", integer(code, 1))});
        }
        else
        {
            CHECK(play.engine.disconnect({.reason_code = reason}, play.now) == tern::errc::invalid_option);
            CHECK(play.sent().empty());
            CHECK(play.engine.phase() == session::connection_phase::connected);
        }

        script other;
        other.connect();
        const std::string packet = joined("E0 01", integer(code, 1));
        // The choice: 0x00, which the table gives to clients, and 0x8C, which 2.4 gives to DISCONNECT and 3.14.2.1 does
        // not, are taken for what they say: there are servers that send them, and the connection ends in any case.
        if (is_listed(codes_of_server, code) || code == 0x00 || code == 0x8C)
        {
            const auto told = as<session::disconnected_by_server>(other.feed_hex(packet));
            REQUIRE(told);
            CHECK(told->reason == reason);
            CHECK(other.sent().empty());
        }
        else
        {
            CHECK(end_after(other, packet) == protocol_error);
        }
    }
}

TEST_CASE("a server's DISCONNECT has no Session Expiry Interval", "[v5][MQTT-3.14.2-2]")
{
    tern::connect_options options = plain_options();
    options.session_expiry = 100s;
    script play;
    play.connect(options);
    CHECK(end_after(play, "E0 07 8B 05 11 00 00 00 01") == protocol_error);
    play.drop();
    play.now += 99s;
    play.engine.advance(play.now);
    CHECK(play.engine.session_exists()); // what was agreed holds
    play.now += 1s;
    play.engine.advance(play.now);
    CHECK_FALSE(play.engine.session_exists());
    CHECK(end_after("E0 07 00 05 11 00 00 00 00") == protocol_error);
}

TEST_CASE("a Reason String makes no DISCONNECT too large", "[v5][MQTT-3.14.2-3]")
{
    const std::string reason = joined("1F", field("so long"));
    CHECK(goodbye(14) == packets{framed("E0", joined("04", property_block(reason)))});
    CHECK(goodbye(13) == packets{"E0 01 04"});
    CHECK(goodbye(3) == packets{"E0 01 04"});
}

TEST_CASE("User Properties make no DISCONNECT too large", "[v5][MQTT-3.14.2-4]")
{
    const std::string reason = joined("1F", field("so long"));
    const std::string pair = user_property_text("name", "value");
    CHECK(goodbye(28) == packets{framed("E0", joined("04", property_block(reason, pair)))});
    CHECK(goodbye(27) == packets{framed("E0", joined("04", property_block(reason)))});
}

TEST_CASE("nothing is sent after DISCONNECT", "[v5][MQTT-3.14.4-1]")
{
    script play;
    play.connect();
    const auto message = receive(play, publish_text(1, 1));
    REQUIRE_FALSE(play.publish(1, "x", qos::exactly_once).error);
    REQUIRE_FALSE(play.engine.disconnect({}, play.now));
    const packets last = play.sent();
    REQUIRE(last.size() == 2);
    CHECK(last[1] == "E0 00");
    CHECK(play.publish(2, "x", qos::at_most_once).error == tern::errc::disconnecting);
    CHECK(subscribe(play, 3, "t") == tern::errc::disconnecting);
    CHECK(unsubscribe(play, 4, "t") == tern::errc::disconnecting);
    CHECK(play.engine.disconnect({}, play.now) == tern::errc::disconnecting);
    play.engine.acknowledge(message->delivery, tern::reason_code::success, play.now);
    (void)play.feed_hex(publish_text(2, 2));
    (void)play.feed_hex("50 02 00 01");
    (void)play.feed_hex("62 02 00 09");
    play.now += std::chrono::hours(1);
    play.engine.advance(play.now);
    CHECK(play.sent().empty());
    // Nor after one that answers a fault.
    script other;
    other.connect();
    const auto second = receive(other, publish_text(1, 1));
    CHECK(end_after(other, "00 00") == malformed);
    other.engine.acknowledge(second->delivery, tern::reason_code::success, other.now);
    (void)other.publish(1, "x", qos::at_most_once);
    other.now += std::chrono::hours(1);
    other.engine.advance(other.now);
    CHECK(other.sent().empty());
}

TEST_CASE("PINGRESP has no body", "[v5][U5-3.13]")
{
    CHECK(end_after("D0 00") == "goes on"); // nobody asked: tolerated
    CHECK(end_after("D0 01 00") == malformed);
    CHECK(end_after("D0 02 00 00") == malformed);
    CHECK(end_after("D1 00") == malformed);
}

TEST_CASE("a PINGRESP that does not come ends the connection", "[v5][U5-3.1.2.10]")
{
    tern::client_limits limits;
    limits.ping_response = 7s;
    tern::connect_options options = plain_options();
    options.keep_alive = 20s;
    script play(limits);
    play.connect(options);
    play.now += 20s;
    play.engine.advance(play.now);
    CHECK(play.sent() == packets{"C0 00"});
    CHECK(play.engine.deadline() == play.now + 7s);
    play.now += 6'999ms;
    play.engine.advance(play.now);
    CHECK(play.events().empty());
    play.now += 1ms;
    play.engine.advance(play.now);
    // The server is the one that fell silent; of the codes that a client may send 0x80 is what is left for it.
    CHECK(play.sent() == packets{"E0 01 80"});
    const auto failed = play.only<session::connection_failed>();
    REQUIRE(failed);
    CHECK(failed->error == tern::errc::keep_alive_timeout);
    CHECK(play.engine.phase() == session::connection_phase::failed);
}

TEST_CASE("a Session Expiry of 0 in CONNECT allows no other in DISCONNECT", "[v5][U5-3.14.2.2.2]")
{
    tern::connect_options options = plain_options();
    options.session_expiry = 0s;
    script play;
    play.connect(options);
    CHECK(play.engine.disconnect({.session_expiry = 1s}, play.now) == tern::errc::invalid_option);
    CHECK(play.engine.disconnect({.session_expiry = tern::never_expires}, play.now) == tern::errc::invalid_option);
    CHECK(play.sent().empty());
    CHECK_FALSE(play.engine.disconnect({.session_expiry = 0s}, play.now));
    CHECK(play.sent() == packets{"E0 07 00 05 11 00 00 00 00"});

    script other; // which asked for an hour
    other.connect();
    CHECK_FALSE(other.engine.disconnect({.session_expiry = 5s}, other.now));
    CHECK(other.sent() == packets{"E0 07 00 05 11 00 00 00 05"});
}

TEST_CASE("a malformed packet or a protocol error ends the connection with the fitting reason", "[v5][MQTT-4.13.1-1]")
{
    // One of each kind; every fault of every packet has a test of its own.
    CHECK(end_after("00 00") == closed_with("81"));                                  // malformed
    CHECK(end_after("C0 00") == closed_with("82"));                                  // must not come
    CHECK(end_after(framed("30", "00 01 23 00")) == closed_with("90"));              // topic name
    CHECK(end_after(publish_text(0, 0, false, "03 23 00 00")) == closed_with("94")); // topic alias
    CHECK(end_after("30 FF FF FF 7F") == closed_with("95"));                         // too large
    tern::connect_options options = plain_options();
    options.receive_maximum = 1;
    script play;
    play.connect(options);
    (void)play.feed_hex(publish_text(1, 1));
    CHECK(end_after(play, publish_text(1, 2)) == closed_with("93")); // too many
    // What follows the fault is not looked at any more.
    const std::string more = from_hex(publish_text(0));
    CHECK(play.engine.receive(more, play.now).consumed == 0);
}

TEST_CASE("before CONNACK the client closes without a word, afterwards it says why", "[v5][U5-4.13.1b]")
{
    CHECK(end_of_handshake("00 00") == "81 close");
    CHECK(end_of_handshake("C0 00") == "82 close");
    CHECK(end_of_handshake("20 03 02 00 00") == "81 close");
    CHECK(end_after("00 00") == malformed);
    CHECK(end_after("C0 00") == protocol_error);
    // For a bad AUTH the DISCONNECT is optional; the choice is to send it all the same once CONNACK has come.
    tern::connect_options options = plain_options();
    options.authentication_method = "M";
    CHECK(end_of_handshake(framed("F0", joined("18", property_block("15", field("N")))), options) == "82 close");
    CHECK(end_of_handshake("F1 00", options) == "81 close");
    CHECK(end_after("F0 00", options) == protocol_error);
    CHECK(end_after("F1 00", options) == malformed);
}
