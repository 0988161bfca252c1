// SPDX-License-Identifier: BSL-1.0
#include "tern/testing/broker/accepting.hpp"

#include "support/catch.hpp"
#include "unit/testing/wire_client.hpp"

using namespace broker_test;

TEST_CASE("CONNACK announces what differs from the presumed")
{
    broker_configuration configuration;
    SECTION("nothing to say")
    {
        configuration.maximum_packet_size = wire::maximum_packet_size;
        configuration.topic_alias_maximum = 0;
        world w(configuration);
        client c(w);
        CHECK(c.connect(connect_as("a")).properties == connack_properties{});
    }
    SECTION("everything")
    {
        configuration.receive_maximum = 3;
        configuration.maximum_qos = qos::at_least_once;
        configuration.retain_available = false;
        configuration.maximum_packet_size = 1000;
        configuration.topic_alias_maximum = 5;
        configuration.server_keep_alive = 7;
        configuration.wildcard_subscriptions_available = false;
        configuration.shared_subscriptions_available = false;
        configuration.subscription_identifiers_available = false;
        configuration.maximum_session_expiry = 60;
        configuration.response_information = "answers/";
        world w(configuration);
        client c(w);
        wire::connect packet = connect_as("", true, 3600);
        packet.properties.request_response_information = true;
        const connack_properties granted = c.connect(packet).properties;
        connack_properties wanted;
        wanted.session_expiry_interval = 60;
        wanted.receive_maximum = std::uint16_t{3};
        wanted.maximum_qos = qos::at_least_once;
        wanted.retain_available = false;
        wanted.maximum_packet_size = 1000;
        wanted.assigned_client_identifier = "tern-0-1";
        wanted.topic_alias_maximum = std::uint16_t{5};
        wanted.wildcard_subscription_available = false;
        wanted.subscription_identifiers_available = false;
        wanted.shared_subscription_available = false;
        wanted.server_keep_alive = std::uint16_t{7};
        wanted.response_information = "answers/";
        CHECK(granted == wanted);
    }
    SECTION("response information only on request")
    {
        configuration.response_information = "answers/";
        world w(configuration);
        client c(w);
        CHECK_FALSE(c.connect(connect_as("a")).properties.response_information.has_value());
    }
}

TEST_CASE("a session is resumed, or not, as the client asks")
{
    const protocol_version version = GENERATE(protocol_version::v5, protocol_version::v3_1_1);
    CAPTURE(version);
    world w;
    client first(w, version);
    const std::uint32_t expiry = version == protocol_version::v5 ? 60 : 0;
    CHECK_FALSE(first.connect(connect_as("a", false, expiry)).session_present);
    first.subscribe("t");
    first.lose();
    REQUIRE(w.core.find_session("a").has_value());
    CHECK(w.core.find_session("a")->connection == connection_id::none);
    CHECK(w.core.find_session("a")->subscriptions == 1);
    client second(w, version);
    SECTION("resumed")
    {
        CHECK(second.connect(connect_as("a", false, expiry)).session_present);
        CHECK(w.core.find_session("a")->subscriptions == 1);
        CHECK(w.core.statistics().sessions_resumed == 1);
    }
    SECTION("begun anew")
    {
        CHECK_FALSE(second.connect(connect_as("a", true, expiry)).session_present);
        CHECK(w.core.find_session("a")->subscriptions == 0);
        CHECK(w.core.publish(message("t", "x"), w.now) == 0);
    }
}

TEST_CASE("a client identifier is taken over")
{
    world w;
    client first(w);
    first.connect(connect_as("a", true, 60));
    first.subscribe("t", qos::at_least_once);
    client second(w);
    CHECK(second.connect(connect_as("a", false, 60)).session_present);
    CHECK(first.expect<wire::disconnect>().reason_code == reason_code::session_taken_over);
    CHECK(first.finished());
    CHECK(w.core.statistics().sessions_taken_over == 1);
    CHECK(w.core.publish(message("t", "x", qos::at_least_once), w.now) == 1);
    CHECK(second.expect<wire::publish>().payload == byte_view("x"));
    first.lose();
    CHECK(w.core.find_session("a")->connection == second.id());

    client old(w, protocol_version::v3_1_1);
    old.connect(connect_as("b"));
    client other(w, protocol_version::v3_1_1);
    other.connect(connect_as("b"));
    CHECK(old.silent());
    CHECK(old.finished());
}

TEST_CASE("there are no more sessions than the limit")
{
    broker_configuration configuration;
    configuration.limits.maximum_sessions = 1;
    world w(configuration);
    client first(w);
    first.connect(connect_as("a"));
    client second(w);
    second.send(connect_as("b"));
    CHECK(second.expect<wire::connack>().reason_code == reason_code::quota_exceeded);
    client old(w, protocol_version::v3_1_1);
    old.send(connect_as("c"));
    CHECK(old.take_bytes() == std::string("\x20\x02\0\3", 4));
    first.disconnect();
    client third(w);
    third.connect(connect_as("b"));
}

TEST_CASE("the clients' packet size limit holds for CONNACK too")
{
    world w;
    client c(w);
    wire::connect packet = connect_as("a");
    packet.properties.maximum_packet_size = 4;
    c.send(packet);
    CHECK(c.silent());
    CHECK(c.finished());
}
