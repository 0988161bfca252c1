// SPDX-License-Identifier: BSL-1.0
#include "tern/transport/proxy.hpp"

#include "support/catch.hpp"
#include "support/forwarding_proxy.hpp"
#include "tern/client/basic_client.hpp"
#include "tern/client/tcp_transport.hpp"
#include "tern/testing/tcp_broker.hpp"

#include <asio/io_context.hpp>
#include <asio/ip/address.hpp>
#include <asio/ip/tcp.hpp>

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <variant>
#include <vector>

using namespace std::chrono_literals;
using tern::errc;
using tern_test::forwarding_proxy;

namespace
{

constexpr auto patience = 20s;

/// A client, a broker, and a proxy between them.
struct world
{
    explicit world(std::string user_name = {}, std::string password = {})
        : proxy(context.get_executor(), std::move(user_name), std::move(password)), broker(context),
          client(context, quick())
    {
        REQUIRE_FALSE(broker.listen());
    }

    static tern::client_limits quick()
    {
        tern::client_limits limits;
        limits.reconnect.initial_delay = 1ms;
        return limits;
    }

    /// Names that only the proxy can look up.
    [[nodiscard]] std::string server() const
    {
        return "mqtt://" + std::string(forwarding_proxy::known_name) + ":" + std::to_string(broker.port());
    }

    template <class Condition>
    bool until(Condition condition)
    {
        const auto limit = std::chrono::steady_clock::now() + patience;
        while (!condition() && std::chrono::steady_clock::now() < limit)
        {
            context.restart();
            context.run_one_for(10ms);
        }
        return condition();
    }

    /// Connects, and gives what comes of it.
    std::error_code connect(const std::string& through, const std::string& to)
    {
        std::optional<std::error_code> outcome;
        client.async_connect(to, {.client_id = "x", .proxy = through},
                             [&](std::error_code error, tern::connect_result told) {
                                 outcome = error;
                                 result = std::move(told);
                             });
        REQUIRE(until([&] { return outcome.has_value(); }));
        return *outcome;
    }

    std::error_code publish(std::string_view payload)
    {
        std::optional<std::error_code> outcome;
        client.async_publish("t", payload, {.qos = tern::qos::at_least_once},
                             [&](std::error_code error, tern::publish_result) { outcome = error; });
        REQUIRE(until([&] { return outcome.has_value(); }));
        return *outcome;
    }

    asio::io_context context;
    forwarding_proxy proxy;
    tern::testing::tcp_broker broker;
    tern::basic_client<tern::tcp_transport> client;
    tern::connect_result result{};
};

} // namespace

TEST_CASE("including the header makes the proxies known", "[proxy]")
{
    CHECK(tern::detail::proxy_opener == &tern::detail::open_tcp_through_proxy);
    tern::transport_settings settings;
    for (const std::string_view scheme : {"socks5", "socks5h", "http"})
    {
        settings.proxy.emplace().scheme = scheme;
        CHECK_FALSE(tern::tcp_transport::prepare(settings));
    }
    for (const std::string_view scheme : {"https", "socks4", "mqtt"})
    {
        settings.proxy.emplace().scheme = scheme;
        CHECK(tern::tcp_transport::prepare(settings) == errc::unsupported_proxy);
    }
}

