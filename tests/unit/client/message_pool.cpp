// SPDX-License-Identifier: BSL-1.0
#include "tern/client/message_pool.hpp"

#include "support/catch.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <set>
#include <thread>
#include <vector>

using tern::message_pool;
using tern::detail::pool_block;
using tern::detail::pool_state;

TEST_CASE("a block that came back is used again", "[message_pool]")
{
    message_pool pool;
    pool_block* const first = pool.allocate(100);
    CHECK(first->size == 512);
    pool_block* const second = pool.allocate(512);
    CHECK(second != first);
    pool_state::release(first);
    CHECK(pool.allocate(200) == first);
    pool_block* const third = pool.allocate(513);
    CHECK(third->size == 1024);
    pool_state::release(third);
    pool_state::release(second);
    pool_state::release(first);
    std::set<pool_block*> both{pool.allocate(1), pool.allocate(1)};
    CHECK(both == std::set<pool_block*>{first, second});
    for (pool_block* const block : both)
    {
        pool_state::release(block);
    }
}

TEST_CASE("a block that is still out keeps its pool", "[message_pool]")
{
    auto target = std::shared_ptr<tern::acknowledgement_target>();
    pool_block* block = nullptr;
    pool_block* other = nullptr;
    {
        message_pool pool(target);
        block = pool.allocate(100);
        other = pool.allocate(1'000'000); // larger than what is kept
        CHECK(other->size == 1'000'000);
    }
    CHECK(block->pool->target.expired());
    pool_state::release(block);
    pool_state::release(other); // an address sanitizer sees if the pool were gone, or were never freed
}

TEST_CASE("what waits to be used again has a bound", "[message_pool]")
{
    message_pool pool;
    std::vector<pool_block*> blocks;
    for (int i = 0; i < 40; ++i)
    {
        blocks.push_back(pool.allocate(200'000)); // 256 KiB each
    }
    for (pool_block* const block : blocks)
    {
        pool_state::release(block);
    }
    pool_block* const again = pool.allocate(200'000);
    CHECK(pool.kept() == pool_state::maximum_kept - 262'144);
    pool_state::release(again);
}

TEST_CASE("blocks are aligned for anything", "[message_pool]")
{
    message_pool pool;
    for (const std::size_t size : {1U, 600U, 5'000U, 524'288U, 524'289U})
    {
        pool_block* const block = pool.allocate(size);
        CHECK(reinterpret_cast<std::uintptr_t>(block) % alignof(std::max_align_t) == 0);
        CHECK(block->size >= size);
        pool_state::release(block);
    }
}

TEST_CASE("blocks come back from other threads", "[message_pool]")
{
    constexpr int rounds = 200;
    constexpr int size = 32;
    auto pool = std::make_unique<message_pool>();
    std::set<pool_block*> seen;
    for (int round = 0; round < rounds; ++round)
    {
        std::vector<pool_block*> blocks;
        for (int i = 0; i < size; ++i)
        {
            blocks.push_back(pool->allocate(64));
            seen.insert(blocks.back());
        }
        CHECK(std::set<pool_block*>(blocks.begin(), blocks.end()).size() == size); // nothing is out twice
        std::thread other([&] {
            for (int i = 0; i < size / 2; ++i)
            {
                pool_state::release(blocks[static_cast<std::size_t>(i)]);
            }
        });
        for (int i = size / 2; i < size; ++i)
        {
            pool_state::release(blocks[static_cast<std::size_t>(i)]);
        }
        if (round + 1 == rounds)
        {
            pool.reset(); // while the other thread may still give back
        }
        other.join();
    }
    CHECK(seen.size() == size); // the memory of the first round was enough
}
