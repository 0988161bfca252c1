// SPDX-License-Identifier: BSL-1.0
#include "tern/testing/broker/publishing.hpp"

#include "support/catch.hpp"
#include "unit/testing/wire_client.hpp"

#include <string>
#include <string_view>

using namespace broker_test;

TEST_CASE("each QoS is acknowledged as its version has it")
{
    world w;
    SECTION("5.0, nobody subscribed")
    {
        client c(w);
        c.connect(connect_as("a"));
        c.send(message("t", "x"));
        CHECK(c.silent());
        c.send(message("t", "x", qos::at_least_once, 7));
        CHECK(c.take_bytes() == std::string("\x40\x03\0\7\x10", 5));
        c.send(message("t", "x", qos::exactly_once, 8));
        CHECK(c.take_bytes() == std::string("\x50\x03\0\x08\x10", 5));
        c.send(wire::pubrel{8});
        CHECK(c.take_bytes() == std::string("\x70\x02\0\x08", 4));
    }
    SECTION("3.1.1")
    {
        client c(w, protocol_version::v3_1_1);
        c.connect(connect_as("a"));
        c.send(message("t", "x", qos::at_least_once, 7));
        CHECK(c.take_bytes() == std::string("\x40\x02\0\7", 4));
        c.send(message("t", "x", qos::exactly_once, 8));
        CHECK(c.take_bytes() == std::string("\x50\x02\0\x08", 4));
        c.send(wire::pubrel{8});
        CHECK(c.take_bytes() == std::string("\x70\x02\0\x08", 4));
        c.send(wire::pubrel{9});
        CHECK(c.take_bytes() == std::string("\x70\x02\0\x09", 4));
    }
    CHECK(w.core.statistics().messages_received >= 2);
}

TEST_CASE("QoS 2 is delivered once, over connections too")
{
    world w;
    client listener(w);
    listener.connect(connect_as("listener"));
    listener.subscribe("t", qos::at_most_once);
    client first(w);
    first.connect(connect_as("a", true, 60));
    first.send(message("t", "x", qos::exactly_once, 5));
    CHECK(first.expect<wire::pubrec>().packet_identifier == 5);
    CHECK(listener.expect<wire::publish>().payload == byte_view("x"));
    first.lose();
    CHECK(w.core.find_session("a")->unreleased == 1);

    client second(w);
    second.connect(connect_as("a", false, 60));
    wire::publish again = message("t", "x", qos::exactly_once, 5);
    again.duplicate = true;
    second.send(again);
    CHECK(second.expect<wire::pubrec>().reason_code == reason_code::success);
    CHECK(listener.silent());
    CHECK(w.core.statistics().duplicates_received == 1);
    second.send(wire::pubrel{5});
    CHECK(second.expect<wire::pubcomp>().reason_code == reason_code::success);
    second.send(wire::pubrel{5});
    CHECK(second.expect<wire::pubcomp>().reason_code == reason_code::packet_identifier_not_found);
    second.send(message("t", "y", qos::exactly_once, 5));
    CHECK(second.expect<wire::pubrec>().packet_identifier == 5);
    CHECK(listener.expect<wire::publish>().payload == byte_view("y"));
}

TEST_CASE("topic aliases of the client are resolved")
{
    broker_configuration configuration;
    configuration.topic_alias_maximum = 2;
    world w(configuration);
    client listener(w);
    listener.connect(connect_as("listener"));
    listener.subscribe("#", qos::at_most_once);
    client c(w);
    CHECK(c.connect(connect_as("a")).properties.topic_alias_maximum == 2);
    wire::publish packet = message("t/1", "x");
    packet.properties.topic_alias = std::uint16_t{2};
    c.send(packet);
    CHECK(listener.expect<wire::publish>().topic == "t/1");
    packet.topic = {};
    c.send(packet);
    const wire::publish received = listener.expect<wire::publish>();
    CHECK(received.topic == "t/1");
    CHECK_FALSE(received.properties.topic_alias.has_value());
    SECTION("replaced")
    {
        packet.topic = "t/2";
        c.send(packet);
        CHECK(listener.expect<wire::publish>().topic == "t/2");
        packet.topic = {};
        c.send(packet);
        CHECK(listener.expect<wire::publish>().topic == "t/2");
    }
    SECTION("never defined")
    {
        packet.properties.topic_alias = std::uint16_t{1};
        c.send(packet);
        CHECK(c.expect<wire::disconnect>().reason_code == reason_code::protocol_error);
    }
    SECTION("beyond the maximum")
    {
        packet.topic = "t";
        packet.properties.topic_alias = std::uint16_t{3};
        c.send(packet);
        CHECK(c.expect<wire::disconnect>().reason_code == reason_code::topic_alias_invalid);
    }
    SECTION("not known on another connection")
    {
        client other(w);
        other.connect(connect_as("a"));
        other.send(packet);
        CHECK(other.expect<wire::disconnect>().reason_code == reason_code::protocol_error);
    }
}

