// SPDX-License-Identifier: BSL-1.0
//
// What waits in one subscription's stream: two rings, since messages of QoS 0 may be dropped and others may not, that
// come out as one, in the order of arrival.
//
// Layer: client, without Asio. Standard: v5 4.6, v3.1.1 4.6.
// So the oldest of QoS 0 is dropped at once, however many others are in front of it. It has no bound of its own: QoS 0
// is bounded by client_limits, QoS 1 and 2 by Receive Maximum.
#ifndef TERN_CLIENT_STREAM_QUEUE_HPP
#define TERN_CLIENT_STREAM_QUEUE_HPP

#include "tern/client/message_queue.hpp"

#include <cstddef>
#include <cstdint>
#include <utility>

namespace tern::detail
{

/// Item is default constructible, moves without throwing, and has the members `std::size_t size` and
/// `bool at_most_once`, which says that it may be dropped.
template <class Item>
class stream_queue
{
public:
    [[nodiscard]] bool empty() const noexcept { return size() == 0; }
    [[nodiscard]] std::size_t size() const noexcept { return kept_.size() + droppable_.size(); }

    /// How many of them may be dropped, and their sizes together.
    [[nodiscard]] std::size_t droppable() const noexcept { return droppable_.size(); }
    [[nodiscard]] std::size_t droppable_bytes() const noexcept { return droppable_bytes_; }

    /// Makes sure that the next push() of this kind needs no memory. Throws std::bad_alloc, with no effect then.
    void reserve_one(bool at_most_once) { (at_most_once ? droppable_ : kept_).reserve_one(); }

    /// Throws std::bad_alloc, with no effect then.
    void push(Item&& item)
    {
        const bool at_most_once = item.at_most_once;
        const std::size_t size = item.size;
        (at_most_once ? droppable_ : kept_).push(entry{next_, std::move(item)});
        droppable_bytes_ += at_most_once ? size : 0;
        ++next_;
    }

    /// Takes the oldest; there has to be one.
    [[nodiscard]] Item pop() noexcept
    {
        const bool from_droppable =
            kept_.empty() || (!droppable_.empty() && droppable_.front().number < kept_.front().number);
        return from_droppable ? drop() : std::move(kept_.pop().item);
    }

    /// Takes the oldest of those that may be dropped; there has to be one.
    [[nodiscard]] Item drop() noexcept
    {
        Item oldest = std::move(droppable_.pop().item);
        droppable_bytes_ -= oldest.size;
        return oldest;
    }

private:
    struct entry
    {
        std::uint64_t number = 0; ///< in the order of arrival
        Item item{};
    };

    message_queue<entry> kept_;
    message_queue<entry> droppable_;
    std::size_t droppable_bytes_ = 0;
    std::uint64_t next_ = 0;
};

} // namespace tern::detail

#endif
