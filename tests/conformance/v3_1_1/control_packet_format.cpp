// SPDX-License-Identifier: BSL-1.0
//
// Chapter 2: the fixed header, and packet identifiers.
#include "script.hpp"
#include "support/catch.hpp"

#include <algorithm>
#include <cstdint>
#include <initializer_list>
#include <set>
#include <string>
#include <vector>

using namespace conformance_3_1_1;

namespace
{

/// The packet identifier of SUBSCRIBE, UNSUBSCRIBE, or a PUBLISH of QoS 1 or 2 to a topic of one character.
std::uint16_t identifier_of(const std::string& packet)
{
    const std::string bytes = from_hex(packet);
    const bool is_publish = (static_cast<unsigned char>(bytes.at(0)) >> 4U) == 3;
    const std::size_t at = is_publish ? 5 : 2;
    return static_cast<std::uint16_t>((static_cast<unsigned char>(bytes.at(at)) << 8U) |
                                      static_cast<unsigned char>(bytes.at(at + 1)));
}

/// One operation of each kind that takes an identifier, from its beginning to its end.
/// \return the identifiers, in the order of use.
std::vector<std::uint16_t> complete_one_of_each(connected_session& server)
{
    (void)server.publish(0, "x", one);
    (void)server.publish(0, "x", two);
    (void)server.subscribe(0, "f");
    (void)server.unsubscribe(0, "f");
    std::vector<std::uint16_t> used;
    for (const std::string& packet : server.sent())
    {
        used.push_back(identifier_of(packet));
    }
    if (used.size() == 4)
    {
        (void)server.acknowledge<wire::puback>(used[0]);
        (void)server.acknowledge<wire::pubrec>(used[1]);
        (void)server.sent(); // PUBREL
        (void)server.acknowledge<wire::pubcomp>(used[1]);
        wire::suback subscribed;
        subscribed.packet_identifier = used[2];
        const reason_code granted[] = {reason_code::granted_qos_2};
        subscribed.reason_codes = granted;
        (void)server.feed(subscribed);
        wire::unsuback unsubscribed;
        unsubscribed.packet_identifier = used[3];
        (void)server.feed(unsubscribed);
    }
    return used;
}

constexpr int rounds = 16'500; // of four identifiers: once around 65,535 and a little

} // namespace

TEST_CASE("3.1.1: every packet that leaves carries the reserved flags of its type", "[v3.1.1][MQTT-2.2.2-1]")
{
    connected_session server;
    REQUIRE(server.connects.size() == 1);
    CHECK(server.connects[0].starts_with("10 "));
    (void)server.subscribe(1, "f");
    (void)server.unsubscribe(2, "f");
    (void)server.publish(3, "x", two);
    packets all = server.sent();
    (void)server.acknowledge<wire::pubrec>(3);
    (void)server.deliver_and_take(one, 1);
    (void)server.deliver_and_take(two, 2);
    (void)server.acknowledge<wire::pubrel>(2);
    server.now += 60s;
    server.engine.advance(server.now);
    REQUIRE_FALSE(server.engine.disconnect({}, server.now));
    for (const std::string& packet : server.sent())
    {
        all.push_back(packet);
    }
    std::vector<std::string> first_bytes;
    for (const std::string& packet : all)
    {
        first_bytes.push_back(packet.substr(0, 2));
    }
    // SUBSCRIBE, UNSUBSCRIBE, PUBLISH (whose flags are not reserved), PUBREL, PUBACK, PUBREC, PUBCOMP, PINGREQ,
    // DISCONNECT
    CHECK(first_bytes == std::vector<std::string>{"82", "A2", "34", "62", "40", "50", "70", "C0", "E0"});
}

TEST_CASE("3.1.1: a packet with other flags than its type has ends the connection", "[v3.1.1][MQTT-2.2.2-2]")
{
    struct kind
    {
        std::uint8_t type;
        std::uint8_t flags;
        const char* body;
    };
    // PUBLISH has no reserved flags: see MQTT-3.3.1-2 and MQTT-3.3.1-4.
    const kind kinds[] = {
        {0x40, 0, "00 01"},    {0x50, 0, "00 01"}, {0x60, 2, "00 01"}, {0x70, 0, "00 01"},
        {0x90, 0, "00 01 00"}, {0xB0, 0, "00 01"}, {0xD0, 0, ""},
    };
    for (const kind& each : kinds)
    {
        for (std::uint8_t flags = 0; flags < 16; ++flags)
        {
            const auto first_byte = static_cast<std::uint8_t>(each.type | flags);
            const std::string packet = packet_hex(first_byte, from_hex(each.body));
            INFO(packet);
            connected_session server;
            CHECK(closes_silently(server, packet) == (flags != each.flags));
        }
    }
    for (std::uint8_t flags = 1; flags < 16; ++flags)
    {
        handshaking_session server;
        CHECK(closes_silently(server, packet_hex(static_cast<std::uint8_t>(0x20 | flags), from_hex("00 00"))));
    }
}

