// SPDX-License-Identifier: BSL-1.0
//
// The outgoing messages that a session holds: what waits to be sent, and what is sent and not yet acknowledged, each in
// the order that the standard asks for. They survive a connection.
//
// Layer: session. Standard: v5 4.1, 4.4, 4.6, v3.1.1 the same.
// It sends nothing: sending.hpp does.
#ifndef TERN_SESSION_OUTGOING_MESSAGES_HPP
#define TERN_SESSION_OUTGOING_MESSAGES_HPP

#include "tern/qos.hpp"
#include "tern/session/block_pool.hpp"
#include "tern/session/outgoing_message.hpp"
#include "tern/session/outgoing_table.hpp"
#include "tern/session/slot_pool.hpp"
#include "tern/session/types.hpp"

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <system_error>

namespace tern::session
{

class outgoing_messages
{
public:
    using list = slot_list<outgoing_message>;

    /// Expired messages are looked for at most so often: the interval of MQTT has no finer unit.
    static constexpr std::chrono::seconds expiry_search_interval{1};

    outgoing_messages() = default;
    outgoing_messages(const outgoing_messages&) = delete;
    outgoing_messages& operator=(const outgoing_messages&) = delete;

    ~outgoing_messages()
    {
        for (list* each : {&waiting_, &waiting_qos_0_, &in_flight_, &pubrels_})
        {
            for (std::uint32_t index = each->front(); index != no_slot; index = pool_[index].next)
            {
                forget_data(index);
            }
        }
    }

    /// Memory for one more message. \throws std::bad_alloc nothing is changed then.
    [[nodiscard]] char* reserve(std::size_t size)
    {
        pool_.reserve();
        return blocks_.allocate(size);
    }

    /// A message whose data was reserved and filled: it is the last that waits.
    std::uint32_t add_waiting(const outgoing_message& message) noexcept
    {
        const std::uint32_t index = add(message);
        waiting_list(index).push_back(pool_, index);
        count_waiting(index);
        return index;
    }

    /// The same, but it is being sent for the first time right now.
    std::uint32_t add_in_flight(const outgoing_message& message, std::uint16_t packet_identifier) noexcept
    {
        const std::uint32_t index = add(message);
        enter_flight(index, packet_identifier);
        return index;
    }

    /// The index that the next add_waiting() or add_in_flight() will use.
    [[nodiscard]] std::uint32_t next_index() const noexcept { return pool_.next(); }

    /// A waiting message of QoS 1 or 2 is being sent for the first time.
    void start(std::uint32_t index, std::uint16_t packet_identifier) noexcept
    {
        leave_waiting(index);
        enter_flight(index, packet_identifier);
    }

    /// PUBREC came: the order of the PUBRELs is the order of the PUBRECs. v5 [MQTT-4.6.0-4] v3.1.1 [MQTT-4.6.0-4]
    void release(std::uint32_t index, bool keep_data) noexcept
    {
        leave_flight(index);
        if (!keep_data)
        {
            counted_bytes_ -= pool_[index].counts ? pool_[index].size() : 0;
            forget_data(index);
        }
        pool_[index].state = outgoing_state::pubrel;
        pubrels_.push_back(pool_, index);
    }

    /// The message is over: its memory is free, and a completion waits unless nobody does. A packet identifier has to
    /// be given back before.
    void finish(std::uint32_t index, std::error_code error) noexcept
    {
        unlink(index);
        outgoing_message& message = pool_[index];
        forget_data(index);
        if (message.operation == 0)
        {
            pool_.release(index);
            return;
        }
        message.state = outgoing_state::finished;
        message.packet_identifier = 0;
        message.error = error;
        finished_.push_back(pool_, index);
    }

    /// The message is over, and its completion is told by other means.
    void remove(std::uint32_t index) noexcept
    {
        unlink(index);
        forget_data(index);
        pool_.release(index);
    }

    /// Everything that is in flight was handed to the transport, as far as it is sent at all.
    void handed_out() noexcept
    {
        if (!in_flight_.empty()) // its order is that of the calls
        {
            handed_out_ = pool_[in_flight_.back()].sequence + 1;
        }
    }

    /// The last that was encoded for the transport, if it was never handed to it, or `no_slot`.
    [[nodiscard]] std::uint32_t last_not_handed_out() const noexcept
    {
        const std::uint32_t last = in_flight_.back();
        return last != no_slot && pool_[last].sequence >= handed_out_ ? last : no_slot;
    }

