// SPDX-License-Identifier: BSL-1.0
#include "tern/client/message_queue.hpp"

#include "support/catch.hpp"

#include <cstddef>
#include <deque>
#include <memory>
#include <random>
#include <utility>

using tern::detail::message_queue;

TEST_CASE("what is pushed comes out in its order, also across the ring's end", "[message_queue]")
{
    message_queue<int> queue;
    CHECK(queue.empty());
    int next_in = 0;
    int next_out = 0;
    for (int round = 0; round < 10; ++round)
    {
        for (int i = 0; i < 5; ++i)
        {
            queue.push(next_in++);
        }
        for (int i = 0; i < 4; ++i)
        {
            CHECK(queue.pop() == next_out++);
        }
    }
    CHECK(queue.size() == 10); // it has grown once, in the middle of a lap
    CHECK(queue[0] == 40);
    CHECK(queue[9] == 49);
}

TEST_CASE("nothing is kept of what was taken", "[message_queue]")
{
    message_queue<std::shared_ptr<int>> queue;
    const auto item = std::make_shared<int>(1);
    const auto other = std::make_shared<int>(2);
    queue.push(std::shared_ptr<int>(item));
    queue.push(std::shared_ptr<int>(other));
    queue.push(std::shared_ptr<int>(item));
    CHECK(item.use_count() == 3);
    (void)queue.pop();
    CHECK(item.use_count() == 2);
    (void)queue.remove(1);
    CHECK(item.use_count() == 1);
    CHECK(queue.size() == 1);
    CHECK(queue.pop() == other);
    CHECK(other.use_count() == 1);
}

TEST_CASE("one from the middle can be taken, and the others keep their order", "[message_queue]")
{
    message_queue<int> queue;
    std::deque<int> model;
    std::mt19937 random(17);
    for (int i = 0; i < 3'000; ++i)
    {
        if (model.empty() || random() % 2 == 0)
        {
            queue.push(int{i});
            model.push_back(i);
        }
        else
        {
            const std::size_t index = random() % model.size();
            CHECK(queue.remove(index) == model[index]);
            model.erase(model.begin() + static_cast<std::ptrdiff_t>(index));
        }
        REQUIRE(queue.size() == model.size());
    }
    for (const int expected : model)
    {
        CHECK(queue.pop() == expected);
    }
    CHECK(queue.empty());
}
