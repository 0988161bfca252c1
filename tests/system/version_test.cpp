// SPDX-License-Identifier: BSL-1.0
//
// Servers that speak one version of the protocol only.

#include "mosquitto.hpp"
#include "scenario.hpp"
#include "scripted_server.hpp"

#include <asio/error.hpp>


using namespace tern::test;
using tern::client;
using tern::connect_options;
using tern::protocol_choice;
using tern::publish_options;
using tern::qos;

namespace
{

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

constexpr std::string_view accepted_v3_1_1("\x20\x02\x00\x00", 4);

} // namespace

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
                options.session_expiry = 0s; // a session would be ended by one more connection
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
