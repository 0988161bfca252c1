// SPDX-License-Identifier: BSL-1.0
//
// Chapters 4.1 to 4.6: session state, the QoS handshakes, delivery again, and order.
#include "client.hpp"
#include "script.hpp"
#include "support/catch.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

using namespace conformance_3_1_1;

namespace
{

using endings = std::vector<std::pair<session::operation, std::error_code>>;

/// The operation that this event completes without an error, or 0.
session::operation completed(const std::optional<session::event>& event)
{
    const auto done = as<session::publish_completed>(event);
    return done && !done->error ? done->operation : 0;
}

/// The state of a session from both directions: QoS 1, QoS 2 before and after PUBREC; a message received and not taken,
/// one taken whose PUBREL is missing.
void fill(connected_session& server)
{
    (void)server.publish(1, "a", one);
    (void)server.publish(2, "b", two);
    (void)server.publish(3, "c", two);
    (void)server.sent();
    (void)server.acknowledge<wire::pubrec>(3);
    (void)server.deliver_and_take(two, 9);
    (void)server.sent();
}

/// Nothing of what fill() made has been lost.
void check_that_all_is_there(connected_session& server)
{
    CHECK(server.sent() == packets{"62 02 00 03", "3A 06 00 01 74 00 01 61", "3C 06 00 01 74 00 02 62"});
    CHECK_FALSE(server.deliver(two, 9, true));
    CHECK(server.sent() == packets{"50 02 00 09"});
    CHECK(server.events().empty());
}

} // namespace

TEST_CASE("3.1.1: the session state is kept for as long as the session", "[v3.1.1][MQTT-4.1.0-1]")
{
    connect_options options = clean_session_0();
    options.session_expiry = never_expires;
    connected_session server(options);
    fill(server);
    for (int connection = 0; connection < 5; ++connection)
    {
        server.drop();
        server.now += 1000h;
        server.engine.advance(server.now);
        // An attempt to connect that fails changes nothing either.
        REQUIRE_FALSE(server.engine.open(v3_1_1, server.now));
        (void)server.sent();
        server.resume();
        check_that_all_is_there(server);
    }
    CHECK(completed(server.acknowledge<wire::puback>(1)) == 1);
    (void)server.acknowledge<wire::pubrec>(2);
    CHECK(completed(server.acknowledge<wire::pubcomp>(2)) == 2);
    CHECK(completed(server.acknowledge<wire::pubcomp>(3)) == 3);
}

TEST_CASE("3.1.1: a session lasts at least as long as its connection", "[v3.1.1][MQTT-4.1.0-2]")
{
    for (connect_options options : {clean_session_1(), clean_session_0()})
    {
        options.keep_alive = 0s;
        connected_session server(options);
        fill(server);
        server.now += 24h * 365; // far beyond any expiry that was asked for
        server.engine.advance(server.now);
        CHECK(server.engine.session_exists());
        CHECK(server.engine.phase() == session::connection_phase::connected);
        CHECK(server.events().empty());
        CHECK_FALSE(server.deliver(two, 9, true));
        CHECK(server.sent() == packets{"50 02 00 09"});
        CHECK(completed(server.acknowledge<wire::puback>(1)) == 1);
        CHECK(completed(server.acknowledge<wire::pubcomp>(3)) == 3);
    }
}

TEST_CASE("3.1.1: QoS 0 is sent once and never again", "[v3.1.1][MQTT-4.3.1-1]")
{
    connected_session server;
    (void)server.publish(1, "a", zero);
    CHECK(server.sent() == packets{"30 04 00 01 74 61"});
    CHECK(server.ended() == endings{{1, {}}});
    (void)server.publish(2, "b", zero);
    CHECK(server.sent(false) == packets{"30 04 00 01 74 62"}); // handed out, and nobody knows how far it came
    server.resume();
    CHECK(server.sent().empty());
    CHECK(server.ended() == endings{{2, make_error_code(errc::connection_lost)}});
    server.now += 1h;
    server.engine.advance(server.now);
    CHECK(server.sent() == packets{"C0 00"});
}

