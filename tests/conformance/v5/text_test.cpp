// SPDX-License-Identifier: BSL-1.0
//
// Text, text pairs and variable byte integers, wherever they stand. v5 1.5

#include "conformance/real_client.hpp"
#include "conformance/v5/play.hpp"

#include <functional>
#include <utility>

using namespace conformance_5;

namespace
{

// Not UTF-8: cut, a lone continuation, overlong forms, surrogates alone and in pairs, above U+10FFFF, no UTF-8 byte.
const std::vector<std::string> ill_formed_texts = {"\xC3",
                                                   "a\x80",
                                                   "\xC0\xAF",
                                                   "\xE0\x80\xAF",
                                                   "\xED\xA0\x80",
                                                   "\xED\xBF\xBF",
                                                   "\xED\xA0\xBD\xED\xB8\x80",
                                                   "\xF0\x80\x80\xAF",
                                                   "\xF4\x90\x80\x80",
                                                   "\xF5\x80\x80\x80",
                                                   "\xFE",
                                                   "\xFF"};

const std::string null_text("a\0b", 3);

using named_errors = std::vector<std::pair<std::string, std::error_code>>;

std::error_code configured(const std::function<void(tern::connect_options&)>& change)
{
    script play;
    tern::connect_options options = plain_options();
    options.will.emplace().topic = "w";
    change(options);
    return play.engine.configure(options);
}

// What the application hears when it gives this text, in every place that takes one. Nothing is sent meanwhile.
named_errors refusals_of(std::string_view text)
{
    named_errors found;
    found.emplace_back("client identifier", configured([&](auto& o) { o.client_id = text; }));
    found.emplace_back("user name", configured([&](auto& o) { o.user_name = text; }));
    found.emplace_back("authentication method", configured([&](auto& o) { o.authentication_method = text; }));
    found.emplace_back("will topic", configured([&](auto& o) { o.will->topic = text; }));
    found.emplace_back("will content type", configured([&](auto& o) { o.will->content_type = text; }));
    found.emplace_back("will response topic", configured([&](auto& o) { o.will->response_topic = text; }));

    script play;
    play.connect();
    const auto publish = [&](const std::string& what, const tern::publish_options& options) {
        found.emplace_back(what, play.engine.publish(1, "t", "x", options, play.now).error);
    };
    publish("content type", {.content_type = text});
    publish("response topic", {.response_topic = text});
    found.emplace_back("filter", subscribe(play, 1, text));
    found.emplace_back("filter to unsubscribe", unsubscribe(play, 1, text));
    found.emplace_back("reason string", play.engine.disconnect({.reason_string = text}, play.now));
    CHECK(play.sent().empty());
    CHECK(play.engine.idle());

    found.emplace_back("topic", client_refusal_of_publish(text));
    return found;
}

// The same for the two halves of a User Property.
named_errors refusals_of_pair(const tern::user_property& pair)
{
    named_errors found;
    const tern::user_property list[] = {pair};
    found.emplace_back("connect", configured([&](auto& o) { o.user_properties = list; }));
    found.emplace_back("will", configured([&](auto& o) { o.will->user_properties = list; }));
    tern::connect_options options = plain_options();
    options.authentication_method = "M";
    wire::connack answer;
    answer.properties.authentication_method = "M";
    script play;
    play.connect(options, answer);
    found.emplace_back("publish", play.engine.publish(1, "t", "x", {.user_properties = list}, play.now).error);
    found.emplace_back("subscribe", subscribe(play, 1, "t", {.user_properties = list}));
    found.emplace_back("unsubscribe", unsubscribe(play, 1, "t", {.user_properties = list}));
    tern::auth_properties extra;
    extra.user_properties = list;
    found.emplace_back("auth", play.engine.re_authenticate("", extra));
    found.emplace_back("disconnect", play.engine.disconnect({.user_properties = list}, play.now));
    CHECK(play.sent().empty());
    CHECK(play.engine.idle());
    return found;
}

using named_packets = std::vector<std::pair<std::string, std::string>>;

// Every packet of a server's with this property, where it may have it; CONNACK aside.
named_packets packets_with_property(const std::string& property)
{
    const std::string block = property_block(property);
    return {
        {"PUBACK", framed("40", joined("00 01 00", block))},
        {"PUBREC", framed("50", joined("00 01 00", block))},
        {"PUBREL", framed("62", joined("00 01 00", block))},
        {"PUBCOMP", framed("70", joined("00 01 00", block))},
        {"SUBACK", framed("90", joined("00 01", block, "00"))},
        {"UNSUBACK", framed("B0", joined("00 01", block, "00"))},
        {"DISCONNECT", framed("E0", joined("80", block))},
        {"AUTH", framed("F0", joined("18", block))},
    };
}

named_packets packets_with_pair(std::string_view name, std::string_view value)
{
    named_packets all = packets_with_property(user_property_text(name, value));
    all.emplace_back("PUBLISH", publish_text(0, 0, false, property_block(user_property_text(name, value))));
    return all;
}

// Every packet of a server's with this text, in each place that holds one.
named_packets packets_with(std::string_view text)
{
    named_packets all = packets_with_property(joined("1F", field(text)));
    all.emplace_back("topic", framed("30", joined(field(text), "00")));
    all.emplace_back("content type", publish_text(0, 0, false, property_block("03", field(text))));
    all.emplace_back("response topic", publish_text(0, 0, false, property_block("08", field(text))));
    all.emplace_back("server reference", framed("E0", joined("9C", property_block("1C", field(text)))));
    all.emplace_back("authentication method", framed("F0", joined("18", property_block("15", field(text)))));
    return all;
}

std::vector<std::string> connacks_with(std::string_view text)
{
    std::vector<std::string> all;
    for (const char* const property : {"12", "15", "1A", "1C", "1F"})
    {
        all.push_back(connack_text(property, field(text)));
    }
    return all;
}

void check_text_is_refused(std::string_view text)
{
    INFO("text " << to_hex(text));
    for (const auto& [where, error] : refusals_of(text))
    {
        INFO(where);
        CHECK(error == tern::error_kind::usage);
    }
    for (const auto& [where, packet] : packets_with(text))
    {
        INFO(where << " " << packet);
        CHECK(end_after(packet) == malformed);
    }
    for (const std::string& packet : connacks_with(text))
    {
        INFO(packet);
        CHECK(end_of_handshake(packet) == "81 close");
    }
}

} // namespace

