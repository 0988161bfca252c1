// SPDX-License-Identifier: BSL-1.0
//
// A client and a broker that live on an executor which other threads run, as in a program with several threads.
#ifndef TERN_TESTS_THREAD_HOME_HPP
#define TERN_TESTS_THREAD_HOME_HPP

#include "support/catch.hpp"
#include "support/memory_client.hpp"

#include <asio/any_io_executor.hpp>
#include <asio/executor_work_guard.hpp>
#include <asio/io_context.hpp>
#include <asio/post.hpp>
#include <asio/strand.hpp>
#include <asio/thread_pool.hpp>
#include <asio/use_future.hpp>

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <future>
#include <mutex>
#include <optional>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

namespace tern_test
{

/// How long anything may take before a test fails; a sanitizer on a busy machine is slow.
inline constexpr std::chrono::seconds patience{60};

/// Counts down to zero, from any thread.
class countdown
{
public:
    explicit countdown(std::size_t count) : left_(count) {}

    void arrive()
    {
        const std::lock_guard lock(mutex_);
        if (left_ == 0)
        {
            ++too_many_;
        }
        else
        {
            --left_;
        }
        changed_.notify_all();
    }

    /// False if it has not got there in time.
    [[nodiscard]] bool wait()
    {
        std::unique_lock lock(mutex_);
        return changed_.wait_for(lock, patience, [this] { return left_ == 0; });
    }

    [[nodiscard]] std::size_t too_many()
    {
        const std::lock_guard lock(mutex_);
        return too_many_;
    }

private:
    std::mutex mutex_;
    std::condition_variable changed_;
    std::size_t left_;
    std::size_t too_many_ = 0;
};

/// No limit of time that a busy machine could reach.
inline tern::client_limits patient_limits()
{
    tern::client_limits limits = quick_limits();
    limits.connect_attempt = patience;
    limits.shutdown = std::chrono::milliseconds(0);
    return limits;
}

/// The kinds of executors that a client can live on.
enum class residence
{
    context,        ///< an io_context that one thread runs
    context_strand, ///< a strand over an io_context that three threads run
    any_strand,     ///< the same, type-erased before the strand was made
    pool,           ///< a thread_pool of one thread
    pool_strand,    ///< a strand over a thread_pool of three threads
};

class home
{
public:
    explicit home(residence where, const tern::client_limits& limits = patient_limits())
    {
        const bool many = where != residence::context && where != residence::pool;
        if (where == residence::pool || where == residence::pool_strand)
        {
            pool_.emplace(many ? 3U : 1U);
            executor_ = many ? asio::any_io_executor(asio::make_strand(pool_->get_executor()))
                             : asio::any_io_executor(pool_->get_executor());
        }
        else
        {
            context_.emplace();
            work_.emplace(context_->get_executor());
            if (where == residence::any_strand)
            {
                executor_ = asio::make_strand(asio::any_io_executor(context_->get_executor()));
            }
            else
            {
                executor_ = many ? asio::any_io_executor(asio::make_strand(*context_))
                                 : asio::any_io_executor(context_->get_executor());
            }
            for (int i = 0; i < (many ? 3 : 1); ++i)
            {
                threads_.emplace_back([this] { context_->run(); });
            }
        }
        run([&] {
            broker.emplace(executor_);
            client.emplace(executor_, limits);
        });
    }

    home(const home&) = delete;
    home& operator=(const home&) = delete;

    ~home()
    {
        destroy_client();
        run([this] { broker.reset(); });
        work_.reset();
        for (std::thread& each : threads_)
        {
            each.join();
        }
        if (pool_)
        {
            pool_->join();
        }
    }

    [[nodiscard]] const asio::any_io_executor& executor() const { return executor_; }

    /// Runs `function` on the client's executor and waits for its end.
    template <class Function>
    void run(Function function)
    {
        std::promise<void> done;
        asio::post(executor_, [&] {
            function();
            done.set_value();
        });
        done.get_future().wait();
    }

    void destroy_client()
    {
        run([this] { client.reset(); });
    }

    std::optional<memory_broker> broker;
    std::optional<memory_client> client;

private:
    std::optional<asio::io_context> context_;
    std::optional<asio::thread_pool> pool_;
    std::optional<asio::executor_work_guard<asio::io_context::executor_type>> work_;
    asio::any_io_executor executor_;
    std::vector<std::thread> threads_;
};

/// The value of a future, or an error if it does not come.
template <class Value>
[[nodiscard]] Value within_patience(std::future<Value> future)
{
    if (future.wait_for(patience) != std::future_status::ready)
    {
        throw std::system_error(std::make_error_code(std::errc::timed_out), "a future");
    }
    return future.get();
}

/// Each kind in turn.
inline residence anywhere()
{
    return GENERATE(residence::context, residence::context_strand, residence::any_strand, residence::pool,
                    residence::pool_strand);
}

inline void connect(home& h)
{
    const auto result = within_patience(
        h.client->async_connect("mqtt://broker", tern::connect_options{.client_id = "threads"}, asio::use_future));
    REQUIRE(result.reason == tern::reason_code::success);
}

} // namespace tern_test

#endif
