// SPDX-License-Identifier: BSL-1.0
//
// What survives a lost connection and a restarted program, and what does not.

#include "steps.hpp"

#include <array>

using namespace tern::test;
using tern::client;
using tern::connect_options;
using tern::protocol_choice;
using tern::publish_options;
using tern::qos;

TEST_CASE("what is published while a persistent session is offline is delivered to the program's next start")
{
    if (skipped_without_mosquitto())
    {
        return;
    }
    mosquitto broker;
    for (const protocol_choice version : both_versions)
    {
        for (const bool clean_end : {true, false})
        {
            CAPTURE(name_of(version), clean_end);
            run_scenario([&]() -> asio::awaitable<void> {
                const asio::any_io_executor executor = co_await asio::this_coro::executor;
                connect_options options = persistent("mailbox", version);
                {
                    client first(executor);
                    const tern::connect_result connected = co_await connect(first, broker, options);
                    CHECK_FALSE(connected.session_present);
                    tern::subscription letters = co_await first.async_subscribe("letters/+");
                    if (clean_end)
                    {
                        co_await first.async_disconnect();
                    }
                }
                client sender(executor);
                connect_options ordinary;
                ordinary.protocol = version;
                co_await connect(sender, broker, ordinary);
                for (int i = 0; i < 10; ++i)
                {
                    const std::string number = std::to_string(i);
                    co_await publish(sender, "letters/new", number,
                                     i % 2 == 0 ? qos::at_least_once : qos::exactly_once);
                }

                client second(executor);
                options.clean_start = false;
                tern::subscription letters = second.open_subscription("letters/+");
                const tern::connect_result resumed = co_await connect(second, broker, options);
                CHECK(resumed.session_present);
                for (int i = 0; i < 10; ++i)
                {
                    const tern::message letter = co_await letters.async_receive();
                    CHECK(letter.payload_text() == std::to_string(i));
                    CHECK(letter.qos() == (i % 2 == 0 ? qos::at_least_once : qos::exactly_once));
                }
                // This time the session goes: it is not wanted any more.
                co_await second.async_disconnect();
                client last(executor);
                connect_options clean;
                clean.client_id = "mailbox";
                clean.protocol = version;
                clean.session_expiry = 0s;
                const tern::connect_result fresh = co_await connect(last, broker, clean);
                CHECK_FALSE(fresh.session_present);
                co_await last.async_disconnect();
            });
        }
    }
}

TEST_CASE("messages of a resumed session wait for the subscription that is made after connecting")
{
    if (skipped_without_mosquitto())
    {
        return;
    }
    mosquitto broker;
    for (const protocol_choice version : both_versions)
    {
        CAPTURE(name_of(version));
        run_scenario([&]() -> asio::awaitable<void> {
            const asio::any_io_executor executor = co_await asio::this_coro::executor;
            connect_options options = persistent("late", version);
            {
                client first(executor);
                co_await connect(first, broker, options);
                tern::subscription letters = co_await first.async_subscribe("late/+");
            }
            client sender(executor);
            connect_options ordinary;
            ordinary.protocol = version;
            co_await connect(sender, broker, ordinary);
            co_await publish(sender, "late/a", "1", qos::at_least_once);
            co_await publish(sender, "late/a", "2", qos::exactly_once);

            client second(executor);
            options.clean_start = false;
            co_await connect(second, broker, options);
            co_await sleep(50ms); // they arrive, and nobody is there
            tern::subscription letters = co_await second.async_subscribe("late/+");
            const tern::message one = co_await letters.async_receive();
            const tern::message two = co_await letters.async_receive();
            CHECK(one.payload_text() == "1");
            CHECK(two.payload_text() == "2");
        });
    }
}

TEST_CASE("an expired message is not delivered when its receiver comes back")
{
    if (skipped_without_mosquitto())
    {
        return;
    }
    mosquitto broker;
    run_scenario([&]() -> asio::awaitable<void> {
        const asio::any_io_executor executor = co_await asio::this_coro::executor;
        connect_options options = persistent("sleeper", protocol_choice::v5);
        {
            client first(executor);
            co_await connect(first, broker, options);
            tern::subscription offers = co_await first.async_subscribe("offers");
        }
        client sender(executor);
        const connect_options ordinary;
        co_await connect(sender, broker, ordinary);
        publish_options short_lived;
        short_lived.qos = qos::at_least_once;
        short_lived.message_expiry_interval = 1s;
        co_await sender.async_publish("offers", "today only", short_lived);
        co_await publish(sender, "offers", "always", qos::at_least_once);
        co_await sleep(2200ms);

        client second(executor);
        options.clean_start = false;
        tern::subscription offers = second.open_subscription("offers");
        co_await connect(second, broker, options);
        const tern::message offer = co_await offers.async_receive();
        CHECK(offer.payload_text() == "always");
    });
}

