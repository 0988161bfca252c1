// SPDX-License-Identifier: BSL-1.0
#include "tern/testing/broker/lifecycle.hpp"

#include "support/catch.hpp"
#include "unit/testing/wire_client.hpp"

using namespace broker_test;

namespace
{

wire::connect with_will(std::string_view client_identifier, std::uint32_t delay, std::uint32_t expiry)
{
    wire::connect packet = connect_as(client_identifier, false, expiry);
    packet.will.emplace();
    packet.will->topic = "will";
    packet.will->payload = "gone";
    packet.will->qos = qos::at_least_once;
    packet.will->properties.content_type = "text";
    if (delay != 0)
    {
        packet.will->properties.will_delay_interval = delay;
    }
    return packet;
}

struct watched
{
    explicit watched(broker_configuration configuration = {}) : w(std::move(configuration)), heir(w)
    {
        heir.connect(connect_as("heir"));
        heir.subscribe("will");
    }

    bool published()
    {
        if (heir.silent())
        {
            return false;
        }
        const wire::publish packet = heir.expect<wire::publish>();
        CHECK(packet.payload == byte_view("gone"));
        CHECK(packet.qos == qos::at_least_once);
        CHECK(packet.properties.content_type == "text");
        heir.send(wire::puback{packet.packet_identifier});
        CHECK(heir.silent());
        return true;
    }

    world w;
    client heir;
};

} // namespace

TEST_CASE("a will without delay is published when the connection is lost, and not after a goodbye")
{
    watched all;
    client c(all.w);
    c.connect(with_will("a", 0, GENERATE(0U, 60U)));
    CHECK_FALSE(all.published());
    SECTION("lost")
    {
        c.lose();
        CHECK(all.published());
    }
    SECTION("goodbye")
    {
        c.disconnect();
        CHECK_FALSE(all.published());
        all.w.pass(100s);
        CHECK_FALSE(all.published());
    }
    SECTION("goodbye with the will")
    {
        c.disconnect(reason_code::disconnect_with_will_message);
        CHECK(all.published());
    }
    SECTION("another reason")
    {
        c.disconnect(reason_code::unspecified_error);
        CHECK(all.published());
    }
    SECTION("a protocol error")
    {
        c.send_bytes(std::string_view("\x30", 1));
        c.send_bytes(std::string_view("\x80\0", 2));
        CHECK(c.expect<wire::disconnect>().reason_code == reason_code::malformed_packet);
        CHECK(all.published());
    }
    SECTION("taken over")
    {
        client other(all.w);
        other.connect(connect_as("a", false));
        CHECK(all.published());
    }
}

TEST_CASE("a will with delay waits for the client, or for the end of the session")
{
    watched all;
    client c(all.w);
    SECTION("after the delay")
    {
        c.connect(with_will("a", 10, 60));
        c.lose();
        all.w.pass(9s);
        CHECK_FALSE(all.published());
        all.w.pass(1s);
        CHECK(all.published());
        CHECK(all.w.core.find_session("a").has_value());
        all.w.pass(49s);
        CHECK(all.w.core.find_session("a").has_value());
        all.w.pass(1s);
        CHECK_FALSE(all.w.core.find_session("a").has_value());
        CHECK_FALSE(all.published());
    }
    SECTION("the session ends first")
    {
        c.connect(with_will("a", 10, 5));
        c.lose();
        all.w.pass(4s);
        CHECK_FALSE(all.published());
        all.w.pass(1s);
        CHECK(all.published());
        CHECK_FALSE(all.w.core.find_session("a").has_value());
    }
    SECTION("there is no session")
    {
        c.connect(with_will("a", 10, 0));
        c.lose();
        CHECK(all.published());
    }
    SECTION("the client comes back")
    {
        c.connect(with_will("a", 10, 60));
        c.lose();
        all.w.pass(9s);
        client again(all.w);
        CHECK(again.connect(connect_as("a", false, 60)).session_present);
        all.w.pass(100s);
        CHECK_FALSE(all.published());
    }
    SECTION("the client comes back and begins anew")
    {
        c.connect(with_will("a", 10, 60));
        c.lose();
        client again(all.w);
        again.connect(connect_as("a", true, 60));
        CHECK(all.published());
    }
    SECTION("taken over")
    {
        c.connect(with_will("a", 10, 60));
        client again(all.w);
        CHECK(again.connect(connect_as("a", false, 60)).session_present);
        all.w.pass(100s);
        CHECK_FALSE(all.published());
    }
}

TEST_CASE("a will in 3.1.1, retained")
{
    world w;
    client c(w, protocol_version::v3_1_1);
    wire::connect packet = connect_as("a");
    packet.will.emplace();
    packet.will->topic = "will";
    packet.will->payload = "gone";
    packet.will->retain = true;
    c.connect(packet);
    CHECK(w.core.find_session("a")->has_will);
    c.lose();
    REQUIRE(w.core.find_retained("will", w.now) != nullptr);
    CHECK(w.core.find_retained("will", w.now)->payload == byte_view("gone"));
    CHECK(w.core.statistics().wills_published == 1);
}

