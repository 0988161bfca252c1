// SPDX-License-Identifier: BSL-1.0
#include "tern/session/connecting.hpp"

#include "script.hpp"
#include "support/catch.hpp"

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

using namespace tern;
using namespace tern_test;

namespace
{

connect_options minimal(std::string_view id = "c")
{
    connect_options options;
    options.client_id = id;
    options.keep_alive = 10s;
    options.session_expiry = 0s;
    options.receive_maximum = 65'535;
    options.maximum_packet_size = 268'435'460;
    options.topic_alias_maximum = 0;
    return options;
}

// What the last CONNECT said in its flags.
bool clean_start(const script& script)
{
    const std::string bytes = from_hex(script.connects.at(0));
    return (static_cast<unsigned char>(bytes[9]) & 2U) != 0;
}

constexpr auto v3 = protocol_version::v3_1_1;

} // namespace

TEST_CASE("CONNECT is the first packet, byte for byte", "[session]")
{
    script server;
    server.connect(minimal());
    CHECK_FALSE(server.opened);
    CHECK(server.connects == packets{"10 0E 00 04 4D 51 54 54 05 02 00 0A 00 00 01 63"});
    CHECK(server.engine.phase() == session::connection_phase::connected);

    script old;
    old.connect(minimal(), {}, v3);
    CHECK(old.connects == packets{"10 0D 00 04 4D 51 54 54 04 02 00 0A 00 01 63"});
}

TEST_CASE("a connection is opened once", "[session]")
{
    script server;
    server.connect();
    CHECK(server.engine.open(protocol_version::v5, server.now) == errc::already_connected);
    CHECK(server.engine.configure(minimal()) == errc::already_connected);
    CHECK(server.sent().empty());
}

TEST_CASE("CONNACK tells what is granted, and its limits hold", "[session]")
{
    script server;
    (void)server.engine.configure(plain_options());
    (void)server.engine.open(protocol_version::v5, server.now);
    wire::connack answer;
    answer.properties.server_keep_alive = 5;
    answer.properties.session_expiry_interval = 7;
    answer.properties.receive_maximum = 3;
    const auto connected = as<session::connected>(server.feed(answer));
    REQUIRE(connected);
    CHECK_FALSE(connected->session_present);
    CHECK(connected->version == protocol_version::v5);
    CHECK(connected->client_identifier == "c");
    CHECK(connected->limits.keep_alive == 5s);
    CHECK(connected->limits.session_expiry == 7s);
    CHECK(connected->limits.receive_maximum == 3);
    CHECK(connected->properties.receive_maximum == 3);
    CHECK(server.engine.limits() == connected->limits);
    CHECK(server.engine.stats(server.now).connects == 1);
}

TEST_CASE("the first connect starts clean, the next ones resume what lives", "[session]")
{
    script server;
    server.connect();
    CHECK(clean_start(server));
    server.resume();
    CHECK_FALSE(clean_start(server));
    CHECK(server.engine.phase() == session::connection_phase::connected);
    server.drop();
    server.now += 3600s; // the session has expired
    server.reconnect();
    CHECK(clean_start(server));
    CHECK(server.only<session::session_was_lost>());
}

TEST_CASE("a session that never expires is resumed after any time", "[session]")
{
    connect_options options = plain_options();
    options.session_expiry = never_expires;
    script server;
    server.connect(options);
    server.drop();
    CHECK_FALSE(server.engine.deadline());
    server.now += 24h * 1000;
    server.reconnect();
    CHECK_FALSE(clean_start(server));
}

TEST_CASE("a session that ends with its connection is not resumed", "[session]")
{
    script server;
    server.connect(minimal());
    CHECK(server.engine.session_exists());
    server.drop();
    CHECK_FALSE(server.engine.session_exists());
    server.reconnect();
    CHECK(clean_start(server));
    CHECK(server.events().empty());
}

