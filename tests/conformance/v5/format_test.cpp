// SPDX-License-Identifier: BSL-1.0
//
// What all packets have in common: types, flags, packet identifiers, lengths. v5 2.1, 2.2.1

#include "conformance/v5/play.hpp"

#include <algorithm>
#include <set>
#include <utility>

using namespace conformance_5;
using tern::qos;

namespace
{

// Everything that a client can send, once each.
packets one_of_each()
{
    tern::connect_options options = plain_options();
    options.authentication_method = "M";
    script play;
    packets all{open(play, options)};
    (void)play.feed_hex(framed("F0", joined("18", property_block("15", field("M"))))); // a challenge
    const auto add = [&] {
        for (const std::string& each : play.sent())
        {
            all.push_back(each);
        }
    };
    REQUIRE_FALSE(play.engine.authenticate("x"));
    add();
    REQUIRE(as<session::connected>(play.feed_hex(connack_text("15", field("M")))));
    REQUIRE_FALSE(play.publish(1, "x", qos::at_most_once).error);
    REQUIRE_FALSE(play.publish(2, "x", qos::exactly_once).error);
    REQUIRE_FALSE(subscribe(play, 3, "t"));
    REQUIRE_FALSE(unsubscribe(play, 4, "t"));
    add();
    (void)play.feed_hex("50 02 00 01"); // PUBREC
    take(play, receive(play, publish_text(1, 7)));
    take(play, receive(play, publish_text(2, 8)));
    (void)play.feed_hex("62 02 00 08");
    play.now += 60s;
    play.engine.advance(play.now);
    add();
    REQUIRE_FALSE(play.engine.disconnect({}, play.now));
    add();
    return all;
}

std::uint16_t identifier_of(const std::string& packet)
{
    const std::string bytes = from_hex(packet);
    const wire::frame found = wire::next_frame(bytes, wire::maximum_packet_size).frame;
    const std::size_t at = found.type() == wire::packet_type::publish ? 3 : 0; // behind the topic "t"
    return static_cast<std::uint16_t>(static_cast<unsigned char>(found.body[at]) * 256U +
                                      static_cast<unsigned char>(found.body[at + 1]));
}

// Well-formed packets of the server's; how much of the body may be left out without a fault.
struct sample
{
    std::string_view first;
    std::string_view body;
    std::vector<std::size_t> legal_lengths; ///< beside the whole
};

const std::vector<sample> samples = {
    {"30", "00 01 74 03 01 01 00", {}}, // with a property, so that no cut is a shorter payload
    {"32", "00 01 74 00 09 03 01 01 00", {}},
    {"40", "00 01 00 03 1F 00 00", {2, 3}},
    {"50", "00 01 00 03 1F 00 00", {2, 3}},
    {"62", "00 01 00 03 1F 00 00", {2, 3}},
    {"70", "00 01 00 03 1F 00 00", {2, 3}},
    {"90", "00 01 03 1F 00 00", {6}}, // SUBACK without a code: a wrong count, not a wrong length
    {"B0", "00 01 03 1F 00 00", {6}},
    {"D0", "", {}},
    {"E0", "80 03 1F 00 00", {0, 1}},
    {"F0", "18 07 15 00 01 4D 1F 00 00", {0}},
};

std::string cut(std::string_view body, std::size_t length)
{
    return std::string(length == 0 ? std::string_view() : body.substr(0, length * 3 - 1));
}

} // namespace

TEST_CASE("the reserved flags of each packet have the listed value, and others are malformed", "[v5][MQTT-2.1.3-1]")
{
    std::set<std::string> firsts;
    for (const std::string& each : one_of_each())
    {
        firsts.insert(each.substr(0, 2));
    }
    // CONNECT, PUBLISH at QoS 0 and 2, PUBACK, PUBREC, PUBREL, PUBCOMP, SUBSCRIBE, UNSUBSCRIBE, PINGREQ, DISCONNECT,
    // AUTH
    CHECK(firsts == std::set<std::string>{"10", "30", "34", "40", "50", "62", "70", "82", "A2", "C0", "E0", "F0"});

    for (unsigned type = 1; type <= 15; ++type)
    {
        const unsigned right = type == 6 || type == 8 || type == 10 ? 2 : 0;
        for (unsigned flags = 0; flags < 16; ++flags)
        {
            if (type != 3 && flags != right) // PUBLISH has no reserved flags
            {
                const std::string first = integer(type * 16 + flags, 1);
                INFO(first);
                CHECK(end_after(first + " 02 00 01") == malformed);
                CHECK(end_after(first) == malformed); // its length is not waited for
                CHECK(end_of_handshake(first + " 03 00 00 00") == "81 close");
            }
        }
    }
}

TEST_CASE("a PUBLISH with QoS 0 has no packet identifier", "[v5][MQTT-2.2.1-2]")
{
    script play;
    play.connect();
    REQUIRE_FALSE(play.publish(1, "x", qos::at_most_once).error);
    CHECK(play.sent() == packets{"30 05 00 01 74 00 78"}); // length of properties, payload
    const auto message = receive(play, "30 05 00 01 74 00 79");
    REQUIRE(message);
    CHECK(message->message.payload.text() == "y");
    CHECK(message->delivery == session::delivery{}); // nothing to acknowledge
}

