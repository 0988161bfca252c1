// SPDX-License-Identifier: BSL-1.0
#include "tern/testing/broker/handshake.hpp"

#include "support/catch.hpp"
#include "unit/testing/wire_client.hpp"

#include <string>
#include <string_view>

using namespace broker_test;

TEST_CASE("the broker answers CONNECT byte for byte")
{
    broker_configuration plain;
    plain.maximum_packet_size = wire::maximum_packet_size;
    plain.topic_alias_maximum = 0;
    world w(plain);
    SECTION("5.0")
    {
        client c(w);
        c.send_bytes(std::string_view("\x10\x0e\0\4MQTT\5\2\0\0\0\0\1a", 16));
        CHECK(c.take_bytes() == std::string("\x20\x03\0\0\0", 5));
        CHECK_FALSE(c.finished());
    }
    SECTION("3.1.1, cut at every byte")
    {
        client c(w, protocol_version::v3_1_1);
        for (const char byte : std::string_view("\x10\x0d\0\4MQTT\4\2\0\0\0\1a", 15))
        {
            c.send_bytes({&byte, 1});
        }
        CHECK(c.take_bytes() == std::string("\x20\x02\0\0", 4));
    }
}

TEST_CASE("a version that the broker does not speak is refused as configured")
{
    broker_configuration configuration;
    const std::string_view v5("\x10\x0e\0\4MQTT\5\2\0\0\0\0\1a", 16);
    SECTION("level 3 of an older protocol")
    {
        world w;
        client c(w);
        c.send_bytes(std::string_view("\x10\x0f\0\6MQIsdp\3\2\0\0\0\1a", 17));
        CHECK(c.take_bytes() == std::string("\x20\x02\0\1", 4));
        CHECK(c.finished());
    }
    SECTION("level 6")
    {
        world w;
        client c(w);
        c.send_bytes(std::string_view("\x10\x0e\0\4MQTT\6\2\0\0\0\0\1a", 16));
        CHECK(c.take_bytes() == std::string("\x20\x03\0\x84\0", 5));
        CHECK(c.finished());
    }
    SECTION("5.0 switched off, answered in 3.1.1")
    {
        configuration.accept_v5 = false;
        world w(configuration);
        client c(w);
        c.send_bytes(v5);
        CHECK(c.take_bytes() == std::string("\x20\x02\0\1", 4));
    }
    SECTION("5.0 switched off, answered in 5.0")
    {
        configuration.accept_v5 = false;
        configuration.refusal = version_refusal::connack_v5;
        world w(configuration);
        client c(w);
        c.send_bytes(v5);
        CHECK(c.take_bytes() == std::string("\x20\x03\0\x84\0", 5));
    }
    SECTION("5.0 switched off, closed without a word")
    {
        configuration.accept_v5 = false;
        configuration.refusal = version_refusal::close;
        world w(configuration);
        client c(w);
        c.send_bytes(v5);
        CHECK(c.take_bytes().empty());
        CHECK(c.finished());
    }
    SECTION("3.1.1 switched off")
    {
        configuration.accept_v3_1_1 = false;
        world w(configuration);
        client c(w, protocol_version::v3_1_1);
        c.send(connect_as("a"));
        CHECK(c.take_bytes() == std::string("\x20\x02\0\1", 4));
    }
}

TEST_CASE("users are checked by name and password")
{
    broker_configuration configuration;
    configuration.users = {{"anna", "secret"}, {"bert", ""}};
    wire::connect packet = connect_as("a");
    const auto attempt = [&](protocol_version version) {
        world w(configuration);
        client c(w, version);
        c.send(packet);
        const wire::connack answer = c.expect<wire::connack>();
        CHECK(c.finished() == is_failure(answer.reason_code));
        return answer.reason_code;
    };
    const protocol_version version = GENERATE(protocol_version::v5, protocol_version::v3_1_1);
    CHECK(attempt(version) == reason_code::not_authorized);
    configuration.allow_anonymous = true;
    CHECK(attempt(version) == reason_code::success);
    packet.user_name = "anna";
    CHECK(attempt(version) == reason_code::bad_user_name_or_password);
    packet.password = "wrong";
    CHECK(attempt(version) == reason_code::bad_user_name_or_password);
    packet.password = "secret";
    CHECK(attempt(version) == reason_code::success);
    packet.user_name = "bert";
    CHECK(attempt(version) == reason_code::bad_user_name_or_password);
    packet.password.reset();
    CHECK(attempt(version) == reason_code::success);
}

TEST_CASE("a will beyond what the broker offers refuses the connection")
{
    broker_configuration configuration;
    configuration.maximum_qos = qos::at_least_once;
    configuration.retain_available = false;
    world w(configuration);
    wire::connect packet = connect_as("a");
    packet.will.emplace();
    packet.will->topic = "t";
    SECTION("QoS")
    {
        packet.will->qos = qos::exactly_once;
        client c(w);
        c.send(packet);
        CHECK(c.expect<wire::connack>().reason_code == reason_code::qos_not_supported);
    }
    SECTION("retain")
    {
        packet.will->retain = true;
        client c(w);
        c.send(packet);
        CHECK(c.expect<wire::connack>().reason_code == reason_code::retain_not_supported);
    }
    CHECK(w.core.session_count() == 0);
}

