// SPDX-License-Identifier: BSL-1.0

#include "tern/client/client_dispatching.hpp"

#include "support/allocation_counter.hpp"
#include "support/catch.hpp"
#include "support/memory_client.hpp"

#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

using namespace std::chrono_literals;
using namespace tern_test;

namespace
{

/// Connects, subscribes by a handler that `first` is called in and by one that counts, and shares every message of "a"
/// between them.
struct shared_fixture : client_fixture
{
    template <class First>
    explicit shared_fixture(First first, const tern::client_limits& limits = quick_limits())
        : client_fixture({}, limits), one(client->on_message("a",
                                                             [this, first](const tern::message_view& view) mutable {
                                                                 seen_by_one.emplace_back(view.payload.text());
                                                                 first(view);
                                                             })),
          two(client->on_message(
              "a", [this](const tern::message_view& view) { seen_by_two.emplace_back(view.payload.text()); }))
    {
        seen_by_one.reserve(16); // what fails for lack of memory is to be the client
        seen_by_two.reserve(16);
        REQUIRE_FALSE(connect());
        settle(context);
    }

    [[nodiscard]] bool all_acknowledged()
    {
        return until([&] { return client->stats().unacknowledged_received == 0; });
    }

    std::vector<std::string> seen_by_one;
    std::vector<std::string> seen_by_two;
    tern::message_handler_registration one;
    tern::message_handler_registration two;
};

const std::vector<std::string> one_to_three{"1", "2", "3"};

} // namespace

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

TEST_CASE("QoS 0 beyond the bytes that all streams may hold drops the oldest of the fullest, and reading goes on")
{
    tern::client_limits limits = quick_limits();
    limits.maximum_received_bytes = 20'000;
    client_fixture f({}, limits);
    REQUIRE_FALSE(f.connect());
    tern::subscription full = f.subscribe("full");
    tern::subscription other = f.subscribe("other");
    peer p(f);
    CHECK_FALSE(p.publish("other", "kept", tern::qos::at_most_once));
    for (char name = 'a'; name < 'k'; ++name)
    {
        CHECK_FALSE(p.publish("full", name + std::string(6'000, 'x'), tern::qos::at_most_once));
    }
    REQUIRE(f.until([&] { return f.client->stats().messages_dropped_incoming == 8; }));
    CHECK(f.client->stats().held_bytes <= 20'000);
    CHECK(f.client->stats().held_messages == 3);
    CHECK(f.count<tern::reading_paused_event>() == 0);
    CHECK(f.receive(full).payload_text().front() == 'i');
    CHECK(f.receive(full).payload_text().front() == 'j');
    CHECK(f.receive(other).payload_text() == "kept");
    CHECK(f.client->stats().held_bytes == 0);
    CHECK(f.client->stats().held_messages == 0);
}

TEST_CASE("all of a message's memory counts, its properties too")
{
    client_fixture f;
    REQUIRE_FALSE(f.connect());
    tern::subscription stream = f.subscribe("a");
    const std::string large(60'000, 'v');
    const tern::user_property properties[] = {{"name", large}};
    outcome<tern::publish_result> published;
    f.client->async_publish("a", "",
                            {.qos = tern::qos::at_least_once, .user_properties = tern::user_properties(properties)},
                            published.handler());
    REQUIRE(f.until([&] { return stream.buffered() == 1; }));
    CHECK(f.client->stats().held_bytes >= 60'000);
    CHECK(f.client->stats().held_messages == 1);
}

TEST_CASE("a message that one handler throws at reaches the others, and all are acknowledged")
{
    const auto qos = GENERATE(tern::qos::at_most_once, tern::qos::at_least_once, tern::qos::exactly_once);
    shared_fixture f([](const tern::message_view& view) {
        if (view.payload == tern::byte_view("1"))
        {
            throw std::runtime_error("from a handler");
        }
    });
    tern::subscription stream = f.client->open_subscription("a");
    settle(f.context);
    peer p(f);
    const int thrown = exceptions_until<std::runtime_error>(f.context, [&, sent = false]() mutable {
        if (!std::exchange(sent, true))
        {
            (void)p.publish_numbers("a", 1, 3, qos);
        }
        return f.seen_by_two.size() == 3 && stream.buffered() == 3;
    });
    CHECK(thrown == 1);
    CHECK(f.seen_by_one == one_to_three);
    CHECK(f.seen_by_two == one_to_three);
    for (const std::string& expected : one_to_three)
    {
        CHECK(f.receive(stream).payload_text() == expected);
    }
    CHECK(f.all_acknowledged());
}

TEST_CASE("a message that is on its way to others when the client ends is given up with it")
{
    std::optional<tern::message_handler_registration> third;
    shared_fixture f([](const tern::message_view&) { throw std::runtime_error("from a handler"); });
    auto owned = std::make_shared<int>(0);
    const std::weak_ptr<int> watched = owned;
    third = f.client->on_message("a", [owned = std::move(owned)](const tern::message_view&) {});
    settle(f.context);
    peer p(f);
    CHECK_THROWS_AS(p.publish_numbers("a", 1, 1), std::runtime_error);
    CHECK(f.seen_by_two.empty());
    f.client.reset();
    settle(f.context);
    third.reset();
    CHECK(f.seen_by_two.empty());
    CHECK(watched.expired());
}

TEST_CASE("memory that is short loses no message: the connection ends, and the server sends it again")
{
    const auto qos = GENERATE(tern::qos::at_least_once, tern::qos::exactly_once);
    std::optional<allocation_failure> failure;
    shared_fixture f([&](const tern::message_view& view) {
        if (view.payload == tern::byte_view("1") && !failure)
        {
            failure.emplace(0U); // the copy of the next message
        }
    });
    tern::subscription stream = f.client->open_subscription("a");
    settle(f.context);
    peer p(f);
    REQUIRE(p.publish_numbers("a", 1, 3, qos));
    REQUIRE(f.until([&] { return stream.buffered() == 3; }));
    CHECK(failure->happened());
    bool told = false;
    for (const tern::client_event& event : f.events)
    {
        const auto* const lost = std::get_if<tern::disconnected_event>(&event);
        told = told || (lost != nullptr && lost->error == tern::errc::out_of_memory);
    }
    CHECK(told);
    for (const std::string& expected : one_to_three)
    {
        CHECK(f.receive(stream).payload_text() == expected);
    }
    CHECK(f.seen_by_one == one_to_three);
    CHECK(f.seen_by_two == one_to_three);
    CHECK(f.all_acknowledged());
}

TEST_CASE("memory that is short drops a message of QoS 0, counted, and the connection stays")
{
    std::optional<allocation_failure> failure;
    shared_fixture f([&](const tern::message_view& view) {
        if (view.payload == tern::byte_view("1"))
        {
            failure.emplace(0U);
        }
    });
    tern::subscription stream = f.client->open_subscription("a");
    settle(f.context);
    peer p(f);
    REQUIRE(p.publish_numbers("a", 1, 3, tern::qos::at_most_once));
    REQUIRE(f.until([&] { return stream.buffered() == 2; }));
    CHECK(failure->happened());
    CHECK(f.client->stats().messages_dropped_incoming == 1);
    CHECK(f.count<tern::disconnected_event>() == 0);
    CHECK(f.seen_by_two == std::vector<std::string>{"1", "3"});
}
