// SPDX-License-Identifier: BSL-1.0

#include "tern/client/timer.hpp"

#include "support/catch.hpp"
#include "tern/testing/virtual_clock.hpp"

#include <asio/error.hpp>
#include <asio/io_context.hpp>

#include <chrono>
#include <memory>
#include <optional>
#include <system_error>
#include <vector>

using namespace std::chrono_literals;
using tern::detail::timer;

namespace
{

struct waits
{
    auto handler()
    {
        return [this](std::error_code error) { ended.push_back(error); };
    }

    std::vector<std::error_code> ended;
};

} // namespace

TEST_CASE("without a source of time a timer goes by the system's clock")
{
    asio::io_context context;
    timer one(context.get_executor());
    waits w;
    const auto begin = std::chrono::steady_clock::now();
    CHECK(one.now() >= begin);
    one.expires_at(begin + 20ms);
    one.async_wait(w.handler());
    context.run();
    CHECK(w.ended == std::vector<std::error_code>{std::error_code()});
    CHECK(std::chrono::steady_clock::now() >= begin + 20ms);
    one.expires_at(begin + 1h);
    one.async_wait(w.handler());
    one.cancel();
    context.restart();
    context.run();
    REQUIRE(w.ended.size() == 2);
    CHECK(w.ended[1] == asio::error::operation_aborted);
}

TEST_CASE("with a source of time a timer goes by that")
{
    asio::io_context context;
    auto& clock = tern::testing::virtual_clock::of(context);
    waits w;
    {
        timer one(context.get_executor());
        CHECK(one.now() == clock.now());
        one.expires_at(clock.now() + 1h);
        one.async_wait(w.handler());
        CHECK(clock.next() == clock.now() + 1h);
        clock.advance(1h);
        CHECK(w.ended.empty()); // by post
        context.poll();
        CHECK(w.ended == std::vector<std::error_code>{std::error_code()});

        one.expires_at(clock.now() + 1h);
        one.async_wait(w.handler());
        SECTION("it is cancelled")
        {
            one.cancel();
            one.cancel();
        }
        SECTION("it is set anew")
        {
            one.expires_at(clock.now() + 2h);
        }
        SECTION("it is destroyed") {}
    }
    CHECK(clock.waits() == 0);
    context.restart();
    context.poll();
    REQUIRE(w.ended.size() == 2);
    CHECK(w.ended[1] == asio::error::operation_aborted);
}
