// SPDX-License-Identifier: BSL-1.0
//
// Every asynchronous function with every kind of completion token, once successful and once not.

#include "interface/operations.hpp"
#include "support/catch.hpp"

#include <asio/awaitable.hpp>
#include <asio/co_spawn.hpp>
#include <asio/detached.hpp>
#include <asio/use_awaitable.hpp>
#include <asio/use_future.hpp>
#if __has_include(<asio/deferred.hpp>)
#    include <asio/deferred.hpp>
#else
#    include <asio/experimental/deferred.hpp>
#endif
#if __has_include(<asio/as_tuple.hpp>)
#    include <asio/as_tuple.hpp>
#else
#    include <asio/experimental/as_tuple.hpp>
#endif

#include <chrono>
#include <future>
#include <string_view>
#include <system_error>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

using namespace tern_test;

namespace
{

#if __has_include(<asio/deferred.hpp>)
using asio::deferred;
#else
using asio::experimental::deferred;
#endif
#if __has_include(<asio/as_tuple.hpp>)
using asio::as_tuple;
#else
using asio::experimental::as_tuple;
#endif

/// What a handler was called with, and how often.
struct report
{
    int calls = 0;
    std::error_code error{};
    bool result_holds = false; ///< and there was no error
    bool too_early = false;    ///< called inside the initiating function, or before anything was initiated
    bool in_time = false;
};

/// Fills a report, whatever the operation's result.
template <class Operation>
auto reporting(report& into, Operation& operation)
{
    return [&into, &operation](std::error_code error, auto&&... result) {
        ++into.calls;
        into.error = error;
        if constexpr (sizeof...(result) == 0)
        {
            into.result_holds = !error;
        }
        else
        {
            into.result_holds = !error && operation.holds(result...);
        }
    };
}

struct with_callback
{
    template <class Operation>
    static void run(stage& s, Operation& operation, ending how, report& done)
    {
        operation.start(s, how, reporting(done, operation));
        done.too_early = done.too_early || done.calls != 0;
        done.in_time = run_until(s.context, [&] { return done.calls != 0; });
    }
};

struct with_deferred
{
    template <class Operation>
    static void run(stage& s, Operation& operation, ending how, report& done)
    {
        auto later = operation.start(s, how, deferred);
        settle(s.context);
        done.too_early = done.too_early || done.calls != 0;
        std::move(later)(reporting(done, operation));
        done.too_early = done.too_early || done.calls != 0;
        done.in_time = run_until(s.context, [&] { return done.calls != 0; });
    }
};

struct with_future
{
    template <class Operation>
    static void run(stage& s, Operation& operation, ending how, report& done)
    {
        auto future = operation.start(s, how, asio::use_future);
        using value_type = decltype(future.get());
        static_assert(std::is_same_v<value_type, typename Operation::result_type>);
        done.in_time =
            run_until(s.context, [&] { return future.wait_for(std::chrono::seconds(0)) == std::future_status::ready; });
        ++done.calls;
        try
        {
            if constexpr (std::is_void_v<value_type>)
            {
                future.get();
                done.result_holds = true;
            }
            else
            {
                done.result_holds = operation.holds(future.get());
            }
        }
        catch (const std::system_error& error)
        {
            done.error = error.code();
        }
    }
};

template <class Operation>
asio::awaitable<void> await_throwing(stage& s, Operation& operation, ending how, report& done)
{
    try
    {
        if constexpr (std::is_void_v<typename Operation::result_type>)
        {
            co_await operation.start(s, how, asio::use_awaitable);
            done.result_holds = true;
        }
        else
        {
            const auto result = co_await operation.start(s, how, asio::use_awaitable);
            done.result_holds = operation.holds(result);
        }
    }
    catch (const std::system_error& error)
    {
        done.error = error.code();
    }
    ++done.calls;
}

template <class Operation>
asio::awaitable<void> await_tuple(stage& s, Operation& operation, ending how, report& done)
{
    const auto result = co_await operation.start(s, how, as_tuple(asio::use_awaitable));
    std::apply(reporting(done, operation), result);
}

struct with_awaitable
{
    template <class Operation>
    static void run(stage& s, Operation& operation, ending how, report& done)
    {
        asio::co_spawn(s.context, await_throwing(s, operation, how, done), asio::detached);
        done.in_time = run_until(s.context, [&] { return done.calls != 0; });
    }
};

struct with_tuple
{
    template <class Operation>
    static void run(stage& s, Operation& operation, ending how, report& done)
    {
        asio::co_spawn(s.context, await_tuple(s, operation, how, done), asio::detached);
        done.in_time = run_until(s.context, [&] { return done.calls != 0; });
    }
};

/// An operation of any type, so that the checks are compiled once.
struct tested_operation
{
    std::string_view name;
    bool (*prepare)(stage&, ending);
    void (*run)(stage&, ending, report&);
    std::error_code error;
};

template <class Way, class Operation>
tested_operation make_tested()
{
    return {Operation::name, [](stage& s, ending how) { return Operation().prepare(s, how); },
            [](stage& s, ending how, report& done) {
                Operation operation;
                Way::run(s, operation, how, done);
            },
            Operation().error()};
}

void check(const tested_operation& operation, ending how)
{
    INFO(operation.name << (how == ending::success ? ", success" : ", failure"));
    stage s;
    REQUIRE(operation.prepare(s, how));
    report done;
    operation.run(s, how, done);
    settle(s.context);
    CHECK(done.in_time);
    CHECK_FALSE(done.too_early);
    CHECK(done.calls == 1);
    CHECK(done.error == (how == ending::success ? std::error_code() : operation.error));
    CHECK(done.result_holds == (how == ending::success));
    s.client.reset();
    settle(s.context);
    CHECK(done.calls == 1);
}

template <class Way>
void check_every_operation()
{
    const auto all = std::apply(
        [](auto... operation) { return std::vector<tested_operation>{make_tested<Way, decltype(operation)>()...}; },
        every_operation());
    for (const tested_operation& operation : all)
    {
        check(operation, ending::success);
        check(operation, ending::failure);
    }
}

} // namespace

TEST_CASE("every asynchronous function takes a callback")
{
    check_every_operation<with_callback>();
}

TEST_CASE("every asynchronous function takes use_future")
{
    check_every_operation<with_future>();
}

TEST_CASE("every asynchronous function takes use_awaitable")
{
    check_every_operation<with_awaitable>();
}

TEST_CASE("every asynchronous function takes deferred")
{
    check_every_operation<with_deferred>();
}

TEST_CASE("every asynchronous function takes as_tuple(use_awaitable)")
{
    check_every_operation<with_tuple>();
}
