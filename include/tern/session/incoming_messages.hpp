// SPDX-License-Identifier: BSL-1.0
//
// The received QoS 1 and 2 messages that are not through with their handshake, by the server's packet identifiers, and
// the order in which their acknowledgements have to leave.
//
// Layer: session. Standard: v5 4.3, 4.6, v3.1.1 the same.
// It keeps states only: the message itself was handed on. What is known of identifiers survives a connection, the order
// of arrival and the server's quota do not.
#ifndef TERN_SESSION_INCOMING_MESSAGES_HPP
#define TERN_SESSION_INCOMING_MESSAGES_HPP

#include "tern/reason_code.hpp"
#include "tern/session/incoming_table.hpp"
#include "tern/session/slot_pool.hpp"
#include "tern/session/types.hpp"

#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

namespace tern::session
{

struct incoming_message
{
    std::uint32_t next = no_slot;
    std::uint32_t previous = no_slot;
    time_point received_at{};
    std::uint16_t packet_identifier = 0;
    incoming_state state = incoming_state::unknown;
    tern::reason_code reason = tern::reason_code::success; ///< that the acknowledgement will carry
    bool in_order_list = false;
    bool on_this_connection = false; ///< its PUBLISH came on this connection
    bool counts = false;             ///< against the Receive Maximum that the server was given
};

/// True for the states in which nothing more is expected of the application.
[[nodiscard]] constexpr bool is_taken(incoming_state state) noexcept
{
    return state == incoming_state::taken_qos_1 || state == incoming_state::taken_qos_2 ||
           state == incoming_state::awaiting_pubrel;
}

class incoming_messages
{
public:
    static constexpr std::size_t initial_capacity = 16; ///< of the table, which doubles when it is half full

    /// Makes sure that add() needs no memory. \throws std::bad_alloc nothing is changed then.
    void reserve()
    {
        if ((pool_.size() + 1) * 2 > places_.size())
        {
            grow(places_.empty() ? initial_capacity : places_.size() * 2);
        }
        pool_.reserve();
    }

    /// A new identifier, after reserve().
    std::uint32_t add(std::uint16_t packet_identifier) noexcept
    {
        const std::uint32_t index = pool_.take();
        pool_[index].packet_identifier = packet_identifier;
        std::size_t at = home_of(packet_identifier);
        while (places_[at].index != no_slot)
        {
            at = (at + 1) & mask();
        }
        places_[at] = {index, packet_identifier};
        return index;
    }

    /// The record of an identifier, or `no_slot`.
    [[nodiscard]] std::uint32_t find(std::uint16_t packet_identifier) const noexcept
    {
        if (pool_.empty())
        {
            return no_slot;
        }
        std::size_t at = home_of(packet_identifier);
        while (places_[at].index != no_slot && places_[at].packet_identifier != packet_identifier)
        {
            at = (at + 1) & mask();
        }
        return places_[at].index;
    }

    /// Its PUBLISH came: from now on its acknowledgement has a place in the order of arrival.
    void arrived(std::uint32_t index) noexcept
    {
        incoming_message& message = pool_[index];
        message.on_this_connection = true;
        if (!message.in_order_list)
        {
            message.in_order_list = true;
            order_.push_back(pool_, index);
        }
        if (!message.counts)
        {
            message.counts = true;
            ++counted_;
        }
    }

    /// The first whose acknowledgement has not left, or `no_slot`.
    [[nodiscard]] std::uint32_t first_in_order() const noexcept { return order_.front(); }

    /// Its acknowledgement has left.
    void leave_order(std::uint32_t index) noexcept
    {
        if (pool_[index].in_order_list)
        {
            pool_[index].in_order_list = false;
            order_.remove(pool_, index);
        }
    }

    /// The identifier is free.
    void remove(std::uint32_t index) noexcept
    {
        leave_order(index);
        if (pool_[index].counts)
        {
            --counted_;
        }
        erase_place(pool_[index].packet_identifier);
        pool_.release(index);
    }

    void connection_lost() noexcept
    {
        while (!order_.empty())
        {
            leave_order(order_.front());
        }
        for (const place& each : places_)
        {
            if (each.index != no_slot)
            {
                pool_[each.index].on_this_connection = false;
                pool_[each.index].counts = false;
            }
        }
        counted_ = 0;
    }

    /// The session has ended: the handles of its deliveries mean nothing any more.
    void clear() noexcept
    {
        for (place& each : places_)
        {
            if (each.index != no_slot)
            {
                leave_order(each.index);
                pool_.release(each.index);
                each = {};
            }
        }
        counted_ = 0;
    }

    [[nodiscard]] bool holds(delivery handle) const noexcept
    {
        return handle.generation != 0 && pool_.holds(handle.index, handle.generation);
    }

    [[nodiscard]] delivery handle(std::uint32_t index) const noexcept { return {index, pool_.generation(index)}; }
    [[nodiscard]] incoming_message& operator[](std::uint32_t index) noexcept { return pool_[index]; }
    [[nodiscard]] const incoming_message& operator[](std::uint32_t index) const noexcept { return pool_[index]; }

    /// Identifiers that are in use by the server, as far as is known.
    [[nodiscard]] std::size_t size() const noexcept { return pool_.size(); }

    /// Those whose acknowledgement has not left on this connection.
    [[nodiscard]] std::size_t unacknowledged() const noexcept { return order_.size(); }

    /// Those that count against the Receive Maximum. v5 3.3.4, 4.9
    [[nodiscard]] std::size_t counted() const noexcept { return counted_; }

private:
    struct place
    {
        std::uint32_t index = no_slot;
        std::uint16_t packet_identifier = 0;
    };

    [[nodiscard]] std::size_t mask() const noexcept { return places_.size() - 1; }
    [[nodiscard]] std::size_t home_of(std::uint16_t packet_identifier) const noexcept
    {
        return packet_identifier & mask(); // servers count upwards: neighbours do not collide
    }

    // Closes the gap, so that no search stops before what lies behind it.
    void erase_place(std::uint16_t packet_identifier) noexcept
    {
        std::size_t gap = home_of(packet_identifier);
        while (places_[gap].packet_identifier != packet_identifier)
        {
            gap = (gap + 1) & mask();
        }
        for (std::size_t at = (gap + 1) & mask(); places_[at].index != no_slot; at = (at + 1) & mask())
        {
            const std::size_t home = home_of(places_[at].packet_identifier);
            if (((at - home) & mask()) >= ((at - gap) & mask()))
            {
                places_[gap] = places_[at];
                gap = at;
            }
        }
        places_[gap] = {};
    }

    void grow(std::size_t capacity)
    {
        std::vector<place> larger(capacity);
        for (const place& old : places_)
        {
            if (old.index != no_slot)
            {
                std::size_t at = old.packet_identifier & (capacity - 1);
                while (larger[at].index != no_slot)
                {
                    at = (at + 1) & (capacity - 1);
                }
                larger[at] = old;
            }
        }
        places_ = std::move(larger);
    }

    slot_pool<incoming_message> pool_;
    slot_list<incoming_message> order_;
    std::vector<place> places_;
    std::size_t counted_ = 0;
};

} // namespace tern::session

#endif
