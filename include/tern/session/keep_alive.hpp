// SPDX-License-Identifier: BSL-1.0
//
// When a PINGREQ is due, and when its answer is missing for too long.
//
// Layer: session. Standard: v5 3.1.2.10, 3.12, v3.1.1 the same.
// No timer runs per message: the deadline follows from the time of the last transmission when it is asked for.
#ifndef TERN_SESSION_KEEP_ALIVE_HPP
#define TERN_SESSION_KEEP_ALIVE_HPP

#include "tern/session/types.hpp"

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <optional>

namespace tern::session
{

class keep_alive
{
public:
    /// The connection is made; the first interval began when CONNECT was sent. `interval` 0: no PINGREQ is ever needed.
    /// `response_limit` 0: an answer is never missed.
    void start(std::chrono::seconds interval, std::chrono::milliseconds response_limit) noexcept
    {
        interval_ = interval;
        response_limit_ = response_limit;
        unanswered_ = 0;
        running_ = true;
    }

    void stop() noexcept
    {
        running_ = false;
        paused_ = false;
    }

    /// Something was handed to the transport. v5 [MQTT-3.1.2-20] v3.1.1 [MQTT-3.1.2-23]: any packet will do.
    void sent(time_point now) noexcept { last_sent_ = now; }

    void pingreq_sent(time_point now) noexcept
    {
        if (unanswered_++ == 0)
        {
            waiting_since_ = now;
        }
        pingreq_sent_ = now;
        last_sent_ = now;
    }

    /// \return the round trip, if it can be told: with two PINGREQ on their way it cannot. One PINGRESP too many is
    /// tolerated.
    std::optional<std::chrono::nanoseconds> pingresp_received(time_point now) noexcept
    {
        const bool single = unanswered_ == 1;
        unanswered_ = 0;
        return single ? std::optional<std::chrono::nanoseconds>(now - pingreq_sent_) : std::nullopt;
    }

    /// While the caller does not read, an answer cannot be missed.
    void pause(bool paused, time_point now) noexcept
    {
        if (paused_ && !paused)
        {
            waiting_since_ = now;
        }
        paused_ = paused;
    }

    [[nodiscard]] bool pingreq_due(time_point now) const noexcept
    {
        return running_ && interval_.count() > 0 && now >= last_sent_ + interval_;
    }

    /// The server is taken to be gone. v5 3.1.2.10, v3.1.1 3.1.2.10
    [[nodiscard]] bool pingresp_missing(time_point now) const noexcept
    {
        return response_awaited() && now >= waiting_since_ + response_limit_;
    }

    [[nodiscard]] std::optional<time_point> deadline() const noexcept
    {
        if (!running_ || interval_.count() == 0)
        {
            return response_awaited() ? std::optional(waiting_since_ + response_limit_) : std::nullopt;
        }
        const time_point due = last_sent_ + interval_;
        return response_awaited() ? std::min<time_point>(due, waiting_since_ + response_limit_) : due;
    }

private:
    [[nodiscard]] bool response_awaited() const noexcept
    {
        return running_ && unanswered_ > 0 && !paused_ && response_limit_.count() > 0;
    }

    std::chrono::seconds interval_{0};
    std::chrono::milliseconds response_limit_{0};
    time_point last_sent_{};
    time_point pingreq_sent_{};
    time_point waiting_since_{};
    std::uint32_t unanswered_ = 0;
    bool running_ = false;
    bool paused_ = false;
};

} // namespace tern::session

#endif
