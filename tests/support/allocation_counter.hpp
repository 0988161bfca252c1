// SPDX-License-Identifier: BSL-1.0
//
// Counts the calls of the global operator new and the bytes that they ask for, so that a test can show that something
// allocates nothing, or no more than it should; and lets one of them fail, so that it can show what becomes of that.
// With glibc it counts malloc and its relatives as well, since Asio allocates by aligned_alloc; not under a sanitizer,
// which needs them for itself.
//
// The functions are replaced in allocation_counter.cpp, which a program links when it uses this.
// All threads are counted together; under a sanitizer the replaced operators still allocate by malloc, so that its
// checks work.
#ifndef TERN_TESTS_SUPPORT_ALLOCATION_COUNTER_HPP
#define TERN_TESTS_SUPPORT_ALLOCATION_COUNTER_HPP

#include <cstddef>

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#    define TERN_TEST_COUNTS_MALLOC 0
#elif defined(__has_feature)
#    if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer) || __has_feature(memory_sanitizer)
#        define TERN_TEST_COUNTS_MALLOC 0
#    endif
#endif
#ifndef TERN_TEST_COUNTS_MALLOC
#    ifdef __GLIBC__
#        define TERN_TEST_COUNTS_MALLOC 1
#    else
#        define TERN_TEST_COUNTS_MALLOC 0
#    endif
#endif

namespace tern_test
{

/// How often memory has been allocated since the program began.
[[nodiscard]] std::size_t total_allocations() noexcept;

/// How many bytes operator new has been asked for since the program began, whatever was given back.
[[nodiscard]] std::size_t total_allocated_bytes() noexcept;

/// How many times operator new has given memory that has not been given back.
[[nodiscard]] std::size_t live_allocations() noexcept;

/// Counts from its construction on.
class allocation_counter
{
public:
    allocation_counter() noexcept : start_(total_allocations()), start_bytes_(total_allocated_bytes()) {}

    [[nodiscard]] std::size_t count() const noexcept { return total_allocations() - start_; }
    [[nodiscard]] std::size_t bytes() const noexcept { return total_allocated_bytes() - start_bytes_; }

    void reset() noexcept { *this = allocation_counter(); }

private:
    std::size_t start_;
    std::size_t start_bytes_;
};

/// While it lives, one call of operator new fails, in whatever thread: the one after `successes` that succeed. One at a
/// time. With `asio_too` aligned_alloc, by which Asio allocates, counts and fails likewise, where it can be replaced.
class allocation_failure
{
public:
    explicit allocation_failure(std::size_t successes, bool asio_too = false) noexcept;
    allocation_failure(const allocation_failure&) = delete;
    allocation_failure& operator=(const allocation_failure&) = delete;
    ~allocation_failure();

    [[nodiscard]] bool happened() const noexcept;
};

} // namespace tern_test

#endif
