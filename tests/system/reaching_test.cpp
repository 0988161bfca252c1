// SPDX-License-Identifier: BSL-1.0
//
// Servers that are not there, fall silent, talk nonsense, or are found at the second address.

#include "mosquitto.hpp"
#include "scenario.hpp"
#include "scripted_server.hpp"

#include <asio/error.hpp>
#include <asio/io_context.hpp>
#include <asio/ip/tcp.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

using namespace tern::test;
using tern::client;
using tern::connect_options;
using tern::protocol_choice;
using tern::publish_options;
using tern::qos;

namespace
{

using std::chrono::steady_clock;

asio::awaitable<std::error_code> connect_error(client& target, const std::string& url, const connect_options& options)
{
    const auto result = co_await target.async_connect(url, options, no_throw());
    co_return std::get<0>(result);
}

/// A free port of ::1; 0 where there is no such address.
std::uint16_t free_port_v6()
{
    asio::io_context context;
    asio::ip::tcp::acceptor acceptor(context);
    std::error_code error;
    acceptor.open(asio::ip::tcp::v6(), error);
    if (!error)
    {
        acceptor.bind({asio::ip::address_v6::loopback(), 0}, error);
    }
    return error ? std::uint16_t(0) : acceptor.local_endpoint().port();
}

bool localhost_has_both()
{
    asio::io_context context;
    asio::ip::tcp::resolver resolver(context);
    std::error_code error;
    bool v4 = false;
    bool v6 = false;
    for (const auto& entry : resolver.resolve("localhost", "1883", error))
    {
        v4 = v4 || entry.endpoint().address() == asio::ip::address_v4::loopback();
        v6 = v6 || entry.endpoint().address() == asio::ip::address_v6::loopback();
    }
    return v4 && v6;
}

/// True, and the running test is reported as skipped, if what it needs is not there.
bool skipped_without(bool there, std::string_view why)
{
    if (!there)
    {
        detail::report_skipped(why);
    }
    return !there;
}

constexpr std::string_view accepted_v5("\x20\x03\x00\x00\x00", 5);

} // namespace

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

TEST_CASE("a server is reached over IPv6")
{
    const std::uint16_t port = free_port_v6();
    if (skipped_without_mosquitto() || skipped_without(port != 0, "no IPv6 loopback here"))
    {
        return;
    }
    mosquitto broker("allow_anonymous true\nlistener " + std::to_string(port) + " ::1\n");
    run_scenario([&]() -> asio::awaitable<void> {
        client user(co_await asio::this_coro::executor);
        const std::string url = "mqtt://[::1]:" + std::to_string(port);
        co_await user.async_connect(url);
        publish_options at_least_once;
        at_least_once.qos = qos::at_least_once;
        const auto published = co_await user.async_publish("a", "b", at_least_once, no_throw());
        CHECK_FALSE(std::get<0>(published));
        co_await user.async_disconnect();
    });
}

TEST_CASE("a server is reached by a name with several addresses, whichever of them it listens on")
{
    const std::uint16_t port = free_port_v6();
    if (skipped_without_mosquitto() || skipped_without(port != 0, "no IPv6 loopback here") ||
        skipped_without(localhost_has_both(), "localhost is not both 127.0.0.1 and ::1 here"))
    {
        return;
    }
    mosquitto broker("allow_anonymous true\nlistener " + std::to_string(port) + " ::1\n");
    run_scenario([&]() -> asio::awaitable<void> {
        // Only one of the two listens on each port.
        for (const std::uint16_t number : {port, broker.port()})
        {
            client user(co_await asio::this_coro::executor);
            const std::string url = "mqtt://localhost:" + std::to_string(number);
            const auto connected = co_await user.async_connect(url, no_throw());
            CHECK_FALSE(std::get<0>(connected));
        }
    });
}
