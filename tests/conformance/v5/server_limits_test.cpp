// SPDX-License-Identifier: BSL-1.0
//
// What CONNACK grants, and that the client never sends more. v5 3.2.2.3

#include "conformance/v5/play.hpp"

#include <algorithm>
#include <utility>

using namespace conformance_5;
using tern::qos;

namespace
{

// A connection whose CONNACK has these properties.
void connect(script& play, const std::string& properties, const tern::connect_options& options = plain_options())
{
    (void)open(play, options);
    REQUIRE(as<session::connected>(play.feed_hex(connack_text(properties))));
}

// The Topic Alias of a PUBLISH, and how long its topic is. 0 if it has none.
std::pair<unsigned, std::size_t> alias_of(const std::string& packet)
{
    const std::string bytes = from_hex(packet);
    wire::publish decoded;
    REQUIRE(wire::decode(tern::protocol_version::v5, wire::next_frame(bytes, wire::maximum_packet_size).frame,
                         decoded) == tern::errc{});
    return {decoded.properties.topic_alias.value_or(0), decoded.topic.size()};
}

tern::connect_options with_aliases()
{
    tern::connect_options options = plain_options();
    options.automatic_topic_aliases = true;
    return options;
}

// The aliases of ten topics, each published twice, to a server that takes so many.
std::vector<unsigned> aliases_used(unsigned maximum)
{
    script play;
    connect(play, maximum == 0 ? "" : joined("22", integer(maximum)), with_aliases());
    std::vector<unsigned> used;
    for (int round = 0; round < 2; ++round)
    {
        for (int i = 0; i < 10; ++i)
        {
            const std::string topic = "topic/" + std::to_string(i);
            REQUIRE_FALSE(play.engine.publish(1, topic, "x", {.qos = static_cast<qos>(i % 3)}, play.now).error);
        }
    }
    for (const std::string& each : play.sent())
    {
        const auto [alias, length] = alias_of(each);
        CHECK((alias != 0 || length != 0));
        used.push_back(alias);
    }
    return used;
}

} // namespace

TEST_CASE("nothing is published above the server's Maximum QoS", "[v5][MQTT-3.2.2-11]")
{
    for (const unsigned maximum : {0U, 1U})
    {
        script play;
        (void)play.engine.configure(plain_options());
        REQUIRE_FALSE(play.publish(1, "early", qos::exactly_once).error); // nobody knows the limit yet
        connect(play, joined("24", integer(maximum, 1)));
        CHECK(play.sent().empty());
        CHECK(play.ended() ==
              std::vector<std::pair<session::operation, std::error_code>>{{1, tern::errc::exceeds_server_maximum_qos}});
        for (unsigned level = 0; level <= 2; ++level)
        {
            // The choice: refused, not lowered behind the application's back.
            const std::error_code error = play.publish(2, "x", static_cast<qos>(level)).error;
            CHECK((error == tern::errc::exceeds_server_maximum_qos) == (level > maximum));
            const packets sent = play.sent();
            CHECK(sent.size() == (level > maximum ? 0 : 1));
        }
    }
    // A will above it is the server's to refuse: CONNACK 0x9B is reported as it is.
    script play;
    (void)open(play);
    const auto refused = as<session::connection_refused>(play.feed_hex("20 03 00 9B 00"));
    REQUIRE(refused);
    CHECK(refused->reason == tern::reason_code::qos_not_supported);
}

TEST_CASE("nothing is retained where the server does not retain", "[v5][MQTT-3.2.2-14]")
{
    script play;
    (void)play.engine.configure(plain_options());
    for (const qos level : {qos::at_most_once, qos::at_least_once, qos::exactly_once})
    {
        REQUIRE_FALSE(play.engine.publish(1, "t", "early", {.qos = level, .retain = true}, play.now).error);
    }
    connect(play, "25 00");
    CHECK(play.sent().empty());
    const auto ended = play.ended();
    REQUIRE(ended.size() == 3);
    for (const auto& each : ended)
    {
        CHECK(each.second == tern::errc::retain_not_available);
    }
    for (const qos level : {qos::at_most_once, qos::at_least_once, qos::exactly_once})
    {
        CHECK(play.engine.publish(1, "t", "x", {.qos = level, .retain = true}, play.now).error ==
              tern::errc::retain_not_available);
        REQUIRE_FALSE(play.engine.publish(1, "t", "x", {.qos = level, .retain = false}, play.now).error);
    }
    CHECK(play.sent().size() == 3);
}