TEST_CASE("3.1.1: QoS 1 as the sender", "[v3.1.1][MQTT-4.3.2-1]")
{
    connected_session server;
    (void)server.publish(1, "a", one);
    (void)server.publish(2, "b", one);
    CHECK(server.sent() == packets{"32 06 00 01 74 00 01 61", "32 06 00 01 74 00 02 62"}); // unused identifiers, DUP 0
    CHECK_FALSE(server.acknowledge<wire::puback>(3));                                      // of nothing
    CHECK(server.engine.stats(server.now).in_flight == 2);
    server.resume(); // unacknowledged: sent again
    CHECK(server.sent() == packets{"3A 06 00 01 74 00 01 61", "3A 06 00 01 74 00 02 62"});
    CHECK(completed(server.acknowledge<wire::puback>(2)) == 2);
    CHECK_FALSE(server.acknowledge<wire::puback>(2)); // once
    server.resume();                                  // acknowledged: not sent again
    CHECK(server.sent() == packets{"3A 06 00 01 74 00 01 61"});
    // Only PUBACK acknowledges it.
    for (const char* packet : {"50 02 00 01", "70 02 00 01", "90 03 00 01 00", "B0 02 00 01"})
    {
        connected_session other;
        (void)other.publish(1, "a", one);
        CHECK(closes_silently(other, packet));
    }
}

TEST_CASE("3.1.1: QoS 1 as the receiver", "[v3.1.1][MQTT-4.3.2-2]")
{
    connected_session server;
    const auto first = server.deliver(one, 5);
    REQUIRE(message_of(first));
    CHECK(server.sent().empty()); // the application owns it when it has taken it
    server.take(first);
    CHECK(server.sent() == packets{"40 02 00 05"});
    for (const bool duplicate : {true, false}) // after PUBACK it is a new message whatever DUP says
    {
        CHECK(message_of(server.deliver_and_take(one, 5, duplicate)));
        CHECK(server.sent() == packets{"40 02 00 05"});
    }
    CHECK(server.engine.stats(server.now).messages_received == 3);
}

TEST_CASE("3.1.1: QoS 2 as the sender", "[v3.1.1][MQTT-4.3.3-1]")
{
    connected_session server;
    (void)server.publish(1, "a", two);
    (void)server.publish(2, "b", two);
    CHECK(server.sent() == packets{"34 06 00 01 74 00 01 61", "34 06 00 01 74 00 02 62"}); // unused identifiers, DUP 0
    CHECK_FALSE(server.acknowledge<wire::pubrec>(1));
    CHECK(server.sent() == packets{"62 02 00 01"});
    server.resume(); // no PUBLISH after PUBREL; unacknowledged until PUBREC, and then until PUBCOMP
    CHECK(server.sent() == packets{"62 02 00 01", "3C 06 00 01 74 00 02 62"});
    CHECK_FALSE(server.acknowledge<wire::pubrec>(1)); // repeated: answered again, and nothing else
    CHECK(server.sent() == packets{"62 02 00 01"});
    CHECK(completed(server.acknowledge<wire::pubcomp>(1)) == 1);
    CHECK_FALSE(server.acknowledge<wire::pubcomp>(1));
    server.resume();
    CHECK(server.sent() == packets{"3C 06 00 01 74 00 02 62"});
    // PUBCOMP before PUBREC ends nothing.
    connected_session early;
    (void)early.publish(1, "a", two);
    CHECK(closes_silently(early, "70 02 00 01"));
    // PUBACK is the wrong answer too. RabbitMQ gives it, though, when it has taken the message as QoS 1: that counts as
    // taken, because the alternative is to lose the connection for ever.
    connected_session lenient;
    (void)lenient.publish(1, "a", two);
    (void)lenient.sent();
    CHECK(completed(lenient.acknowledge<wire::puback>(1)) == 1);
    // But not once PUBREC has begun the handshake.
    connected_session late;
    (void)late.publish(1, "a", two);
    (void)late.acknowledge<wire::pubrec>(1);
    CHECK(closes_silently(late, "40 02 00 01"));
}

