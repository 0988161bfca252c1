// SPDX-License-Identifier: BSL-1.0
//
// Who gets a message of a real Mosquitto: several filters, options, shared, overlapping and equal subscriptions.

#include "steps.hpp"

#include <algorithm>
#include <array>

using namespace tern::test;
using tern::client;
using tern::protocol_choice;
using tern::publish_options;
using tern::qos;
using tern::subscribe_options;

TEST_CASE("several filters in one call share a stream, each with its own QoS")
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
            client both(co_await asio::this_coro::executor);
            co_await connect(both, broker, version);
            const std::array filters{tern::topic_subscription{.topic_filter = "a/+"},
                                     tern::topic_subscription{.topic_filter = "b", .maximum_qos = qos::at_most_once}};
            tern::subscription readings = co_await both.async_subscribe(filters);
            const std::vector<tern::reason_code> granted{tern::reason_code::granted_qos_2,
                                                         tern::reason_code::granted_qos_0};
            CHECK(readings.result().reasons == granted);
            co_await publish(both, "a/1", "one", qos::exactly_once);
            co_await publish(both, "b", "two", qos::exactly_once);
            const tern::message first = co_await readings.async_receive();
            const tern::message second = co_await readings.async_receive();
            const bool in_order = first.topic() == "a/1";
            const tern::message& exact = in_order ? first : second;
            const tern::message& loose = in_order ? second : first;
            CHECK(exact.payload_text() == "one");
            CHECK(exact.qos() == qos::exactly_once);
            CHECK(loose.payload_text() == "two");
            CHECK(loose.qos() == qos::at_most_once);
        });
    }
}

TEST_CASE("the options of a 5.0 subscription are obeyed by Mosquitto")
{
    if (skipped_without_mosquitto())
    {
        return;
    }
    mosquitto broker(quiet);
    run_scenario([&]() -> asio::awaitable<void> {
        client sender(co_await asio::this_coro::executor);
        client receiver(co_await asio::this_coro::executor);
        co_await connect(sender, broker, protocol_choice::v5);
        co_await connect(receiver, broker, protocol_choice::v5);
        co_await publish(sender, "lamp", "on", qos::at_least_once, true);

        subscribe_options as_published;
        as_published.retain_as_published = true;
        as_published.retain_handling = tern::retain_handling::do_not_send;
        tern::subscription lamp = co_await receiver.async_subscribe("lamp", as_published);
        co_await publish(sender, "lamp", "off", qos::at_least_once, true);
        const tern::message off = co_await lamp.async_receive();
        CHECK(off.payload_text() == "off"); // and not the retained "on"
        CHECK(off.retain());
        co_await lamp.async_unsubscribe();

        subscribe_options only_others;
        only_others.no_local = true;
        tern::subscription chat = co_await receiver.async_subscribe("chat", only_others);
        co_await publish(receiver, "chat", "mine", qos::at_least_once);
        co_await publish(sender, "chat", "theirs", qos::at_least_once);
        const tern::message heard = co_await chat.async_receive();
        CHECK(heard.payload_text() == "theirs");
    });
}

TEST_CASE("a shared subscription spreads the messages over its members")
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
            client first(co_await asio::this_coro::executor);
            client second(co_await asio::this_coro::executor);
            client sender(co_await asio::this_coro::executor);
            co_await connect(first, broker, version);
            co_await connect(second, broker, version);
            co_await connect(sender, broker, version);
            std::vector<std::string> by_first;
            std::vector<std::string> by_second;
            tern::message_handler_registration one =
                first.on_message("$share/workers/job/#",
                                 [&](const tern::message_view& job) { by_first.emplace_back(job.payload_text()); });
            tern::message_handler_registration two =
                second.on_message("$share/workers/job/#",
                                  [&](const tern::message_view& job) { by_second.emplace_back(job.payload_text()); });
            co_await one.async_ready();
            co_await two.async_ready();
            constexpr std::size_t count = 100;
            std::vector<std::string> sent;
            for (std::size_t i = 0; i < count; ++i)
            {
                sent.push_back(std::to_string(1000 + i));
                co_await publish(sender, "job/press", sent.back(), qos::at_least_once);
            }
            const bool complete = co_await until([&] { return by_first.size() + by_second.size() >= count; });
            REQUIRE(complete);
            CHECK_FALSE(by_first.empty());
            CHECK_FALSE(by_second.empty());
            std::vector<std::string> all(by_first);
            all.insert(all.end(), by_second.begin(), by_second.end());
            std::sort(all.begin(), all.end());
            CHECK(all == sent);
            // A session that is left behind would go on getting its share.
            co_await first.async_disconnect();
            co_await second.async_disconnect();
        });
    }
}