TEST_CASE("a client publishes and receives through a proxy that looks the name up", "[proxy]")
{
    const bool password = GENERATE(false, true);
    const std::string scheme = GENERATE("socks5", "socks5h", "http");
    CAPTURE(scheme, password);
    world all(password ? "käthe" : "", password ? "p@ss word" : "");
    const std::string through = all.proxy.url(scheme, password ? "k%C3%A4the:p%40ss%20word@" : "");
    std::vector<std::string> received;
    all.client.on_message("#",
                          [&](const tern::message_view& message) { received.emplace_back(message.payload_text()); });
    REQUIRE_FALSE(all.connect(through, all.server()));
    CHECK_FALSE(all.publish("one"));
    const std::string large(300'000, 'x');
    CHECK_FALSE(all.publish(large));
    CHECK(all.until([&] { return received.size() >= 2; }));
    CHECK(received == std::vector<std::string>{"one", large});
    const std::string name(forwarding_proxy::known_name);
    const std::string port = std::to_string(all.broker.port());
    CHECK(all.proxy.requests() == std::vector<std::string>{scheme == "http" ? "HTTP " + name + ":" + port
                                                                            : "SOCKS5 name " + name + " " + port});

    // A connection that is cut is made again in the same way.
    all.proxy.cut();
    CHECK_FALSE(all.publish("two"));
    CHECK(all.until([&] { return received.size() >= 3; }));
    CHECK(received.back() == "two");
    REQUIRE(all.proxy.requests().size() == 2);
    CHECK(all.proxy.requests()[1] == all.proxy.requests()[0]);
}

TEST_CASE("a proxy is told an address as an address", "[proxy]")
{
    world all;
    const std::string port = std::to_string(all.broker.port());
    CHECK_FALSE(all.connect(all.proxy.url(GENERATE("socks5", "http")), "mqtt://127.0.0.1:" + port));
    REQUIRE(all.proxy.requests().size() == 1);
    const std::string request = all.proxy.requests()[0];
    CHECK((request == "SOCKS5 address 127.0.0.1 " + port || request == "HTTP 127.0.0.1:" + port));
}

TEST_CASE("a proxy that refuses is told with its words", "[proxy]")
{
    world all("user", "secret");
    const asio::ip::tcp::socket bound(all.context, {asio::ip::address_v4::loopback(), 0}); // nobody listens there
    const std::string refusing = "mqtt://127.0.0.1:" + std::to_string(bound.local_endpoint().port());
    const struct
    {
        std::string proxy;
        std::string server;
        std::error_code error;
        std::string_view words;
    } rows[] = {
        {all.proxy.url("socks5"), all.server(), errc::proxy_authentication_failed,
         "it wants authentication, and its URL has no user name and password"},
        {all.proxy.url("socks5", "user:wrong@"), all.server(), errc::proxy_authentication_failed,
         "it does not accept this user name and password"},
        {all.proxy.url("http"), all.server(), errc::proxy_authentication_failed,
         "it answers 407 Proxy Authentication Required; it takes Basic; its URL has no user name and password"},
        {all.proxy.url("http", "user:wrong@"), all.server(), errc::proxy_authentication_failed,
         "it answers 407 Proxy Authentication Required; it takes Basic"},
        {all.proxy.url("socks5", "user:secret@"), refusing, asio::error::connection_refused,
         "SOCKS5 reply 5: the server refused the connection"},
        {all.proxy.url("socks5", "user:secret@"), "mqtt://unknown.invalid", asio::error::host_unreachable,
         "SOCKS5 reply 4: it cannot reach the server, or does not find its name"},
        {all.proxy.url("http", "user:secret@"), refusing, errc::proxy_could_not_connect, "it answers 502 Bad Gateway"},
        {"http://127.0.0.1:" + std::to_string(all.broker.port()), all.server(), errc::proxy_protocol_error,
         "it closed the connection instead of answering"}, // a broker
    };
    for (const auto& row : rows)
    {
        CAPTURE(row.proxy, row.server);
        CHECK(all.connect(row.proxy, row.server) == row.error);
        CHECK(all.result.explanation.starts_with("proxy 127.0.0.1:"));
        CHECK(all.result.explanation.ends_with(": " + std::string(row.words)));
    }
}

TEST_CASE("a proxy that never answers costs no more than the time limit", "[proxy]")
{
    world all;
    asio::ip::tcp::acceptor silent(all.context, {asio::ip::address_v4::loopback(), 0});
    std::optional<std::error_code> outcome;
    all.client.async_connect(all.server(),
                             {.client_id = "x",
                              .time_limit = 100ms,
                              .proxy = "socks5://127.0.0.1:" + std::to_string(silent.local_endpoint().port())},
                             [&](std::error_code error, tern::connect_result) { outcome = error; });
    REQUIRE(all.until([&] { return outcome.has_value(); }));
    CHECK(*outcome == errc::timed_out);
}
