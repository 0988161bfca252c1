// SPDX-License-Identifier: BSL-1.0

#include "tern/client/subscription_handle.hpp"

#include "support/catch.hpp"
#include "support/memory_client.hpp"

#include <asio/bind_executor.hpp>

#include <type_traits>

using namespace tern_test;

static_assert(std::is_base_of_v<tern::detail::subscription_handle, tern::subscription>);
static_assert(std::is_base_of_v<tern::detail::subscription_handle, tern::message_handler_registration>);
static_assert(!std::is_default_constructible_v<tern::detail::subscription_handle>);

TEST_CASE("a handle of nothing has no answer, and its operations say that it has ended")
{
    asio::io_context context;
    tern::message_handler_registration none;
    CHECK(none.identifier() == 0);
    CHECK(none.result().reasons.empty());
    outcome<tern::subscribe_result> ready;
    outcome<tern::unsubscribe_result> ended;
    none.async_ready(asio::bind_executor(context, ready.handler()));
    none.async_unsubscribe(asio::bind_executor(context, ended.handler()));
    CHECK(ready.calls == 0);
    settle(context);
    CHECK(ready.error == tern::errc::subscription_ended);
    CHECK(ended.error == tern::errc::subscription_ended);
}

TEST_CASE("copies of a registration are handles of one subscription")
{
    client_fixture f;
    REQUIRE_FALSE(f.connect());
    tern::message_handler_registration one = f.client->on_message("a", [](const tern::message_view&) {});
    tern::message_handler_registration other = one;
    outcome<tern::unsubscribe_result> ended;
    one.async_unsubscribe(ended.handler());
    REQUIRE(f.until([&] { return ended.calls == 1; }));
    CHECK_FALSE(ended.error);
    outcome<tern::unsubscribe_result> again;
    other.async_unsubscribe(again.handler());
    settle(f.context);
    CHECK(again.error == tern::errc::subscription_ended);
}
