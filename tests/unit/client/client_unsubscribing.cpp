// SPDX-License-Identifier: BSL-1.0

#include "tern/client/client_unsubscribing.hpp"

#include "support/allocation_counter.hpp"
#include "support/catch.hpp"
#include "support/memory_client.hpp"

#include <asio/post.hpp>

#include <cstddef>
#include <memory>
#include <new>
#include <string>

using namespace std::chrono_literals;
using namespace tern_test;

TEST_CASE("an ended subscription gives what is buffered, then its end")
{
    client_fixture f;
    REQUIRE_FALSE(f.connect());
    tern::subscription stream = f.subscribe("a");
    CHECK_FALSE(f.publish("a", "1", tern::qos::at_least_once));
    REQUIRE(f.until([&] { return stream.buffered() == 1; }));
    outcome<tern::unsubscribe_result> ended;
    stream.async_unsubscribe(ended.handler());
    REQUIRE(f.until([&] { return ended.calls != 0; }));
    CHECK_FALSE(ended.error);
    CHECK(f.broker.core().find_session("tester")->subscriptions == 0);
    CHECK(f.receive(stream).payload_text() == "1");
    CHECK(f.client->stats().unacknowledged_received == 0);
    outcome<tern::message> none;
    stream.async_receive(none.handler());
    outcome<tern::unsubscribe_result> again;
    stream.async_unsubscribe(again.handler());
    settle(f.context);
    CHECK(none.error == tern::errc::subscription_ended);
    CHECK(again.error == tern::errc::subscription_ended);
}

TEST_CASE("a receive that waits learns of the end")
{
    client_fixture f;
    REQUIRE_FALSE(f.connect());
    tern::subscription stream = f.subscribe("a");
    outcome<tern::message> received;
    stream.async_receive(received.handler());
    stream.async_unsubscribe([](std::error_code, tern::unsubscribe_result) {});
    settle(f.context);
    CHECK(received.calls == 1);
    CHECK(received.error == tern::errc::subscription_ended);
}

TEST_CASE("of two subscriptions to a filter the last to end unsubscribes")
{
    client_fixture f;
    REQUIRE_FALSE(f.connect());
    tern::subscription first = f.subscribe("a");
    tern::subscription second = f.subscribe("a");
    tern::subscription& ending = GENERATE(true, false) ? first : second;
    tern::subscription& staying = &ending == &first ? second : first;
    outcome<tern::unsubscribe_result> ended;
    ending.async_unsubscribe(ended.handler());
    REQUIRE(f.until([&] { return ended.calls != 0; }));
    CHECK_FALSE(ended.error);
    CHECK(f.broker.core().find_session("tester")->subscriptions == 1);
    CHECK_FALSE(f.publish("a", "x", tern::qos::at_least_once));
    CHECK(f.receive(staying).payload_text() == "x");
    CHECK(f.client->stats().unacknowledged_received == 0);
    outcome<tern::unsubscribe_result> last;
    staying.async_unsubscribe(last.handler());
    REQUIRE(f.until([&] { return last.calls != 0; }));
    CHECK(f.broker.core().find_session("tester")->subscriptions == 0);
}

TEST_CASE("unsubscribing by filter ends every subscription to it")
{
    client_fixture f;
    REQUIRE_FALSE(f.connect());
    tern::subscription first = f.subscribe("a");
    tern::subscription second = f.subscribe("a");
    outcome<tern::message> received;
    first.async_receive(received.handler());
    outcome<tern::unsubscribe_result> ended;
    f.client->async_unsubscribe("a", ended.handler());
    REQUIRE(f.until([&] { return ended.calls != 0; }));
    CHECK(ended.result.reasons == std::vector{tern::reason_code::success});
    CHECK(received.error == tern::errc::subscription_ended);
    outcome<tern::message> none;
    second.async_receive(none.handler());
    outcome<tern::unsubscribe_result> wrong;
    f.client->async_unsubscribe("a#", wrong.handler());
    settle(f.context);
    CHECK(none.error == tern::errc::subscription_ended);
    CHECK(wrong.error == tern::errc::invalid_topic_filter);
}

TEST_CASE("unsubscribing by filter ends a handler that owns another subscription to the filter")
{
    client_fixture f;
    REQUIRE_FALSE(f.connect());
    {
        const auto owned = std::make_shared<tern::subscription>();
        (void)f.client->on_message("a", [owned](const tern::message_view&) {});
        *owned = f.client->open_subscription("a");
    }
    settle(f.context);
    outcome<tern::unsubscribe_result> ended;
    asio::post(f.context, [&] { f.client->async_unsubscribe("a", ended.handler()); });
    REQUIRE(f.until([&] { return ended.calls != 0; }));
    CHECK_FALSE(ended.error);
    CHECK(f.broker.core().find_session("tester")->subscriptions == 0);
}

