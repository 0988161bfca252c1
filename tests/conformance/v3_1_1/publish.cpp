// SPDX-License-Identifier: BSL-1.0
//
// Chapters 3.3 to 3.7: PUBLISH and its acknowledgements.
#include "client.hpp"
#include "script.hpp"
#include "support/catch.hpp"

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

using namespace conformance_3_1_1;

namespace
{

std::size_t times(const std::vector<std::string>& all, std::string_view packet)
{
    return static_cast<std::size_t>(std::count(all.begin(), all.end(), packet));
}

} // namespace

TEST_CASE("3.1.1: a message that is sent again has DUP 1", "[v3.1.1][MQTT-3.3.1-1]")
{
    connected_session server;
    publish_options options;
    options.retain = true;
    options.qos = one;
    (void)server.engine.publish(0, "t", "a", options, server.now);
    options.qos = two;
    (void)server.engine.publish(0, "t", "b", options, server.now);
    CHECK(server.sent() == packets{"33 06 00 01 74 00 01 61", "35 06 00 01 74 00 02 62"});
    for (int i = 0; i < 2; ++i)
    {
        server.resume();
        CHECK(server.sent() == packets{"3B 06 00 01 74 00 01 61", "3D 06 00 01 74 00 02 62"});
    }
    // The other direction: the application can see it.
    const auto message = message_of(server.feed_hex("3A 06 00 01 74 00 01 78"));
    REQUIRE(message);
    CHECK(message->duplicate);
}

TEST_CASE("3.1.1: QoS 0 has DUP 0", "[v3.1.1][MQTT-3.3.1-2]")
{
    connected_session server;
    publish_options options;
    (void)server.engine.publish(0, "t", "a", options, server.now);
    options.retain = true;
    (void)server.engine.publish(0, "t", "b", options, server.now);
    CHECK(server.sent() == packets{"30 04 00 01 74 61", "31 04 00 01 74 62"});
    wire::publish packet;
    packet.topic = "t";
    packet.duplicate = true;
    CHECK(wire::encoded_size(v3_1_1, packet).error == errc::invalid_qos);
    // Nothing says what a receiver does about it, but that it breaks a rule: MQTT-4.8.0-1.
    CHECK(closes_silently("38 04 00 01 74 78"));
    CHECK(closes_silently("39 04 00 01 74 78"));
}

TEST_CASE("3.1.1: DUP of what is sent has nothing to do with DUP of what was received", "[v3.1.1][MQTT-3.3.1-3]")
{
    connected_session server;
    const auto received = message_of(server.feed_hex("3A 06 00 01 74 00 01 78"));
    REQUIRE(received);
    REQUIRE(received->duplicate);
    publish_options options;
    options.qos = received->qos;
    const std::string topic(received->topic);
    const std::string payload(received->payload_text());
    (void)server.engine.publish(0, topic, payload, options, server.now);
    CHECK(server.sent() == packets{"32 06 00 01 74 00 01 78"});
    // What goes on as a new message after a lost session is none that is sent again.
    server.drop();
    server.reconnect({}, v3_1_1);
    CHECK(server.sent() == packets{"32 06 00 01 74 00 02 78"});
    // Nor is what was encoded but never handed to the transport.
    (void)server.acknowledge<wire::puback>(2);
    (void)server.publish(0, "y", two);
    server.resume();
    CHECK(server.sent() == packets{"34 06 00 01 74 00 04 79"});
}

TEST_CASE("3.1.1: QoS 3 is neither sent nor accepted", "[v3.1.1][MQTT-3.3.1-4]")
{
    connected_session server;
    CHECK(server.publish(1, "x", static_cast<qos>(3)).error == errc::invalid_qos);
    CHECK(server.sent().empty());
    CHECK(server.events().empty());
    for (const char* packet :
         {"36 06 00 01 74 00 01 78", "37 06 00 01 74 00 01 78", "3E 06 00 01 74 00 01 78", "3F 06 00 01 74 00 01 78"})
    {
        CHECK(closes_silently(packet));
    }
}

TEST_CASE("3.1.1: the topic name comes first in PUBLISH and is UTF-8", "[v3.1.1][MQTT-3.3.2-1]")
{
    connected_session server;
    publish_options options;
    options.qos = one;
    (void)server.engine.publish(0, "a/\xC3\xBC", "xy", options, server.now);
    CHECK(server.sent() == packets{"32 0A 00 04 61 2F C3 BC 00 01 78 79"});
    const auto message = message_of(server.feed_hex("32 0A 00 04 61 2F C3 BC 00 01 78 79"));
    REQUIRE(message);
    CHECK(message->topic == "a/\xC3\xBC");
    CHECK(message->payload_text() == "xy");
    CHECK(closes_silently("30 04 00 01 C3 78"));    // not UTF-8
    CHECK(closes_silently("30 04 00 03 74 78"));    // longer than the packet
    CHECK(closes_silently("32 05 00 03 74 00 01")); // would take the identifier
    CHECK(closes_silently("30 01 00"));             // cut off
    CHECK(closes_silently("30 00"));                // absent
    CHECK(closes_silently("32 04 00 01 74 00"));    // half an identifier
    CHECK(refuses_to_publish("\xC3"));
}

TEST_CASE("3.1.1: a topic name has no wildcards", "[v3.1.1][MQTT-3.3.2-2]")
{
    for (const std::string_view topic : {"#", "+", "a/#", "a/+/b", "a+", "#a", "a longer topic name/+"})
    {
        INFO(topic);
        CHECK(refuses_to_publish(topic));
        CHECK(closes_silently(publish_hex(topic)));
    }
}

