// SPDX-License-Identifier: BSL-1.0
//
// Where a client's completion handlers live while they wait: blocks that are used again, so that an operation in the
// steady state allocates nothing.
//
// Layer: client, without Asio. Standard: none.
// Not safe for several threads: it belongs to the client's executor, like the handlers.
// It serves handlers whose own allocator is std::allocator; one that brings another keeps it (unique_handler.hpp).
#ifndef TERN_CLIENT_HANDLER_MEMORY_HPP
#define TERN_CLIENT_HANDLER_MEMORY_HPP

#include <array>
#include <bit>
#include <cstddef>
#include <new>

namespace tern
{

/// Free lists of blocks by power of two. What is given back is kept up to a bound, then freed.
class handler_memory
{
public:
    /// Bytes that wait to be used again, in all: some 16,000 small handlers, more than one read completes.
    static constexpr std::size_t maximum_kept = std::size_t{1024} * 1024;

    /// The smallest block holds a lambda with a few pointers, the largest a handler that carries a request's state.
    static constexpr std::size_t smallest_block = 64;
    static constexpr std::size_t largest_block = 1024;

    handler_memory() noexcept = default;
    handler_memory(const handler_memory&) = delete;
    handler_memory& operator=(const handler_memory&) = delete;

    ~handler_memory()
    {
        for (std::size_t i = 0; i < free_.size(); ++i)
        {
            while (free_[i] != nullptr)
            {
                node* block = free_[i];
                free_[i] = block->next;
                ::operator delete(block, smallest_block << i);
            }
        }
    }

    /// A block of at least `size` bytes, aligned as by operator new. Throws std::bad_alloc.
    [[nodiscard]] void* allocate(std::size_t size)
    {
        if (size > largest_block)
        {
            return ::operator new(size);
        }
        const std::size_t index = class_of(size);
        if (node* block = free_[index]; block != nullptr)
        {
            free_[index] = block->next;
            kept_ -= smallest_block << index;
            return block;
        }
        return ::operator new(smallest_block << index);
    }

    /// Takes back what allocate() returned for the same size.
    void deallocate(void* pointer, std::size_t size) noexcept
    {
        if (size > largest_block)
        {
            ::operator delete(pointer, size);
            return;
        }
        const std::size_t index = class_of(size);
        const std::size_t bytes = smallest_block << index;
        if (kept_ + bytes > maximum_kept)
        {
            ::operator delete(pointer, bytes);
            return;
        }
        free_[index] = ::new (pointer) node{free_[index]};
        kept_ += bytes;
    }

    /// Bytes that wait to be used again.
    [[nodiscard]] std::size_t kept() const noexcept { return kept_; }

private:
    struct node
    {
        node* next;
    };

    static constexpr std::size_t class_of(std::size_t size) noexcept
    {
        return size <= smallest_block ? 0 : std::size_t(std::bit_width((size - 1) / smallest_block));
    }

    static constexpr std::size_t classes = 5;
    static_assert(smallest_block << (classes - 1) == largest_block);

    std::array<node*, classes> free_{};
    std::size_t kept_ = 0;
};

} // namespace tern

#endif
