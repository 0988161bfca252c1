// SPDX-License-Identifier: BSL-1.0
#include "tern/testing/broker/delivery.hpp"

#include "support/catch.hpp"
#include "unit/testing/wire_client.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

using namespace broker_test;

TEST_CASE("a message is forwarded byte for byte")
{
    world w;
    client c(w);
    c.connect(connect_as("a"));
    c.subscribe("t");
    client old(w, protocol_version::v3_1_1);
    old.connect(connect_as("b"));
    old.subscribe("t");
    wire::publish packet = message("t", "x", qos::exactly_once);
    packet.properties.content_type = "y";
    w.core.publish(packet, w.now);
    CHECK(c.take_bytes() == std::string("\x34\x0b\0\1t\0\1\4\x03\0\1yx", 13));
    CHECK(old.take_bytes() == std::string("\x34\x06\0\1t\0\1x", 8));
}

TEST_CASE("the lower of the two QoS is used")
{
    world w;
    for (const qos published : {qos::at_most_once, qos::at_least_once, qos::exactly_once})
    {
        for (const qos granted : {qos::at_most_once, qos::at_least_once, qos::exactly_once})
        {
            client c(w);
            c.connect(connect_as("a"));
            c.subscribe("t", granted);
            w.core.publish(message("t", "x", published), w.now);
            CHECK(c.expect<wire::publish>().qos == std::min(published, granted));
            c.disconnect();
        }
    }
}

TEST_CASE("unacknowledged messages are sent again in order, with DUP and their identifiers")
{
    const protocol_version version = GENERATE(protocol_version::v5, protocol_version::v3_1_1);
    world w;
    const std::uint32_t expiry = version == protocol_version::v5 ? 60 : 0;
    client first(w, version);
    first.connect(connect_as("a", false, expiry));
    first.subscribe("t");
    w.core.publish(message("t", "1", qos::at_least_once), w.now);
    w.core.publish(message("t", "2", qos::exactly_once), w.now);
    w.core.publish(message("t", "3", qos::exactly_once), w.now);
    w.core.publish(message("t", "4", qos::at_least_once), w.now);
    for (std::uint16_t identifier = 1; identifier <= 4; ++identifier)
    {
        const wire::publish received = first.expect<wire::publish>();
        CHECK(received.packet_identifier == identifier);
        CHECK_FALSE(received.duplicate);
    }
    first.send(wire::pubrec{2});
    CHECK(first.expect<wire::pubrel>().packet_identifier == 2);
    first.send(wire::puback{4});
    first.lose();
    CHECK(w.core.find_session("a")->in_flight == 3);
    w.core.publish(message("t", "5", qos::at_least_once), w.now);
    w.core.publish(message("t", "lost", qos::at_most_once), w.now);
    CHECK(w.core.find_session("a")->queued == 1);

    client second(w, version);
    CHECK(second.connect(connect_as("a", false, expiry)).session_present);
    const wire::publish one = second.expect<wire::publish>();
    CHECK(one.packet_identifier == 1);
    CHECK(one.duplicate);
    CHECK(one.payload == byte_view("1"));
    CHECK(second.expect<wire::pubrel>().packet_identifier == 2);
    const wire::publish three = second.expect<wire::publish>();
    CHECK(three.packet_identifier == 3);
    CHECK(three.duplicate);
    CHECK(three.qos == qos::exactly_once);
    const wire::publish five = second.expect<wire::publish>();
    CHECK(five.packet_identifier == 5);
    CHECK_FALSE(five.duplicate);
    CHECK(five.payload == byte_view("5"));
    CHECK(second.silent());
    second.send(wire::pubcomp{2});
    second.send(wire::puback{1});
    second.send(wire::puback{5});
    second.send(wire::pubrec{3});
    CHECK(second.expect<wire::pubrel>().packet_identifier == 3);
    second.send(wire::pubcomp{3});
    CHECK(w.core.find_session("a")->in_flight == 0);
    CHECK(w.core.statistics().messages_resent == 2);
}