TEST_CASE("3.1.1: a message that matches no filter waits for one and is acknowledged all the same",
          "[v3.1.1][MQTT-3.3.2-3]")
{
    const std::string stray = "32 06 00 01 75 00 07 78"; // to "u"
    client_limits limits = short_limits();
    limits.unmatched_time = 40ms;
    SECTION("in a resumed session it waits and is then counted")
    {
        client_run run(
            [](std::size_t connection, const std::string& packet) {
                return packet.starts_with("10") ? answer{"20 02 01 00"} : obliging(connection, packet);
            },
            limits);
        REQUIRE_FALSE(run.connect(clean_session_0()));
        REQUIRE_FALSE(run.subscribe("t"));
        const auto start = std::chrono::steady_clock::now();
        run.send(stray);
        REQUIRE(run.until([&] { return run.stats().messages_received == 1; }));
        CHECK(run.stats().unacknowledged_received == 1);
        REQUIRE(run.until([&] { return times(run.packets(), "40 02 00 07") == 1; }));
        CHECK(std::chrono::steady_clock::now() - start >= 40ms);
        CHECK(run.stats().messages_unmatched == 1);
        CHECK(run.stats().unacknowledged_received == 0);
    }
    SECTION("in a new session nothing can be waited for")
    {
        client_run run(obliging, limits);
        REQUIRE_FALSE(run.connect(clean_session_1()));
        run.send(stray);
        REQUIRE(run.until([&] { return times(run.packets(), "40 02 00 07") == 1; }));
        CHECK(run.stats().messages_unmatched == 1);
    }
    SECTION("the catch-all gets it")
    {
        client_run run(obliging, limits);
        std::string seen;
        run.on_unmatched([&](const message_view& message) { seen = message.topic; });
        REQUIRE_FALSE(run.connect(clean_session_1()));
        run.send(stray);
        REQUIRE(run.until([&] { return times(run.packets(), "40 02 00 07") == 1; }));
        CHECK(seen == "u");
    }
}

TEST_CASE("3.1.1: a PUBLISH is answered as its QoS asks for", "[v3.1.1][MQTT-3.3.4-1]")
{
    connected_session server;
    CHECK(message_of(server.deliver_and_take(zero, 0)));
    CHECK(server.sent().empty());
    CHECK(message_of(server.deliver_and_take(one, 7)));
    CHECK(server.sent() == packets{"40 02 00 07"});
    CHECK(message_of(server.deliver_and_take(two, 8)));
    CHECK(server.sent() == packets{"50 02 00 08"});
    // As the sender: PUBACK ends QoS 1 and PUBREC leads on to PUBREL.
    (void)server.publish(1, "x", one);
    (void)server.publish(2, "x", two);
    (void)server.sent();
    CHECK(as<session::publish_completed>(server.acknowledge<wire::puback>(1)));
    CHECK(server.sent().empty());
    CHECK_FALSE(server.acknowledge<wire::pubrec>(2));
    CHECK(server.sent() == packets{"62 02 00 02"});
}

TEST_CASE("3.1.1: PUBREL carries the flags 0010", "[v3.1.1][MQTT-3.6.1-1]")
{
    connected_session server;
    (void)server.publish(1, "x", two);
    (void)server.sent();
    (void)server.acknowledge<wire::pubrec>(1);
    CHECK(server.sent() == packets{"62 02 00 01"});
    (void)server.acknowledge<wire::pubrec>(1);
    CHECK(server.sent() == packets{"62 02 00 01"});
    server.resume();
    CHECK(server.sent() == packets{"62 02 00 01"});
    for (int flags = 0; flags < 16; ++flags)
    {
        connected_session receiver;
        (void)receiver.deliver_and_take(two, 1);
        const std::string packet = packet_hex(static_cast<std::uint8_t>(0x60 | flags), from_hex("00 01"));
        INFO(packet);
        CHECK(closes_silently(receiver, packet) == (flags != 2));
    }
}

TEST_CASE("3.1.1: a payload may be empty", "[v3.1.1][U3-3.3.3]")
{
    connected_session server;
    for (const qos level : {zero, one, two})
    {
        (void)server.publish(0, "", level);
    }
    const packets empty{"30 03 00 01 74", "32 05 00 01 74 00 01", "34 05 00 01 74 00 02"};
    CHECK(server.sent() == empty);
    for (const std::string& packet : empty)
    {
        const auto message = message_of(server.feed_hex(packet));
        REQUIRE(message);
        CHECK(message->topic == "t");
        CHECK(message->payload.empty());
    }
}

TEST_CASE("3.1.1: acknowledgements have a remaining length of 2", "[v3.1.1][U3-3.4]")
{
    const auto prepare = [](connected_session& server) {
        (void)server.publish(1, "a", one);     // identifier 1 awaits PUBACK
        (void)server.publish(2, "b", two);     // 2 awaits PUBREC
        (void)server.publish(3, "c", two);     // 3 awaits PUBCOMP
        (void)server.unsubscribe(4, "f");      // 4 awaits UNSUBACK
        (void)server.deliver_and_take(two, 5); // 5 awaits PUBREL
        (void)server.sent();
        (void)server.acknowledge<wire::pubrec>(3);
    };
    struct kind
    {
        std::uint8_t first_byte;
        char identifier;
    };
    for (const kind each : {kind{0x40, 1}, kind{0x50, 2}, kind{0x62, 5}, kind{0x70, 3}, kind{0xB0, 4}})
    {
        const std::string body{'\0', each.identifier, '\0', '\0', '\0'};
        for (std::size_t size = 0; size <= body.size(); ++size)
        {
            const std::string packet = packet_hex(each.first_byte, std::string_view(body).substr(0, size));
            INFO(packet);
            connected_session server;
            prepare(server);
            CHECK(closes_silently(server, packet) == (size != 2));
        }
    }
}
