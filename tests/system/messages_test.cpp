// SPDX-License-Identifier: BSL-1.0
//
// Messages through a real Mosquitto: every QoS in both protocol versions, and what a message can carry.

#include "steps.hpp"

#include <array>

using namespace tern::test;
using tern::client;
using tern::protocol_choice;
using tern::publish_options;
using tern::qos;
using tern::subscribe_options;

TEST_CASE("a message goes through Mosquitto at every QoS in both versions")
{
    if (skipped_without_mosquitto())
    {
        return;
    }
    mosquitto broker(quiet);
    for (const protocol_choice sending : both_versions)
    {
        for (const protocol_choice receiving : both_versions)
        {
            for (const qos level : all_qos)
            {
                CAPTURE(name_of(sending), name_of(receiving), static_cast<int>(level));
                run_scenario([&]() -> asio::awaitable<void> {
                    client receiver(co_await asio::this_coro::executor);
                    client sender(co_await asio::this_coro::executor);
                    co_await connect(receiver, broker, receiving);
                    co_await connect(sender, broker, sending);
                    tern::subscription readings = co_await receiver.async_subscribe(umlauts);
                    REQUIRE(readings.result().reasons.size() == 1);
                    CHECK(readings.result().reasons[0] == tern::reason_code::granted_qos_2);
                    co_await publish(sender, umlauts, "4.5", level);

                    const tern::message message = co_await readings.async_receive();
                    CHECK(message.topic() == umlauts);
                    CHECK(message.payload_text() == "4.5");
                    CHECK(message.qos() == level);
                    CHECK_FALSE(message.retain());
                    CHECK_FALSE(message.duplicate());
                    co_await receiver.async_disconnect();
                    co_await sender.async_disconnect();
                });
            }
        }
    }
}

TEST_CASE("the QoS of a message is lowered to what the subscription allows")
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
            subscribe_options options;
            options.maximum_qos = qos::at_least_once;
            tern::subscription readings = co_await both.async_subscribe("a/b", options);
            REQUIRE(readings.result().reasons.size() == 1);
            CHECK(readings.result().reasons[0] == tern::reason_code::granted_qos_1);
            co_await publish(both, "a/b", "zero", qos::at_most_once);
            co_await publish(both, "a/b", "two", qos::exactly_once);
            const tern::message first = co_await readings.async_receive();
            const tern::message second = co_await readings.async_receive();
            CHECK(first.payload_text() == "zero");
            CHECK(first.qos() == qos::at_most_once);
            CHECK(second.payload_text() == "two");
            CHECK(second.qos() == qos::at_least_once);
        });
    }
}

TEST_CASE("wildcards select the messages of a subscription")
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
            client receiver(co_await asio::this_coro::executor);
            client sender(co_await asio::this_coro::executor);
            co_await connect(receiver, broker, version);
            co_await connect(sender, broker, version);
            tern::subscription one_level = co_await receiver.async_subscribe("Küche/+/Temperatur");
            tern::subscription all_levels = co_await receiver.async_subscribe("Bad/#");
            for (const std::string_view topic :
                 {umlauts, std::string_view("Küche/Temperatur"), std::string_view("Küche/a/b/Temperatur"),
                  std::string_view("Küche//Temperatur"), std::string_view("Bad"), std::string_view("Bad/a"),
                  std::string_view("Bad/a/b"), std::string_view("Badezimmer"),
                  std::string_view("Küche/ende/Temperatur"), std::string_view("Bad/ende")})
            {
                co_await publish(sender, topic, topic, qos::at_least_once);
            }
            std::vector<std::string> first;
            std::vector<std::string> second;
            while (first.empty() || first.back() != "Küche/ende/Temperatur")
            {
                first.emplace_back((co_await one_level.async_receive()).topic());
            }
            while (second.empty() || second.back() != "Bad/ende")
            {
                second.emplace_back((co_await all_levels.async_receive()).topic());
            }
            CHECK(first ==
                  std::vector<std::string>{std::string(umlauts), "Küche//Temperatur", "Küche/ende/Temperatur"});
            CHECK(second == std::vector<std::string>{"Bad", "Bad/a", "Bad/a/b", "Bad/ende"});
        });
    }
}

