// SPDX-License-Identifier: BSL-1.0

#include "tern/client/client_releasing.hpp"

#include "support/catch.hpp"
#include "support/memory_client.hpp"

#include <memory>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

using namespace tern_test;

namespace
{

/// A stream of "a" that holds "1" to "3", and the catch-all.
struct release_fixture : client_fixture
{
    release_fixture()
    {
        client->on_unmatched([this](const tern::message_view& view) { unmatched.emplace_back(view.payload.text()); });
        REQUIRE_FALSE(connect());
    }

    void fill(tern::subscription& stream, tern::qos qos)
    {
        peer others(*this);
        REQUIRE(others.publish_numbers("a", 1, 3, qos));
        REQUIRE(until([&] { return stream.buffered() == 3; }));
    }

    [[nodiscard]] bool all_acknowledged()
    {
        return until([&] { return client->stats().unacknowledged_received == 0; });
    }

    std::vector<std::string> unmatched;
};

const std::vector<std::string> one_to_three{"1", "2", "3"};

} // namespace

TEST_CASE("what is left in a stream whose handle is destroyed goes to the catch-all, and stops nobody")
{
    const auto qos = GENERATE(tern::qos::at_most_once, tern::qos::at_least_once, tern::qos::exactly_once);
    const bool manual = GENERATE(true, false);
    const bool unsubscribed = GENERATE(true, false);
    release_fixture f;
    {
        tern::subscription stream =
            f.subscribe("a", {.ack = manual ? tern::acknowledgement::manual : tern::acknowledgement::when_taken});
        f.fill(stream, qos);
        if (unsubscribed)
        {
            outcome<tern::unsubscribe_result> ended;
            stream.async_unsubscribe(ended.handler());
            REQUIRE(f.until([&] { return ended.calls != 0; }));
            CHECK_FALSE(ended.error);
        }
    }
    REQUIRE(f.until([&] { return f.unmatched.size() == 3; }));
    CHECK(f.unmatched == one_to_three);
    CHECK(f.all_acknowledged());
    CHECK(f.client->stats().held_messages == 0);
}

TEST_CASE("without a catch-all it is acknowledged, counted and reported")
{
    client_fixture f;
    REQUIRE_FALSE(f.connect());
    tern::subscription stream = f.subscribe("a");
    peer others(f);
    REQUIRE(others.publish_numbers("a", 1, 3));
    REQUIRE(f.until([&] { return stream.buffered() == 3; }));
    stream = tern::subscription();
    REQUIRE(f.until([&] { return f.client->stats().unacknowledged_received == 0; }));
    CHECK(f.client->stats().messages_unmatched == 3);
    CHECK(f.count<tern::messages_unmatched_event>() == 1);
}

TEST_CASE("what is left in a stream goes to a subscription that has come since, but not twice to one that has it")
{
    release_fixture f;
    tern::subscription stream = f.subscribe("a");
    SECTION("it came later")
    {
        f.fill(stream, tern::qos::at_least_once);
        tern::subscription later = f.subscribe("a");
        stream = tern::subscription();
        for (const std::string& expected : one_to_three)
        {
            CHECK(f.receive(later).payload_text() == expected);
        }
        CHECK(later.buffered() == 0);
        CHECK(f.all_acknowledged());
    }
    SECTION("it was there before")
    {
        tern::subscription other = f.subscribe("a");
        f.fill(stream, tern::qos::at_least_once);
        stream = tern::subscription();
        for (const std::string& expected : one_to_three)
        {
            CHECK(f.receive(other).payload_text() == expected);
        }
        CHECK(other.buffered() == 0);
        CHECK(f.all_acknowledged());
    }
    SECTION("of QoS 0 it is not known when it came")
    {
        tern::subscription other = f.subscribe("a");
        f.fill(stream, tern::qos::at_most_once);
        stream = tern::subscription();
        settle(f.context);
        CHECK(other.buffered() == 3);
    }
    CHECK(f.unmatched.empty());
}

TEST_CASE("a catch-all that throws gets the rest of a released stream in the next turn")
{
    release_fixture f;
    int calls = 0;
    f.client->on_unmatched([&](const tern::message_view&) {
        if (++calls == 1)
        {
            throw std::runtime_error("from a handler");
        }
    });
    tern::subscription stream = f.subscribe("a");
    f.fill(stream, tern::qos::at_least_once);
    stream = tern::subscription();
    CHECK(exceptions_until<std::runtime_error>(f.context, [&] { return calls == 3; }) == 1);
    CHECK(f.all_acknowledged());
}

TEST_CASE("a handler that is destroyed may own the handles of other subscriptions")
{
    release_fixture f;
    tern::message_handler_registration registered;
    {
        auto owned = std::make_shared<std::vector<tern::subscription>>();
        for (int i = 0; i < 5; ++i)
        {
            owned->push_back(f.client->open_subscription("x/" + std::to_string(i)));
        }
        registered = f.client->on_message("a", [owned, &registered](const tern::message_view&) {
            registered.async_unsubscribe([](std::error_code, tern::unsubscribe_result) {});
            registered = {};
        });
    }
    settle(f.context);
    peer others(f);
    CHECK_FALSE(others.publish("a", "1"));
    REQUIRE(f.until([&] { return f.broker.core().find_session("tester")->subscriptions == 5; }));
    CHECK_FALSE(others.publish("x/3", "for nobody now"));
    REQUIRE(f.until([&] { return f.unmatched == std::vector<std::string>{"for nobody now"}; }));
}

TEST_CASE("a handler that owns its own registration is destroyed when its subscription ends, or the client does")
{
    const bool unsubscribed = GENERATE(true, false);
    client_fixture f;
    REQUIRE_FALSE(f.connect());
    const auto registered = std::make_shared<tern::message_handler_registration>();
    auto owned = std::make_shared<int>(0);
    const std::weak_ptr<int> watched = owned;
    *registered = f.client->on_message("a", [registered, owned = std::move(owned)](const tern::message_view&) {});
    if (unsubscribed)
    {
        outcome<tern::unsubscribe_result> ended;
        registered->async_unsubscribe(ended.handler());
        REQUIRE(f.until([&] { return ended.calls != 0; }));
        settle(f.context);
    }
    else
    {
        CHECK_FALSE(watched.expired());
        f.client.reset();
    }
    CHECK(watched.expired());
}

TEST_CASE("a handler that owns its own registration is destroyed if its filter is refused at once")
{
    client_fixture f;
    const auto registered = std::make_shared<tern::message_handler_registration>();
    auto owned = std::make_shared<int>(0);
    const std::weak_ptr<int> watched = owned;
    *registered = f.client->on_message("a#", [registered, owned = std::move(owned)](const tern::message_view&) {});
    settle(f.context);
    CHECK(watched.expired());
}

TEST_CASE("a handler in which the client is destroyed lives until it returns")
{
    client_fixture f;
    REQUIRE_FALSE(f.connect());
    auto owned = std::make_shared<int>(7);
    const std::weak_ptr<int> watched = owned;
    int seen = 0;
    (void)f.client->on_message("a", [&f, &seen, owned = std::move(owned)](const tern::message_view&) {
        f.client.reset();
        seen = *owned;
    });
    settle(f.context);
    f.client->async_publish("a", "x", [](std::error_code, tern::publish_result) {});
    REQUIRE(f.until([&] { return seen == 7; }));
    settle(f.context);
    CHECK(watched.expired());
}
