// SPDX-License-Identifier: BSL-1.0
//
// PUBLISH: its flags, its topic, its properties, and what answers it. v5 3.3

#include "conformance/real_client.hpp"
#include "conformance/v5/play.hpp"

#include <utility>

using namespace conformance_5;
using tern::qos;

namespace
{

const std::vector<std::string> bad_texts = {"\xC3", "a\xFF", "\xED\xA0\x80", "\xC0\xAF", std::string("a\0", 2)};

std::error_code refusal_of(const tern::publish_options& options)
{
    script play;
    play.connect();
    const std::error_code error = play.engine.publish(1, "t", "x", options, play.now).error;
    CHECK(play.sent().empty());
    return error;
}

std::string with_property(const std::string& property)
{
    return publish_text(0, 0, false, property_block(property));
}

} // namespace

TEST_CASE("a PUBLISH that is sent again has DUP 1, and one that comes again is known by its identifier",
          "[v5][MQTT-3.3.1-1]")
{
    script play;
    play.connect();
    for (const bool retain : {false, true})
    {
        for (const qos level : {qos::at_least_once, qos::exactly_once})
        {
            REQUIRE_FALSE(play.engine.publish(1, "t", "x", {.qos = level, .retain = retain}, play.now).error);
        }
    }
    CHECK(play.sent() == packets{"32 07 00 01 74 00 01 00 78", "34 07 00 01 74 00 02 00 78",
                                 "33 07 00 01 74 00 03 00 78", "35 07 00 01 74 00 04 00 78"});
    for (int i = 0; i < 2; ++i)
    {
        play.resume();
        CHECK(play.sent() == packets{"3A 07 00 01 74 00 01 00 78", "3C 07 00 01 74 00 02 00 78",
                                     "3B 07 00 01 74 00 03 00 78", "3D 07 00 01 74 00 04 00 78"});
    }
    // DUP alone makes no repetition: an unknown identifier is a new message. Without DUP a known one is a repetition.
    const auto message = receive(play, publish_text(2, 5, true));
    REQUIRE(message);
    CHECK(message->message.duplicate);
    CHECK_FALSE(receive(play, publish_text(2, 5, false)));
    CHECK_FALSE(receive(play, publish_text(2, 5, true)));
    take(play, message);
    CHECK(play.sent() == packets{"50 02 00 05"});
}

TEST_CASE("a PUBLISH with QoS 0 has DUP 0", "[v5][MQTT-3.3.1-2]")
{
    script play;
    (void)play.engine.configure(plain_options());
    REQUIRE_FALSE(play.publish(1, "x", qos::at_most_once).error);
    play.connect();
    REQUIRE_FALSE(play.engine.publish(1, "t", "x", {.retain = true}, play.now).error);
    CHECK(play.sent() == packets{"30 05 00 01 74 00 78", "31 05 00 01 74 00 78"});
    play.resume();
    CHECK(play.sent().empty()); // never again
    CHECK(end_after(publish_text(0, 0, true)) == malformed);
    CHECK(end_after("39 05 00 01 74 00 78") == malformed);
}

TEST_CASE("DUP says whether this transmission repeats, whatever the message was before", "[v5][MQTT-3.3.1-3]")
{
    script play;
    play.connect();
    const auto message = receive(play, publish_text(1, 7, true));
    REQUIRE(message);
    CHECK(message->message.duplicate);
    REQUIRE_FALSE(play.engine
                      .publish(1, message->message.topic, message->message.payload,
                               {.qos = message->message.qos, .retain = message->message.retain}, play.now)
                      .error);
    CHECK(play.sent() == packets{"32 07 00 01 74 00 01 00 78"});
    // What was encoded but never left is no repetition afterwards either.
    REQUIRE_FALSE(play.publish(2, "y", qos::exactly_once).error);
    play.resume();
    CHECK(play.sent() == packets{"3A 07 00 01 74 00 01 00 78", "34 07 00 01 74 00 03 00 79"});
}