TEST_CASE("a Mosquitto that forgot the session gets the subscriptions again")
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
            event_log happened;
            client receiver(co_await asio::this_coro::executor, quick_limits());
            client sender(co_await asio::this_coro::executor, quick_limits());
            happened.watch(receiver);
            connect_options options;
            options.protocol = version;
            co_await connect(receiver, broker, options);
            co_await connect(sender, broker, options);
            tern::subscription readings = co_await receiver.async_subscribe("a/+");
            number_log numbers;
            tern::message_handler_registration handler = numbers.listen(receiver, "b/+");
            co_await handler.async_ready();
            co_await elsewhere([&] {
                broker.stop();
                broker.start();
            });
            const bool back = co_await until(
                [&] { return happened.count<tern::connected_event>() == 2 && sender.stats().connects == 2; });
            REQUIRE(back);
            CHECK(happened.count<tern::session_lost_event>() == 1);
            CHECK(happened.count<tern::disconnected_event>() >= 1);
            CHECK(happened.count<tern::connected_event>() == 2);
            // What is published before the subscriptions are made again is heard by nobody.
            bool logged = false;
            co_await elsewhere(
                [&] { logged = broker.wait_for_log("a/+ (QoS 2)") && broker.wait_for_log("b/+ (QoS 2)"); });
            REQUIRE(logged);
            co_await publish(sender, "a/1", "again", qos::exactly_once);
            co_await publish(sender, "b/1", "0", qos::exactly_once);
            const tern::message message = co_await readings.async_receive();
            CHECK(message.payload_text() == "again");
            const bool heard = co_await until([&] { return numbers.size() == 1; });
            CHECK(heard);
        });
    }
}

TEST_CASE("the will is published when the connection is lost, and only then")
{
    if (skipped_without_mosquitto())
    {
        return;
    }
    mosquitto broker;
    for (const protocol_choice version : both_versions)
    {
        CAPTURE(name_of(version));
        run_scenario([&]() -> asio::awaitable<void> {
            const asio::any_io_executor executor = co_await asio::this_coro::executor;
            client watcher(executor);
            connect_options ordinary;
            ordinary.protocol = version;
            co_await connect(watcher, broker, ordinary);
            tern::subscription wills = co_await watcher.async_subscribe("will/#");
            connect_options options;
            options.protocol = version;
            tern::will_options will;
            will.topic = "will/of the dead";
            will.payload = "gone";
            will.qos = qos::exactly_once;
            const std::array<tern::user_property, 1> cause{{{"cause", "unknown"}}};
            if (version == protocol_choice::v5)
            {
                will.content_type = "text/plain";
                will.user_properties = cause;
            }
            options.will = will;
            {
                client polite(executor);
                co_await connect(polite, broker, options);
                co_await polite.async_disconnect();
            }
            co_await sleep(50ms);
            co_await publish(watcher, "will/marker", "nothing before", qos::exactly_once);
            const tern::message marker = co_await wills.async_receive();
            CHECK(marker.topic() == "will/marker");
            {
                client lost(executor);
                co_await connect(lost, broker, options);
            }
            const tern::message gone = co_await wills.async_receive();
            CHECK(gone.topic() == "will/of the dead");
            CHECK(gone.payload_text() == "gone");
            CHECK(gone.qos() == qos::exactly_once);
            if (version == protocol_choice::v5)
            {
                CHECK(gone.properties().content_type == std::string_view("text/plain"));
                REQUIRE_FALSE(gone.properties().user_properties.empty());
                CHECK((*gone.properties().user_properties.begin()).value == "unknown");

                client leaving(executor);
                co_await connect(leaving, broker, options);
                tern::disconnect_options with_will;
                with_will.reason_code = tern::reason_code::disconnect_with_will_message;
                co_await leaving.async_disconnect(with_will);
                const tern::message farewell = co_await wills.async_receive();
                CHECK(farewell.payload_text() == "gone");
            }
        });
    }
}
