// SPDX-License-Identifier: BSL-1.0

#include "tern/client/client_subscribing.hpp"

#include "support/allocation_counter.hpp"
#include "support/catch.hpp"
#include "support/memory_client.hpp"

#include <asio/post.hpp>

#include <array>
#include <cstddef>
#include <new>
#include <stdexcept>
#include <string>
#include <string_view>

using namespace std::chrono_literals;
using namespace tern_test;

namespace
{

// Refuses filters that begin with "secret".
struct strict_policy final : tern::testing::broker_policy
{
    tern::reason_code authorize_subscription(const tern::testing::client_identity&,
                                             const tern::wire::subscription& wanted) override
    {
        return refuses && wanted.topic_filter.starts_with("secret") ? tern::reason_code::not_authorized
                                                                    : tern::reason_code::success;
    }

    bool refuses = true;
};

// Refuses the first filter of a SUBSCRIBE only.
struct first_policy final : tern::testing::broker_policy
{
    tern::reason_code authorize_subscription(const tern::testing::client_identity&,
                                             const tern::wire::subscription&) override
    {
        return ++asked == 1 ? tern::reason_code::not_authorized : tern::reason_code::success;
    }

    int asked = 0;
};

struct strict_fixture
{
    strict_fixture()
    {
        REQUIRE(run(
            [&](auto handler) { client.async_connect("mqtt://strict", {.client_id = "tester"}, std::move(handler)); }));
    }

    template <class Start>
    bool run(Start start)
    {
        bool ended = false;
        start([&](std::error_code error, tern::connect_result) { ended = !error; });
        return run_until(context, [&] { return ended; });
    }

    asio::io_context context{1};
    strict_policy policy;
    memory_broker broker{context, {}, &policy, "strict"};
    memory_client client{context, quick_limits()};
};

} // namespace

TEST_CASE("a subscription has the server's answer and an identifier")
{
    client_fixture f;
    REQUIRE_FALSE(f.connect());
    const tern::subscription first = f.subscribe("a/+", {.maximum_qos = tern::qos::at_least_once});
    const tern::subscription second = f.subscribe("b");
    CHECK(first);
    CHECK(first.result().reasons == std::vector{tern::reason_code::granted_qos_1});
    CHECK(first.identifier() == 1);
    CHECK(second.identifier() == 2);
}

TEST_CASE("filters that are not legal are refused before anything leaves")
{
    client_fixture f;
    REQUIRE_FALSE(f.connect());
    for (const char* filter : {"", "a#", "a/#/b", "a+", "$share//a"})
    {
        outcome<tern::subscription> subscribed;
        f.client->async_subscribe(filter, subscribed.handler());
        settle(f.context);
        CHECK(subscribed.error == tern::errc::invalid_topic_filter);
        CHECK_FALSE(subscribed.result);
        outcome<tern::subscribe_result> ready;
        tern::subscription opened = f.client->open_subscription(filter);
        opened.async_ready(ready.handler());
        settle(f.context);
        CHECK(ready.error == tern::errc::invalid_topic_filter);
    }
    outcome<tern::subscription> none;
    f.client->async_subscribe(std::span<const tern::topic_subscription>(), none.handler());
    settle(f.context);
    CHECK(none.error == tern::errc::empty_subscription_list);
}

TEST_CASE("one filter refused is an error, of several only all refused is")
{
    strict_fixture f;
    outcome<tern::subscription> one;
    f.client.async_subscribe("secret/a", one.handler());
    REQUIRE(run_until(f.context, [&] { return one.calls != 0; }));
    CHECK(one.error == tern::reason_code::not_authorized);
    CHECK(one.result.result().reasons == std::vector{tern::reason_code::not_authorized});

    const std::array mixed{tern::topic_subscription{"secret/a"}, tern::topic_subscription{"open/a"}};
    outcome<tern::subscription> some;
    f.client.async_subscribe(mixed, some.handler());
    REQUIRE(run_until(f.context, [&] { return some.calls != 0; }));
    CHECK_FALSE(some.error);
    CHECK(some.result.result().reasons ==
          std::vector{tern::reason_code::not_authorized, tern::reason_code::granted_qos_2});
    outcome<tern::message> received;
    some.result.async_receive(received.handler());
    f.client.async_publish("open/a", "x", [](std::error_code, tern::publish_result) {});
    REQUIRE(run_until(f.context, [&] { return received.calls != 0; }));
    CHECK(received.result.topic() == "open/a");

    const std::array hopeless{tern::topic_subscription{"secret/a"}, tern::topic_subscription{"secret/b"}};
    outcome<tern::subscription> all;
    f.client.async_subscribe(hopeless, all.handler());
    REQUIRE(run_until(f.context, [&] { return all.calls != 0; }));
    CHECK(all.error == tern::reason_code::not_authorized);
}

