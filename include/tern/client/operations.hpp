// SPDX-License-Identifier: BSL-1.0
//
// The operations that wait for an answer: slots with a generation, so that the session refers to an operation by a
// number and never sees a handler, and a number that is kept too long finds nothing.
//
// Layer: client. Standard: none.
// How many there are is bounded by the session, whose queues hold what they wait for.
#ifndef TERN_CLIENT_OPERATIONS_HPP
#define TERN_CLIENT_OPERATIONS_HPP

#include "tern/client/deadlines.hpp"
#include "tern/client/results.hpp"
#include "tern/client/unique_handler.hpp"
#include "tern/session/types.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <system_error>
#include <utility>
#include <variant>
#include <vector>

namespace tern
{

class subscription;

namespace detail
{

class consumer;

using connect_handler = unique_handler<void(std::error_code, connect_result)>;
using plain_handler = unique_handler<void(std::error_code)>;
using publish_handler = unique_handler<void(std::error_code, publish_result)>;
using subscribe_handler = unique_handler<void(std::error_code, subscription)>;
using ready_handler = unique_handler<void(std::error_code, subscribe_result)>;
using unsubscribe_handler = unique_handler<void(std::error_code, unsubscribe_result)>;

/// Connects an operation that is on its way to the executor with its cancellation.
struct cancellation_ticket
{
    session::operation number = 0;
    bool cancelled = false; ///< before it had a number
};

/// The numbers of the operations of which there is one at a time; no slot has such a low number.
enum class single_operation : std::uint8_t
{
    connect = 1,
    disconnect = 2,
    re_authenticate = 3,
};

/// `generation` tells one from the next of its kind.
[[nodiscard]] constexpr session::operation number_of(single_operation kind, std::uint32_t generation) noexcept
{
    return (generation & 0x3FFFFFFFU) << 2 | static_cast<std::uint32_t>(kind);
}

/// What has ended and is to be completed when the events up to then are told.
struct finished_connect
{
    connect_handler handler;
    std::error_code error;
    connect_result result;
};

struct finished_plain
{
    plain_handler handler;
    std::error_code error;
};

/// A publish that is not done.
struct publish_operation
{
    publish_handler handler;
    session::message_handle message{};
    deadline_heap::position deadline = deadline_heap::none;
};

/// A subscribe, an unsubscribe, or a wait for the answer to a subscribe, that is not done.
struct request_operation
{
    /// Nobody: a subscription that was opened by a plain function, or an end that nobody waits for.
    std::variant<std::monostate, subscribe_handler, ready_handler, unsubscribe_handler> handler;
    std::shared_ptr<consumer> target;
    deadline_heap::position deadline = deadline_heap::none;
};

/// Slots of one type. The numbers of two tables differ by `Tag`, their top bit.
template <class Operation, std::uint64_t Tag>
class slot_table
{
public:
    /// Throws std::bad_alloc, with no effect then; `operation` is not moved from.
    session::operation add(Operation&& operation)
    {
        if (free_ == none)
        {
            slots_.emplace_back();
            free_ = static_cast<std::uint32_t>(slots_.size() - 1);
        }
        const std::uint32_t index = free_;
        slot& place = slots_[index];
        free_ = place.next;
        place.next = used;
        place.operation = std::move(operation);
        ++size_;
        return number(index, place.generation);
    }

    /// The operation with this number, or null if it is done. Valid until the next add().
    [[nodiscard]] Operation* find(session::operation number) noexcept
    {
        const auto index = static_cast<std::uint32_t>(number & 0xFFFFFFFF);
        if (index >= slots_.size())
        {
            return nullptr;
        }
        slot& place = slots_[index];
        return place.next == used && (number >> 32 & generation_mask) == place.generation ? &place.operation : nullptr;
    }

    /// Takes the operation out; the slot is free again. It has to be there.
    [[nodiscard]] Operation take(session::operation number) noexcept
    {
        const auto index = static_cast<std::uint32_t>(number & 0xFFFFFFFF);
        slot& place = slots_[index];
        Operation taken = std::move(place.operation);
        place.operation = Operation{};
        place.generation = place.generation == generation_mask ? 1 : place.generation + 1;
        place.next = std::exchange(free_, index);
        --size_;
        return taken;
    }

    /// The number of the first operation at or behind the place `from`, 0 if there is none: for taking them all.
    [[nodiscard]] session::operation any(std::size_t& from) const noexcept
    {
        for (; size_ != 0 && from < slots_.size(); ++from)
        {
            if (slots_[from].next == used)
            {
                return number(static_cast<std::uint32_t>(from), slots_[from].generation);
            }
        }
        return 0;
    }

    [[nodiscard]] std::size_t size() const noexcept { return size_; }

private:
    static constexpr std::uint32_t generation_mask = 0x7FFFFFFF;
    static constexpr std::uint32_t none = 0xFFFFFFFF;
    static constexpr std::uint32_t used = 0xFFFFFFFE;

    struct slot
    {
        Operation operation{};
        std::uint32_t generation = 1;
        std::uint32_t next = none;
    };

    static session::operation number(std::uint32_t index, std::uint32_t generation) noexcept
    {
        return Tag << 63 | std::uint64_t{generation} << 32 | index;
    }

    std::vector<slot> slots_;
    std::uint32_t free_ = none;
    std::size_t size_ = 0;
};

/// All operations of a client with their time limits.
class operation_tables final : private deadline_heap::places
{
public:
    operation_tables() : deadlines_(*this) {}
    operation_tables(const operation_tables&) = delete;
    operation_tables& operator=(const operation_tables&) = delete;

    [[nodiscard]] static bool is_request(session::operation number) noexcept { return number >> 63 != 0; }

    slot_table<publish_operation, 0> publishes;
    slot_table<request_operation, 1> requests;

    [[nodiscard]] std::size_t size() const noexcept { return publishes.size() + requests.size(); }

    /// The operation ends at `when` if it is not done before. Throws std::bad_alloc.
    void limit(session::operation number, session::time_point when) { deadlines_.add(number, when); }

    /// Takes the operation out, if it is still there, and its limit.
    [[nodiscard]] publish_operation take_publish(session::operation number) noexcept
    {
        publish_operation* const found = publishes.find(number);
        if (found == nullptr)
        {
            return {};
        }
        if (found->deadline != deadline_heap::none)
        {
            deadlines_.remove(found->deadline);
        }
        return publishes.take(number);
    }

    [[nodiscard]] request_operation take_request(session::operation number) noexcept
    {
        request_operation* const found = requests.find(number);
        if (found == nullptr)
        {
            return {};
        }
        if (found->deadline != deadline_heap::none)
        {
            deadlines_.remove(found->deadline);
        }
        return requests.take(number);
    }

    [[nodiscard]] std::optional<session::time_point> deadline() const noexcept { return deadlines_.earliest(); }

    /// An operation whose time has come; it stays where it is.
    [[nodiscard]] std::optional<session::operation> expired(session::time_point now) noexcept
    {
        return deadlines_.pop(now);
    }

private:
    void moved(std::uint64_t key, deadline_heap::position now) noexcept override
    {
        if (is_request(key))
        {
            if (request_operation* const found = requests.find(key); found != nullptr)
            {
                found->deadline = now;
            }
        }
        else if (publish_operation* const found = publishes.find(key); found != nullptr)
        {
            found->deadline = now;
        }
    }

    deadline_heap deadlines_;
};

} // namespace detail

} // namespace tern

#endif
