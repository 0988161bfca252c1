// SPDX-License-Identifier: BSL-1.0
#include "tern/session/engine.hpp"

#include "script.hpp"
#include "support/allocation_counter.hpp"
#include "support/catch.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

using namespace tern;
using namespace tern_test;

namespace
{

// Everything that a busy client does with 100 messages of each kind and direction.
void exchange(script& server, std::string& input)
{
    const user_property list[] = {{"name", "value"}};
    publish_options options;
    options.user_properties = list;
    options.message_expiry_interval = 60s;
    session::event event;
    for (int i = 0; i < 100; ++i)
    {
        for (const qos level : {qos::at_most_once, qos::at_least_once, qos::exactly_once})
        {
            options.qos = level;
            (void)server.engine.publish(1, "a/topic/that/is/not/short", "payload of some length", options, server.now);
        }
    }
    while (server.engine.has_output())
    {
        server.engine.transmit(server.buffer, server.now);
        server.engine.written(server.now);
    }
    for (std::string_view rest = input; !rest.empty();)
    {
        auto result = server.engine.receive(rest, server.now);
        rest.remove_prefix(result.consumed);
        if (result.event && std::holds_alternative<session::message_received>(*result.event))
        {
            server.engine.acknowledge(std::get<session::message_received>(*result.event).delivery, reason_code::success,
                                      server.now);
        }
    }
    while (server.engine.poll(event))
    {
    }
}

template <class Packet>
void append(std::string& bytes, const Packet& packet)
{
    const wire::size_result measured = wire::encoded_size(protocol_version::v5, packet);
    const std::size_t before = bytes.size();
    bytes.resize(before + measured.size);
    wire::encode(protocol_version::v5, packet, measured.size, bytes.data() + before);
}

// What the server sends meanwhile: answers to identifiers from `first` on, and messages of its own.
std::string replies(std::uint16_t first)
{
    std::string bytes;
    for (std::uint16_t i = 0; i < 100; ++i)
    {
        const auto one = static_cast<std::uint16_t>(first + 2 * i);
        const auto two = static_cast<std::uint16_t>(one + 1);
        append(bytes, wire::puback{one, {}, {}});
        append(bytes, wire::pubrec{two, {}, {}});
        append(bytes, wire::pubcomp{two, {}, {}});
        wire::publish message;
        message.topic = "another/topic/that/is/not/short";
        message.payload = "payload";
        message.properties.topic_alias = 1;
        append(bytes, message);
        message.qos = qos::at_least_once;
        message.packet_identifier = one;
        append(bytes, message);
        message.qos = qos::exactly_once;
        message.packet_identifier = two;
        append(bytes, message);
        append(bytes, wire::pubrel{two, {}, {}});
    }
    return bytes;
}

} // namespace

TEST_CASE("a steady stream of messages allocates nothing, at any QoS and in both directions", "[session]")
{
    connect_options options = plain_options();
    options.automatic_topic_aliases = true;
    wire::connack answer;
    answer.properties.topic_alias_maximum = 10;
    script server;
    server.connect(options, answer);
    std::size_t allocations = 0;
    for (std::uint16_t round = 0; round < 20; ++round)
    {
        std::string input = replies(static_cast<std::uint16_t>(1 + 200 * round));
        tern_test::allocation_counter counter;
        exchange(server, input);
        allocations = counter.count();
        REQUIRE(server.engine.phase() == session::connection_phase::connected);
        REQUIRE(server.engine.stats(server.now).in_flight == 0);
        if (round >= 3)
        {
            REQUIRE(allocations == 0);
        }
    }
    const statistics figures = server.engine.stats(server.now);
    CHECK(figures.messages_sent == 20 * 300);
    CHECK(figures.messages_received == 20 * 300);
}

