// SPDX-License-Identifier: BSL-1.0
//
// The replaced operators of allocation_counter.hpp: linked into the test programs that ask for the count.
#include "support/allocation_counter.hpp"

#include <atomic>
#include <cerrno>
#include <cstddef>
#include <cstdlib>
#include <new>

namespace
{

std::atomic<std::size_t> allocations{0};
std::atomic<std::size_t> allocated_bytes{0};
std::atomic<std::size_t> live{0}; ///< that operator new has given

constexpr std::ptrdiff_t never = -1;
std::atomic<std::ptrdiff_t> until_failure{never}; ///< successes that come first
std::atomic<bool> failed{false};
[[maybe_unused]] std::atomic<bool> aligned_fails{false};

/// Whether the allocation that is asked for now is the one that fails.
bool fails_now() noexcept
{
    if (until_failure.load(std::memory_order_relaxed) < 0 || until_failure.fetch_sub(1, std::memory_order_relaxed) != 0)
    {
        return false;
    }
    failed.store(true, std::memory_order_relaxed);
    return true;
}

void* allocate(std::size_t size) noexcept
{
#if !TERN_TEST_COUNTS_MALLOC
    allocations.fetch_add(1, std::memory_order_relaxed);
#endif
    if (fails_now())
    {
        return nullptr;
    }
    allocated_bytes.fetch_add(size, std::memory_order_relaxed);
    void* const memory = std::malloc(size != 0 ? size : 1);
    live.fetch_add(memory != nullptr ? 1 : 0, std::memory_order_relaxed);
    return memory;
}

void* allocate_or_throw(std::size_t size)
{
    void* const memory = allocate(size);
    if (memory == nullptr)
    {
        throw std::bad_alloc();
    }
    return memory;
}

void deallocate(void* memory) noexcept
{
    if (memory != nullptr)
    {
        live.fetch_sub(1, std::memory_order_relaxed);
        std::free(memory);
    }
}

} // namespace

std::size_t tern_test::live_allocations() noexcept
{
    return live.load(std::memory_order_relaxed);
}

#if TERN_TEST_COUNTS_MALLOC

// What glibc calls its own, for those who put something before it.
extern "C"
{
    void* __libc_malloc(std::size_t size);
    void* __libc_calloc(std::size_t count, std::size_t size);
    void* __libc_realloc(void* memory, std::size_t size);
    void* __libc_memalign(std::size_t alignment, std::size_t size);

    void* malloc(std::size_t size) noexcept
    {
        allocations.fetch_add(1, std::memory_order_relaxed);
        return __libc_malloc(size);
    }

    void* calloc(std::size_t count, std::size_t size) noexcept
    {
        allocations.fetch_add(1, std::memory_order_relaxed);
        return __libc_calloc(count, size);
    }

    void* realloc(void* memory, std::size_t size) noexcept
    {
        allocations.fetch_add(1, std::memory_order_relaxed);
        return __libc_realloc(memory, size);
    }

    void* aligned_alloc(std::size_t alignment, std::size_t size) noexcept
    {
        allocations.fetch_add(1, std::memory_order_relaxed);
        if (aligned_fails.load(std::memory_order_relaxed) && fails_now())
        {
            return nullptr;
        }
        return __libc_memalign(alignment, size);
    }

    int posix_memalign(void** memory, std::size_t alignment, std::size_t size) noexcept
    {
        allocations.fetch_add(1, std::memory_order_relaxed);
        *memory = __libc_memalign(alignment, size);
        return *memory != nullptr ? 0 : ENOMEM;
    }
}

#endif

std::size_t tern_test::total_allocations() noexcept
{
    return allocations.load(std::memory_order_relaxed);
}

tern_test::allocation_failure::allocation_failure(std::size_t successes, bool asio_too) noexcept
{
    aligned_fails.store(asio_too, std::memory_order_relaxed);
    failed.store(false, std::memory_order_relaxed);
    until_failure.store(static_cast<std::ptrdiff_t>(successes), std::memory_order_relaxed);
}

tern_test::allocation_failure::~allocation_failure()
{
    aligned_fails.store(false, std::memory_order_relaxed);
    until_failure.store(never, std::memory_order_relaxed);
}

bool tern_test::allocation_failure::happened() const noexcept
{
    return failed.load(std::memory_order_relaxed);
}

std::size_t tern_test::total_allocated_bytes() noexcept
{
    return allocated_bytes.load(std::memory_order_relaxed);
}

// The aligned forms keep the library's own definition: nothing of tern is over-aligned.
void* operator new(std::size_t size)
{
    return allocate_or_throw(size);
}

void* operator new[](std::size_t size)
{
    return allocate_or_throw(size);
}

void* operator new(std::size_t size, const std::nothrow_t&) noexcept
{
    return allocate(size);
}

void* operator new[](std::size_t size, const std::nothrow_t&) noexcept
{
    return allocate(size);
}

void operator delete(void* memory) noexcept
{
    deallocate(memory);
}

void operator delete[](void* memory) noexcept
{
    deallocate(memory);
}

void operator delete(void* memory, std::size_t) noexcept
{
    deallocate(memory);
}

void operator delete[](void* memory, std::size_t) noexcept
{
    deallocate(memory);
}

void operator delete(void* memory, const std::nothrow_t&) noexcept
{
    deallocate(memory);
}

void operator delete[](void* memory, const std::nothrow_t&) noexcept
{
    deallocate(memory);
}
