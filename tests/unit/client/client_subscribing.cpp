// SPDX-License-Identifier: BSL-1.0

#include "tern/client/client_subscribing.hpp"

#include "support/catch.hpp"
#include "support/memory_client.hpp"

#include <array>
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

struct strict_fixture
{
    strict_fixture()
    {
        REQUIRE(run([&](auto handler) {
            client.async_connect("mqtt://strict", {.client_id = "tester"}, std::move(handler));
        }));
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
