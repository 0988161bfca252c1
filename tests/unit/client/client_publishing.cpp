// SPDX-License-Identifier: BSL-1.0

#include "tern/client/client_publishing.hpp"

#include "support/catch.hpp"
#include "support/memory_client.hpp"

#include <asio/post.hpp>

#include <string>
#include <vector>

using namespace std::chrono_literals;
using namespace tern_test;

TEST_CASE("a publish completes once at each QoS")
{
    const auto qos = GENERATE(tern::qos::at_most_once, tern::qos::at_least_once, tern::qos::exactly_once);
    const auto protocol = GENERATE(tern::protocol_choice::v5, tern::protocol_choice::v3_1_1);
    client_fixture f;
    REQUIRE_FALSE(f.connect({.client_id = "tester", .protocol = protocol}));
    tern::subscription stream = f.subscribe("a/#");
    outcome<tern::publish_result> published;
    f.client->async_publish("a/b", "payload", {.qos = qos}, published.handler());
    CHECK(published.calls == 0); // never inside the initiating function
    REQUIRE(f.until([&] { return published.calls != 0; }));
    CHECK_FALSE(published.error);
    CHECK(published.result.reason == tern::reason_code::success);
    const tern::message received = f.receive(stream);
    CHECK(received.topic() == "a/b");
    CHECK(received.payload_text() == "payload");
    CHECK(received.qos() == qos);
    settle(f.context);
    CHECK(published.calls == 1);
}

TEST_CASE("what is not legal is refused before anything leaves")
{
    client_fixture f;
    REQUIRE_FALSE(f.connect());
    const auto sent = f.client->stats().packets_sent;
    CHECK(f.publish("a/+", "x") == tern::errc::invalid_topic_name);
    CHECK(f.publish("", "x") == tern::errc::invalid_topic_name);
    CHECK(f.publish("a\xff", "x") == tern::errc::invalid_topic_name);
    CHECK(f.client->stats().packets_sent == sent);
}

TEST_CASE("a server's refusal is the error and the result")
{
    tern::testing::broker_configuration configuration;
    configuration.maximum_qos = tern::qos::at_least_once;
    client_fixture f(configuration);
    REQUIRE_FALSE(f.connect());
    CHECK(f.publish("a", "x", tern::qos::exactly_once) == tern::errc::exceeds_server_maximum_qos);
    CHECK_FALSE(f.publish("a", "x", tern::qos::at_least_once));
}

TEST_CASE("messages published before connecting wait and leave in their order")
{
    client_fixture f;
    std::vector<int> order;
    for (int i = 0; i < 3; ++i)
    {
        f.client->async_publish("q/" + std::to_string(i), "x", {.qos = tern::qos::at_least_once},
                                [&order, i](std::error_code error, tern::publish_result) {
                                    if (!error)
                                    {
                                        order.push_back(i);
                                    }
                                });
    }
    settle(f.context);
    CHECK(order.empty());
    CHECK(f.client->stats().queued_messages == 3);
    REQUIRE_FALSE(f.connect());
    REQUIRE(f.until([&] { return order.size() == 3; }));
    CHECK(order == std::vector<int>{0, 1, 2});
}

TEST_CASE("a full queue refuses, drops, or lets wait")
{
    tern::client_limits limits = quick_limits();
    limits.maximum_queued_messages = 2;
    limits.maximum_waiting_messages = 1;
    const auto policy = GENERATE(tern::full_queue_policy::wait, tern::full_queue_policy::refuse,
                                 tern::full_queue_policy::drop_oldest);
    limits.when_queue_full = policy;
    client_fixture f({}, limits);
    std::vector<outcome<tern::publish_result>> published(4);
    for (auto& each : published)
    {
        f.client->async_publish("a", "x", {.qos = tern::qos::at_least_once}, each.handler());
    }
    settle(f.context);
    std::vector<int> ended;
    for (const auto& each : published)
    {
        ended.push_back(each.calls);
    }
    switch (policy)
    {
    case tern::full_queue_policy::wait:
        CHECK(ended == std::vector<int>{0, 0, 0, 1});
        CHECK(published[3].error == tern::errc::queue_full);
        break;
    case tern::full_queue_policy::refuse:
        CHECK(ended == std::vector<int>{0, 0, 1, 1});
        CHECK(published[2].error == tern::errc::queue_full);
        break;
    case tern::full_queue_policy::drop_oldest:
        CHECK(ended == std::vector<int>{1, 1, 0, 0});
        CHECK(published[0].error == tern::errc::dropped);
        break;
    }
    REQUIRE_FALSE(f.connect());
    REQUIRE(f.until([&] {
        return published[0].calls + published[1].calls + published[2].calls + published[3].calls == 4;
    }));
}

TEST_CASE("a time limit ends a publish that waits, and only that")
{
    client_fixture f;
    outcome<tern::publish_result> late;
    outcome<tern::publish_result> patient;
    f.client->async_publish("a", "x", {.qos = tern::qos::at_least_once, .time_limit = 20ms}, late.handler());
    f.client->async_publish("b", "x", {.qos = tern::qos::at_least_once}, patient.handler());
    REQUIRE(f.until([&] { return late.calls != 0; }));
    CHECK(late.error == tern::errc::timed_out);
    CHECK(patient.calls == 0);
    CHECK(f.client->stats().queued_messages == 1);
    REQUIRE_FALSE(f.connect());
    REQUIRE(f.until([&] { return patient.calls != 0; }));
    CHECK_FALSE(patient.error);
    CHECK(late.calls == 1);
}

TEST_CASE("QoS 0 in a lost write is lost, QoS 1 and 2 are sent again")
{
    client_fixture f;
    REQUIRE_FALSE(f.connect());
    tern::subscription stream = f.subscribe("a");
    outcome<tern::publish_result> fire;
    outcome<tern::publish_result> once;
    outcome<tern::publish_result> exact;
    asio::post(f.context, [&] {
        f.client->async_publish("a", "1", {.qos = tern::qos::at_least_once}, once.handler());
        f.client->async_publish("a", "2", {.qos = tern::qos::exactly_once}, exact.handler());
        f.client->async_publish("a", "0", fire.handler());
    });
    f.broker.cut(link_cut::reset); // the client has not noticed when it is asked
    REQUIRE(f.until([&] { return once.calls != 0 && exact.calls != 0 && fire.calls != 0; }));
    CHECK(fire.error == tern::errc::connection_lost);
    CHECK_FALSE(once.error);
    CHECK_FALSE(exact.error);
    CHECK(f.client->stats().connects == 2);
    CHECK(f.receive(stream).payload_text() == "1");
    CHECK(f.receive(stream).payload_text() == "2");
}
