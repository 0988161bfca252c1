// SPDX-License-Identifier: BSL-1.0
#include "tern/testing/virtual_clock.hpp"

#include "support/catch.hpp"
#include "tern/client/timer.hpp"

#include <asio/error.hpp>
#include <asio/io_context.hpp>

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <system_error>

using namespace std::chrono_literals;
using tern::detail::timer;
using tern::testing::virtual_clock;

namespace
{

struct fixture
{
    void wait(timer& which, std::chrono::milliseconds delay, std::string name)
    {
        which.expires_at(clock.now() + delay);
        which.async_wait([this, name](std::error_code error) { order += error ? name + "!" : name; });
    }

    asio::io_context context;
    virtual_clock& clock = virtual_clock::of(context);
    timer a{context.get_executor()};
    timer b{context.get_executor()};
    timer c{context.get_executor()};
    std::string order;
};

} // namespace

TEST_CASE("a virtual clock stands still until it is moved, and never goes back")
{
    fixture f;
    const auto begin = f.clock.now();
    CHECK(f.clock.now() == begin);
    f.clock.advance(3h);
    CHECK(f.clock.now() == begin + 3h);
    f.clock.advance_to(begin);
    CHECK(f.clock.now() == begin + 3h);
    CHECK(&virtual_clock::of(f.context) == &f.clock);
}

TEST_CASE("waits end in the order of their times, and of two at the same time the older one first")
{
    fixture f;
    f.wait(f.a, 20ms, "a");
    f.wait(f.b, 10ms, "b");
    f.wait(f.c, 20ms, "c");
    CHECK(f.clock.waits() == 3);
    CHECK(f.clock.next() == f.clock.now() + 10ms);
    f.clock.advance(15ms);
    f.context.poll();
    CHECK(f.order == "b");
    f.clock.advance(1h);
    f.context.restart();
    f.context.poll();
    CHECK(f.order == "bac");
    CHECK(f.clock.waits() == 0);
    CHECK_FALSE(f.clock.next());
}

TEST_CASE("running passes the time as long as something waits for it")
{
    fixture f;
    const auto begin = f.clock.now();
    f.wait(f.a, 1h, "a");
    f.wait(f.b, 2h, "b");
    f.wait(f.c, 3h, "c");
    SECTION("to the end")
    {
        CHECK_FALSE(f.clock.run(f.context, [] { return false; }));
        CHECK(f.order == "abc");
        CHECK(f.clock.now() == begin + 3h);
    }
    SECTION("until it is done")
    {
        CHECK(f.clock.run(f.context, [&] { return f.order == "ab"; }));
        CHECK(f.clock.now() == begin + 2h);
    }
    SECTION("not beyond a limit")
    {
        CHECK_FALSE(f.clock.run(
            f.context, [] { return false; }, begin + 90min));
        CHECK(f.order == "a");
        CHECK(f.clock.now() == begin + 1h);
    }
}

TEST_CASE("a context that ends destroys the handlers that wait by a virtual clock")
{
    const auto held = std::make_shared<int>(1);
    {
        asio::io_context context;
        [[maybe_unused]] virtual_clock& clock = virtual_clock::of(context);
        auto one = std::make_shared<timer>(asio::any_io_executor(context.get_executor()));
        one->expires_at(timer::time_point::max());
        one->async_wait([held, one](std::error_code) {}); // which cancels the wait when it is destroyed
        CHECK(held.use_count() == 2);
    }
    CHECK(held.use_count() == 1);
}

TEST_CASE("the same seed begins the same random sequences")
{
    asio::io_context context;
    auto& clock = virtual_clock::of(context);
    auto* const source = tern::detail::time_source::find(context.get_executor());
    REQUIRE(source != nullptr);
    clock.seed(7);
    const auto first = source->next_seed();
    const auto second = source->next_seed();
    CHECK(first != second);
    clock.seed(7);
    CHECK(source->next_seed() == first);
    CHECK(source->next_seed() == second);
}