TEST_CASE("who waits for the answer to a subscription that is ended before it comes is told so")
{
    const bool connected = GENERATE(true, false);
    const bool shared = GENERATE(true, false);
    client_fixture f;
    if (connected)
    {
        REQUIRE_FALSE(f.connect());
    }
    const tern::subscription other = f.client->open_subscription(shared ? "a" : "b");
    settle(f.context);
    tern::subscription ending = f.client->open_subscription("a");
    outcome<tern::subscribe_result> ready;
    outcome<tern::unsubscribe_result> ended;
    asio::post(f.context, [&] {
        ending.async_ready(ready.handler());
        ending.async_unsubscribe(ended.handler());
    });
    settle(f.context);
    CHECK(ready.calls == 1);
    CHECK(ready.error == tern::errc::subscription_ended);
    outcome<tern::subscribe_result> late;
    ending.async_ready(late.handler());
    settle(f.context);
    CHECK(late.error == tern::errc::subscription_ended);
    if (!connected)
    {
        REQUIRE_FALSE(f.connect());
    }
    REQUIRE(f.until([&] { return ended.calls == 1; }));
    CHECK_FALSE(ended.error);
    CHECK(f.publish("c", "x", tern::qos::at_least_once) == std::error_code());
    CHECK(f.broker.core().find_session("tester")->subscriptions == 1);
    outcome<void> left;
    f.client->async_disconnect(left.handler()); // which waits for all that is unanswered
    REQUIRE(f.until([&] { return left.calls == 1; }));
    CHECK(ready.calls == 1);
}

TEST_CASE("who waits for the answer to a subscription is told so, too, if it is ended by its filter")
{
    client_fixture f;
    REQUIRE_FALSE(f.connect());
    tern::subscription opened = f.client->open_subscription("a");
    outcome<tern::subscribe_result> ready;
    opened.async_ready(ready.handler());
    outcome<tern::subscription> subscribed;
    f.client->async_subscribe("a", subscribed.handler());
    outcome<tern::unsubscribe_result> ended;
    f.client->async_unsubscribe("a", ended.handler());
    REQUIRE(f.until([&] { return ended.calls == 1; }));
    CHECK_FALSE(ended.error);
    CHECK(ready.calls == 1);
    CHECK(ready.error == tern::errc::subscription_ended);
    CHECK(subscribed.calls == 1);
    CHECK(subscribed.error == tern::errc::subscription_ended);
    CHECK(f.broker.core().find_session("tester")->subscriptions == 0);
}

TEST_CASE("a receive that waits learns of the end also when memory is short")
{
    client_fixture f;
    REQUIRE_FALSE(f.connect());
    bool failed = true;
    for (std::size_t successes = 0; failed; ++successes)
    {
        CAPTURE(successes);
        // As long as the string that the filter becomes is not kept in the string itself.
        const std::string filter = "a/filter/of/some/length/" + std::to_string(successes);
        tern::subscription stream = f.subscribe(filter);
        outcome<tern::message> received;
        stream.async_receive(received.handler());
        outcome<tern::unsubscribe_result> ended;
        bool thrown = false;
        asio::post(f.context, [&] {
            const allocation_failure failure(successes, true);
            try
            {
                f.client->async_unsubscribe(filter, ended.handler());
            }
            catch (const std::bad_alloc&)
            {
                thrown = true;
            }
            failed = failure.happened();
        });
        REQUIRE(f.until([&] { return thrown || ended.calls == 1; }));
        settle(f.context);
        if (received.calls == 0) // nothing was begun
        {
            CHECK((thrown || ended.error == tern::errc::out_of_memory));
            stream.async_unsubscribe([](std::error_code, tern::unsubscribe_result) {});
            REQUIRE(f.until([&] { return received.calls == 1; }));
        }
        CHECK(received.calls == 1);
        CHECK(received.error == tern::errc::subscription_ended);
    }
}

TEST_CASE("an unsubscribe that is refused at once leaves the subscription as it was")
{
    tern::testing::broker_configuration configuration;
    configuration.maximum_packet_size = 60;
    client_fixture f(configuration);
    REQUIRE_FALSE(f.connect());
    tern::subscription stream = f.subscribe("a");
    const std::string large(100, 'v');
    const tern::user_property properties[] = {{"name", large}};
    outcome<tern::unsubscribe_result> refused;
    stream.async_unsubscribe({.user_properties = tern::user_properties(properties)}, refused.handler());
    outcome<tern::unsubscribe_result> by_filter;
    f.client->async_unsubscribe("a", {.user_properties = tern::user_properties(properties)}, by_filter.handler());
    settle(f.context);
    CHECK(refused.error == tern::errc::exceeds_server_maximum_packet_size);
    CHECK(by_filter.error == tern::errc::exceeds_server_maximum_packet_size);
    CHECK_FALSE(f.publish("a", "x"));
    CHECK(f.receive(stream).payload_text() == "x");
    outcome<tern::unsubscribe_result> ended;
    stream.async_unsubscribe(ended.handler());
    REQUIRE(f.until([&] { return ended.calls == 1; }));
    CHECK_FALSE(ended.error);
    CHECK(f.broker.core().find_session("tester")->subscriptions == 0);
}

