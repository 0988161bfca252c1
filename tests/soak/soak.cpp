// SPDX-License-Identifier: BSL-1.0
//
// A soak test: soak [duration], such as 90, 10m or 8h; five minutes without one. Both versions of the protocol and
// every QoS go through a Mosquitto of its own, and every few seconds a connection is lost. As it goes on it prints
// memory, descriptors and latency. At the end it says whether it passed: nothing of QoS 1 and 2 was lost, nothing of
// QoS 2 repeated, and neither memory nor descriptors grew after the warm-up. The exit code says the same.

#include "measures.hpp"
#include "pair.hpp"
#include "system/mosquitto.hpp"

#include <asio/io_context.hpp>
#include <asio/steady_timer.hpp>

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <exception>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>

namespace
{

using namespace tern::test;
using namespace std::chrono_literals;
using clock_type = std::chrono::steady_clock;

/// Seconds, or with m or h behind it minutes or hours.
std::optional<std::chrono::seconds> parse_duration(std::string_view text)
{
    std::int64_t number = 0;
    const char* const end = text.data() + text.size();
    const auto parsed = std::from_chars(text.data(), end, number);
    const std::string_view unit(parsed.ptr, static_cast<std::size_t>(end - parsed.ptr));
    const std::int64_t factor = unit.empty() || unit == "s" ? 1 : unit == "m" ? 60 : unit == "h" ? 3'600 : 0;
    if (parsed.ec != std::errc() || number <= 0 || number > 1'000'000 || factor == 0)
    {
        return std::nullopt;
    }
    return std::chrono::seconds(number * factor);
}

class soak
{
public:
    /// What the allocator and the kernel keep for themselves may come and go.
    static constexpr std::size_t allowed_growth = 512U * 1024;

    soak(asio::io_context& context, std::uint16_t server, std::chrono::seconds duration)
        : duration_(duration), warm_up_(std::clamp<clock_type::duration>(duration / 3, 1s, 60s)),
          pairs_{soak_pair(context.get_executor(), server, tern::protocol_choice::v5, 1, latency_),
                 soak_pair(context.get_executor(), server, tern::protocol_choice::v3_1_1, 3, latency_)},
          sending_(context), cutting_(context), reporting_(context)
    {
        for (soak_pair& pair : pairs_)
        {
            pair.connect([this](std::error_code error) { connected(error); });
        }
    }

    /// After the context has run out of work. True if all is well.
    [[nodiscard]] bool conclude() const
    {
        std::uint64_t messages = 0;
        std::uint64_t reconnects = 0;
        std::uint64_t lost = 0;
        std::uint64_t repeated = 0;
        std::uint64_t failed = 0;
        for (const soak_pair& pair : pairs_)
        {
            messages += pair.messages();
            reconnects += pair.reconnects();
            lost += pair.lost();
            repeated += pair.repeated();
            failed += pair.failed();
            if (pair.failed() != 0)
            {
                std::printf("publishing failed: %s\n", pair.last_error().message().c_str());
            }
        }
        const bool passed = finished_ && failed == 0 && lost == 0 && repeated == 0 && reconnects != 0 &&
                            memory_.growth() <= allowed_growth && descriptors_.growth() == 0;
        std::printf(
            "soak: %s: %lld s, %llu messages, %llu reconnects, %llu lost, %llu repeated, %llu failed, memory grew "
            "by %zu KiB, descriptors by %zu\n",
            passed ? "passed" : "FAILED", static_cast<long long>(duration_.count()),
            static_cast<unsigned long long>(messages), static_cast<unsigned long long>(reconnects),
            static_cast<unsigned long long>(lost), static_cast<unsigned long long>(repeated),
            static_cast<unsigned long long>(failed), memory_.growth() / 1024, descriptors_.growth());
        return passed;
    }

private:
    void connected(std::error_code error)
    {
        if (error)
        {
            std::printf("no connection: %s\n", error.message().c_str());
            return; // no timer is started, and the test ends
        }
        if (++connected_ == pairs_.size())
        {
            begin_ = clock_type::now();
            for (soak_pair& pair : pairs_)
            {
                pair.begin_faults();
            }
            send();
            cut();
            report();
        }
    }

    [[nodiscard]] clock_type::duration elapsed() const { return clock_type::now() - begin_; }

