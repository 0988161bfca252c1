// SPDX-License-Identifier: BSL-1.0

#include "tern/client/client_receiving.hpp"

#include "support/catch.hpp"
#include "support/memory_client.hpp"

#include <string>
#include <vector>

using namespace std::chrono_literals;
using namespace tern_test;

TEST_CASE("messages wait in the stream in their order, and are acknowledged when taken")
{
    client_fixture f;
    REQUIRE_FALSE(f.connect());
    tern::subscription stream = f.subscribe("a");
    for (const char* text : {"1", "2", "3"})
    {
        CHECK_FALSE(f.publish("a", text, tern::qos::at_least_once));
    }
    REQUIRE(f.until([&] { return stream.buffered() == 3; }));
    CHECK(f.client->stats().unacknowledged_received == 3);
    CHECK(f.receive(stream).payload_text() == "1");
    CHECK(f.client->stats().unacknowledged_received == 2);
    CHECK(f.receive(stream).payload_text() == "2");
    CHECK(f.receive(stream).payload_text() == "3");
    CHECK(f.client->stats().unacknowledged_received == 0);
}

TEST_CASE("one receive at a time")
{
    client_fixture f;
    REQUIRE_FALSE(f.connect());
    tern::subscription stream = f.subscribe("a");
    outcome<tern::message> first;
    outcome<tern::message> second;
    stream.async_receive(first.handler());
    stream.async_receive(second.handler());
    settle(f.context);
    CHECK(first.calls == 0);
    CHECK(second.error == tern::errc::receive_in_progress);
    CHECK_FALSE(f.publish("a", "x"));
    REQUIRE(f.until([&] { return first.calls != 0; }));
    CHECK(first.result.payload_text() == "x");
}
