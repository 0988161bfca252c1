// SPDX-License-Identifier: BSL-1.0
//
// A client and the testing broker in memory, on one thread: what most tests of the client begin with.
#ifndef TERN_TESTS_SUPPORT_MEMORY_CLIENT_HPP
#define TERN_TESTS_SUPPORT_MEMORY_CLIENT_HPP

#include "tern/client/basic_client.hpp"
#include "tern/testing/memory_broker.hpp"
#include "tern/testing/memory_transport.hpp"

#include <asio/io_context.hpp>
#include <asio/post.hpp>

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

namespace tern_test
{

using memory_client = tern::basic_client<tern::testing::memory_transport>;
using tern::testing::link_cut;
using tern::testing::memory_broker;

/// Runs the context until `done` says so; false after five seconds.
template <class Done>
[[nodiscard]] bool run_until(asio::io_context& context, Done&& done)
{
    const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(5);
    while (!done())
    {
        if (std::chrono::steady_clock::now() > end)
        {
            return false;
        }
        context.restart();
        context.run_one_for(std::chrono::milliseconds(20));
    }
    return true;
}

/// Runs what is ready and whatever follows from it, without waiting.
inline void settle(asio::io_context& context)
{
    context.restart();
    context.poll();
}

/// How an operation ended: filled in by its completion handler, which counts its calls.
template <class Result>
struct outcome
{
    int calls = 0;
    std::error_code error{};
    Result result{};

    auto handler()
    {
        return [this](std::error_code ended, Result value) {
            ++calls;
            error = ended;
            result = std::move(value);
        };
    }
};

template <>
struct outcome<void>
{
    int calls = 0;
    std::error_code error{};

    auto handler()
    {
        return [this](std::error_code ended) {
            ++calls;
            error = ended;
        };
    }
};

/// Limits with which nothing takes long.
[[nodiscard]] tern::client_limits quick_limits();

/// Its functions are compiled once, in memory_client.cpp: they use the whole client.
struct client_fixture
{
    explicit client_fixture(tern::testing::broker_configuration configuration = {},
                            tern::client_limits limits = quick_limits());

    [[nodiscard]] bool until(const std::function<bool()>& done);

    /// Connects, and says how that ended.
    std::error_code connect(const tern::connect_options& options = {.client_id = "tester"});

    /// Publishes, and says how that ended.
    std::error_code publish(std::string_view topic, std::string_view payload, tern::qos qos = tern::qos::at_most_once);

    /// Subscribes; the test fails by itself if nothing comes of it.
    tern::subscription subscribe(std::string_view filter, const tern::subscribe_options& options = {});

    /// The next message of a stream.
    tern::message receive(tern::subscription& stream);

    template <class Event>
    [[nodiscard]] std::size_t count() const
    {
        std::size_t found = 0;
        for (const tern::client_event& event : events)
        {
            found += std::holds_alternative<Event>(event) ? 1U : 0U;
        }
        return found;
    }

    asio::io_context context{1};
    memory_broker broker;
    std::optional<memory_client> client;
    std::vector<tern::client_event> events; ///< but those of the next
    std::vector<tern::connecting_event> tried;
    tern::connect_result connection;
};

/// As run_until(). \return how many exceptions of handlers came out meanwhile, -1 if it was not done in time.
template <class Exception, class Done>
[[nodiscard]] int exceptions_until(asio::io_context& context, Done&& done)
{
    int thrown = 0;
    for (;;)
    {
        try
        {
            return run_until(context, done) ? thrown : -1;
        }
        catch (const Exception&)
        {
            ++thrown;
        }
    }
}

/// Another client of the same broker.
class peer
{
public:
    explicit peer(client_fixture& fixture) : context_(fixture.context), client_(fixture.context)
    {
        outcome<tern::connect_result> connected;
        client_.async_connect("mqtt://broker", {.client_id = "peer"}, connected.handler());
        (void)run_until(context_, [&] { return connected.calls != 0; });
    }

    /// Publishes, and says how that ended.
    std::error_code publish(std::string_view topic, std::string_view payload, tern::qos qos = tern::qos::at_least_once)
    {
        outcome<tern::publish_result> published;
        client_.async_publish(topic, payload, {.qos = qos}, published.handler());
        const bool ended = run_until(context_, [&] { return published.calls != 0; });
        return ended ? published.error : std::make_error_code(std::errc::timed_out);
    }

    /// Publishes the numbers from `first` to `last` in one write, and waits until the broker has them all.
    [[nodiscard]] bool publish_numbers(std::string_view topic, int first, int last,
                                       tern::qos qos = tern::qos::at_least_once)
    {
        const auto done = std::make_shared<int>(0); // a handler that throws may end the wait
        asio::post(context_, [this, done, topic = std::string(topic), first, last, qos] {
            for (int i = first; i <= last; ++i)
            {
                client_.async_publish(topic, std::to_string(i), {.qos = qos},
                                      [done](std::error_code error, tern::publish_result) { *done += !error; });
            }
        });
        return run_until(context_, [&] { return *done == last - first + 1; });
    }

private:
    asio::io_context& context_;
    memory_client client_;
};

} // namespace tern_test

#endif
