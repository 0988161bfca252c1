// SPDX-License-Identifier: BSL-1.0
#include "tern/session/slot_pool.hpp"

#include "support/catch.hpp"

#include <cstdint>
#include <vector>

using namespace tern::session;

namespace
{

struct record
{
    std::uint32_t next = no_slot;
    std::uint32_t previous = no_slot;
    int value = 0;
};

std::uint32_t add(slot_pool<record>& pool, int value)
{
    pool.reserve();
    const std::uint32_t promised = pool.next();
    const std::uint32_t index = pool.take();
    CHECK(promised == index);
    pool[index].value = value;
    return index;
}

std::vector<int> values(const slot_pool<record>& pool, const slot_list<record>& list)
{
    std::vector<int> result;
    for (std::uint32_t index = list.front(); index != no_slot; index = pool[index].next)
    {
        result.push_back(pool[index].value);
    }
    return result;
}

} // namespace

TEST_CASE("a place is used again, with another generation and a fresh record", "[session]")
{
    slot_pool<record> pool;
    const std::uint32_t index = add(pool, 7);
    const std::uint32_t generation = pool.generation(index);
    CHECK(generation != 0);
    CHECK(pool.holds(index, generation));
    CHECK(pool.size() == 1);
    pool.release(index);
    CHECK(pool.empty());
    CHECK_FALSE(pool.holds(index, generation));
    const std::uint32_t again = add(pool, 0);
    CHECK(again == index);
    CHECK(pool[again].value == 0);
    CHECK_FALSE(pool.holds(index, generation));
    CHECK_FALSE(pool.holds(99, 1));
}

TEST_CASE("records keep their values and indexes while the pool grows", "[session]")
{
    slot_pool<record> pool;
    std::vector<std::uint32_t> indexes;
    for (int i = 0; i < 100; ++i)
    {
        indexes.push_back(add(pool, i));
    }
    for (int i = 0; i < 100; ++i)
    {
        CHECK(pool[indexes[static_cast<std::size_t>(i)]].value == i);
    }
}

TEST_CASE("a list takes and gives up records anywhere", "[session]")
{
    slot_pool<record> pool;
    slot_list<record> list;
    const std::uint32_t one = add(pool, 1);
    const std::uint32_t two = add(pool, 2);
    const std::uint32_t three = add(pool, 3);
    const std::uint32_t four = add(pool, 4);
    CHECK(list.empty());
    list.push_back(pool, two);
    list.push_front(pool, one);
    list.push_back(pool, four);
    list.insert_before(pool, four, three);
    CHECK(values(pool, list) == std::vector<int>{1, 2, 3, 4});
    CHECK(list.size() == 4);
    CHECK(list.back() == four);
    list.remove(pool, one);
    list.remove(pool, three);
    CHECK(values(pool, list) == std::vector<int>{2, 4});
    list.remove(pool, four);
    list.remove(pool, two);
    CHECK(list.empty());
    CHECK(list.front() == no_slot);
    CHECK(list.back() == no_slot);
}
