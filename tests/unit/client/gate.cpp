// SPDX-License-Identifier: BSL-1.0
#include "tern/client/gate.hpp"

#include "support/catch.hpp"

#include <asio/io_context.hpp>

#include <chrono>
#include <memory>
#include <optional>
#include <thread>
#include <utility>

TEST_CASE("an open gate posts to its executor, from any thread", "[gate]")
{
    asio::io_context context;
    tern::detail::gate entrance(context.get_executor());
    int runs = 0;
    CHECK(entrance.post([&runs] { ++runs; }));
    std::thread([&] { CHECK(entrance.post([&runs] { ++runs; })); }).join();
    CHECK(runs == 0); // never inside the call
    context.run();
    CHECK(runs == 2);
}

TEST_CASE("behind a closed gate nothing touches the executor", "[gate]")
{
    std::optional<asio::io_context> context(std::in_place);
    tern::detail::gate entrance(context->get_executor());
    int runs = 0;
    CHECK(entrance.post([&runs] { ++runs; }));
    CHECK(entrance.is_open());
    entrance.close();
    CHECK_FALSE(entrance.is_open());
    CHECK_FALSE(entrance.post([&runs] { runs += 100; }));
    context->run();
    CHECK(runs == 1); // what was inside already goes on
    context.reset();
    auto argument = std::make_unique<int>(1);
    CHECK_FALSE(entrance.post([kept = std::move(argument)] {}));
    entrance.close();
    CHECK_FALSE(entrance.post([] {}));
}

TEST_CASE("closing waits for who is inside", "[gate]")
{
    asio::io_context context;
    tern::detail::gate entrance(context.get_executor());
    int accepted = 0;
    int runs = 0;
    std::thread other([&] {
        while (entrance.post([&runs] { ++runs; }))
        {
            ++accepted;
        }
    });
    while (runs < 100)
    {
        context.restart();
        context.run_one_for(std::chrono::milliseconds(100));
    }
    entrance.close();
    other.join();
    context.restart();
    context.run();
    CHECK(runs == accepted);
}
