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
    /// A connection opens: CONNECT is about to be sent.
    void open(time_point now) noexcept
    {
        last_sent_ = now;
        last_heard_ = now;
        writing_ = false;
        unwritten_ = false;
        unanswered_ = 0;
    }

    /// The connection is made; the first interval began when CONNECT was sent. `interval` 0: no PINGREQ is ever needed.
    /// `response_limit` 0: an answer is never missed.
    void start(std::chrono::seconds interval, std::chrono::milliseconds response_limit) noexcept
    {
        interval_ = interval;
        response_limit_ = std::min(response_limit, longest_limit);
        running_ = true;
    }

    void stop() noexcept
    {
        running_ = false;
        paused_ = false;
    }

    /// A buffer was handed to the transport. v5 [MQTT-3.1.2-20] v3.1.1 [MQTT-3.1.2-23]: any packet will do.
    void write_began(time_point now) noexcept
    {
        last_sent_ = now;
        writing_ = true;
    }

    /// A part of it is written. A slow link is none that is broken: what moves counts as sent.
    void write_progressed(time_point now) noexcept { last_sent_ = now; }

    /// All of it is written. The wait for the answer to a PINGREQ begins only when PINGREQ is out.
    void write_ended(time_point now) noexcept
    {
        last_sent_ = now;
        writing_ = false;
        if (unwritten_)
        {
            unwritten_ = false;
            waiting_since_ = now;
        }
    }

    /// Bytes came. PINGRESP may be behind many of them: the server is not gone. v5 3.1.2.10, v3.1.1 3.1.2.10 leave to
    /// the client what a reasonable time is.
    void heard(time_point now) noexcept { last_heard_ = now; }

    /// PINGREQ is in the buffer that leaves next.
    void pingreq_sent(time_point now) noexcept
    {
        if (unanswered_++ == 0)
        {
            waiting_since_ = now;
            unwritten_ = true;
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
        unwritten_ = false;
        return single ? std::optional<std::chrono::nanoseconds>(now - pingreq_sent_) : std::nullopt;
    }

    /// While the caller does not read, an answer cannot be missed.
    void pause(bool paused, time_point now) noexcept
    {
        if (paused_ && !paused)
        {
            last_heard_ = now;
        }
        paused_ = paused;
    }

    /// Not while a write is under way: behind it a PINGREQ would tell nothing that the write does not tell.
    [[nodiscard]] bool pingreq_due(time_point now) const noexcept
    {
        const std::optional<time_point> when = pingreq_time();
        return when && now >= *when;
    }

    /// The server is taken to be gone. v5 3.1.2.10, v3.1.1 3.1.2.10
    [[nodiscard]] bool pingresp_missing(time_point now) const noexcept
    {
        const std::optional<time_point> when = missing_time();
        return when && now >= *when;
    }

    [[nodiscard]] std::optional<time_point> deadline() const noexcept
    {
        const std::optional<time_point> due = pingreq_time();
        const std::optional<time_point> missing = missing_time();
        return due && missing ? std::min(due, missing) : due ? due : missing;
    }

private:
    /// A century: who gives milliseconds::max() means for ever, and the sums below have to fit.
    static constexpr std::chrono::milliseconds longest_limit = std::chrono::hours(100 * 365 * 24);

    [[nodiscard]] std::optional<time_point> pingreq_time() const noexcept
    {
        const bool any = running_ && interval_.count() > 0 && !writing_;
        return any ? std::optional(last_sent_ + interval_) : std::nullopt;
    }

    /// A write that does not move is as good as a PINGREQ at the end of the interval.
    [[nodiscard]] std::optional<time_point> missing_time() const noexcept
    {
        const bool asked = unanswered_ > 0;
        if (!running_ || paused_ || response_limit_.count() <= 0 || !(asked || (writing_ && interval_.count() > 0)))
        {
            return std::nullopt;
        }
        const std::chrono::seconds grace = asked && !unwritten_ ? std::chrono::seconds(0) : interval_;
        return writing_ ? std::max(last_sent_, last_heard_) + grace + response_limit_
                        : std::max(waiting_since_, last_heard_) + response_limit_;
    }

    std::chrono::seconds interval_{0};
    std::chrono::milliseconds response_limit_{0};
    time_point last_sent_{};
    time_point last_heard_{};
    time_point pingreq_sent_{};
    time_point waiting_since_{};
    std::uint32_t unanswered_ = 0;
    bool unwritten_ = false; ///< PINGREQ waits for its write
    bool writing_ = false;
    bool running_ = false;
    bool paused_ = false;
};

} // namespace tern::session

#endif