TEST_CASE("3.1.1: packets that have an identifier never carry 0", "[v3.1.1][MQTT-2.3.1-1]")
{
    connected_session server;
    for (int i = 0; i < rounds; ++i)
    {
        const std::vector<std::uint16_t> used = complete_one_of_each(server);
        REQUIRE(used.size() == 4);
        REQUIRE(std::count(used.begin(), used.end(), 0) == 0);
    }
    CHECK(closes_silently("32 06 00 01 74 00 00 78"));
    CHECK(closes_silently("34 06 00 01 74 00 00 78"));
    CHECK_FALSE(closes_silently("32 06 00 01 74 00 01 78"));
}

TEST_CASE("3.1.1: a new packet takes an identifier that is not in use", "[v3.1.1][MQTT-2.3.1-2]")
{
    connected_session server;
    (void)server.publish(0, "x", one);
    (void)server.publish(0, "x", two);
    (void)server.publish(0, "x", two);
    (void)server.subscribe(0, "f");
    (void)server.unsubscribe(0, "g");
    std::set<std::uint16_t> live;
    for (const std::string& packet : server.sent())
    {
        live.insert(identifier_of(packet));
    }
    REQUIRE(live.size() == 5);
    (void)server.acknowledge<wire::pubrec>(3); // still in use until PUBCOMP
    (void)server.sent();
    for (int i = 0; i < rounds; ++i)
    {
        const std::vector<std::uint16_t> used = complete_one_of_each(server);
        REQUIRE(used.size() == 4);
        for (const std::uint16_t identifier : used)
        {
            REQUIRE(live.count(identifier) == 0);
        }
        REQUIRE(std::set<std::uint16_t>(used.begin(), used.end()).size() == 4);
    }
}

TEST_CASE("3.1.1: a packet that is sent again keeps its identifier until its last acknowledgement",
          "[v3.1.1][MQTT-2.3.1-3]")
{
    connected_session server;
    (void)server.publish(0, "a", one);
    (void)server.publish(0, "b", two);
    (void)server.publish(0, "c", two);
    (void)server.subscribe(0, "f");
    (void)server.unsubscribe(0, "g");
    CHECK(server.sent() == packets{"32 06 00 01 74 00 01 61", "34 06 00 01 74 00 02 62", "34 06 00 01 74 00 03 63",
                                   "82 06 00 04 00 01 66 02", "A2 05 00 05 00 01 67"});
    (void)server.acknowledge<wire::pubrec>(3);
    CHECK(server.sent() == packets{"62 02 00 03"});
    for (int connection = 0; connection < 3; ++connection)
    {
        server.resume();
        packets again = server.sent();
        std::sort(again.begin(), again.end());
        // SUBSCRIBE and UNSUBSCRIBE need not be sent again; as tern does, they keep their identifiers too.
        CHECK(again == packets{"3A 06 00 01 74 00 01 61", "3C 06 00 01 74 00 02 62", "62 02 00 03",
                               "82 06 00 04 00 01 66 02", "A2 05 00 05 00 01 67"});
    }
    for (int i = 0; i < rounds; ++i)
    {
        for (const std::uint16_t identifier : complete_one_of_each(server))
        {
            REQUIRE(identifier > 5);
        }
    }
    // Each identifier is free after its own acknowledgement, and not before.
    (void)server.acknowledge<wire::puback>(1);
    (void)server.acknowledge<wire::pubrec>(2);
    (void)server.sent();
    (void)server.acknowledge<wire::pubcomp>(3);
    (void)server.feed_hex("90 03 00 04 00");
    (void)server.feed_hex("B0 02 00 05");
    std::set<std::uint16_t> seen;
    for (int i = 0; i < rounds; ++i)
    {
        for (const std::uint16_t identifier : complete_one_of_each(server))
        {
            seen.insert(identifier);
        }
    }
    for (const std::uint16_t identifier : std::initializer_list<std::uint16_t>{1, 3, 4, 5})
    {
        CHECK(seen.count(identifier) == 1);
    }
    CHECK(seen.count(2) == 0); // its PUBCOMP is missing
}

