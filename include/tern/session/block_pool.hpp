// SPDX-License-Identifier: BSL-1.0
//
// Memory for topics, properties and payloads of stored messages, recycled so that a steady stream allocates nothing.
//
// Layer: session. Standard: none.
// Blocks come in sizes that double from 64 bytes to 64 KiB; larger ones come from the heap and go back to it. What is
// kept for reuse is bounded.
#ifndef TERN_SESSION_BLOCK_POOL_HPP
#define TERN_SESSION_BLOCK_POOL_HPP

#include <array>
#include <bit>
#include <cstddef>
#include <new>

namespace tern::session
{

class block_pool
{
public:
    static constexpr std::size_t smallest_block = 64; ///< a topic and a reading: most messages
    static constexpr std::size_t class_count = 11;
    static constexpr std::size_t largest_block = smallest_block << (class_count - 1); ///< copying costs more from here

    /// Freed memory that is kept: a few thousand messages in flight, and no more once a burst is over.
    static constexpr std::size_t maximum_kept_bytes = 4U * 1024 * 1024;

    block_pool() noexcept = default;
    block_pool(const block_pool&) = delete;
    block_pool& operator=(const block_pool&) = delete;
    ~block_pool() { release_kept(); }

    /// At least `size` bytes, null for none. \throws std::bad_alloc
    [[nodiscard]] char* allocate(std::size_t size)
    {
        if (size == 0)
        {
            return nullptr;
        }
        if (size > largest_block)
        {
            return static_cast<char*>(::operator new(size));
        }
        const std::size_t which = class_of(size);
        if (free_block* const block = free_[which]; block != nullptr)
        {
            free_[which] = block->next;
            kept_bytes_ -= smallest_block << which;
            return reinterpret_cast<char*>(block);
        }
        return static_cast<char*>(::operator new(smallest_block << which));
    }

    /// Gives a block back; `size` is what was asked for.
    void release(char* data, std::size_t size) noexcept
    {
        if (data == nullptr)
        {
            return;
        }
        const std::size_t which = size > largest_block ? class_count : class_of(size);
        if (which == class_count || kept_bytes_ + (smallest_block << which) > maximum_kept_bytes)
        {
            ::operator delete(data);
            return;
        }
        free_[which] = ::new (static_cast<void*>(data)) free_block{free_[which]};
        kept_bytes_ += smallest_block << which;
    }

    /// Gives what is kept back to the heap.
    void release_kept() noexcept
    {
        for (free_block*& list : free_)
        {
            while (list != nullptr)
            {
                free_block* const next = list->next;
                ::operator delete(static_cast<void*>(list));
                list = next;
            }
        }
        kept_bytes_ = 0;
    }

    [[nodiscard]] std::size_t kept_bytes() const noexcept { return kept_bytes_; }

private:
    struct free_block
    {
        free_block* next;
    };

    [[nodiscard]] static constexpr std::size_t class_of(std::size_t size) noexcept
    {
        return size <= smallest_block ? 0 : static_cast<std::size_t>(std::bit_width((size - 1) / smallest_block));
    }

    std::array<free_block*, class_count> free_{};
    std::size_t kept_bytes_ = 0;
};

} // namespace tern::session

#endif
