// SPDX-License-Identifier: BSL-1.0
//
// Numbers that are sent through faults and have to arrive, what must hold of them at the end, and how Mosquitto is
// killed without losing what it promised. TERN_FAULTS=<n> multiplies how many there are; TERN_FAULT_SEED=<n> deals
// other faults.
#ifndef TERN_TESTS_SYSTEM_FAULTS_TRAFFIC_HPP
#define TERN_TESTS_SYSTEM_FAULTS_TRAFFIC_HPP

#include "fault_proxy.hpp"
#include "system/mosquitto.hpp"
#include "system/scenario.hpp"

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

namespace tern::test
{

inline std::size_t number_from_environment(const char* name, std::size_t otherwise)
{
    const char* const text = std::getenv(name);
    return text == nullptr ? otherwise : static_cast<std::size_t>(std::strtoull(text, nullptr, 10));
}

/// So many messages as the environment asks for.
inline std::size_t times_faults(std::size_t count)
{
    return count * number_from_environment("TERN_FAULTS", 1);
}

inline fault_plan plan_number(std::uint64_t number)
{
    fault_plan plan;
    plan.seed = number_from_environment("TERN_FAULT_SEED", 1) * 1'000 + number;
    return plan;
}

/// The numbers that arrived.
class tally
{
public:
    void take(std::string_view text)
    {
        std::size_t number = 0;
        const auto parsed = std::from_chars(text.data(), text.data() + text.size(), number);
        if (parsed.ec != std::errc() || parsed.ptr != text.data() + text.size() || number > 100'000'000)
        {
            ++foreign_;
            return;
        }
        times_.resize(std::max(times_.size(), number + 1));
        if (times_[number]++ != 0)
        {
            ++repeated_;
            return;
        }
        ++different_;
        out_of_order_ += number < next_ ? 1U : 0U;
        next_ = number + 1;
    }

    /// How many different ones.
    [[nodiscard]] std::size_t size() const noexcept { return different_; }
    [[nodiscard]] std::size_t repeated() const noexcept { return repeated_; }
    /// That overtook an earlier one, leaving repetitions aside.
    [[nodiscard]] std::size_t out_of_order() const noexcept { return out_of_order_; }
    /// What was never sent.
    [[nodiscard]] std::size_t foreign() const noexcept { return foreign_; }

    /// How many of the first `sent` numbers did not arrive.
    [[nodiscard]] std::size_t lost(std::size_t sent) const noexcept
    {
        std::size_t missing = 0;
        for (std::size_t number = 0; number < sent; ++number)
        {
            missing += number >= times_.size() || times_[number] == 0 ? 1U : 0U;
        }
        return missing;
    }

private:
    std::vector<std::uint32_t> times_;
    std::size_t different_ = 0;
    std::size_t repeated_ = 0;
    std::size_t out_of_order_ = 0;
    std::size_t foreign_ = 0;
    std::size_t next_ = 0;
};

/// The numbers from 0 on, on one topic, from one client to another.
class numbered_stream
{
public:
    numbered_stream(client& sender, std::string topic, qos level)
        : sender_(&sender), topic_(std::move(topic)), level_(level)
    {
    }

    [[nodiscard]] message_handler_registration listen(client& receiver)
    {
        subscribe_options options;
        options.maximum_qos = level_;
        return receiver.on_message(
            topic_, [this](const message_view& message) { arrived.take(message.payload_text()); }, options);
    }

    /// Sends until `total` have been sent or `window` of them have not arrived.
    void fill(std::size_t total, std::size_t window)
    {
        while (started < total && started < arrived.size() + window)
        {
            publish_options options;
            options.qos = level_;
            sender_->async_publish(topic_, std::to_string(started++), options,
                                   [this](std::error_code error, const publish_result&) {
                                       ++completed;
                                       failed += error ? 1U : 0U;
                                       last_error = error ? error : last_error;
                                   });
        }
    }

    /// `lost` are those that the server made away with.
    [[nodiscard]] bool is_done(std::size_t total, std::size_t lost = 0) const
    {
        return completed == total && arrived.size() + lost >= total;
    }

    tally arrived;
    std::size_t started = 0;
    std::size_t completed = 0;
    std::size_t failed = 0;
    std::error_code last_error;

private:
    client* sender_;
    std::string topic_;
    qos level_;
};

/// The line of figures of a test.
inline void print_figures(std::size_t messages, std::size_t cuts, std::size_t lost, std::size_t repeated)
{
    std::printf("faults: %zu messages of QoS 2, %zu connections cut, %zu lost, %zu repeated\n", messages, cuts, lost,
                repeated);
    std::fflush(stdout);
}

/// What the clients of these tests have in common: they notice silence soon, and come back at once.
inline client_limits fault_limits()
{
    client_limits limits;
    limits.reconnect.initial_delay = 5ms;
    limits.reconnect.maximum_delay = 30ms;
    limits.connect_attempt = 1'000ms;
    limits.ping_response = 500ms;
    return limits;
}

inline connect_options fault_options(std::string_view client_id, protocol_choice version)
{
    connect_options options;
    options.client_id = client_id;
    options.protocol = version;
    options.session_expiry = 600s;
    // There is no session yet, but Mosquitto 2.0 saves none that was begun with Clean Start 1.
    options.clean_start = false;
    options.keep_alive = 1s;
    options.retry = true; // where the machine is slow, the first connection may want a second try as well
    return options;
}

/// Kills Mosquitto as a power failure does, and starts it again. It saves what it holds before, and hears nothing
/// between saving and dying: what it acknowledges after saving, it forgets, and then no client can help it.
inline asio::awaitable<void> kill_and_start(mosquitto& broker, fault_proxy& first, fault_proxy& second)
{
    first.isolate();
    second.isolate();
    co_await sleep(100ms); // it goes through with what has reached it
    const std::filesystem::path file = broker.directory().path() / "mosquitto.db";
    std::error_code none_yet;
    const auto before = std::filesystem::last_write_time(file, none_yet);
    broker.signal(SIGUSR1);
    const bool saved = co_await until([&] {
        std::error_code missing;
        return std::filesystem::last_write_time(file, missing) != before && !missing;
    });
    REQUIRE(saved);
    co_await elsewhere([&] {
        broker.kill();
        broker.start();
    });
    first.reconnect();
    second.reconnect();
}

} // namespace tern::test

#endif