TEST_CASE("an empty client identifier without clean session is refused in 3.1.1 only")
{
    world w;
    client old(w, protocol_version::v3_1_1);
    old.send_bytes(std::string_view("\x10\x0c\0\4MQTT\4\0\0\0\0\0", 14));
    CHECK(old.take_bytes() == std::string("\x20\x02\0\2", 4));
    CHECK(old.finished());
    client current(w);
    CHECK(current.connect(connect_as("", false)).properties.assigned_client_identifier == "tern-0-1");
    client clean(w, protocol_version::v3_1_1);
    clean.connect(connect_as("", true));
    CHECK(w.core.find_session("tern-0-2").has_value());
}

TEST_CASE("a malformed CONNECT is answered in 5.0 and closed in 3.1.1")
{
    world w;
    SECTION("5.0: reserved flag")
    {
        client c(w);
        c.send_bytes(std::string_view("\x10\x0e\0\4MQTT\5\3\0\0\0\0\1a", 16));
        CHECK(c.expect<wire::connack>().reason_code == reason_code::malformed_packet);
    }
    SECTION("3.1.1: reserved flag")
    {
        client c(w, protocol_version::v3_1_1);
        c.send_bytes(std::string_view("\x10\x0d\0\4MQTT\4\3\0\0\0\1a", 15));
        CHECK(c.silent());
        CHECK(c.finished());
    }
    SECTION("anything else first")
    {
        client c(w);
        c.send(wire::pingreq{});
        CHECK(c.silent());
        CHECK(c.finished());
    }
    SECTION("a second CONNECT")
    {
        client c(w);
        c.connect(connect_as("a"));
        c.send(connect_as("a"));
        CHECK(c.expect<wire::disconnect>().reason_code == reason_code::protocol_error);
        CHECK(c.finished());
    }
    CHECK(w.core.statistics().protocol_errors == 1);
}

namespace
{

// Lets in whoever sends the number that follows the broker's.
class challenge final : public broker_policy
{
public:
    authentication_answer authenticate(const client_identity& who, std::string_view method, byte_view data, bool first,
                                       bool again) override
    {
        CHECK(who.client_identifier == "a");
        if (method != "next")
        {
            return {};
        }
        if (first)
        {
            started_again = again;
            return {reason_code::continue_authentication, "7" + std::string(data.text())};
        }
        return {data.text() == "8" ? reason_code::success : reason_code::not_authorized, "welcome"};
    }

    bool started_again = false;
};

wire::auth step(std::string_view method, std::string_view data, reason_code reason)
{
    wire::auth packet;
    packet.reason_code = reason;
    packet.properties.authentication_method = method;
    packet.properties.authentication_data = data;
    return packet;
}

} // namespace

TEST_CASE("enhanced authentication asks the policy")
{
    challenge policy;
    world w({}, &policy);
    client c(w);
    wire::connect packet = connect_as("a");
    packet.properties.authentication_method = "next";
    packet.properties.authentication_data = "!";
    SECTION("an unknown method is refused")
    {
        packet.properties.authentication_method = "other";
        c.send(packet);
        CHECK(c.expect<wire::connack>().reason_code == reason_code::bad_authentication_method);
        return;
    }
    c.send(packet);
    const wire::auth question = c.expect<wire::auth>();
    CHECK(question.reason_code == reason_code::continue_authentication);
    CHECK(question.properties.authentication_method == "next");
    CHECK(question.properties.authentication_data == byte_view("7!"));
    SECTION("a wrong answer is refused")
    {
        c.send(step("next", "9", reason_code::continue_authentication));
        CHECK(c.expect<wire::connack>().reason_code == reason_code::not_authorized);
        CHECK(c.finished());
    }
    SECTION("another method than before is a protocol error")
    {
        c.send(step("last", "8", reason_code::continue_authentication));
        CHECK(c.expect<wire::connack>().reason_code == reason_code::protocol_error);
        CHECK(c.finished());
    }
    SECTION("any other packet is a protocol error")
    {
        c.send(wire::pingreq{});
        CHECK(c.expect<wire::connack>().reason_code == reason_code::protocol_error);
    }
    SECTION("the right answer lets in, and the client may authenticate again")
    {
        c.send(step("next", "8", reason_code::continue_authentication));
        const wire::connack welcome = c.expect<wire::connack>();
        CHECK(welcome.reason_code == reason_code::success);
        CHECK(welcome.properties.authentication_method == "next");
        CHECK(welcome.properties.authentication_data == byte_view("welcome"));
        CHECK_FALSE(policy.started_again);

        c.send(step("next", "?", reason_code::re_authenticate));
        CHECK(c.expect<wire::auth>().reason_code == reason_code::continue_authentication);
        CHECK(policy.started_again);
        const bool right = GENERATE(true, false);
        c.send(step("next", right ? "8" : "9", reason_code::continue_authentication));
        if (right)
        {
            CHECK(c.expect<wire::auth>().reason_code == reason_code::success);
            CHECK_FALSE(c.finished());
        }
        else
        {
            CHECK(c.expect<wire::disconnect>().reason_code == reason_code::not_authorized);
            CHECK(c.finished());
        }
    }
}

TEST_CASE("AUTH without an authentication is a protocol error")
{
    world w;
    client c(w);
    c.connect(connect_as("a"));
    c.send(step("next", "8", reason_code::re_authenticate));
    CHECK(c.expect<wire::disconnect>().reason_code == reason_code::protocol_error);
}
