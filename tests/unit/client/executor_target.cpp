// SPDX-License-Identifier: BSL-1.0
#include "tern/client/executor_target.hpp"

#include "support/catch.hpp"

#include <asio/io_context.hpp>
#include <asio/strand.hpp>
#include <asio/thread_pool.hpp>

namespace
{

using tern::detail::executor_target;
using context_executor = asio::io_context::executor_type;
using strand = asio::strand<context_executor>;

} // namespace

TEST_CASE("an executor is found under its own type", "[executor_target]")
{
    asio::io_context context;
    const auto serial = asio::make_strand(context);
    const asio::any_io_executor plain(context.get_executor());
    const asio::any_io_executor wrapped(serial);
    REQUIRE(executor_target<context_executor>(plain) != nullptr);
    CHECK(*executor_target<context_executor>(plain) == context.get_executor());
    REQUIRE(executor_target<strand>(wrapped) != nullptr);
    CHECK(*executor_target<strand>(wrapped) == serial);
}

TEST_CASE("under any other type there is none", "[executor_target]")
{
    asio::io_context context;
    asio::thread_pool pool(1);
    const asio::any_io_executor plain(context.get_executor());
    const asio::any_io_executor wrapped(asio::make_strand(context));
    const asio::any_io_executor other(pool.get_executor());
    CHECK(executor_target<strand>(plain) == nullptr);
    CHECK(executor_target<context_executor>(wrapped) == nullptr);
    CHECK(executor_target<context_executor>(other) == nullptr);
    CHECK(executor_target<asio::strand<asio::any_io_executor>>(wrapped) == nullptr);
    CHECK(executor_target<context_executor>(asio::any_io_executor()) == nullptr);
}