TEST_CASE("Session Present is accepted where a session is ours or claimed, and nowhere else", "[session]")
{
    wire::connack present;
    present.session_present = true;
    connect_options options = plain_options();
    script server;
    SECTION("after Clean Start 1") // v5 [MQTT-3.2.2-2]
    {
        (void)server.engine.configure(options);
        (void)server.engine.open(protocol_version::v5, server.now);
        CHECK(failure(server.feed(present)) == errc::unexpected_session_present);
        CHECK(server.engine.phase() == session::connection_phase::failed);
        CHECK(server.sent().empty()); // before CONNACK the client just closes
    }
    SECTION("claimed")
    {
        options.clean_start = false;
        server.connect(options, present);
        CHECK_FALSE(clean_start(server));
        CHECK(server.engine.phase() == session::connection_phase::connected);
    }
    SECTION("not claimed, because no session is to live") // v5 [MQTT-3.2.2-4]
    {
        options.clean_start = false;
        options.session_expiry.reset();
        (void)server.engine.configure(options);
        (void)server.engine.open(protocol_version::v5, server.now);
        CHECK(failure(server.feed(present)) == errc::unexpected_session_present);
    }
    SECTION("3.1.1 after CleanSession 1") // v3.1.1 [MQTT-3.2.2-1]
    {
        (void)server.engine.configure(minimal());
        (void)server.engine.open(v3, server.now);
        server.version = v3;
        CHECK(failure(server.feed(present)) == errc::unexpected_session_present);
    }
    SECTION("3.1.1 claimed")
    {
        options.clean_start = false;
        server.connect(options, present, v3);
        CHECK_FALSE(clean_start(server));
        CHECK(server.engine.phase() == session::connection_phase::connected);
    }
}

TEST_CASE("configuring with clean start begins a new session although one lives", "[session]")
{
    script server;
    server.connect();
    server.drop();
    server.connect();
    CHECK(clean_start(server));
    CHECK(server.events().empty());
    server.drop();
    connect_options options = plain_options();
    options.clean_start = false;
    server.connect(options);
    CHECK_FALSE(clean_start(server));
}

TEST_CASE("another client identifier takes nothing over", "[session]")
{
    script server;
    server.connect();
    (void)server.publish(1, "x", qos::exactly_once);
    (void)server.sent();
    server.drop();
    connect_options options = plain_options();
    options.client_id = "other";
    options.clean_start = false;
    CHECK_FALSE(server.engine.configure(options));
    CHECK_FALSE(server.engine.session_exists());
    const auto ended = server.ended();
    REQUIRE(ended.size() == 1);
    CHECK(ended[0].second == errc::session_lost);
}

TEST_CASE("an assigned client identifier is used from then on", "[session]")
{
    connect_options options = plain_options();
    options.client_id = {};
    wire::connack answer;
    answer.properties.assigned_client_identifier = "given";
    script server;
    server.connect(options, answer);
    CHECK(server.engine.client_identifier() == "given");
    server.resume();
    CHECK(server.connects.at(0).ends_with("00 05 67 69 76 65 6E"));
}

TEST_CASE("an empty client identifier has to be answered by an assigned one", "[session]")
{
    connect_options options = plain_options();
    options.client_id = {};
    script server;
    (void)server.engine.configure(options);
    (void)server.engine.open(protocol_version::v5, server.now);
    CHECK(failure(server.feed(wire::connack{})) == errc::missing_assigned_client_identifier);
}

TEST_CASE("3.1.1 generates an identifier for a session that is to live, and keeps it", "[session]")
{
    connect_options options = plain_options();
    options.client_id = {};
    script server;
    server.connect(options, {}, v3);
    CHECK_FALSE(clean_start(server));
    const std::string identifier(server.engine.client_identifier());
    CHECK(identifier.size() == 20);
    CHECK(identifier.starts_with("tern"));
    server.resume();
    CHECK(server.engine.client_identifier() == identifier);

    script other;
    options.session_expiry = 0s; // v3.1.1 [MQTT-3.1.3-7]
    other.connect(options, {}, v3);
    CHECK(clean_start(other));
    CHECK(other.engine.client_identifier().empty());
}

