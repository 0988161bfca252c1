// SPDX-License-Identifier: BSL-1.0

#include "tern/client/message_queue.hpp"

#include "support/catch.hpp"

#include <memory>

TEST_CASE("what is pushed comes out in order, also while the queue grows around its end")
{
    tern::detail::message_queue<std::unique_ptr<int>> queue;
    int pushed = 0;
    int popped = 0;
    for (int round = 0; round < 50; ++round)
    {
        for (int i = 0; i < 3; ++i)
        {
            queue.push(std::make_unique<int>(pushed++));
        }
        for (int i = 0; i < 2; ++i)
        {
            CHECK(*queue.pop() == popped++);
        }
    }
    CHECK(queue.size() == 50);
    while (!queue.empty())
    {
        CHECK(*queue.pop() == popped++);
    }
    CHECK(popped == 150);
}

TEST_CASE("one in the middle can be taken out")
{
    tern::detail::message_queue<int> queue;
    for (int i = 0; i < 10; ++i)
    {
        queue.push(int(i));
    }
    (void)queue.pop();
    CHECK(queue.remove(3) == 4);
    CHECK(queue.remove(0) == 1);
    CHECK(queue[0] == 2);
    CHECK(queue[1] == 3);
    CHECK(queue[2] == 5);
    CHECK(queue.size() == 7);
}