TEST_CASE("a new packet identifier is not 0 and not in use", "[v5][MQTT-2.2.1-3]")
{
    SECTION("while all 65535 are taken")
    {
        script large;
        large.connect();
        std::set<std::uint16_t> used;
        for (session::operation i = 1; i <= 65'535; ++i)
        {
            REQUIRE_FALSE(large.publish(i, "", qos::at_least_once).error);
        }
        for (const std::string& each : large.sent())
        {
            used.insert(identifier_of(each));
        }
        CHECK(used.size() == 65'535);
        CHECK_FALSE(used.contains(0));

        // The choice: what needs an identifier waits for one, as it waits for a connection.
        REQUIRE_FALSE(subscribe(large, 70'000, "t"));
        REQUIRE_FALSE(large.publish(70'001, "", qos::exactly_once).error);
        CHECK(large.sent().empty());
        CHECK_FALSE(large.engine.has_output());
        (void)large.acknowledge<wire::puback>(0x1234);
        const packets next = large.sent();
        REQUIRE(next.size() == 1);
        CHECK(next[0].substr(0, 11) == "82 09 12 34");
    }
    SECTION("over more operations than there are identifiers")
    {
        script play;
        play.connect();
        std::set<std::uint16_t> live;
        std::uint16_t largest = 0;
        REQUIRE_FALSE(play.publish(1, "", qos::exactly_once).error); // never answered
        REQUIRE_FALSE(subscribe(play, 2, "t"));                      // never answered
        for (const std::string& each : play.sent())
        {
            live.insert(identifier_of(each));
        }
        REQUIRE(live.size() == 2);
        for (session::operation i = 3; i <= 70'000; ++i)
        {
            const std::error_code error =
                i % 3 == 0 ? unsubscribe(play, i, "t")
                           : play.publish(i, "", i % 3 == 1 ? qos::at_least_once : qos::exactly_once).error;
            REQUIRE_FALSE(error);
            const packets sent = play.sent();
            REQUIRE(sent.size() == 1);
            const std::uint16_t identifier = identifier_of(sent[0]);
            REQUIRE(identifier != 0);
            REQUIRE(live.insert(identifier).second);
            (void)play.feed_hex(i % 3 == 0   ? framed("B0", joined(integer(identifier), "00 00"))
                                : i % 3 == 1 ? framed("40", integer(identifier))
                                             : framed("50", joined(integer(identifier), "80")));
            live.erase(identifier);
            largest = std::max(largest, identifier);
        }
        CHECK(largest == 65'535); // and from there they went round
    }
}

TEST_CASE("the server's packet identifiers are not 0, and are its own", "[v5][MQTT-2.2.1-4]")
{
    // 0 where a number must be other than 0: a protocol error, of the two codes that could be meant.
    CHECK(end_after(publish_text(1, 0)) == protocol_error);
    CHECK(end_after(publish_text(2, 0)) == protocol_error);
    CHECK(end_after("40 02 00 00") == protocol_error);
    CHECK(end_after("62 02 00 00") == protocol_error);

    script play;
    play.connect();
    REQUIRE_FALSE(play.publish(1, "x", qos::exactly_once).error); // identifier 1
    (void)play.sent();
    take(play, receive(play, publish_text(2, 1)));
    CHECK(play.sent() == packets{"50 02 00 01"});
    (void)play.feed_hex("50 02 00 01"); // of ours
    (void)play.feed_hex("62 02 00 01"); // of the server's
    CHECK(play.sent() == packets{"62 02 00 01", "70 02 00 01"});
    CHECK(as<session::publish_completed>(play.feed_hex("70 02 00 01")));
}

TEST_CASE("acknowledgements carry the identifier of their PUBLISH", "[v5][MQTT-2.2.1-5]")
{
    script play;
    play.connect();
    take(play, receive(play, publish_text(1, 0x1234)));
    take(play, receive(play, publish_text(2, 0xFFFE)));
    (void)play.feed_hex("62 02 FF FE");
    CHECK(play.sent() == packets{"40 02 12 34", "50 02 FF FE", "70 02 FF FE"});

    REQUIRE_FALSE(play.publish(1, "x", qos::at_least_once).error);
    REQUIRE_FALSE(play.publish(2, "x", qos::exactly_once).error);
    (void)play.sent();
    CHECK_FALSE(play.feed_hex("40 02 00 07")); // of nothing that was published: completes nothing
    CHECK_FALSE(play.feed_hex("70 02 00 07"));
    CHECK(play.engine.stats(play.now).in_flight == 2);
    CHECK_FALSE(play.feed_hex("50 02 00 02"));
    CHECK(play.sent() == packets{"62 02 00 02"});
    const auto second = as<session::publish_completed>(play.feed_hex("70 02 00 02"));
    const auto first = as<session::publish_completed>(play.feed_hex("40 02 00 01"));
    REQUIRE((first && second));
    CHECK(first->operation == 1);
    CHECK(second->operation == 2);
}

TEST_CASE("SUBACK and UNSUBACK complete the request with their identifier and no other", "[v5][MQTT-2.2.1-6]")
{
    script play;
    play.connect();
    REQUIRE_FALSE(subscribe(play, 1, "a"));
    REQUIRE_FALSE(subscribe(play, 2, "b"));
    REQUIRE_FALSE(unsubscribe(play, 3, "c"));
    REQUIRE_FALSE(unsubscribe(play, 4, "d"));
    (void)play.sent();
    CHECK_FALSE(play.feed_hex("90 04 00 09 00 00"));
    CHECK_FALSE(play.feed_hex("B0 04 00 09 00 00"));
    const auto subscribed = as<session::subscribe_completed>(play.feed_hex("90 04 00 02 00 00"));
    const auto unsubscribed = as<session::unsubscribe_completed>(play.feed_hex("B0 04 00 04 00 00"));
    REQUIRE((subscribed && unsubscribed));
    CHECK(subscribed->operation == 2);
    CHECK(unsubscribed->operation == 4);
    const auto other = as<session::subscribe_completed>(play.feed_hex("90 04 00 01 00 00"));
    REQUIRE(other);
    CHECK(other->operation == 1);
    CHECK(end_after(play, "90 04 00 03 00 00") == protocol_error); // a SUBACK for an UNSUBSCRIBE
}

TEST_CASE("an empty set of properties is written as the length 0, and never missing", "[v5][MQTT-2.2.2-1]")
{
    CHECK(connect_packet(bare_options(), bare_limits()) == "10 0E 00 04 4D 51 54 54 05 02 00 3C 00 00 01 63");
    tern::connect_options options = bare_options();
    options.will.emplace().topic = "w";
    CHECK(connect_packet(options, bare_limits()) ==
          "10 14 00 04 4D 51 54 54 05 06 00 3C 00 00 01 63 00 00 01 77 00 00"); // the will's are empty too
    options.will.reset();
    options.subscription_identifiers = false;
    script play(bare_limits());
    play.connect(options);
    REQUIRE_FALSE(play.publish(1, "x", qos::at_least_once).error);
    REQUIRE_FALSE(subscribe(play, 2, "t"));
    REQUIRE_FALSE(unsubscribe(play, 3, "t"));
    CHECK(play.sent() ==
          packets{"32 07 00 01 74 00 01 00 78", "82 07 00 02 00 00 01 74 02", "A2 06 00 03 00 00 01 74"});

    CHECK(end_after("30 03 00 01 74") == malformed);
    CHECK(end_after("32 05 00 01 74 00 01") == malformed);
    CHECK(end_after("90 02 00 01") == malformed);
    CHECK(end_after("B0 02 00 01") == malformed);
    CHECK(end_of_handshake("20 02 00 00") == "81 close");
    CHECK(end_of_handshake("20 02 00 87") == "81 close");
}

TEST_CASE("the packet type 0 is malformed", "[v5][U5-2.1.2]")
{
    CHECK(end_after("00 00") == malformed);
    CHECK(end_after("00") == malformed);
    CHECK(end_after("0F 02 00 00") == malformed);
    CHECK(end_of_handshake("00 00") == "81 close");
}

TEST_CASE("a packet that only a client may send is a protocol error", "[v5][U5-2.1.2b]")
{
    for (const std::string_view packet : {"10 0D 00 04 4D 51 54 54 05 02 00 3C 00 00 00", "82 07 00 01 00 00 01 74 00",
                                          "A2 06 00 01 00 00 01 74", "C0 00"})
    {
        INFO(packet);
        CHECK(end_after(packet) == protocol_error);
        CHECK(end_of_handshake(packet) == "82 close");
    }
}

TEST_CASE("the fields fill the remaining length exactly", "[v5][U5-2.1.4]")
{
    tern::connect_options options = plain_options();
    options.authentication_method = "M";
    for (const sample& each : samples)
    {
        const std::size_t whole = byte_count(each.body);
        for (std::size_t length = 0; length < whole; ++length)
        {
            const bool legal = std::count(each.legal_lengths.begin(), each.legal_lengths.end(), length) != 0;
            const std::string packet = framed(each.first, cut(each.body, length));
            INFO(packet);
            if (!legal)
            {
                CHECK(end_after(packet, options) == malformed);
            }
        }
        const bool ends_open =
            each.first[0] == '3' || each.first == "90" || each.first == "B0"; // payload, list of codes
        if (!ends_open)
        {
            INFO(each.first);
            CHECK(end_after(framed(each.first, joined(each.body, "00")), options) == malformed);
        }
    }
    for (const std::string_view body : {"", "00", "00 00", "00 00 03 21 00", "00 00 00 00", "00 00 03 21 00 01 00"})
    {
        INFO(body);
        CHECK(end_of_handshake(framed("20", body)) == "81 close");
    }
}
