// SPDX-License-Identifier: BSL-1.0
//
// Handles that are destroyed wherever the application happens to: on another thread than the client's. Built with
// ThreadSanitizer too.

#include "support/catch.hpp"
#include "thread/home.hpp"

#include <asio/use_future.hpp>

#include <atomic>
#include <chrono>
#include <cstddef>
#include <system_error>
#include <thread>
#include <vector>

using namespace tern_test;

TEST_CASE("subscriptions and registrations are destroyed by other threads while their messages flow")
{
    constexpr std::size_t count = 3;
    constexpr std::size_t rounds = 15;
    home h(anywhere());
    connect(h);
    std::atomic<bool> over{false};
    std::atomic<std::size_t> handled{0};
    std::atomic<std::size_t> wrong{0};
    std::vector<std::thread> threads;
    for (std::size_t t = 0; t < count; ++t)
    {
        threads.emplace_back([&] {
            try
            {
                for (std::size_t i = 0; i < rounds; ++i)
                {
                    tern::message_handler_registration registered;
                    h.run(
                        [&] { registered = h.client->on_message("t", [&](const tern::message_view&) { ++handled; }); });
                    const tern::subscription stream = within_patience(h.client->async_subscribe("t", asio::use_future));
                    (void)within_patience(h.client->async_publish(
                        "t", "x", tern::publish_options{.qos = tern::qos::at_least_once}, asio::use_future));
                    (void)within_patience(registered.async_unsubscribe(asio::use_future));
                }
            }
            catch (const std::system_error&)
            {
                ++wrong;
            }
        });
    }
    std::thread publisher([&] {
        while (!over)
        {
            (void)within_patience(h.client->async_publish(
                "t", "x", tern::publish_options{.qos = tern::qos::exactly_once}, asio::use_future));
        }
    });
    for (std::thread& each : threads)
    {
        each.join();
    }
    over = true;
    publisher.join();
    CHECK(wrong == 0);
    CHECK(handled >= count * rounds);
    // Nobody is left to take a message, and none stays unacknowledged.
    tern::statistics end;
    for (std::size_t i = 0; i < 1'000; ++i)
    {
        h.run([&] { end = h.client->stats(); });
        if (end.unacknowledged_received == 0)
        {
            break;
        }
        std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
    CHECK(end.unacknowledged_received == 0);
    CHECK(end.held_messages == 0);
}
