// SPDX-License-Identifier: BSL-1.0

#include "tern/client/taking_handler.hpp"

#include "support/catch.hpp"
#include "support/memory_client.hpp"

#include <asio/bind_executor.hpp>
#include <asio/bind_cancellation_slot.hpp>

#include <type_traits>

using namespace tern_test;

TEST_CASE("a message received on another executor is taken when its handler has run there")
{
    client_fixture f;
    REQUIRE_FALSE(f.connect());
    tern::subscription stream = f.subscribe("a");
    asio::io_context elsewhere;
    int calls = 0;
    stream.async_receive(asio::bind_executor(elsewhere, [&](std::error_code, tern::message) { ++calls; }));
    CHECK_FALSE(f.publish("a", "x", tern::qos::at_least_once));
    settle(f.context);
    CHECK(f.client->stats().unacknowledged_received == 1);
    CHECK(elsewhere.poll() == 1);
    CHECK(calls == 1);
    settle(f.context);
    CHECK(f.client->stats().unacknowledged_received == 0);
}

TEST_CASE("the wrapped handler's executor and slot are its own")
{
    asio::io_context context;
    asio::cancellation_signal signal;
    const auto bound = asio::bind_cancellation_slot(
        signal.slot(), asio::bind_executor(context, [](std::error_code, tern::message) {}));
    using handler = std::remove_const_t<decltype(bound)>;
    const tern::detail::taking_handler<handler> wrapped(bound, nullptr);
    CHECK(asio::get_associated_executor(wrapped) == context.get_executor());
    CHECK(asio::get_associated_cancellation_slot(wrapped) == signal.slot());
}
