// SPDX-License-Identifier: BSL-1.0
#include "command_line/property_option.hpp"

#include "command_line/argument_list.hpp"
#include "support/catch.hpp"

#include <string>
#include <string_view>
#include <vector>

using namespace command_line;
using Catch::Matchers::ContainsSubstring;

namespace
{

void parse(packet_properties& properties, std::vector<std::string_view> words)
{
    words.insert(words.begin(), "-D");
    argument_list arguments(std::move(words));
    (void)arguments.take_option();
    parse_property_option(properties, [&] { return arguments.take_value(); });
    CHECK(arguments.empty());
}

void parse(std::vector<std::string_view> words)
{
    packet_properties properties;
    parse(properties, std::move(words));
}

} // namespace

TEST_CASE("the option -D reads numbers, texts and pairs into the packet they are for")
{
    packet_properties properties;
    CHECK(properties.empty());
    parse(properties, {"publish", "content-type", "text/plain"});
    parse(properties, {"PUBLISH", "Message-Expiry-Interval", "4294967295"});
    parse(properties, {"publish", "user-property", "name", "one"});
    parse(properties, {"publish", "user-property", "name", "two"});
    parse(properties, {"connect", "receive-maximum", "65535"});
    parse(properties, {"will", "will-delay-interval", "0"});
    parse(properties, {"disconnect", "reason-string", "bye"});
    CHECK_FALSE(properties.empty());
    CHECK(properties.publish.text(tern::property::content_type) == "text/plain");
    CHECK(properties.publish.number(tern::property::message_expiry_interval) == 0xFFFFFFFF);
    CHECK(properties.publish.user_properties() == std::vector<tern::user_property>{{"name", "one"}, {"name", "two"}});
    CHECK(properties.connect.number(tern::property::receive_maximum) == 65'535);
    CHECK_FALSE(properties.connect.number(tern::property::topic_alias_maximum).has_value());
    CHECK(properties.will.number(tern::property::will_delay_interval) == 0);
    CHECK(properties.disconnect.text(tern::property::reason_string) == "bye");
}

TEST_CASE("the option -D takes every property that a client can send, in each packet that may have it")
{
    const std::vector<std::vector<std::string_view>> all = {{"connect", "authentication-data", "a"},
                                                            {"connect", "authentication-method", "a"},
                                                            {"connect", "maximum-packet-size", "1"},
                                                            {"connect", "receive-maximum", "1"},
                                                            {"connect", "request-problem-information", "0"},
                                                            {"connect", "request-response-information", "1"},
                                                            {"connect", "session-expiry-interval", "0"},
                                                            {"connect", "topic-alias-maximum", "0"},
                                                            {"connect", "user-property", "a", "b"},
                                                            {"publish", "content-type", "a"},
                                                            {"publish", "correlation-data", "\xFF"},
                                                            {"publish", "message-expiry-interval", "0"},
                                                            {"publish", "payload-format-indicator", "1"},
                                                            {"publish", "response-topic", "a/b"},
                                                            {"publish", "topic-alias", "65535"},
                                                            {"publish", "user-property", "a", "b"},
                                                            {"subscribe", "subscription-identifier", "268435455"},
                                                            {"subscribe", "user-property", "a", "b"},
                                                            {"unsubscribe", "user-property", "a", "b"},
                                                            {"disconnect", "session-expiry-interval", "1"},
                                                            {"disconnect", "user-property", "a", "b"},
                                                            {"will", "content-type", "a"},
                                                            {"will", "correlation-data", "a"},
                                                            {"will", "message-expiry-interval", "1"},
                                                            {"will", "payload-format-indicator", "0"},
                                                            {"will", "response-topic", "a"},
                                                            {"will", "user-property", "", ""},
                                                            {"will", "will-delay-interval", "1"}};
    for (const std::vector<std::string_view>& each : all)
    {
        CAPTURE(each[0], each[1]);
        CHECK_NOTHROW(parse(each));
    }
}

TEST_CASE("the option -D refuses what does not fit, and says why")
{
    CHECK_THROWS_WITH(parse({"foo", "content-type", "a"}), ContainsSubstring("'foo' is no packet with properties"));
    CHECK_THROWS_WITH(parse({"puback", "user-property", "a", "b"}), ContainsSubstring("there are connect, publish"));
    CHECK_THROWS_WITH(parse({"publish", "foo", "a"}), ContainsSubstring("'foo' is no property; there are"));
    CHECK_THROWS_WITH(parse({"publish", "receive-maximum", "4"}),
                      "-D: publish cannot have the property receive-maximum.");
    CHECK_THROWS_AS(parse({"publish", "subscription-identifier", "4"}), usage_error);
    CHECK_THROWS_AS(parse({"connect", "content-type", "a"}), usage_error);
    CHECK_THROWS_AS(parse({"publish", "will-delay-interval", "4"}), usage_error);
    CHECK_THROWS_WITH(parse({"publish", "topic-alias", "0"}),
                      "-D: the value of topic-alias must be a number from 1 to 65535, not '0'.");
    CHECK_THROWS_AS(parse({"publish", "payload-format-indicator", "2"}), usage_error);
    CHECK_THROWS_AS(parse({"publish", "message-expiry-interval", "4294967296"}), usage_error);
    CHECK_THROWS_AS(parse({"connect", "receive-maximum", "0"}), usage_error);
    CHECK_THROWS_AS(parse({"connect", "maximum-packet-size", "0"}), usage_error);
    CHECK_THROWS_AS(parse({"subscribe", "subscription-identifier", "268435456"}), usage_error);
    CHECK_THROWS_WITH(parse({"publish", "response-topic", "a/#"}), ContainsSubstring("is no topic name"));
    CHECK_THROWS_AS(parse({"publish", "content-type", "\xFF"}), usage_error);
    CHECK_THROWS_AS(parse({"publish", "user-property", "\xFF", "a"}), usage_error);
    CHECK_THROWS_AS(parse({"publish", "user-property", "a", "\xFF"}), usage_error);
    CHECK_THROWS_WITH(parse({"publish", "content-type"}), "-D needs a value behind it.");
    CHECK_THROWS_AS(parse({"publish", "user-property", "a"}), usage_error);
    CHECK_THROWS_AS(parse({}), usage_error);
    packet_properties twice;
    parse(twice, {"publish", "content-type", "a"});
    CHECK_THROWS_WITH(parse(twice, {"publish", "content-type", "a"}),
                      "-D: content-type was given twice for the same packet.");
}