TEST_CASE("a QoS of 3 is neither sent nor accepted", "[v5][MQTT-3.3.1-4]")
{
    CHECK(refusal_of({.qos = static_cast<qos>(3)}) == tern::errc::invalid_qos);
    CHECK(refusal_of({.qos = static_cast<qos>(255)}) == tern::errc::invalid_qos);
    for (const std::string_view first : {"36", "37", "3E", "3F"})
    {
        CHECK(end_after(joined(first, "07 00 01 74 00 01 00 78")) == malformed);
    }
}

TEST_CASE("the topic name comes first and is UTF-8", "[v5][MQTT-3.3.2-1]")
{
    script play;
    play.connect();
    const std::string topic = "K\xC3\xBC"
                              "che";
    REQUIRE_FALSE(play.engine.publish(1, topic, "x", {.qos = qos::at_least_once}, play.now).error);
    CHECK(play.sent() == packets{framed("32", joined(field(topic), "00 01 00 78"))});
    for (const std::string& text : bad_texts)
    {
        INFO(to_hex(text));
        CHECK(client_refusal_of_publish(text) == tern::errc::invalid_topic_name);
        CHECK(end_after(framed("30", joined(field(text), "00 78"))) == malformed);
    }
}

TEST_CASE("a topic name holds no wildcard", "[v5][MQTT-3.3.2-2]")
{
    for (const std::string_view topic : {"+", "#", "a/+", "a/#", "a+b", "#a"})
    {
        INFO(topic);
        CHECK(client_refusal_of_publish(topic) == tern::errc::invalid_topic_name);
        CHECK(end_after(framed("30", joined(field(topic), "00 78"))) == closed_with("90"));
    }
}

TEST_CASE("topic aliases end with their connection", "[v5][MQTT-3.3.2-7]")
{
    tern::connect_options options = plain_options();
    options.automatic_topic_aliases = true;
    wire::connack answer;
    answer.properties.topic_alias_maximum = 5;
    script play;
    play.connect(options, answer);
    const auto publish = [&] {
        return play.engine.publish(1, "topic", "x", {.qos = qos::at_least_once}, play.now).error;
    };
    REQUIRE_FALSE(publish());
    REQUIRE_FALSE(publish());
    CHECK(play.sent() == packets{framed("32", joined(field("topic"), "00 01 03 23 00 01 78")),
                                 framed("32", joined("00 00", "00 02 03 23 00 01 78"))});
    (void)receive(play, framed("30", joined(field("t"), "03 23 00 01 78")));
    CHECK(receive(play, framed("30", "00 00 03 23 00 01 78")));
    play.drop();
    answer.session_present = true;
    play.reconnect(answer);
    CHECK(play.sent() == packets{framed("3A", joined(field("topic"), "00 01 03 23 00 01 78")),
                                 framed("3A", joined("00 00", "00 02 03 23 00 01 78"))});
    CHECK(end_after(play, framed("30", "00 00 03 23 00 01 78")) == protocol_error);
}

TEST_CASE("a topic alias of 0 is neither sent nor accepted", "[v5][MQTT-3.3.2-8]")
{
    // The application cannot name an alias; a packet with 0 cannot be encoded.
    wire::publish packet;
    packet.topic = "t";
    packet.properties.topic_alias = 0;
    CHECK(wire::encoded_size(tern::protocol_version::v5, packet).error != tern::errc{});
    CHECK(end_after(with_property("23 00 00")) == closed_with("94"));
    CHECK(end_after(framed("30", "00 00 03 23 00 00 78")) == closed_with("94"));
}

TEST_CASE("a topic alias is never above the server's maximum", "[v5][MQTT-3.3.2-9]")
{
    tern::connect_options options = plain_options();
    options.automatic_topic_aliases = true;
    wire::connack answer;
    answer.properties.topic_alias_maximum = 2;
    script play;
    play.connect(options, answer);
    for (int i = 0; i < 100; ++i)
    {
        const std::string topic = "topic/" + std::to_string(i % 7);
        REQUIRE_FALSE(play.engine.publish(1, topic, "x", {}, play.now).error);
    }
    const packets sent = play.sent();
    REQUIRE(sent.size() == 100);
    for (const std::string& each : sent)
    {
        const bool legal =
            each.find("03 23 00 01 78") != std::string::npos || each.find("03 23 00 02 78") != std::string::npos;
        INFO(each);
        CHECK(legal);
    }
    // The next server may take fewer.
    play.drop();
    answer.properties.topic_alias_maximum = 1;
    play.reconnect(answer);
    REQUIRE_FALSE(play.engine.publish(1, "topic/0", "x", {}, play.now).error);
    REQUIRE_FALSE(play.engine.publish(1, "topic/1", "x", {}, play.now).error);
    CHECK(play.sent() == packets{framed("30", joined(field("topic/0"), "03 23 00 01 78")),
                                 framed("30", joined(field("topic/1"), "03 23 00 01 78"))});
}

