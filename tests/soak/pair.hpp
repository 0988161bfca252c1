// SPDX-License-Identifier: BSL-1.0
//
// A sender and a receiver with a bad network between each of them and the server, and numbered messages of every QoS
// that go from one to the other as fast as a small window allows.
#ifndef TERN_TESTS_SOAK_PAIR_HPP
#define TERN_TESTS_SOAK_PAIR_HPP

#include "measures.hpp"
#include "system/faults/fault_proxy.hpp"
#include "system/faults/server_watch.hpp"
#include "tern/tern.hpp"

#include <asio/any_io_executor.hpp>

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <functional>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

namespace tern::test
{

class soak_pair
{
public:
    using clock = std::chrono::steady_clock;

    soak_pair(const asio::any_io_executor& executor, std::uint16_t server, protocol_choice version, std::uint64_t seed,
              latencies& latency)
        : version_(version), latency_(&latency), near_sender_(executor, server, plan(seed)),
          near_receiver_(executor, server, plan(seed + 1)), sender_(executor, limits()), receiver_(executor, limits())
    {
        receiver_.set_observer(&watch_);
        for (std::size_t level = 0; level < streams_.size(); ++level)
        {
            subscribe_options options;
            options.maximum_qos = static_cast<qos>(level);
            stream& of_level = streams_[level];
            of_level.topic = topic(version, level);
            of_level.registration = receiver_.on_message(
                of_level.topic, [this, &of_level](const message_view& message) { take(of_level, message); }, options);
        }
    }

    soak_pair(const soak_pair&) = delete;
    soak_pair& operator=(const soak_pair&) = delete;

    /// Connects both; `done` hears the first error, or that all is subscribed to.
    void connect(std::function<void(std::error_code)> done)
    {
        done_ = std::move(done);
        const std::string url = near_receiver_.url();
        receiver_.async_connect(url, options("soak-receiver-"), [this](std::error_code error, const connect_result&) {
            const std::string sender_url = near_sender_.url();
            error ? done_(error)
                  : sender_.async_connect(sender_url, options("soak-sender-"),
                                          [this](std::error_code failure, const connect_result&) {
                                              failure ? done_(failure) : await_subscriptions();
                                          });
        });
    }

    /// From now on the connections have ends.
    void begin_faults()
    {
        near_sender_.begin();
        near_receiver_.begin();
    }

    void end_faults()
    {
        near_sender_.rest();
        near_receiver_.rest();
    }

    /// Cuts one of the two, alternately.
    void cut() { (cuts_++ % 2 == 0 ? near_sender_ : near_receiver_).reconnect(); }

    void send()
    {
        for (std::size_t level = 0; level < streams_.size(); ++level)
        {
            send(level);
        }
    }

    /// Says goodbye to the server, and accepts nobody any more.
    void end()
    {
        near_sender_.close();
        near_receiver_.close();
        sender_.async_disconnect([](std::error_code) {});
        receiver_.async_disconnect([](std::error_code) {});
    }

    /// Whether everything that was sent at QoS 1 and 2 has been answered and has arrived.
    [[nodiscard]] bool is_quiet() const
    {
        return streams_[1].completed == streams_[1].started && streams_[1].numbers.next() == streams_[1].started &&
               streams_[2].completed == streams_[2].started && streams_[2].numbers.next() == streams_[2].started;
    }

    [[nodiscard]] std::uint64_t messages() const
    {
        return streams_[0].numbers.arrived() + streams_[1].numbers.arrived() + streams_[2].numbers.arrived();
    }

    [[nodiscard]] std::uint64_t exact_messages() const { return streams_[2].numbers.arrived(); }

    /// Of QoS 1 and 2, those that have not arrived at the end included.
    [[nodiscard]] std::uint64_t lost() const
    {
        std::uint64_t all = 0;
        for (const std::size_t level : {1U, 2U})
        {
            all += streams_[level].numbers.lost() + (streams_[level].started - streams_[level].numbers.next());
        }
        return all;
    }

    /// Of QoS 2, without what the server sends again although it must not.
    [[nodiscard]] std::uint64_t repeated() const
    {
        const std::uint64_t all = streams_[2].numbers.repeated();
        return all - std::min<std::uint64_t>(all, watch_.sent_again());
    }

