// SPDX-License-Identifier: BSL-1.0
#include "tern/operation_memory.hpp"

#include "support/catch.hpp"

using namespace tern::detail;

TEST_CASE("memory serves one operation at a time, and no larger one")
{
    operation_memory memory;
    void* const first = memory.allocate(operation_memory::capacity);
    CHECK(first >= static_cast<void*>(&memory));
    CHECK(first < static_cast<void*>(&memory + 1));
    void* const second = memory.allocate(8); // at the same time: other memory
    CHECK(second != first);
    memory.deallocate(first);
    CHECK(memory.allocate(8) == first); // again
    memory.deallocate(second);
    memory.deallocate(first);
    void* const large = memory.allocate(operation_memory::capacity + 1);
    CHECK(large != first);
    memory.deallocate(large);
}

TEST_CASE("allocators are the same where their memory is")
{
    operation_memory memory;
    operation_memory other;
    operation_allocator<int> ints{operation_allocator<void>(memory)};
    const operation_allocator<long> longs(ints);
    CHECK(&longs.memory() == &memory);
    CHECK(operation_allocator<int>(longs) == ints);
    CHECK_FALSE(ints == operation_allocator<int>(other));
    int* const numbers = ints.allocate(4);
    numbers[3] = 7;
    CHECK(static_cast<void*>(numbers) >= static_cast<void*>(&memory));
    CHECK(static_cast<void*>(numbers) < static_cast<void*>(&memory + 1));
    ints.deallocate(numbers, 4);
}