TEST_CASE("3.1.1 with clean start discards the old session on a connection of its own", "[session]")
{
    connect_options options = plain_options();
    will_options will;
    will.topic = "w";
    options.will = will;
    script server;
    server.version = v3;
    (void)server.engine.configure(options);
    (void)server.engine.open(v3, server.now);
    server.connects = server.sent();
    CHECK(clean_start(server));
    CHECK(server.connects == packets{"10 0D 00 04 4D 51 54 54 04 02 00 3C 00 01 63"});
    CHECK(as<session::session_cleared>(server.feed(wire::connack{})));
    CHECK(server.sent() == packets{"E0 00"});
    server.drop();
    server.reconnect({}, v3);
    CHECK_FALSE(clean_start(server));
    CHECK(server.engine.phase() == session::connection_phase::connected);
    server.resume();
    CHECK_FALSE(clean_start(server));
}

TEST_CASE("3.1.1 discards the session again when the second CONNACK is lost", "[session]")
{
    script server;
    server.connect(plain_options(), {}, v3);
    CHECK(clean_start(server));
    // Between the two connections everything is taken in.
    CHECK_FALSE(server.publish(1, "a", tern::qos::at_least_once).error);
    server.drop();
    (void)server.engine.open(v3, server.now); // CleanSession 0; the server may make a session now
    server.connects = server.sent();
    CHECK_FALSE(clean_start(server));
    server.drop();
    server.reconnect({}, v3);
    CHECK(clean_start(server));
    server.drop();
    server.reconnect({}, v3);
    CHECK_FALSE(clean_start(server));
    CHECK(server.sent() == packets{"32 06 00 01 74 00 01 61"});
}

TEST_CASE("a failure that nobody asked for does not end the next connection", "[session]")
{
    script server;
    server.connect();
    server.now += 60s;
    server.engine.advance(server.now);
    (void)server.sent();
    server.now += 10s;
    server.engine.advance(server.now); // PINGRESP is missing
    CHECK(server.engine.phase() == session::connection_phase::failed);
    server.resume();
    CHECK(server.engine.phase() == session::connection_phase::connected);
    CHECK(server.events().empty());
}

TEST_CASE("a refusal is told with its reason, and whether it was for the version", "[session]")
{
    script server;
    (void)server.engine.configure(plain_options());
    (void)server.engine.open(protocol_version::v5, server.now);
    (void)server.sent();
    std::optional<session::connection_refused> refused;
    SECTION("credentials")
    {
        wire::connack answer;
        answer.reason_code = reason_code::bad_user_name_or_password;
        answer.properties.reason_string = "no";
        refused = as<session::connection_refused>(server.feed(answer));
        REQUIRE(refused);
        CHECK(refused->reason == reason_code::bad_user_name_or_password);
        CHECK(refused->properties.reason_string == "no");
        CHECK_FALSE(refused->version_refused);
    }
    SECTION("version")
    {
        wire::connack answer;
        answer.reason_code = reason_code::unsupported_protocol_version;
        refused = as<session::connection_refused>(server.feed(answer));
        REQUIRE(refused);
        CHECK(refused->version_refused);
    }
    SECTION("a server of 3.1.1 answers in its own way")
    {
        refused = as<session::connection_refused>(server.feed_hex("20 02 00 01"));
        REQUIRE(refused);
        CHECK(refused->version_refused);
        CHECK(refused->reason == reason_code::unsupported_protocol_version);
    }
    CHECK(server.engine.phase() == session::connection_phase::failed);
    CHECK(server.sent().empty());
    CHECK(server.engine.receive("\x20\x03", server.now).consumed == 0);
}

