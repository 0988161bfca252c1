// SPDX-License-Identifier: BSL-1.0
//
// A Mosquitto that refuses: credentials, access control, sizes.

#include "mosquitto.hpp"
#include "scenario.hpp"
#include "scripted_server.hpp"

#include <asio/error.hpp>

#include <array>
#include <filesystem>
#include <optional>

using namespace tern::test;
using tern::client;
using tern::connect_options;
using tern::protocol_choice;
using tern::publish_options;
using tern::qos;

namespace
{

asio::awaitable<std::error_code> connect_error(client& target, const std::string& url, const connect_options& options)
{
    const auto result = co_await target.async_connect(url, options, no_throw());
    co_return std::get<0>(result);
}

/// Where Debian and others put the plugin, if it is installed.
std::optional<std::string> dynamic_security_plugin()
{
    for (const char* const directory : {"/usr/lib", "/usr/lib64", "/usr/local/lib"})
    {
        const std::filesystem::path direct = std::filesystem::path(directory) / "mosquitto_dynamic_security.so";
        std::error_code error;
        if (std::filesystem::exists(direct, error))
        {
            return direct.string();
        }
        for (const auto& entry : std::filesystem::directory_iterator(directory, error))
        {
            const std::filesystem::path nested = entry.path() / "mosquitto_dynamic_security.so";
            if (std::filesystem::exists(nested, error))
            {
                return nested.string();
            }
        }
    }
    return std::nullopt;
}

} // namespace

TEST_CASE("Mosquitto refuses a wrong password and an unknown user, and nobody tries again")
{
    if (skipped_without_mosquitto())
    {
        return;
    }
    mosquitto broker("anna", "secret", "");
    for (const protocol_choice version : both_versions)
    {
        CAPTURE(name_of(version));
        run_scenario([&]() -> asio::awaitable<void> {
            const asio::any_io_executor executor = co_await asio::this_coro::executor;
            const std::string url = broker.url();
            connect_options options;
            options.protocol = version;
            options.retry = true;
            {
                client stranger(executor, quick_limits());
                const std::error_code error = co_await connect_error(stranger, url, options);
                CHECK(error == tern::reason_code::not_authorized);
                CHECK(error == tern::error_kind::refused);
            }
            options.user_name = "anna";
            options.password = tern::byte_view("wrong");
            {
                event_log happened;
                client mistaken(executor, quick_limits());
                happened.watch(mistaken);
                const std::error_code error = co_await connect_error(mistaken, url, options);
                CHECK(error == tern::reason_code::not_authorized);
                co_await sleep(200ms);
                CHECK(mistaken.stats().connect_failures == 1);
                CHECK(mistaken.stats().connects == 0);
                CHECK(mistaken.state() != tern::connection_state::connected);
            }
            options.user_name = "otto";
            options.password = tern::byte_view("secret");
            {
                client unknown(executor, quick_limits());
                const std::error_code error = co_await connect_error(unknown, url, options);
                CHECK(error == tern::reason_code::not_authorized);
                // A client that was refused can try again with something better.
                options.user_name = "anna";
                const std::error_code second = co_await connect_error(unknown, url, options);
                CHECK_FALSE(second);
                co_await unknown.async_disconnect();
            }
            {
                client by_url(executor);
                connect_options without_name;
                without_name.protocol = version;
                const std::string full_url = "mqtt://anna:secret@127.0.0.1:" + broker.port_text();
                const std::error_code error = co_await connect_error(by_url, full_url, without_name);
                CHECK_FALSE(error);
            }
        });
    }
}

TEST_CASE("a password that is changed while connected ends the reconnecting")
{
    if (skipped_without_mosquitto())
    {
        return;
    }
    mosquitto broker("anna", "secret", "");
    run_scenario([&]() -> asio::awaitable<void> {
        event_log happened;
        client user(co_await asio::this_coro::executor, quick_limits());
        happened.watch(user);
        connect_options options;
        options.user_name = "anna";
        options.password = tern::byte_view("secret");
        const std::string url = broker.url();
        co_await user.async_connect(url, options);
        std::optional<std::error_code> publish_error;
        co_await elsewhere([&] {
            broker.stop();
            const std::string passwords = (broker.directory().path() / "passwords").string();
            run({"mosquitto_passwd", "-b", passwords, "anna", "changed"});
        });
        publish_options at_least_once;
        at_least_once.qos = qos::at_least_once;
        user.async_publish("a", "b", at_least_once,
                           [&](std::error_code error, const tern::publish_result&) { publish_error = error; });
        co_await elsewhere([&] { broker.start(); });
        const bool given_up = co_await until([&] { return happened.count<tern::given_up_event>() == 1; });
        REQUIRE(given_up);
        CHECK(happened.last<tern::given_up_event>()->error == tern::reason_code::not_authorized);
        const bool ended = co_await until([&] { return publish_error.has_value(); });
        REQUIRE(ended);
        CHECK(*publish_error == tern::reason_code::not_authorized);
        CHECK(user.stats().connects == 1);
    });
}

