// SPDX-License-Identifier: BSL-1.0

#include "tern/client/client_taking.hpp"

#include "support/catch.hpp"
#include "support/memory_client.hpp"

#include <set>
#include <string>
#include <vector>

using namespace std::chrono_literals;
using namespace tern_test;

TEST_CASE("acknowledging by hand, in any order, is done in the order of arrival")
{
    client_fixture f;
    REQUIRE_FALSE(f.connect());
    tern::subscription stream = f.subscribe("a", {.ack = tern::acknowledgement::manual});
    CHECK_FALSE(f.publish("a", "1", tern::qos::at_least_once));
    CHECK_FALSE(f.publish("a", "2", tern::qos::exactly_once));
    tern::message first = f.receive(stream);
    tern::message second = f.receive(stream);
    CHECK(f.client->stats().unacknowledged_received == 2);
    second.acknowledge();
    settle(f.context);
    CHECK(f.client->stats().unacknowledged_received == 2); // the first is in its way
    first.acknowledge();
    first.acknowledge();
    settle(f.context);
    CHECK(f.client->stats().unacknowledged_received == 0);
}

TEST_CASE("a handler acknowledges by hand, later")
{
    client_fixture f;
    std::vector<tern::acknowledger> kept;
    const auto registered = f.client->on_message(
        "a", [&](const tern::message_view&, tern::acknowledger acknowledge) { kept.push_back(acknowledge); },
        {.ack = tern::acknowledgement::manual});
    REQUIRE_FALSE(f.connect());
    CHECK_FALSE(f.publish("a", "1", tern::qos::at_least_once));
    REQUIRE(f.until([&] { return kept.size() == 1; }));
    CHECK(f.client->stats().unacknowledged_received == 1);
    kept.front()();
    settle(f.context);
    CHECK(f.client->stats().unacknowledged_received == 0);
    CHECK(registered.identifier() == 1);
}

TEST_CASE("the catch-all acknowledges by hand if it asks for that")
{
    client_fixture f;
    std::vector<tern::acknowledger> kept;
    std::vector<std::string> seen;
    f.client->on_unmatched([&](const tern::message_view& view, tern::acknowledger acknowledge) {
        seen.emplace_back(view.payload.text());
        kept.push_back(acknowledge);
    });
    REQUIRE_FALSE(f.connect());
    {
        const tern::subscription forgotten = f.subscribe("a");
    }
    CHECK_FALSE(f.publish("a", "0"));
    CHECK_FALSE(f.publish("a", "1", tern::qos::at_least_once));
    CHECK_FALSE(f.publish("a", "2", tern::qos::exactly_once));
    REQUIRE(f.until([&] { return kept.size() == 3; }));
    CHECK(seen == std::vector<std::string>{"0", "1", "2"});
    CHECK_FALSE(kept[0]); // at QoS 0 there is nothing to acknowledge
    CHECK(f.client->stats().unacknowledged_received == 2);
    CHECK(f.client->stats().messages_unmatched == 3);
    kept[2]();
    settle(f.context);
    CHECK(f.client->stats().unacknowledged_received == 2); // the first is in its way
    kept[1]();
    settle(f.context);
    CHECK(f.client->stats().unacknowledged_received == 0);
    CHECK(f.count<tern::messages_unmatched_event>() == 0);
}

TEST_CASE("a message that is not taken is not delivered twice, and may be acknowledged after a reconnect")
{
    const auto qos = GENERATE(tern::qos::at_least_once, tern::qos::exactly_once);
    client_fixture f;
    REQUIRE_FALSE(f.connect());
    tern::subscription stream = f.subscribe("a", {.ack = tern::acknowledgement::manual});
    CHECK_FALSE(f.publish("a", "1", qos));
    tern::message first = f.receive(stream);
    f.broker.cut(link_cut::reset);
    REQUIRE(f.until([&] { return f.count<tern::connected_event>() == 2; }));
    settle(f.context);
    CHECK(stream.buffered() == 0);
    CHECK(f.client->stats().unacknowledged_received == 1);
    first.acknowledge();
    REQUIRE(f.until([&] { return f.broker.core().find_session("tester")->in_flight == 0; }));
    CHECK(f.client->stats().unacknowledged_received == 0);
}

