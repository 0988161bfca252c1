// SPDX-License-Identifier: BSL-1.0
//
// Servers that refuse, fall silent, speak another version, or are not there.

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

using std::chrono::steady_clock;

/// A literal with zeros in it.
template <std::size_t Size>
std::string bytes(const char (&literal)[Size])
{
    return std::string(literal, Size - 1);
}

/// The protocol level in a CONNECT: 4 or 5.
int level_of(std::string_view connect)
{
    return connect.size() > 8 ? static_cast<int>(connect[8]) : 0;
}

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

constexpr std::string_view accepted_v3_1_1("\x20\x02\x00\x00", 4);
constexpr std::string_view accepted_v5("\x20\x03\x00\x00\x00", 5);

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

TEST_CASE("connecting fails at once when nobody listens")
{
    run_scenario([&]() -> asio::awaitable<void> {
        client lonely(co_await asio::this_coro::executor);
        const std::string url = "mqtt://127.0.0.1:" + std::to_string(free_port());
        const steady_clock::time_point begin = steady_clock::now();
        const std::error_code error = co_await connect_error(lonely, url, connect_options{});
        CHECK(error == asio::error::connection_refused);
        CHECK(error == tern::error_kind::transient);
        CHECK(steady_clock::now() - begin < 2s);
        CHECK(lonely.stats().connect_failures == 1);
        CHECK(lonely.state() != tern::connection_state::connected);
    });
}

TEST_CASE("with retry, connecting goes on until somebody listens")
{
    if (skipped_without_mosquitto())
    {
        return;
    }
    mosquitto broker;
    broker.stop();
    run_scenario([&]() -> asio::awaitable<void> {
        client patient(co_await asio::this_coro::executor, quick_limits());
        connect_options options;
        options.retry = true;
        const std::string url = broker.url();
        std::optional<std::error_code> result;
        patient.async_connect(url, options,
                              [&](std::error_code error, const tern::connect_result&) { result = error; });
        co_await sleep(200ms);
        CHECK_FALSE(result.has_value());
        co_await elsewhere([&] { broker.start(); });
        const bool connected = co_await until([&] { return result.has_value(); });
        REQUIRE(connected);
        CHECK_FALSE(*result);
        CHECK(patient.stats().connect_failures >= 2);
    });
}

TEST_CASE("with retry, connecting ends at its time limit")
{
    run_scenario([&]() -> asio::awaitable<void> {
        client patient(co_await asio::this_coro::executor, quick_limits());
        connect_options options;
        options.retry = true;
        options.time_limit = 300ms;
        const std::string url = "mqtt://127.0.0.1:" + std::to_string(free_port());
        const steady_clock::time_point begin = steady_clock::now();
        const std::error_code error = co_await connect_error(patient, url, options);
        CHECK(error == tern::errc::timed_out);
        CHECK(steady_clock::now() - begin >= 300ms);
        CHECK(steady_clock::now() - begin < 3s);
        CHECK(patient.stats().connect_failures >= 2);
    });
}

TEST_CASE("a name that does not resolve is an error of the resolver")
{
    run_scenario([&]() -> asio::awaitable<void> {
        client lost(co_await asio::this_coro::executor);
        connect_options options;
        options.time_limit = 20s;
        const std::error_code error = co_await connect_error(lost, "mqtt://no-such-host.invalid", options);
        const bool not_found = error == asio::error::host_not_found || error == asio::error::host_not_found_try_again ||
                               error == tern::errc::timed_out;
        CAPTURE(error.message());
        CHECK(not_found);
        CHECK(error == tern::error_kind::transient);
    });
}

TEST_CASE("the second broker of a list is used when nobody listens at the first")
{
    if (skipped_without_mosquitto())
    {
        return;
    }
    mosquitto broker;
    run_scenario([&]() -> asio::awaitable<void> {
        client user(co_await asio::this_coro::executor);
        const std::string nowhere = "mqtt://127.0.0.1:" + std::to_string(free_port());
        const std::string url = broker.url();
        const auto result = co_await user.async_connect(tern::brokers(nowhere, url), no_throw());
        CHECK_FALSE(std::get<0>(result));
        CHECK(user.state() == tern::connection_state::connected);
    });
}

