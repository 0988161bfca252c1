// SPDX-License-Identifier: BSL-1.0
//
// The one test that every supported combination of compiler, language version, Asio and Catch2 builds and runs: a
// message of each QoS goes through a broker and back.

#include "support/catch.hpp"

#include <tern/tern.hpp>
#include <tern/testing/tcp_broker.hpp>

#include <asio/awaitable.hpp>
#include <asio/co_spawn.hpp>
#include <asio/io_context.hpp>

#include <array>
#include <chrono>
#include <exception>
#include <string>
#include <system_error>
#include <vector>

namespace
{

asio::awaitable<void> publish_and_receive(asio::io_context& context, std::string url, tern::protocol_choice protocol,
                                          std::vector<std::string>& seen)
{
    tern::client client(context);
    co_await client.async_connect(url, {.client_id = "smoke", .protocol = protocol});
    tern::subscription readings = co_await client.async_subscribe("Küche/+/Temperatur");
    constexpr std::array qualities{tern::qos::at_most_once, tern::qos::at_least_once, tern::qos::exactly_once};
    for (const tern::qos quality : qualities)
    {
        co_await client.async_publish("Küche/Kühlschrank/Temperatur", "4.5", {.qos = quality});
        const tern::message received = co_await readings.async_receive();
        seen.push_back(std::string(received.topic()) + " " + std::string(received.payload_text()));
    }
    co_await client.async_disconnect();
}

} // namespace

TEST_CASE("a message of each QoS goes through a broker and back", "[smoke]")
{
    const auto protocol = GENERATE(tern::protocol_choice::v5, tern::protocol_choice::v3_1_1);
    asio::io_context context;
    tern::testing::tcp_broker broker(context);
    REQUIRE(broker.listen() == std::error_code{});

    std::vector<std::string> seen;
    std::exception_ptr failure;
    bool ended = false;
    asio::co_spawn(context,
                   publish_and_receive(context, "mqtt://127.0.0.1:" + std::to_string(broker.port()), protocol, seen),
                   [&](std::exception_ptr thrown) {
                       failure = thrown;
                       ended = true;
                       broker.stop();
                   });
    context.run_for(std::chrono::seconds(30));

    REQUIRE(ended);
    if (failure)
    {
        std::rethrow_exception(failure);
    }
    CHECK(seen == std::vector<std::string>(3, "Küche/Kühlschrank/Temperatur 4.5"));
}
