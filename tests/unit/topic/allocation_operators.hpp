// SPDX-License-Identifier: BSL-1.0
//
// Replaces the allocation functions of the whole program by those that allocations.hpp speaks of. To be included by one
// source file of a program.
#ifndef TERN_TESTS_UNIT_TOPIC_ALLOCATION_OPERATORS_HPP
#define TERN_TESTS_UNIT_TOPIC_ALLOCATION_OPERATORS_HPP

#include "allocations.hpp"

#include <cstdlib>
#include <new>

namespace allocations
{

// Called through a pointer that the compiler must not see through: where it inlines one of a pair of operators and not
// the other, it would warn that they don't fit together.
inline void (*volatile release)(void*) = std::free;

} // namespace allocations

void* operator new(std::size_t size)
{
    allocations::state& state = allocations::current();
    ++state.count;
    if (state.armed && state.allowed-- == 0)
    {
        state.armed = false;
        throw std::bad_alloc();
    }
    void* const memory = std::malloc(size == 0 ? 1 : size);
    if (memory == nullptr)
    {
        throw std::bad_alloc();
    }
    return memory;
}

void* operator new[](std::size_t size)
{
    return operator new(size);
}

// Some libraries' own versions of these don't go through the one above, and would be freed by ours all the same.
void* operator new(std::size_t size, const std::nothrow_t&) noexcept
{
    try
    {
        return operator new(size);
    }
    catch (const std::bad_alloc&)
    {
        return nullptr;
    }
}

void* operator new[](std::size_t size, const std::nothrow_t& tag) noexcept
{
    return operator new(size, tag);
}

void operator delete(void* memory) noexcept
{
    allocations::release(memory);
}

void operator delete[](void* memory) noexcept
{
    allocations::release(memory);
}

void operator delete(void* memory, std::size_t) noexcept
{
    allocations::release(memory);
}

void operator delete[](void* memory, std::size_t) noexcept
{
    allocations::release(memory);
}

#endif
