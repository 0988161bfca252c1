// SPDX-License-Identifier: BSL-1.0
#include "tern/session/block_pool.hpp"

#include "support/allocation_counter.hpp"
#include "support/catch.hpp"

#include <cstddef>
#include <cstring>
#include <vector>

using tern::session::block_pool;

TEST_CASE("blocks of every size hold their size, and come back", "[session]")
{
    block_pool pool;
    CHECK(pool.allocate(0) == nullptr);
    for (const std::size_t size : {1U, 63U, 64U, 65U, 128U, 129U, 4096U, 65'535U, 65'536U, 65'537U, 1'000'000U})
    {
        CAPTURE(size);
        char* const block = pool.allocate(size);
        REQUIRE(block != nullptr);
        std::memset(block, 0x5A, size); // the address sanitizer watches the end
        pool.release(block, size);
    }
    pool.release(nullptr, 0);
    CHECK(pool.kept_bytes() == 64 + 128 + 256 + 4096 + 65'536);
}

TEST_CASE("a released block is used again before the heap is", "[session]")
{
    block_pool pool;
    char* const first = pool.allocate(100);
    pool.release(first, 100);
    tern_test::allocation_counter counter;
    char* const second = pool.allocate(128);
    const std::size_t allocations = counter.count();
    CHECK(second == first);
    CHECK(allocations == 0);
    pool.release(second, 128);
}

TEST_CASE("what is kept is bounded", "[session]")
{
    block_pool pool;
    std::vector<char*> blocks;
    for (std::size_t i = 0; i < 2 * block_pool::maximum_kept_bytes / block_pool::largest_block; ++i)
    {
        blocks.push_back(pool.allocate(block_pool::largest_block));
    }
    for (char* const block : blocks)
    {
        pool.release(block, block_pool::largest_block);
    }
    CHECK(pool.kept_bytes() == block_pool::maximum_kept_bytes);
    pool.release_kept();
    CHECK(pool.kept_bytes() == 0);
}
