// SPDX-License-Identifier: BSL-1.0

#include "tern/client/home_executor.hpp"

#include "support/catch.hpp"

#include <asio/io_context.hpp>
#include <asio/post.hpp>
#include <asio/strand.hpp>
#include <asio/thread_pool.hpp>

#include <thread>

using tern::detail::home_executor;

TEST_CASE("an executor of an io_context and strands know whether they run here")
{
    asio::io_context context;
    asio::any_io_executor executor = context.get_executor();
    switch (GENERATE(0, 1, 2))
    {
    case 0: break;
    case 1: executor = asio::make_strand(context); break;
    default: executor = asio::strand<asio::any_io_executor>(executor); break;
    }
    const home_executor home(executor);
    CHECK_FALSE(home.runs_here());
    bool inside = false;
    bool elsewhere = true;
    asio::post(executor, [&] {
        inside = home.runs_here();
        std::thread([&] { elsewhere = home.runs_here(); }).join();
    });
    context.poll();
    CHECK(inside);
    CHECK_FALSE(elsewhere);
    CHECK_FALSE(home.runs_here());
}

TEST_CASE("with another executor the client's own callbacks leave a mark")
{
    asio::thread_pool pool(1);
    home_executor home(pool.get_executor());
    CHECK_FALSE(home.runs_here());
    {
        const home_executor::scope outer(home);
        CHECK(home.runs_here());
        {
            const home_executor::scope inner(home);
            CHECK(home.runs_here());
        }
        CHECK(home.runs_here());
        bool elsewhere = true;
        std::thread([&] { elsewhere = home.runs_here(); }).join();
        CHECK_FALSE(elsewhere);
    }
    CHECK_FALSE(home.runs_here());
}
