// SPDX-License-Identifier: BSL-1.0

#include "tern/client/client_turn.hpp"

#include "support/catch.hpp"
#include "support/memory_client.hpp"
#include "support/script_transport.hpp"

#include <asio/post.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <stdexcept>
#include <string>
#include <vector>

using namespace tern_test;

namespace
{

using script_client = tern::basic_client<script_transport>;

struct script_fixture
{
    script_fixture()
    {
        outcome<tern::connect_result> connected;
        client.async_connect("mqtt://x", {.client_id = "x"}, connected.handler());
        REQUIRE(run_until(context, [&] { return connected.calls != 0; }));
        REQUIRE_FALSE(connected.error);
    }

    // A PUBLISH as a server sends it, with the identifier of the first subscription.
    std::string message(tern::qos qos, std::uint8_t packet)
    {
        const bool named = qos != tern::qos::at_most_once;
        std::string bytes{char(0x30 + 2 * static_cast<int>(qos)), char(named ? 12 : 10), 0x00, 0x03, 'a', '/', 'b'};
        if (named)
        {
            bytes.append({0x00, char(packet)});
        }
        bytes.append({0x02, 0x0B, 0x01, 'h', 'i'});
        return bytes;
    }

    asio::io_context context{1};
    script_client client{context};
};

} // namespace

TEST_CASE("everything that is asked for in one handler leaves in one write")
{
    script_fixture f;
    const auto writes = f.client.stats().writes;
    int done = 0;
    asio::post(f.context, [&] {
        for (int i = 0; i < 1'000; ++i)
        {
            f.client.async_publish("a/b", "hi", [&](std::error_code error, tern::publish_result) { done += !error; });
        }
    });
    REQUIRE(run_until(f.context, [&] { return done == 1'000; }));
    CHECK(f.client.stats().writes == writes + 1);
}

TEST_CASE("the acknowledgements of one read leave in one write")
{
    script_fixture f;
    int seen = 0;
    const auto registered = f.client.on_message("a/+", [&](const tern::message_view&) { ++seen; });
    settle(f.context);
    const auto writes = f.client.stats().writes;
    std::string bytes;
    for (std::uint8_t i = 1; i <= 100; ++i)
    {
        bytes += f.message(tern::qos::at_least_once, i);
    }
    script_transport::current->send(bytes);
    REQUIRE(run_until(f.context, [&] { return seen == 100; }));
    settle(f.context);
    CHECK(f.client.stats().writes == writes + 1);
    CHECK(registered.identifier() == 1);
}

TEST_CASE("a thousand messages cost a few reads and writes, and a few runs of the loop")
{
    script_fixture f;
    const auto qos = GENERATE(tern::qos::at_most_once, tern::qos::at_least_once, tern::qos::exactly_once);
    int seen = 0;
    int done = 0;
    const auto registered = f.client.on_message("a/+", [&](const tern::message_view&) { ++seen; });
    settle(f.context);
    const tern::statistics before = f.client.stats();
    std::string bytes;
    for (int i = 0; i < 200; ++i)
    {
        bytes += f.message(qos, static_cast<std::uint8_t>(1 + i));
    }
    asio::post(f.context, [&] {
        script_transport::current->send(bytes);
        for (int i = 0; i < 1'000; ++i)
        {
            f.client.async_publish("a/b", "hi", {.qos = qos, .time_limit = std::chrono::seconds(30)},
                                   [&](std::error_code error, tern::publish_result) { done += !error; });
        }
    });
    // A timer that is set again ends its wait, which is a run of the loop as well.
    f.context.restart();
    const std::size_t handlers = f.context.poll();
    CHECK(seen == 200);
    CHECK(done == 1'000);
    const tern::statistics after = f.client.stats();
    CHECK(after.reads - before.reads <= 20); // the buffer grows while it fills
    CHECK(after.writes - before.writes <= 20);
    CHECK(handlers <= 50);
    CHECK(registered.identifier() == 1);
}

TEST_CASE("a handler that throws leaves the client as it should be")
{
    script_fixture f;
    int seen = 0;
    const auto registered = f.client.on_message("a/+", [&](const tern::message_view&) {
        if (++seen == 2)
        {
            throw std::runtime_error("from a handler");
        }
    });
    settle(f.context);
    std::string bytes;
    for (std::uint8_t i = 1; i <= 4; ++i)
    {
        bytes += f.message(tern::qos::at_least_once, i);
    }
    script_transport::current->send(bytes);
    CHECK_THROWS_AS(run_until(f.context, [&] { return seen == 4; }), std::runtime_error);
    CHECK(seen == 2);
    REQUIRE(run_until(f.context, [&] { return seen == 4; }));
    settle(f.context);
    CHECK(f.client.stats().unacknowledged_received == 0);
    CHECK(registered.identifier() == 1);
}

TEST_CASE("a read that brought more than the answers have room for is processed before the next")
{
    tern::client_limits limits = quick_limits();
    limits.maximum_write_size = 8; // two acknowledgements
    client_fixture f({}, limits);
    REQUIRE_FALSE(f.connect());
    std::vector<std::string> seen;
    auto registered = f.client->on_message(
        "a", [&](const tern::message_view& message) { seen.emplace_back(message.payload_text()); });
    outcome<tern::subscribe_result> ready;
    registered.async_ready(ready.handler());
    REQUIRE(f.until([&] { return ready.calls == 1; }));
    std::vector<std::string> sent;
    for (const int count : {40, 50}) // the second read shows whether the first was in order
    {
        for (int i = 0; i < count; ++i)
        {
            sent.push_back(std::to_string(sent.size()));
            tern::wire::publish message;
            message.topic = "a";
            message.qos = tern::qos::at_least_once;
            message.payload = tern::byte_view(sent.back());
            f.broker.core().publish(message, f.broker.now());
        }
        f.broker.flush();
        CHECK(f.until([&] { return f.broker.core().find_session("tester")->in_flight == 0; }));
        CHECK(seen == sent);
    }
}

TEST_CASE("what was read stays what it was while answers wait to be written")
{
    tern::client_limits limits = quick_limits();
    limits.maximum_write_size = 16; // a few answers, and the rest of a read waits
    client_fixture f({}, limits);
    std::vector<std::string> seen;
    const auto registered =
        f.client->on_message("a", [&](const tern::message_view& view) { seen.emplace_back(view.payload.text()); });
    REQUIRE_FALSE(f.connect());
    settle(f.context);
    peer others(f);
    std::vector<std::string> expected;
    for (int round = 0; round < 5; ++round)
    {
        REQUIRE(others.publish_numbers("a", 100 * round, 100 * round + 99));
        for (int i = 0; i < 100; ++i)
        {
            expected.push_back(std::to_string(100 * round + i));
        }
        REQUIRE(f.until([&] { return seen.size() == expected.size(); }));
    }
    CHECK(seen == expected);
    CHECK(f.count<tern::disconnected_event>() == 0);
    CHECK(registered.identifier() == 1);
}
