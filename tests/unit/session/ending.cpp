// SPDX-License-Identifier: BSL-1.0
#include "tern/session/ending.hpp"

#include "script.hpp"
#include "support/catch.hpp"

#include <optional>
#include <string>
#include <system_error>

using namespace tern;
using namespace tern_test;

TEST_CASE("a client uses only the reasons that a client may use", "[session]")
{
    CHECK(session::client_disconnect_reason(errc::received_packet_too_large) == reason_code::packet_too_large);
    CHECK(session::client_disconnect_reason(errc::keep_alive_timeout) == reason_code::unspecified_error);
    for (int value = 1; value <= static_cast<int>(errc::missing_assigned_client_identifier); ++value)
    {
        const reason_code reason = session::client_disconnect_reason(static_cast<errc>(value));
        CHECK(wire::client_disconnect_codes.contains(reason));
    }
}

TEST_CASE("DISCONNECT is the last packet, and ends a session that was there by default", "[session]")
{
    connect_options options = plain_options();
    script server;
    SECTION("by default")
    {
        options.session_expiry.reset();
        server.connect(options);
        CHECK_FALSE(server.engine.disconnect({}, server.now));
        CHECK(server.sent() == packets{"E0 07 00 05 11 00 00 00 00"});
        server.drop();
        CHECK_FALSE(server.engine.session_exists());
    }
    SECTION("asked for")
    {
        server.connect(options);
        CHECK_FALSE(server.engine.disconnect({}, server.now));
        CHECK(server.sent() == packets{"E0 00"});
        server.drop();
        CHECK(server.engine.session_exists());
    }
    SECTION("by default, in 3.1.1, where it cannot be ended") // v3.1.1 [MQTT-3.1.2-4]
    {
        options.session_expiry.reset();
        options.clean_start = false;
        server.connect(options, {}, protocol_version::v3_1_1);
        CHECK_FALSE(server.engine.disconnect({}, server.now));
        CHECK(server.sent() == packets{"E0 00"});
        server.drop();
        CHECK(server.engine.session_exists());
    }
    SECTION("of one connection, in 3.1.1")
    {
        options.session_expiry = 0s;
        server.connect(options, {}, protocol_version::v3_1_1);
        CHECK_FALSE(server.engine.disconnect({}, server.now));
        CHECK(server.sent() == packets{"E0 00"});
        server.drop();
        CHECK_FALSE(server.engine.session_exists());
    }
    CHECK(server.engine.disconnect({}, server.now) == errc::not_connected);
}

TEST_CASE("nothing is sent or accepted after DISCONNECT", "[session]")
{
    script server;
    server.connect();
    const auto received = as<session::message_received>(server.deliver(qos::at_least_once, 1));
    REQUIRE(received);
    CHECK_FALSE(server.engine.disconnect({}, server.now));
    CHECK(server.engine.phase() == session::connection_phase::disconnecting);
    CHECK(server.publish(1, "x", qos::at_most_once).error == errc::disconnecting);
    CHECK(server.engine.disconnect({}, server.now) == errc::disconnecting);
    CHECK(server.engine.re_authenticate("x") == errc::disconnecting);
    server.engine.acknowledge(received->delivery, reason_code::success, server.now);
    CHECK_FALSE(server.deliver(qos::at_least_once, 2));
    server.now += 1h;
    server.engine.advance(server.now);
    CHECK(server.sent() == packets{"E0 00"});
}

TEST_CASE("DISCONNECT can carry a reason and another session expiry", "[session]")
{
    script server;
    server.connect();
    disconnect_options options;
    options.reason_code = reason_code::disconnect_with_will_message;
    options.session_expiry = 60s;
    options.reason_string = "bye";
    CHECK_FALSE(server.engine.disconnect(options, server.now));
    CHECK(server.sent() == packets{"E0 0D 04 0B 11 00 00 00 3C 1F 00 03 62 79 65"});
    server.drop();
    CHECK(server.engine.deadline() == server.now + 60s);
}

