// SPDX-License-Identifier: BSL-1.0

#include "tern/client/client_taking.hpp"

#include "support/catch.hpp"
#include "support/memory_client.hpp"

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

TEST_CASE("reading pauses when too many bytes wait, and goes on when they are taken")
{
    tern::client_limits limits = quick_limits();
    limits.maximum_received_bytes = 1'000;
    client_fixture f({}, limits);
    REQUIRE_FALSE(f.connect());
    tern::subscription stream = f.subscribe("a");
    memory_client other(f.context);
    outcome<tern::connect_result> connected;
    other.async_connect("mqtt://broker", {.client_id = "other"}, connected.handler());
    int published = 0;
    for (int i = 0; i < 20; ++i)
    {
        other.async_publish("a", std::string(200, static_cast<char>('a' + i)), {.qos = tern::qos::at_least_once},
                            [&](std::error_code error, tern::publish_result) { published += !error; });
    }
    REQUIRE(f.until([&] { return published == 20; }));
    settle(f.context);
    CHECK(stream.buffered() == 5);
    REQUIRE(f.count<tern::reading_paused_event>() == 1);
    CHECK(std::get<tern::reading_paused_event>(f.events.back()).held_messages == 5);
    for (int i = 0; i < 20; ++i)
    {
        CHECK(f.receive(stream).payload_text() == std::string(200, static_cast<char>('a' + i)));
    }
    settle(f.context);
    CHECK(f.count<tern::reading_resumed_event>() == f.count<tern::reading_paused_event>());
    CHECK(f.client->stats().unacknowledged_received == 0);
}

TEST_CASE("3.1.1 has no Receive Maximum, so reading pauses there")
{
    client_fixture f;
    REQUIRE_FALSE(f.connect({.client_id = "tester",
                             .session_expiry = 0s,
                             .protocol = tern::protocol_choice::v3_1_1,
                             .receive_maximum = 2}));
    tern::subscription stream = f.subscribe("a");
    std::vector<std::error_code> published;
    for (int i = 0; i < 5; ++i)
    {
        f.client->async_publish("a", "x", {.qos = tern::qos::at_most_once},
                                [&](std::error_code error, tern::publish_result) { published.push_back(error); });
        f.client->async_publish("a", "y", {.qos = tern::qos::at_least_once}, [](std::error_code, auto) {});
    }
    REQUIRE(f.until([&] { return f.count<tern::reading_paused_event>() == 1; }));
    CHECK(f.client->stats().unacknowledged_received == 2);
    for (int i = 0; i < 10; ++i)
    {
        CHECK(f.receive(stream).topic() == "a");
    }
    settle(f.context);
    CHECK(f.client->stats().unacknowledged_received == 0);
}

TEST_CASE("a pause that lasts too long ends the connection")
{
    tern::client_limits limits = quick_limits();
    limits.maximum_received_bytes = 10;
    limits.maximum_pause = 20ms;
    client_fixture f({}, limits);
    REQUIRE_FALSE(f.connect());
    tern::subscription stream = f.subscribe("a");
    CHECK_FALSE(f.publish("a", "a payload of some size", tern::qos::at_most_once));
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
