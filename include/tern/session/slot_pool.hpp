// SPDX-License-Identifier: BSL-1.0
//
// Records in numbered places with generations, and lists that thread through them: every operation takes constant time.
//
// Layer: session. Standard: none.
// A record moves when the pool grows: keep its index, not its address. Its generation changes when it is released, so a
// handle of index and generation never reaches the next record in the same place.
#ifndef TERN_SESSION_SLOT_POOL_HPP
#define TERN_SESSION_SLOT_POOL_HPP

#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

namespace tern::session
{

/// No slot.
inline constexpr std::uint32_t no_slot = 0xFFFFFFFF;

template <class Value>
class slot_pool
{
public:
    /// Makes sure that the next take() finds a place. \throws std::bad_alloc nothing is changed then.
    void reserve()
    {
        if (free_ == no_slot)
        {
            slots_.emplace_back();
            free_ = static_cast<std::uint32_t>(slots_.size() - 1);
        }
    }

    /// Takes a place, which reserve() has to have made sure of; the record in it is fresh.
    [[nodiscard]] std::uint32_t take() noexcept
    {
        const std::uint32_t index = free_;
        free_ = slots_[index].next_free;
        ++used_;
        return index;
    }

    /// The place that the next take() will take, after reserve().
    [[nodiscard]] std::uint32_t next() const noexcept { return free_; }

    void release(std::uint32_t index) noexcept
    {
        slot& released = slots_[index];
        released.value = Value{};
        released.generation = released.generation == 0xFFFFFFFF ? 1 : released.generation + 1;
        released.next_free = free_;
        free_ = index;
        --used_;
    }

    [[nodiscard]] Value& operator[](std::uint32_t index) noexcept { return slots_[index].value; }
    [[nodiscard]] const Value& operator[](std::uint32_t index) const noexcept { return slots_[index].value; }
    [[nodiscard]] std::uint32_t generation(std::uint32_t index) const noexcept { return slots_[index].generation; }

    /// True if the place still holds the record that was there when the generation was read.
    [[nodiscard]] bool holds(std::uint32_t index, std::uint32_t generation) const noexcept
    {
        return index < slots_.size() && slots_[index].generation == generation;
    }

    [[nodiscard]] std::size_t size() const noexcept { return used_; }
    [[nodiscard]] bool empty() const noexcept { return used_ == 0; }

private:
    struct slot
    {
        Value value{};
        std::uint32_t generation = 1;
        std::uint32_t next_free = no_slot;
    };

    std::vector<slot> slots_;
    std::uint32_t free_ = no_slot;
    std::size_t used_ = 0;
};

/// A list of records of one pool. A record has members `next` and `previous`, and is in one list at a time.
template <class Value>
class slot_list
{
public:
    [[nodiscard]] std::uint32_t front() const noexcept { return front_; }
    [[nodiscard]] std::uint32_t back() const noexcept { return back_; }
    [[nodiscard]] bool empty() const noexcept { return front_ == no_slot; }
    [[nodiscard]] std::size_t size() const noexcept { return size_; }

    void push_back(slot_pool<Value>& pool, std::uint32_t index) noexcept { insert_before(pool, no_slot, index); }
    void push_front(slot_pool<Value>& pool, std::uint32_t index) noexcept { insert_before(pool, front_, index); }

    /// Puts `index` before `position`; `no_slot` is the end.
    void insert_before(slot_pool<Value>& pool, std::uint32_t position, std::uint32_t index) noexcept
    {
        const std::uint32_t before = position == no_slot ? back_ : pool[position].previous;
        pool[index].next = position;
        pool[index].previous = before;
        (before == no_slot ? front_ : pool[before].next) = index;
        (position == no_slot ? back_ : pool[position].previous) = index;
        ++size_;
    }

    void remove(slot_pool<Value>& pool, std::uint32_t index) noexcept
    {
        const std::uint32_t before = pool[index].previous;
        const std::uint32_t after = pool[index].next;
        (before == no_slot ? front_ : pool[before].next) = after;
        (after == no_slot ? back_ : pool[after].previous) = before;
        --size_;
    }

private:
    std::uint32_t front_ = no_slot;
    std::uint32_t back_ = no_slot;
    std::size_t size_ = 0;
};

} // namespace tern::session

#endif
