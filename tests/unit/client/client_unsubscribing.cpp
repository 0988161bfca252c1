// SPDX-License-Identifier: BSL-1.0

#include "tern/client/client_unsubscribing.hpp"

#include "support/catch.hpp"
#include "support/memory_client.hpp"

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

TEST_CASE("who waits for a subscription's answer learns that it has ended before")
{
    client_fixture f;
    if (GENERATE(true, false))
    {
        REQUIRE_FALSE(f.connect());
    }
    tern::subscription first = f.client->open_subscription("a");
    tern::subscription second = f.client->open_subscription("a"); // the server keeps the filter for the first one
    outcome<tern::subscribe_result> ready;
    outcome<tern::unsubscribe_result> ended;
    second.async_ready(ready.handler());
    second.async_unsubscribe(ended.handler());
    settle(f.context);
    CHECK(ended.calls == 1);
    CHECK_FALSE(ended.error);
    CHECK(ready.calls == 1);
    CHECK(ready.error == tern::errc::subscription_ended);
    outcome<tern::subscribe_result> late;
    second.async_ready(late.handler());
    settle(f.context);
    CHECK(late.error == tern::errc::subscription_ended);
}
