// SPDX-License-Identifier: BSL-1.0
//
// Chapter 1.5: text is UTF-8, in both directions.
#include "client.hpp"
#include "script.hpp"
#include "support/catch.hpp"

#include <string>
#include <string_view>

using namespace conformance_3_1_1;

namespace
{

// Every way in which bytes fail to be UTF-8: Unicode 3.9, table of well-formed sequences.
constexpr std::string_view ill_formed[] = {
    "\x80",             // continues nothing
    "\xC3",             // cut off
    "t\xC3/u",          // cut off in the middle
    "\xE2\x82",         // the same, three bytes
    "\xF0\x9F\x98",     // the same, four bytes
    "\xC0\xAF",         // longer than needed: '/'
    "\xC0\x80",         // longer than needed: U+0000
    "\xE0\x80\xAF",     // longer than needed, three bytes
    "\xF0\x80\x80\xAF", // longer than needed, four bytes
    "\xED\xA0\x80",     // the first surrogate, U+D800
    "\xED\xBF\xBF",     // the last surrogate, U+DFFF
    "\xF4\x90\x80\x80", // above U+10FFFF
    "\xF8\x88\x80\x80\x80",
    "\xFE",
    "\xFF",
};

/// Client identifier, user name and will topic.
bool refuses_to_connect_with(std::string_view text)
{
    connect_options named = clean_session_1();
    named.client_id = text;
    connect_options user = clean_session_1();
    user.user_name = text;
    connect_options will = clean_session_1();
    will.will.emplace().topic = text;
    script server;
    bool refused = true;
    for (const connect_options& options : {named, user, will})
    {
        refused = refused && server.engine.configure(options) == error_kind::usage;
    }
    return refused && server.sent().empty();
}

} // namespace

TEST_CASE("3.1.1: text that is not UTF-8 is neither sent nor accepted", "[v3.1.1][MQTT-1.5.3-1]")
{
    for (const std::string_view text : ill_formed)
    {
        INFO(to_hex(text));
        CHECK(refuses_to_publish(text));
        CHECK(refuses_to_subscribe(text));
        CHECK(refuses_to_unsubscribe(text));
        CHECK(refuses_to_connect_with(text));
        CHECK(closes_silently(publish_hex(text))); // PUBLISH is the only packet of a server that carries text
    }
    // Control and non-characters SHOULD NOT be sent and MAY close the connection. tern leaves that to the application
    // and takes them: a server that let them pass cannot be told otherwise by a lost connection.
    for (const std::string_view text : {"t\x01", "t\x7F", "\xEF\xBF\xBF", "\xEF\xB7\x90"})
    {
        INFO(to_hex(text));
        connected_session server;
        CHECK(message_of(server.feed_hex(publish_hex(text))));
    }
}

TEST_CASE("3.1.1: text with U+0000 is neither sent nor accepted", "[v3.1.1][MQTT-1.5.3-2]")
{
    using namespace std::string_view_literals;
    for (const std::string_view text : {"\0"sv, "\0t"sv, "t\0"sv, "t\0u"sv, "long enough for words\0"sv})
    {
        INFO(to_hex(text));
        CHECK(refuses_to_publish(text));
        CHECK(refuses_to_subscribe(text));
        CHECK(refuses_to_unsubscribe(text));
        CHECK(refuses_to_connect_with(text));
        CHECK(closes_silently(publish_hex(text)));
    }
}

TEST_CASE("3.1.1: EF BB BF is a character of the text and not a mark to be removed", "[v3.1.1][MQTT-1.5.3-3]")
{
    const std::string topic = "\xEF\xBB\xBFt/\xEF\xBB\xBF";
    connected_session server;
    const auto message = message_of(server.feed_hex(publish_hex(topic)));
    REQUIRE(message);
    CHECK(message->topic == topic);
    REQUIRE_FALSE(server.engine.publish(0, topic, "x", {}, server.now).error);
    CHECK(server.sent() == packets{publish_hex(topic)});
}