TEST_CASE("who publishes to a topic with a wildcard is disconnected")
{
    world w;
    client c(w);
    c.connect(connect_as("a"));
    SECTION("as the response topic")
    {
        c.send_bytes(std::string_view("\x30\x0a\0\1t\x05\x08\0\2a#x", 12));
        const wire::disconnect answer = c.expect<wire::disconnect>();
        CHECK(is_failure(answer.reason_code));
    }
    SECTION("as the topic")
    {
        c.send_bytes(std::string_view("\x30\x05\0\1#\0x", 7));
        CHECK(c.expect<wire::disconnect>().reason_code == reason_code::topic_name_invalid);
    }
}

TEST_CASE("Receive Maximum counts what came on the present connection")
{
    broker_configuration configuration;
    configuration.receive_maximum = 2;
    world w(configuration);
    wire::connect packet = connect_as("a");
    packet.clean_start = false;
    packet.properties.session_expiry_interval = 100;
    {
        client before(w);
        before.connect(packet);
        before.send(message("t", "1", qos::exactly_once, 1));
        before.send(message("t", "2", qos::exactly_once, 2));
    }
    client c(w);
    CHECK(c.connect(packet).session_present);
    c.send(message("t", "3", qos::at_least_once, 3));
    CHECK(c.expect<wire::puback>().packet_identifier == 3);
    for (const std::uint16_t identifier : {std::uint16_t{1}, std::uint16_t{2}})
    {
        c.send(message("t", "again", qos::exactly_once, identifier));
        CHECK(c.expect<wire::pubrec>().packet_identifier == identifier);
    }
    c.send(message("t", "4", qos::at_least_once, 4));
    CHECK(c.expect<wire::disconnect>().reason_code == reason_code::receive_maximum_exceeded);
}

TEST_CASE("who ignores an announced limit is disconnected")
{
    broker_configuration configuration;
    configuration.receive_maximum = 2;
    configuration.maximum_qos = qos::exactly_once;
    SECTION("Receive Maximum")
    {
        world w(configuration);
        client c(w);
        CHECK(c.connect(connect_as("a")).properties.receive_maximum == 2);
        c.send(message("t", "1", qos::exactly_once, 1));
        c.send(message("t", "2", qos::exactly_once, 2));
        c.send(message("t", "2", qos::exactly_once, 2));
        CHECK(c.take_bytes().size() == 14);
        c.send(message("t", "3", qos::at_least_once, 3));
        CHECK(c.expect<wire::disconnect>().reason_code == reason_code::receive_maximum_exceeded);
        CHECK(c.finished());
    }
    SECTION("Maximum QoS")
    {
        configuration.maximum_qos = qos::at_least_once;
        world w(configuration);
        client c(w);
        c.connect(connect_as("a"));
        c.send(message("t", "1", qos::exactly_once, 1));
        CHECK(c.expect<wire::disconnect>().reason_code == reason_code::qos_not_supported);
    }
    SECTION("Retain Available")
    {
        configuration.retain_available = false;
        world w(configuration);
        client c(w);
        c.connect(connect_as("a"));
        c.send(message("t", "1", qos::at_most_once, 0, true));
        CHECK(c.expect<wire::disconnect>().reason_code == reason_code::retain_not_supported);
    }
    SECTION("Receive Maximum with acknowledgements held back")
    {
        configuration.hold_acknowledgements = true;
        world w(configuration);
        client c(w);
        c.connect(connect_as("a"));
        c.send(message("t", "1", qos::at_least_once, 1));
        c.send(message("t", "2", qos::at_least_once, 2));
        CHECK(c.silent());
        w.core.release_acknowledgements();
        CHECK(c.expect<wire::puback>().packet_identifier == 1);
        CHECK(c.expect<wire::puback>().packet_identifier == 2);
        c.send(message("t", "3", qos::at_least_once, 3));
        c.send(message("t", "4", qos::exactly_once, 4));
        CHECK(c.silent());
        c.send(message("t", "5", qos::at_least_once, 5));
        CHECK(c.expect<wire::disconnect>().reason_code == reason_code::receive_maximum_exceeded);
    }
}