TEST_CASE("a retained message is kept, replaced and cleared")
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
                client sender(co_await asio::this_coro::executor);
                client receiver(co_await asio::this_coro::executor);
                co_await connect(sender, broker, version);
                co_await connect(receiver, broker, version);
                // QoS 0 may still be on its way when another connection subscribes; what follows it on its own has then
                // come.
                const auto retain = [&](std::string_view payload) -> asio::awaitable<void> {
                    co_await publish(sender, "door/state", payload, level, true);
                    co_await publish(sender, "unheard", "", qos::at_least_once);
                };
                const auto first_message = [&](std::string_view marker) -> asio::awaitable<tern::message> {
                    tern::subscription readings = co_await receiver.async_subscribe("door/state");
                    // Retained messages follow SUBACK, so they are before what is published now.
                    co_await publish(sender, "door/state", marker, level);
                    tern::message message = co_await readings.async_receive();
                    co_await readings.async_unsubscribe();
                    co_return message;
                };

                co_await retain("open");
                const tern::message kept = co_await first_message("marker");
                CHECK(kept.payload_text() == "open");
                CHECK(kept.retain());
                CHECK(kept.qos() == level);

                co_await retain("closed");
                const tern::message replaced = co_await first_message("marker");
                CHECK(replaced.payload_text() == "closed");
                CHECK(replaced.retain());

                co_await retain("");
                const tern::message cleared = co_await first_message("marker");
                CHECK(cleared.payload_text() == "marker");
                CHECK_FALSE(cleared.retain());
            });
        }
    }
}

TEST_CASE("payloads are delivered byte by byte: empty, binary and 256 KiB")
{
    if (skipped_without_mosquitto())
    {
        return;
    }
    mosquitto broker(quiet);
    const std::string payloads[] = {std::string(), std::string(1, '\0'), every_byte(256), every_byte(256 * 1024)};
    for (const protocol_choice version : both_versions)
    {
        for (const qos level : all_qos)
        {
            CAPTURE(name_of(version), static_cast<int>(level));
            run_scenario([&]() -> asio::awaitable<void> {
                client receiver(co_await asio::this_coro::executor);
                client sender(co_await asio::this_coro::executor);
                co_await connect(receiver, broker, version);
                co_await connect(sender, broker, version);
                tern::subscription readings = co_await receiver.async_subscribe("payload");
                for (const std::string& payload : payloads)
                {
                    co_await publish(sender, "payload", payload, level);
                }
                for (const std::string& payload : payloads)
                {
                    const tern::message message = co_await readings.async_receive();
                    CHECK(message.payload().size() == payload.size());
                    const bool same = message.payload_text() == payload;
                    CHECK(same);
                    CHECK(message.qos() == level);
                }
            });
        }
    }
}

TEST_CASE("the properties of a 5.0 message arrive as they were sent")
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
        tern::subscription requests = co_await receiver.async_subscribe("request");

        const std::string correlation = every_byte(256);
        const std::array<tern::user_property, 4> sent{{{"b", "1"}, {"a", "2"}, {"b", "3"}, {"", "ü"}}};
        publish_options options;
        options.qos = qos::at_least_once;
        options.payload_format_indicator = tern::payload_format::utf8;
        options.message_expiry_interval = 100s;
        options.content_type = "application/json";
        options.response_topic = "answer/here";
        options.correlation_data = tern::byte_view(correlation);
        options.user_properties = sent;
        co_await sender.async_publish("request", "{}", options);

        const tern::message message = co_await requests.async_receive();
        const tern::publish_properties& properties = message.properties();
        CHECK(properties.payload_format_indicator == tern::payload_format::utf8);
        REQUIRE(properties.message_expiry_interval.has_value());
        CHECK(*properties.message_expiry_interval <= 100);
        CHECK(*properties.message_expiry_interval > 80);
        CHECK(properties.content_type == std::string_view("application/json"));
        CHECK(properties.response_topic == std::string_view("answer/here"));
        REQUIRE(properties.correlation_data.has_value());
        CHECK(properties.correlation_data->text() == correlation);
        std::vector<std::pair<std::string, std::string>> received;
        for (const tern::user_property property : properties.user_properties)
        {
            received.emplace_back(property.name, property.value);
        }
        const std::vector<std::pair<std::string, std::string>> expected{{"b", "1"}, {"a", "2"}, {"b", "3"}, {"", "ü"}};
        CHECK(received == expected);
    });
}

TEST_CASE("what 3.1.1 cannot carry is refused before it is sent")
{
    if (skipped_without_mosquitto())
    {
        return;
    }
    mosquitto broker(quiet);
    run_scenario([&]() -> asio::awaitable<void> {
        client both(co_await asio::this_coro::executor);
        co_await connect(both, broker, protocol_choice::v3_1_1);
        publish_options with_property;
        with_property.qos = qos::at_least_once;
        with_property.content_type = "text/plain";
        const auto published = co_await both.async_publish("a", "b", with_property, no_throw());
        CHECK(std::get<0>(published) == tern::errc::not_supported_by_protocol_version);
        subscribe_options without_own;
        without_own.no_local = true;
        const auto subscribed = co_await both.async_subscribe("a", without_own, no_throw());
        CHECK(std::get<0>(subscribed) == tern::errc::not_supported_by_protocol_version);
        // The connection is as good as before.
        co_await publish(both, "a", "b", qos::exactly_once);
    });
}
