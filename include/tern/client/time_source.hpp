// SPDX-License-Identifier: BSL-1.0
//
// Where a client's time and chance come from when it is not the system: an optional service of the execution context,
// which tests/simulation and other tests put there (testing/virtual_clock.hpp).
//
// Layer: client. Standard: none.
// It is looked for once, when a client is made, and usually is not there: then a turn pays one comparison with a null
// pointer. It is no interface for programs: what they want to limit in time is in limits.hpp.
#ifndef TERN_CLIENT_TIME_SOURCE_HPP
#define TERN_CLIENT_TIME_SOURCE_HPP

#include "tern/client/unique_handler.hpp"

#include <asio/any_io_executor.hpp>
#include <asio/execution/context.hpp>
#include <asio/execution_context.hpp>
#include <asio/query.hpp>

#include <chrono>
#include <cstdint>
#include <system_error>

namespace tern::detail
{

/// Tells the time, wakes who waits, and says where random sequences begin. Used by one thread.
class time_source
{
public:
    using time_point = std::chrono::steady_clock::time_point;
    using wait_handler = unique_handler<void(std::error_code)>;

    /// Names a wait; zero names none.
    using wait_number = std::uint64_t;

    time_source() = default;
    time_source(const time_source&) = delete;
    time_source& operator=(const time_source&) = delete;

    /// Never goes back.
    [[nodiscard]] virtual time_point now() const noexcept = 0;

    /// Where a random sequence begins; another one for each call.
    [[nodiscard]] virtual std::uint64_t next_seed() noexcept = 0;

    /// Posts `handler` to `executor` when `until` has come.
    [[nodiscard]] virtual wait_number start_wait(time_point until, const asio::any_io_executor& executor,
                                                 wait_handler handler) = 0;

    /// Ends a wait with operation_aborted, by post, if it has not come to its end.
    virtual void cancel_wait(wait_number number) = 0;

    /// The source of the executor's context, or null: the system's time.
    [[nodiscard]] static time_source* find(const asio::any_io_executor& executor);

protected:
    ~time_source() = default;
};

/// The place in an execution context where a source of time is put.
class time_source_place final : public asio::execution_context::service
{
public:
    using key_type = time_source_place;
    static inline asio::execution_context::id id;

    explicit time_source_place(asio::execution_context& context) : asio::execution_context::service(context) {}

    /// Has an effect on what is made afterwards.
    void put(time_source* source) noexcept { source_ = source; }

    [[nodiscard]] time_source* source() const noexcept { return source_; }

private:
    void shutdown() override {}

    time_source* source_ = nullptr;
};

inline time_source* time_source::find(const asio::any_io_executor& executor)
{
    asio::execution_context& context = asio::query(executor, asio::execution::context);
    return asio::has_service<time_source_place>(context) ? asio::use_service<time_source_place>(context).source()
                                                         : nullptr;
}

} // namespace tern::detail

#endif
