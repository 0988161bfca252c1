// SPDX-License-Identifier: BSL-1.0
//
// The memory of received messages: blocks that are used again, so that a message in the steady state allocates nothing.
//
// Layer: client, without Asio. Standard: none.
// Blocks are taken on the client's executor only, and given back from any thread, since a program may hand a message to
// another one. A pool lives until its last block has come back, also when its client is gone. It takes no lock:
// returned blocks wait on a list that is pushed to by one atomic exchange and emptied whole.
#ifndef TERN_CLIENT_MESSAGE_POOL_HPP
#define TERN_CLIENT_MESSAGE_POOL_HPP

#include "tern/client/acknowledger.hpp"

#include <array>
#include <atomic>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <new>
#include <utility>

namespace tern
{

namespace detail
{

class pool_state;

/// In front of every block.
struct pool_block
{
    pool_state* pool;
    pool_block* next;
    std::size_t size; ///< of the whole block
};

/// What the owner and the blocks that are out share.
class pool_state
{
public:
    /// Bytes that wait to be used again, about, and as many again that came back since the last one was taken: a
    /// Receive Maximum of 256 messages of a few kilobytes.
    static constexpr std::size_t maximum_kept = std::size_t{2} * 1024 * 1024;

    /// Blocks are powers of two. The smallest holds a short message with its header; larger ones than the largest are
    /// freed at once, they cost more to fill than to allocate.
    static constexpr std::size_t smallest_block = 512;
    static constexpr std::size_t largest_block = std::size_t{512} * 1024;

    explicit pool_state(std::weak_ptr<acknowledgement_target> acknowledging) noexcept : target(std::move(acknowledging))
    {
    }

    pool_state(const pool_state&) = delete;
    pool_state& operator=(const pool_state&) = delete;

    /// A block of at least `size` bytes, its header included, which is filled in. Throws std::bad_alloc. On the
    /// executor.
    [[nodiscard]] pool_block* allocate(std::size_t size)
    {
        std::size_t bytes = size;
        if (size <= largest_block)
        {
            const std::size_t index = class_of(size);
            bytes = smallest_block << index;
            if (free_[index] == nullptr)
            {
                collect();
            }
            if (pool_block* const block = free_[index]; block != nullptr)
            {
                free_[index] = block->next;
                kept_ -= bytes;
                ++taken_;
                return block;
            }
        }
        void* const place = ::operator new(bytes);
        ++taken_;
        settle();
        return ::new (place) pool_block{this, nullptr, bytes};
    }

    /// Gives a block back, from any thread.
    static void release(pool_block* block) noexcept
    {
        pool_state* const pool = block->pool;
        // Two threads may count one block where there are two: the bound is to be about right, and free of cost.
        const std::size_t waiting = pool->returned_bytes_.load(std::memory_order_relaxed) + block->size;
        if (block->size > largest_block || waiting > maximum_kept)
        {
            ::operator delete(block, block->size);
        }
        else
        {
            pool->returned_bytes_.store(waiting, std::memory_order_relaxed);
            block->next = pool->returned_.load(std::memory_order_relaxed);
            while (!pool->returned_.compare_exchange_weak(block->next, block, std::memory_order_release,
                                                          std::memory_order_relaxed))
            {
            }
        }
        pool->drop(1);
    }

    /// The owner needs it no longer: it dies with its last block. On the executor, or at the end.
    void abandon() noexcept { drop(owner_share - std::exchange(taken_, 0)); }

    /// Bytes that wait to be used again and are known to; what was given back counts when the next block is taken.
    [[nodiscard]] std::size_t kept() const noexcept { return kept_; }

    /// Who acknowledges the messages. Set before the first one is made.
    std::weak_ptr<acknowledgement_target> target;

private:
    static constexpr std::size_t class_of(std::size_t size) noexcept
    {
        return size <= smallest_block ? 0 : std::size_t(std::bit_width((size - 1) / smallest_block));
    }

    static constexpr std::size_t classes = 11;
    static_assert(smallest_block << (classes - 1) == largest_block);

    ~pool_state()
    {
        collect_into_lists();
        for (std::size_t i = 0; i < classes; ++i)
        {
            while (free_[i] != nullptr)
            {
                pool_block* const block = std::exchange(free_[i], free_[i]->next);
                ::operator delete(block, block->size);
            }
        }
    }

    // The blocks that came back become free; what would be too much to keep is freed.
    void collect() noexcept
    {
        settle();
        collect_into_lists();
    }

    void collect_into_lists() noexcept
    {
        if (returned_.load(std::memory_order_relaxed) == nullptr)
        {
            return;
        }
        returned_bytes_.store(0, std::memory_order_relaxed);
        pool_block* block = returned_.exchange(nullptr, std::memory_order_acquire);
        while (block != nullptr)
        {
            pool_block* const next = block->next;
            if (kept_ + block->size > maximum_kept)
            {
                ::operator delete(block, block->size);
            }
            else
            {
                const std::size_t index = class_of(block->size);
                block->next = free_[index];
                free_[index] = block;
                kept_ += block->size;
            }
            block = next;
        }
    }

    // Blocks are counted where they are taken by a plain number, which is added to the shared one now and then: so only
    // giving back is an atomic operation. The owner's share is large enough for what was not added yet.
    void settle() noexcept
    {
        if (taken_ != 0)
        {
            users_.fetch_add(std::exchange(taken_, 0), std::memory_order_relaxed);
        }
    }

    void drop(std::uint64_t count) noexcept
    {
        if (users_.fetch_sub(count, std::memory_order_acq_rel) == count)
        {
            delete this;
        }
    }

    static constexpr std::uint64_t owner_share = std::uint64_t{1} << 62U;

    std::array<pool_block*, classes> free_{};
    std::size_t kept_ = 0;
    std::uint64_t taken_ = 0; ///< and not yet added to `users_`
    std::atomic<pool_block*> returned_{nullptr};
    std::atomic<std::size_t> returned_bytes_{0};
    std::atomic<std::uint64_t> users_{owner_share}; ///< the owner's share plus the blocks that are out
};

} // namespace detail

/// The owner's end of the memory of one client's messages. On the client's executor; its messages may outlive it.
class message_pool
{
public:
    explicit message_pool(std::weak_ptr<acknowledgement_target> target = {})
        : state_(new detail::pool_state(std::move(target)))
    {
    }

    message_pool(const message_pool&) = delete;
    message_pool& operator=(const message_pool&) = delete;
    ~message_pool() { state_->abandon(); }

    /// Who acknowledges the messages; before the first one is made.
    void set_target(std::weak_ptr<acknowledgement_target> target) noexcept { state_->target = std::move(target); }

    /// A block of at least `size` bytes with its header. Throws std::bad_alloc.
    [[nodiscard]] detail::pool_block* allocate(std::size_t size) { return state_->allocate(size); }

    /// Bytes of blocks that wait to be used again and are known to.
    [[nodiscard]] std::size_t kept() const noexcept { return state_->kept(); }

private:
    detail::pool_state* state_;
};

} // namespace tern

#endif
