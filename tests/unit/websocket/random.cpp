// SPDX-License-Identifier: BSL-1.0
#include "tern/websocket/random.hpp"

#include "support/catch.hpp"
#include "unit/websocket/frames.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <set>
#include <span>
#include <stdexcept>

using namespace tern;
using namespace tern::websocket;

namespace
{

std::size_t refills = 0;

void counted(std::span<std::uint32_t> numbers)
{
    ++refills;
    tern_test::counting_random(numbers);
}

void dry(std::span<std::uint32_t>)
{
    throw std::runtime_error("no random numbers");
}

} // namespace

TEST_CASE("random numbers are fetched several at a time and given out once")
{
    refills = 0;
    random_stock stock(&counted);
    CHECK(refills == 0);
    std::set<masking_key> seen;
    for (std::size_t i = 0; i < random_stock::size; ++i)
    {
        REQUIRE(stock.ensure(1));
        CHECK(seen.insert(stock.take()).second);
        CHECK(refills == 1);
    }
    REQUIRE(stock.ensure(1));
    CHECK(refills == 2);
    CHECK(stock.take() == masking_key{0x10, 0x11, 0x12, 0x13}); // the last of the sixteen
}

TEST_CASE("as many random numbers are there as were promised")
{
    refills = 0;
    random_stock stock(&counted);
    REQUIRE(stock.ensure(random_stock::size));
    for (std::size_t i = 0; i < random_stock::size - 2; ++i)
    {
        (void)stock.take();
    }
    REQUIRE(stock.ensure(2));
    CHECK(refills == 1);
    REQUIRE(stock.ensure(3));
    CHECK(refills == 2);
}

TEST_CASE("a system without random numbers is not made up for")
{
    random_stock stock(&dry);
    CHECK_FALSE(stock.ensure(1));
}

TEST_CASE("the system gives numbers that differ")
{
    std::array<std::uint32_t, 32> numbers{};
    system_random(numbers);
    CHECK(std::set<std::uint32_t>(numbers.begin(), numbers.end()).size() > 28); // four equal ones: never
}