TEST_CASE("3.1.1: QoS 2 as the receiver", "[v3.1.1][MQTT-4.3.3-2]")
{
    connected_session server;
    const auto first = server.deliver(two, 5);
    REQUIRE(message_of(first));
    CHECK(server.sent().empty()); // the application owns it when it has taken it
    server.take(first);
    CHECK(server.sent() == packets{"50 02 00 05"});
    for (const bool duplicate : {true, false}) // acknowledged again, and delivered to nobody
    {
        CHECK_FALSE(server.deliver(two, 5, duplicate));
        CHECK(server.sent() == packets{"50 02 00 05"});
        server.resume();
    }
    for (int i = 0; i < 2; ++i) // PUBREL is answered every time
    {
        CHECK_FALSE(server.acknowledge<wire::pubrel>(5));
        CHECK(server.sent() == packets{"70 02 00 05"});
    }
    CHECK(message_of(server.deliver_and_take(two, 5, true))); // after PUBCOMP it is a new message
    CHECK(server.sent() == packets{"50 02 00 05"});
    CHECK(server.engine.stats(server.now).messages_received == 2);
    // Untaken and repeated on the next connection: delivered once all the same.
    connected_session slow;
    const auto untaken = slow.deliver(two, 5);
    slow.resume();
    CHECK_FALSE(slow.deliver(two, 5, true));
    CHECK(slow.sent().empty());
    slow.take(untaken);
    CHECK(slow.sent() == packets{"50 02 00 05"});
}

TEST_CASE("3.1.1: what is sent again after reconnecting is what is unacknowledged", "[v3.1.1][MQTT-4.4.0-1]")
{
    // The conversation, and what a loss of the connection after each of its steps leads to.
    const packets answers{"40 02 00 01", "50 02 00 03", "50 02 00 02", "70 02 00 03", "70 02 00 02"};
    const std::vector<packets> again{
        {"3A 06 00 01 74 00 01 61", "3C 06 00 01 74 00 02 62", "3C 06 00 01 74 00 03 63"},
        {"3C 06 00 01 74 00 02 62", "3C 06 00 01 74 00 03 63"},
        {"62 02 00 03", "3C 06 00 01 74 00 02 62"},
        {"62 02 00 03", "62 02 00 02"},
        {"62 02 00 02"},
        {},
    };
    for (std::size_t steps = 0; steps <= answers.size(); ++steps)
    {
        INFO("after " << steps << " answers");
        connected_session server(clean_session_0());
        (void)server.publish(1, "a", one);
        (void)server.publish(2, "b", two);
        (void)server.publish(3, "c", two);
        (void)server.sent();
        for (std::size_t i = 0; i < steps; ++i)
        {
            (void)server.feed_hex(answers[i]);
            if (i % 2 == 0) // whether its answer left or was lost makes no difference
            {
                (void)server.sent();
            }
        }
        for (int connection = 0; connection < 3; ++connection)
        {
            server.resume();
            CHECK(server.sent() == again[steps]);
        }
        for (std::size_t i = steps; i < answers.size(); ++i) // and it can be finished
        {
            (void)server.feed_hex(answers[i]);
        }
        (void)server.sent();
        CHECK(server.engine.idle());
        server.resume();
        CHECK(server.sent().empty());
    }
    // With CleanSession 1 nothing is: MQTT-3.1.2-6.
}

TEST_CASE("3.1.1: nothing is sent again on a connection that lives", "[v3.1.1][U3-4.4b]")
{
    // The standard allows it, and does not ask for it. A TCP connection loses nothing, so tern never does.
    connected_session server;
    fill(server);
    (void)server.deliver_and_take(two, 10);
    CHECK(server.sent() == packets{"50 02 00 0A"});
    for (int minute = 0; minute < 24 * 60; ++minute)
    {
        server.now += 60s;
        server.engine.advance(server.now);
        REQUIRE(server.sent() == packets{"C0 00"});
        (void)server.feed(wire::pingresp{});
    }
    CHECK(server.engine.stats(server.now).messages_resent == 0);
}

TEST_CASE("3.1.1: a message is acknowledged as its QoS asks for although nobody wants it", "[v3.1.1][MQTT-4.5.0-2]")
{
    client_run run;
    REQUIRE_FALSE(run.connect(clean_session_1()));
    REQUIRE_FALSE(run.subscribe("t"));
    run.forget_subscriptions();
    run.send("30 04 00 01 74 78 32 06 00 01 74 00 07 78 34 06 00 01 74 00 08 78 62 02 00 08 30 04 00 01 75 78");
    REQUIRE(run.until([&] { return run.packets().back() == "70 02 00 08"; }));
    const std::vector<std::string> all = run.packets();
    REQUIRE(all.size() == 5); // after CONNECT and SUBSCRIBE
    CHECK(std::vector(all.begin() + 2, all.end()) == packets{"40 02 00 07", "50 02 00 08", "70 02 00 08"});
    CHECK(run.stats().messages_unmatched == 4);
    // A repetition that is not delivered is acknowledged too.
    connected_session server;
    (void)server.deliver_and_take(two, 5);
    (void)server.sent();
    CHECK_FALSE(server.deliver(two, 5, true));
    CHECK(server.sent() == packets{"50 02 00 05"});
}

