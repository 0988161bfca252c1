// SPDX-License-Identifier: BSL-1.0
//
// Chapter 4.7: topic names and topic filters.
#include "client.hpp"
#include "script.hpp"
#include "support/catch.hpp"

#include <initializer_list>
#include <string>
#include <string_view>

using namespace conformance_3_1_1;

namespace
{

/// True if a client subscribes to each of these.
bool subscribes_to(std::initializer_list<std::string_view> filters)
{
    client_run run;
    bool all = !run.connect(clean_session_1());
    for (const std::string_view filter : filters)
    {
        all = all && !run.subscribe(filter);
    }
    return all && run.packets().size() == 1 + filters.size();
}

} // namespace

TEST_CASE("3.1.1: wildcards are for filters and not for names", "[v3.1.1][MQTT-4.7.1-1]")
{
    CHECK(subscribes_to({"#", "+", "a/#", "a/+/b"}));
    for (const std::string_view topic : {"#", "+", "a/#", "a/+/b", "a+b", "a#"})
    {
        INFO(topic);
        CHECK(refuses_to_publish(topic));
        CHECK(closes_silently(publish_hex(topic)));
        connect_options options = clean_session_1();
        options.will.emplace().topic = topic;
        script server;
        CHECK(server.engine.configure(options) == errc::invalid_topic_name);
    }
}

TEST_CASE("3.1.1: the multi-level wildcard stands alone in the last level", "[v3.1.1][MQTT-4.7.1-2]")
{
    CHECK(subscribes_to({"#", "/#", "a/#", "a/b/#", "+/#", "$SYS/#"}));
    for (const std::string_view filter : {"a#", "#a", "##", "#/", "#/a", "a/#/b", "a/b#", "a/#b", "/a#/", "+#", "#+"})
    {
        INFO(filter);
        CHECK(refuses_to_subscribe(filter));
        CHECK(refuses_to_unsubscribe(filter));
    }
}

TEST_CASE("3.1.1: the single-level wildcard fills its level", "[v3.1.1][MQTT-4.7.1-3]")
{
    CHECK(subscribes_to({"+", "+/", "/+", "+/+", "a/+", "a/+/b", "+/a/+", "+/#"}));
    for (const std::string_view filter : {"a+", "+a", "++", "a/b+", "a/+b", "a+/b", "+a/b", "a/++/b", "/+a"})
    {
        INFO(filter);
        CHECK(refuses_to_subscribe(filter));
        CHECK(refuses_to_unsubscribe(filter));
    }
}

TEST_CASE("3.1.1: topic names and filters have at least one character", "[v3.1.1][MQTT-4.7.3-1]")
{
    CHECK(refuses_to_publish(""));
    CHECK(refuses_to_subscribe(""));
    CHECK(refuses_to_unsubscribe(""));
    connect_options options = clean_session_1();
    options.will.emplace();
    script server;
    CHECK(server.engine.configure(options) == errc::invalid_topic_name);
    CHECK(closes_silently("30 03 00 00 78"));
    CHECK(closes_silently("30 02 00 00"));
    CHECK(closes_silently("32 05 00 00 00 01 78"));
    CHECK_FALSE(closes_silently(publish_hex("/"))); // two empty levels are a character
    CHECK(subscribes_to({"/", "//"}));
}

TEST_CASE("3.1.1: topic names and filters have no U+0000", "[v3.1.1][MQTT-4.7.3-2]")
{
    using namespace std::string_view_literals;
    for (const std::string_view text : {"\0"sv, "a/\0/b"sv, "a\0"sv, "\0a"sv})
    {
        INFO(to_hex(text));
        CHECK(refuses_to_publish(text));
        CHECK(refuses_to_subscribe(text));
        CHECK(refuses_to_unsubscribe(text));
        CHECK(closes_silently(publish_hex(text)));
        connect_options options = clean_session_1();
        options.will.emplace().topic = text;
        script server;
        CHECK(server.engine.configure(options) == error_kind::usage);
    }
}

TEST_CASE("3.1.1: topic names and filters have at most 65535 bytes", "[v3.1.1][MQTT-4.7.3-3]")
{
    const std::string longest(65'535, 'x');
    const std::string too_long(65'536, 'x');
    CHECK(refuses_to_publish(too_long));
    CHECK(refuses_to_subscribe(too_long));
    CHECK(refuses_to_unsubscribe(too_long));
    connect_options options = clean_session_1();
    options.will.emplace().topic = too_long;
    script other;
    CHECK(other.engine.configure(options) == error_kind::usage);
    // Bytes count, not characters.
    std::string umlauts;
    while (umlauts.size() < 65'536)
    {
        umlauts += "\xC3\xBC";
    }
    CHECK(refuses_to_publish(umlauts));

    connected_session server;
    REQUIRE_FALSE(server.engine.publish(0, longest, "", {}, server.now).error);
    REQUIRE_FALSE(server.subscribe(1, longest));
    REQUIRE_FALSE(server.unsubscribe(2, longest));
    CHECK(server.sent().size() == 3);
    wire::publish packet;
    packet.topic = longest;
    const auto message = message_of(server.feed(packet));
    REQUIRE(message);
    CHECK(message->topic == longest);
}