TEST_CASE("the client's Receive Maximum bounds what is in flight, on every connection anew")
{
    world w;
    client c(w);
    wire::connect packet = connect_as("a", false, 60);
    packet.properties.receive_maximum = std::uint16_t{2};
    c.connect(packet);
    c.subscribe("t");
    for (const std::string_view text : {"1", "2", "3", "4"})
    {
        w.core.publish(message("t", text, qos::exactly_once), w.now);
    }
    w.core.publish(message("t", "0", qos::at_most_once), w.now);
    CHECK(c.expect<wire::publish>().payload == byte_view("1"));
    CHECK(c.expect<wire::publish>().payload == byte_view("2"));
    CHECK(c.expect<wire::publish>().payload == byte_view("0"));
    CHECK(c.silent());
    CHECK(w.core.find_session("a")->in_flight == 2);
    CHECK(w.core.find_session("a")->queued == 2);
    c.send(wire::pubrec{1});
    CHECK(c.expect<wire::pubrel>().packet_identifier == 1);
    CHECK(c.silent());
    c.send(wire::pubcomp{1});
    CHECK(c.expect<wire::publish>().payload == byte_view("3"));
    CHECK(c.silent());
    c.lose();

    client again(w);
    packet.properties.receive_maximum = std::uint16_t{1};
    again.connect(packet);
    CHECK(again.expect<wire::publish>().payload == byte_view("2"));
    CHECK(again.silent());
    again.send(wire::pubrec{2});
    CHECK(again.expect<wire::pubrel>().packet_identifier == 2);
    again.send(wire::pubcomp{2});
    CHECK(again.expect<wire::publish>().payload == byte_view("3"));
    again.send(wire::pubrec{3, reason_code::unspecified_error});
    CHECK(again.expect<wire::publish>().payload == byte_view("4"));
}

