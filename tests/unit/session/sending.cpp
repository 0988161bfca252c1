// SPDX-License-Identifier: BSL-1.0
#include "tern/session/sending.hpp"

#include "script.hpp"
#include "support/catch.hpp"

#include <cstdint>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

using namespace tern;
using namespace tern_test;

namespace
{

constexpr auto zero = qos::at_most_once;
constexpr auto one = qos::at_least_once;
constexpr auto two = qos::exactly_once;

wire::connack receive_maximum(std::uint16_t maximum)
{
    wire::connack answer;
    answer.properties.receive_maximum = maximum;
    return answer;
}

} // namespace

TEST_CASE("QoS 0 leaves at once and completes when it is written", "[session]")
{
    script server;
    server.connect();
    CHECK(server.publish(7, "x", zero).handle.generation == 0);
    CHECK(server.events().empty());
    CHECK(server.engine.has_output());
    CHECK_FALSE(server.engine.idle());
    CHECK(server.sent() == packets{"30 05 00 01 74 00 78"});
    CHECK(server.ended() == std::vector{std::pair(session::operation{7}, std::error_code())});
    CHECK(server.engine.idle());
    CHECK(server.engine.stats(server.now).messages_sent == 1);
}

TEST_CASE("nobody is told of what nobody waits for", "[session]")
{
    script server;
    server.connect();
    (void)server.publish(0, "x", zero);
    (void)server.publish(0, "y", one);
    (void)server.sent();
    CHECK_FALSE(server.acknowledge<wire::puback>(1));
    CHECK(server.events().empty());
    CHECK(server.engine.idle());
}

TEST_CASE("an empty payload and a binary one are sent as they are", "[session]")
{
    script server;
    server.connect();
    (void)server.publish(0, "", zero);
    (void)server.publish(0, std::string_view("\0\xFF", 2), one);
    CHECK(server.sent() == packets{"30 04 00 01 74 00", "32 08 00 01 74 00 01 00 00 FF"});
}

TEST_CASE("what is published without a connection waits in order", "[session]")
{
    script server;
    (void)server.publish(1, "a", one);
    (void)server.publish(2, "b", zero);
    (void)server.publish(3, "c", two);
    CHECK_FALSE(server.engine.has_output());
    CHECK(server.engine.stats(server.now).queued_messages == 3);
    CHECK(server.engine.stats(server.now).queued_bytes == 6);
    (void)server.engine.configure(plain_options());
    (void)server.engine.open(protocol_version::v5, server.now);
    CHECK(server.sent().size() == 1); // CONNECT only
    (void)server.feed(wire::connack{});
    CHECK(server.sent() == packets{"32 07 00 01 74 00 01 00 61", "30 05 00 01 74 00 62", "34 07 00 01 74 00 02 00 63"});
    CHECK(server.engine.stats(server.now).queued_messages == 0);
    CHECK(server.engine.stats(server.now).in_flight == 2);
}

TEST_CASE("never more in flight than the Receive Maximum", "[session]")
{
    const std::uint16_t maximum = GENERATE(std::uint16_t{1}, std::uint16_t{2}, std::uint16_t{20});
    script server;
    server.connect(plain_options(), receive_maximum(maximum));
    for (int i = 0; i < 50; ++i)
    {
        (void)server.publish(1, "x", i % 2 == 0 ? one : two);
    }
    CHECK(server.sent().size() == maximum);
    std::uint16_t identifier = 1;
    for (; identifier <= 50 - maximum; ++identifier)
    {
        if (identifier % 2 == 1)
        {
            (void)server.acknowledge<wire::puback>(identifier);
        }
        else
        {
            (void)server.acknowledge<wire::pubrec>(identifier);
            CHECK(server.sent().size() == 1); // PUBREL only: PUBREC gives nothing back
            (void)server.acknowledge<wire::pubcomp>(identifier);
        }
        const packets next = server.sent();
        REQUIRE(next.size() == 1);
        REQUIRE(next[0].starts_with("3"));
    }
    CHECK(server.engine.stats(server.now).queued_messages == 0);
}

