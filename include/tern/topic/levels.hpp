// SPDX-License-Identifier: BSL-1.0
//
// The levels of a topic name or filter: the pieces between the '/' characters.
//
// Layer: topic. Standard: v5 4.7.1.1 "Topic level separator", v3.1.1 4.7.1.1.
//
// topic_levels is a lazy forward range of views into the text; nothing is copied or allocated, and all of it is
// constexpr. Empty levels count: "/a//" has the four levels "", "a", "" and "". It does not check the text: see
// topic/validation.hpp.
#ifndef TERN_TOPIC_LEVELS_HPP
#define TERN_TOPIC_LEVELS_HPP

#include <cstddef>
#include <iterator>
#include <string_view>

namespace tern
{

/// The character between two levels.
inline constexpr char topic_level_separator = '/';

namespace topic_detail
{

/// Where the level that begins at `begin` ends: at the next separator or at the end of `text`.
constexpr std::size_t level_end(std::string_view text, std::size_t begin) noexcept
{
    const std::size_t found = text.find(topic_level_separator, begin);
    return found == std::string_view::npos ? text.size() : found;
}

/// Where the level that ends at `end` (a separator or the end of `text`) begins.
constexpr std::size_t level_begin(std::string_view text, std::size_t end) noexcept
{
    // npos + 1 is 0: no separator before means that this is the first level.
    return end == 0 ? 0 : text.rfind(topic_level_separator, end - 1) + 1;
}

} // namespace topic_detail

/// The levels of `text` in order, as std::string_view. The text must outlive the range and its iterators. There is
/// always at least one level: that of an empty text is empty.
class topic_levels
{
public:
    class iterator
    {
    public:
        using value_type = std::string_view;
        using difference_type = std::ptrdiff_t;
        using reference = std::string_view;
        using pointer = void;
        using iterator_category = std::input_iterator_tag; // the reference is a value
        using iterator_concept = std::forward_iterator_tag;

        constexpr iterator() noexcept = default;

        [[nodiscard]] constexpr std::string_view operator*() const noexcept
        {
            return text_.substr(begin_, end_ - begin_);
        }

        constexpr iterator& operator++() noexcept
        {
            begin_ = end_ + 1;
            end_ = begin_ > text_.size() ? begin_ : topic_detail::level_end(text_, begin_);
            return *this;
        }

        constexpr iterator operator++(int) noexcept
        {
            iterator before = *this;
            ++*this;
            return before;
        }

        /// The place of the level's first byte in the text.
        [[nodiscard]] constexpr std::size_t offset() const noexcept { return begin_; }

        /// Both must come from the same range.
        friend constexpr bool operator==(const iterator& left, const iterator& right) noexcept
        {
            return left.begin_ == right.begin_;
        }

    private:
        friend class topic_levels;

        constexpr iterator(std::string_view text, std::size_t begin, std::size_t end) noexcept
            : text_(text), begin_(begin), end_(end)
        {
        }

        std::string_view text_;
        std::size_t begin_ = 0; // one past the text's end in the iterator past the last level
        std::size_t end_ = 0;
    };

    using const_iterator = iterator;

    constexpr topic_levels() noexcept = default;
    constexpr explicit topic_levels(std::string_view text) noexcept : text_(text) {}

    [[nodiscard]] constexpr iterator begin() const noexcept { return {text_, 0, topic_detail::level_end(text_, 0)}; }

    [[nodiscard]] constexpr iterator end() const noexcept { return {text_, text_.size() + 1, text_.size() + 1}; }

private:
    std::string_view text_;
};

/// How many levels `text` has: one more than it has separators.
[[nodiscard]] constexpr std::size_t count_topic_levels(std::string_view text) noexcept
{
    std::size_t count = 1;
    for (const char character : text)
    {
        count += character == topic_level_separator ? 1U : 0U;
    }
    return count;
}

} // namespace tern

#endif
