// SPDX-License-Identifier: BSL-1.0
#include "tern/client/handler_memory.hpp"

#include "support/catch.hpp"

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <vector>

TEST_CASE("a block that was given back is the next one of its class", "[handler_memory]")
{
    tern::handler_memory memory;
    void* const first = memory.allocate(40);
    void* const second = memory.allocate(40);
    CHECK(first != second);
    memory.deallocate(first, 40);
    CHECK(memory.kept() == 64);
    CHECK(memory.allocate(64) == first); // the same class
    CHECK(memory.kept() == 0);
    memory.deallocate(first, 64);
    void* const larger = memory.allocate(65); // the next class
    CHECK(larger != first);
    CHECK(memory.kept() == 64);
    memory.deallocate(larger, 65);
    CHECK(memory.kept() == 64 + 128);
    memory.deallocate(second, 40);
    CHECK(memory.kept() == 64 + 128 + 64);
}

TEST_CASE("every block is as large as was asked for and aligned", "[handler_memory]")
{
    tern::handler_memory memory;
    for (const std::size_t size :
         {1U, 63U, 64U, 65U, 128U, 129U, 255U, 256U, 257U, 512U, 513U, 1023U, 1024U, 1025U, 5000U})
    {
        CAPTURE(size);
        void* const block = memory.allocate(size);
        CHECK(reinterpret_cast<std::uintptr_t>(block) % alignof(std::max_align_t) == 0);
        std::memset(block, 0xAB, size); // an address sanitizer sees when it is too small
        memory.deallocate(block, size);
    }
    CHECK(memory.kept() == 64 + 128 + 256 + 512 + 1024); // and not the two that are larger
}

TEST_CASE("what is kept has a bound", "[handler_memory]")
{
    tern::handler_memory memory;
    const std::size_t count = tern::handler_memory::maximum_kept / 1024 + 10;
    std::vector<void*> blocks;
    for (std::size_t i = 0; i < count; ++i)
    {
        blocks.push_back(memory.allocate(1024));
    }
    for (void* const block : blocks)
    {
        memory.deallocate(block, 1024);
    }
    CHECK(memory.kept() == tern::handler_memory::maximum_kept);
}
