// SPDX-License-Identifier: BSL-1.0
#include "tern/client/message_queue.hpp"

#include "support/catch.hpp"

#include <memory>
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
    for (int expected = 40; expected < 50; ++expected)
    {
        CHECK(queue.front() == expected);
        CHECK(queue.pop() == expected);
    }
}

TEST_CASE("nothing is kept of what was taken", "[message_queue]")
{
    message_queue<std::shared_ptr<int>> queue;
    const auto item = std::make_shared<int>(1);
    const auto other = std::make_shared<int>(2);
    queue.push(std::shared_ptr<int>(item));
    queue.push(std::shared_ptr<int>(other));
    CHECK(item.use_count() == 2);
    (void)queue.pop();
    CHECK(item.use_count() == 1);
    CHECK(queue.size() == 1);
    CHECK(queue.pop() == other);
    CHECK(other.use_count() == 1);
}