TEST_CASE("sessions expire")
{
    broker_configuration configuration;
    configuration.maximum_session_expiry = 100;
    configuration.v3_1_1_session_expiry = 30;
    world w(configuration);
    SECTION("with the connection, if nothing else was asked for")
    {
        client c(w);
        c.connect(connect_as("a"));
        c.lose();
        CHECK(w.core.session_count() == 0);
    }
    SECTION("after the interval")
    {
        client c(w);
        CHECK_FALSE(c.connect(connect_as("a", true, 50)).properties.session_expiry_interval.has_value());
        w.pass(1h);
        CHECK(w.core.session_count() == 1);
        c.lose();
        w.pass(49s);
        CHECK(w.core.session_count() == 1);
        w.pass(1s);
        CHECK(w.core.session_count() == 0);
    }
    SECTION("at the broker's maximum")
    {
        client c(w);
        CHECK(c.connect(connect_as("a", true, 0xFFFFFFFF)).properties.session_expiry_interval == 100);
        c.lose();
        w.pass(100s);
        CHECK(w.core.session_count() == 0);
    }
    SECTION("as DISCONNECT says")
    {
        client c(w);
        c.connect(connect_as("a", true, 50));
        wire::disconnect packet;
        packet.properties.session_expiry_interval = GENERATE(0U, 20U);
        c.send(packet);
        w.pass(20s);
        CHECK(w.core.session_count() == 0);
    }
    SECTION("DISCONNECT cannot bring a session to life")
    {
        client c(w);
        c.connect(connect_as("a"));
        wire::disconnect packet;
        packet.properties.session_expiry_interval = 10;
        c.send(packet);
        CHECK(c.expect<wire::disconnect>().reason_code == reason_code::protocol_error);
    }
    SECTION("in 3.1.1 as the broker is configured")
    {
        client c(w, protocol_version::v3_1_1);
        c.connect(connect_as("a", false));
        c.disconnect();
        w.pass(29s);
        CHECK(w.core.session_count() == 1);
        w.pass(1s);
        CHECK(w.core.session_count() == 0);
    }
    CHECK_FALSE((w.core.deadline() && w.core.connections().empty()));
}

TEST_CASE("a silent client is disconnected after one and a half keep alives")
{
    broker_configuration configuration;
    SECTION("5.0")
    {
        world w;
        client c(w);
        wire::connect packet = connect_as("a");
        packet.keep_alive = 10;
        c.connect(packet);
        w.pass(14s);
        c.send(wire::pingreq{});
        CHECK(c.expect<wire::pingresp>() == wire::pingresp{});
        w.pass(14'999ms);
        CHECK(c.silent());
        w.pass(1ms);
        CHECK(c.expect<wire::disconnect>().reason_code == reason_code::keep_alive_timeout);
        CHECK(c.finished());
        CHECK(w.core.statistics().keep_alive_timeouts == 1);
    }
    SECTION("3.1.1")
    {
        world w;
        client c(w, protocol_version::v3_1_1);
        wire::connect packet = connect_as("a");
        packet.keep_alive = 10;
        c.connect(packet);
        w.pass(15s);
        CHECK(c.silent());
        CHECK(c.finished());
    }
    SECTION("the server's keep alive counts")
    {
        configuration.server_keep_alive = 2;
        world w(configuration);
        client c(w);
        c.connect(connect_as("a"));
        w.pass(3s);
        CHECK(c.finished());
    }
    SECTION("zero switches it off")
    {
        world w;
        client c(w);
        c.connect(connect_as("a"));
        w.pass(24h);
        CHECK_FALSE(c.finished());
    }
    SECTION("so does the configuration")
    {
        configuration.enforce_keep_alive = false;
        world w(configuration);
        client c(w);
        wire::connect packet = connect_as("a");
        packet.keep_alive = 10;
        c.connect(packet);
        w.pass(24h);
        CHECK_FALSE(c.finished());
    }
}

TEST_CASE("a connection without CONNECT is closed in time")
{
    world w;
    client c(w);
    w.pass(9'999ms);
    CHECK_FALSE(c.finished());
    w.pass(1ms);
    CHECK(c.finished());
    CHECK(c.silent());
}

TEST_CASE("the broker has patience with a connection that it finished, but not for ever")
{
    world w;
    client c(w);
    c.connect(connect_as("a"));
    w.core.disconnect(c.id(), reason_code::administrative_action, w.now);
    CHECK(c.finished());
    CHECK_FALSE(w.core.abandoned(c.id()));
    w.pass(2s);
    CHECK(w.core.abandoned(c.id()));
    c.lose();
    CHECK(w.core.connections().empty());
}

TEST_CASE("a client that asks and does not read is abandoned")
{
    broker_configuration configuration;
    configuration.limits.maximum_output = 100;
    world w(configuration);
    client c(w);
    c.connect(connect_as("a"));
    CHECK(c.silent());
    for (int i = 0; i < 100; ++i)
    {
        c.send(wire::pingreq{});
    }
    CHECK_FALSE(c.finished());
    c.send(wire::pingreq{});
    CHECK(c.finished());
    CHECK(w.core.abandoned(c.id()));
    CHECK(w.core.session_count() == 0);
}

TEST_CASE("the server says where else to go")
{
    broker_configuration configuration;
    configuration.server_reference = "other.example";
    world w(configuration);
    client c(w);
    c.connect(connect_as("a"));
    w.core.disconnect(c.id(), reason_code::use_another_server, w.now);
    const wire::disconnect packet = c.expect<wire::disconnect>();
    CHECK(packet.reason_code == reason_code::use_another_server);
    CHECK(packet.properties.server_reference == "other.example");
    CHECK(packet.properties.reason_string == "use another server");
}
