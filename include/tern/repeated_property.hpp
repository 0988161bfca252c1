// SPDX-License-Identifier: BSL-1.0
//
// A view of a property that may repeat: a list that the application wrote, or the occurrences inside a received,
// already checked property block, read from the bytes while iterating. So neither direction allocates.
//
// Layer: vocabulary. Standard: v5 2.2.2.2, 3.3.2.3.7 (User Property), 3.3.2.3.8 (Subscription Identifier).
// It checks nothing: whoever makes one from a block (the wire layer) has checked the block.
#ifndef TERN_REPEATED_PROPERTY_HPP
#define TERN_REPEATED_PROPERTY_HPP

#include "tern/property.hpp"

#include <compare>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <span>
#include <string_view>
#include <type_traits>

namespace tern
{

/// A name and a value, both UTF-8; the meaning is the application's. v5 [MQTT-1.5.7-1]
struct user_property
{
    std::string_view name;
    std::string_view value;

    friend constexpr bool operator==(const user_property&, const user_property&) = default;
};

namespace detail
{

/// Reads a checked property block; never called on one that is not.
class checked_block_reader
{
public:
    constexpr checked_block_reader() noexcept = default;
    constexpr explicit checked_block_reader(std::string_view block) noexcept : rest_(block) {}

    [[nodiscard]] constexpr std::string_view rest() const noexcept { return rest_; }
    [[nodiscard]] constexpr bool empty() const noexcept { return rest_.empty(); }

    constexpr std::uint8_t byte() noexcept
    {
        const auto value = static_cast<std::uint8_t>(rest_.front());
        rest_.remove_prefix(1);
        return value;
    }

    constexpr std::uint32_t variable_byte_integer() noexcept
    {
        std::uint32_t value = 0;
        for (unsigned shift = 0;; shift += 7)
        {
            const std::uint8_t part = byte();
            value |= static_cast<std::uint32_t>(part & 0x7FU) << shift;
            if (part < 0x80)
            {
                return value;
            }
        }
    }

    constexpr std::string_view text() noexcept
    {
        const std::size_t high = byte();
        const std::size_t length = high * 256 + byte();
        const std::string_view value = rest_.substr(0, length);
        rest_.remove_prefix(length);
        return value;
    }

    constexpr void skip(property_type type) noexcept
    {
        switch (type)
        {
        case property_type::byte: rest_.remove_prefix(1); break;
        case property_type::two_byte_integer: rest_.remove_prefix(2); break;
        case property_type::four_byte_integer: rest_.remove_prefix(4); break;
        case property_type::variable_byte_integer: (void)variable_byte_integer(); break;
        case property_type::utf8_string:
        case property_type::binary_data: (void)text(); break;
        case property_type::utf8_string_pair:
            (void)text();
            (void)text();
            break;
        }
    }

    constexpr void read(std::uint32_t& value) noexcept { value = variable_byte_integer(); }

    constexpr void read(user_property& value) noexcept
    {
        value.name = text();
        value.value = text();
    }

private:
    std::string_view rest_;
};

} // namespace detail

/// The values of the repeatable property `Identifier`, in their order. Trivially copyable; owns nothing.
template <class Value, property Identifier>
class repeated_property
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

        constexpr Value operator*() const noexcept { return item_ != nullptr ? *item_ : value_; }

        constexpr iterator& operator++() noexcept
        {
            if (item_ != nullptr)
            {
                ++item_;
                --left_;
                item_ = left_ == 0 ? nullptr : item_;
            }
            else
            {
                find();
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
        friend repeated_property;

        constexpr explicit iterator(std::span<const Value> items) noexcept
            : item_(items.empty() ? nullptr : items.data()), left_(items.size())
        {
        }

        constexpr explicit iterator(std::string_view block) noexcept : reader_(block) { find(); }

        // Positions in a block are told apart by what is left of it, counting the value itself as left.
        constexpr void find() noexcept
        {
            while (!reader_.empty())
            {
                left_ = reader_.rest().size();
                const std::uint8_t identifier = reader_.byte();
                if (identifier == static_cast<std::uint8_t>(Identifier))
                {
                    reader_.read(value_);
                    return;
                }
                reader_.skip(find_property(identifier)->type);
            }
            left_ = 0;
        }

        const Value* item_ = nullptr;
        std::size_t left_ = 0;
        detail::checked_block_reader reader_;
        Value value_{};
    };

    constexpr repeated_property() noexcept = default;

    /// The values of a contiguous list, which has to outlive the view.
    template <class List>
        requires std::is_convertible_v<const List&, std::span<const Value>>
    constexpr repeated_property(const List& list) noexcept : items_(std::span<const Value>(list))
    {
    }

    /// The occurrences inside a checked property block (without its length); other properties are passed over.
    [[nodiscard]] static constexpr repeated_property from_checked_block(std::string_view block) noexcept
    {
        repeated_property view;
        view.block_ = block;
        return view;
    }

    [[nodiscard]] constexpr iterator begin() const noexcept
    {
        return block_.empty() ? iterator(items_) : iterator(block_);
    }

    [[nodiscard]] constexpr iterator end() const noexcept { return {}; }

    [[nodiscard]] constexpr bool empty() const noexcept { return begin() == end(); }

    /// True if the values are read from a block, false if they are a list or there are none.
    [[nodiscard]] constexpr bool reads_block() const noexcept { return !block_.empty(); }

    /// True if it refers to neither a list with items nor a block: as empty() for all that a decoder or an application
    /// makes, without looking into the block.
    [[nodiscard]] constexpr bool refers_to_nothing() const noexcept { return (items_.size() | block_.size()) == 0; }

    /// Counts them: linear when they are read from a block.
    [[nodiscard]] constexpr std::size_t size() const noexcept
    {
        std::size_t count = 0;
        for (iterator it = begin(); it != end(); ++it)
        {
            ++count;
        }
        return count;
    }

    /// Calls `function(const Value&)` for each value until it returns false: cheaper than iterating, because whether
    /// they are a list is asked once. Returns false if the function did.
    template <class Function>
    constexpr bool for_each(Function function) const noexcept
    {
        for (const Value& item : items_)
        {
            if (!function(item))
            {
                return false;
            }
        }
        if (reads_block())
        {
            for (iterator it(block_); it != end(); ++it)
            {
                if (!function(it.value_))
                {
                    return false;
                }
            }
        }
        return true;
    }

    /// The block that it reads from, empty if it views a list: with items() what a copy has to copy.
    [[nodiscard]] constexpr std::string_view block() const noexcept { return block_; }

    /// The list that it views, empty if it reads from a block.
    [[nodiscard]] constexpr std::span<const Value> items() const noexcept { return items_; }

    friend constexpr bool operator==(const repeated_property& left, const repeated_property& right) noexcept
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
    std::string_view block_;
};

/// User Properties in the application's order, repeated names kept.
using user_properties = repeated_property<user_property, property::user_property>;

/// The identifiers of all subscriptions that a received message matched.
using subscription_identifiers = repeated_property<std::uint32_t, property::subscription_identifier>;

} // namespace tern

#endif