TEST_CASE("a server that speaks only 3.1.1 is spoken to in 3.1.1")
{
    struct refusal
    {
        const char* what;
        std::string answer;
    };
    const refusal refusals[] = {{"return code 1", bytes("\x20\x02\x00\x01")},
                                {"reason code 0x84", bytes("\x20\x03\x00\x84\x00")},
                                {"a bare close", ""}};
    for (const refusal& refused : refusals)
    {
        CAPTURE(refused.what);
        run_scenario([&]() -> asio::awaitable<void> {
            const asio::any_io_executor executor = co_await asio::this_coro::executor;
            std::vector<int> levels;
            scripted_server server(executor, [&](scripted_server::visitor& visitor) -> asio::awaitable<void> {
                const std::string connect = co_await visitor.read_packet();
                levels.push_back(level_of(connect));
                if (levels.back() != 4)
                {
                    co_await visitor.send(refused.answer);
                    co_return;
                }
                co_await visitor.send(std::string(accepted_v3_1_1));
                const std::string publish = co_await visitor.read_packet();
                // "a", packet identifier 1, no properties
                CHECK(publish == bytes("\x32\x06\x00\x01\x61\x00\x01\x62"));
                co_await visitor.send(bytes("\x40\x02\x00\x01"));
                co_await visitor.read_to_end();
            });
            const std::string url = server.url();
            {
                client flexible(executor, quick_limits());
                connect_options options;
                options.protocol = protocol_choice::v5_or_v3_1_1;
                const auto [error, result] = co_await flexible.async_connect(url, options, no_throw());
                CAPTURE(error.message());
                REQUIRE_FALSE(error);
                CHECK(result.version == tern::protocol_version::v3_1_1);
                const std::vector<int> expected{5, 4};
                CHECK(levels == expected);
                publish_options at_least_once;
                at_least_once.qos = qos::at_least_once;
                const auto published = co_await flexible.async_publish("a", "b", at_least_once, no_throw());
                CHECK_FALSE(std::get<0>(published));
                co_await flexible.async_disconnect();
            }
            levels.clear();
            {
                client strict(executor, quick_limits());
                const std::error_code error = co_await connect_error(strict, url, connect_options{});
                const std::vector<int> expected{5};
                CHECK(levels == expected);
                if (refused.answer.empty())
                {
                    CHECK(error == tern::errc::closed_by_server);
                }
                else
                {
                    CHECK(error == tern::reason_code::unsupported_protocol_version);
                }
            }
        });
    }
}

TEST_CASE("other failures do not make a client fall back to 3.1.1")
{
    run_scenario([&]() -> asio::awaitable<void> {
        const asio::any_io_executor executor = co_await asio::this_coro::executor;
        std::vector<int> levels;
        scripted_server server(executor, [&](scripted_server::visitor& visitor) -> asio::awaitable<void> {
            const std::string connect = co_await visitor.read_packet();
            levels.push_back(level_of(connect));
            co_await visitor.send(bytes("\x20\x03\x00\x86\x00")); // bad user name or password
        });
        client flexible(executor, quick_limits());
        connect_options options;
        options.protocol = protocol_choice::v5_or_v3_1_1;
        const std::error_code error = co_await connect_error(flexible, server.url(), options);
        CHECK(error == tern::reason_code::bad_user_name_or_password);
        const std::vector<int> expected{5};
        CHECK(levels == expected);
    });
}

TEST_CASE("a client that may fall back speaks 5.0 to Mosquitto")
{
    if (skipped_without_mosquitto())
    {
        return;
    }
    mosquitto broker;
    run_scenario([&]() -> asio::awaitable<void> {
        client flexible(co_await asio::this_coro::executor);
        connect_options options;
        options.protocol = protocol_choice::v5_or_v3_1_1;
        const std::string url = broker.url();
        const tern::connect_result result = co_await flexible.async_connect(url, options);
        CHECK(result.version == tern::protocol_version::v5);
    });
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

TEST_CASE("a server that accepts and then says nothing is given up after the connect limit")
{
    run_scenario([&]() -> asio::awaitable<void> {
        const asio::any_io_executor executor = co_await asio::this_coro::executor;
        scripted_server server(executor, [](scripted_server::visitor& visitor) -> asio::awaitable<void> {
            co_await visitor.read_to_end();
        });
        const std::string url = server.url();
        {
            tern::client_limits limits;
            limits.connect_attempt = 200ms;
            client user(executor, limits);
            const steady_clock::time_point begin = steady_clock::now();
            const std::error_code error = co_await connect_error(user, url, connect_options{});
            CHECK(error == tern::errc::no_connection_acknowledgement);
            CHECK(steady_clock::now() - begin >= 200ms);
            CHECK(steady_clock::now() - begin < 3s);
        }
        {
            client user(executor);
            connect_options options;
            options.time_limit = 200ms;
            const std::error_code error = co_await connect_error(user, url, options);
            CHECK(error == tern::errc::timed_out);
        }
        CHECK(server.visits() == 2);
    });
}

TEST_CASE("a server that answers with something else than MQTT is given up")
{
    run_scenario([&]() -> asio::awaitable<void> {
        const asio::any_io_executor executor = co_await asio::this_coro::executor;
        scripted_server server(executor, [](scripted_server::visitor& visitor) -> asio::awaitable<void> {
            co_await visitor.read_packet();
            co_await visitor.send("HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n");
            co_await visitor.read_to_end();
        });
        client user(executor, quick_limits());
        const std::error_code error = co_await connect_error(user, server.url(), connect_options{});
        CAPTURE(error.message());
        CHECK(error == tern::error_kind::protocol_violation);
    });
}

TEST_CASE("a Mosquitto that stops answering is noticed by keep alive, and found again")
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
            event_log happened;
            tern::client_limits limits = quick_limits();
            limits.ping_response = 500ms;
            limits.connect_attempt = 1s;
            client user(co_await asio::this_coro::executor, limits);
            happened.watch(user);
            connect_options options;
            options.protocol = version;
            options.keep_alive = 1s;
            const std::string url = broker.url();
            co_await user.async_connect(url, options);
            // While it answers, silence on the application's side is no reason to lose the connection.
            co_await sleep(2500ms);
            CHECK(user.stats().connects == 1);
            CHECK(user.state() == tern::connection_state::connected);
            CHECK(user.stats().last_round_trip > 0ns);
            broker.signal(SIGSTOP);
            const steady_clock::time_point begin = steady_clock::now();
            const bool noticed = co_await until([&] { return happened.count<tern::disconnected_event>() >= 1; }, 5s);
            CHECK(steady_clock::now() - begin < 3s);
            broker.signal(SIGCONT);
            REQUIRE(noticed);
            CHECK(happened.last<tern::disconnected_event>()->error == tern::errc::keep_alive_timeout);
            const bool back = co_await until([&] { return user.stats().connects == 2; });
            CHECK(back);
        });
    }
}

