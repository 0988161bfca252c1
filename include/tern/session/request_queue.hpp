// SPDX-License-Identifier: BSL-1.0
//
// The SUBSCRIBE and UNSUBSCRIBE requests that wait to be sent or are unanswered, in the order of the calls.
//
// Layer: session. Standard: v5 3.8 to 3.11, v3.1.1 the same.
// What is unanswered when a connection is lost goes back to be sent again: neither side keeps it in the session state.
#ifndef TERN_SESSION_REQUEST_QUEUE_HPP
#define TERN_SESSION_REQUEST_QUEUE_HPP

#include "tern/repeated_property.hpp"
#include "tern/session/slot_pool.hpp"
#include "tern/session/stored_text.hpp"
#include "tern/session/types.hpp"

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

namespace tern::session
{

enum class request_kind : std::uint8_t
{
    subscribe,   ///< by the application
    restore,     ///< the same again, after a lost session
    unsubscribe, ///< by the application
    undo,        ///< UNSUBSCRIBE for a subscribe that was cancelled after it was sent
};

enum class request_state : std::uint8_t
{
    waiting,
    sent,
    finished, ///< without an answer; its completion waits for engine::poll()
};

struct request
{
    std::uint32_t next = no_slot;
    std::uint32_t previous = no_slot;
    session::operation operation = 0;
    std::uint64_t sequence = 0;
    std::uint32_t call = no_slot; ///< the subscription; none for unsubscribe
    std::uint32_t subscription_identifier = 0;
    std::uint16_t packet_identifier = 0; ///< 0: none yet. While it waits: of the packet that a lost connection carried
    request_kind kind = request_kind::subscribe;
    request_state state = request_state::waiting;
    bool cancelled = false; ///< a subscribe that nobody wants any more, but that was sent
    /// On a connection of this session that is lost, or for another call that was given up since: the server may have it.
    bool was_sent = false;
    stored_text text;
    std::vector<std::string_view> filters; ///< of an unsubscribe or undo
    tern::user_properties user_properties{};
    std::error_code error{};
};

class request_queue
{
public:
    /// \throws std::bad_alloc nothing is changed then.
    std::uint32_t add_waiting(request&& added)
    {
        pool_.reserve();
        const std::uint32_t index = pool_.take();
        pool_[index] = std::move(added);
        waiting_.push_back(pool_, index);
        return index;
    }

    /// Makes sure that the next add_waiting() needs no memory. \throws std::bad_alloc
    void reserve() { pool_.reserve(); }

    /// It has been encoded.
    void sent(std::uint32_t index, std::uint16_t packet_identifier) noexcept
    {
        unlink(index);
        pool_[index].state = request_state::sent;
        pool_[index].packet_identifier = packet_identifier;
        sent_.push_back(pool_, index);
    }

    /// Back to the front of what waits. A packet identifier that it has stays its own.
    void wait_again(std::uint32_t index) noexcept
    {
        unlink(index);
        pool_[index].state = request_state::waiting;
        waiting_.push_front(pool_, index);
    }

    /// Over without an answer: a completion waits unless nobody does.
    void finish(std::uint32_t index, std::error_code error) noexcept
    {
        if (pool_[index].operation == 0 && pool_[index].kind != request_kind::restore)
        {
            remove(index);
            return;
        }
        unlink(index);
        pool_[index].state = request_state::finished;
        pool_[index].packet_identifier = 0;
        pool_[index].error = error;
        finished_.push_back(pool_, index);
    }

    void remove(std::uint32_t index) noexcept
    {
        unlink(index);
        pool_.release(index);
    }

    /// The request that an operation waits for, or `no_slot`.
    [[nodiscard]] std::uint32_t find(session::operation waiter) const noexcept
    {
        for (const slot_list<request>* list : {&waiting_, &sent_, &finished_})
        {
            for (std::uint32_t index = list->front(); index != no_slot; index = pool_[index].next)
            {
                if (pool_[index].operation == waiter)
                {
                    return index;
                }
            }
        }
        return no_slot;
    }

    /// The request for a subscription call, or `no_slot`.
    [[nodiscard]] std::uint32_t find_call(std::uint32_t call) const noexcept
    {
        for (const slot_list<request>* list : {&waiting_, &sent_})
        {
            for (std::uint32_t index = list->front(); index != no_slot; index = pool_[index].next)
            {
                if (pool_[index].call == call)
                {
                    return index;
                }
            }
        }
        return no_slot;
    }

    [[nodiscard]] request& operator[](std::uint32_t index) noexcept { return pool_[index]; }
    [[nodiscard]] const request& operator[](std::uint32_t index) const noexcept { return pool_[index]; }

    [[nodiscard]] const slot_list<request>& waiting() const noexcept { return waiting_; }
    [[nodiscard]] const slot_list<request>& sent() const noexcept { return sent_; }
    [[nodiscard]] const slot_list<request>& finished() const noexcept { return finished_; }

    /// Those that are not over.
    [[nodiscard]] std::size_t pending() const noexcept { return waiting_.size() + sent_.size(); }

private:
    void unlink(std::uint32_t index) noexcept
    {
        switch (pool_[index].state)
        {
        case request_state::waiting: waiting_.remove(pool_, index); break;
        case request_state::sent: sent_.remove(pool_, index); break;
        case request_state::finished: finished_.remove(pool_, index); break;
        }
    }

    slot_pool<request> pool_;
    slot_list<request> waiting_;
    slot_list<request> sent_;
    slot_list<request> finished_;
};

} // namespace tern::session

#endif