    /// A message that was sent becomes one that never was, at its place in the order of the calls.
    void send_as_new(std::uint32_t index) noexcept
    {
        unlink(index);
        outgoing_message& message = pool_[index];
        message.state = outgoing_state::waiting;
        message.packet_identifier = 0;
        message.repeated = false;
        std::uint32_t position = republished_ == no_slot ? waiting_.front() : pool_[republished_].next;
        while (position != no_slot && pool_[position].sequence < message.sequence)
        {
            position = pool_[position].next;
        }
        while (true) // usually no step at all: they come in order
        {
            const std::uint32_t before = position == no_slot ? waiting_.back() : pool_[position].previous;
            if (before == no_slot || pool_[before].sequence < message.sequence)
            {
                break;
            }
            position = before;
        }
        waiting_.insert_before(pool_, position, index);
        republished_ = index;
        count_waiting(index);
    }

    /// Begins a series of send_as_new(). (The place of the last one is where the next usually goes.)
    void begin_republishing() noexcept { republished_ = no_slot; }

    /// The session has ended, and nothing is in flight any more: sending begins anew.
    void session_ended() noexcept { handed_out_ = 0; }

    /// What was sent on the lost connection is not sent on the next one yet.
    void connection_lost() noexcept
    {
        for (std::uint32_t index = in_flight_.front(); index != no_slot; index = pool_[index].next)
        {
            pool_[index].counts = false;
        }
        for (std::uint32_t index = pubrels_.front(); index != no_slot; index = pool_[index].next)
        {
            pool_[index].counts = false;
        }
        counted_ = 0;
        counted_bytes_ = 0;
        counted_exactly_once_ = 0;
        unsent_ = no_slot;
    }

    /// The session was resumed: all that is in flight has to be sent again, from the first.
    void resume() noexcept { unsent_ = in_flight_.front(); }

    /// The next message to be sent again, or `no_slot`.
    [[nodiscard]] std::uint32_t next_unsent() const noexcept { return unsent_; }

    /// That message is being sent again.
    void sent_again() noexcept
    {
        pool_[unsent_].repeated = true;
        count(unsent_);
        unsent_ = pool_[unsent_].next;
    }

    /// The PUBREL of this message is being sent again. It counts too: there are servers that count it.
    void count(std::uint32_t index) noexcept
    {
        pool_[index].counts = true;
        ++counted_;
        counted_bytes_ += pool_[index].size();
        counted_exactly_once_ += pool_[index].qos == qos::exactly_once ? 1U : 0U;
    }

    /// How many of QoS 1 and 2 are unanswered on this connection. v5 4.9
    [[nodiscard]] std::size_t counted() const noexcept { return counted_; }

    /// The bytes of those whose payload is still held.
    [[nodiscard]] std::size_t counted_bytes() const noexcept { return counted_bytes_; }

    /// How many of them are QoS 2.
    [[nodiscard]] std::size_t counted_exactly_once() const noexcept { return counted_exactly_once_; }

    [[nodiscard]] bool holds(message_handle handle) const noexcept
    {
        return handle.generation != 0 && pool_.holds(handle.index, handle.generation);
    }

    [[nodiscard]] message_handle handle(std::uint32_t index) const noexcept { return {index, pool_.generation(index)}; }

    [[nodiscard]] outgoing_message& operator[](std::uint32_t index) noexcept { return pool_[index]; }
    [[nodiscard]] const outgoing_message& operator[](std::uint32_t index) const noexcept { return pool_[index]; }

    [[nodiscard]] const list& waiting() const noexcept { return waiting_; }
    [[nodiscard]] const list& waiting_qos_0() const noexcept { return waiting_qos_0_; }
    [[nodiscard]] const list& in_flight() const noexcept { return in_flight_; }
    [[nodiscard]] const list& pubrels() const noexcept { return pubrels_; }
    [[nodiscard]] const list& finished() const noexcept { return finished_; }

    [[nodiscard]] std::size_t waiting_messages() const noexcept { return waiting_.size() + waiting_qos_0_.size(); }
    [[nodiscard]] std::size_t waiting_bytes() const noexcept { return waiting_bytes_; }

    /// The waiting message that was published first, or `no_slot`.
    [[nodiscard]] std::uint32_t oldest_waiting() const noexcept
    {
        const std::uint32_t left = waiting_.front();
        const std::uint32_t right = waiting_qos_0_.front();
        if (left == no_slot || right == no_slot)
        {
            return left == no_slot ? right : left;
        }
        return pool_[left].sequence < pool_[right].sequence ? left : right;
    }

    /// When to look for expired messages, if any can expire.
    [[nodiscard]] std::optional<time_point> expiry_deadline() const noexcept
    {
        return next_expiry_ == time_point::max() ? std::nullopt : std::optional(next_expiry_);
    }