TEST_CASE("an idle engine is small", "[session]")
{
    CHECK(sizeof(session::engine) < 4'096);
    tern_test::allocation_counter counter;
    const session::engine engine({});
    const std::size_t allocations = counter.count();
    CHECK(allocations == 0);
    CHECK(engine.idle());
    CHECK_FALSE(engine.deadline());
    CHECK_FALSE(engine.has_output());
    CHECK(engine.accepts_input());
    CHECK(engine.phase() == session::connection_phase::closed);
}

TEST_CASE("too many unsent answers stop the reading", "[session]")
{
    client_limits limits;
    limits.maximum_write_size = 40;
    script server(limits);
    server.connect();
    (void)server.publish(0, std::string(100, 'x'), qos::at_most_once);
    CHECK(server.engine.accepts_input());                             // what we say ourselves does not count
    for (std::uint16_t identifier = 1; identifier <= 8; ++identifier) // five bytes for each PUBCOMP
    {
        CHECK(server.engine.accepts_input());
        (void)server.acknowledge<wire::pubrel>(identifier);
    }
    CHECK_FALSE(server.engine.accepts_input());
    (void)server.sent();
    CHECK(server.engine.accepts_input());
}

TEST_CASE("figures of the caller's are kept with ours", "[session]")
{
    script server;
    server.engine.counters().reads = 5;
    ++server.engine.counters().messages_unmatched;
    CHECK(server.engine.stats(server.now).reads == 5);
    CHECK(server.engine.stats(server.now).messages_unmatched == 1);
    server.connect();
    (void)server.publish(0, "x", qos::at_most_once);
    (void)server.sent();
    const statistics figures = server.engine.stats(server.now);
    CHECK(figures.packets_sent == 2);
    CHECK(figures.bytes_sent == (server.connects[0].size() + 1) / 3 + 7);
}

TEST_CASE("a session does not ask for the time while a connection is being made", "[session]")
{
    script server;
    server.connect();
    server.drop();
    CHECK(server.engine.deadline() == server.now + 3600s);
    (void)server.engine.open(tern::protocol_version::v5, server.now);
    CHECK_FALSE(server.engine.deadline());
}

TEST_CASE("keep alive counts from CONNECT, not from CONNACK", "[session]")
{
    script server;
    (void)server.engine.configure(plain_options());
    (void)server.engine.open(tern::protocol_version::v5, server.now);
    const session::time_point opened = server.now;
    (void)server.sent();
    server.now += 7s;
    (void)server.feed(wire::connack{});
    CHECK(server.engine.deadline() == opened + 60s); // v5 [MQTT-3.1.2-20]
}

TEST_CASE("a bound of 0 on the output does not stop it", "[session]")
{
    tern::client_limits limits;
    limits.maximum_write_size = 0;
    script server(limits);
    server.connect();
    (void)server.publish(1, "a", tern::qos::at_least_once);
    CHECK(server.sent() == packets{"32 07 00 01 74 00 01 00 61"});
}

TEST_CASE("a maximum packet size of 0 in the limits means the standard's", "[session]")
{
    client_limits limits;
    limits.maximum_packet_size = 0;
    script server(limits);
    server.connect();
    CHECK(server.engine.phase() == session::connection_phase::connected);
}

TEST_CASE("an engine says whether an answer is awaited")
{
    script server;
    server.connect();
    CHECK_FALSE(server.engine.awaits_answer());
    const auto qos = GENERATE(tern::qos::at_least_once, tern::qos::exactly_once);
    (void)server.publish(1, "a", tern::qos::at_most_once);
    (void)server.sent();
    CHECK_FALSE(server.engine.awaits_answer());
    (void)server.publish(2, "b", qos);
    CHECK(server.engine.awaits_answer());
    (void)server.sent();
    if (qos == tern::qos::at_least_once)
    {
        (void)server.acknowledge<wire::puback>(1);
    }
    else
    {
        (void)server.acknowledge<wire::pubrec>(1);
        CHECK(server.engine.awaits_answer());
        (void)server.acknowledge<wire::pubcomp>(1);
    }
    CHECK_FALSE(server.engine.awaits_answer());
    std::uint32_t identifier = 0;
    const tern::topic_subscription filter[] = {{"a"}};
    (void)server.engine.subscribe(3, filter, {}, identifier, server.now);
    CHECK(server.engine.awaits_answer());
    (void)server.sent();
    (void)server.feed_hex("90 04 00 02 00 02");
    CHECK_FALSE(server.engine.awaits_answer());
}

TEST_CASE("an observer sees the packets of both directions from then on", "[session]")
{
    struct : observer
    {
        void packet_sent(protocol_version, std::string_view packet) noexcept override { sent += to_hex(packet) + '\n'; }
        void packet_received(protocol_version, std::string_view packet) noexcept override
        {
            received += to_hex(packet) + '\n';
        }
        void state_changed(tern::connection_state) noexcept override {}

        std::string sent;
        std::string received;
    } watcher;
    script server;
    server.connect();
    server.engine.set_observer(&watcher);
    (void)server.publish(1, "x", qos::at_least_once);
    (void)server.sent();
    (void)server.acknowledge<wire::puback>(1);
    server.engine.set_observer(nullptr);
    (void)server.publish(2, "y", qos::at_most_once);
    CHECK(watcher.sent == "32 07 00 01 74 00 01 00 78\n");
    CHECK(watcher.received == "40 02 00 01\n");
}

TEST_CASE("an event does not outlive the next packet", "[session]")
{
    script server;
    server.connect();
    const std::string input = from_hex("30 05 00 01 74 00 78 D0 00");
    std::optional<session::event> event;
    CHECK(server.engine.receive(input, server.now, event) == 7);
    CHECK(as<session::message_received>(event));
    CHECK(server.engine.receive(std::string_view(input).substr(7), server.now, event) == 2);
    CHECK_FALSE(event);
}

TEST_CASE("bytes that move in either direction put off the end of a silent connection", "[session]")
{
    script server;
    server.connect();
    SECTION("what comes, while PINGRESP is awaited")
    {
        server.now += 60s;
        server.engine.advance(server.now);
        CHECK(server.sent() == packets{"C0 00"});
        const auto before = server.engine.deadline();
        REQUIRE(before);
        server.now += 1s;
        server.engine.heard(server.now);
        CHECK(server.engine.deadline() == *before + 1s);
    }
    SECTION("what leaves, while a write is under way")
    {
        (void)server.publish(1, "x", qos::at_least_once);
        server.engine.transmit(server.buffer, server.now);
        const auto before = server.engine.deadline();
        REQUIRE(before);
        server.now += 1s;
        server.engine.write_progressed(server.now);
        CHECK(server.engine.deadline() == *before + 1s);
    }
}

TEST_CASE("an engine says beforehand whether a re-authentication can begin", "[session]")
{
    connect_options options = plain_options();
    script server;
    CHECK(server.engine.check_re_authentication() == errc::not_connected);
    SECTION("without a method")
    {
        server.connect(options);
        CHECK(server.engine.check_re_authentication() == errc::authentication_not_configured);
    }
    SECTION("with one")
    {
        wire::connack answer;
        answer.properties.authentication_method = options.authentication_method = "M";
        server.connect(options, answer);
        CHECK_FALSE(server.engine.check_re_authentication());
        CHECK_FALSE(server.engine.re_authenticate("1"));
        CHECK(server.engine.check_re_authentication() == errc::authentication_in_progress);
    }
    (void)server.engine.disconnect({}, server.now);
    CHECK(server.engine.check_re_authentication() == errc::disconnecting);
}