TEST_CASE("text that is not strict UTF-8 is neither sent nor accepted", "[v5][MQTT-1.5.4-1]")
{
    for (const std::string& text : ill_formed_texts)
    {
        check_text_is_refused(text);
    }
    // The neighbours of what is illegal are legal.
    for (const char* const text : {"\xED\x9F\xBF", "\xEE\x80\x80", "\xF4\x8F\xBF\xBF", "\xF0\x90\x80\x80", "\xC2\x80"})
    {
        CHECK(end_after(framed("30", joined(field(text), "00"))) == "goes on");
    }
}

TEST_CASE("text with the null character is neither sent nor accepted", "[v5][MQTT-1.5.4-2]")
{
    check_text_is_refused(null_text);
    check_text_is_refused(std::string(1, '\0'));
}

TEST_CASE("the byte order mark is an ordinary character, in both directions", "[v5][MQTT-1.5.4-3]")
{
    const std::string topic = "\xEF\xBB\xBFt";
    const std::string value = "v\xEF\xBB\xBF";
    script play;
    play.connect();
    const tern::user_property list[] = {{topic, value}};
    REQUIRE_FALSE(play.engine.publish(1, topic, "x", {.user_properties = list}, play.now).error);
    CHECK(play.sent() ==
          packets{framed("30", joined(field(topic), property_block(user_property_text(topic, value)), to_hex("x")))});

    const auto message = receive(
        play, framed("30", joined(field(topic), property_block(user_property_text(topic, value), "03", field(value)))));
    REQUIRE(message);
    CHECK(message->message.topic == topic);
    CHECK(message->message.properties.content_type == value);
    CHECK((*message->message.properties.user_properties.begin() == tern::user_property{topic, value}));
}

