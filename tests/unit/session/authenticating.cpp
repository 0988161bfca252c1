// SPDX-License-Identifier: BSL-1.0
#include "tern/session/authenticating.hpp"

#include "script.hpp"
#include "support/catch.hpp"

#include <optional>
#include <string>
#include <string_view>

using namespace tern;
using namespace tern_test;

namespace
{

connect_options minimal()
{
    connect_options options;
    options.client_id = "c";
    options.keep_alive = 10s;
    options.session_expiry = 0s;
    options.receive_maximum = 65'535;
    options.maximum_packet_size = 268'435'460;
    options.topic_alias_maximum = 0;
    return options;
}

} // namespace

TEST_CASE("an authentication goes back and forth before CONNACK, and nothing else is sent", "[session]")
{
    connect_options options = minimal();
    options.authentication_method = "M";
    script server;
    (void)server.engine.configure(options);
    CHECK_FALSE(server.engine.open(protocol_version::v5, server.now, byte_view("1")));
    CHECK(server.sent() == packets{"10 16 00 04 4D 51 54 54 05 02 00 0A 08 15 00 01 4D 16 00 01 31 00 01 63"});
    (void)server.publish(1, "x", qos::at_least_once); // v5 [MQTT-3.1.2-30]
    CHECK(server.sent().empty());

    const auto challenge =
        as<session::authentication_challenge>(server.feed_hex("F0 0A 18 08 15 00 01 4D 16 00 01 32"));
    REQUIRE(challenge);
    CHECK(challenge->reason == reason_code::continue_authentication);
    CHECK(challenge->method == "M");
    CHECK(challenge->data == byte_view("2"));
    CHECK_FALSE(challenge->re_authentication);
    CHECK_FALSE(server.engine.authenticate("3"));
    CHECK(server.engine.authenticate("3") == errc::invalid_option);
    CHECK(server.sent() == packets{"F0 0A 18 08 15 00 01 4D 16 00 01 33"});

    wire::connack answer;
    answer.properties.authentication_method = "M";
    answer.properties.authentication_data = byte_view("4");
    const auto connected = as<session::connected>(server.feed(answer));
    REQUIRE(connected);
    CHECK(connected->properties.authentication_data == byte_view("4"));
    CHECK(server.sent().size() == 1);
}

TEST_CASE("re-authentication runs beside the other traffic", "[session]")
{
    connect_options options = minimal();
    options.authentication_method = "M";
    wire::connack answer;
    answer.properties.authentication_method = "M";
    script server;
    CHECK(server.engine.re_authenticate("0") == errc::not_connected);
    server.connect(options, answer);
    CHECK(server.engine.authenticate("0") == errc::invalid_option);
    CHECK_FALSE(server.engine.re_authenticate("1"));
    CHECK(server.engine.re_authenticate("1") == errc::authentication_in_progress);
    (void)server.publish(0, "x", qos::at_most_once);
    CHECK(server.sent() == packets{"F0 0A 19 08 15 00 01 4D 16 00 01 31", "30 05 00 01 74 00 78"});
    auto challenge = as<session::authentication_challenge>(server.feed_hex("F0 06 18 04 15 00 01 4D"));
    REQUIRE(challenge);
    CHECK(challenge->re_authentication);
    CHECK_FALSE(server.engine.authenticate("2"));
    CHECK(server.sent() == packets{"F0 0A 18 08 15 00 01 4D 16 00 01 32"});
    challenge = as<session::authentication_challenge>(server.feed_hex("F0 06 00 04 15 00 01 4D"));
    REQUIRE(challenge);
    CHECK(challenge->reason == reason_code::success);
    CHECK(server.only<session::authenticated>());
}

TEST_CASE("AUTH that breaks a rule ends the connection", "[session]")
{
    connect_options options = minimal();
    script server;
    SECTION("no method is in use") // v5 [MQTT-4.12.0-6]
    {
        server.connect(options);
        CHECK(failure(server.feed_hex("F0 06 18 04 15 00 01 4D")) == errc::unexpected_packet);
        CHECK(server.engine.re_authenticate("1") == errc::not_connected);
    }
    SECTION("another method") // v5 [MQTT-4.12.0-5]
    {
        options.authentication_method = "M";
        (void)server.engine.configure(options);
        (void)server.engine.open(protocol_version::v5, server.now);
        CHECK(failure(server.feed_hex("F0 06 18 04 15 00 01 4E")) == errc::authentication_method_mismatch);
    }
    SECTION("success before CONNACK") // v5 [MQTT-4.12.0-2]
    {
        options.authentication_method = "M";
        (void)server.engine.configure(options);
        (void)server.engine.open(protocol_version::v5, server.now);
        CHECK(failure(server.feed_hex("F0 06 00 04 15 00 01 4D")) == errc::unexpected_packet);
    }
    SECTION("in 3.1.1")
    {
        server.connect(options, {}, protocol_version::v3_1_1);
        CHECK(failure(server.feed_hex("F0 06 18 04 15 00 01 4D")) == errc::reserved_packet_type);
    }
}

TEST_CASE("what is optional in AUTH is left out where the server takes no packet of that size", "[session]")
{
    connect_options options = minimal();
    options.authentication_method = "M";
    wire::connack answer;
    answer.properties.authentication_method = "M";
    answer.properties.maximum_packet_size = 20;
    script server;
    server.connect(options, answer);
    auth_properties extra;
    SECTION("the reason")
    {
        extra.reason_string = "a reason that is long";
    }
    const user_property list[] = {{"a name that is long", "and its value"}};
    SECTION("the user properties")
    {
        extra.user_properties = list;
    }
    CHECK_FALSE(server.engine.re_authenticate("1", extra)); // v5 [MQTT-3.15.2-2] [MQTT-3.15.2-3]
    CHECK(server.sent() == packets{"F0 0A 19 08 15 00 01 4D 16 00 01 31"});
}

TEST_CASE("an answer that comes too late is refused", "[session]")
{
    connect_options options = minimal();
    options.authentication_method = "M";
    script server;
    (void)server.engine.configure(options);
    CHECK(server.engine.authenticate("1") == errc::not_connected);
    (void)server.engine.open(protocol_version::v5, server.now);
    CHECK(as<session::authentication_challenge>(server.feed_hex("F0 06 18 04 15 00 01 4D")));
    server.drop();
    CHECK(server.engine.authenticate("1") == errc::not_connected);
    CHECK(server.sent().empty());
}

TEST_CASE("AUTH with problem information that was not asked for ends the connection", "[session]")
{
    connect_options options = minimal();
    options.authentication_method = "M";
    options.request_problem_information = false;
    script server;
    (void)server.engine.configure(options);
    (void)server.engine.open(protocol_version::v5, server.now);
    CHECK(failure(server.feed_hex("F0 0A 18 08 15 00 01 4D 1F 00 01 77")) == errc::unrequested_property);
}

TEST_CASE("authentication data that no packet can carry is refused when opening", "[session]")
{
    connect_options options = minimal();
    options.authentication_method = "M";
    const std::string data(65'536, 'd');
    script server;
    CHECK_FALSE(server.engine.configure(options));
    CHECK(server.engine.open(protocol_version::v5, server.now, byte_view(data)) == errc::field_too_long);
    CHECK(server.engine.phase() == session::connection_phase::closed);
    CHECK(server.sent().empty());
    CHECK_FALSE(server.engine.open(protocol_version::v5, server.now, byte_view("d")));
}
