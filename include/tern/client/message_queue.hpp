// SPDX-License-Identifier: BSL-1.0
//
// Messages that wait, in their order: a ring that grows to what it needs and is used again, so that a stream in the
// steady state allocates nothing.
//
// Layer: client, without Asio. Standard: none.
// It has no bound of its own.
#ifndef TERN_CLIENT_MESSAGE_QUEUE_HPP
#define TERN_CLIENT_MESSAGE_QUEUE_HPP

#include <cstddef>
#include <memory>
#include <utility>

namespace tern::detail
{

/// Item is default constructible and moves without throwing.
template <class Item>
class message_queue
{
public:
    static constexpr std::size_t initial_capacity = 8;

    [[nodiscard]] bool empty() const noexcept { return size_ == 0; }
    [[nodiscard]] std::size_t size() const noexcept { return size_; }

    /// Makes sure that the next push() needs no memory. Throws std::bad_alloc, with no effect then.
    void reserve_one()
    {
        if (size_ == capacity_)
        {
            grow();
        }
    }

    /// Throws std::bad_alloc, with no effect then.
    void push(Item&& item)
    {
        reserve_one();
        items_[place(size_)] = std::move(item);
        ++size_;
    }

    /// Takes the oldest; there has to be one.
    [[nodiscard]] Item pop() noexcept
    {
        Item taken = std::exchange(items_[first_], Item{});
        first_ = place(1);
        --size_;
        return taken;
    }

    /// The oldest; there has to be one.
    [[nodiscard]] const Item& front() const noexcept { return items_[first_]; }

private:
    // The capacity is a power of two.
    [[nodiscard]] std::size_t place(std::size_t index) const noexcept { return (first_ + index) & (capacity_ - 1); }

    void grow()
    {
        const std::size_t larger = capacity_ == 0 ? initial_capacity : capacity_ * 2;
        auto items = std::make_unique<Item[]>(larger);
        for (std::size_t i = 0; i < size_; ++i)
        {
            items[i] = std::move(items_[place(i)]);
        }
        items_ = std::move(items);
        capacity_ = larger;
        first_ = 0;
    }

    std::unique_ptr<Item[]> items_;
    std::size_t capacity_ = 0;
    std::size_t first_ = 0;
    std::size_t size_ = 0;
};

} // namespace tern::detail

#endif