namespace
{

class no_secrets final : public broker_policy
{
public:
    reason_code authorize_publish(const client_identity& who, const wire::publish& packet) override
    {
        return packet.topic == "secret" && who.user_name != "anna" ? reason_code::not_authorized : reason_code::success;
    }
};

} // namespace

TEST_CASE("the policy may refuse a publish")
{
    no_secrets policy;
    world w({}, &policy);
    client listener(w);
    listener.connect(connect_as("listener"));
    listener.subscribe("#", qos::at_most_once);
    SECTION("5.0 says so")
    {
        client c(w);
        c.connect(connect_as("a"));
        c.send(message("secret", "x"));
        CHECK(c.silent());
        c.send(message("secret", "x", qos::at_least_once, 1));
        const wire::puback refused = c.expect<wire::puback>();
        CHECK(refused.reason_code == reason_code::not_authorized);
        CHECK(refused.properties.reason_string == "not authorized");
        c.send(message("secret", "x", qos::exactly_once, 2));
        CHECK(c.expect<wire::pubrec>().reason_code == reason_code::not_authorized);
        CHECK(w.core.find_session("a")->unreleased == 0);
    }
    SECTION("without problem information")
    {
        client c(w);
        wire::connect packet = connect_as("a");
        packet.properties.request_problem_information = false;
        c.connect(packet);
        c.send(message("secret", "x", qos::at_least_once, 1));
        CHECK(c.take_bytes() == std::string("\x40\x03\0\1\x87", 5));
    }
    SECTION("3.1.1 cannot")
    {
        client c(w, protocol_version::v3_1_1);
        c.connect(connect_as("a"));
        c.send(message("secret", "x", qos::exactly_once, 2));
        CHECK(c.expect<wire::pubrec>().packet_identifier == 2);
        c.send(wire::pubrel{2});
        CHECK(c.expect<wire::pubcomp>().packet_identifier == 2);
    }
    CHECK(listener.silent());
    SECTION("anna may")
    {
        client c(w);
        wire::connect packet = connect_as("a");
        packet.user_name = "anna";
        c.connect(packet);
        c.send(message("secret", "x"));
        CHECK(listener.expect<wire::publish>().topic == "secret");
    }
}

TEST_CASE("acknowledgements of the wrong type are a protocol error")
{
    world w;
    client c(w);
    c.connect(connect_as("a"));
    c.subscribe("t");
    w.core.publish(message("t", "x", qos::at_least_once), w.now);
    w.core.publish(message("t", "y", qos::exactly_once), w.now);
    const std::uint16_t once = c.expect<wire::publish>().packet_identifier;
    const std::uint16_t twice = c.expect<wire::publish>().packet_identifier;
    SECTION("PUBREC for QoS 1")
    {
        c.send(wire::pubrec{once});
    }
    SECTION("PUBACK for QoS 2")
    {
        c.send(wire::puback{twice});
    }
    SECTION("PUBCOMP before PUBREC")
    {
        c.send(wire::pubcomp{twice});
    }
    CHECK(c.expect<wire::disconnect>().reason_code == reason_code::protocol_error);
    CHECK(c.finished());
}

TEST_CASE("a failing PUBREC ends the exchange, an unknown one is answered")
{
    world w;
    client c(w);
    c.connect(connect_as("a"));
    c.subscribe("t");
    w.core.publish(message("t", "y", qos::exactly_once), w.now);
    const std::uint16_t identifier = c.expect<wire::publish>().packet_identifier;
    c.send(wire::pubrec{identifier, reason_code::quota_exceeded});
    CHECK(c.silent());
    CHECK(w.core.find_session("a")->in_flight == 0);
    c.send(wire::pubrec{identifier});
    CHECK(c.expect<wire::pubrel>().reason_code == reason_code::packet_identifier_not_found);
    c.send(wire::puback{identifier});
    c.send(wire::pubcomp{identifier});
    CHECK(c.silent());
    CHECK_FALSE(c.finished());
}
