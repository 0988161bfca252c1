// SPDX-License-Identifier: BSL-1.0
//
// Many messages through a real Mosquitto, and receivers that take their time.

#include "steps.hpp"

using namespace tern::test;
using tern::client;
using tern::connect_options;
using tern::protocol_choice;
using tern::publish_options;
using tern::qos;
using tern::subscribe_options;

TEST_CASE("thousands of messages arrive complete and in order at every QoS")
{
    if (skipped_without_mosquitto())
    {
        return;
    }
    mosquitto broker(quiet);
    for (const protocol_choice version : both_versions)
    {
        for (const qos level : all_qos)
        {
            CAPTURE(name_of(version), static_cast<int>(level));
            run_scenario([&]() -> asio::awaitable<void> {
                constexpr std::size_t count = 5000;
                client receiver(co_await asio::this_coro::executor);
                client sender(co_await asio::this_coro::executor);
                co_await connect(receiver, broker, version);
                co_await connect(sender, broker, version);
                std::vector<std::size_t> received;
                tern::message_handler_registration readings =
                    receiver.on_message("many/+", [&](const tern::message_view& message) {
                        std::size_t number = count;
                        const std::string_view text = message.payload_text();
                        std::from_chars(text.data(), text.data() + text.size(), number);
                        received.push_back(number);
                    });
                co_await readings.async_ready();
                std::size_t completed = 0;
                std::size_t failed = 0;
                publish_options options;
                options.qos = level;
                for (std::size_t i = 0; i < count; ++i)
                {
                    sender.async_publish("many/numbers", std::to_string(i), options,
                                         [&](std::error_code error, const tern::publish_result&) {
                                             ++completed;
                                             failed += error ? 1U : 0U;
                                         });
                }
                const bool sent = co_await until([&] { return completed == count; }, 40s);
                CHECK(sent);
                CHECK(failed == 0);
                const bool arrived = co_await until([&] { return received.size() >= count; }, 40s);
                CHECK(arrived);
                co_await sleep(20ms); // a second copy would follow closely
                REQUIRE(received.size() == count);
                bool in_order = true;
                for (std::size_t i = 0; i < count; ++i)
                {
                    in_order = in_order && received[i] == i;
                }
                CHECK(in_order);
                CHECK(receiver.stats().messages_dropped_incoming == 0);
                CHECK(sender.stats().in_flight == 0);
                co_await sender.async_disconnect();
                co_await receiver.async_disconnect();
            });
        }
    }
}

TEST_CASE("a slow consumer slows the server down and loses no message of QoS 1 or 2")
{
    if (skipped_without_mosquitto())
    {
        return;
    }
    mosquitto broker(quiet);
    for (const protocol_choice version : both_versions)
    {
        CAPTURE(name_of(version));
        run_scenario([&]() -> asio::awaitable<void> {
            constexpr std::size_t count = 300;
            tern::client_limits limits;
            limits.maximum_received_bytes = 2'000; // what slows a 3.1.1 server down
            client receiver(co_await asio::this_coro::executor, limits);
            client sender(co_await asio::this_coro::executor);
            connect_options options;
            options.protocol = version;
            options.receive_maximum = 8; // what slows a 5.0 server down
            const std::string url = broker.url();
            co_await receiver.async_connect(url, options);
            co_await connect(sender, broker, version);
            tern::subscription readings = co_await receiver.async_subscribe("slow");
            // QoS 2 only in 3.1.1: Mosquitto 2.0 exceeds a small Receive Maximum with it, which ends the connection.
            const qos levels[] = {qos::at_least_once,
                                  version == protocol_choice::v5 ? qos::at_least_once : qos::exactly_once};
            for (std::size_t i = 0; i < count; ++i)
            {
                const std::string number = std::to_string(i);
                co_await publish(sender, "slow", number, levels[i % 2]);
            }
            co_await sleep(50ms);
            CHECK(readings.buffered() > 0);
            CHECK((version == protocol_choice::v5 ? readings.buffered() <= 8 : receiver.stats().held_bytes < 3'000));
            for (std::size_t i = 0; i < count; ++i)
            {
                const tern::message message = co_await readings.async_receive();
                REQUIRE(message.payload_text() == std::to_string(i));
            }
            CHECK(receiver.stats().connects == 1);
        });
    }
}

TEST_CASE("manual acknowledgement releases the next message")
{
    if (skipped_without_mosquitto())
    {
        return;
    }
    mosquitto broker(quiet);
    run_scenario([&]() -> asio::awaitable<void> {
        client receiver(co_await asio::this_coro::executor);
        client sender(co_await asio::this_coro::executor);
        connect_options options;
        options.receive_maximum = 1;
        const std::string url = broker.url();
        co_await receiver.async_connect(url, options);
        co_await connect(sender, broker, protocol_choice::v5);
        subscribe_options by_hand;
        by_hand.ack = tern::acknowledgement::manual;
        tern::subscription readings = co_await receiver.async_subscribe("careful", by_hand);
        co_await publish(sender, "careful", "1", qos::at_least_once);
        co_await publish(sender, "careful", "2", qos::exactly_once);
        tern::message first = co_await readings.async_receive();
        CHECK(first.payload_text() == "1");
        co_await sleep(100ms);
        CHECK(readings.buffered() == 0);
        CHECK(receiver.stats().unacknowledged_received == 1);
        first.acknowledge();
        first.acknowledge(); // has no further effect
        tern::message second = co_await readings.async_receive();
        CHECK(second.payload_text() == "2");
        second.acknowledge();
        const bool all = co_await until([&] { return receiver.stats().unacknowledged_received == 0; });
        CHECK(all);
    });
}