TEST_CASE("a CONNACK that breaks a rule ends the connection without a packet", "[session]")
{
    script server;
    (void)server.engine.configure(plain_options());
    (void)server.engine.open(protocol_version::v5, server.now);
    (void)server.sent();
    SECTION("reserved flags") // v5 [MQTT-3.2.2-1]
    {
        CHECK(failure(server.feed_hex("20 03 02 00 00")) == errc::reserved_bits);
    }
    SECTION("a session with a refusal") // v5 [MQTT-3.2.2-6]
    {
        CHECK(failure(server.feed_hex("20 03 01 87 00")) == errc::reserved_bits);
    }
    SECTION("an unknown reason") // v5 [MQTT-3.2.2-8]
    {
        CHECK(failure(server.feed_hex("20 03 00 01 00")) == errc::invalid_reason_code);
    }
    SECTION("Receive Maximum 0")
    {
        CHECK(failure(server.feed_hex("20 06 00 00 03 21 00 00")) == errc::invalid_property_value);
    }
    SECTION("response information that was not asked for") // v5 [MQTT-3.1.2-28]
    {
        CHECK(failure(server.feed_hex("20 07 00 00 04 1A 00 01 61")) == errc::unrequested_property);
    }
    SECTION("an authentication method that was not asked for") // v5 [MQTT-4.12.0-6]
    {
        CHECK(failure(server.feed_hex("20 07 00 00 04 15 00 01 61")) == errc::authentication_method_mismatch);
    }
    CHECK(server.sent().empty());
}

TEST_CASE("response information is accepted where it was asked for", "[session]")
{
    connect_options options = plain_options();
    options.request_response_information = true;
    wire::connack answer;
    answer.properties.response_information = "here";
    script server;
    server.connect(options, answer);
    CHECK(server.engine.phase() == session::connection_phase::connected);
}

TEST_CASE("options that cannot be sent change nothing, those that this version cannot carry are refused when opening",
          "[session]")
{
    connect_options options = minimal();
    options.password = byte_view("p");
    script server;
    CHECK_FALSE(server.engine.configure(options));
    options.client_id = "a\xFF";
    CHECK(server.engine.configure(options) == errc::invalid_text);
    CHECK(server.engine.open(v3, server.now) == errc::not_supported_by_protocol_version);
    CHECK(server.engine.phase() == session::connection_phase::closed);
    CHECK_FALSE(server.engine.open(protocol_version::v5, server.now));
    CHECK(server.sent().at(0).ends_with("00 01 63 00 01 70")); // the first client identifier, and the password
}

TEST_CASE("other credentials change nothing of the session", "[session]")
{
    script server;
    server.connect(plain_options(), {}, v3);
    CHECK(clean_start(server)); // the connection that clears
    server.drop();
    CHECK_FALSE(server.engine.set_credentials("ann", byte_view("secret")));
    server.reconnect({}, v3);
    CHECK_FALSE(clean_start(server));
    CHECK(server.connects.at(0).ends_with("00 01 63 00 03 61 6E 6E 00 06 73 65 63 72 65 74"));
    CHECK(server.engine.set_credentials("ben", std::nullopt) == errc::already_connected);
    server.drop();
    CHECK(server.engine.set_credentials("a\xFF", std::nullopt) == errc::invalid_text);
    CHECK_FALSE(server.engine.set_credentials("ben", std::nullopt));
    server.reconnect({}, v3);
    CHECK_FALSE(clean_start(server));
    CHECK(server.connects.at(0).ends_with("00 01 63 00 03 62 65 6E"));
}

TEST_CASE("a session that an earlier process began is told apart from our own", "[session]")
{
    wire::connack present;
    present.session_present = true;
    connect_options options = plain_options();
    options.clean_start = false;
    const auto claimed = [&present](script& server) {
        (void)server.engine.open(protocol_version::v5, server.now);
        (void)server.sent();
        const auto connected = as<session::connected>(server.feed(present));
        return connected && connected->session_claimed;
    };
    script server;
    (void)server.engine.configure(options);
    CHECK(claimed(server));
    server.drop();
    CHECK(claimed(server)); // it stays what it was
    server.drop();
    options.client_id = "other";
    server.connect(options); // without a session
    server.drop();
    CHECK_FALSE(claimed(server));
    server.drop();
    options.client_id = "third";
    (void)server.engine.configure(options);
    CHECK(claimed(server));
}
