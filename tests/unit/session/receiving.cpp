// SPDX-License-Identifier: BSL-1.0
#include "tern/session/receiving.hpp"

#include "script.hpp"
#include "support/catch.hpp"

#include <optional>
#include <string>

using namespace tern;
using namespace tern_test;

namespace
{

session::delivery handle_of(const std::optional<session::event>& event)
{
    const auto received = as<session::message_received>(event);
    return received ? received->delivery : session::delivery{};
}

void take(script& server, session::delivery handle, reason_code reason = reason_code::success)
{
    server.engine.acknowledge(handle, reason, server.now);
}

constexpr auto one = qos::at_least_once;
constexpr auto two = qos::exactly_once;

} // namespace

TEST_CASE("a QoS 0 message is delivered with all it carries and answered by nothing", "[session]")
{
    script server;
    server.connect();
    const user_property list[] = {{"a", "b"}};
    wire::publish packet;
    packet.topic = "t/\xC3\xBC";
    packet.payload = "payload";
    packet.retain = true;
    packet.properties.content_type = "text";
    packet.properties.user_properties = list;
    const auto received = as<session::message_received>(server.feed(packet));
    REQUIRE(received);
    CHECK(received->delivery.generation == 0);
    CHECK(received->message.topic == "t/\xC3\xBC");
    CHECK(received->message.payload_text() == "payload");
    CHECK(received->message.retain);
    CHECK(received->message.qos == qos::at_most_once);
    CHECK(received->message.properties.content_type == "text");
    CHECK((*received->message.properties.user_properties.begin()).value == "b");
    CHECK_FALSE(server.engine.has_output());
}

TEST_CASE("QoS 1 is acknowledged when it is taken, once", "[session]")
{
    script server;
    server.connect();
    const session::delivery handle = handle_of(server.deliver(one, 5));
    CHECK(server.sent().empty());
    CHECK(server.engine.unacknowledged() == 1);
    server.now += 3s;
    CHECK(server.engine.stats(server.now).oldest_unacknowledged_age == 3s);
    take(server, handle);
    CHECK(server.sent() == packets{"40 02 00 05"});
    take(server, handle);
    CHECK(server.sent().empty());
    CHECK(server.engine.unacknowledged() == 0);
}

TEST_CASE("after PUBACK the identifier is a new message, whatever DUP says", "[session]")
{
    script server;
    server.connect();
    take(server, handle_of(server.deliver(one, 5)));
    const session::delivery again = handle_of(server.deliver(one, 5, true));
    CHECK(again.generation != 0);
    take(server, again);
    CHECK(server.sent() == packets{"40 02 00 05", "40 02 00 05"});
}

TEST_CASE("QoS 2 is delivered once and acknowledged in both steps", "[session]")
{
    script server;
    server.connect();
    take(server, handle_of(server.deliver(two, 5)));
    CHECK(server.sent() == packets{"50 02 00 05"});
    CHECK_FALSE(server.deliver(two, 5, true)); // v5 [MQTT-4.3.3-10]
    CHECK_FALSE(server.deliver(two, 5));
    CHECK(server.sent() == packets{"50 02 00 05", "50 02 00 05"});
    CHECK_FALSE(server.acknowledge<wire::pubrel>(5));
    CHECK(server.sent() == packets{"70 02 00 05"});
    CHECK(handle_of(server.deliver(two, 5)).generation != 0); // v5 [MQTT-4.3.3-12]
    CHECK(server.engine.stats(server.now).duplicates_suppressed == 2);
    CHECK(server.engine.stats(server.now).messages_received == 2);
}

TEST_CASE("PUBREL with an unknown identifier is answered", "[session]")
{
    script server;
    server.connect();
    CHECK_FALSE(server.acknowledge<wire::pubrel>(5));
    CHECK(server.sent() == packets{"70 03 00 05 92"});
}

TEST_CASE("PUBREL before PUBREC is a protocol error", "[session]")
{
    script server;
    server.connect();
    (void)server.deliver(two, 5);
    CHECK(failure(server.acknowledge<wire::pubrel>(5)) == errc::unexpected_packet);
}

TEST_CASE("acknowledgements leave in the order of arrival", "[session]")
{
    script server;
    server.connect();
    const session::delivery first = handle_of(server.deliver(one, 1));
    const session::delivery second = handle_of(server.deliver(two, 2));
    const session::delivery third = handle_of(server.deliver(one, 3));
    take(server, third);
    take(server, second);
    CHECK(server.sent().empty());
    take(server, first);
    CHECK(server.sent() == packets{"40 02 00 01", "50 02 00 02", "40 02 00 03"});
}

