// SPDX-License-Identifier: BSL-1.0

#include "tern/client/subscription.hpp"

#include "support/catch.hpp"
#include "support/memory_client.hpp"

#include <asio/bind_executor.hpp>

#include <type_traits>
#include <utility>

using namespace tern_test;

static_assert(!std::is_copy_constructible_v<tern::subscription>);
static_assert(std::is_nothrow_move_constructible_v<tern::subscription>);
static_assert(std::is_nothrow_default_constructible_v<tern::subscription>);

TEST_CASE("no subscription fails every operation")
{
    asio::io_context context;
    tern::subscription none;
    CHECK_FALSE(none);
    CHECK(none.identifier() == 0);
    CHECK(none.buffered() == 0);
    CHECK(none.result().reasons.empty());
    outcome<tern::message> received;
    outcome<tern::unsubscribe_result> ended;
    none.async_receive(asio::bind_executor(context, received.handler()));
    none.async_unsubscribe(asio::bind_executor(context, ended.handler()));
    CHECK(received.calls == 0);
    settle(context);
    CHECK(received.error == tern::errc::subscription_ended);
    CHECK(ended.error == tern::errc::subscription_ended);
}

TEST_CASE("moving a subscription moves its stream, and replacing one lets it go")
{
    client_fixture f;
    REQUIRE_FALSE(f.connect());
    tern::subscription first = f.subscribe("a");
    tern::subscription second = f.subscribe("b");
    CHECK_FALSE(f.publish("a", "x"));
    REQUIRE(f.until([&] { return first.buffered() == 1; }));
    second = std::move(first);
    CHECK_FALSE(first);
    CHECK(f.receive(second).topic() == "a");
    CHECK(f.broker.core().find_session("tester")->subscriptions == 2); // destroying one sends nothing
    CHECK_FALSE(f.publish("b", "x", tern::qos::at_least_once));
    REQUIRE(f.until([&] { return f.client->stats().messages_unmatched == 1; }));
}

TEST_CASE("a receive that waits when its subscription is destroyed is aborted")
{
    client_fixture f;
    REQUIRE_FALSE(f.connect());
    outcome<tern::message> received;
    {
        tern::subscription stream = f.subscribe("a");
        stream.async_receive(received.handler());
        settle(f.context);
    }
    CHECK(received.calls == 0);
    settle(f.context);
    CHECK(received.error == asio::error::operation_aborted);
}