TEST_CASE("packet identifiers roll over at 65,535")
{
    world w;
    client c(w);
    c.connect(connect_as("a"));
    c.subscribe("t", qos::at_least_once);
    for (std::uint32_t i = 1; i <= 65'537; ++i)
    {
        w.core.publish(message("t", "x", qos::at_least_once), w.now);
        const std::uint16_t identifier = c.expect<wire::publish>().packet_identifier;
        if (identifier != (i - 1) % 65'535 + 1)
        {
            FAIL("identifier " << identifier << " of message " << i);
        }
        c.send(wire::puback{identifier});
    }
    CHECK(w.core.find_session("a")->in_flight == 0);
}

TEST_CASE("a message that is too large for the client is passed over")
{
    world w;
    client c(w);
    wire::connect packet = connect_as("a");
    packet.properties.maximum_packet_size = 30;
    c.connect(packet);
    c.subscribe("t");
    const std::string large(30, 'x');
    const qos level = GENERATE(qos::at_most_once, qos::exactly_once);
    w.core.publish(message("t", large, level), w.now);
    w.core.publish(message("t", "small", level), w.now);
    CHECK(c.expect<wire::publish>().payload == byte_view("small"));
    CHECK(w.core.statistics().messages_dropped == 1);
    CHECK_FALSE(c.finished());
}

TEST_CASE("message expiry counts the time that a message waits")
{
    world w;
    client c(w);
    c.connect(connect_as("a", false, 600));
    c.subscribe("t");
    c.lose();
    wire::publish packet = message("t", "short", qos::at_least_once);
    packet.properties.message_expiry_interval = 10;
    w.core.publish(packet, w.now);
    packet.payload = "long";
    packet.properties.message_expiry_interval = 100;
    w.core.publish(packet, w.now);
    w.pass(10s);
    client again(w);
    again.connect(connect_as("a", false, 600));
    const wire::publish received = again.expect<wire::publish>();
    CHECK(received.payload == byte_view("long"));
    CHECK(received.properties.message_expiry_interval == 90);
    CHECK(again.silent());
    CHECK(w.core.statistics().messages_expired == 1);
}

TEST_CASE("the queue is bounded by messages and by bytes")
{
    broker_configuration configuration;
    configuration.limits.maximum_queued_messages = 3;
    SECTION("messages")
    {
        world w(configuration);
        client c(w);
        c.connect(connect_as("a", false, 600));
        c.subscribe("t");
        c.lose();
        for (int i = 0; i < 5; ++i)
        {
            w.core.publish(message("t", "x", qos::at_least_once), w.now);
        }
        CHECK(w.core.find_session("a")->queued == 3);
        CHECK(w.core.statistics().messages_dropped == 2);
    }
    SECTION("bytes")
    {
        configuration.limits.maximum_queued_bytes = 10'000;
        world w(configuration);
        client c(w);
        c.connect(connect_as("a", false, 600));
        c.subscribe("t");
        c.lose();
        const std::string large(8'000, 'x');
        w.core.publish(message("t", large, qos::at_least_once), w.now);
        w.core.publish(message("t", large, qos::at_least_once), w.now);
        w.core.publish(message("t", "x", qos::at_least_once), w.now);
        CHECK(w.core.find_session("a")->queued == 2);
        CHECK(w.core.statistics().messages_dropped == 1);
    }
}

TEST_CASE("a slow consumer's output is bounded: QoS 0 is dropped, the rest waits")
{
    broker_configuration configuration;
    configuration.limits.maximum_output = 10'000;
    world w(configuration);
    client c(w);
    c.connect(connect_as("a"));
    c.subscribe("t");
    const std::string large(4'000, 'x');
    const qos level = GENERATE(qos::at_most_once, qos::at_least_once);
    for (int i = 0; i < 10; ++i)
    {
        w.core.publish(message("t", large, level), w.now);
    }
    CHECK_FALSE(w.core.accepts_input(c.id()));
    const std::size_t received = c.take_bytes().size() / large.size();
    CHECK(received == (level == qos::at_most_once ? 3U : 10U));
    CHECK(w.core.statistics().messages_dropped == (level == qos::at_most_once ? 7U : 0U));
    CHECK(w.core.accepts_input(c.id()));
}

TEST_CASE("QoS 0 is kept for an absent client only on request")
{
    broker_configuration configuration;
    configuration.queue_qos_0 = GENERATE(false, true);
    world w(configuration);
    client c(w);
    c.connect(connect_as("a", false, 600));
    c.subscribe("t");
    c.lose();
    w.core.publish(message("t", "x"), w.now);
    client again(w);
    again.connect(connect_as("a", false, 600));
    CHECK(again.silent() == !configuration.queue_qos_0);
    CHECK(w.core.find_session("a")->queued == 0);
}

TEST_CASE("the broker uses topic aliases on request, as many as the client grants")
{
    broker_configuration configuration;
    configuration.send_topic_aliases = true;
    world w(configuration);
    client c(w);
    wire::connect packet = connect_as("a");
    packet.properties.topic_alias_maximum = std::uint16_t{1};
    c.connect(packet);
    c.subscribe("#");
    w.core.publish(message("t/1", "x"), w.now);
    const wire::publish first = c.expect<wire::publish>();
    CHECK(first.topic == "t/1");
    CHECK(first.properties.topic_alias == 1);
    w.core.publish(message("t/1", "y"), w.now);
    const wire::publish second = c.expect<wire::publish>();
    CHECK(second.topic.empty());
    CHECK(second.properties.topic_alias == 1);
    w.core.publish(message("t/2", "z"), w.now);
    const wire::publish third = c.expect<wire::publish>();
    CHECK(third.topic == "t/2");
    CHECK_FALSE(third.properties.topic_alias.has_value());
}

TEST_CASE("retain is cleared on the way to an established subscription, unless it is asked for")
{
    world w;
    client c(w);
    c.connect(connect_as("a"));
    wire::subscription wanted;
    wanted.topic_filter = "t";
    wanted.retain_as_published = GENERATE(false, true);
    c.subscribe(wanted);
    w.core.publish(message("t", "x", qos::at_most_once, 0, true), w.now);
    CHECK(c.expect<wire::publish>().retain == wanted.retain_as_published);
    w.core.publish(message("t", "x"), w.now);
    CHECK_FALSE(c.expect<wire::publish>().retain);
}