TEST_CASE("an ended subscription does not come back, whatever became of its UNSUBSCRIBE")
{
    client_fixture f;
    REQUIRE_FALSE(f.connect());
    tern::subscription stream = f.subscribe("a");
    f.broker.accept_connections(false);
    f.broker.cut(link_cut::reset);
    REQUIRE(f.until([&] { return f.count<tern::disconnected_event>() >= 1; }));
    outcome<tern::unsubscribe_result> ended;
    stream.async_unsubscribe(ended.handler());
    settle(f.context);
    outcome<void> left;
    f.client->async_disconnect({.time_limit = 10ms}, left.handler());
    REQUIRE(f.until([&] { return left.calls == 1; }));
    CHECK(ended.error == asio::error::operation_aborted);
    f.broker.accept_connections(true);
    f.broker.drop_sessions();
    REQUIRE_FALSE(f.connect());
    CHECK_FALSE(f.publish("b", "x", tern::qos::at_least_once));
    CHECK(f.broker.core().find_session("tester")->subscriptions == 0);
}

TEST_CASE("of two subscriptions to a filter the last unsubscribes, also if its own SUBSCRIBE was never sent")
{
    client_fixture f;
    REQUIRE_FALSE(f.connect());
    tern::subscription first = f.subscribe("a");
    f.broker.accept_connections(false);
    f.broker.cut(link_cut::reset);
    REQUIRE(f.until([&] { return f.count<tern::disconnected_event>() >= 1; }));
    outcome<tern::subscription> second;
    f.client->async_subscribe("a", {.time_limit = 50ms}, second.handler());
    outcome<tern::unsubscribe_result> ended;
    first.async_unsubscribe(ended.handler());
    REQUIRE(f.until([&] { return second.calls == 1 && ended.calls == 1; }));
    CHECK_FALSE(ended.error);
    CHECK(second.error == tern::errc::timed_out);
    f.broker.accept_connections(true);
    REQUIRE(f.until([&] { return f.count<tern::connected_event>() == 2; }));
    CHECK_FALSE(f.publish("b", "x", tern::qos::at_least_once));
    CHECK(f.broker.core().find_session("tester")->subscriptions == 0);
}

TEST_CASE("a time limit ends the wait for UNSUBACK, and the subscription stays ended")
{
    client_fixture f;
    REQUIRE_FALSE(f.connect());
    tern::subscription stream = f.subscribe("a");
    tern::message_handler_registration registered = f.client->on_message("b", [](const tern::message_view&) {});
    tern::subscription other = f.subscribe("c");
    f.broker.accept_connections(false);
    f.broker.cut(link_cut::reset);
    outcome<tern::unsubscribe_result> of_stream;
    outcome<tern::unsubscribe_result> of_handler;
    outcome<tern::unsubscribe_result> of_client;
    stream.async_unsubscribe({.time_limit = 20ms}, of_stream.handler());
    registered.async_unsubscribe({.time_limit = 20ms}, of_handler.handler());
    f.client->async_unsubscribe("c", {.time_limit = 20ms}, of_client.handler());
    REQUIRE(f.until([&] { return of_stream.calls == 1 && of_handler.calls == 1 && of_client.calls == 1; }));
    CHECK(of_stream.error == tern::errc::timed_out);
    CHECK(of_handler.error == tern::errc::timed_out);
    CHECK(of_client.error == tern::errc::timed_out);
    outcome<tern::message> none;
    other.async_receive(none.handler());
    settle(f.context);
    CHECK(none.error == tern::errc::subscription_ended);
    f.broker.accept_connections(true);
    REQUIRE(f.until([&] { return f.count<tern::connected_event>() == 2; }));
    CHECK_FALSE(f.publish("x", "x", tern::qos::at_least_once));
    CHECK(f.broker.core().find_session("tester")->subscriptions == 0);
}

TEST_CASE("unsubscribing has the client's time limit if it has none of its own")
{
    tern::client_limits limits = quick_limits();
    limits.operation = 20ms;
    client_fixture f({}, limits);
    outcome<tern::unsubscribe_result> ended;
    f.client->async_unsubscribe("a", ended.handler());
    REQUIRE(f.until([&] { return ended.calls == 1; }));
    CHECK(ended.error == tern::errc::timed_out);
}