TEST_CASE("DISCONNECT options that break a rule are refused", "[session]")
{
    connect_options options = plain_options();
    options.session_expiry = 0s;
    script server;
    server.connect(options);
    disconnect_options last;
    last.session_expiry = 60s; // v5 3.14.2.2.2
    CHECK(server.engine.disconnect(last, server.now) == errc::invalid_option);
    last = {};
    last.reason_code = reason_code::server_busy; // v5 [MQTT-3.14.2-1]
    CHECK(server.engine.disconnect(last, server.now) == errc::invalid_option);
    last = {};
    last.reason_string = "\xFF";
    CHECK(server.engine.disconnect(last, server.now) == errc::invalid_text);
    CHECK(server.engine.phase() == session::connection_phase::connected);
    CHECK(server.sent().empty());

    script old;
    old.connect(options, {}, protocol_version::v3_1_1);
    last.reason_string = "why";
    CHECK(old.engine.disconnect(last, old.now) == errc::not_supported_by_protocol_version);
    CHECK_FALSE(old.engine.disconnect({}, old.now));
    CHECK(old.sent() == packets{"E0 00"});
}

TEST_CASE("DISCONNECT drops what is optional rather than exceed the server's limit", "[session]")
{
    wire::connack answer;
    answer.properties.maximum_packet_size = 20;
    script server;
    server.connect(plain_options(), answer);
    const std::string text(100, 'x');
    const user_property list[] = {{"a", text}};
    disconnect_options options;
    options.reason_string = "short";
    options.user_properties = list;
    CHECK_FALSE(server.engine.disconnect(options, server.now));
    CHECK(server.sent() == packets{"E0 0A 00 08 1F 00 05 73 68 6F 72 74"});

    script other;
    other.connect(plain_options(), answer);
    options.reason_string = text;
    CHECK_FALSE(other.engine.disconnect(options, other.now));
    CHECK(other.sent() == packets{"E0 00"});
}

TEST_CASE("a DISCONNECT of the server's is told, and ends the output", "[session]")
{
    script server;
    server.connect();
    (void)server.publish(0, "x", qos::at_most_once);
    wire::disconnect packet;
    packet.reason_code = reason_code::session_taken_over;
    packet.properties.reason_string = "other";
    const auto ended = as<session::disconnected_by_server>(server.feed(packet));
    REQUIRE(ended);
    CHECK(ended->reason == reason_code::session_taken_over);
    CHECK(ended->properties.reason_string == "other");
    CHECK(server.sent().empty());
    CHECK(server.engine.phase() == session::connection_phase::failed);
}

TEST_CASE("a DISCONNECT that breaks a rule is a violation", "[session]")
{
    script server;
    SECTION("with a session expiry") // v5 [MQTT-3.14.2-2]
    {
        server.connect();
        CHECK(failure(server.feed_hex("E0 07 00 05 11 00 00 00 00")) == errc::unrequested_property);
        CHECK(server.sent() == packets{"E0 01 82"});
        server.drop();
        CHECK(server.engine.deadline() == server.now + 3600s);
    }
    SECTION("before CONNACK") // v5 [MQTT-3.14.0-1]
    {
        (void)server.engine.configure(plain_options());
        (void)server.engine.open(protocol_version::v5, server.now);
        CHECK(failure(server.feed_hex("E0 00")) == errc::unexpected_packet);
        CHECK(server.sent().empty());
    }
    SECTION("in 3.1.1")
    {
        connect_options options = plain_options();
        options.session_expiry = 0s;
        server.connect(options, {}, protocol_version::v3_1_1);
        CHECK(failure(server.feed_hex("E0 00")) == errc::unexpected_packet);
        CHECK(server.sent().empty()); // v3.1.1 [MQTT-4.8.0-1]
    }
}

