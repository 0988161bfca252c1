// SPDX-License-Identifier: BSL-1.0
//
// What survives a Mosquitto that is stopped, killed and started again, and what does not.

#include "steps.hpp"

#include <optional>

using namespace tern::test;
using tern::client;
using tern::connect_options;
using tern::protocol_choice;
using tern::publish_options;
using tern::qos;

TEST_CASE("Mosquitto is stopped and started again during QoS 2 traffic, and every message arrives once and in order")
{
    if (skipped_without_mosquitto())
    {
        return;
    }
    for (const protocol_choice version : both_versions)
    {
        CAPTURE(name_of(version));
        mosquitto broker(quiet);
        run_scenario([&]() -> asio::awaitable<void> {
            constexpr std::size_t rounds = 4;
            constexpr std::size_t each = 500;
            client receiver(co_await asio::this_coro::executor, quick_limits());
            client sender(co_await asio::this_coro::executor, quick_limits());
            const connect_options receiving = persistent("receiver", version);
            const connect_options sending = persistent("sender", version);
            co_await connect(receiver, broker, receiving);
            co_await connect(sender, broker, sending);
            number_log numbers;
            tern::message_handler_registration handler = numbers.listen(receiver, "numbers");
            co_await handler.async_ready();
            number_source source(sender);
            // No more under way than Mosquitto 2.0 has room for in one window: of what exceeds it, it forgets the state
            // when it is stopped, and sends messages again that were finished.
            std::size_t wanted = 0;
            numbers.on_number = [&] {
                while (source.started < wanted && source.started < numbers.size() + 50)
                {
                    source.publish(1);
                }
            };
            for (std::size_t round = 0; round < rounds; ++round)
            {
                wanted += each;
                numbers.on_number();
                // In the middle of it, somewhere else each time.
                const std::size_t middle = numbers.size() + each / 5 * (round + 1);
                const bool reached = co_await until([&] { return numbers.size() >= middle; });
                REQUIRE(reached);
                co_await elsewhere([&] {
                    broker.stop();
                    std::this_thread::sleep_for(50ms);
                    broker.start();
                });
            }
            const bool all = co_await until([&] { return source.completed == rounds * each; });
            CHECK(all);
            CHECK(source.failed == 0);
            CHECK(source.last_error == std::error_code());
            const bool arrived = co_await until([&] { return numbers.size() >= rounds * each; });
            CHECK(arrived);
            co_await sleep(50ms); // a second copy would follow closely
            INFO(numbers.text());
            CHECK(numbers.exactly(rounds * each));
            CHECK(sender.stats().connects == rounds + 1);
            CHECK(sender.stats().session_losses == 0);
            CHECK(receiver.stats().session_losses == 0);
            co_await sender.async_disconnect();
            co_await receiver.async_disconnect();
        });
    }
}

TEST_CASE("Mosquitto is killed with QoS 2 messages unanswered, and every message arrives once and in order")
{
    if (skipped_without_mosquitto())
    {
        return;
    }
    for (const protocol_choice version : both_versions)
    {
        CAPTURE(name_of(version));
        mosquitto broker("allow_anonymous true\nautosave_interval 0\n");
        run_scenario([&]() -> asio::awaitable<void> {
            client receiver(co_await asio::this_coro::executor, quick_limits());
            client sender(co_await asio::this_coro::executor, quick_limits());
            const connect_options receiving = persistent("receiver", version);
            const connect_options sending = persistent("sender", version);
            co_await connect(receiver, broker, receiving);
            co_await connect(sender, broker, sending);
            number_log numbers;
            tern::message_handler_registration handler = numbers.listen(receiver, "numbers");
            co_await handler.async_ready();
            number_source source(sender);
            source.publish(20);
            const bool quiet_now = co_await until([&] {
                return source.completed == 20 && numbers.size() == 20 && receiver.stats().unacknowledged_received == 0;
            });
            REQUIRE(quiet_now);
            co_await sleep(50ms); // the last PUBCOMP reaches it
            // A Mosquitto that is killed keeps only what it saved: so it saves, and then falls silent before the
            // messages come that will be lost with it.
            broker.signal(SIGUSR1);
            bool saved = false;
            co_await elsewhere([&] { saved = broker.wait_for_log("Saving in-memory database"); });
            REQUIRE(saved);
            co_await sleep(200ms);
            broker.signal(SIGSTOP);
            source.publish(30);
            co_await sleep(100ms);
            CHECK(sender.stats().in_flight > 0);
            CHECK(source.completed == 20);
            co_await elsewhere([&] {
                broker.kill();
                std::this_thread::sleep_for(50ms);
                broker.start();
            });
            source.publish(50);
            const bool all = co_await until([&] { return source.completed == 100; });
            CHECK(all);
            CHECK(source.failed == 0);
            CHECK(source.last_error == std::error_code());
            const bool arrived = co_await until([&] { return numbers.size() >= 100; });
            CHECK(arrived);
            co_await sleep(50ms);
            INFO(numbers.text());
            CHECK(numbers.exactly(100));
            CHECK(sender.stats().messages_resent > 0);
            CHECK(sender.stats().session_losses == 0);
        });
    }
}

