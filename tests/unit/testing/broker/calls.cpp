// SPDX-License-Identifier: BSL-1.0
#include "tern/testing/broker/calls.hpp"

#include "support/catch.hpp"
#include "unit/testing/wire_client.hpp"

#include <string>

using namespace broker_test;

TEST_CASE("a report of a session says what the broker holds for it")
{
    world w;
    client c(w);
    c.connect(connect_as("c", true, 600));
    c.subscribe("t");
    CHECK_FALSE(w.core.find_session("somebody"));
    c.lose();
    w.core.publish(message("t", "x", qos::at_least_once), w.now);
    const auto report = w.core.find_session("c");
    REQUIRE(report);
    CHECK(report->client_identifier == "c");
    CHECK(report->connection == tern::testing::connection_id::none);
    CHECK(report->expiry_interval == 600);
    CHECK(report->subscriptions == 1);
    CHECK_FALSE(report->has_will);
}

TEST_CASE("bytes for a connection that is gone are for nobody")
{
    world w;
    client c(w);
    c.connect(connect_as("c"));
    const auto id = c.id();
    c.lose();
    const auto before = w.core.statistics().bytes_received;
    w.core.receive(id, "\x30\x03", w.now);
    w.core.inject(id, "x");
    w.core.disconnect(id, tern::reason_code::server_busy, w.now);
    CHECK(w.core.statistics().bytes_received == before);
    CHECK_FALSE(w.core.has_output(id));
    CHECK(w.core.finished(id));
    CHECK_FALSE(w.core.accepts_input(id));
}