TEST_CASE("no packet is larger than the server's Maximum Packet Size", "[v5][MQTT-3.2.2-15]")
{
    const std::string text(40, 'x');
    SECTION("what the application asks for is refused")
    {
        script play;
        connect(play, "27 00 00 00 1E"); // 30 bytes
        for (const qos level : {qos::at_most_once, qos::at_least_once, qos::exactly_once})
        {
            const std::size_t header = level == qos::at_most_once ? 6 : 8;
            CHECK(play.publish(1, text.substr(0, 31 - header), level).error ==
                  tern::errc::exceeds_server_maximum_packet_size);
            REQUIRE_FALSE(play.publish(1, text.substr(0, 30 - header), level).error);
            const packets sent = play.sent();
            REQUIRE(sent.size() == 1);
            CHECK(byte_count(sent[0]) == 30);
        }
        CHECK(subscribe(play, 2, text) == tern::errc::exceeds_server_maximum_packet_size);
        CHECK(unsubscribe(play, 3, text) == tern::errc::exceeds_server_maximum_packet_size);
        CHECK(play.sent().empty());
    }
    SECTION("what waited for the connection ends")
    {
        script play;
        (void)play.engine.configure(plain_options());
        for (const qos level : {qos::at_most_once, qos::at_least_once, qos::exactly_once})
        {
            REQUIRE_FALSE(play.publish(1, text, level).error);
        }
        REQUIRE_FALSE(subscribe(play, 2, text));
        REQUIRE_FALSE(unsubscribe(play, 3, text));
        connect(play, "27 00 00 00 1E");
        CHECK(play.sent().empty());
        CHECK(play.events().size() == 5);
        CHECK(play.engine.idle());
    }
    SECTION("what is optional gives way")
    {
        script play;
        connect(play, "27 00 00 00 0C");
        const tern::user_property list[] = {{"name", "value"}};
        REQUIRE_FALSE(play.engine.disconnect({.reason_string = "why", .user_properties = list}, play.now));
        CHECK(play.sent() == packets{framed("E0", joined("00", property_block("1F", field("why"))))});
    }
}

TEST_CASE("topic aliases stay within the server's Topic Alias Maximum", "[v5][MQTT-3.2.2-17]")
{
    // The choice: the client gives out aliases by itself, if that is asked for; the application cannot name one.
    for (const unsigned maximum : {1U, 3U, 10U, 65'535U})
    {
        const std::vector<unsigned> used = aliases_used(maximum);
        REQUIRE(used.size() == 20);
        CHECK(*std::max_element(used.begin(), used.end()) == std::min(maximum, 10U));
        CHECK(*std::min_element(used.begin(), used.end()) == 1);
    }
}

TEST_CASE("without a Topic Alias Maximum no alias is sent", "[v5][MQTT-3.2.2-18]")
{
    CHECK(aliases_used(0) == std::vector<unsigned>(20, 0));
    script play;
    connect(play, "22 00 00", with_aliases());
    REQUIRE_FALSE(play.engine.publish(1, "topic/0", "x", {}, play.now).error);
    const packets sent = play.sent();
    REQUIRE(sent.size() == 1);
    CHECK(alias_of(sent[0]) == std::pair{0U, std::size_t{7}});
}

TEST_CASE("the keep alive of CONNACK is the one that counts", "[v5][MQTT-3.2.2-21]")
{
    tern::connect_options options = plain_options();
    options.keep_alive = 60s;
    script play;
    CHECK(open(play, options).find("05 02 00 3C") != std::string::npos);
    REQUIRE(as<session::connected>(play.feed_hex(connack_text("13 00 05"))));
    play.now += 4'999ms;
    play.engine.advance(play.now);
    CHECK(play.sent().empty());
    play.now += 1ms;
    play.engine.advance(play.now);
    CHECK(play.sent() == packets{"C0 00"});
    // It holds for this connection: the next CONNECT says again what was asked for.
    play.drop();
    REQUIRE_FALSE(play.engine.open(tern::protocol_version::v5, play.now));
    const packets again = play.sent();
    REQUIRE(again.size() == 1);
    CHECK(again[0].find("05 00 00 3C") != std::string::npos);
}

TEST_CASE("without Wildcard Subscription Available no wildcard is sent", "[v5][U5-3.2.2.3.11]")
{
    script play;
    (void)play.engine.configure(plain_options());
    REQUIRE_FALSE(subscribe(play, 1, "early/#"));
    connect(play, "28 00");
    CHECK(play.sent().empty());
    const auto ended = play.only<session::subscribe_completed>();
    REQUIRE(ended);
    CHECK(ended->error == tern::errc::wildcard_subscriptions_not_available);
    for (const std::string_view filter : {"#", "+", "a/+/b", "a/#", "$share/s/#"})
    {
        CHECK(subscribe(play, 2, filter) == tern::errc::wildcard_subscriptions_not_available);
    }
    CHECK(play.sent().empty());
    CHECK_FALSE(subscribe(play, 2, "a/b"));
    CHECK(play.sent().size() == 1);
}

TEST_CASE("without Subscription Identifiers Available none is sent", "[v5][U5-3.2.2.3.12]")
{
    // The choice: the client numbers its subscriptions by itself, and does without where the server cannot. The
    // application names no identifier, so there is nothing to refuse.
    script play;
    connect(play, "29 00");
    REQUIRE_FALSE(subscribe(play, 1, "t"));
    CHECK(play.sent() == packets{"82 07 00 01 00 00 01 74 02"});
    script other;
    connect(other, "29 01");
    REQUIRE_FALSE(subscribe(other, 1, "t"));
    CHECK(other.sent() == packets{"82 09 00 01 02 0B 01 00 01 74 02"});
}

TEST_CASE("without Shared Subscription Available none is asked for", "[v5][U5-3.2.2.3.13]")
{
    script play;
    (void)play.engine.configure(plain_options());
    REQUIRE_FALSE(subscribe(play, 1, "$share/early/t"));
    connect(play, "2A 00");
    CHECK(play.sent().empty());
    const auto ended = play.only<session::subscribe_completed>();
    REQUIRE(ended);
    CHECK(ended->error == tern::errc::shared_subscriptions_not_available);
    CHECK(subscribe(play, 2, "$share/s/t") == tern::errc::shared_subscriptions_not_available);
    CHECK(play.sent().empty());
    CHECK_FALSE(subscribe(play, 2, "$shared/s/t")); // an ordinary filter
    CHECK(play.sent().size() == 1);
}