TEST_CASE("a failing acknowledgement carries its reason and frees the identifier", "[session]")
{
    script server;
    server.connect();
    take(server, handle_of(server.deliver(two, 5)), reason_code::not_authorized);
    take(server, handle_of(server.deliver(one, 6)), reason_code::quota_exceeded);
    CHECK(server.sent() == packets{"50 03 00 05 87", "40 03 00 06 97"});
    CHECK(handle_of(server.deliver(two, 5, true)).generation != 0); // v5 [MQTT-4.3.3-9]
}

TEST_CASE("a reason that an acknowledgement cannot carry is an unspecified error, with all that follows", "[session]")
{
    script server;
    server.connect();
    take(server, handle_of(server.deliver(two, 5)), reason_code::disconnect_with_will_message);
    CHECK(server.sent() == packets{"50 03 00 05 80"});
    CHECK(handle_of(server.deliver(two, 5)).generation != 0); // v5 [MQTT-4.3.3-9]: the identifier is free again
}

TEST_CASE("3.1.1 leaves the reason out, and a failing PUBREC is none", "[session]")
{
    script server;
    connect_options options = plain_options();
    options.session_expiry = 0s;
    server.connect(options, {}, protocol_version::v3_1_1);
    take(server, handle_of(server.deliver(two, 5)), reason_code::not_authorized);
    CHECK(server.sent() == packets{"50 02 00 05"});
    CHECK_FALSE(server.deliver(two, 5, true));
    CHECK_FALSE(server.acknowledge<wire::pubrel>(5));
    CHECK(server.sent() == packets{"50 02 00 05", "70 02 00 05"});
    CHECK_FALSE(server.acknowledge<wire::pubrel>(5));
    CHECK(server.sent() == packets{"70 02 00 05"});
}

TEST_CASE("what was untaken when the connection was lost is not delivered twice", "[session]")
{
    script server;
    server.connect();
    const session::delivery first = handle_of(server.deliver(one, 1));
    const session::delivery second = handle_of(server.deliver(two, 2));
    server.resume();
    SECTION("taken before the server repeats it")
    {
        take(server, first);
        take(server, second);
        CHECK(server.sent().empty()); // nothing is owed on this connection yet
        CHECK_FALSE(server.deliver(one, 1, true));
        CHECK_FALSE(server.deliver(two, 2, true));
        CHECK(server.sent() == packets{"40 02 00 01", "50 02 00 02"});
    }
    SECTION("taken after the server repeats it")
    {
        CHECK_FALSE(server.deliver(one, 1, true));
        CHECK_FALSE(server.deliver(two, 2, true));
        CHECK(server.sent().empty());
        take(server, second);
        CHECK(server.sent().empty());
        take(server, first);
        CHECK(server.sent() == packets{"40 02 00 01", "50 02 00 02"});
    }
    SECTION("the server has forgotten the QoS 1 message and uses its identifier anew")
    {
        const session::delivery fresh = handle_of(server.deliver(one, 1));
        CHECK(fresh.generation != 0);
        take(server, first); // stale
        CHECK(server.sent().empty());
        take(server, fresh);
        CHECK(server.sent() == packets{"40 02 00 01"});
    }
    SECTION("taken while there is no connection")
    {
        server.drop();
        take(server, first);
        take(server, second);
        server.resume();
        CHECK(server.sent().empty());
        CHECK_FALSE(server.deliver(two, 2, true));
        CHECK(server.sent() == packets{"50 02 00 02"});
    }
}

TEST_CASE("a QoS 2 handshake goes on over a lost connection", "[session]")
{
    script server;
    server.connect();
    take(server, handle_of(server.deliver(two, 2)));
    (void)server.sent();
    server.resume();
    SECTION("PUBREC had been lost")
    {
        CHECK_FALSE(server.deliver(two, 2, true));
        CHECK(server.sent() == packets{"50 02 00 02"});
    }
    CHECK_FALSE(server.acknowledge<wire::pubrel>(2));
    CHECK(server.sent() == packets{"70 02 00 02"});
}

TEST_CASE("deliveries of a session that is gone mean nothing", "[session]")
{
    script server;
    server.connect();
    const session::delivery old = handle_of(server.deliver(two, 2));
    server.drop();
    server.reconnect();
    take(server, old);
    CHECK(server.sent().empty());
    const session::delivery fresh = handle_of(server.deliver(two, 2));
    CHECK(fresh.generation != 0);
    take(server, old);
    CHECK(server.sent().empty());
    take(server, fresh);
    CHECK(server.sent() == packets{"50 02 00 02"});
}

TEST_CASE("an identifier that is in use on the same connection is a protocol error", "[session]")
{
    script server;
    server.connect();
    (void)server.deliver(one, 5);
    CHECK(failure(server.deliver(one, 5)) == errc::unexpected_packet);
}