TEST_CASE("3.1.1: the server numbers its messages without regard to ours", "[v3.1.1][MQTT-2.3.1-4]")
{
    connected_session server;
    (void)server.publish(11, "x", one);
    (void)server.publish(12, "x", two);
    CHECK(server.sent() == packets{"32 06 00 01 74 00 01 78", "34 06 00 01 74 00 02 78"});
    CHECK(message_of(server.deliver_and_take(two, 1)));
    CHECK(message_of(server.deliver_and_take(one, 2)));
    CHECK(server.sent() == packets{"50 02 00 01", "40 02 00 02"});
    CHECK_FALSE(server.acknowledge<wire::pubrel>(1));
    CHECK(server.sent() == packets{"70 02 00 01"});
    // Ours are untouched by it.
    const auto first = as<session::publish_completed>(server.acknowledge<wire::puback>(1));
    REQUIRE(first);
    CHECK(first->operation == 11);
    CHECK_FALSE(server.acknowledge<wire::pubrec>(2));
    const auto second = as<session::publish_completed>(server.acknowledge<wire::pubcomp>(2));
    REQUIRE(second);
    CHECK(second->operation == 12);
}

TEST_CASE("3.1.1: a PUBLISH of QoS 0 has no identifier", "[v3.1.1][MQTT-2.3.1-5]")
{
    connected_session server;
    (void)server.publish(0, "xy", zero);
    CHECK(server.sent() == packets{"30 05 00 01 74 78 79"});
    const auto message = message_of(server.feed_hex("30 05 00 01 74 78 79"));
    REQUIRE(message);
    CHECK(message->payload_text() == "xy");
}

TEST_CASE("3.1.1: PUBACK and PUBREC and PUBREL and PUBCOMP carry the identifier of their PUBLISH",
          "[v3.1.1][MQTT-2.3.1-6]")
{
    connected_session server;
    (void)server.deliver_and_take(one, 0x1234);
    (void)server.deliver_and_take(two, 0xFFFF);
    (void)server.acknowledge<wire::pubrel>(0xFFFF);
    CHECK(server.sent() == packets{"40 02 12 34", "50 02 FF FF", "70 02 FF FF"});
    for (int i = 0; i < 70; ++i) // a few identifiers on
    {
        (void)complete_one_of_each(server);
    }
    (void)server.publish(0, "x", two);
    CHECK(server.sent() == packets{"34 06 00 01 74 01 19 78"});
    (void)server.acknowledge<wire::pubrec>(0x0119);
    CHECK(server.sent() == packets{"62 02 01 19"});
}

TEST_CASE("3.1.1: SUBACK and UNSUBACK complete the request whose identifier they carry", "[v3.1.1][MQTT-2.3.1-7]")
{
    connected_session server;
    (void)server.subscribe(11, "f");
    (void)server.unsubscribe(12, "g");
    (void)server.subscribe(13, "h");
    (void)server.unsubscribe(14, "i");
    (void)server.sent();
    CHECK_FALSE(server.feed_hex("90 03 00 09 00")); // answers nothing of ours
    CHECK_FALSE(server.feed_hex("B0 02 00 09"));
    const auto last = as<session::unsubscribe_completed>(server.feed_hex("B0 02 00 04"));
    const auto third = as<session::subscribe_completed>(server.feed_hex("90 03 00 03 00"));
    const auto second = as<session::unsubscribe_completed>(server.feed_hex("B0 02 00 02"));
    const auto first = as<session::subscribe_completed>(server.feed_hex("90 03 00 01 00"));
    REQUIRE((first && second && third && last));
    CHECK(first->operation == 11);
    CHECK(second->operation == 12);
    CHECK(third->operation == 13);
    CHECK(last->operation == 14);
}

TEST_CASE("3.1.1: a remaining length of more than four bytes ends the connection at once", "[v3.1.1][U3-2.2.3]")
{
    CHECK(closes_silently("30 80 80 80 80"));
    CHECK(closes_silently("30 FF FF FF FF"));
    CHECK(closes_silently("30 80 80 80 80 01"));
    // Four bytes are legal, and one is not enough to tell.
    connected_session server;
    CHECK_FALSE(server.feed_hex("30 80 80 80"));
    CHECK(server.engine.phase() == session::connection_phase::connected);
    client_limits limits;
    limits.maximum_packet_size = 0; // as large as MQTT allows
    connected_session large(clean_session_0(), limits);
    CHECK_FALSE(large.feed_hex("30 FF FF FF 7F"));
    CHECK(large.engine.needed(large.input) == 268'435'460);
    CHECK(large.engine.phase() == session::connection_phase::connected);
}

TEST_CASE("3.1.1: reserved packet types and those that only a client sends end the connection", "[v3.1.1][U3-2.2.1]")
{
    for (const char* packet : {
             "00 00", "0F 00",                               // type 0
             "F0 00", "F0 02 00 00", "FF 00",                // type 15, AUTH in 5.0
             "10 0D 00 04 4D 51 54 54 04 02 00 00 00 01 63", // CONNECT
             "82 06 00 01 00 01 66 00",                      // SUBSCRIBE
             "A2 05 00 01 00 01 66",                         // UNSUBSCRIBE
             "C0 00",                                        // PINGREQ
         })
    {
        INFO(packet);
        CHECK(closes_silently(packet));
        handshaking_session server;
        CHECK(closes_silently(server, packet));
    }
}
