// SPDX-License-Identifier: BSL-1.0
#include "tern/testing/broker.hpp"

#include "support/catch.hpp"
#include "unit/testing/wire_client.hpp"

using namespace broker_test;

TEST_CASE("every connection with something to take is named once")
{
    world w;
    client a(w);
    client b(w);
    CHECK_FALSE(w.core.next_ready().has_value());
    a.send(connect_as("a"));
    b.send(connect_as("b"));
    CHECK(w.core.next_ready() == a.id());
    CHECK(w.core.next_ready() == b.id());
    CHECK_FALSE(w.core.next_ready().has_value());
    CHECK(w.core.has_output(a.id()));
    std::string buffer = "old";
    CHECK(w.core.take_output(a.id(), buffer, w.now));
    CHECK(buffer.starts_with("\x20"));
    CHECK_FALSE(w.core.take_output(a.id(), buffer, w.now));
    CHECK(buffer.empty());
    b.lose();
    w.core.publish(message("t", "x"), w.now);
    CHECK_FALSE(w.core.next_ready().has_value());
    CHECK(w.core.finished(b.id()));
    CHECK_FALSE(w.core.finished(a.id()));
}

TEST_CASE("a restart that keeps sessions loses connections only")
{
    world w;
    client c(w);
    c.connect(connect_as("a", true, 600));
    c.subscribe("t");
    w.core.publish(message("t", "x", qos::at_least_once, 0, true), w.now);
    w.core.drop_connections(w.now);
    CHECK(c.silent());
    CHECK(c.finished());
    CHECK(w.core.abandoned(c.id()));
    c.lose();
    CHECK(w.core.find_session("a")->in_flight == 1);
    CHECK(w.core.retained_count() == 1);
    client again(w);
    CHECK(again.connect(connect_as("a", false, 600)).session_present);
    CHECK(again.expect<wire::publish>().duplicate);
}

TEST_CASE("a restart without persistence loses everything")
{
    world w;
    client c(w);
    wire::connect packet = connect_as("a", true, 600);
    packet.will.emplace();
    packet.will->topic = "will";
    packet.will->retain = true;
    packet.will->payload = "x";
    c.connect(packet);
    c.subscribe("t");
    w.core.publish(message("t", "x", qos::at_least_once, 0, true), w.now);
    w.core.drop_sessions(w.now);
    CHECK(c.finished());
    c.lose();
    CHECK(w.core.session_count() == 0);
    CHECK(w.core.retained_count() == 0);
    CHECK_FALSE(w.core.deadline().has_value());
    client again(w);
    CHECK_FALSE(again.connect(connect_as("a", false, 600)).session_present);
    CHECK(w.core.publish(message("t", "y"), w.now) == 0);
}

TEST_CASE("a test may disconnect, drop and disturb one client")
{
    world w;
    client c(w);
    c.connect(connect_as("a"));
    SECTION("disconnect")
    {
        w.core.disconnect(c.id(), reason_code::server_busy, w.now);
        CHECK(c.expect<wire::disconnect>().reason_code == reason_code::server_busy);
        CHECK(c.finished());
    }
    SECTION("drop")
    {
        c.send(wire::pingreq{});
        w.core.drop_connection(c.id(), w.now);
        CHECK(c.silent());
        CHECK(c.finished());
    }
    SECTION("inject")
    {
        w.core.inject(c.id(), std::string_view("\xff\xff", 2));
        CHECK(w.core.next_ready() == c.id());
        CHECK(c.take_bytes() == "\xff\xff");
        CHECK_FALSE(c.finished());
    }
}

TEST_CASE("there are no more connections than the limit")
{
    broker_configuration configuration;
    configuration.limits.maximum_connections = 1;
    world w(configuration);
    client first(w);
    first.connect(connect_as("a"));
    client second(w);
    CHECK(second.finished());
    CHECK_FALSE(first.finished());
    second.lose();
    first.lose();
    client third(w);
    CHECK_FALSE(third.finished());
}

TEST_CASE("acknowledgements can be held back and released")
{
    broker_configuration configuration;
    configuration.hold_acknowledgements = true;
    world w(configuration);
    client c(w);
    c.connect(connect_as("a"));
    c.send(message("t", "x", qos::at_least_once, 1));
    c.send(message("t", "x", qos::exactly_once, 2));
    CHECK(c.silent());
    w.core.release_acknowledgements(false);
    CHECK(c.expect<wire::puback>().packet_identifier == 1);
    CHECK(c.expect<wire::pubrec>().packet_identifier == 2);
    c.send(message("t", "x", qos::at_least_once, 3));
    CHECK(c.expect<wire::puback>().packet_identifier == 3);
}

TEST_CASE("sessions can be looked at")
{
    world w;
    client c(w, protocol_version::v3_1_1);
    wire::connect packet = connect_as("a", false);
    packet.user_name = "anna";
    c.connect(packet);
    c.subscribe("t");
    c.send(message("u", "x", qos::exactly_once, 1));
    w.core.publish(message("t", "x", qos::exactly_once), w.now);
    const auto report = w.core.find_session("a");
    REQUIRE(report.has_value());
    CHECK(report->client_identifier == "a");
    CHECK(report->user_name == "anna");
    CHECK(report->version == protocol_version::v3_1_1);
    CHECK(report->connection == c.id());
    CHECK(report->expiry_interval == 0xFFFFFFFF);
    CHECK(report->subscriptions == 1);
    CHECK(report->in_flight == 1);
    CHECK(report->queued == 0);
    CHECK(report->unreleased == 1);
    CHECK_FALSE(report->has_will);
    CHECK_FALSE(w.core.find_session("b").has_value());
}
