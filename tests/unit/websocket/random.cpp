// SPDX-License-Identifier: BSL-1.0
#include "tern/websocket/random.hpp"

#include "support/catch.hpp"
#include "unit/websocket/frames.hpp"

#include <algorithm>
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

std::size_t seeds = 0;

void counted(std::span<std::uint32_t> numbers)
{
    ++seeds;
    tern_test::counting_random(numbers);
}

void other(std::span<std::uint32_t> numbers)
{
    tern_test::counting_random(numbers);
    numbers.back() ^= 1U;
}

void dry(std::span<std::uint32_t>)
{
    throw std::runtime_error("no random numbers");
}

masking_key bytes_of(std::uint32_t number)
{
    return {static_cast<unsigned char>(number >> 24U), static_cast<unsigned char>(number >> 16U & 0xFFU),
            static_cast<unsigned char>(number >> 8U & 0xFFU), static_cast<unsigned char>(number & 0xFFU)};
}

} // namespace

TEST_CASE("the system is asked once and every number is another one")
{
    seeds = 0;
    random_numbers random(&counted);
    CHECK(seeds == 0);
    REQUIRE(random.seed());
    std::set<masking_key> seen;
    for (int i = 0; i < 1'000; ++i)
    {
        CHECK(seen.insert(random.take()).second);
    }
    CHECK(seeds == 1);
}

TEST_CASE("a block gives eight numbers and the seed of the next block")
{
    random_numbers random(&counted);
    REQUIRE(random.seed());
    chacha20_key seed{};
    counted(seed);
    for (int block = 0; block < 3; ++block)
    {
        const chacha20_words words = chacha20_block(seed, 0, {});
        for (std::size_t i = 8; i < words.size(); ++i)
        {
            CHECK(random.take() == bytes_of(words[i]));
        }
        std::copy_n(words.begin(), seed.size(), seed.begin()); // what is given out is never the seed
    }
}

TEST_CASE("another seed gives other numbers")
{
    random_numbers first(&counted);
    random_numbers second(&other);
    REQUIRE((first.seed() && second.seed()));
    int same = 0;
    for (int i = 0; i < 100; ++i)
    {
        same += first.take() == second.take() ? 1 : 0;
    }
    CHECK(same == 0);
}

TEST_CASE("a system without random numbers is not made up for")
{
    random_numbers random(&dry);
    CHECK_FALSE(random.seed());
}

TEST_CASE("the system gives numbers that differ")
{
    std::array<std::uint32_t, 32> numbers{};
    system_random(numbers);
    CHECK(std::set<std::uint32_t>(numbers.begin(), numbers.end()).size() > 28); // four equal ones: never
}
