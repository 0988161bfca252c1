// SPDX-License-Identifier: BSL-1.0

#include "tern/client/stream_initiations.hpp"

#include "support/catch.hpp"
#include "support/memory_client.hpp"

#include <asio/bind_executor.hpp>
#include <asio/system_executor.hpp>

using namespace tern_test;

TEST_CASE("after the client's end a subscription still answers, on its executor and by post")
{
    client_fixture f;
    tern::subscription stream = f.client->open_subscription("a");
    f.client.reset();
    settle(f.context);
    outcome<tern::subscribe_result> ready;
    outcome<tern::unsubscribe_result> ended;
    outcome<tern::message> received;
    stream.async_ready(ready.handler());
    stream.async_unsubscribe(ended.handler());
    stream.async_receive(received.handler());
    CHECK(ready.calls + ended.calls + received.calls == 0);
    settle(f.context);
    CHECK(ready.error == asio::error::operation_aborted);
    CHECK(ended.error == asio::error::operation_aborted);
    CHECK(received.error == asio::error::operation_aborted);
    CHECK(ready.calls + ended.calls + received.calls == 3);
}

TEST_CASE("the answer can be waited for several times, and after it came")
{
    client_fixture f;
    tern::subscription stream = f.client->open_subscription("a");
    outcome<tern::subscribe_result> first;
    outcome<tern::subscribe_result> second;
    stream.async_ready(first.handler());
    stream.async_ready(second.handler());
    REQUIRE_FALSE(f.connect());
    REQUIRE(f.until([&] { return first.calls != 0 && second.calls != 0; }));
    CHECK(first.result.reasons.size() == 1);
    CHECK(second.result.reasons.size() == 1);
    outcome<tern::subscribe_result> late;
    stream.async_ready(late.handler());
    CHECK(late.calls == 0);
    settle(f.context);
    CHECK(late.result.reasons.size() == 1);
}
