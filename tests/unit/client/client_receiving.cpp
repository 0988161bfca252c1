// SPDX-License-Identifier: BSL-1.0

#include "tern/client/client_receiving.hpp"

#include "support/catch.hpp"
#include "support/memory_client.hpp"

#include <string>
#include <vector>

using namespace std::chrono_literals;
using namespace tern_test;

TEST_CASE("a handler is called in place with a view")
{
    client_fixture f;
    std::vector<std::string> seen;
    const auto registered =
        f.client->on_message("a/+", [&](const tern::message_view& view) { seen.emplace_back(view.topic); });
    REQUIRE_FALSE(f.connect());
    CHECK_FALSE(f.publish("a/b", "x", tern::qos::at_least_once));
    CHECK_FALSE(f.publish("b", "x", tern::qos::at_least_once));
    REQUIRE(f.until([&] { return !seen.empty(); }));
    CHECK(seen == std::vector<std::string>{"a/b"});
    REQUIRE(f.until([&] { return f.client->stats().unacknowledged_received == 0; }));
    CHECK(registered.identifier() == 1);
}

TEST_CASE("messages wait in the stream in their order, and are acknowledged when taken")
{
    client_fixture f;
    REQUIRE_FALSE(f.connect());
    tern::subscription stream = f.subscribe("a");
    for (const char* text : {"1", "2", "3"})
    {
        CHECK_FALSE(f.publish("a", text, tern::qos::at_least_once));
    }
    REQUIRE(f.until([&] { return stream.buffered() == 3; }));
    CHECK(f.client->stats().unacknowledged_received == 3);
    CHECK(f.receive(stream).payload_text() == "1");
    CHECK(f.client->stats().unacknowledged_received == 2);
    CHECK(f.receive(stream).payload_text() == "2");
    CHECK(f.receive(stream).payload_text() == "3");
    CHECK(f.client->stats().unacknowledged_received == 0);
}

TEST_CASE("one receive at a time")
{
    client_fixture f;
    REQUIRE_FALSE(f.connect());
    tern::subscription stream = f.subscribe("a");
    outcome<tern::message> first;
    outcome<tern::message> second;
    stream.async_receive(first.handler());
    stream.async_receive(second.handler());
    settle(f.context);
    CHECK(first.calls == 0);
    CHECK(second.error == tern::errc::receive_in_progress);
    CHECK_FALSE(f.publish("a", "x"));
    REQUIRE(f.until([&] { return first.calls != 0; }));
    CHECK(first.result.payload_text() == "x");
}

TEST_CASE("a full stream drops the oldest of QoS 0 and keeps the others")
{
    tern::client_limits limits = quick_limits();
    limits.stream_messages = 2;
    client_fixture f({}, limits);
    REQUIRE_FALSE(f.connect());
    tern::subscription stream = f.subscribe("a");
    CHECK_FALSE(f.publish("a", "kept", tern::qos::at_least_once));
    for (const char* text : {"1", "2", "3"})
    {
        CHECK_FALSE(f.publish("a", text));
    }
    REQUIRE(f.until([&] { return f.client->stats().messages_dropped_incoming == 1; }));
    REQUIRE(f.until([&] { return f.count<tern::messages_dropped_event>() == 1; }));
    CHECK(f.receive(stream).payload_text() == "kept");
    CHECK(f.receive(stream).payload_text() == "2");
    CHECK(f.receive(stream).payload_text() == "3");
}

