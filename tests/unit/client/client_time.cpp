// SPDX-License-Identifier: BSL-1.0

#include "tern/client/client_time.hpp"

#include "support/catch.hpp"
#include "support/memory_client.hpp"
#include "support/memory_server.hpp"
#include "tern/testing/virtual_clock.hpp"

#include <asio/steady_timer.hpp>

#include <algorithm>
#include <cstddef>
#include <functional>
#include <string>

using namespace std::chrono_literals;
using namespace tern_test;

TEST_CASE("a client that waits keeps its executor busy, an idle one does not")
{
    client_fixture f;
    settle(f.context);
    CHECK(f.context.stopped());
    outcome<tern::publish_result> published;
    f.client->async_publish("a", "x", {.qos = tern::qos::at_least_once}, published.handler());
    settle(f.context);
    CHECK_FALSE(f.context.stopped());
    f.client.reset();
    settle(f.context);
    CHECK(published.calls == 1);
    CHECK(f.context.stopped());
}

TEST_CASE("a disconnected client lets its executor run out of work")
{
    client_fixture f({}, {}); // with limits of many seconds
    REQUIRE_FALSE(f.connect({.client_id = "tester", .session_expiry = 600s}));
    outcome<void> disconnected;
    f.client->async_disconnect(disconnected.handler());
    REQUIRE(f.until([&] { return disconnected.calls != 0; }));
    f.broker.stop();
    const auto start = std::chrono::steady_clock::now();
    f.context.restart();
    f.context.run_for(5s);
    CHECK(f.context.stopped());
    CHECK(std::chrono::steady_clock::now() - start < 2s);
}

TEST_CASE("a silent server is noticed by keep alive")
{
    tern::client_limits limits = quick_limits();
    limits.ping_response = 20ms;
    client_fixture f({}, limits);
    REQUIRE_FALSE(f.connect({.client_id = "tester", .keep_alive = 1s}));
    f.broker.cut(link_cut::silence);
    REQUIRE(f.until([&] { return f.count<tern::disconnected_event>() == 1; }));
    bool found = false;
    for (const tern::client_event& event : f.events)
    {
        const auto* lost = std::get_if<tern::disconnected_event>(&event);
        found = found || (lost != nullptr && lost->error == tern::errc::keep_alive_timeout);
    }
    CHECK(found);
}

TEST_CASE("of many time limits each ends its own operation, in their order")
{
    client_fixture f;
    std::vector<int> ended;
    for (const int limit : {30, 10, 20})
    {
        f.client->async_publish("a", "x",
                                {.qos = tern::qos::at_least_once, .time_limit = std::chrono::milliseconds(limit)},
                                [&ended, limit](std::error_code error, tern::publish_result) {
                                    if (error == tern::errc::timed_out)
                                    {
                                        ended.push_back(limit);
                                    }
                                });
    }
    REQUIRE(f.until([&] { return ended.size() == 3; }));
    CHECK(ended == std::vector<int>{10, 20, 30});
}

TEST_CASE("time limits may be as long as their type lets them")
{
    constexpr auto for_ever = std::chrono::milliseconds::max();
    tern::client_limits limits = quick_limits();
    for (std::chrono::milliseconds* const each :
         {&limits.connect_attempt, &limits.connect_total, &limits.operation, &limits.ping_response, &limits.shutdown,
          &limits.closing, &limits.unmatched_time, &limits.maximum_pause})
    {
        *each = for_ever;
    }
    client_fixture f({}, limits);
    outcome<tern::publish_result> early;
    f.client->async_publish("a", "x", {.qos = tern::qos::at_least_once}, early.handler());
    settle(f.context);
    CHECK(early.calls == 0);
    REQUIRE_FALSE(f.connect({.client_id = "tester", .keep_alive = std::chrono::seconds(1)}));
    tern::subscription stream = f.subscribe("a", {.time_limit = for_ever});
    CHECK_FALSE(f.publish("a", "y", tern::qos::exactly_once));
    CHECK(f.receive(stream).payload_text() == "y");
    REQUIRE(f.until([&] { return f.client->stats().last_round_trip.count() != 0; })); // PINGREQ is answered
    outcome<void> disconnected;
    f.client->async_disconnect({.time_limit = for_ever}, disconnected.handler());
    REQUIRE(f.until([&] { return disconnected.calls == 1; }));
    CHECK_FALSE(disconnected.error);
    CHECK(early.calls == 1);
    CHECK_FALSE(early.error);
    CHECK(f.count<tern::disconnected_event>() == 1);
}

