// SPDX-License-Identifier: BSL-1.0

#include "tern/client/client_unmatched.hpp"

#include "support/catch.hpp"
#include "support/memory_client.hpp"

#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

using namespace std::chrono_literals;
using namespace tern_test;

namespace
{

const tern::connect_options claiming{.client_id = "tester", .clean_start = false, .session_expiry = 600s};

/// A client whose session an earlier process left, subscribed to "a" and "b". Not yet connected.
struct claiming_fixture : client_fixture
{
    explicit claiming_fixture(tern::client_limits limits = quick_limits())
    {
        REQUIRE_FALSE(connect(claiming));
        (void)subscribe("a");
        (void)subscribe("b");
        events.clear();
        client.emplace(context, limits);
        client->on_event([this](const tern::client_event& event) { events.push_back(event); });
        others.emplace(*this);
    }

    std::optional<peer> others;
};

} // namespace

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

TEST_CASE("messages that wait keep their order, also when a handler subscribes in between")
{
    tern::client_limits limits = quick_limits();
    limits.unmatched_time = 3'000ms;
    claiming_fixture f(limits);
    REQUIRE(f.others->publish_numbers("a", 1, 2));
    CHECK_FALSE(f.others->publish("b", "go"));
    REQUIRE(f.others->publish_numbers("a", 3, 4));
    std::vector<std::string> order;
    std::optional<tern::message_handler_registration> late;
    const auto registered = f.client->on_message("b", [&](const tern::message_view&) {
        late =
            f.client->on_message("a", [&](const tern::message_view& view) { order.emplace_back(view.payload.text()); });
    });
    REQUIRE_FALSE(f.connect(claiming));
    REQUIRE(f.until([&] { return order.size() == 4; }));
    CHECK(order == std::vector<std::string>{"1", "2", "3", "4"});
    REQUIRE(f.until([&] { return f.client->stats().unacknowledged_received == 0; }));
    CHECK(registered.identifier() != 0);
}

TEST_CASE("a handler that throws at a message that waited leaves the others to be matched")
{
    tern::client_limits limits = quick_limits();
    limits.unmatched_time = 3'000ms;
    claiming_fixture f(limits);
    REQUIRE(f.others->publish_numbers("a", 1, 3));
    REQUIRE_FALSE(f.connect(claiming));
    REQUIRE(f.until([&] { return f.client->stats().held_messages == 3; }));
    std::vector<std::string> order;
    const auto registered = f.client->on_message("a", [&](const tern::message_view& view) {
        order.emplace_back(view.payload.text());
        if (order.size() == 1)
        {
            throw std::runtime_error("from a handler");
        }
    });
    CHECK(exceptions_until<std::runtime_error>(f.context, [&] { return order.size() == 3; }) == 1);
    CHECK(order == std::vector<std::string>{"1", "2", "3"});
    REQUIRE(f.until([&] { return f.client->stats().unacknowledged_received == 0; }));
    CHECK(registered.identifier() != 0);
}

TEST_CASE("messages that wait are bounded in bytes: the oldest waits no longer")
{
    tern::client_limits limits = quick_limits();
    limits.unmatched_time = 3'000ms;
    limits.maximum_received_bytes = 20'000;
    claiming_fixture f(limits);
    for (char name = 'a'; name < 'f'; ++name)
    {
        CHECK_FALSE(f.others->publish("a", name + std::string(6'000, 'x')));
    }
    CHECK_FALSE(f.others->publish("a", 'f' + std::string(60'000, 'x'))); // there will never be room for it
    CHECK_FALSE(f.others->publish("a", 'g' + std::string(6'000, 'x')));
    std::string unmatched;
    f.client->on_unmatched([&](const tern::message_view& view) { unmatched += view.payload.text().front(); });
    REQUIRE_FALSE(f.connect(claiming));
    REQUIRE(f.until([&] { return f.client->stats().messages_received == 7; }));
    settle(f.context);
    CHECK(unmatched == "abcdef");
    CHECK(f.client->stats().held_messages == 1);
    CHECK(f.client->stats().held_bytes <= 20'000);
    tern::subscription stream = f.client->open_subscription("a");
    CHECK(f.receive(stream).payload_text().front() == 'g');
    CHECK(f.client->stats().held_bytes == 0);
}
