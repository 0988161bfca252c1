// SPDX-License-Identifier: BSL-1.0

#include "tern/client/basic_client.hpp"

#include "support/catch.hpp"
#include "support/memory_client.hpp"

#include <asio/bind_executor.hpp>
#include <asio/co_spawn.hpp>
#include <asio/detached.hpp>
#include <asio/use_future.hpp>

#include <future>
#include <memory>
#include <string>
#include <type_traits>

using namespace std::chrono_literals;
using namespace tern_test;

static_assert(!std::is_copy_constructible_v<memory_client>);
static_assert(std::is_nothrow_move_constructible_v<memory_client> && std::is_nothrow_move_assignable_v<memory_client>);

TEST_CASE("every asynchronous function with use_awaitable, which is the default")
{
    client_fixture f;
    std::string report;
    const auto run = [&]() -> asio::awaitable<void> {
        const tern::connect_result connected =
            co_await f.client->async_connect("mqtt://broker", {.client_id = "tester", .keep_alive = 30s});
        report += connected.client_id;
        tern::subscription stream = co_await f.client->async_subscribe("a/+", {.maximum_qos = tern::qos::at_least_once});
        tern::subscription opened = f.client->open_subscription("b");
        report += std::to_string((co_await opened.async_ready()).reasons.size());
        co_await f.client->async_publish("a/b", "text", {.qos = tern::qos::exactly_once});
        report += std::string((co_await stream.async_receive()).payload_text());
        co_await stream.async_unsubscribe();
        co_await f.client->async_unsubscribe("b");
        co_await f.client->async_disconnect();
        report += "!";
    };
    asio::co_spawn(f.context, run(), asio::detached);
    REQUIRE(f.until([&] { return report.ends_with('!'); }));
    CHECK(report == "tester1text!");
}

TEST_CASE("coroutines throw what went wrong")
{
    client_fixture f;
    std::error_code thrown;
    const auto run = [&]() -> asio::awaitable<void> {
        try
        {
            co_await f.client->async_publish("a/+", "text");
        }
        catch (const std::system_error& error)
        {
            thrown = error.code();
        }
    };
    asio::co_spawn(f.context, run(), asio::detached);
    REQUIRE(f.until([&] { return static_cast<bool>(thrown); }));
    CHECK(thrown == tern::errc::invalid_topic_name);
}

TEST_CASE("every asynchronous function with use_future")
{
    client_fixture f;
    const auto get = [&](auto future) {
        REQUIRE(f.until([&] { return future.wait_for(0s) == std::future_status::ready; }));
        return future.get();
    };
    CHECK(get(f.client->async_connect("mqtt://broker", asio::use_future)).version == tern::protocol_version::v5);
    tern::subscription stream = get(f.client->async_subscribe("a", asio::use_future));
    CHECK(get(f.client->async_publish("a", "text", asio::use_future)).reason == tern::reason_code::success);
    CHECK(get(stream.async_receive(asio::use_future)).payload_text() == "text");
    CHECK(get(stream.async_ready(asio::use_future)).reasons.size() == 1);
    CHECK(get(stream.async_unsubscribe(asio::use_future)).reasons.size() == 1);
    CHECK(get(f.client->async_unsubscribe("a", asio::use_future)).reasons ==
          std::vector{tern::reason_code::no_subscription_existed});
    auto last = f.client->async_disconnect(asio::use_future);
    REQUIRE(f.until([&] { return last.wait_for(0s) == std::future_status::ready; }));
    last.get();
}

TEST_CASE("a handler's executor and allocator are used")
{
    client_fixture f;
    REQUIRE_FALSE(f.connect());
    asio::io_context elsewhere;
    int calls = 0;
    f.client->async_publish("a", "x",
                            asio::bind_executor(elsewhere, [&](std::error_code, tern::publish_result) { ++calls; }));
    settle(f.context);
    settle(f.context);
    CHECK(calls == 0);
    CHECK(elsewhere.poll() == 1);
    CHECK(calls == 1);
}

TEST_CASE("moving a client keeps its connection")
{
    client_fixture f;
    REQUIRE_FALSE(f.connect());
    memory_client moved(std::move(*f.client));
    outcome<tern::publish_result> published;
    moved.async_publish("a", "x", {.qos = tern::qos::at_least_once}, published.handler());
    REQUIRE(f.until([&] { return published.calls != 0; }));
    CHECK_FALSE(published.error);
    CHECK(moved.state() == tern::connection_state::connected);
    *f.client = std::move(moved);
    CHECK(f.client->state() == tern::connection_state::connected);
}

TEST_CASE("an observer sees packets and states")
{
    struct watcher final : tern::observer
    {
        void packet_sent(tern::protocol_version, std::string_view packet) noexcept override
        {
            types.push_back(static_cast<char>('0' + (static_cast<unsigned char>(packet[0]) >> 4U)));
        }
        void packet_received(tern::protocol_version, std::string_view packet) noexcept override
        {
            types.push_back(static_cast<char>('0' + (static_cast<unsigned char>(packet[0]) >> 4U)));
        }
        void state_changed(tern::connection_state state) noexcept override { last = state; }
        std::string types;
        tern::connection_state last = tern::connection_state::idle;
    } watching;
    client_fixture f;
    f.client->set_observer(&watching);
    REQUIRE_FALSE(f.connect());
    CHECK_FALSE(f.publish("a", "x", tern::qos::exactly_once));
    CHECK(watching.types == "123567");
    CHECK(watching.last == tern::connection_state::connected);
    f.client->set_observer(nullptr);
}
