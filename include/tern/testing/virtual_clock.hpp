// SPDX-License-Identifier: BSL-1.0
//
// A clock that stands still until a test moves it: clients, brokers and links that are made on its execution context
// afterwards take their time from it, so that hours pass in an instant and every run is the same.
//
// Layer: testing, on Asio. Standard: none.
// It also gives where random sequences begin. For one thread. Waits don't keep the context at work: the test asks
// next() what they are waiting for.
//
//     asio::io_context context;
//     auto& clock = tern::testing::virtual_clock::of(context);   // before the first client and broker
//     clock.run(context, [&] { return done; });                  // passes the time as long as something waits for it
#ifndef TERN_TESTING_VIRTUAL_CLOCK_HPP
#define TERN_TESTING_VIRTUAL_CLOCK_HPP

#include "tern/client/time_source.hpp"

#include <asio/any_io_executor.hpp>
#include <asio/error.hpp>
#include <asio/execution_context.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <utility>

namespace tern::testing
{

/// A service of an execution context.
class virtual_clock final : public asio::execution_context::service, private detail::time_source
{
public:
    using key_type = virtual_clock;
    using time_point = std::chrono::steady_clock::time_point;
    static inline asio::execution_context::id id;

    explicit virtual_clock(asio::execution_context& context) : asio::execution_context::service(context)
    {
        asio::use_service<detail::time_source_place>(context).put(this);
    }

    /// The clock of a context; it is made when it is asked for first, and begins at the same time in every run.
    [[nodiscard]] static virtual_clock& of(asio::execution_context& context)
    {
        return asio::use_service<virtual_clock>(context);
    }

    [[nodiscard]] time_point now() const noexcept override { return now_; }

    /// Where the random sequences of what is made from now on begin.
    void seed(std::uint64_t value) noexcept { seed_ = value; }

    /// The earliest time that something waits for.
    [[nodiscard]] std::optional<time_point> next() const noexcept
    {
        return waits_.empty() ? std::nullopt : std::optional(waits_.begin()->first.first);
    }

    /// How many waits there are.
    [[nodiscard]] std::size_t waits() const noexcept { return waits_.size(); }

    /// Moves to `when`, unless that is past already, and posts the handlers of the waits that have come to their end,
    /// in the order of their times.
    void advance_to(time_point when)
    {
        now_ = when > now_ ? when : now_;
        while (!waits_.empty() && waits_.begin()->first.first <= now_)
        {
            finish(waits_.begin(), {});
        }
    }

    void advance(time_point::duration by) { advance_to(now_ + by); }

    /// Runs what is ready in `context` and moves on to the next wait, until `done` says so or nothing waits any more,
    /// or the next wait is later than `limit`. \return what `done` says at the end.
    template <class Context, class Done>
    bool run(Context& context, Done done, time_point limit = time_point::max())
    {
        for (;;)
        {
            context.restart();
            while (!done())
            {
                if (context.poll_one() == 0)
                {
                    break;
                }
            }
            const std::optional<time_point> when = next();
            if (done() || !when || *when > limit)
            {
                return done();
            }
            advance_to(*when);
        }
    }

private:
    using key = std::pair<time_point, wait_number>; // of two at the same time the one that began first
    struct wait
    {
        asio::any_io_executor executor;
        wait_handler handler;
    };
    using wait_map = std::map<key, wait>;

    [[nodiscard]] std::uint64_t next_seed() noexcept override
    {
        seed_ += 0x9E3779B97F4A7C15U; // who takes it scrambles it
        return seed_;
    }

    [[nodiscard]] wait_number start_wait(time_point until, const asio::any_io_executor& executor,
                                         wait_handler handler) override
    {
        const wait_number number = ++last_;
        times_.emplace(number, until);
        waits_.emplace(key(until, number), wait{executor, std::move(handler)});
        return number;
    }

    void cancel_wait(wait_number number) override
    {
        if (const auto found = times_.find(number); found != times_.end())
        {
            finish(waits_.find(key(found->second, number)), asio::error::operation_aborted);
        }
    }

    void finish(wait_map::iterator which, std::error_code error)
    {
        times_.erase(which->first.second);
        auto ended = waits_.extract(which);
        ended.mapped().handler.post(ended.mapped().executor, error);
    }

    // Destroying a handler may cancel other waits.
    void shutdown() override
    {
        times_.clear();
        const wait_map destroyed = std::exchange(waits_, {});
    }

    time_point now_{std::chrono::hours(24)}; // so that nothing is before the clock's beginning
    std::uint64_t seed_ = 0;
    wait_number last_ = 0;
    wait_map waits_;
    std::map<wait_number, time_point> times_; ///< of each wait, to find it by its number
};

} // namespace tern::testing

#endif
