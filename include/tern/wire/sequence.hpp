// SPDX-License-Identifier: BSL-1.0
//
// The list at the end of SUBSCRIBE, SUBACK, UNSUBSCRIBE and UNSUBACK: either a list of the caller's, to be encoded, or
// the bytes of a received packet, already checked, read while iterating. So neither direction allocates.
//
// Layer: wire. Standard: v5 3.8.3, 3.9.3, 3.10.3, 3.11.3.
// It checks nothing: the decoder makes one from bytes only after it has checked them.
#ifndef TERN_WIRE_SEQUENCE_HPP
#define TERN_WIRE_SEQUENCE_HPP

#include <cstddef>
#include <iterator>
#include <span>
#include <string_view>
#include <type_traits>

namespace tern::wire
{

/// How one item is read from checked bytes: `static constexpr Value read(std::string_view& rest) noexcept`.
/// Specialised for each item type in item_reader.hpp.
template <class Value>
struct item_reader;

/// The items in their order. Trivially copyable; owns nothing.
template <class Value>
class sequence
{
public:
    class iterator
    {
    public:
        using iterator_category = std::forward_iterator_tag;
        using value_type = Value;
        using difference_type = std::ptrdiff_t;
        using reference = Value;
        using pointer = void;

        constexpr iterator() noexcept = default;

        constexpr Value operator*() const noexcept
        {
            if (item_ != nullptr)
            {
                return *item_;
            }
            std::string_view rest = bytes_;
            return item_reader<Value>::read(rest);
        }

        constexpr iterator& operator++() noexcept
        {
            if (item_ != nullptr)
            {
                ++item_;
                --left_;
            }
            else
            {
                (void)item_reader<Value>::read(bytes_);
                left_ = bytes_.size();
            }
            return *this;
        }

        constexpr iterator operator++(int) noexcept
        {
            iterator before = *this;
            ++*this;
            return before;
        }

        friend constexpr bool operator==(const iterator& left, const iterator& right) noexcept
        {
            return left.left_ == right.left_;
        }

    private:
        friend sequence;

        constexpr explicit iterator(std::span<const Value> items) noexcept : item_(items.data()), left_(items.size()) {}
        constexpr explicit iterator(std::string_view bytes) noexcept : bytes_(bytes), left_(bytes.size()) {}

        const Value* item_ = nullptr;
        std::string_view bytes_;
        std::size_t left_ = 0; ///< items or bytes, whichever are counted
    };

    constexpr sequence() noexcept = default;

    /// The items of a contiguous list, which has to outlive the view.
    template <class List>
        requires std::is_convertible_v<const List&, std::span<const Value>>
    constexpr sequence(const List& list) noexcept : items_(std::span<const Value>(list)) {}

    /// Reads items from bytes that have been checked to hold whole ones.
    [[nodiscard]] static constexpr sequence from_checked_bytes(std::string_view bytes) noexcept
    {
        sequence view;
        view.bytes_ = bytes;
        return view;
    }

    [[nodiscard]] constexpr iterator begin() const noexcept
    {
        return bytes_.empty() ? iterator(items_) : iterator(bytes_);
    }

    [[nodiscard]] constexpr iterator end() const noexcept { return {}; }

    [[nodiscard]] constexpr bool empty() const noexcept { return begin() == end(); }

    /// Counts them: linear when they are read from bytes.
    [[nodiscard]] constexpr std::size_t size() const noexcept
    {
        std::size_t count = 0;
        for (iterator it = begin(); it != end(); ++it)
        {
            ++count;
        }
        return count;
    }

    friend constexpr bool operator==(const sequence& left, const sequence& right) noexcept
    {
        iterator a = left.begin();
        iterator b = right.begin();
        for (; a != left.end() && b != right.end(); ++a, ++b)
        {
            if (!(*a == *b))
            {
                return false;
            }
        }
        return a == left.end() && b == right.end();
    }

private:
    std::span<const Value> items_;
    std::string_view bytes_;
};

} // namespace tern::wire

#endif