TEST_CASE("a server that closes right after accepting is tried again with growing delays")
{
    run_scenario([&]() -> asio::awaitable<void> {
        const asio::any_io_executor executor = co_await asio::this_coro::executor;
        std::vector<steady_clock::time_point> visits;
        scripted_server server(executor, [&](scripted_server::visitor& visitor) -> asio::awaitable<void> {
            visits.push_back(steady_clock::now());
            co_await visitor.read_packet();
            co_await visitor.send(std::string(accepted_v5));
        });
        tern::client_limits limits;
        limits.reconnect.initial_delay = 50ms;
        limits.reconnect.jitter = 0;
        client user(executor, limits);
        connect_options options;
        options.client_id = "persevering";
        const std::string url = server.url();
        co_await user.async_connect(url, options);
        const bool enough = co_await until([&] { return visits.size() == 5; });
        REQUIRE(enough);
        // The first attempt after a loss follows at once, then 50, 100, 200 ms.
        CHECK(visits[3] - visits[2] >= 90ms);
        CHECK(visits[4] - visits[3] >= 190ms);
        CHECK(visits[4] - visits[0] < 3s);
    });
}

TEST_CASE("a server is reached over IPv6, and by a name with several addresses")
{
    if (skipped_without_mosquitto())
    {
        return;
    }
    std::uint16_t port = 0;
    {
        asio::io_context context;
        asio::ip::tcp::acceptor acceptor(context);
        std::error_code error;
        acceptor.open(asio::ip::tcp::v6(), error);
        if (!error)
        {
            acceptor.bind({asio::ip::address_v6::loopback(), 0}, error);
        }
        if (error)
        {
            std::printf("skipped: %s (no IPv6 loopback here)\n",
                        Catch::getResultCapture().getCurrentTestName().c_str());
            return;
        }
        port = acceptor.local_endpoint().port();
    }
    mosquitto broker("allow_anonymous true\nlistener " + std::to_string(port) + " ::1\n");
    run_scenario([&]() -> asio::awaitable<void> {
        const asio::any_io_executor executor = co_await asio::this_coro::executor;
        publish_options at_least_once;
        at_least_once.qos = qos::at_least_once;
        {
            client user(executor);
            const std::string url = "mqtt://[::1]:" + std::to_string(port);
            co_await user.async_connect(url);
            const auto published = co_await user.async_publish("a", "b", at_least_once, no_throw());
            CHECK_FALSE(std::get<0>(published));
            co_await user.async_disconnect();
        }
        // "localhost" may be either, and only one of them listens on this port.
        for (const std::uint16_t number : {port, broker.port()})
        {
            client user(executor);
            const std::string url = "mqtt://localhost:" + std::to_string(number);
            const auto connected = co_await user.async_connect(url, no_throw());
            const bool has_both = !std::get<0>(connected) || number == port; // some systems know no IPv6 localhost
            CHECK(has_both);
        }
    });
}
