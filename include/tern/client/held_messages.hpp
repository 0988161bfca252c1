// SPDX-License-Identifier: BSL-1.0
//
// Received messages on their way to who takes them, and how much of them a client holds.
//
// Layer: client, without Asio. Standard: v5 4.3, 4.9; v3.1.1 4.3.
// It counts and carries; whether reading pauses because of it is client_taking.hpp's matter.
#ifndef TERN_CLIENT_HELD_MESSAGES_HPP
#define TERN_CLIENT_HELD_MESSAGES_HPP

#include "tern/client/consumer.hpp"
#include "tern/client/message.hpp"
#include "tern/client/takings.hpp"
#include "tern/session/types.hpp"

#include <cstddef>
#include <memory>

namespace tern::detail
{

/// What is held in streams, or waits for a subscription, against the bounds in client_limits.
struct held_figures
{
    std::size_t messages = 0;
    std::size_t bytes = 0;              ///< QoS 1 and 2
    std::size_t at_most_once_bytes = 0; ///< QoS 0

    void add(std::size_t size, bool at_most_once) noexcept
    {
        ++messages;
        (at_most_once ? at_most_once_bytes : bytes) += size;
    }

    void remove(std::size_t size, bool at_most_once) noexcept
    {
        --messages;
        (at_most_once ? at_most_once_bytes : bytes) -= size;
    }
};

/// One message for one subscription.
struct addressed_message
{
    consumer* target = nullptr; ///< lives until the end of the turn
    taking which{};
    queued_message copy{}; ///< made already if the target is a stream
};

/// One that did not come to its subscription, because the handler of another one threw.
struct interrupted_message
{
    std::shared_ptr<consumer> target;
    taking which{};
    queued_message copy{};
    std::shared_ptr<const message> source{};
};

/// One of a resumed session that waits for a subscription.
struct waiting_message
{
    message kept{};
    taking which{};
    session::time_point until{};
};

} // namespace tern::detail

#endif