    [[nodiscard]] std::uint64_t failed() const { return failed_; }
    [[nodiscard]] std::error_code last_error() const { return last_error_; }

    [[nodiscard]] std::uint64_t reconnects() const { return sender_.stats().connects + receiver_.stats().connects - 2; }

private:
    struct stream
    {
        std::string topic;
        message_handler_registration registration;
        ordered_numbers numbers;
        std::uint64_t started = 0;
        std::uint64_t completed = 0;
    };

    static constexpr std::uint64_t window = 20; // Mosquitto closes 3.1.1 connections beyond

    [[nodiscard]] static std::string topic(protocol_choice version, std::size_t level)
    {
        return (version == protocol_choice::v5 ? "soak/v5/" : "soak/v3/") + std::to_string(level);
    }

    static fault_plan plan(std::uint64_t seed)
    {
        fault_plan plan;
        plan.seed = seed;
        plan.longest = 1'000'000'000; // half of the connections last until somebody cuts them
        return plan;
    }

    static client_limits limits()
    {
        client_limits limits;
        limits.reconnect.initial_delay = std::chrono::milliseconds(5);
        limits.reconnect.maximum_delay = std::chrono::milliseconds(50);
        limits.connect_attempt = std::chrono::milliseconds(1'000);
        limits.ping_response = std::chrono::milliseconds(500);
        return limits;
    }

    connect_options options(std::string_view prefix)
    {
        identifier_ = std::string(prefix) + (version_ == protocol_choice::v5 ? "5" : "3");
        connect_options options;
        options.client_id = identifier_;
        options.protocol = version_;
        options.session_expiry = std::chrono::seconds(600);
        options.keep_alive = std::chrono::seconds(1);
        return options;
    }

    void await_subscriptions()
    {
        for (stream& each : streams_)
        {
            each.registration.async_ready([this](std::error_code error, const subscribe_result&) {
                if (++subscribed_ == streams_.size() || error)
                {
                    done_(error);
                }
            });
        }
    }

    void send(std::size_t level)
    {
        stream& to = streams_[level];
        // A level that nothing is guaranteed of must not wait for what was lost.
        const std::uint64_t done = level == 0 ? to.completed : std::min(to.completed, to.numbers.next());
        for (std::uint64_t free = window - std::min(window, to.started - done); free != 0; --free)
        {
            char text[64];
            const auto now = clock::now().time_since_epoch().count();
            const int size = std::snprintf(text, sizeof text, "%llu %lld",
                                           static_cast<unsigned long long>(to.started++), static_cast<long long>(now));
            publish_options options;
            options.qos = static_cast<qos>(level);
            sender_.async_publish(to.topic, std::string_view(text, static_cast<std::size_t>(size)), options,
                                  [this, &to, level](std::error_code error, const publish_result&) {
                                      ++to.completed;
                                      if (error && level != 0)
                                      {
                                          ++failed_;
                                          last_error_ = error;
                                      }
                                  });
        }
    }

    void take(stream& from, const message_view& message)
    {
        const std::string_view text = message.payload_text();
        const char* const end = text.data() + text.size();
        std::uint64_t number = 0;
        clock::rep sent = 0;
        const auto parsed = std::from_chars(text.data(), end, number);
        if (parsed.ec == std::errc() && parsed.ptr != end)
        {
            std::from_chars(parsed.ptr + 1, end, sent);
            latency_->add(clock::now().time_since_epoch() - clock::duration(sent));
            from.numbers.take(number);
        }
    }

    protocol_choice version_;
    latencies* latency_;
    std::function<void(std::error_code)> done_;
    std::string identifier_;
    server_watch watch_;
    fault_proxy near_sender_;
    fault_proxy near_receiver_;
    client sender_;
    client receiver_;
    std::array<stream, 3> streams_{};
    std::size_t subscribed_ = 0;
    std::uint64_t cuts_ = 0;
    std::uint64_t failed_ = 0;
    std::error_code last_error_;
};

} // namespace tern::test

#endif
