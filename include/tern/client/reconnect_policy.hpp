// SPDX-License-Identifier: BSL-1.0
//
// Whether and when a client connects again: exponential back-off with jitter, and the refusals that are final.
//
// Layer: client, without Asio. Standard: v5 3.2.2.2, 3.14.2.1 (reason codes); how to reconnect is left to clients.
// A state machine that is told what happens and when; it owns neither clock nor timer, and its randomness comes from a
// seed, so a test can foretell every delay.
//
// The delays: a connection that lived for `stable_after` and is lost is made again at once. If that fails, or does not
// last, the next attempt waits `initial_delay`, the one after it `multiplier` times as long, and so on up to
// `maximum_delay`. Where there was no connection to lose, as while connecting for the first time, the first wait is
// `initial_delay`. Of every delay the share `jitter` is random: it lies between (1 - jitter) times the delay and the
// delay.
#ifndef TERN_CLIENT_RECONNECT_POLICY_HPP
#define TERN_CLIENT_RECONNECT_POLICY_HPP

#include "tern/error.hpp"
#include "tern/limits.hpp"
#include "tern/reason_code.hpp"

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <optional>
#include <system_error>

namespace tern
{

/// What to do after a failure.
struct reconnect_decision
{
    bool retry = false;
    std::chrono::milliseconds delay{0}; ///< before the next attempt
    std::uint32_t attempt = 0;          ///< number of the next attempt in a row, from 1; without `retry` of those made
};

class reconnect_policy
{
public:
    using time_point = std::chrono::steady_clock::time_point;

    /// The same seed gives the same delays. Values that make no sense are drawn to the nearest that does.
    explicit reconnect_policy(const reconnect_limits& limits = {}, std::uint64_t seed = 0) noexcept
        : limits_(limits), random_(seed)
    {
        limits_.initial_delay = std::max(limits_.initial_delay, std::chrono::milliseconds(0));
        limits_.maximum_delay = std::max(limits_.maximum_delay, limits_.initial_delay);
        limits_.multiplier = limits_.multiplier >= 1.0 ? limits_.multiplier : 1.0; // also if it is not a number
        limits_.jitter = limits_.jitter >= 0.0 ? std::min(limits_.jitter, 1.0) : 0.0;
    }

    /// CONNACK said success. The back-off goes on growing unless the connection lasts.
    void on_connected(time_point now) noexcept { connected_ = now; }

    /// There is a connection, and it lives for `stable_after` already.
    [[nodiscard]] bool has_lasted(time_point now) const noexcept
    {
        return connected_.has_value() && now - *connected_ >= limits_.stable_after;
    }

    /// The next number of the random sequence from which the delays are taken, too.
    [[nodiscard]] std::uint64_t draw() noexcept
    {
        random_ += 0x9E3779B97F4A7C15U; // SplitMix64: enough to spread clients, and the same everywhere
        std::uint64_t bits = random_;
        bits = (bits ^ (bits >> 30U)) * 0xBF58476D1CE4E5B9U;
        bits = (bits ^ (bits >> 27U)) * 0x94D049BB133111EBU;
        return bits ^ (bits >> 31U);
    }

    /// An attempt to connect failed, or the connection was lost, with `error`; `final` if no further try can help.
    [[nodiscard]] reconnect_decision on_failure(const std::error_code& error, bool final, time_point now) noexcept
    {
        const bool was_connected = connected_.has_value();
        const bool stable = has_lasted(now);
        if (stable)
        {
            attempts_ = 0;
            step_ = 0;
        }
        else if (!was_connected && step_ == 0)
        {
            step_ = 1;
        }
        if (was_connected)
        {
            count_rejection(error, stable);
        }
        connected_.reset();
        const bool rejected = limits_.maximum_rejections != 0 && rejections_ >= limits_.maximum_rejections;
        if (!limits_.enabled || final || (was_connected && rejected) ||
            (limits_.maximum_attempts != 0 && attempts_ >= limits_.maximum_attempts))
        {
            return {false, std::chrono::milliseconds(0), attempts_};
        }
        attempts_ += attempts_ < 0xFFFFFFFF ? 1U : 0U;
        return {true, next_delay(), attempts_};
    }

    /// The same where `error` alone tells whether it is final.
    [[nodiscard]] reconnect_decision on_failure(const std::error_code& error, time_point now) noexcept
    {
        return on_failure(error, is_final(error, connected_.has_value()), now);
    }

    /// Forgets what happened, for a new connect by the application. The random sequence goes on.
    void reset() noexcept
    {
        connected_.reset();
        attempts_ = 0;
        step_ = 0;
        rejections_ = 0;
    }

    /// True if another try cannot help: the server refuses this client for good, says that the client broke the rules,
    /// or the client found its own request illegal. `was_connected` tells a DISCONNECT, where only what is about the
    /// client as a whole is final, from a CONNACK.
    [[nodiscard]] static bool is_final(const std::error_code& error, bool was_connected = false) noexcept
    {
        if (error.category() != reason_code_category())
        {
            return error == error_kind::usage || error == error_kind::refused;
        }
        if (!was_connected)
        {
            return error == error_kind::usage || error == error_kind::refused;
        }
        switch (static_cast<reason_code>(error.value()))
        {
        case reason_code::session_taken_over: // another client has this identifier: both would fight for ever
        case reason_code::banned:
        case reason_code::server_moved: return true; // v5 4.11: for good, to another server
        default: return false;                       // the next CONNACK tells if the client is not wanted
        }
    }

private:
    /// A server that ends one short connection after the other, because of what the client sends or is, will not change
    /// its mind: what it objects to is sent to it again.
    void count_rejection(const std::error_code& error, bool stable) noexcept
    {
        const bool rejected =
            error.category() == reason_code_category() && (error == error_kind::usage || error == error_kind::refused);
        if (!rejected || stable || error != rejection_)
        {
            rejections_ = 0;
        }
        rejection_ = error;
        rejections_ += rejected && !stable ? 1U : 0U;
    }

    std::chrono::milliseconds next_delay() noexcept
    {
        if (step_ == 0)
        {
            step_ = 1;
            return std::chrono::milliseconds(0);
        }
        if (step_ == 1)
        {
            step_ = 2;
            delay_ = static_cast<double>(limits_.initial_delay.count());
        }
        else
        {
            delay_ *= limits_.multiplier;
        }
        delay_ = std::min(delay_, static_cast<double>(limits_.maximum_delay.count()));
        const double whole = delay_ * (1.0 - limits_.jitter * unit_random());
        return std::chrono::milliseconds(static_cast<std::chrono::milliseconds::rep>(whole));
    }

    /// In [0, 1).
    double unit_random() noexcept { return static_cast<double>(draw() >> 11U) * 0x1.0p-53; }

    reconnect_limits limits_;
    std::uint64_t random_;
    std::optional<time_point> connected_{};
    double delay_ = 0;             ///< of the last step, in milliseconds, before jitter
    std::error_code rejection_{};  ///< how the last connection ended
    std::uint32_t attempts_ = 0;   ///< granted in a row
    std::uint32_t rejections_ = 0; ///< short connections in a row that ended with it
    std::uint8_t step_ = 0;        ///< 0: at once, 1: the initial delay, 2: growing
};

} // namespace tern

#endif
