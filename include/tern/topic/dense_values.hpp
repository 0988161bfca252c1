// SPDX-License-Identifier: BSL-1.0
//
// The values that a tree of topics holds, side by side in one vector.
//
// Layer: topic, an internal part of topic/filter_tree.hpp and topic/topic_store.hpp. Standard: none.
//
// A value is known by its index. Removing one moves the last one into its place, so that no hole is left and all values
// can be walked through quickly; the owner (an opaque number that names the place in the tree) of the moved value is
// told to the caller, who notes the new index there.
#ifndef TERN_TOPIC_DENSE_VALUES_HPP
#define TERN_TOPIC_DENSE_VALUES_HPP

#include <cstddef>
#include <cstdint>
#include <type_traits>
#include <utility>
#include <vector>

namespace tern::topic_detail
{

/// Makes room for `more` elements, growing at least by half so that many small steps stay cheap.
template <class T>
void reserve_more(std::vector<T>& vector, std::size_t more)
{
    const std::size_t needed = vector.size() + more;
    if (needed > vector.capacity())
    {
        const std::size_t grown = vector.capacity() + vector.capacity() / 2;
        vector.reserve(needed > grown ? needed : grown);
    }
}

/// Shows a value to a visitor; false if the visitor returns bool and false, which is to say that it wants no more.
template <class Visitor, class Visited>
bool visit_value(Visitor& visit, Visited& value)
{
    if constexpr (std::is_same_v<decltype(visit(value)), bool>)
    {
        return visit(value);
    }
    else
    {
        visit(value);
        return true;
    }
}

template <class Value>
class dense_values
{
public:
    static_assert(std::is_nothrow_move_constructible_v<Value> && std::is_nothrow_move_assignable_v<Value>,
                  "a value must move without throwing: only so can a failed insertion leave everything as it was");

    using index = std::uint32_t;
    using owner = std::uint32_t;

    [[nodiscard]] std::size_t size() const noexcept { return values_.size(); }
    [[nodiscard]] Value& operator[](index at) noexcept { return values_[at]; }
    [[nodiscard]] const Value& operator[](index at) const noexcept { return values_[at]; }
    [[nodiscard]] owner owner_of(index at) const noexcept { return owners_[at]; }

    /// Makes room for one value. Throws std::bad_alloc, and has no effect then.
    void reserve_one()
    {
        reserve_more(values_, 1);
        reserve_more(owners_, 1);
    }

    /// Adds a value; reserve_one() has made room for it.
    index add(Value&& value, owner of) noexcept
    {
        values_.push_back(std::move(value));
        owners_.push_back(of);
        return static_cast<index>(values_.size() - 1);
    }

    /// Removes the value at `at` and destroys it last, when all is consistent again. `moved(owner, index)` is called if
    /// another value took its place.
    template <class Moved>
    void remove(index at, Moved&& moved) noexcept
    {
        [[maybe_unused]] const Value removed = std::move(values_[at]);
        if (at + std::size_t{1} != values_.size())
        {
            values_[at] = std::move(values_.back());
            owners_[at] = owners_.back();
            moved(owners_[at], at);
        }
        values_.pop_back();
        owners_.pop_back();
    }

    /// Destroys all values and frees their memory.
    void clear() noexcept
    {
        std::vector<owner>().swap(owners_);
        std::vector<Value>().swap(values_);
    }

private:
    std::vector<Value> values_;
    std::vector<owner> owners_;
};

} // namespace tern::topic_detail

#endif
