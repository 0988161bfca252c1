// SPDX-License-Identifier: BSL-1.0
//
// The whole cycle of a client against Mosquitto with each kind of completion token: callback, use_future, use_awaitable
// and deferred. Connect, subscribe, publish at every QoS, receive, unsubscribe, disconnect.

#include "mosquitto.hpp"
#include "scenario.hpp"

#include <asio/bind_executor.hpp>
#include <asio/executor_work_guard.hpp>
#include <asio/strand.hpp>
#include <asio/use_future.hpp>

#include <atomic>
#include <future>
#include <memory>
#include <optional>
#include <thread>

using namespace tern::test;
using tern::client;
using tern::connect_options;
using tern::protocol_choice;
using tern::publish_options;
using tern::qos;

namespace
{

connect_options speaking(protocol_choice version)
{
    connect_options options;
    options.protocol = version;
    return options;
}

publish_options at(qos level)
{
    publish_options options;
    options.qos = level;
    return options;
}

/// The cycle as callbacks: each function is the completion handler of the one before it.
class callback_cycle
{
public:
    callback_cycle(asio::io_context& context, std::string url, protocol_choice version)
        : client_(context), url_(std::move(url)), version_(version)
    {
    }

    void start()
    {
        const connect_options options = speaking(version_);
        client_.async_connect(url_, options, [this](std::error_code error, tern::connect_result result) {
            CHECK(result.reason == tern::reason_code::success);
            step("connected", error);
            subscribe();
        });
        CHECK(steps_.empty()); // nothing completes inside the initiating function
    }

    [[nodiscard]] const std::string& steps() const noexcept { return steps_; }

private:
    void subscribe()
    {
        client_.async_subscribe("tokens/+", [this](std::error_code error, tern::subscription subscription) {
            step("subscribed", error);
            readings_ = std::move(subscription);
            publish();
        });
    }

    void publish()
    {
        const publish_options options = at(all_qos[round_]);
        client_.async_publish("tokens/callback", std::to_string(round_), options,
                              [this](std::error_code error, tern::publish_result) {
                                  step("published", error);
                                  receive();
                              });
    }

    void receive()
    {
        readings_.async_receive([this](std::error_code error, tern::message message) {
            step("received " + std::string(message.payload_text()), error);
            if (++round_ < 3)
            {
                publish();
            }
            else
            {
                unsubscribe();
            }
        });
    }

    void unsubscribe()
    {
        readings_.async_unsubscribe([this](std::error_code error, tern::unsubscribe_result) {
            step("unsubscribed", error);
            disconnect();
        });
    }

    void disconnect()
    {
        client_.async_disconnect([this](std::error_code error) { step("disconnected", error); });
    }

    void step(std::string name, std::error_code error)
    {
        CAPTURE(name, error.message());
        REQUIRE_FALSE(error);
        steps_ += name + "; ";
    }

    client client_;
    std::string url_;
    protocol_choice version_;
    tern::subscription readings_;
    std::size_t round_ = 0;
    std::string steps_;
};

/// The value of a future that must not take long.
template <class Value>
Value take(std::future<Value> future)
{
    INFO("an operation did not complete within its time limit");
    REQUIRE(future.wait_for(20s) == std::future_status::ready);
    return future.get();
}

/// An io_context that runs in a thread while the object lives.
class background_context
{
public:
    background_context() : work_(context_.get_executor()), thread_([this] { context_.run(); }) {}
    background_context(const background_context&) = delete;
    background_context& operator=(const background_context&) = delete;
    ~background_context() { join(); }

    [[nodiscard]] asio::io_context& get() noexcept { return context_; }

    /// Lets it finish what is pending.
    void join()
    {
        work_.reset();
        if (thread_.joinable())
        {
            thread_.join();
        }
    }

private:
    asio::io_context context_;
    asio::executor_work_guard<asio::io_context::executor_type> work_;
    std::thread thread_;
};

} // namespace

TEST_CASE("the whole cycle with callbacks")
{
    if (skipped_without_mosquitto())
    {
        return;
    }
    mosquitto broker;
    for (const protocol_choice version : both_versions)
    {
        CAPTURE(name_of(version));
        asio::io_context context;
        callback_cycle cycle(context, broker.url(), version);
        cycle.start();
        context.run_for(20s);
        CHECK(cycle.steps() == "connected; subscribed; published; received 0; published; received 1; published; "
                               "received 2; unsubscribed; disconnected; ");
        CHECK(context.stopped()); // and nothing is left to wait for
    }
}

TEST_CASE("the whole cycle with futures, the context in a thread of its own")
{
    if (skipped_without_mosquitto())
    {
        return;
    }
    mosquitto broker;
    const std::string url = broker.url();
    for (const protocol_choice version : both_versions)
    {
        CAPTURE(name_of(version));
        background_context background;
        client user(background.get());
        const tern::connect_result connected = take(user.async_connect(url, speaking(version), asio::use_future));
        CHECK((connected.version == tern::protocol_version::v3_1_1) == (version == protocol_choice::v3_1_1));
        tern::subscription readings = take(user.async_subscribe("tokens/+", asio::use_future));
        for (const qos level : all_qos)
        {
            std::future<tern::message> next = readings.async_receive(asio::use_future);
            const tern::publish_result published =
                take(user.async_publish("tokens/future", "payload", at(level), asio::use_future));
            CHECK(published.reason == tern::reason_code::success);
            const tern::message message = take(std::move(next));
            CHECK(message.payload_text() == "payload");
            CHECK(message.qos() == level);
        }
        // An error arrives as an exception.
        std::future<tern::publish_result> wrong = user.async_publish("not/a/#/name", "", asio::use_future);
        REQUIRE(wrong.wait_for(20s) == std::future_status::ready);
        std::error_code error;
        try
        {
            wrong.get();
        }
        catch (const std::system_error& thrown)
        {
            error = thrown.code();
        }
        CHECK(error == tern::errc::invalid_topic_name);
        take(readings.async_unsubscribe(asio::use_future));
        take(user.async_disconnect(asio::use_future));
        background.join();
    }
}

