// SPDX-License-Identifier: BSL-1.0
#include "tern/client/home_executor.hpp"

#include "support/catch.hpp"

#include <asio/any_io_executor.hpp>
#include <asio/execution/outstanding_work.hpp>
#include <asio/io_context.hpp>
#include <asio/post.hpp>
#include <asio/require.hpp>
#include <asio/strand.hpp>
#include <asio/thread_pool.hpp>

#include <thread>

namespace
{

using tern::detail::home_executor;

/// What runs_here() says in a function that `executor` runs.
bool inside(asio::io_context& context, const asio::any_io_executor& executor, const home_executor& home)
{
    bool answer = false;
    asio::post(executor, [&] { answer = home.runs_here(); });
    context.restart();
    context.run();
    return answer;
}

} // namespace

TEST_CASE("the executor of a context knows whether it runs in this thread", "[home_executor]")
{
    asio::io_context context;
    const home_executor home{asio::any_io_executor(context.get_executor())};
    CHECK(home.get() == asio::any_io_executor(context.get_executor()));
    CHECK_FALSE(home.runs_here());
    CHECK(inside(context, context.get_executor(), home));
    asio::io_context other;
    CHECK_FALSE(inside(other, other.get_executor(), home));

    bool elsewhere = true;
    asio::post(context, [&] { std::thread([&] { elsewhere = home.runs_here(); }).join(); });
    context.restart();
    context.run();
    CHECK_FALSE(elsewhere);
}

TEST_CASE("an executor that keeps its context busy is one of a context", "[home_executor]")
{
    asio::io_context context;
    const auto make = [&context] {
        return asio::any_io_executor(asio::require(context.get_executor(), asio::execution::outstanding_work.tracked));
    };
    const asio::any_io_executor plain(context.get_executor());
    bool answer = false;
    {
        const home_executor home(make());
        asio::post(plain, [&] { answer = home.runs_here(); });
        context.poll();
        CHECK_FALSE(home.runs_here());
    }
    CHECK(answer);
}

TEST_CASE("on a strand, its context alone is not enough", "[home_executor]")
{
    asio::io_context context;
    const auto strand = asio::make_strand(context);
    const home_executor home{asio::any_io_executor(strand)};
    CHECK(inside(context, strand, home));
    CHECK_FALSE(inside(context, context.get_executor(), home));
    CHECK_FALSE(inside(context, asio::make_strand(context), home));

    const auto any_strand = asio::make_strand(asio::any_io_executor(context.get_executor()));
    const home_executor same{asio::any_io_executor(any_strand)};
    CHECK(inside(context, any_strand, same));
    CHECK_FALSE(inside(context, context.get_executor(), same));
    CHECK_FALSE(same.runs_here());
}

TEST_CASE("any other executor counts only within the client's own callbacks, in their thread", "[home_executor]")
{
    asio::thread_pool pool(1);
    home_executor home{asio::any_io_executor(pool.get_executor())};
    CHECK_FALSE(home.runs_here());
    bool before = true;
    bool within = false;
    bool nested = false;
    bool elsewhere = true;
    bool after = true;
    asio::post(pool, [&] {
        before = home.runs_here();
        {
            const home_executor::scope mark(home);
            within = home.runs_here();
            {
                const home_executor::scope inner(home);
            }
            nested = home.runs_here();
            std::thread([&] { elsewhere = home.runs_here(); }).join();
        }
        after = home.runs_here();
    });
    pool.join();
    CHECK_FALSE(before);
    CHECK(within);
    CHECK(nested);
    CHECK_FALSE(elsewhere);
    CHECK_FALSE(after);
}
