// SPDX-License-Identifier: BSL-1.0
//
// The QoS 0 publishes whose bytes are in an output buffer and that somebody waits for: they are done when it is written.
//
// Layer: session. Standard: none; QoS 0 has no acknowledgement.
// A ring in three parts, oldest first: done, being written, in the buffer that fills.
#ifndef TERN_SESSION_WRITTEN_OPERATIONS_HPP
#define TERN_SESSION_WRITTEN_OPERATIONS_HPP

#include "tern/session/types.hpp"

#include <algorithm>
#include <cstddef>
#include <system_error>
#include <utility>
#include <vector>

namespace tern::session
{

class written_operations
{
public:
    static constexpr std::size_t initial_capacity = 16;

    /// Makes sure that add() needs no memory. \throws std::bad_alloc nothing is changed then.
    void reserve()
    {
        if (size_ == ring_.size())
        {
            std::vector<item> larger(ring_.empty() ? initial_capacity : ring_.size() * 2);
            for (std::size_t i = 0; i < size_; ++i)
            {
                larger[i] = at(i);
            }
            ring_ = std::move(larger);
            first_ = 0;
        }
    }

    /// One more whose bytes are in the buffer that fills, after reserve().
    void add(session::operation waiter) noexcept
    {
        at(size_) = {waiter, nullptr, 0};
        ++size_;
    }

    /// The buffer was handed to the transport.
    void taken() noexcept { taken_ = size_; }

    /// What was handed to the transport is written.
    void written() noexcept { done_ = taken_; }

    /// What is not done ends with `error`.
    void fail(std::error_code error) noexcept
    {
        for (std::size_t i = done_; i < size_; ++i)
        {
            at(i).category = error ? &error.category() : nullptr;
            at(i).value = error.value();
        }
        taken_ = size_;
        done_ = size_;
    }

    /// The next that is done. \return false if none is.
    [[nodiscard]] bool pop(session::operation& waiter, std::error_code& error) noexcept
    {
        if (done_ == 0)
        {
            return false;
        }
        waiter = at(0).operation;
        error = at(0).category == nullptr ? std::error_code() : std::error_code(at(0).value, *at(0).category);
        first_ = (first_ + 1) & (ring_.size() - 1);
        --size_;
        --taken_;
        --done_;
        return true;
    }

    [[nodiscard]] bool empty() const noexcept { return size_ == 0; }
    [[nodiscard]] bool any_done() const noexcept { return done_ != 0; }

private:
    struct item
    {
        session::operation operation = 0;
        const std::error_category* category = nullptr; ///< of the error, null for none: making an error_code costs a call
        int value = 0;
    };

    [[nodiscard]] item& at(std::size_t position) noexcept { return ring_[(first_ + position) & (ring_.size() - 1)]; }

    std::vector<item> ring_;
    std::size_t first_ = 0;
    std::size_t size_ = 0;
    std::size_t taken_ = 0; ///< of size_, from the first: handed to the transport
    std::size_t done_ = 0;  ///< of taken_, from the first: written, or failed
};

} // namespace tern::session

#endif
