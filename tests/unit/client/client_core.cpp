// SPDX-License-Identifier: BSL-1.0

#include "tern/client/client_core.hpp"

#include "support/catch.hpp"
#include "support/memory_client.hpp"

#include <asio/strand.hpp>

#include <thread>
#include <vector>

using namespace tern_test;

TEST_CASE("a client lives on a strand of several threads", "[threads]")
{
    asio::io_context context;
    const auto strand = asio::make_strand(context);
    memory_broker broker{asio::any_io_executor(strand)};
    std::atomic<int> done{0};
    {
        memory_client client{asio::any_io_executor(strand), quick_limits()};
        std::atomic<bool> ended{false};
        client.async_connect("mqtt://broker", {.client_id = "tester"}, [&](std::error_code error, auto) {
            done += !error;
            for (int i = 0; i < 20; ++i)
            {
                client.async_publish("a", "x", {.qos = tern::qos::exactly_once},
                                     [&](std::error_code failed, tern::publish_result) { done += !failed; });
            }
            client.async_disconnect([&](std::error_code failed) {
                done += !failed;
                ended = true;
                broker.stop();
            });
        });
        std::vector<std::thread> threads;
        for (int i = 0; i < 3; ++i)
        {
            threads.emplace_back([&] { context.run(); });
        }
        for (std::thread& each : threads)
        {
            each.join();
        }
        CHECK(ended);
    }
    CHECK(done == 22);
}

TEST_CASE("statistics count what happened")
{
    client_fixture f;
    REQUIRE_FALSE(f.connect());
    tern::subscription stream = f.subscribe("a");
    CHECK_FALSE(f.publish("a", "x", tern::qos::at_least_once));
    CHECK(f.receive(stream).topic() == "a");
    settle(f.context);
    const tern::statistics stats = f.client->stats();
    CHECK(stats.connects == 1);
    CHECK(stats.messages_sent == 1);
    CHECK(stats.messages_received == 1);
    CHECK(stats.packets_sent == 4);     // CONNECT, SUBSCRIBE, PUBLISH, PUBACK
    CHECK(stats.packets_received == 4); // CONNACK, SUBACK, PUBACK, PUBLISH
    CHECK(stats.writes == 4);
    CHECK(stats.bytes_sent > 0);
    CHECK(stats.in_flight == 0);
}