TEST_CASE("variable byte integers are as short as they can be, and longer ones are malformed", "[v5][MQTT-1.5.5-1]")
{
    SECTION("the remaining length of what is sent")
    {
        script play;
        play.connect(bare_options());
        const std::pair<std::size_t, std::string_view> lengths[] = {
            {127, "30 7F"},          {128, "30 80 01"},          {16'383, "30 FF 7F"},
            {16'384, "30 80 80 01"}, {2'097'151, "30 FF FF 7F"}, {2'097'152, "30 80 80 80 01"}};
        for (const auto& [length, start] : lengths)
        {
            // Topic with its length, and the property length, take four bytes.
            REQUIRE_FALSE(play.publish(1, std::string(length - 4, 'x'), tern::qos::at_most_once).error);
            play.engine.transmit(play.buffer, play.now);
            play.engine.written(play.now);
            CHECK(to_hex(play.buffer.view().substr(0, (start.size() + 1) / 3)) == start);
            CHECK(play.buffer.view().size() == length + byte_count(start));
        }
    }
    SECTION("the property length of what is sent")
    {
        script play;
        play.connect(bare_options());
        for (const std::size_t length : {std::size_t{127}, std::size_t{128}, std::size_t{16'383}, std::size_t{16'384}})
        {
            const std::string type(length - 3, 'x');
            REQUIRE_FALSE(play.engine.publish(1, "t", "", {.content_type = type}, play.now).error);
            CHECK(play.sent() == packets{framed("30", joined(field("t"), property_block("03", field(type))))});
        }
    }
    SECTION("the subscription identifiers of what is sent")
    {
        script play;
        play.connect();
        for (std::uint32_t i = 1; i <= 128; ++i)
        {
            REQUIRE_FALSE(subscribe(play, i, "t"));
        }
        const packets sent = play.sent();
        REQUIRE(sent.size() == 128);
        CHECK(sent[126] == framed("82", joined(integer(127), property_block("0B 7F"), field("t"), "02")));
        CHECK(sent[127] == framed("82", joined(integer(128), property_block("0B 80 01"), field("t"), "02")));
    }
    SECTION("what is received")
    {
        CHECK(end_after("30 85 00 00 01 74 00 78") == malformed); // remaining length
        CHECK(end_after("30 85 80 00 00 01 74 00 78") == malformed);
        CHECK(end_after("30 06 00 01 74 80 00 78") == malformed);             // property length
        CHECK(end_after("30 09 00 01 74 04 0B 81 80 00 78") == malformed);    // Subscription Identifier
        CHECK(end_after("30 0A 00 01 74 05 A6 00 00 00 00 78") == malformed); // property identifier
        CHECK(end_of_handshake("20 83 00 00 00 00") == "81 close");
    }
}

TEST_CASE("both halves of a string pair obey the rules of text", "[v5][MQTT-1.5.7-1]")
{
    std::vector<std::string> texts = ill_formed_texts;
    texts.push_back(null_text);
    for (const std::string& text : texts)
    {
        INFO("text " << to_hex(text));
        for (const bool is_name : {true, false})
        {
            const std::string name = is_name ? text : "n";
            const std::string value = is_name ? "v" : text;
            for (const auto& [where, error] : refusals_of_pair({name, value}))
            {
                INFO(where);
                CHECK(error == tern::errc::invalid_text);
            }
            for (const auto& [where, packet] : packets_with_pair(name, value))
            {
                INFO(where);
                CHECK(end_after(packet) == malformed);
            }
            CHECK(end_of_handshake(connack_text(user_property_text(name, value))) == "81 close");
        }
    }
}

TEST_CASE("a variable byte integer whose fourth byte goes on is malformed at once", "[v5][U5-1.5.5]")
{
    CHECK(end_after("30 80 80 80 80") == malformed); // no fifth byte is waited for
    CHECK(end_after("30 FF FF FF FF") == malformed);
    CHECK(end_after("30 80 80 80 80 01") == malformed);
    CHECK(end_after("30 80 80 80") == "goes on"); // the fourth byte is not there yet
    CHECK(end_after("30 08 00 01 74 FF FF FF FF 01") == malformed);
    CHECK(end_after("30 09 00 01 74 05 0B FF FF FF FF 01") == malformed);
    CHECK(end_of_handshake("20 80 80 80 80") == "81 close");
}
