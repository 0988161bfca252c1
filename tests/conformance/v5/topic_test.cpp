// SPDX-License-Identifier: BSL-1.0
//
// Topic names, topic filters and shared subscriptions. v5 4.7, 4.8

#include "conformance/real_client.hpp"
#include "conformance/v5/play.hpp"

using namespace conformance_5;

namespace
{

void check_filters_refused(const std::vector<std::string>& filters)
{
    for (const std::string& filter : filters)
    {
        INFO(filter);
        CHECK(client_refusal_of_subscribe(filter) == tern::errc::invalid_topic_filter);
        CHECK(client_refusal_of_unsubscribe(filter) == tern::errc::invalid_topic_filter);
    }
}

void check_filters_accepted(const std::vector<std::string>& filters)
{
    real_client client;
    REQUIRE(client.start(plain_options()));
    std::uint16_t identifier = 0;
    for (const std::string& filter : filters)
    {
        INFO(filter);
        (void)client.subscribe(filter);
        std::vector<std::string> heard;
        REQUIRE(client.until([&] { return !(heard = client.heard()).empty(); }));
        ++identifier;
        CHECK(heard ==
              packets{framed("82", joined(integer(identifier), property_block("0B", variable_integer(identifier)),
                                          field(filter), "02"))});
    }
}

} // namespace

TEST_CASE("wildcards stand in filters, never in topic names", "[v5][MQTT-4.7.0-1]")
{
    for (const std::string_view topic : {"#", "+", "a/#", "+/b", "a+", "b#c", "/+/", "\xC3\xA4/+"})
    {
        INFO(topic);
        CHECK(client_refusal_of_publish(topic) == tern::errc::invalid_topic_name);
        CHECK(end_after(framed("30", joined(field(topic), "00"))) == closed_with("90"));
        tern::connect_options options = plain_options();
        options.will.emplace().topic = topic;
        CHECK(script().engine.configure(options) == tern::errc::invalid_topic_name);
    }
    check_filters_accepted({"#", "+", "a/#", "+/b"});
}

TEST_CASE("a multi-level wildcard is the last level, and alone in it", "[v5][MQTT-4.7.1-1]")
{
    check_filters_refused({"a#", "a/#/b", "#/", "#a", "##", "a/b#", "#/#", "+#"});
    check_filters_accepted({"#", "/#", "a/#", "a/b/#", "+/#"});
}

TEST_CASE("a single-level wildcard fills its level", "[v5][MQTT-4.7.1-2]")
{
    check_filters_refused({"a+", "+a/b", "a/b+/c", "++", "a/+b", "+#"});
    check_filters_accepted({"+", "/+", "+/", "+/+", "+/a/#", "a/+/b", "+/tennis/#"});
}

TEST_CASE("topic names and filters have at least one character", "[v5][MQTT-4.7.3-1]")
{
    CHECK(client_refusal_of_publish("") == tern::errc::invalid_topic_name);
    check_filters_refused({""});
    CHECK(end_after("30 03 00 00 00") == protocol_error); // no alias says what it is
    tern::connect_options options = plain_options();
    options.will.emplace().topic = "";
    CHECK(script().engine.configure(options) == tern::errc::invalid_topic_name);
    CHECK(end_after(framed("30", joined("00 01 20", "00"))) == "goes on"); // a blank is a character
    CHECK(end_after(framed("30", joined("00 01 2F", "00"))) == "goes on");
    check_filters_accepted({"/", " "});
}

TEST_CASE("topic names and filters hold no null character", "[v5][MQTT-4.7.3-2]")
{
    for (const std::string& text : {std::string("\0", 1), std::string("a\0b", 3), std::string("a/\0", 3)})
    {
        CHECK(client_refusal_of_publish(text) == tern::errc::invalid_topic_name);
        check_filters_refused({text});
        CHECK(end_after(framed("30", joined(field(text), "00"))) == malformed);
    }
}

TEST_CASE("topic names and filters have at most 65535 bytes", "[v5][MQTT-4.7.3-3]")
{
    const std::string longest(65'535, 't');
    CHECK(client_refusal_of_publish(longest + "t") == tern::errc::invalid_topic_name);
    check_filters_refused({longest + "t"});
    script play;
    play.connect();
    REQUIRE_FALSE(play.engine.publish(1, longest, "x", {}, play.now).error);
    REQUIRE_FALSE(subscribe(play, 2, longest));
    REQUIRE_FALSE(unsubscribe(play, 3, longest));
    CHECK(play.sent() == packets{framed("30", joined(field(longest), "00 78")),
                                 framed("82", joined("00 01 02 0B 01", field(longest), "02")),
                                 framed("A2", joined("00 02 00", field(longest)))});
    const auto message = receive(play, framed("30", joined(field(longest), "00")));
    REQUIRE(message);
    CHECK(message->message.topic == longest);
    CHECK(play.engine.publish(1, longest + "t", "x", {}, play.now).error == tern::errc::field_too_long);
    check_filters_accepted({longest});
}

TEST_CASE("a shared subscription has a share name", "[v5][MQTT-4.8.2-1]")
{
    check_filters_refused({"$share//t", "$share//", "$share//#"});
    check_filters_accepted({"$share/s/t", "$share/s/#", "$share/a name/+/b", "$share/s//"});
}

TEST_CASE("a share name holds no wildcard, and a filter follows it", "[v5][MQTT-4.8.2-2]")
{
    check_filters_refused(
        {"$share/a+/t", "$share/+/t", "$share/#/t", "$share/a#/t", "$share/a", "$share/a/", "$share/", "$share/a/b#"});
    check_filters_accepted({"$share/a/t", "$share", "$shared/a"}); // the last two are filters like any other
}