TEST_CASE("QoS 0 that is not written is lost with the connection, nothing else is", "[session]")
{
    script server;
    server.connect();
    (void)server.publish(1, "a", qos::at_most_once);
    (void)server.sent();
    (void)server.publish(2, "b", qos::at_most_once);
    (void)server.sent(false); // handed out, never written
    (void)server.publish(3, "c", qos::at_most_once);
    (void)server.publish(4, "d", qos::at_least_once);
    server.drop();
    const auto ended = server.ended();
    REQUIRE(ended.size() == 3);
    CHECK(ended[0] == std::pair(session::operation{1}, std::error_code()));
    CHECK(ended[1] == std::pair(session::operation{2}, make_error_code(errc::connection_lost)));
    CHECK(ended[2] == std::pair(session::operation{3}, make_error_code(errc::connection_lost)));
    server.resume();
    CHECK(server.sent() == packets{"32 07 00 01 74 00 02 00 64"}); // never handed out: no repetition
}

TEST_CASE("what was encoded and never handed out is not sent: no DUP, and no lost outcome", "[session]")
{
    script server;
    server.connect();
    (void)server.publish(1, "a", qos::exactly_once);
    (void)server.sent();
    (void)server.publish(2, "b", qos::exactly_once);
    (void)server.publish(3, "c", qos::at_least_once);
    SECTION("the session is resumed")
    {
        server.resume();
        CHECK(server.sent() == packets{"3C 07 00 01 74 00 01 00 61", "34 07 00 01 74 00 04 00 62",
                                       "32 07 00 01 74 00 05 00 63"}); // v5 [MQTT-3.3.1-3]
        server.resume();
        CHECK(server.sent() ==
              packets{"3C 07 00 01 74 00 01 00 61", "3C 07 00 01 74 00 04 00 62", "3A 07 00 01 74 00 05 00 63"});
    }
    SECTION("the session is lost, twice")
    {
        server.drop();
        server.reconnect();
        CHECK(server.ended() == std::vector{std::pair(session::operation{1}, make_error_code(errc::session_lost))});
        CHECK(server.sent() == packets{"34 07 00 01 74 00 04 00 62", "32 07 00 01 74 00 05 00 63"});
        server.drop();
        server.reconnect();
        CHECK(server.ended() == std::vector{std::pair(session::operation{2}, make_error_code(errc::session_lost))});
        CHECK(server.sent() == packets{"32 07 00 01 74 00 06 00 63"});
    }
    CHECK(server.engine.stats(server.now).queued_messages == 0);
}

TEST_CASE("a lost session ends QoS 2 that was sent, and sends the rest as new, in order", "[session]")
{
    script server;
    server.connect();
    (void)server.publish(1, "a", qos::at_least_once);
    (void)server.publish(2, "b", qos::exactly_once);
    (void)server.publish(3, "c", qos::exactly_once);
    (void)server.publish(4, "d", qos::at_least_once);
    (void)server.sent();
    (void)server.acknowledge<wire::pubrec>(3);
    server.drop();
    (void)server.publish(5, "e", qos::exactly_once);
    server.reconnect(); // Session Present 0
    const auto events = server.events();
    REQUIRE(events.size() == 3);
    CHECK(std::holds_alternative<session::session_was_lost>(events[0]));
    for (std::size_t i = 1; i < 3; ++i)
    {
        REQUIRE(std::holds_alternative<session::publish_completed>(events[i]));
        const auto& completed = std::get<session::publish_completed>(events[i]);
        CHECK(completed.error == errc::session_lost);
        CHECK(completed.operation == (i == 1 ? 3 : 2));
    }
    // New identifiers, no DUP: v5 [MQTT-3.2.2-5]
    CHECK(server.sent() ==
          packets{"32 07 00 01 74 00 05 00 61", "32 07 00 01 74 00 06 00 64", "34 07 00 01 74 00 07 00 65"});
    CHECK(server.engine.stats(server.now).session_losses == 1);
}

TEST_CASE("QoS 2 is republished after a lost session if the user wants that", "[session]")
{
    client_limits limits;
    limits.republish_exactly_once = true;
    script server(limits);
    server.connect();
    (void)server.publish(1, "a", qos::exactly_once);
    (void)server.publish(2, "b", qos::at_least_once);
    (void)server.publish(3, "c", qos::exactly_once);
    (void)server.sent();
    (void)server.acknowledge<wire::pubrec>(3);
    server.drop();
    server.reconnect();
    CHECK(server.only<session::session_was_lost>());
    CHECK(server.sent() ==
          packets{"34 07 00 01 74 00 04 00 61", "32 07 00 01 74 00 05 00 62", "34 07 00 01 74 00 06 00 63"});
}

