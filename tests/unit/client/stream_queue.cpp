// SPDX-License-Identifier: BSL-1.0
#include "tern/client/stream_queue.hpp"

#include "support/catch.hpp"

#include <cstddef>
#include <deque>
#include <random>
#include <utility>

namespace
{

struct item
{
    int name = 0;
    std::size_t size = 0;
    bool at_most_once = false;
};

using queue = tern::detail::stream_queue<item>;

} // namespace

TEST_CASE("both kinds come out as one, in the order of arrival", "[stream_queue]")
{
    queue both;
    CHECK(both.empty());
    both.push({1, 10, false});
    both.push({2, 20, true});
    both.push({3, 30, true});
    both.push({4, 40, false});
    CHECK(both.size() == 4);
    CHECK(both.droppable() == 2);
    CHECK(both.droppable_bytes() == 50);
    for (const int expected : {1, 2, 3, 4})
    {
        CHECK(both.pop().name == expected);
    }
    CHECK(both.empty());
    CHECK(both.droppable_bytes() == 0);
}

TEST_CASE("the oldest of those that may be dropped is, and the others keep their order", "[stream_queue]")
{
    queue both;
    std::deque<item> model;
    std::mt19937 random(17);
    std::size_t bytes = 0;
    for (int i = 0; i < 5'000; ++i)
    {
        const auto choice = random() % 5;
        if (choice < 3)
        {
            const item made{i, random() % 100, random() % 2 == 0};
            both.reserve_one(made.at_most_once);
            both.push(item{made});
            model.push_back(made);
            bytes += made.at_most_once ? made.size : 0;
        }
        else if (choice == 3 && !model.empty())
        {
            CHECK(both.pop().name == model.front().name);
            bytes -= model.front().at_most_once ? model.front().size : 0;
            model.pop_front();
        }
        else if (choice == 4 && both.droppable() != 0)
        {
            auto oldest = model.begin();
            while (!oldest->at_most_once)
            {
                ++oldest;
            }
            CHECK(both.drop().name == oldest->name);
            bytes -= oldest->size;
            model.erase(oldest);
        }
        REQUIRE(both.size() == model.size());
        REQUIRE(both.droppable_bytes() == bytes);
    }
}
