// SPDX-License-Identifier: BSL-1.0
//
// Traffic between two clients over a broker of tern's own that drops their connections again and again: what was sent,
// what arrived, and whether that is what each QoS promises.
#ifndef TERN_TESTS_SYSTEM_BROKEN_TRAFFIC_HPP
#define TERN_TESTS_SYSTEM_BROKEN_TRAFFIC_HPP

#include "scenario.hpp"
#include "tern/testing/tcp_broker.hpp"

#include <algorithm>
#include <charconv>
#include <chrono>
#include <cstddef>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

namespace tern::test
{

inline std::string url_of(const tern::testing::tcp_broker& broker)
{
    return "mqtt://127.0.0.1:" + std::to_string(broker.port());
}

inline tern::connect_options speaking(tern::protocol_choice version)
{
    tern::connect_options options;
    options.protocol = version;
    return options;
}

inline tern::publish_options at(tern::qos level)
{
    tern::publish_options options;
    options.qos = level;
    return options;
}

/// A client that publishes numbers and one that collects them, on a broker that drops their connections. It lives on
/// the executor of a scenario.
class broken_traffic
{
public:
    broken_traffic(const asio::any_io_executor& executor, tern::qos level)
        : broker_(executor, careful()), receiver_(executor, hasty()), sender_(executor, hasty()), level_(level)
    {
    }

    asio::awaitable<void> start(tern::protocol_choice version)
    {
        REQUIRE_FALSE(broker_.listen());
        const std::string url = url_of(broker_);
        co_await receiver_.async_connect(url, speaking(version));
        co_await sender_.async_connect(url, speaking(version));
        handler_ = receiver_.on_message("numbers", [this](const tern::message_view& message) {
            std::size_t number = count;
            const std::string_view text = message.payload_text();
            std::from_chars(text.data(), text.data() + text.size(), number);
            numbers_.push_back(number);
        });
        co_await handler_.async_ready();
        for (std::size_t i = 0; i < count; ++i)
        {
            sender_.async_publish("numbers", std::to_string(i), at(level_),
                                  [this](std::error_code error, const tern::publish_result&) {
                                      ++completed_;
                                      failed_ += error ? 1U : 0U;
                                  });
        }
    }

    /// Until everything has been acknowledged.
    asio::awaitable<void> cut_again_and_again()
    {
        std::size_t cuts = 0;
        while (completed_ < count && cuts < 1000)
        {
            // Anywhere: the traffic does not wait for it.
            co_await sleep(std::chrono::milliseconds(1 + cuts % 7));
            broker_.drop_connections();
            ++cuts;
            const bool back = co_await until([&] {
                return sender_.state() == tern::connection_state::connected &&
                       receiver_.state() == tern::connection_state::connected;
            });
            REQUIRE(back);
        }
        CHECK(cuts >= 3);
        CHECK(completed_ == count);
        CHECK(failed_ == 0);
        const bool arrived = co_await until([&] { return !numbers_.empty() && numbers_.back() == count - 1; });
        CHECK(arrived);
        co_await sleep(20ms);
    }

    void check_what_arrived()
    {
        if (level_ == tern::qos::exactly_once)
        {
            REQUIRE(numbers_.size() == count);
        }
        // Repeats of QoS 1 go back to what was unacknowledged; without them the order is the one of the calls.
        std::size_t next = 0;
        bool in_order = true;
        for (const std::size_t number : numbers_)
        {
            in_order = in_order && number <= next;
            next = std::max(next, number + 1);
        }
        CHECK(in_order);
        CHECK(next == count);
        CHECK(sender_.stats().connects >= 3);
        CHECK(sender_.stats().messages_resent > 0);
        CHECK(broker_.core().statistics().protocol_errors == 0);
    }

private:
    static constexpr std::size_t count = 3000;

    static tern::testing::broker_configuration careful()
    {
        tern::testing::broker_configuration configuration;
        configuration.receive_maximum = 20;
        return configuration;
    }

    static tern::client_limits hasty()
    {
        tern::client_limits limits = quick_limits();
        limits.reconnect.maximum_delay = 20ms;
        limits.maximum_in_flight = 5; // so that it takes long enough for many cuts
        return limits;
    }

    tern::testing::tcp_broker broker_;
    tern::client receiver_;
    tern::client sender_;
    tern::qos level_;
    tern::message_handler_registration handler_;
    std::vector<std::size_t> numbers_;
    std::size_t completed_ = 0;
    std::size_t failed_ = 0;
};

} // namespace tern::test

#endif
