// SPDX-License-Identifier: BSL-1.0
//
// Every transport against a real Mosquitto: both protocol versions, payloads of every size, a server that goes and
// comes back, and what is refused and why.

#include "listeners.hpp"
#include "system/scenario.hpp"
#include "system/steps.hpp"
#include "tern/transport/local.hpp"
#include "tern/transport/tls.hpp"
#include "tern/transport/websocket.hpp"
#include "tern/transport/websocket_tls.hpp"

using namespace tern::test;
using tern::client;
using tern::connect_options;
using tern::protocol_choice;
using tern::qos;

namespace
{

connect_options options_for(const listening_mosquitto& servers, listener which, protocol_choice version)
{
    connect_options options = persistent("client", version);
    options.tls = servers.tls(which);
    return options;
}

asio::awaitable<void> send_to_oneself(const listening_mosquitto& servers, listener which, protocol_choice version)
{
    client both(co_await asio::this_coro::executor);
    const std::string url = servers.url(which);
    const connect_options options = options_for(servers, which, version);
    const tern::connect_result result = co_await both.async_connect(url, options);
    CHECK((result.version == tern::protocol_version::v3_1_1) == (version == protocol_choice::v3_1_1));
    tern::subscription readings = co_await both.async_subscribe(umlauts);
    for (const std::size_t size : {std::size_t{0}, std::size_t{1}, std::size_t{125}, std::size_t{65'536}, std::size_t{1} << 20U})
    {
        const std::string payload = every_byte(size);
        for (const qos level : all_qos)
        {
            co_await publish(both, umlauts, payload, level);
            const tern::message message = co_await readings.async_receive();
            CHECK(message.payload_text() == payload);
            CHECK(message.qos() == level);
        }
    }
    co_await both.async_disconnect();
}

asio::awaitable<void> send_over_a_restart(listening_mosquitto& servers, listener which, protocol_choice version)
{
    tern::client_limits limits;
    limits.reconnect.initial_delay = 10ms;
    limits.reconnect.maximum_delay = 50ms;
    client both(co_await asio::this_coro::executor, limits);
    number_log arrived;
    tern::message_handler_registration listening = arrived.listen(both, "numbers");
    number_source numbers(both);
    const std::string url = servers.url(which);
    const connect_options options = options_for(servers, which, version);
    co_await both.async_connect(url, options);
    co_await listening.async_ready();
    numbers.publish(10);
    const bool begun = co_await until([&] { return arrived.size() >= 5; });
    CHECK(begun);
    co_await elsewhere([&] { servers.broker().stop(); });
    numbers.publish(10);
    co_await elsewhere([&] { servers.broker().start(); });
    const bool done = co_await until([&] { return numbers.completed == 20 && arrived.size() == 20; });
    INFO(arrived.text());
    CHECK(done);
    CHECK(arrived.exactly(20));
    CHECK(numbers.failed == 0);
    CHECK(both.stats().connects == 2);
    co_await both.async_disconnect();
}

/// What connecting ends with, and what is said about it.
struct refusal
{
    std::error_code error;
    std::string explanation;

    [[nodiscard]] bool says(std::string_view words) const
    {
        UNSCOPED_INFO(error.message() << ": " << explanation);
        return (error.message() + explanation).find(words) != std::string::npos;
    }
};

refusal connect(const std::string& url, const tern::tls_options& tls)
{
    refusal told;
    asio::io_context context;
    run_scenario(context, [&]() -> asio::awaitable<void> {
        client one(co_await asio::this_coro::executor);
        connect_options options;
        options.tls = tls;
        auto [error, result] = co_await one.async_connect(url, options, no_throw());
        told = {error, result.explanation};
    });
    return told;
}

} // namespace

TEST_CASE("messages of every size and QoS go through every transport of Mosquitto in both versions")
{
    if (skipped_without_mosquitto())
    {
        return;
    }
    const listening_mosquitto servers;
    for (const listener which : all_listeners)
    {
        for (const protocol_choice version : both_versions)
        {
            CAPTURE(name_of(which), name_of(version));
            run_scenario([&]() -> asio::awaitable<void> { co_await send_to_oneself(servers, which, version); });
        }
    }
}

TEST_CASE("every transport comes back when Mosquitto does and loses and repeats nothing of QoS 2")
{
    if (skipped_without_mosquitto())
    {
        return;
    }
    for (const listener which : all_listeners)
    {
        listening_mosquitto servers;
        const protocol_choice version = which == listener::psk ? protocol_choice::v3_1_1 : protocol_choice::v5;
        CAPTURE(name_of(which), name_of(version));
        run_scenario([&]() -> asio::awaitable<void> { co_await send_over_a_restart(servers, which, version); });
    }
}

TEST_CASE("what Mosquitto and a client do not agree about is said in words")
{
    if (skipped_without_mosquitto())
    {
        return;
    }
    const listening_mosquitto servers;
    const tern::tls_options nothing;
    const tern::tls_options trusting = servers.tls(listener::tls);
    CHECK(connect(servers.url(listener::tls), nothing).says("Test Authority")); // the system does not know it
    CHECK(connect(servers.url(listener::mutual_tls), trusting).says("wants a client certificate"));
    tern::tls_options elsewhere = trusting;
    elsewhere.server_name = "other.example";
    CHECK(connect(servers.url(listener::tls), elsewhere).says("not for other.example"));
    tern::tls_options wrong_key = servers.tls(listener::psk);
    wrong_key.psk = "guess";
    CHECK(connect(servers.url(listener::psk), wrong_key).error);

    // The right server on the wrong port.
    const std::string plain_port = ":" + servers.broker().port_text();
    CHECK(connect("mqtts://127.0.0.1" + plain_port, trusting).says("no TLS on this port"));
    const std::string tls_port = ":" + std::to_string(servers.port(listener::tls));
    CHECK(connect("mqtt://127.0.0.1" + tls_port, nothing).says("it may speak TLS"));
    const std::string websocket_port = ":" + std::to_string(servers.port(listener::websocket));
    CHECK(connect("mqtt://127.0.0.1" + websocket_port, nothing).says("WebSocket"));
    CHECK(connect("ws://127.0.0.1" + plain_port + "/mqtt", nothing).error);
}