namespace
{

const tern::connect_options version_3_1_1{.client_id = "tester", .protocol = tern::protocol_choice::v3_1_1};

tern::client_limits bounded(std::size_t bytes)
{
    tern::client_limits limits = quick_limits();
    limits.maximum_received_bytes = bytes;
    return limits;
}

/// Receives from "in" and forwards each message to "out" before it takes the next.
struct forwarder
{
    memory_client& client;
    tern::subscription stream;
    int forwarded = 0;

    void next()
    {
        stream.async_receive([this](std::error_code error, tern::message taken) {
            if (!error)
            {
                client.async_publish("out", taken.payload(), {.qos = tern::qos::at_least_once},
                                     [this](std::error_code failed, tern::publish_result) {
                                         forwarded += !failed;
                                         next();
                                     });
            }
        });
    }
};

} // namespace

TEST_CASE("with 3.1.1 reading pauses when too many bytes wait, and goes on when they are taken")
{
    client_fixture f({}, bounded(10'000));
    REQUIRE_FALSE(f.connect(version_3_1_1));
    tern::subscription stream = f.subscribe("a");
    peer others(f);
    for (char name = 'a'; name < 'u'; ++name)
    {
        CHECK_FALSE(others.publish("a", std::string(3'000, name)));
    }
    settle(f.context);
    const std::size_t held = stream.buffered();
    CHECK(held < 5);
    REQUIRE(f.count<tern::reading_paused_event>() == 1);
    CHECK(std::get<tern::reading_paused_event>(f.events.back()).held_messages == held);
    CHECK(std::get<tern::reading_paused_event>(f.events.back()).held_bytes == f.client->stats().held_bytes);
    for (char name = 'a'; name < 'u'; ++name)
    {
        CHECK(f.receive(stream).payload_text() == std::string(3'000, name));
    }
    settle(f.context);
    CHECK(f.count<tern::reading_resumed_event>() == f.count<tern::reading_paused_event>());
    CHECK(f.client->stats().unacknowledged_received == 0);
}

TEST_CASE("with 5.0 reading does not pause for QoS 1 and 2: Receive Maximum bounds them")
{
    const auto qos = GENERATE(tern::qos::at_least_once, tern::qos::exactly_once);
    client_fixture f({}, bounded(10'000));
    REQUIRE_FALSE(f.connect({.client_id = "tester", .receive_maximum = 20}));
    tern::subscription stream = f.subscribe("a");
    peer others(f);
    for (int i = 0; i < 30; ++i)
    {
        CHECK_FALSE(others.publish("a", std::string(3'000, 'x'), qos));
    }
    REQUIRE(f.until([&] { return stream.buffered() == 20; }));
    CHECK_FALSE(f.publish("b", "x", qos)); // its answer comes behind them
    CHECK(f.count<tern::reading_paused_event>() == 0);
    for (int i = 0; i < 30; ++i)
    {
        CHECK(f.receive(stream).payload().size() == 3'000);
    }
}

TEST_CASE("what is taken in hand and acknowledged later does not stop the reading")
{
    client_fixture f({}, bounded(10'000));
    tern::connect_options options = version_3_1_1;
    options.receive_maximum = 2;
    REQUIRE_FALSE(f.connect(options));
    std::vector<tern::acknowledger> kept;
    const auto registered = f.client->on_message(
        "a", [&](const tern::message_view&, tern::acknowledger acknowledge) { kept.push_back(acknowledge); },
        {.ack = tern::acknowledgement::manual});
    settle(f.context);
    peer others(f);
    REQUIRE(others.publish_numbers("a", 1, 15));
    REQUIRE(f.until([&] { return kept.size() == 15; }));
    CHECK(f.count<tern::reading_paused_event>() == 0);
    CHECK(registered.identifier() == 0);
}

TEST_CASE("a program that forwards each message before it takes the next does not wait for ever")
{
    const auto protocol = GENERATE(tern::protocol_choice::v5, tern::protocol_choice::v3_1_1);
    client_fixture f({}, bounded(2'000));
    REQUIRE_FALSE(f.connect({.client_id = "tester", .protocol = protocol}));
    forwarder forwarding{*f.client, f.subscribe("in")};
    peer others(f);
    REQUIRE(others.publish_numbers("in", 1, 100));
    REQUIRE(f.until([&] { return forwarding.stream.buffered() > 2; }));
    forwarding.next();
    REQUIRE(f.until([&] { return forwarding.forwarded == 100; }));
    CHECK(f.count<tern::disconnected_event>() == 0);
    f.client.reset();
    settle(f.context);
}

TEST_CASE("a connection is made anew while the bytes are full")
{
    client_fixture f({}, bounded(100));
    tern::connect_options options = version_3_1_1;
    options.keep_alive = 1s; // while nothing is read, a PINGREQ finds out
    REQUIRE_FALSE(f.connect(options));
    tern::subscription stream = f.subscribe("a");
    peer others(f);
    CHECK_FALSE(others.publish("a", "x"));
    REQUIRE(f.until([&] { return f.count<tern::reading_paused_event>() == 1; }));
    f.broker.cut(link_cut::reset);
    REQUIRE(f.until([&] { return f.count<tern::connected_event>() == 2; }));
    REQUIRE(f.until([&] { return f.count<tern::reading_paused_event>() == 2; })); // still full
    CHECK(f.count<tern::reading_resumed_event>() == 1); // the lost connection's pause has ended
    CHECK(f.receive(stream).payload_text() == "x");
    REQUIRE(f.until([&] { return f.count<tern::reading_resumed_event>() == 2; }));
    REQUIRE(f.until([&] { return f.client->stats().unacknowledged_received == 0; }));
}

TEST_CASE("a pause that lasts too long ends the connection")
{
    tern::client_limits limits = bounded(10);
    limits.maximum_pause = 20ms;
    client_fixture f({}, limits);
    REQUIRE_FALSE(f.connect(version_3_1_1));
    tern::subscription stream = f.subscribe("a");
    peer others(f);
    CHECK_FALSE(others.publish("a", "a payload of some size"));
    REQUIRE(f.until([&] { return f.count<tern::disconnected_event>() == 1; }));
    bool found = false;
    for (const auto& event : f.events)
    {
        const auto* lost = std::get_if<tern::disconnected_event>(&event);
        found = found || (lost != nullptr && lost->error == tern::errc::reading_paused_too_long);
    }
    CHECK(found);
    CHECK(stream.buffered() == 1);
}

TEST_CASE("a server that does not read our answers is not read either, which is a pause")
{
    tern::client_limits limits = quick_limits();
    limits.maximum_write_size = 16;
    limits.maximum_pause = 50ms;
    client_fixture f({}, limits);
    std::set<std::string> seen;
    const auto registered =
        f.client->on_message("a", [&](const tern::message_view& view) { seen.emplace(view.payload.text()); });
    REQUIRE_FALSE(f.connect());
    settle(f.context);
    peer others(f);
    f.broker.links().front().forth().capacity = 0; // takes nothing more
    REQUIRE(others.publish_numbers("a", 1, 50));
    REQUIRE(f.until([&] { return f.count<tern::reading_paused_event>() == 1; }));
    CHECK(seen.size() < 50);
    REQUIRE(f.until([&] { return seen.count("50") != 0; })); // over the next connection
    CHECK(seen.size() == 50);                                // some twice: their acknowledgements were lost
    bool found = false;
    for (const auto& event : f.events)
    {
        const auto* lost = std::get_if<tern::disconnected_event>(&event);
        found = found || (lost != nullptr && lost->error == tern::errc::reading_paused_too_long);
    }
    CHECK(found);
    CHECK(registered.identifier() == 1);
}
