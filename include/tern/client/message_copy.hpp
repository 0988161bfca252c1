// SPDX-License-Identifier: BSL-1.0
//
// Copies everything that a message_view refers to into one piece of memory, and makes a view of the copy.
//
// Layer: client, without Asio. Standard: v5 3.3, v3.1.1 3.3.
// The views of a received message lie in the buffer that was read, those of its properties in one block of it: that
// block is copied once, as it is, and what lies in it is found again by its distance from the block's beginning. A
// message that a program made, whose views lie anywhere, is copied text by text.
#ifndef TERN_CLIENT_MESSAGE_COPY_HPP
#define TERN_CLIENT_MESSAGE_COPY_HPP

#include "tern/byte_view.hpp"
#include "tern/message.hpp"
#include "tern/properties.hpp"
#include "tern/repeated_property.hpp"

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <new>
#include <optional>
#include <span>
#include <string_view>

namespace tern::detail
{

/// True if all of `part` lies inside `whole`.
[[nodiscard]] inline bool lies_inside(std::string_view part, std::string_view whole) noexcept
{
    // Pointers into different objects have no order; their numbers do.
    const auto first = reinterpret_cast<std::uintptr_t>(part.data());
    const auto start = reinterpret_cast<std::uintptr_t>(whole.data());
    return !whole.empty() && first >= start && first - start <= whole.size() &&
           part.size() <= whole.size() - (first - start);
}

/// Counts what a copy needs, and copies nothing.
class copy_counter
{
public:
    [[nodiscard]] std::size_t size() const noexcept { return size_; }

    std::string_view text(std::string_view source) noexcept
    {
        size_ += lies_inside(source, block_) ? 0 : source.size();
        return source;
    }

    std::string_view block(std::string_view source) noexcept
    {
        text(source);
        block_ = source;
        return source;
    }

    template <class Value>
    std::span<Value> list(std::span<const Value> source) noexcept
    {
        size_ += source.size_bytes();
        return {};
    }

private:
    std::size_t size_ = 0;
    std::string_view block_;
};

/// Copies to memory that is large enough.
class copy_writer
{
public:
    explicit copy_writer(char* place) noexcept : at_(place) {}

    std::string_view text(std::string_view source) noexcept
    {
        if (lies_inside(source, block_))
        {
            return {block_copy_ + (source.data() - block_.data()), source.size()};
        }
        char* const copy = at_;
        if (!source.empty())
        {
            std::memcpy(copy, source.data(), source.size());
            at_ += source.size();
        }
        return {copy, source.size()};
    }

    std::string_view block(std::string_view source) noexcept
    {
        const std::string_view copy = text(source);
        block_ = source;
        block_copy_ = copy.data();
        return copy;
    }

    // Lists come first, so that they are aligned.
    template <class Value>
    std::span<Value> list(std::span<const Value> source) noexcept
    {
        Value* const copy = reinterpret_cast<Value*>(at_);
        for (const Value& one : source)
        {
            ::new (static_cast<void*>(at_)) Value(one);
            at_ += sizeof(Value);
        }
        return {copy, source.size()};
    }

private:
    char* at_;
    std::string_view block_;
    const char* block_copy_ = nullptr;
};

/// Takes a view through a counter or a writer, and gives the view of the copy.
template <class Copier>
[[nodiscard]] message_view copy_message(const message_view& source, Copier& copier) noexcept
{
    message_view copy = source;
    publish_properties& properties = copy.properties;

    const auto users = copier.list(source.properties.user_properties.items());
    const auto identifiers = copier.list(source.properties.subscription_identifiers.items());
    std::size_t i = 0;
    for (const user_property& one : source.properties.user_properties.items())
    {
        const user_property moved{copier.text(one.name), copier.text(one.value)};
        if (i < users.size())
        {
            users[i++] = moved;
        }
    }
    if (!users.empty())
    {
        properties.user_properties = user_properties(users);
    }
    if (!identifiers.empty())
    {
        properties.subscription_identifiers = subscription_identifiers(identifiers);
    }
    if (const std::string_view block = source.properties.user_properties.block(); !block.empty())
    {
        properties.user_properties = user_properties::from_checked_block(copier.block(block));
    }
    if (const std::string_view block = source.properties.subscription_identifiers.block(); !block.empty())
    {
        properties.subscription_identifiers = subscription_identifiers::from_checked_block(
            lies_inside(block, source.properties.user_properties.block()) ? copier.text(block) : copier.block(block));
    }
    if (properties.response_topic)
    {
        properties.response_topic = copier.text(*properties.response_topic);
    }
    if (properties.correlation_data)
    {
        properties.correlation_data = byte_view(copier.text(properties.correlation_data->text()));
    }
    if (properties.content_type)
    {
        properties.content_type = copier.text(*properties.content_type);
    }
    copy.topic = copier.text(source.topic);
    copy.payload = byte_view(copier.text(source.payload.text()));
    return copy;
}

/// The bytes that a copy of `source` needs.
[[nodiscard]] inline std::size_t message_copy_size(const message_view& source) noexcept
{
    copy_counter counter;
    (void)copy_message(source, counter);
    return counter.size();
}

/// Copies to `place`, which has message_copy_size() bytes and the alignment of a pointer; the view refers to it alone.
[[nodiscard]] inline message_view copy_message_to(char* place, const message_view& source) noexcept
{
    copy_writer writer(place);
    return copy_message(source, writer);
}

} // namespace tern::detail

#endif