TEST_CASE("a killed Mosquitto that lost its sessions: what was sent at QoS 2 ends with session_lost, the rest arrives")
{
    if (skipped_without_mosquitto())
    {
        return;
    }
    for (const protocol_choice version : both_versions)
    {
        CAPTURE(name_of(version));
        mosquitto broker("allow_anonymous true\npersistence false\n");
        run_scenario([&]() -> asio::awaitable<void> {
            client sender(co_await asio::this_coro::executor, quick_limits());
            const connect_options sending = persistent("sender", version);
            co_await connect(sender, broker, sending);
            broker.signal(SIGSTOP);
            std::optional<std::error_code> exact;
            std::optional<std::error_code> at_least;
            publish_options options;
            options.qos = qos::exactly_once;
            sender.async_publish("a", "exact", options,
                                 [&](std::error_code error, const tern::publish_result&) { exact = error; });
            options.qos = qos::at_least_once;
            sender.async_publish("a", "at least", options,
                                 [&](std::error_code error, const tern::publish_result&) { at_least = error; });
            const bool sent = co_await until([&] { return sender.stats().messages_sent == 2; });
            REQUIRE(sent);
            co_await sleep(20ms);
            co_await elsewhere([&] {
                broker.kill();
                broker.start();
            });
            const bool ended = co_await until([&] { return exact && at_least; });
            REQUIRE(ended);
            CHECK(*exact == tern::errc::session_lost);
            CHECK(*at_least == std::error_code());
            CHECK(sender.stats().session_losses == 1);
        });
    }
}

TEST_CASE("what is published while Mosquitto is away is sent in order when it is back")
{
    if (skipped_without_mosquitto())
    {
        return;
    }
    for (const protocol_choice version : both_versions)
    {
        CAPTURE(name_of(version));
        mosquitto broker;
        run_scenario([&]() -> asio::awaitable<void> {
            client receiver(co_await asio::this_coro::executor, quick_limits());
            client sender(co_await asio::this_coro::executor, quick_limits());
            const connect_options receiving = persistent("receiver", version);
            const connect_options sending = persistent("sender", version);
            co_await connect(receiver, broker, receiving);
            co_await connect(sender, broker, sending);
            number_log numbers;
            tern::message_handler_registration handler = numbers.listen(receiver, "numbers");
            co_await handler.async_ready();
            broker.stop();
            const bool noticed = co_await until([&] { return sender.state() != tern::connection_state::connected; });
            CHECK(noticed);
            number_source source(sender);
            source.publish(100);
            co_await sleep(30ms);
            CHECK(source.completed == 0);
            CHECK(sender.stats().queued_messages == 100);
            co_await elsewhere([&] { broker.start(); });
            const bool all = co_await until([&] { return source.completed == 100 && numbers.size() >= 100; });
            CHECK(all);
            CHECK(source.failed == 0);
            CHECK(numbers.exactly(100));
            CHECK(sender.stats().messages_resent == 0);
        });
    }
}
