// SPDX-License-Identifier: BSL-1.0

#include "tern/client/handler_registration.hpp"

#include "support/catch.hpp"
#include "support/memory_client.hpp"

using namespace tern_test;

TEST_CASE("a registration tells the server's answer, and ends the handler")
{
    client_fixture f;
    int seen = 0;
    tern::message_handler_registration registered =
        f.client->on_message("a", [&](const tern::message_view&) { ++seen; });
    CHECK(registered.result().reasons.empty());
    outcome<tern::subscribe_result> ready;
    registered.async_ready(ready.handler());
    REQUIRE_FALSE(f.connect());
    REQUIRE(f.until([&] { return ready.calls != 0; }));
    CHECK(ready.result.reasons == std::vector{tern::reason_code::granted_qos_2});
    CHECK(registered.result().reasons == ready.result.reasons);
    CHECK_FALSE(f.publish("a", "x", tern::qos::at_least_once));
    CHECK(seen == 1);
    outcome<tern::unsubscribe_result> ended;
    registered.async_unsubscribe(ended.handler());
    REQUIRE(f.until([&] { return ended.calls != 0; }));
    CHECK(ended.result.reasons == std::vector{tern::reason_code::success});
    CHECK_FALSE(f.publish("a", "x", tern::qos::at_least_once));
    CHECK(seen == 1);
}

TEST_CASE("dropping a registration changes nothing")
{
    client_fixture f;
    int seen = 0;
    (void)f.client->on_message("a", [&](const tern::message_view&) { ++seen; });
    REQUIRE_FALSE(f.connect());
    CHECK_FALSE(f.publish("a", "x", tern::qos::exactly_once));
    REQUIRE(f.until([&] { return seen == 1; }));
}