TEST_CASE("3.1.1: messages are sent again in their original order", "[v3.1.1][MQTT-4.6.0-1]")
{
    client_limits limits;
    limits.maximum_write_size = GENERATE(std::size_t{1}, std::size_t{30}, std::size_t{65'536});
    connected_session server(clean_session_0(), limits);
    packets expected;
    for (std::uint16_t i = 1; i <= 30; ++i)
    {
        const qos level = i % 3 == 0 ? two : one;
        (void)server.publish(i, std::string(1, static_cast<char>('A' + i)), level);
        expected.push_back(
            packet_hex(level == two ? 0x3C : 0x3A,
                       std::string{'\0', '\1', 't', '\0', static_cast<char>(i), static_cast<char>('A' + i)}));
    }
    (void)server.sent();
    server.resume();
    CHECK(server.sent() == expected);
    // What is acknowledged out of order leaves gaps, and no other order.
    for (const std::uint16_t acknowledged : std::initializer_list<std::uint16_t>{29, 2, 13, 7})
    {
        (void)server.acknowledge<wire::puback>(acknowledged);
        std::erase_if(expected, [&](const std::string& packet) {
            return from_hex(packet).at(6) == static_cast<char>(acknowledged);
        });
        server.resume();
        CHECK(server.sent() == expected);
    }
    // What was never sent comes after it.
    server.drop();
    (void)server.publish(31, "z", one);
    server.resume();
    expected.push_back("32 06 00 01 74 00 1F 7A");
    CHECK(server.sent() == expected);
}

TEST_CASE("3.1.1: PUBACKs leave in the order of arrival", "[v3.1.1][MQTT-4.6.0-2]")
{
    connected_session server;
    const auto first = server.deliver(one, 30);
    const auto second = server.deliver(one, 10);
    const auto third = server.deliver(one, 20);
    server.take(third);
    server.take(second);
    CHECK(server.sent().empty());
    server.take(first);
    CHECK(server.sent() == packets{"40 02 00 1E", "40 02 00 0A", "40 02 00 14"});
}

TEST_CASE("3.1.1: PUBRECs leave in the order of arrival", "[v3.1.1][MQTT-4.6.0-3]")
{
    connected_session server;
    const auto first = server.deliver(two, 30);
    const auto second = server.deliver(two, 10);
    const auto third = server.deliver(two, 20);
    server.take(second);
    CHECK(server.sent().empty());
    server.take(first);
    CHECK(server.sent() == packets{"50 02 00 1E", "50 02 00 0A"});
    server.take(third);
    CHECK(server.sent() == packets{"50 02 00 14"});
    // The order of the repetitions counts on the next connection.
    connected_session resumed;
    const auto early = resumed.deliver(two, 1);
    const auto late = resumed.deliver(two, 2);
    resumed.resume();
    CHECK_FALSE(resumed.deliver(two, 2, true));
    CHECK_FALSE(resumed.deliver(two, 1, true));
    resumed.take(early);
    resumed.take(late);
    CHECK(resumed.sent() == packets{"50 02 00 02", "50 02 00 01"});
}

TEST_CASE("3.1.1: PUBRELs leave in the order of the PUBRECs", "[v3.1.1][MQTT-4.6.0-4]")
{
    connected_session server;
    for (session::operation i = 1; i <= 4; ++i)
    {
        (void)server.publish(i, "x", two);
    }
    (void)server.sent();
    for (const std::uint16_t identifier : std::initializer_list<std::uint16_t>{3, 1, 4, 2})
    {
        (void)server.acknowledge<wire::pubrec>(identifier);
    }
    const packets in_order{"62 02 00 03", "62 02 00 01", "62 02 00 04", "62 02 00 02"};
    CHECK(server.sent() == in_order);
    server.resume();
    CHECK(server.sent() == in_order);
}