TEST_CASE("the whole cycle with coroutines")
{
    if (skipped_without_mosquitto())
    {
        return;
    }
    mosquitto broker;
    for (const protocol_choice version : both_versions)
    {
        CAPTURE(name_of(version));
        run_scenario([&]() -> asio::awaitable<void> {
            client user(co_await asio::this_coro::executor);
            const std::string url = broker.url();
            co_await user.async_connect(url, speaking(version), asio::use_awaitable);
            tern::subscription readings = co_await user.async_subscribe("tokens/+", asio::use_awaitable);
            for (const qos level : all_qos)
            {
                co_await user.async_publish("tokens/coroutine", "payload", at(level), asio::use_awaitable);
                const tern::message message = co_await readings.async_receive(asio::use_awaitable);
                CHECK(message.payload_text() == "payload");
                CHECK(message.qos() == level);
            }
            std::error_code error;
            try
            {
                co_await user.async_publish("not/a/#/name", "", asio::use_awaitable);
            }
            catch (const std::system_error& thrown)
            {
                error = thrown.code();
            }
            CHECK(error == tern::errc::invalid_topic_name);
            co_await readings.async_unsubscribe(asio::use_awaitable);
            co_await user.async_disconnect(asio::use_awaitable);
            CHECK(user.state() != tern::connection_state::connected);
        });
    }
}

TEST_CASE("the whole cycle with deferred operations")
{
    if (skipped_without_mosquitto())
    {
        return;
    }
    mosquitto broker;
    for (const protocol_choice version : both_versions)
    {
        CAPTURE(name_of(version));
        run_scenario([&]() -> asio::awaitable<void> {
            client user(co_await asio::this_coro::executor);
            const std::string url = broker.url();
            auto connecting = user.async_connect(url, speaking(version), deferred);
            CHECK(user.stats().connects + user.stats().connect_failures == 0);
            co_await std::move(connecting)(asio::use_awaitable);
            auto subscribing = user.async_subscribe("tokens/+", deferred);
            tern::subscription readings = co_await std::move(subscribing)(asio::use_awaitable);
            for (const qos level : all_qos)
            {
                auto publishing = user.async_publish("tokens/deferred", "payload", at(level), deferred);
                co_await sleep(5ms);
                CHECK(readings.buffered() == 0); // it has not begun
                auto receiving = readings.async_receive(deferred);
                const tern::publish_result published = co_await std::move(publishing)(asio::use_awaitable);
                CHECK(published.reason == tern::reason_code::success);
                const tern::message message = co_await std::move(receiving)(asio::use_awaitable);
                CHECK(message.payload_text() == "payload");
                CHECK(message.qos() == level);
            }
            auto ending = readings.async_unsubscribe(deferred);
            co_await std::move(ending)(asio::use_awaitable);
            auto leaving = user.async_disconnect(deferred);
            co_await std::move(leaving)(asio::use_awaitable);
        });
    }
}

TEST_CASE("operations started from other threads are carried out on the client's executor")
{
    if (skipped_without_mosquitto())
    {
        return;
    }
    mosquitto broker(quiet);
    const std::string url = broker.url();
    asio::io_context context;
    auto work = asio::make_work_guard(context);
    std::vector<std::thread> runners;
    for (int i = 0; i < 3; ++i)
    {
        runners.emplace_back([&] { context.run(); });
    }
    // Several threads run the context, so the client lives on a strand.
    const auto strand = asio::make_strand(context);
    {
        std::optional<client> user(std::in_place, asio::any_io_executor(strand));
        take(user->async_connect(url, asio::use_future));
        tern::subscription readings = take(user->async_subscribe("threads", asio::use_future));
        constexpr std::size_t each = 100;
        std::vector<std::thread> publishers;
        std::atomic<std::size_t> failures{0};
        for (std::size_t i = 0; i < 4; ++i)
        {
            publishers.emplace_back([&, i] {
                for (std::size_t j = 0; j < each; ++j)
                {
                    const std::string payload = std::to_string(i * each + j);
                    std::future<tern::publish_result> published =
                        user->async_publish("threads", payload, at(all_qos[1 + j % 2]), asio::use_future);
                    if (published.wait_for(20s) != std::future_status::ready)
                    {
                        ++failures;
                    }
                }
            });
        }
        std::vector<bool> seen(4 * each, false);
        for (std::size_t i = 0; i < 4 * each; ++i)
        {
            const tern::message message = take(readings.async_receive(asio::use_future));
            const std::size_t number = std::stoul(std::string(message.payload_text()));
            REQUIRE(number < seen.size());
            CHECK_FALSE(seen[number]);
            seen[number] = true;
        }
        for (std::thread& publisher : publishers)
        {
            publisher.join();
        }
        CHECK(failures == 0);
        take(user->async_disconnect(asio::use_future));
        work.reset();
        for (std::thread& runner : runners)
        {
            runner.join();
        }
    }
}
