// SPDX-License-Identifier: BSL-1.0
//
// The packet identifiers that this client has in use, and what each of them stands for.
//
// Layer: session. Standard: v5 2.2.1, v3.1.1 2.3.1.
// The place of an identifier is its value modulo the table's size, and one is only handed out if its place is free: so
// looking one up is a single access. The table doubles while it fills, up to one place for every identifier.
// The server numbers its own messages; they are in incoming_messages.hpp.
#ifndef TERN_SESSION_PACKET_IDENTIFIERS_HPP
#define TERN_SESSION_PACKET_IDENTIFIERS_HPP

#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

namespace tern::session
{

/// What an identifier stands for.
enum class identifier_use : std::uint8_t
{
    unused,
    message, ///< an outgoing QoS 1 or 2 message
    request, ///< SUBSCRIBE or UNSUBSCRIBE
};

class packet_identifiers
{
public:
    static constexpr std::size_t initial_capacity = 16; ///< an idle client keeps 128 bytes
    static constexpr std::size_t maximum_capacity = 65'536;
    static constexpr std::size_t maximum_used = 65'535; ///< v5 [MQTT-2.2.1-3] v3.1.1 [MQTT-2.3.1-1]: never 0

    struct entry
    {
        std::uint32_t index = 0; ///< of the message or request
        std::uint16_t identifier = 0;
        identifier_use use = identifier_use::unused;
    };

    /// Makes sure that take() needs no memory. \throws std::bad_alloc nothing is changed then.
    void reserve()
    {
        const std::size_t capacity = entries_.size();
        if (used_ >= capacity - capacity / 4 && capacity < maximum_capacity)
        {
            grow(capacity == 0 ? initial_capacity : capacity * 2);
        }
    }

    [[nodiscard]] bool exhausted() const noexcept { return used_ == maximum_used; }
    [[nodiscard]] std::size_t size() const noexcept { return used_; }
    [[nodiscard]] std::size_t capacity() const noexcept { return entries_.size(); }

    /// The next free identifier, after reserve(); 0 when all are in use.
    [[nodiscard]] std::uint16_t take(identifier_use use, std::uint32_t index) noexcept
    {
        if (exhausted())
        {
            return 0;
        }
        for (;;)
        {
            const std::uint16_t identifier = next_;
            next_ = next_ == 0xFFFF ? std::uint16_t{1} : static_cast<std::uint16_t>(next_ + 1);
            entry& place = place_of(identifier);
            if (place.use == identifier_use::unused)
            {
                place = {index, identifier, use};
                ++used_;
                return identifier;
            }
        }
    }

    /// What an identifier stands for; `unused` for one that stands for nothing.
    [[nodiscard]] entry find(std::uint16_t identifier) const noexcept
    {
        if (entries_.empty())
        {
            return {};
        }
        const entry& place = entries_[identifier & (entries_.size() - 1)];
        return place.identifier == identifier ? place : entry{};
    }

    /// Frees an identifier that is in use.
    void release(std::uint16_t identifier) noexcept
    {
        place_of(identifier) = {};
        --used_;
    }

private:
    [[nodiscard]] entry& place_of(std::uint16_t identifier) noexcept
    {
        return entries_[identifier & (entries_.size() - 1)];
    }

    // Places that differ in a small table differ in a large one too: nothing can collide.
    void grow(std::size_t capacity)
    {
        std::vector<entry> larger(capacity);
        for (const entry& old : entries_)
        {
            if (old.use != identifier_use::unused)
            {
                larger[old.identifier & (capacity - 1)] = old;
            }
        }
        entries_ = std::move(larger);
    }

    std::vector<entry> entries_;
    std::size_t used_ = 0;
    std::uint16_t next_ = 1;
};

} // namespace tern::session

#endif
