// SPDX-License-Identifier: BSL-1.0
//
// A coroutine as a test: it runs on an io_context of its own, has a time limit, and must leave nothing behind on it.
// With it come the small waits that such tests need. What a failing assertion throws inside reaches Catch2.
#ifndef TERN_TESTS_SYSTEM_SCENARIO_HPP
#define TERN_TESTS_SYSTEM_SCENARIO_HPP

#include "support/catch.hpp"
#include "tern/tern.hpp"

#include <asio/awaitable.hpp>
#include <asio/co_spawn.hpp>
#include <asio/io_context.hpp>
#include <asio/steady_timer.hpp>
#include <asio/this_coro.hpp>
#include <asio/use_awaitable.hpp>
#if __has_include(<asio/as_tuple.hpp>)
#    include <asio/as_tuple.hpp>
#    include <asio/deferred.hpp>
#else
#    include <asio/experimental/as_tuple.hpp>
#    include <asio/experimental/deferred.hpp>
#endif

#include <chrono>
#include <cstddef>
#include <exception>
#include <future>
#include <string>
#include <system_error>
#include <tuple>
#include <utility>
#include <variant>
#include <vector>

namespace tern::test
{

using namespace std::chrono_literals;

// Both stood in another namespace before Asio 1.23.
#if __has_include(<asio/as_tuple.hpp>)
using asio::as_tuple;
using asio::deferred;
#else
using asio::experimental::as_tuple;
using asio::experimental::deferred;
#endif

/// A coroutine token that gives the error as a value instead of throwing it.
inline auto no_throw()
{
    return as_tuple(asio::use_awaitable);
}

/// Runs `body`, which takes nothing and returns asio::awaitable<void>, to its end. Fails when that takes longer than
/// `limit`, or when something is still pending on `context` when everything that the body made is gone.
template <class Body>
void run_scenario(asio::io_context& context, Body body, std::chrono::milliseconds limit = 60s)
{
    bool done = false;
    std::exception_ptr failure;
    asio::co_spawn(context, body(), [&](std::exception_ptr error) {
        done = true;
        failure = error;
    });
    // It stops early when nothing is left to wait for, which is a lost completion if the body has not ended.
    const auto end = std::chrono::steady_clock::now() + limit;
    while (!done && !context.stopped() && std::chrono::steady_clock::now() < end)
    {
        context.run_for(100ms);
    }
    if (failure)
    {
        std::rethrow_exception(failure);
    }
    INFO("the scenario did not end within its time limit");
    REQUIRE(done);
    context.restart();
    context.run_for(5s);
    INFO("something is still pending although everything has ended");
    REQUIRE(context.stopped());
}

template <class Body>
void run_scenario(Body body, std::chrono::milliseconds limit = 60s)
{
    asio::io_context context;
    run_scenario(context, std::move(body), limit);
}

inline asio::awaitable<void> sleep(std::chrono::milliseconds duration)
{
    asio::steady_timer timer(co_await asio::this_coro::executor, duration);
    co_await timer.async_wait(asio::use_awaitable);
}

/// Waits until `condition` holds; false if it does not within `limit`.
template <class Condition>
asio::awaitable<bool> until(Condition condition, std::chrono::milliseconds limit = 20s)
{
    const auto end = std::chrono::steady_clock::now() + limit;
    while (!condition())
    {
        if (std::chrono::steady_clock::now() >= end)
        {
            co_return false;
        }
        co_await sleep(2ms);
    }
    co_return true;
}

/// Does something that blocks in another thread, while this one goes on with everything else.
template <class Function>
asio::awaitable<void> elsewhere(Function function)
{
    std::future<void> done = std::async(std::launch::async, std::move(function));
    while (done.wait_for(0s) != std::future_status::ready)
    {
        co_await sleep(2ms);
    }
    done.get();
}

/// Everything that a client reported, in order.
class event_log
{
public:
    /// Replaces the client's event handler; the log has to outlive the client.
    template <class Client>
    void watch(Client& client)
    {
        client.on_event([this](const client_event& event) { events_.push_back(event); });
    }

    template <class Event>
    [[nodiscard]] std::size_t count() const
    {
        std::size_t found = 0;
        for (const client_event& event : events_)
        {
            found += std::holds_alternative<Event>(event) ? 1U : 0U;
        }
        return found;
    }

    /// The last one of a kind; null if there was none.
    template <class Event>
    [[nodiscard]] const Event* last() const
    {
        const Event* found = nullptr;
        for (const client_event& event : events_)
        {
            if (const Event* const candidate = std::get_if<Event>(&event))
            {
                found = candidate;
            }
        }
        return found;
    }

private:
    std::vector<client_event> events_;
};

/// Both versions, for loops.
inline constexpr protocol_choice both_versions[] = {protocol_choice::v5, protocol_choice::v3_1_1};

/// All levels, for loops.
inline constexpr qos all_qos[] = {qos::at_most_once, qos::at_least_once, qos::exactly_once};

inline std::string name_of(protocol_choice choice)
{
    return choice == protocol_choice::v3_1_1 ? "3.1.1" : "5.0";
}

/// Limits with which a lost connection is tried again quickly, so that tests need not wait.
inline client_limits quick_limits()
{
    client_limits limits;
    limits.reconnect.initial_delay = 20ms;
    limits.reconnect.maximum_delay = 100ms;
    return limits;
}

} // namespace tern::test

#endif
