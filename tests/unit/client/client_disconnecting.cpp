// SPDX-License-Identifier: BSL-1.0

#include "tern/client/client_disconnecting.hpp"

#include "support/catch.hpp"
#include "support/memory_client.hpp"

using namespace std::chrono_literals;
using namespace tern_test;

TEST_CASE("disconnecting waits for what is queued and in flight")
{
    client_fixture f;
    REQUIRE_FALSE(f.connect());
    outcome<tern::publish_result> published;
    outcome<void> disconnected;
    f.client->async_publish("a", "x", {.qos = tern::qos::exactly_once}, published.handler());
    f.client->async_disconnect(disconnected.handler());
    REQUIRE(f.until([&] { return disconnected.calls != 0; }));
    CHECK_FALSE(disconnected.error);
    CHECK(published.calls == 1);
    CHECK_FALSE(published.error);
    CHECK(f.client->state() == tern::connection_state::idle);
    CHECK(f.broker.core().session_count() == 0); // it was there by default only
}

TEST_CASE("a session that was asked for outlives the disconnect")
{
    client_fixture f;
    REQUIRE_FALSE(f.connect({.client_id = "tester", .session_expiry = 600s}));
    outcome<void> disconnected;
    f.client->async_disconnect(disconnected.handler());
    REQUIRE(f.until([&] { return disconnected.calls != 0; }));
    settle(f.context);
    CHECK(f.broker.core().session_count() == 1);
}

TEST_CASE("what is not done in time is aborted, and DISCONNECT is sent all the same")
{
    tern::testing::broker_configuration configuration;
    configuration.hold_acknowledgements = true;
    client_fixture f(configuration);
    REQUIRE_FALSE(f.connect());
    tern::subscription stream = f.subscribe("a");
    outcome<tern::message> received;
    stream.async_receive(received.handler());
    outcome<tern::publish_result> published;
    outcome<tern::publish_result> refused;
    outcome<void> disconnected;
    f.client->async_publish("b", "x", {.qos = tern::qos::at_least_once}, published.handler());
    f.client->async_disconnect({.time_limit = 20ms}, disconnected.handler());
    f.client->async_publish("b", "x", refused.handler());
    REQUIRE(f.until([&] { return disconnected.calls != 0; }));
    settle(f.context);
    CHECK_FALSE(disconnected.error);
    CHECK(published.error == asio::error::operation_aborted);
    CHECK(received.error == asio::error::operation_aborted);
    CHECK(refused.error == tern::errc::disconnecting);
    CHECK(f.broker.core().session_count() == 0);
}

TEST_CASE("disconnecting a client that is not connected succeeds, and cancels a connect")
{
    client_fixture f;
    outcome<void> first;
    f.client->async_disconnect(first.handler());
    settle(f.context);
    CHECK(first.calls == 1);
    CHECK_FALSE(first.error);
    outcome<tern::connect_result> connected;
    outcome<void> second;
    f.client->async_connect("mqtt://broker", {.client_id = "tester"}, connected.handler());
    f.client->async_disconnect(second.handler());
    settle(f.context);
    CHECK(connected.error == asio::error::operation_aborted);
    CHECK_FALSE(second.error);
}

TEST_CASE("the client connects again after a disconnect, and its subscriptions come along")
{
    client_fixture f;
    REQUIRE_FALSE(f.connect());
    tern::subscription stream = f.subscribe("a");
    outcome<void> disconnected;
    f.client->async_disconnect(disconnected.handler());
    REQUIRE(f.until([&] { return disconnected.calls != 0; }));
    REQUIRE_FALSE(f.connect());
    CHECK_FALSE(f.publish("a", "again", tern::qos::exactly_once));
    CHECK(f.receive(stream).payload_text() == "again");
}

TEST_CASE("a second disconnect is an error of the second, and an illegal option one of the disconnect")
{
    client_fixture f;
    REQUIRE_FALSE(f.connect());
    outcome<void> first;
    outcome<void> second;
    f.client->async_disconnect({.reason_code = tern::reason_code::banned}, first.handler());
    f.client->async_disconnect(second.handler());
    REQUIRE(f.until([&] { return first.calls != 0 && second.calls != 0; }));
    CHECK(first.error == tern::errc::invalid_option);
    CHECK(second.error == tern::errc::disconnecting);
    CHECK(f.client->state() == tern::connection_state::idle);
}
