// SPDX-License-Identifier: BSL-1.0
#include "tern/topic/dense_values.hpp"

#include "support/catch.hpp"

#include <memory>
#include <utility>
#include <vector>

using tern::topic_detail::dense_values;

TEST_CASE("removing a value moves the last one into its place", "[topic]")
{
    dense_values<std::unique_ptr<int>> values;
    for (unsigned i = 0; i < 3; ++i)
    {
        values.reserve_one();
        CHECK(values.add(std::make_unique<int>(static_cast<int>(i)), 100 + i) == i);
    }
    std::vector<std::pair<unsigned, unsigned>> moves;
    const auto note = [&](unsigned owner, unsigned now) { moves.emplace_back(owner, now); };

    values.remove(0, note);
    CHECK(moves == std::vector<std::pair<unsigned, unsigned>>{{102, 0}});
    CHECK(*values[0] == 2);
    CHECK(values.owner_of(0) == 102);

    values.remove(1, note);
    CHECK(moves.size() == 1);
    CHECK(values.size() == 1);

    values.clear();
    CHECK(values.size() == 0);
}

TEST_CASE("room is made in growing steps", "[topic]")
{
    std::vector<int> numbers;
    std::size_t steps = 0;
    for (int i = 0; i < 10'000; ++i)
    {
        const std::size_t before = numbers.capacity();
        tern::topic_detail::reserve_more(numbers, 1);
        steps += numbers.capacity() != before ? 1U : 0U;
        numbers.push_back(i);
    }
    CHECK(steps < 40);
}

TEST_CASE("a visitor ends the walk by returning false only", "[topic]")
{
    int value = 5;
    int sum = 0;
    const auto silent = [&](int seen) { sum += seen; };
    const auto enough = [&](int seen) { return seen < 5; };
    const auto number = [&](int) { return 0; };
    CHECK(tern::topic_detail::visit_value(silent, value));
    CHECK_FALSE(tern::topic_detail::visit_value(enough, value));
    CHECK(tern::topic_detail::visit_value(number, value));
    CHECK(sum == 5);
}