TEST_CASE("every topic alias from 1 to the client's maximum is accepted", "[v5][MQTT-3.3.2-10]")
{
    for (const std::uint16_t maximum : {std::uint16_t{1}, std::uint16_t{16}, std::uint16_t{65'535}})
    {
        tern::connect_options options = plain_options();
        options.topic_alias_maximum = maximum;
        script play;
        play.connect(options);
        const auto topic_of = [&](std::string_view topic, std::size_t alias) {
            const auto message =
                receive(play, framed("30", joined(field(topic), property_block("23", integer(alias)), "78")));
            return message ? std::string(message->message.topic) : std::string();
        };
        CHECK(topic_of("first", 1) == "first");
        CHECK(topic_of("last", maximum) == "last");
        CHECK(topic_of("", maximum) == "last");
        CHECK(topic_of("", 1) == (maximum == 1 ? "last" : "first"));
        CHECK(topic_of("again", 1) == "again"); // mapped anew
        CHECK(topic_of("", 1) == "again");
        CHECK(topic_of("", maximum) == (maximum == 1 ? "again" : "last"));
    }
}

TEST_CASE("a topic alias of the server's is never above the client's maximum", "[v5][MQTT-3.3.2-11]")
{
    tern::connect_options options = plain_options();
    for (const std::uint16_t maximum : {std::uint16_t{1}, std::uint16_t{16}, std::uint16_t{65'534}})
    {
        options.topic_alias_maximum = maximum;
        CHECK(end_after(with_property(joined("23", integer(maximum))), options) == "goes on");
        CHECK(end_after(with_property(joined("23", integer(maximum + 1U))), options) == closed_with("94"));
    }
}

TEST_CASE("a Response Topic is UTF-8", "[v5][MQTT-3.3.2-13]")
{
    for (const std::string& text : bad_texts)
    {
        INFO(to_hex(text));
        CHECK(refusal_of({.response_topic = text}) == tern::errc::invalid_text);
        CHECK(end_after(with_property(joined("08", field(text)))) == malformed);
    }
    const std::string good = "\xE2\x82\xAC";
    script play;
    play.connect();
    const auto message = receive(play, with_property(joined("08", field(good))));
    REQUIRE(message);
    CHECK(message->message.properties.response_topic == good);
}

TEST_CASE("a Response Topic holds no wildcard", "[v5][MQTT-3.3.2-14]")
{
    for (const std::string_view topic : {"+", "#", "a/+", "a/#"})
    {
        CHECK(refusal_of({.response_topic = topic}) == tern::errc::invalid_topic_name);
        CHECK(end_after(with_property(joined("08", field(topic)))) == protocol_error);
        tern::connect_options options = plain_options();
        options.will.emplace().topic = "w";
        options.will->response_topic = topic;
        CHECK(script().engine.configure(options) == tern::errc::invalid_topic_name);
    }
}

TEST_CASE("a Content Type is UTF-8", "[v5][MQTT-3.3.2-19]")
{
    for (const std::string& text : bad_texts)
    {
        INFO(to_hex(text));
        CHECK(refusal_of({.content_type = text}) == tern::errc::invalid_text);
        CHECK(end_after(with_property(joined("03", field(text)))) == malformed);
    }
    script play;
    play.connect();
    const auto message = receive(play, with_property(joined("03", field("text/\xC3\xA4"))));
    REQUIRE(message);
    CHECK(message->message.properties.content_type == "text/\xC3\xA4");
}

TEST_CASE("a message is answered as its QoS asks for", "[v5][MQTT-3.3.4-1]")
{
    script play;
    play.connect();
    take(play, receive(play, publish_text(0)));
    CHECK(play.sent().empty());
    take(play, receive(play, publish_text(1, 3)));
    CHECK(play.sent() == packets{"40 02 00 03"});
    take(play, receive(play, publish_text(2, 4)));
    CHECK(play.sent() == packets{"50 02 00 04"});
}

TEST_CASE("what a client publishes has no Subscription Identifier", "[v5][MQTT-3.3.4-6]")
{
    // The options of a publish have no place for one: it cannot even be said. One that was received stays behind.
    script play;
    play.connect();
    const auto message = receive(play, with_property("0B 05"));
    REQUIRE(message);
    CHECK(message->message.properties.subscription_identifiers.size() == 1);
    REQUIRE_FALSE(play.engine
                      .publish(1, "t", message->message.payload,
                               {.user_properties = message->message.properties.user_properties}, play.now)
                      .error);
    CHECK(play.sent() == packets{"30 05 00 01 74 00 78"});
    // And a server that decodes one knows it for a fault.
    const std::string bytes = from_hex(with_property("0B 05"));
    wire::publish decoded;
    CHECK(wire::decode(tern::protocol_version::v5, wire::next_frame(bytes, wire::maximum_packet_size).frame, decoded,
                       wire::sender::client) == tern::errc::unrequested_property);
}

TEST_CASE("a PUBLISH with neither topic nor topic alias is a protocol error", "[v5][U5-3.3.2.1]")
{
    CHECK(end_after("30 04 00 00 00 78") == protocol_error);
    CHECK(end_after("32 06 00 00 00 01 00 78") == protocol_error);
    CHECK(client_refusal_of_publish("") == tern::errc::invalid_topic_name);
}

TEST_CASE("a Payload Format Indicator is 0 or 1", "[v5][U5-3.3.2.3.2]")
{
    for (unsigned value = 2; value <= 255; ++value)
    {
        CHECK(end_after(with_property(joined("01", integer(value, 1)))) == protocol_error);
    }
    CHECK(refusal_of({.payload_format_indicator = static_cast<tern::payload_format>(2)}) == tern::errc::invalid_option);
    // The choice: whether the payload is what it is said to be is the application's business, in both directions.
    script play;
    play.connect();
    const auto message = receive(play, framed("30", "00 01 74 02 01 01 FF"));
    REQUIRE(message);
    CHECK(message->message.properties.payload_format_indicator == tern::payload_format::utf8);
    CHECK(message->message.payload.text() == "\xFF");
    CHECK_FALSE(
        play.engine.publish(1, "t", "\xFF", {.payload_format_indicator = tern::payload_format::utf8}, play.now).error);
    CHECK(play.sent() == packets{framed("30", "00 01 74 02 01 01 FF")});
}

TEST_CASE("a topic alias that stands for nothing is a protocol error", "[v5][U5-3.3.2.3.4]")
{
    CHECK(end_after(framed("30", "00 00 03 23 00 01 78")) == protocol_error);
    script play;
    play.connect();
    (void)receive(play, with_property("23 00 02"));
    CHECK(receive(play, framed("30", "00 00 03 23 00 02 78")));
    CHECK(end_after(play, framed("30", "00 00 03 23 00 01 78")) == protocol_error);
}

TEST_CASE("a PUBLISH may have several Subscription Identifiers, but none that is 0", "[v5][U5-3.3.2.3.8]")
{
    script play;
    play.connect();
    const auto message = receive(play, with_property("0B 07 0B FF FF FF 7F 0B 01 0B 07"));
    REQUIRE(message);
    const auto& list = message->message.properties.subscription_identifiers;
    CHECK(std::vector<std::uint32_t>(list.begin(), list.end()) == std::vector<std::uint32_t>{7, 268'435'455, 1, 7});
    CHECK(end_after(with_property("0B 00")) == protocol_error);
    CHECK(end_after(with_property("0B 07 0B 00")) == protocol_error);
}