TEST_CASE("the server's identifiers are its own", "[session]")
{
    script server;
    server.connect();
    (void)server.publish(1, "x", one);
    (void)server.sent();
    take(server, handle_of(server.deliver(one, 1)));
    CHECK(server.sent() == packets{"40 02 00 01"});
    CHECK(as<session::publish_completed>(server.acknowledge<wire::puback>(1)));
}

TEST_CASE("more than Receive Maximum is refused, and what is acknowledged does not count", "[session]")
{
    connect_options options = plain_options();
    options.receive_maximum = 2;
    script server;
    server.connect(options);
    const session::delivery first = handle_of(server.deliver(one, 1));
    const session::delivery second = handle_of(server.deliver(two, 2));
    take(server, first);
    take(server, second);
    CHECK(handle_of(server.deliver(one, 3)).generation != 0);
    CHECK_FALSE(failure(server.deliver(qos::at_most_once, 0)));
    SECTION("a QoS 2 message counts until PUBCOMP")
    {
        (void)server.sent();
        CHECK(failure(server.deliver(one, 4)) == errc::receive_maximum_exceeded);
        CHECK(server.sent() == packets{"E0 01 93"}); // v5 [MQTT-3.3.4-9]
    }
    SECTION("PUBCOMP makes room")
    {
        (void)server.acknowledge<wire::pubrel>(2);
        CHECK(handle_of(server.deliver(one, 4)).generation != 0);
    }
}

TEST_CASE("3.1.1 knows no Receive Maximum", "[session]")
{
    connect_options options = plain_options();
    options.session_expiry = 0s;
    options.receive_maximum = 2;
    script server;
    server.connect(options, {}, protocol_version::v3_1_1);
    for (std::uint16_t identifier = 1; identifier <= 5; ++identifier)
    {
        CHECK(handle_of(server.deliver(one, identifier)).generation != 0);
        CHECK(server.engine.accepts_input());
    }
    CHECK(server.engine.unacknowledged() == 5);
}

TEST_CASE("a message that could not be kept is new when it comes again", "[session]")
{
    const qos level = GENERATE(one, two);
    script server;
    server.connect();
    const session::delivery lost = handle_of(server.deliver(level, 1));
    const session::delivery kept = handle_of(server.deliver(level, 2));
    take(server, kept);
    server.engine.forget(lost);
    server.engine.forget(lost);
    server.engine.forget(kept); // was taken: nothing is forgotten
    server.engine.forget({});
    server.resume();
    CHECK(handle_of(server.deliver(level, 1, true)).generation != 0);
    CHECK_FALSE(server.deliver(level, 2, true));
}

TEST_CASE("the server's aliases hold on one connection", "[session]")
{
    script server;
    server.connect();
    wire::publish packet;
    packet.topic = "long/topic";
    packet.properties.topic_alias = 16;
    REQUIRE(as<session::message_received>(server.feed(packet)));
    packet.topic = {};
    auto received = as<session::message_received>(server.feed(packet));
    REQUIRE(received);
    CHECK(received->message.topic == "long/topic");
    SECTION("above the maximum") // v5 [MQTT-3.1.2-26]
    {
        packet.properties.topic_alias = 17;
        CHECK(failure(server.feed(packet)) == errc::invalid_topic_alias);
        CHECK(server.sent() == packets{"E0 01 94"});
    }
    SECTION("on the next connection") // v5 [MQTT-3.3.2-7]
    {
        server.resume();
        CHECK(failure(server.feed(packet)) == errc::unknown_topic_alias);
        CHECK(server.sent() == packets{"E0 01 82"});
    }
}

TEST_CASE("a PUBLISH that breaks a rule ends the connection with the reason", "[session]")
{
    script server;
    server.connect();
    SECTION("a wildcard in the topic")
    {
        CHECK(failure(server.feed_hex("30 05 00 01 2B 00 78")) == errc::invalid_topic_received);
        CHECK(server.sent() == packets{"E0 01 90"});
    }
    SECTION("no topic and no alias")
    {
        CHECK(failure(server.feed_hex("30 04 00 00 00 78")) == errc::unknown_topic_alias);
        CHECK(server.sent() == packets{"E0 01 82"});
    }
    SECTION("identifier 0")
    {
        CHECK(failure(server.feed_hex("32 07 00 01 74 00 00 00 78")) == errc::invalid_packet_identifier);
        CHECK(server.sent() == packets{"E0 01 82"});
    }
    SECTION("QoS 3")
    {
        CHECK(failure(server.feed_hex("36 07 00 01 74 00 01 00 78")) == errc::invalid_qos_received);
        CHECK(server.sent() == packets{"E0 01 81"});
    }
    SECTION("text that is not UTF-8")
    {
        CHECK(failure(server.feed_hex("30 05 00 01 FF 00 78")) == errc::malformed_text);
        CHECK(server.sent() == packets{"E0 01 81"});
    }
}