    void send()
    {
        if (elapsed() >= duration_)
        {
            end();
            return;
        }
        for (soak_pair& pair : pairs_)
        {
            pair.send();
        }
        sending_.expires_after(5ms);
        sending_.async_wait([this](std::error_code error) { error ? void() : send(); });
    }

    void cut()
    {
        cutting_.expires_after(1'500ms);
        cutting_.async_wait([this](std::error_code error) {
            if (!error)
            {
                pairs_[cuts_++ % pairs_.size()].cut();
                cut();
            }
        });
    }

    /// Looks, often enough for the verdict; and prints, seldom enough for a reader.
    void report()
    {
        const std::size_t memory = resident_bytes();
        const std::size_t descriptors = open_descriptors();
        memory_.add(memory, elapsed() > warm_up_);
        descriptors_.add(descriptors, elapsed() > warm_up_);
        if (elapsed() >= next_print_)
        {
            next_print_ += std::clamp<clock_type::duration>(duration_ / 30, 1s, 60s);
            std::uint64_t messages = 0;
            std::uint64_t reconnects = 0;
            for (const soak_pair& pair : pairs_)
            {
                messages += pair.messages();
                reconnects += pair.reconnects();
            }
            std::printf(
                "%6lld s: %10llu messages, %5llu reconnects, %7.2f MiB, %3zu descriptors, latency: half within %.2f "
                "ms, 99 %% within %.2f ms, all within %.2f ms\n",
                static_cast<long long>(std::chrono::duration_cast<std::chrono::seconds>(elapsed()).count()),
                static_cast<unsigned long long>(messages), static_cast<unsigned long long>(reconnects),
                static_cast<double>(memory) / (1024 * 1024), descriptors, latency_.milliseconds(500),
                latency_.milliseconds(990), latency_.most());
            std::fflush(stdout);
            latency_.clear();
        }
        reporting_.expires_after(200ms);
        reporting_.async_wait([this](std::error_code error) { error ? void() : report(); });
    }

    /// No more faults, and what is under way arrives, or is lost.
    void end()
    {
        cutting_.cancel();
        for (soak_pair& pair : pairs_)
        {
            pair.end_faults();
        }
        await_quiet(clock_type::now() + 20s);
    }

    void await_quiet(clock_type::time_point limit)
    {
        const bool quiet_now =
            std::all_of(pairs_.begin(), pairs_.end(), [](const auto& pair) { return pair.is_quiet(); });
        if (!quiet_now && clock_type::now() < limit)
        {
            sending_.expires_after(10ms);
            sending_.async_wait([this, limit](std::error_code error) { error ? void() : await_quiet(limit); });
            return;
        }
        // A second copy would follow closely.
        sending_.expires_after(200ms);
        sending_.async_wait([this](std::error_code) {
            finished_ = true;
            reporting_.cancel();
            for (soak_pair& pair : pairs_)
            {
                pair.end();
            }
        });
    }

    std::chrono::seconds duration_;
    clock_type::duration warm_up_;
    latencies latency_;
    std::array<soak_pair, 2> pairs_;
    asio::steady_timer sending_;
    asio::steady_timer cutting_;
    asio::steady_timer reporting_;
    clock_type::time_point begin_{};
    clock_type::duration next_print_{};
    trend memory_;
    trend descriptors_;
    std::size_t connected_ = 0;
    std::size_t cuts_ = 0;
    bool finished_ = false;
};

int run(std::chrono::seconds duration)
{
    if (!mosquitto::available())
    {
        std::printf("skipped: soak (Mosquitto is not installed)\n");
        return 0;
    }
    mosquitto broker(quiet);
    asio::io_context context(1);
    soak test(context, broker.port(), duration);
    context.run_for(duration + 60s);
    return test.conclude() ? 0 : 1;
}

} // namespace

int main(int count, char** arguments)
{
    const std::optional<std::chrono::seconds> duration = count == 1   ? std::chrono::seconds(300)
                                                         : count == 2 ? parse_duration(arguments[1])
                                                                      : std::nullopt;
    if (!duration)
    {
        std::printf("usage: soak [duration], such as 90, 10m or 8h; five minutes without one\n");
        return 2;
    }
    try
    {
        return run(*duration);
    }
    catch (const std::exception& error)
    {
        std::printf("soak: %s\n", error.what());
        return 1;
    }
}