TEST_CASE("a restoration that is refused ends the stream with the reason")
{
    strict_fixture f;
    f.policy.refuses = false;
    std::vector<tern::client_event> events;
    f.client.on_event([&](const tern::client_event& event) { events.push_back(event); });
    outcome<tern::subscription> subscribed;
    f.client.async_subscribe("secret/a", subscribed.handler());
    REQUIRE(run_until(f.context, [&] { return subscribed.calls != 0; }));
    CHECK_FALSE(subscribed.error);
    outcome<tern::message> received;
    subscribed.result.async_receive(received.handler());
    f.policy.refuses = true;
    f.broker.drop_sessions();
    REQUIRE(run_until(f.context, [&] { return received.calls != 0; }));
    CHECK(received.error == tern::reason_code::not_authorized);
    REQUIRE(std::holds_alternative<tern::subscription_refused_event>(events.back()));
    CHECK(std::get<tern::subscription_refused_event>(events.back()).topic_filters ==
          std::vector<std::string>{"secret/a"});
}

TEST_CASE("subscribing before connecting waits for the connection")
{
    client_fixture f;
    outcome<tern::subscription> subscribed;
    f.client->async_subscribe("a", subscribed.handler());
    settle(f.context);
    CHECK(subscribed.calls == 0);
    REQUIRE_FALSE(f.connect());
    REQUIRE(f.until([&] { return subscribed.calls != 0; }));
    CHECK_FALSE(subscribed.error);
}

TEST_CASE("a time limit ends a subscribe, and takes it back")
{
    client_fixture f;
    outcome<tern::subscription> subscribed;
    f.client->async_subscribe("a", {.time_limit = 20ms}, subscribed.handler());
    REQUIRE(f.until([&] { return subscribed.calls != 0; }));
    CHECK(subscribed.error == tern::errc::timed_out);
    REQUIRE_FALSE(f.connect());
    CHECK_FALSE(f.publish("b", "x", tern::qos::at_least_once));
    CHECK(f.broker.core().find_session("tester")->subscriptions == 0);
}

TEST_CASE("a handler that throws does not keep the answer from the others who wait for it")
{
    client_fixture f;
    REQUIRE_FALSE(f.connect());
    tern::subscription stream = f.client->open_subscription("a");
    int first = 0;
    outcome<tern::subscribe_result> second;
    outcome<tern::subscribe_result> third;
    stream.async_ready([&](std::error_code, const tern::subscribe_result&) {
        ++first;
        throw std::runtime_error("from a handler");
    });
    stream.async_ready(second.handler());
    stream.async_ready(third.handler());
    CHECK(exceptions_until<std::runtime_error>(f.context, [&] { return second.calls == 1 && third.calls == 1; }) == 1);
    CHECK(first == 1);
    CHECK(second.result.reasons == std::vector{tern::reason_code::granted_qos_2});
    CHECK(third.result.reasons == std::vector{tern::reason_code::granted_qos_2});
}

TEST_CASE("a time limit ends the wait for an answer, and not the subscription that was opened")
{
    const bool own = GENERATE(true, false);
    tern::client_limits limits = quick_limits();
    limits.operation = own ? 0ms : 20ms;
    client_fixture f({}, limits);
    const tern::subscribe_options options{.time_limit = own ? 20ms : tern::default_time_limit};
    tern::subscription stream = f.client->open_subscription("a", options);
    int handled = 0;
    auto registered = f.client->on_message(
        "a", [&](const tern::message_view&) { ++handled; }, options);
    outcome<tern::subscribe_result> of_stream;
    outcome<tern::subscribe_result> of_handler;
    stream.async_ready(of_stream.handler());
    registered.async_ready(of_handler.handler());
    REQUIRE(f.until([&] { return of_stream.calls == 1 && of_handler.calls == 1; }));
    CHECK(of_stream.error == tern::errc::timed_out);
    CHECK(of_handler.error == tern::errc::timed_out);
    REQUIRE_FALSE(f.connect());
    outcome<tern::subscribe_result> later;
    stream.async_ready(later.handler());
    REQUIRE(f.until([&] { return later.calls == 1; }));
    CHECK_FALSE(later.error);
    CHECK_FALSE(f.publish("a", "x"));
    CHECK(f.receive(stream).payload_text() == "x");
    CHECK(handled == 1);
}