    /// Ends the waiting messages that have expired.
    /// \return how many.
    std::size_t expire(time_point now, std::error_code error) noexcept
    {
        if (now < next_expiry_)
        {
            return 0;
        }
        std::size_t count = 0;
        time_point earliest = time_point::max();
        for (const list* each : {&waiting_, &waiting_qos_0_})
        {
            for (std::uint32_t index = each->front(); index != no_slot;)
            {
                const std::uint32_t after = pool_[index].next;
                if (pool_[index].expires && pool_[index].expires_at <= now)
                {
                    finish(index, error);
                    ++count;
                }
                else if (pool_[index].expires)
                {
                    earliest = std::min(earliest, pool_[index].expires_at);
                }
                index = after;
            }
        }
        next_expiry_ = earliest == time_point::max() ? earliest : std::max(earliest, now + expiry_search_interval);
        return count;
    }

    void give_back(char* data, std::size_t size) noexcept { blocks_.release(data, size); }

private:
    std::uint32_t add(const outgoing_message& message) noexcept
    {
        const std::uint32_t index = pool_.take();
        pool_[index] = message;
        pool_[index].sequence = sequence_++;
        return index;
    }

    [[nodiscard]] list& waiting_list(std::uint32_t index) noexcept
    {
        return pool_[index].qos == qos::at_most_once ? waiting_qos_0_ : waiting_;
    }

    void count_waiting(std::uint32_t index) noexcept
    {
        const outgoing_message& message = pool_[index];
        waiting_bytes_ += message.size();
        if (message.expires)
        {
            next_expiry_ = std::min(next_expiry_, message.expires_at);
        }
    }

    void leave_waiting(std::uint32_t index) noexcept
    {
        waiting_list(index).remove(pool_, index);
        waiting_bytes_ -= pool_[index].size();
    }

    void enter_flight(std::uint32_t index, std::uint16_t packet_identifier) noexcept
    {
        outgoing_message& message = pool_[index];
        message.packet_identifier = packet_identifier;
        message.state =
            message.qos == qos::exactly_once ? outgoing_state::publish_qos_2 : outgoing_state::publish_qos_1;
        in_flight_.push_back(pool_, index);
        count(index);
    }

    void leave_flight(std::uint32_t index) noexcept
    {
        if (index == unsent_)
        {
            unsent_ = pool_[index].next;
        }
        in_flight_.remove(pool_, index);
    }

    void unlink(std::uint32_t index) noexcept
    {
        switch (pool_[index].state)
        {
        case outgoing_state::waiting: leave_waiting(index); break;
        case outgoing_state::publish_qos_1:
        case outgoing_state::publish_qos_2: leave_flight(index); break;
        case outgoing_state::pubrel: pubrels_.remove(pool_, index); break;
        case outgoing_state::finished: finished_.remove(pool_, index); break;
        }
        if (pool_[index].counts) // v5 4.9: PUBACK, PUBCOMP and a failing PUBREC give the quota back
        {
            pool_[index].counts = false;
            --counted_;
            counted_bytes_ -= pool_[index].size();
            counted_exactly_once_ -= pool_[index].qos == qos::exactly_once ? 1U : 0U;
        }
    }

    void forget_data(std::uint32_t index) noexcept
    {
        outgoing_message& message = pool_[index];
        blocks_.release(message.data, message.size());
        message.data = nullptr;
        message.topic_size = 0;
        message.properties_size = 0;
        message.payload_size = 0;
    }

    block_pool blocks_;
    slot_pool<outgoing_message> pool_;
    list waiting_;       ///< QoS 1 and 2, order of the calls
    list waiting_qos_0_; ///< order of the calls
    list in_flight_;     ///< order of first transmission: v5 [MQTT-4.6.0-1] v3.1.1 [MQTT-4.6.0-1]
    list pubrels_;       ///< order of the PUBRECs
    list finished_;
    std::uint32_t unsent_ = no_slot; ///< of in_flight_: this one and all behind it are not sent on this connection
    std::uint32_t republished_ = no_slot;
    std::uint64_t handed_out_ = 0; ///< a sequence: what is in flight from here on was not handed to the transport
    std::size_t counted_ = 0;
    std::size_t counted_bytes_ = 0;
    std::size_t counted_exactly_once_ = 0;
    std::size_t waiting_bytes_ = 0;
    std::uint64_t sequence_ = 0;
    time_point next_expiry_ = time_point::max();
};

} // namespace tern::session

#endif
