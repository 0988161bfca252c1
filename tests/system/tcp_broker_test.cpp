// SPDX-License-Identifier: BSL-1.0
//
// The client and tern's own broker over TCP: the round trips, limits that Mosquitto cannot be told to announce, and
// connections that break in every place.

#include "broken_traffic.hpp"
#include "mosquitto.hpp"
#include "scenario.hpp"
#include "tern/testing/tcp_broker.hpp"

#include <optional>

using namespace tern::test;
using tern::client;
using tern::connect_options;
using tern::protocol_choice;
using tern::publish_options;
using tern::qos;
using tern::testing::broker_configuration;
using tern::testing::tcp_broker;

namespace
{

/// A policy that keeps clients out of some topics.
class closed_house final : public tern::testing::broker_policy
{
public:
    tern::reason_code authorize_publish(const tern::testing::client_identity&,
                                        const tern::wire::publish& message) override
    {
        return message.topic.starts_with("house/") ? tern::reason_code::not_authorized : tern::reason_code::success;
    }

    tern::reason_code authorize_subscription(const tern::testing::client_identity&,
                                             const tern::wire::subscription& wanted) override
    {
        return wanted.topic_filter.starts_with("house/") ? tern::reason_code::not_authorized
                                                         : tern::reason_code::success;
    }
};

} // namespace

TEST_CASE("a message goes through tern's own broker at every QoS in both versions")
{
    for (const protocol_choice version : both_versions)
    {
        for (const qos level : all_qos)
        {
            CAPTURE(name_of(version), static_cast<int>(level));
            run_scenario([&]() -> asio::awaitable<void> {
                const asio::any_io_executor executor = co_await asio::this_coro::executor;
                tcp_broker broker(executor);
                REQUIRE_FALSE(broker.listen());
                client receiver(executor);
                client sender(executor);
                const std::string url = url_of(broker);
                co_await receiver.async_connect(url, speaking(version));
                co_await sender.async_connect(url, speaking(version));
                tern::subscription readings = co_await receiver.async_subscribe("Küche/#");
                const std::string large(256 * 1024, '\0');
                co_await sender.async_publish("Küche/Kühlschrank/Temperatur", "4.5", at(level));
                co_await sender.async_publish("Küche", "", at(level));
                co_await sender.async_publish("Küche/groß", large, at(level));
                const tern::message first = co_await readings.async_receive();
                const tern::message second = co_await readings.async_receive();
                const tern::message third = co_await readings.async_receive();
                CHECK(first.topic() == "Küche/Kühlschrank/Temperatur");
                CHECK(first.payload_text() == "4.5");
                CHECK(first.qos() == level);
                CHECK(second.topic() == "Küche");
                CHECK(second.payload().empty());
                CHECK(third.payload().size() == large.size());
                co_await readings.async_unsubscribe();
                co_await receiver.async_disconnect();
                co_await sender.async_disconnect();
                CHECK(broker.core().statistics().protocol_errors == 0);
                if (version == protocol_choice::v5)
                {
                    CHECK(broker.core().session_count() == 0); // they were there by default only
                }
            });
        }
    }
}

TEST_CASE("connections that break all the time lose and repeat nothing at QoS 2, and lose nothing at QoS 1")
{
    for (const protocol_choice version : both_versions)
    {
        for (const qos level : {qos::at_least_once, qos::exactly_once})
        {
            CAPTURE(name_of(version), static_cast<int>(level));
            run_scenario([&]() -> asio::awaitable<void> {
                broken_traffic traffic(co_await asio::this_coro::executor, level);
                co_await traffic.start(version);
                co_await traffic.cut_again_and_again();
                traffic.check_what_arrived();
            });
        }
    }
}

TEST_CASE("a broker that loses its sessions gets the subscriptions again, and the client says so")
{
    for (const protocol_choice version : both_versions)
    {
        CAPTURE(name_of(version));
        run_scenario([&]() -> asio::awaitable<void> {
            const asio::any_io_executor executor = co_await asio::this_coro::executor;
            tcp_broker broker(executor);
            REQUIRE_FALSE(broker.listen());
            event_log happened;
            client user(executor, quick_limits());
            happened.watch(user);
            const std::string url = url_of(broker);
            co_await user.async_connect(url, speaking(version));
            tern::subscription readings = co_await user.async_subscribe("a/+");
            broker.drop_sessions();
            const bool back = co_await until([&] { return user.stats().connects == 2; });
            REQUIRE(back);
            // A publish after the subscriptions were made again comes back.
            co_await user.async_publish("a/b", "again", at(qos::exactly_once));
            const tern::message message = co_await readings.async_receive();
            CHECK(message.payload_text() == "again");
            CHECK(happened.count<tern::session_lost_event>() == 1);
            CHECK(user.stats().session_losses == 1);
        });
    }
}

