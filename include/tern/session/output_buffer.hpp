// SPDX-License-Identifier: BSL-1.0
//
// Contiguous bytes that grow at the end: packets are encoded straight into it, and it leaves in one write.
//
// Layer: session. Standard: none.
// Two of them are enough for a client: one is written while the other is filled, then they are swapped.
#ifndef TERN_SESSION_OUTPUT_BUFFER_HPP
#define TERN_SESSION_OUTPUT_BUFFER_HPP

#include <algorithm>
#include <cstddef>
#include <memory>
#include <string_view>
#include <utility>

namespace tern::session
{

class output_buffer
{
public:
    /// The first allocation: enough for CONNECT and for what a quiet client sends at a time.
    static constexpr std::size_t initial_capacity = 512;

    /// What clear() keeps: one large payload must not occupy its memory for ever.
    static constexpr std::size_t maximum_kept_capacity = 1024U * 1024;

    output_buffer() noexcept = default;

    output_buffer(output_buffer&& other) noexcept { swap(other); }

    output_buffer& operator=(output_buffer&& other) noexcept
    {
        output_buffer taken(std::move(other));
        swap(taken);
        return *this;
    }

    ~output_buffer() = default;

    [[nodiscard]] const char* data() const noexcept { return memory_.get(); }
    [[nodiscard]] std::size_t size() const noexcept { return size_; }
    [[nodiscard]] std::size_t capacity() const noexcept { return capacity_; }
    [[nodiscard]] bool empty() const noexcept { return size_ == 0; }
    [[nodiscard]] std::string_view view() const noexcept { return {memory_.get(), size_}; }

    /// Room for `count` bytes behind the content, which commit() then makes part of it.
    /// \throws std::bad_alloc nothing is changed then.
    [[nodiscard]] char* prepare(std::size_t count)
    {
        if (capacity_ - size_ < count)
        {
            grow(count);
        }
        return memory_.get() + size_;
    }

    void commit(std::size_t count) noexcept { size_ += count; }

    /// Forgets the content and keeps the memory, up to maximum_kept_capacity.
    void clear() noexcept
    {
        size_ = 0;
        if (capacity_ > maximum_kept_capacity)
        {
            memory_.reset();
            capacity_ = 0;
        }
    }

    void swap(output_buffer& other) noexcept
    {
        std::swap(memory_, other.memory_);
        std::swap(size_, other.size_);
        std::swap(capacity_, other.capacity_);
    }

private:
    void grow(std::size_t count)
    {
        const std::size_t larger = std::max({capacity_ * 2, size_ + count, initial_capacity});
        auto memory = std::make_unique_for_overwrite<char[]>(larger);
        std::copy_n(memory_.get(), size_, memory.get());
        memory_ = std::move(memory);
        capacity_ = larger;
    }

    std::unique_ptr<char[]> memory_;
    std::size_t size_ = 0;
    std::size_t capacity_ = 0;
};

} // namespace tern::session

#endif