TEST_CASE("overlapping subscriptions get a message once each, told apart by their identifiers")
{
    if (skipped_without_mosquitto())
    {
        return;
    }
    mosquitto broker(quiet);
    run_scenario([&]() -> asio::awaitable<void> {
        client receiver(co_await asio::this_coro::executor);
        client sender(co_await asio::this_coro::executor);
        co_await connect(receiver, broker, protocol_choice::v5);
        co_await connect(sender, broker, protocol_choice::v5);
        tern::subscription everything = co_await receiver.async_subscribe("house/#");
        tern::subscription rooms = co_await receiver.async_subscribe("house/+");
        CHECK(everything.identifier() != 0);
        CHECK(rooms.identifier() != 0);
        CHECK(everything.identifier() != rooms.identifier());
        for (const std::string_view payload : {"1", "2", "3"})
        {
            co_await publish(sender, "house/kitchen", payload, qos::exactly_once);
        }
        co_await publish(sender, "house/kitchen/fridge", "deep", qos::exactly_once);
        co_await publish(sender, "house/end", "end", qos::exactly_once);
        std::string of_everything;
        std::string of_rooms;
        while (!of_everything.ends_with("end"))
        {
            of_everything += (co_await everything.async_receive()).payload_text();
        }
        while (!of_rooms.ends_with("end"))
        {
            of_rooms += (co_await rooms.async_receive()).payload_text();
        }
        CHECK(of_everything == "123deepend");
        CHECK(of_rooms == "123end");
    });
}

TEST_CASE("two subscriptions to the same filter both get every message, and the last one unsubscribes")
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
            client both(co_await asio::this_coro::executor);
            co_await connect(both, broker, version);
            tern::subscription first = co_await both.async_subscribe("same/+");
            tern::subscription second = co_await both.async_subscribe("same/+");
            co_await publish(both, "same/a", "1", qos::exactly_once);
            const tern::message to_first = co_await first.async_receive();
            const tern::message to_second = co_await second.async_receive();
            CHECK(to_first.payload_text() == "1");
            CHECK(to_second.payload_text() == "1");
            co_await first.async_unsubscribe();
            co_await publish(both, "same/a", "2", qos::exactly_once);
            const tern::message still = co_await second.async_receive();
            CHECK(still.payload_text() == "2");
            const auto ended = co_await first.async_receive(no_throw());
            CHECK(std::get<0>(ended) == tern::errc::subscription_ended);
            co_await second.async_unsubscribe();
            // Nobody is subscribed any more: a 5.0 server says so.
            publish_options options;
            options.qos = qos::at_least_once;
            const tern::publish_result unheard = co_await both.async_publish("same/a", "3", options);
            if (version == protocol_choice::v5)
            {
                CHECK(unheard.reason == tern::reason_code::no_matching_subscribers);
            }
        });
    }
}

TEST_CASE("unsubscribing ends the stream after what it still holds")
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
            client both(co_await asio::this_coro::executor);
            co_await connect(both, broker, version);
            tern::subscription readings = co_await both.async_subscribe("left/over");
            co_await publish(both, "left/over", "1", qos::at_least_once);
            co_await publish(both, "left/over", "2", qos::at_least_once);
            const bool arrived = co_await until([&] { return readings.buffered() == 2; });
            REQUIRE(arrived);
            const tern::unsubscribe_result result = co_await both.async_unsubscribe("left/over");
            if (version == protocol_choice::v5)
            {
                REQUIRE(result.reasons.size() == 1);
                CHECK(result.reasons[0] == tern::reason_code::success);
            }
            const tern::message first = co_await readings.async_receive();
            const tern::message second = co_await readings.async_receive();
            CHECK(first.payload_text() == "1");
            CHECK(second.payload_text() == "2");
            const auto ended = co_await readings.async_receive(no_throw());
            CHECK(std::get<0>(ended) == tern::errc::subscription_ended);
        });
    }
}