TEST_CASE("what a server does not support is refused before a byte leaves")
{
    run_scenario([&]() -> asio::awaitable<void> {
        const asio::any_io_executor executor = co_await asio::this_coro::executor;
        broker_configuration configuration;
        configuration.maximum_qos = qos::at_least_once;
        configuration.retain_available = false;
        configuration.wildcard_subscriptions_available = false;
        configuration.shared_subscriptions_available = false;
        configuration.subscription_identifiers_available = false;
        tcp_broker broker(executor, configuration);
        REQUIRE_FALSE(broker.listen());
        client user(executor);
        const std::string url = url_of(broker);
        co_await user.async_connect(url);
        const std::uint64_t before = user.stats().bytes_sent;
        const auto exact = co_await user.async_publish("a", "b", at(qos::exactly_once), no_throw());
        CHECK(std::get<0>(exact) == tern::errc::exceeds_server_maximum_qos);
        publish_options retained;
        retained.retain = true;
        const auto kept = co_await user.async_publish("a", "b", retained, no_throw());
        CHECK(std::get<0>(kept) == tern::errc::retain_not_available);
        const auto wild = co_await user.async_subscribe("a/#", no_throw());
        CHECK(std::get<0>(wild) == tern::errc::wildcard_subscriptions_not_available);
        const auto shared = co_await user.async_subscribe("$share/group/a", no_throw());
        CHECK(std::get<0>(shared) == tern::errc::shared_subscriptions_not_available);
        CHECK(user.stats().bytes_sent == before);
        // Without identifiers the topic says whom a message is for.
        tern::subscription readings = co_await user.async_subscribe("a");
        CHECK(readings.identifier() == 0);
        co_await user.async_publish("a", "b", at(qos::at_least_once));
        const tern::message message = co_await readings.async_receive();
        CHECK(message.payload_text() == "b");
        CHECK(broker.core().statistics().protocol_errors == 0);
    });
}

TEST_CASE("a broker's policy refuses topics to publish and to subscribe to")
{
    for (const protocol_choice version : both_versions)
    {
        CAPTURE(name_of(version));
        run_scenario([&]() -> asio::awaitable<void> {
            const asio::any_io_executor executor = co_await asio::this_coro::executor;
            closed_house policy;
            tcp_broker broker(executor, {}, &policy);
            REQUIRE_FALSE(broker.listen());
            client user(executor);
            const std::string url = url_of(broker);
            co_await user.async_connect(url, speaking(version));
            const auto [error, result] =
                co_await user.async_publish("house/door", "open", at(qos::exactly_once), no_throw());
            const auto refused = co_await user.async_subscribe("house/#", no_throw());
            if (version == protocol_choice::v5)
            {
                CHECK(error == tern::reason_code::not_authorized);
                CHECK(result.reason == tern::reason_code::not_authorized);
                CHECK(std::get<0>(refused) == tern::reason_code::not_authorized);
            }
            else
            {
                CHECK_FALSE(error);
                CHECK(std::get<0>(refused) == tern::reason_code::unspecified_error);
            }
            tern::subscription garden = co_await user.async_subscribe("garden/#");
            co_await user.async_publish("garden/gate", "open", at(qos::exactly_once));
            const tern::message message = co_await garden.async_receive();
            CHECK(message.payload_text() == "open");
        });
    }
}

TEST_CASE("a broker of one version only is found out, however it refuses the other")
{
    using tern::testing::version_refusal;
    for (const version_refusal refusal :
         {version_refusal::connack_v5, version_refusal::connack_v3_1_1, version_refusal::close})
    {
        CAPTURE(static_cast<int>(refusal));
        run_scenario([&]() -> asio::awaitable<void> {
            const asio::any_io_executor executor = co_await asio::this_coro::executor;
            broker_configuration configuration;
            configuration.accept_v5 = false;
            configuration.refusal = refusal;
            tcp_broker broker(executor, configuration);
            REQUIRE_FALSE(broker.listen());
            client user(executor);
            const std::string url = url_of(broker);
            const auto strict = co_await user.async_connect(url, speaking(protocol_choice::v5), no_throw());
            CHECK(std::get<0>(strict));
            const tern::connect_result result =
                co_await user.async_connect(url, speaking(protocol_choice::v5_or_v3_1_1));
            CHECK(result.version == tern::protocol_version::v3_1_1);
            tern::subscription readings = co_await user.async_subscribe("a");
            co_await user.async_publish("a", "b", at(qos::exactly_once));
            const tern::message message = co_await readings.async_receive();
            CHECK(message.payload_text() == "b");
            // Once it is known what the server speaks, a lost connection does not bring the question up again.
            const std::uint64_t opened = broker.core().statistics().connections_opened;
            broker.drop_connections();
            const bool back = co_await until([&] { return user.stats().connects == 2; });
            CHECK(back);
            CHECK(broker.core().statistics().connections_opened == opened + 1);
        });
    }
}