TEST_CASE("65,535 can be in flight, and more wait", "[session]")
{
    script server;
    server.connect();
    for (int i = 0; i < 65'536; ++i)
    {
        REQUIRE_FALSE(server.publish(0, "x", one).error);
        if (i % 1000 == 0)
        {
            (void)server.sent();
        }
    }
    (void)server.sent();
    CHECK(server.engine.stats(server.now).in_flight == 65'535);
    CHECK(server.engine.stats(server.now).queued_messages == 1);
    (void)server.acknowledge<wire::puback>(777);
    CHECK(server.sent() == packets{"32 07 00 01 74 03 09 00 78"}); // the only free identifier
}

TEST_CASE("a failing PUBREC gives the quota back", "[session]")
{
    script server;
    server.connect(plain_options(), receive_maximum(1));
    (void)server.publish(1, "a", two);
    (void)server.publish(2, "b", two);
    (void)server.sent();
    (void)server.acknowledge<wire::pubrec>(1, reason_code::not_authorized);
    CHECK(server.sent() == packets{"34 07 00 01 74 00 02 00 62"});
}

TEST_CASE("the client's own limit holds as well", "[session]")
{
    client_limits limits;
    limits.maximum_in_flight = 2;
    script server(limits);
    server.connect();
    for (int i = 0; i < 3; ++i)
    {
        (void)server.publish(1, "x", one);
    }
    CHECK(server.sent().size() == 2);
}

TEST_CASE("an exhausted quota delays QoS 1 and 2 only", "[session]")
{
    script server;
    server.connect(plain_options(), receive_maximum(1));
    (void)server.publish(1, "a", one);
    (void)server.publish(2, "b", one);
    (void)server.sent();
    (void)server.publish(3, "c", zero);
    std::uint32_t identifier = 0;
    const topic_subscription filter[] = {{"f"}};
    (void)server.engine.subscribe(4, filter, {}, identifier, server.now);
    CHECK(server.sent() == packets{"30 05 00 01 74 00 63", "82 09 00 02 02 0B 01 00 01 66 02"});
    server.now += 60s;
    server.engine.advance(server.now);
    CHECK(server.sent() == packets{"C0 00"});
}

TEST_CASE("resent PUBRELs count against the quota, and are not delayed by it", "[session]")
{
    script server;
    server.connect(plain_options(), receive_maximum(3));
    (void)server.publish(1, "a", two);
    (void)server.publish(2, "b", two);
    (void)server.publish(3, "c", two);
    (void)server.sent();
    (void)server.acknowledge<wire::pubrec>(1);
    (void)server.acknowledge<wire::pubrec>(2);
    (void)server.sent();
    server.drop();
    wire::connack answer = receive_maximum(2);
    answer.session_present = true;
    server.reconnect(answer);
    CHECK(server.sent() == packets{"62 02 00 01", "62 02 00 02"});
    (void)server.acknowledge<wire::pubcomp>(1);
    CHECK(server.sent() == packets{"3C 07 00 01 74 00 03 00 63"});
    (void)server.publish(4, "d", two);
    (void)server.acknowledge<wire::pubcomp>(2);
    CHECK(server.sent() == packets{"34 07 00 01 74 00 04 00 64"});
}

TEST_CASE("with a smaller Receive Maximum the repetitions wait, in order, before anything new", "[session]")
{
    script server;
    server.connect();
    (void)server.publish(1, "a", one);
    (void)server.publish(2, "b", one);
    (void)server.publish(3, "c", one);
    (void)server.sent();
    server.drop();
    wire::connack answer = receive_maximum(1);
    answer.session_present = true;
    server.reconnect(answer);
    (void)server.publish(4, "d", one);
    CHECK(server.sent() == packets{"3A 07 00 01 74 00 01 00 61"});
    server.drop(); // again, with one repeated and two not
    server.reconnect(answer);
    CHECK(server.sent() == packets{"3A 07 00 01 74 00 01 00 61"});
    (void)server.acknowledge<wire::puback>(1);
    CHECK(server.sent() == packets{"3A 07 00 01 74 00 02 00 62"});
    (void)server.acknowledge<wire::puback>(2);
    CHECK(server.sent() == packets{"3A 07 00 01 74 00 03 00 63"});
    (void)server.acknowledge<wire::puback>(3);
    CHECK(server.sent() == packets{"32 07 00 01 74 00 04 00 64"});
}

TEST_CASE("QoS 2 that the next server does not take keeps its identifier until PUBCOMP", "[session]")
{
    script server;
    server.connect();
    (void)server.publish(1, "a", two);
    (void)server.publish(2, "b", one);
    (void)server.sent();
    server.drop();
    wire::connack answer;
    answer.session_present = true;
    answer.properties.maximum_qos = one;
    server.reconnect(answer);
    CHECK(server.sent() == packets{"62 02 00 01", "3A 07 00 01 74 00 02 00 62"});
    CHECK(server.ended().empty());
    const auto event = server.acknowledge<wire::pubcomp>(1, tern::reason_code::packet_identifier_not_found);
    const auto completed = as<session::publish_completed>(event);
    REQUIRE(completed);
    CHECK(completed->operation == 1);
    CHECK(completed->error == errc::exceeds_server_maximum_qos);
}

TEST_CASE("the bytes in flight are bounded like those that wait", "[session]")
{
    tern::client_limits limits;
    limits.maximum_queued_bytes = 4;
    script server(limits);
    server.connect();
    (void)server.publish(1, "aaaa", one); // with its topic 5 bytes
    (void)server.publish(2, "b", one);
    CHECK(server.sent().size() == 1);
    CHECK(server.engine.stats(server.now).queued_messages == 1);
    (void)server.acknowledge<wire::puback>(1);
    CHECK(server.sent() == packets{"32 07 00 01 74 00 02 00 62"});
    server.resume();
    CHECK(server.sent() == packets{"3A 07 00 01 74 00 02 00 62"});
}

TEST_CASE("identifiers are unique over many operations with stragglers", "[session]")
{
    script server;
    server.connect();
    (void)server.publish(0, "first", one);
    (void)server.publish(0, "second", two);
    (void)server.sent();
    (void)server.acknowledge<wire::pubrec>(2);
    (void)server.sent();
    for (int i = 0; i < 70'000; ++i)
    {
        (void)server.publish(0, "x", one);
        server.engine.transmit(server.buffer, server.now);
        const std::string_view bytes = server.buffer.view();
        const auto identifier = static_cast<std::uint16_t>((static_cast<unsigned char>(bytes[5]) << 8U) |
                                                           static_cast<unsigned char>(bytes[6]));
        REQUIRE(identifier > 2); // neither 0 nor one of the two
        (void)server.acknowledge<wire::puback>(identifier);
    }
    CHECK(server.engine.stats(server.now).in_flight == 2);
}

TEST_CASE("a full output makes messages wait for the next write", "[session]")
{
    client_limits limits;
    limits.maximum_write_size = 20;
    script server(limits);
    server.connect();
    for (int i = 0; i < 6; ++i)
    {
        (void)server.publish(1, "x", i < 3 ? zero : one);
    }
    CHECK(server.engine.stats(server.now).queued_messages == 3);
    server.engine.transmit(server.buffer, server.now);
    CHECK(server.buffer.size() == 21);
    CHECK(server.engine.has_output());
    CHECK(server.sent().size() == 3);
}

TEST_CASE("repeated topics are replaced by aliases where that is wanted and granted", "[session]")
{
    connect_options options = plain_options();
    options.automatic_topic_aliases = true;
    wire::connack answer;
    answer.properties.topic_alias_maximum = 1;
    script server;
    server.connect(options, answer);
    const auto publish = [&](std::string_view topic, qos level) {
        publish_options how;
        how.qos = level;
        (void)server.engine.publish(0, topic, "x", how, server.now);
    };
    publish("abcd", zero);
    publish("abcd", zero);
    publish("abcd", one);
    publish("efgh", zero);
    publish("abcd", zero);
    CHECK(server.sent() == packets{"30 0B 00 04 61 62 63 64 03 23 00 01 78", "30 07 00 00 03 23 00 01 78",
                                   "32 09 00 00 00 01 03 23 00 01 78", "30 0B 00 04 65 66 67 68 03 23 00 01 78",
                                   "30 0B 00 04 61 62 63 64 03 23 00 01 78"});
    SECTION("a repetition says the topic again") // v5 [MQTT-3.3.2-7]
    {
        answer.session_present = true;
        server.drop();
        server.reconnect(answer);
        CHECK(server.sent() == packets{"3A 0D 00 04 61 62 63 64 00 01 03 23 00 01 78"});
    }
    SECTION("a server that grants none gets none") // v5 [MQTT-3.2.2-18]
    {
        wire::connack none;
        none.session_present = true;
        server.drop();
        server.reconnect(none);
        CHECK(server.sent() == packets{"3A 0A 00 04 61 62 63 64 00 01 00 78"});
    }
}

TEST_CASE("an alias is left out where it would make the packet too large", "[session]")
{
    connect_options options = plain_options();
    options.automatic_topic_aliases = true;
    wire::connack answer;
    answer.properties.topic_alias_maximum = 5;
    answer.properties.maximum_packet_size = 12;
    script server;
    server.connect(options, answer);
    CHECK_FALSE(server.engine.publish(0, "abcd", "xxx", {}, server.now).error);
    CHECK(server.sent() == packets{"30 0A 00 04 61 62 63 64 00 78 78 78"});
}

TEST_CASE("a topic that is shorter than its alias is sent as it is", "[session]")
{
    connect_options options = plain_options();
    options.automatic_topic_aliases = true;
    wire::connack answer;
    answer.properties.topic_alias_maximum = 5;
    script server;
    server.connect(options, answer);
    (void)server.publish(0, "x", zero);
    (void)server.publish(0, "x", zero);
    CHECK(server.sent() == packets{"30 05 00 01 74 00 78", "30 05 00 01 74 00 78"});
}

TEST_CASE("a 3.1.1 server gets no more QoS 2 at a time than it was set to", "[session]")
{
    client_limits limits;
    limits.maximum_exactly_once_in_flight_v3_1_1 = 1;
    script server(limits);
    server.connect(plain_options(), {}, protocol_version::v3_1_1);
    (void)server.feed(wire::connack{});
    server.drop();
    server.reconnect({}, protocol_version::v3_1_1);
    (void)server.publish(1, "a", two);
    (void)server.publish(2, "b", two);
    (void)server.publish(3, "c", one);
    CHECK(server.sent() == packets{"34 06 00 01 74 00 01 61"});
    (void)server.acknowledge<wire::pubrec>(1);
    CHECK(server.sent() == packets{"62 02 00 01"});
    (void)server.acknowledge<wire::pubcomp>(1);
    CHECK(server.sent() == packets{"34 06 00 01 74 00 02 62", "32 06 00 01 74 00 03 63"});
}

TEST_CASE("what the server does not retain is refused at every QoS", "[session]")
{
    wire::connack answer;
    answer.properties.retain_available = false;
    script server;
    server.connect(plain_options(), answer);
    publish_options options;
    options.retain = true;
    options.qos = GENERATE(zero, one, two);
    const session::publish_result result = server.engine.publish(1, "t", "x", options, server.now);
    CHECK(result.error == errc::retain_not_available); // v5 [MQTT-3.2.2-14]
    CHECK(server.sent().empty());
    CHECK(server.engine.idle());
}

TEST_CASE("QoS 1 that the next server does not take ends, and its identifier is free", "[session]")
{
    script server;
    server.connect();
    (void)server.publish(1, std::string(100, 'x'), one);
    (void)server.sent();
    server.drop();
    wire::connack answer;
    answer.session_present = true;
    answer.properties.maximum_packet_size = 50;
    server.reconnect(answer);
    CHECK(server.sent().empty());
    CHECK(server.ended() ==
          std::vector{std::pair(session::operation{1}, make_error_code(errc::exceeds_server_maximum_packet_size))});
    (void)server.acknowledge<wire::pubrec>(1);
    CHECK(server.sent() == packets{"62 03 00 01 92"});
}

TEST_CASE("a message for which no identifier is free lets QoS 0 pass", "[session]")
{
    client_limits limits;
    limits.maximum_queued_messages = 70'000;
    script server(limits);
    std::uint32_t identifier = 0;
    const topic_subscription filters[] = {{"a"}};
    REQUIRE_FALSE(server.engine.subscribe(0, filters, {}, identifier, server.now));
    for (int i = 0; i < 65'535; ++i)
    {
        REQUIRE_FALSE(server.publish(0, "x", one).error);
    }
    REQUIRE_FALSE(server.publish(0, "y", zero).error);
    server.connect();
    const packets sent = server.sent();
    REQUIRE(sent.size() == 65'536); // SUBSCRIBE, one less than all, and the last
    CHECK(sent.back() == "30 05 00 01 74 00 79");
    CHECK(server.engine.stats(server.now).queued_messages == 1);
    CHECK_FALSE(server.engine.has_output());
    (void)server.feed_hex("90 04 00 01 00 00");
    CHECK(server.sent() == packets{"32 07 00 01 74 00 01 00 78"});
}