TEST_CASE("overlapping subscriptions each get the message, which is acknowledged when all have taken it")
{
    const bool identifiers = GENERATE(true, false);
    client_fixture f;
    REQUIRE_FALSE(f.connect({.client_id = "tester", .subscription_identifiers = identifiers}));
    tern::subscription first = f.subscribe("a/#");
    tern::subscription second = f.subscribe("a/#");
    int handled = 0;
    const auto third = f.client->on_message("a/#", [&](const tern::message_view&) { ++handled; });
    settle(f.context);
    CHECK_FALSE(f.publish("a/b", "x", tern::qos::at_least_once));
    REQUIRE(f.until([&] { return handled == 1 && first.buffered() == 1 && second.buffered() == 1; }));
    CHECK(f.receive(first).payload_text() == "x");
    CHECK(f.client->stats().unacknowledged_received == 1);
    CHECK(f.receive(second).payload_text() == "x");
    CHECK(f.client->stats().unacknowledged_received == 0);
    CHECK(handled == 1);
    CHECK((third.identifier() != 0) == identifiers);
}

TEST_CASE("a handler may end its own subscription, and destroy the client")
{
    client_fixture f;
    int handled = 0;
    outcome<tern::unsubscribe_result> ended;
    tern::message_handler_registration registered;
    registered = f.client->on_message("a", [&](const tern::message_view&) {
        if (++handled == 1)
        {
            registered.async_unsubscribe(ended.handler());
        }
    });
    const auto other = f.client->on_message("b", [&](const tern::message_view&) { f.client.reset(); });
    REQUIRE_FALSE(f.connect());
    CHECK_FALSE(f.publish("a", "1"));
    REQUIRE(f.until([&] { return ended.calls != 0; }));
    CHECK_FALSE(ended.error);
    CHECK(handled == 1);
    outcome<tern::publish_result> last;
    f.client->async_publish("b", "x", {.qos = tern::qos::exactly_once}, last.handler());
    REQUIRE(f.until([&] { return !f.client.has_value(); }));
    settle(f.context);
    CHECK(last.calls == 1);
    CHECK(other.identifier() == 2);
}

TEST_CASE("what matches nothing goes to the catch-all, or is acknowledged, counted and reported")
{
    client_fixture f;
    REQUIRE_FALSE(f.connect());
    {
        const tern::subscription forgotten = f.subscribe("a");
    }
    CHECK_FALSE(f.publish("a", "1", tern::qos::at_least_once));
    REQUIRE(f.until([&] { return f.count<tern::messages_unmatched_event>() == 1; }));
    CHECK(f.client->stats().messages_unmatched == 1);
    CHECK(f.client->stats().unacknowledged_received == 0);
    std::string seen;
    f.client->on_unmatched([&](const tern::message_view& view) { seen = view.payload_text(); });
    CHECK_FALSE(f.publish("a", "2", tern::qos::at_least_once));
    REQUIRE(f.until([&] { return seen == "2"; }));
}

TEST_CASE("messages of a session that an earlier process left wait for their subscription")
{
    client_fixture f;
    const tern::connect_options options{.client_id = "tester", .clean_start = false, .session_expiry = 600s};
    REQUIRE_FALSE(f.connect(options));
    (void)f.subscribe("a");
    (void)f.subscribe("b");
    f.client.emplace(f.context, quick_limits());
    memory_client other(f.context);
    outcome<tern::connect_result> connected;
    other.async_connect("mqtt://broker", {.client_id = "other"}, connected.handler());
    outcome<tern::publish_result> published;
    other.async_publish("a", "for later", {.qos = tern::qos::at_least_once}, [](std::error_code, auto) {});
    other.async_publish("b", "for nobody", {.qos = tern::qos::at_least_once}, published.handler());
    REQUIRE(f.until([&] { return published.calls != 0; }));

    REQUIRE_FALSE(f.connect(options));
    CHECK(f.connection.session_present);
    REQUIRE(f.until([&] { return f.client->stats().messages_received == 2; }));
    CHECK(f.client->stats().unacknowledged_received == 2);
    tern::subscription stream = f.client->open_subscription("a");
    CHECK(f.receive(stream).payload_text() == "for later");
    REQUIRE(f.until([&] { return f.client->stats().messages_unmatched == 1; }));
    CHECK(f.client->stats().unacknowledged_received == 0);
}