TEST_CASE("topic aliases replace topics in both directions")
{
    run_scenario([&]() -> asio::awaitable<void> {
        const asio::any_io_executor executor = co_await asio::this_coro::executor;
        broker_configuration configuration;
        configuration.send_topic_aliases = true;
        configuration.topic_alias_maximum = 3;
        tcp_broker broker(executor, configuration);
        REQUIRE_FALSE(broker.listen());
        client user(executor, quick_limits());
        connect_options options;
        options.automatic_topic_aliases = true;
        options.topic_alias_maximum = 2;
        const std::string url = url_of(broker);
        co_await user.async_connect(url, options);
        tern::subscription readings = co_await user.async_subscribe("a/very/long/topic/level/#");
        const std::string topics[] = {"a/very/long/topic/level/1", "a/very/long/topic/level/2",
                                      "a/very/long/topic/level/3"};
        const auto round = [&]() -> asio::awaitable<std::uint64_t> {
            const std::uint64_t before = user.stats().bytes_sent;
            for (const std::string& topic : topics)
            {
                co_await user.async_publish(topic, topic, at(qos::exactly_once));
                const tern::message message = co_await readings.async_receive();
                CHECK(message.topic() == topic);
                CHECK(message.payload_text() == topic);
            }
            co_return user.stats().bytes_sent - before;
        };
        const std::uint64_t first = co_await round();
        const std::uint64_t second = co_await round();
        CHECK(second + 50 < first); // the topics were left out
        // Aliases belong to a connection.
        broker.drop_connections();
        const bool back = co_await until([&] { return user.stats().connects == 2; });
        REQUIRE(back);
        co_await round();
        co_await round();
        CHECK(broker.core().statistics().protocol_errors == 0);
    });
}

TEST_CASE("a server shutting down is waited for, one that has moved is not")
{
    run_scenario([&]() -> asio::awaitable<void> {
        const asio::any_io_executor executor = co_await asio::this_coro::executor;
        tcp_broker broker(executor);
        REQUIRE_FALSE(broker.listen());
        event_log happened;
        client user(executor, quick_limits());
        happened.watch(user);
        const std::string url = url_of(broker);
        co_await user.async_connect(url);
        const auto end_with = [&](tern::reason_code reason) {
            for (const tern::testing::connection_id id : broker.core().connections())
            {
                broker.core().disconnect(id, reason, broker.now());
            }
            broker.flush();
        };
        end_with(tern::reason_code::server_shutting_down);
        const bool back = co_await until([&] { return user.stats().connects == 2; });
        REQUIRE(back);
        CHECK(happened.last<tern::disconnected_event>()->error == tern::reason_code::server_shutting_down);
        CHECK(happened.count<tern::given_up_event>() == 0);
        end_with(tern::reason_code::server_moved);
        const bool given_up = co_await until([&] { return happened.count<tern::given_up_event>() == 1; });
        REQUIRE(given_up);
        CHECK(happened.last<tern::given_up_event>()->error == tern::reason_code::server_moved);
        co_await sleep(200ms);
        CHECK(user.stats().connects == 2);
    });
}

TEST_CASE("being taken over by the same client identifier is final")
{
    run_scenario([&]() -> asio::awaitable<void> {
        const asio::any_io_executor executor = co_await asio::this_coro::executor;
        tcp_broker broker(executor);
        REQUIRE_FALSE(broker.listen());
        const std::string url = url_of(broker);
        event_log happened;
        client first(executor, quick_limits());
        client second(executor, quick_limits());
        happened.watch(first);
        connect_options options;
        options.client_id = "only one";
        co_await first.async_connect(url, options);
        tern::subscription readings = co_await first.async_subscribe("a");
        std::optional<std::error_code> receive_error;
        readings.async_receive([&](std::error_code error, const tern::message&) { receive_error = error; });
        co_await second.async_connect(url, options);
        const bool ended = co_await until([&] { return receive_error.has_value(); });
        REQUIRE(ended);
        CHECK(*receive_error == tern::reason_code::session_taken_over);
        CHECK(happened.count<tern::given_up_event>() == 1);
        co_await sleep(300ms); // more than the longest delay before another try
        CHECK(first.stats().connects == 1);
        CHECK(first.state() != tern::connection_state::connected);
        CHECK(second.stats().connects == 1);
        CHECK(second.state() == tern::connection_state::connected);
        co_await second.async_publish("a", "still here", at(qos::at_least_once));
        co_await second.async_disconnect();
    });
}