TEST_CASE("a connected client keeps its executor busy, also while reading is paused and no keep alive runs")
{
    tern::client_limits limits = quick_limits();
    limits.maximum_received_bytes = 10;
    client_fixture f({}, limits);
    memory_server server(f.context, "scripted", [](memory_server::visitor& one) {
        answer_connect(one, std::string("\x20\x02\x00\x00", 4));
        if (has_packet(one.received)) // SUBSCRIBE: SUBACK, and a message that fills the stream
        {
            one.reads = false;
            one.send(std::string("\x90\x03\x00\x01\x01", 5) + std::string("\x32\x16\x00\x01t\x00\x05", 7) +
                     std::string(17, 'z'));
        }
    });
    outcome<tern::connect_result> connected;
    f.client->async_connect("mqtt://scripted",
                            {.client_id = "tester",
                             .keep_alive = 0s,
                             .session_expiry = 0s,
                             .protocol = tern::protocol_choice::v3_1_1}, // where reading pauses
                            connected.handler());
    tern::subscription stream = f.client->open_subscription("t");
    REQUIRE(f.until([&] { return f.count<tern::reading_paused_event>() == 1; }));
    settle(f.context);
    CHECK_FALSE(f.context.stopped());
    f.client.reset();
    settle(f.context);
    CHECK(f.context.stopped());
}

TEST_CASE("keep alive does not end a connection that is only slow in sending")
{
    tern::client_limits limits = quick_limits();
    limits.ping_response = 100ms;
    client_fixture f({}, limits);
    memory_server server(f.context, "slow", [](memory_server::visitor& one) {
        answer_connect(one);
        one.rest = 20ms;
        if (one.total > 64U * 1024)
        {
            one.send(std::string("\x40\x02\x00\x01", 4)); // PUBACK
        }
    });
    server.from_client.capacity = 1'024;
    server.from_client.maximum_write = 1'024;
    server.from_client.maximum_read = 1'024;
    outcome<tern::connect_result> connected;
    f.client->async_connect("mqtt://slow", {.client_id = "tester", .keep_alive = 1s}, connected.handler());
    REQUIRE(f.until([&] { return connected.calls != 0; }));
    const auto start = std::chrono::steady_clock::now();
    CHECK_FALSE(f.publish("a", std::string(64U * 1024, 'p'), tern::qos::at_least_once));
    CHECK(std::chrono::steady_clock::now() - start > 1'100ms); // as long as keep alive and its limit
    CHECK(f.count<tern::disconnected_event>() == 0);
}

TEST_CASE("keep alive does not end a connection on which a long message comes slowly")
{
    tern::client_limits limits = quick_limits();
    limits.ping_response = 100ms;
    client_fixture f({}, limits);
    memory_server server(f.context, "slow", [](memory_server::visitor& one) {
        answer_connect(one);
        one.received.clear();
    });
    outcome<tern::connect_result> connected;
    f.client->async_connect("mqtt://slow", {.client_id = "tester", .keep_alive = 1s}, connected.handler());
    REQUIRE(f.until([&] { return connected.calls != 0; }));
    memory_server::visitor& visitor = *server.visitors[0];
    visitor.send(std::string("\x30\x80\x02\x00\x01t\x00", 7)); // a message of 256 bytes, and 4 of them
    int left = 252;
    asio::steady_timer timer(f.context);
    const std::function<void()> drip = [&] {
        timer.expires_after(20ms);
        timer.async_wait([&](std::error_code error) {
            if (!error && left > 0)
            {
                const int part = std::min(left, 4);
                left -= part;
                visitor.send(std::string(static_cast<std::size_t>(part), 'x') +
                             (left == 0 ? std::string("\xD0\x00", 2) : std::string())); // and PINGRESP
                drip();
            }
        });
    };
    drip();
    REQUIRE(
        f.until([&] { return f.client->stats().messages_received == 1 || f.count<tern::disconnected_event>() != 0; }));
    settle(f.context);
    CHECK(f.client->stats().last_round_trip > 100ms);
    CHECK(f.count<tern::disconnected_event>() == 0);
}

TEST_CASE("a client takes its time from where its context has it")
{
    asio::io_context context;
    auto& clock = tern::testing::virtual_clock::of(context);
    memory_broker broker(context);
    memory_client client(context, tern::client_limits{}); // with limits of many seconds
    std::vector<tern::client_event> events;
    client.on_event([&](const tern::client_event& event) { events.push_back(event); });
    outcome<tern::connect_result> connected;
    client.async_connect("mqtt://broker", {.client_id = "tester", .keep_alive = 1h}, connected.handler());
    REQUIRE(clock.run(context, [&] { return connected.calls == 1; }));
    REQUIRE_FALSE(connected.error);
    const auto begin = clock.now();

    broker.cut(link_cut::silence);
    REQUIRE(clock.run(context, [&] { return events.size() == 3; })); // connecting, connected, and the loss
    CHECK(std::get<tern::disconnected_event>(events[2]).error == tern::errc::keep_alive_timeout);
    CHECK(clock.now() == begin + 1h + tern::client_limits{}.ping_response);
    CHECK(client.stats().connects == 1);
    REQUIRE(clock.run(context, [&] { return client.stats().connects == 2; }));

    SECTION("until it is destroyed")
    {
        outcome<tern::publish_result> published;
        client.async_publish("a", "x", {.qos = tern::qos::at_least_once, .time_limit = 1h}, published.handler());
        {
            const memory_client destroyed = std::move(client);
        }
        settle(context);
        CHECK(published.error == asio::error::operation_aborted);
        broker.stop();
        settle(context);
        CHECK(clock.waits() == 0);
    }
    SECTION("until its context is") {}
}
