// SPDX-License-Identifier: BSL-1.0
//
// Chapter 4.8: broken rules, and errors that pass.
#include "client.hpp"
#include "script.hpp"
#include "support/allocation_counter.hpp"
#include "support/catch.hpp"

#include <cstddef>
#include <memory>
#include <new>
#include <optional>
#include <string>
#include <string_view>

using namespace conformance_3_1_1;

namespace
{

// One broken rule of each kind. All of them, and in every form, are the tests of a server that breaks the rules.
constexpr const char* violations[] = {
    "00 00",                   // no such packet
    "41 02 00 01",             // reserved flags
    "30 FF FF FF FF",          // a length of more than four bytes
    "30 02 00 05",             // a field that is longer than its packet
    "D0 01 00",                // a packet that is longer than its fields
    "30 04 00 01 FF 78",       // text that is not UTF-8
    "30 04 00 01 23 78",       // a wildcard in a name
    "36 06 00 01 74 00 07 78", // QoS 3
    "32 06 00 01 74 00 00 78", // identifier 0
    "20 02 00 00",             // a second CONNACK
    "70 02 00 01",             // the wrong acknowledgement
    "C0 00",                   // what only a client sends
    "E0 00",                   // the same
};

/// Feeds one packet while memory runs out at the `n`th allocation.
/// \return the event, or nothing if it did; `failed` says which.
std::optional<session::event> feed_without_memory(script& server, std::string_view packet, std::size_t n, bool& failed)
{
    server.input = from_hex(packet);
    const allocation_failure failure(n);
    try
    {
        return server.engine.receive(server.input, server.now).event;
    }
    catch (const std::bad_alloc&)
    {
        failed = true;
        return std::nullopt;
    }
}

} // namespace

TEST_CASE("3.1.1: a broken rule ends the connection that it came on without a packet", "[v3.1.1][MQTT-4.8.0-1]")
{
    for (const char* packet : violations)
    {
        INFO(packet);
        // With much to do: a message in flight, one that waits for CONNACK of the next, answers that are due.
        connected_session busy;
        (void)busy.publish(1, "x", two);
        (void)busy.sent();
        (void)busy.publish(2, "x", two);
        (void)busy.deliver_and_take(one, 7);
        (void)busy.subscribe(3, "f");
        CHECK(failure(busy.feed_hex(packet)) == error_kind::protocol_violation);
        CHECK_FALSE(busy.engine.has_output());
        CHECK(busy.sent().empty());
        // The session is not to blame: what was not handed out is new on the next connection.
        busy.resume();
        CHECK(busy.sent().size() == 3);
        CHECK(busy.engine.phase() == session::connection_phase::connected);

        // While PINGRESP is awaited.
        connected_session idle;
        (void)idle.publish(1, "x", two);
        idle.now += 60s;
        idle.engine.advance(idle.now);
        CHECK(closes_silently(idle, packet));
    }
    // The client as a whole: the server sees the end, and nothing before it.
    for (const char* packet : {"00 00", "30 04 00 01 FF 78", "E0 00"})
    {
        client_run run;
        REQUIRE_FALSE(run.connect(clean_session_1()));
        run.send(packet);
        REQUIRE(run.until([&] { return run.connections().at(0).ended; }));
        CHECK(run.connections()[0].packets.size() == 1);
        const auto lost = run.events_of<disconnected_event>();
        REQUIRE(lost.size() == 1);
        CHECK(lost[0].error == error_kind::protocol_violation);
        REQUIRE(run.until([&] { return run.stats().connects == 2; }));
    }
}

TEST_CASE("3.1.1: running out of memory over a packet ends the connection and nothing else", "[v3.1.1][MQTT-4.8.0-2]")
{
    std::size_t failures = 0;
    bool failed = true;
    for (std::size_t n = 0; failed; ++n)
    {
        INFO("allocation " << n);
        failed = false;
        connected_session server;
        (void)server.publish(1, "a", two);
        (void)server.sent();
        auto received = feed_without_memory(server, "34 06 00 01 74 00 09 78", n, failed);
        CHECK(message_of(received).has_value() == !failed);
        if (failed) // the caller closes the connection, and the server sends the message again
        {
            ++failures;
            server.resume();
            CHECK(server.sent() == packets{"3C 06 00 01 74 00 01 61"});
            received = server.feed_hex("3C 06 00 01 74 00 09 78");
        }
        REQUIRE(message_of(received));
        server.take(received);
        CHECK_FALSE(server.deliver(two, 9, true)); // once
        (void)server.acknowledge<wire::pubrel>(9);
        CHECK(server.sent() == packets{"50 02 00 09", "50 02 00 09", "70 02 00 09"});
        (void)server.acknowledge<wire::pubrec>(1);
        CHECK(as<session::publish_completed>(server.acknowledge<wire::pubcomp>(1)));
        (void)server.sent();
        CHECK(server.engine.idle());
    }
    CHECK(failures > 0);

    // The client as a whole closes the connection and makes it again.
    client_run run([](std::size_t connection, const std::string& packet) {
        return packet.starts_with("10") ? answer{"20 02 01 00"} : obliging(connection, packet);
    });
    int delivered = 0;
    run.on_unmatched([&](const message_view&) { ++delivered; });
    std::unique_ptr<allocation_failure> failure;
    run.on_packet_received([&](std::string_view packet) {
        if (run.connections().size() == 1 && packet.starts_with('\x34'))
        {
            failure = std::make_unique<allocation_failure>(0);
        }
    });
    REQUIRE_FALSE(run.connect(clean_session_0()));
    run.send("34 06 00 01 74 00 09 78");
    REQUIRE(run.until([&] { return run.stats().connects == 2; }));
    REQUIRE(failure);
    CHECK(failure->happened());
    failure.reset();
    CHECK(run.connections()[0].ended);
    CHECK(run.connections()[0].packets.size() == 1);
    const auto lost = run.events_of<disconnected_event>();
    REQUIRE(lost.size() == 1);
    CHECK(lost[0].error == errc::out_of_memory);
    run.send("3C 06 00 01 74 00 09 78");
    REQUIRE(run.until([&] { return run.packets().back() == "50 02 00 09"; }));
    CHECK(delivered == 1);
}