TEST_CASE("Mosquitto's access control refuses a publish: 5.0 hears of it, 3.1.1 does not")
{
    if (skipped_without_mosquitto())
    {
        return;
    }
    mosquitto broker("anna", "secret", "user anna\ntopic readwrite garden/#\n");
    for (const protocol_choice version : both_versions)
    {
        CAPTURE(name_of(version));
        run_scenario([&]() -> asio::awaitable<void> {
            client user(co_await asio::this_coro::executor);
            connect_options options;
            options.protocol = version;
            options.user_name = "anna";
            options.password = tern::byte_view("secret");
            const std::string url = broker.url();
            co_await user.async_connect(url, options);
            tern::subscription readings = co_await user.async_subscribe("#");
            for (const qos level : {qos::at_least_once, qos::exactly_once})
            {
                CAPTURE(static_cast<int>(level));
                publish_options publishing;
                publishing.qos = level;
                const auto [error, result] = co_await user.async_publish("house/door", "open", publishing, no_throw());
                if (version == protocol_choice::v5)
                {
                    CHECK(error == tern::reason_code::not_authorized);
                    CHECK(error == tern::error_kind::refused);
                    CHECK(result.reason == tern::reason_code::not_authorized);
                }
                else
                {
                    CHECK_FALSE(error);
                    CHECK(result.reason == tern::reason_code::success);
                }
                // The refused message leaves nothing behind: the next one goes through.
                co_await user.async_publish("garden/gate", "open", publishing);
                const tern::message message = co_await readings.async_receive();
                CHECK(message.topic() == "garden/gate");
                CHECK(user.stats().in_flight == 0);
            }
        });
    }
}

TEST_CASE("Mosquitto's access control refuses a subscription")
{
    if (skipped_without_mosquitto())
    {
        return;
    }
    const std::optional<std::string> plugin = dynamic_security_plugin();
    if (!plugin)
    {
        std::printf("skipped: %s (Mosquitto's dynamic security plugin is not installed)\n",
                    Catch::getResultCapture().getCurrentTestName().c_str());
        return;
    }
    temporary_directory directory;
    const std::string rules = directory.write(
        "rules.json",
        R"({"defaultACLAccess": {"publishClientSend": true, "publishClientReceive": true, "subscribe": false,
            "unsubscribe": true}, "clients": [], "roles": [{"rolename": "reader", "acls": [
            {"acltype": "subscribePattern", "topic": "open/#", "priority": 0, "allow": true}]}],
            "groups": [{"groupname": "everybody", "roles": [{"rolename": "reader", "priority": 0}], "clients": []}],
            "anonymousGroup": "everybody"})");
    mosquitto broker("allow_anonymous true\nplugin " + *plugin + "\nplugin_opt_config_file " + rules + "\n");
    for (const protocol_choice version : both_versions)
    {
        CAPTURE(name_of(version));
        const tern::reason_code refusal =
            version == protocol_choice::v5 ? tern::reason_code::not_authorized : tern::reason_code::unspecified_error;
        run_scenario([&]() -> asio::awaitable<void> {
            client user(co_await asio::this_coro::executor);
            connect_options options;
            options.protocol = version;
            const std::string url = broker.url();
            co_await user.async_connect(url, options);
            const auto refused = co_await user.async_subscribe("closed/#", no_throw());
            CHECK(std::get<0>(refused) == refusal);

            // Of several filters one may be refused.
            const std::array filters{tern::topic_subscription{.topic_filter = "closed/a"},
                                     tern::topic_subscription{.topic_filter = "open/a"}};
            tern::subscription partly = co_await user.async_subscribe(filters);
            const std::vector<tern::reason_code> expected{refusal, tern::reason_code::granted_qos_2};
            CHECK(partly.result().reasons == expected);
            publish_options at_least_once;
            at_least_once.qos = qos::at_least_once;
            co_await user.async_publish("closed/a", "unheard", at_least_once);
            co_await user.async_publish("open/a", "heard", at_least_once);
            const tern::message message = co_await partly.async_receive();
            CHECK(message.payload_text() == "heard");
        });
    }
}

TEST_CASE("a message above the server's maximum packet size is refused before it is sent")
{
    if (skipped_without_mosquitto())
    {
        return;
    }
    mosquitto broker("allow_anonymous true\nmax_packet_size 1000\n");
    run_scenario([&]() -> asio::awaitable<void> {
        client user(co_await asio::this_coro::executor);
        const std::string url = broker.url();
        co_await user.async_connect(url);
        const std::string large(1000, 'x');
        for (const qos level : all_qos)
        {
            publish_options options;
            options.qos = level;
            const auto refused = co_await user.async_publish("a", large, options, no_throw());
            CHECK(std::get<0>(refused) == tern::errc::exceeds_server_maximum_packet_size);
            const std::string fitting(900, 'x');
            const auto sent = co_await user.async_publish("a", fitting, options, no_throw());
            CHECK_FALSE(std::get<0>(sent));
        }
        CHECK(user.stats().connects == 1);
        CHECK(user.state() == tern::connection_state::connected);
    });
}

TEST_CASE("a server does not send what exceeds the client's maximum packet size")
{
    if (skipped_without_mosquitto())
    {
        return;
    }
    mosquitto broker;
    run_scenario([&]() -> asio::awaitable<void> {
        const asio::any_io_executor executor = co_await asio::this_coro::executor;
        client small(executor);
        client sender(executor);
        connect_options options;
        options.maximum_packet_size = 200;
        const std::string url = broker.url();
        co_await small.async_connect(url, options);
        co_await sender.async_connect(url);
        tern::subscription readings = co_await small.async_subscribe("a");
        publish_options at_least_once;
        at_least_once.qos = qos::at_least_once;
        const std::string large(1000, 'x');
        co_await sender.async_publish("a", large, at_least_once);
        co_await sender.async_publish("a", "fits", at_least_once);
        const tern::message message = co_await readings.async_receive();
        CHECK(message.payload_text() == "fits");
        CHECK(small.stats().connects == 1);
    });
}