TEST_CASE("a session that expires while there is no connection ends at its deadline", "[session]")
{
    script server;
    server.connect();
    (void)server.publish(1, "a", qos::exactly_once);
    (void)server.sent();
    server.drop();
    CHECK(server.engine.deadline() == server.now + 3600s);
    server.now += 3599s;
    server.engine.advance(server.now);
    CHECK(server.events().empty());
    server.now += 1s;
    server.engine.advance(server.now);
    CHECK(server.events().size() == 2);
    CHECK_FALSE(server.engine.session_exists());
    CHECK_FALSE(server.engine.deadline());
}

TEST_CASE("a session does not expire while connected", "[session]")
{
    script server;
    server.connect();
    server.now += 24h;
    server.engine.advance(server.now);
    CHECK(server.events().empty());
    CHECK(server.engine.session_exists());
}

TEST_CASE("a session of an instant sends QoS 1 again as new", "[session]")
{
    connect_options options = plain_options();
    options.session_expiry = 0s;
    script server;
    server.connect(options);
    (void)server.publish(1, "a", qos::at_least_once);
    (void)server.publish(2, "b", qos::exactly_once);
    (void)server.sent();
    server.drop();
    const auto ended = server.ended();
    REQUIRE(ended.size() == 1);
    CHECK(ended[0] == std::pair(session::operation{2}, make_error_code(errc::session_lost)));
    server.reconnect();
    CHECK(server.sent() == packets{"32 07 00 01 74 00 03 00 61"});
}

TEST_CASE("giving up ends everything that is left", "[session]")
{
    script server;
    server.connect();
    std::uint32_t identifier = 0;
    const topic_subscription filter[] = {{"a"}};
    const std::string_view filters[] = {"b"};
    (void)server.publish(1, "a", qos::at_least_once);
    (void)server.publish(2, "b", qos::exactly_once);
    (void)server.publish(3, "c", qos::exactly_once);
    (void)server.engine.subscribe(4, filter, {}, identifier, server.now);
    (void)server.sent();
    (void)server.acknowledge<wire::pubrec>(3);
    server.drop();
    (void)server.publish(5, "d", qos::at_most_once);
    (void)server.publish(6, "e", qos::at_least_once);
    (void)server.publish(0, "f", qos::at_least_once);
    (void)server.engine.unsubscribe(7, filters, {}, server.now);
    server.engine.abandon(make_error_code(std::errc::operation_canceled));
    const auto events = server.events();
    CHECK(events.size() == 7);
    for (const session::event& each : events)
    {
        std::visit(
            [](const auto& ended) {
                if constexpr (requires { ended.operation; })
                {
                    CHECK(ended.error == std::errc::operation_canceled);
                }
            },
            each);
    }
    CHECK(server.engine.idle());
}

TEST_CASE("what was found wrong with a connection is not told once it is closed", "[session]")
{
    script server;
    server.connect();
    server.now += 60s;
    server.engine.advance(server.now);
    (void)server.sent();
    server.now += 10s;
    server.engine.advance(server.now); // PINGRESP is missing
    server.drop();
    CHECK(server.events().empty());
}

TEST_CASE("giving up an unsubscribe does not bring its subscription back", "[session]")
{
    script server;
    server.connect();
    std::uint32_t identifier = 0;
    const topic_subscription filter[] = {{"a"}, {"b"}};
    const std::string_view filters[] = {"a"};
    (void)server.engine.subscribe(1, filter, {}, identifier, server.now);
    (void)server.sent();
    (void)server.feed_hex("90 05 00 01 00 02 02");
    server.drop();
    (void)server.engine.unsubscribe(2, filters, {}, server.now);
    server.engine.abandon(make_error_code(std::errc::operation_canceled));
    CHECK(server.only<session::unsubscribe_completed>());
    server.reconnect();
    CHECK(server.sent() == packets{"82 09 00 02 02 0B 01 00 01 62 02"});
}