TEST_CASE("a filter that is given twice is one subscription, and each time has its code")
{
    asio::io_context context{1};
    first_policy policy;
    memory_broker broker(context, {}, &policy, "strict");
    memory_client client(context, quick_limits());
    outcome<tern::connect_result> connected;
    client.async_connect("mqtt://strict", {.client_id = "tester"}, connected.handler());
    const std::array filters{tern::topic_subscription{"refused"}, tern::topic_subscription{"a"},
                             tern::topic_subscription{"a", tern::qos::at_least_once}};
    outcome<tern::subscription> subscribed;
    client.async_subscribe(filters, subscribed.handler());
    REQUIRE(run_until(context, [&] { return subscribed.calls == 1; }));
    CHECK(subscribed.result.result().reasons == std::vector{tern::reason_code::not_authorized,
                                                            tern::reason_code::granted_qos_2,
                                                            tern::reason_code::granted_qos_1});
    int unmatched = 0;
    client.on_unmatched([&](const tern::message_view&) { ++unmatched; });
    outcome<tern::subscription> other; // what was refused counts no more: this one alone has it
    client.async_subscribe("refused", other.handler());
    REQUIRE(run_until(context, [&] { return other.calls == 1; }));
    outcome<tern::unsubscribe_result> ended;
    other.result.async_unsubscribe(ended.handler());
    REQUIRE(run_until(context, [&] { return ended.calls == 1; }));
    CHECK(ended.result.reasons == std::vector{tern::reason_code::success});
    outcome<tern::message> received;
    subscribed.result.async_receive(received.handler());
    client.async_publish("a", "x", [](std::error_code, tern::publish_result) {});
    REQUIRE(run_until(context, [&] { return received.calls == 1; }));
    CHECK(subscribed.result.buffered() == 0); // once
    outcome<tern::unsubscribe_result> last;
    subscribed.result.async_unsubscribe(last.handler());
    REQUIRE(run_until(context, [&] { return last.calls == 1; }));
    CHECK(last.result.reasons == std::vector{tern::reason_code::success}); // one filter
    CHECK(broker.core().find_session("tester")->subscriptions == 0);
    CHECK(unmatched == 0);
}

TEST_CASE("the same filter twice is one subscription at the server, to which the later options apply")
{
    client_fixture f;
    REQUIRE_FALSE(f.connect());
    tern::subscription first = f.subscribe("a");
    tern::subscription second = f.subscribe("a", {.maximum_qos = tern::qos::at_most_once});
    CHECK_FALSE(f.publish("a", "x", tern::qos::exactly_once));
    CHECK(f.receive(first).qos() == tern::qos::at_most_once);
    CHECK(f.receive(second).qos() == tern::qos::at_most_once);
    tern::subscription third = f.subscribe("a", {.maximum_qos = tern::qos::at_least_once});
    CHECK_FALSE(f.publish("a", "x", tern::qos::exactly_once));
    CHECK(f.receive(first).qos() == tern::qos::at_least_once);
}

TEST_CASE("a subscribe that memory is short for leaves nothing behind")
{
    client_fixture f;
    REQUIRE_FALSE(f.connect());
    f.client->on_event([](const tern::client_event&) {});
    bool failed = true;
    for (std::size_t successes = 0; failed; ++successes)
    {
        outcome<tern::subscription> subscribed;
        // As long as the string that the filter becomes is not kept in the string itself.
        const std::string filter = "a/filter/of/some/length/" + std::to_string(successes);
        bool thrown = false;
        asio::post(f.context, [&] {
            const allocation_failure failure(successes);
            try
            {
                f.client->async_subscribe(filter, {.time_limit = 60s}, subscribed.handler());
            }
            catch (const std::bad_alloc&)
            {
                thrown = true; // before anything was begun
            }
            failed = failure.happened();
        });
        settle(f.context);
        REQUIRE(f.until([&] { return thrown || subscribed.calls == 1; }));
        const bool refused = thrown || subscribed.error;
        CHECK(f.broker.core().find_session("tester")->subscriptions == (refused ? 0U : 1U));
        if (!refused)
        {
            outcome<tern::unsubscribe_result> ended;
            subscribed.result.async_unsubscribe(ended.handler());
            REQUIRE(f.until([&] { return ended.calls == 1; }));
        }
        if (subscribed.error)
        {
            CHECK(subscribed.error == tern::errc::out_of_memory);
        }
    }
}

TEST_CASE("what is unsubscribed from before SUBACK comes does not hide what that refuses")
{
    strict_fixture f;
    const std::array filters{tern::topic_subscription{"open/a"}, tern::topic_subscription{"secret/a"},
                             tern::topic_subscription{"open/b"}};
    tern::subscription stream = f.client.open_subscription(filters);
    outcome<tern::message> received;
    stream.async_receive(received.handler());
    f.client.async_unsubscribe("open/a", [](std::error_code, tern::unsubscribe_result) {});

    SECTION("the stream ends with the reason if nothing is left")
    {
        f.client.async_unsubscribe("open/b", [](std::error_code, tern::unsubscribe_result) {});
        REQUIRE(run_until(f.context, [&] { return received.calls != 0; }));
        CHECK(received.error == tern::reason_code::not_authorized);
    }
    SECTION("else it goes on with the rest")
    {
        outcome<tern::subscribe_result> ready;
        stream.async_ready(ready.handler());
        REQUIRE(run_until(f.context, [&] { return ready.calls != 0; }));
        CHECK_FALSE(ready.error);
        CHECK(ready.result.reasons.size() == 3);
        f.client.async_publish("open/b", "x", [](std::error_code, tern::publish_result) {});
        REQUIRE(run_until(f.context, [&] { return received.calls != 0; }));
        CHECK(received.result.topic() == "open/b");
    }
}
