// SPDX-License-Identifier: BSL-1.0

#include "tern/client/initiations.hpp"

#include "support/catch.hpp"
#include "support/memory_client.hpp"

#include <asio/bind_cancellation_slot.hpp>
#include <asio/cancellation_signal.hpp>
#include <asio/executor_work_guard.hpp>
#include <asio/use_future.hpp>

#include <array>
#include <atomic>
#include <future>
#include <string>
#include <thread>
#include <vector>

using namespace std::chrono_literals;
using namespace tern_test;

TEST_CASE("asynchronous functions may be called from other threads", "[threads]")
{
    client_fixture f;
    REQUIRE_FALSE(f.connect());
    auto work = asio::make_work_guard(f.context);
    f.context.restart();
    std::thread loop([&] { f.context.run(); });
    std::atomic<int> done{0};
    std::vector<std::thread> publishers;
    for (int thread = 0; thread < 3; ++thread)
    {
        publishers.emplace_back([&, thread] {
            const std::string topic = "t/" + std::to_string(thread);
            for (int i = 0; i < 50; ++i)
            {
                std::string payload = std::to_string(i);
                const std::array properties{tern::user_property{"name", payload}};
                tern::publish_options options{.qos = tern::qos::at_least_once};
                options.user_properties = properties;
                f.client->async_publish(topic, payload, options,
                                        [&](std::error_code error, tern::publish_result) { done += !error; });
                payload.assign("overwritten"); // the arguments were copied
            }
        });
    }
    for (std::thread& each : publishers)
    {
        each.join();
    }
    tern::subscription stream =
        f.client->async_subscribe("u/+", {.ack = tern::acknowledgement::manual}, asio::use_future).get();
    f.client->async_publish("u/1", "hello", {.qos = tern::qos::at_least_once}, asio::use_future).get();
    tern::message received = stream.async_receive(asio::use_future).get();
    CHECK(received.payload_text() == "hello");
    received.acknowledge();
    const auto end = std::chrono::steady_clock::now() + 5s;
    while (done != 150 && std::chrono::steady_clock::now() < end)
    {
        std::this_thread::sleep_for(1ms);
    }
    CHECK(done == 150);
    CHECK(stream.async_unsubscribe(asio::use_future).get().reasons.size() == 1);
    f.client->async_unsubscribe("nothing", asio::use_future).get();
    f.client->async_disconnect(asio::use_future).get();
    f.client->async_connect("mqtt://broker", {.client_id = "again"}, asio::use_future).get();
    work.reset();
    f.context.stop();
    loop.join();
}

TEST_CASE("a call from another thread can be cancelled from there", "[threads]")
{
    client_fixture f;
    auto work = asio::make_work_guard(f.context);
    f.context.restart();
    tern::subscription stream = f.client->open_subscription("a");
    std::thread loop([&] { f.context.run(); });
    asio::cancellation_signal signal;
    std::promise<std::error_code> published;
    f.client->async_publish("a", "x", {.qos = tern::qos::at_least_once},
                            asio::bind_cancellation_slot(signal.slot(), [&](std::error_code error, auto) {
                                published.set_value(error);
                            }));
    signal.emit(asio::cancellation_type::terminal);
    CHECK(published.get_future().get() == asio::error::operation_aborted);
    asio::cancellation_signal other;
    std::promise<std::error_code> received;
    stream.async_receive(asio::bind_cancellation_slot(
        other.slot(), [&](std::error_code error, tern::message) { received.set_value(error); }));
    other.emit(asio::cancellation_type::total);
    CHECK(received.get_future().get() == asio::error::operation_aborted);
    work.reset();
    f.context.stop();
    loop.join();
}

TEST_CASE("calls before the executor runs are posted, with their arguments copied")
{
    client_fixture f;
    outcome<tern::connect_result> connected;
    outcome<tern::publish_result> published;
    {
        const std::string url = "mqtt://broker";
        const std::string topic = "a/b";
        f.client->async_connect(url, {.client_id = "tester"}, connected.handler());
        f.client->async_publish(topic, topic, {.qos = tern::qos::at_least_once}, published.handler());
    }
    CHECK(f.client->state() == tern::connection_state::idle);
    REQUIRE(f.until([&] { return published.calls != 0; }));
    CHECK_FALSE(connected.error);
    CHECK_FALSE(published.error);
}
