// SPDX-License-Identifier: BSL-1.0
//
// Counts the allocations of this test program, and lets one of them fail. The operators that do it are in
// allocation_operators.hpp.
#ifndef TERN_TESTS_UNIT_TOPIC_ALLOCATIONS_HPP
#define TERN_TESTS_UNIT_TOPIC_ALLOCATIONS_HPP

#include <cstddef>

namespace allocations
{

struct state
{
    std::size_t count = 0;
    std::size_t allowed = 0;
    bool armed = false;
};

inline state& current() noexcept
{
    static state the_state;
    return the_state;
}

/// How many there have been so far.
inline std::size_t count() noexcept
{
    return current().count;
}

/// While it lives, the allocation after the next `allowed` ones throws std::bad_alloc, once.
class failure
{
public:
    explicit failure(std::size_t allowed) noexcept
    {
        current().allowed = allowed;
        current().armed = true;
    }
    ~failure() { current().armed = false; }
    failure(const failure&) = delete;
    failure& operator=(const failure&) = delete;

    /// Whether it has happened.
    [[nodiscard]] bool happened() const noexcept { return !current().armed; }
};

} // namespace allocations

#endif
