// SPDX-License-Identifier: BSL-1.0
//
// When messages count as taken, and when reading has to pause because they are not.
//
// Layer: client. Standard: v5 3.3.4, 4.3, 4.6, 4.9; v3.1.1 4.3, 4.6.
// The session sends the acknowledgements, in the order of arrival.
#ifndef TERN_CLIENT_CLIENT_TAKING_HPP
#define TERN_CLIENT_CLIENT_TAKING_HPP

#include "tern/client/client_core.hpp"
#include "tern/linkage.hpp"
#include "tern/protocol_version.hpp"

#include <chrono>
#include <memory>
#include <new>
#include <utility>

#if TERN_BODIES

namespace tern::detail
{

/// Acknowledges when a handler has run, also if it throws.
class taking_scope
{
public:
    taking_scope(client_core& core, taking which) noexcept : core_(core), which_(which) {}
    taking_scope(const taking_scope&) = delete;
    taking_scope& operator=(const taking_scope&) = delete;

    ~taking_scope()
    {
        if (which_.needed())
        {
            core_.acknowledge(which_, reason_code::success);
        }
    }

private:
    client_core& core_;
    taking which_;
};

// --------------------------------------------------------------------------------------------------- Back-pressure

TERN_INLINE bool client_core::may_receive() const noexcept
{
    return engine_.accepts_input() && !streams_are_full();
}

/// What client_limits::maximum_received_bytes says about QoS 1 and 2. A 5.0 server keeps to Receive Maximum instead.
/// While an answer is awaited it has to be read: the application may wait for it before it takes the next message.
TERN_INLINE bool client_core::streams_are_full() const noexcept
{
    return held_.bytes >= limits_.maximum_received_bytes && connection_established_ &&
           fallback_.version() == protocol_version::v3_1_1 && !engine_.awaits_answer();
}

/// Called at the end of a turn: tells when reading pauses because messages are not taken, or because the server does
/// not read our answers, and when it goes on. True if there is something to tell.
TERN_INLINE bool client_core::watch_pause()
{
    if (dropped_untold_ != 0)
    {
        emit(messages_dropped_event{std::exchange(dropped_untold_, 0)});
    }
    if (unmatched_untold_ != 0)
    {
        emit(messages_unmatched_event{std::exchange(unmatched_untold_, 0)});
    }
    const bool paused = connection_ != nullptr && connection_established_ && !may_receive();
    if (paused == paused_since_.has_value())
    {
        return !events_.empty();
    }
    if (paused)
    {
        paused_since_ = now_;
        emit(reading_paused_event{held_.messages, held_.bytes + held_.at_most_once_bytes});
    }
    else
    {
        const auto lasted = std::chrono::duration_cast<std::chrono::milliseconds>(now_ - *paused_since_);
        paused_since_.reset();
        emit(reading_resumed_event{lasted});
    }
    engine_.pause_reading(paused, now_);
    return true;
}

// --------------------------------------------------------------------------------------------------- Acknowledging

TERN_INLINE void client_core::acknowledge(taking which, reason_code reason) noexcept
{
    try
    {
        if (runs_here())
        {
            acknowledge_here(which, reason);
            schedule_turn();
            return;
        }
        (void)gate_.post([self = shared_from_this(), which, reason] {
            self->in_turn([&] { self->acknowledge_here(which, reason); });
        });
    }
    catch (const std::bad_alloc&)
    {
        // It stays unacknowledged: the server sends it again to the next connection.
    }
}

TERN_INLINE void client_core::acknowledge_here(taking which, reason_code reason)
{
    if (stopped_)
    {
        return;
    }
    if (const auto outcome = takings_.taken(which, reason))
    {
        engine_.acknowledge(outcome->delivery, outcome->reason, now_);
    }
}

} // namespace tern::detail

#endif // TERN_BODIES

#endif
