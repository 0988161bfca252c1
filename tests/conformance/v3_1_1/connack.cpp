// SPDX-License-Identifier: BSL-1.0
//
// Chapter 3.2: CONNACK.
#include "client.hpp"
#include "script.hpp"
#include "support/catch.hpp"

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

using namespace conformance_3_1_1;

namespace
{

/// By return code, from 1. 3.2.2.3
constexpr reason_code refusals[] = {reason_code::unsupported_protocol_version, reason_code::client_identifier_not_valid,
                                    reason_code::server_unavailable, reason_code::bad_user_name_or_password,
                                    reason_code::not_authorized};

std::string connack_hex(unsigned flags, unsigned code)
{
    return packet_hex(0x20, std::string{static_cast<char>(flags), static_cast<char>(code)});
}

/// What a session has in flight: QoS 1, QoS 2 before PUBREC, QoS 2 after it.
void fill(connected_session& server)
{
    (void)server.publish(1, "a", one);
    (void)server.publish(2, "b", two);
    (void)server.publish(3, "c", two);
    (void)server.sent();
    (void)server.acknowledge<wire::pubrec>(3);
    (void)server.sent();
}

} // namespace

TEST_CASE("3.1.1: the first packet from the server has to be CONNACK", "[v3.1.1][MQTT-3.2.0-1]")
{
    for (const char* packet : {"30 04 00 01 74 78", "32 06 00 01 74 00 01 78", "40 02 00 01", "50 02 00 01",
                               "62 02 00 01", "70 02 00 01", "90 03 00 01 00", "B0 02 00 01", "D0 00", "E0 00"})
    {
        INFO(packet);
        handshaking_session server;
        CHECK(closes_silently(server, packet));
    }
    handshaking_session server;
    CHECK(as<session::connected>(server.feed_hex("20 02 00 00")));
    CHECK(closes_silently(server, "20 02 00 00")); // and it comes once
}

TEST_CASE("3.1.1: Session Present after CleanSession 1 ends the connection", "[v3.1.1][MQTT-3.2.2-1]")
{
    handshaking_session server(clean_session_1());
    CHECK(failure(server.feed_hex("20 02 01 00")) == errc::unexpected_session_present);
    CHECK(server.engine.phase() == session::connection_phase::failed);
    CHECK_FALSE(server.engine.has_output());
    // Also where CleanSession 1 only clears the way for a session.
    connect_options options = clean_session_0();
    options.clean_start = true;
    handshaking_session clearing(options);
    CHECK(closes_silently(clearing, "20 02 01 00"));
}

TEST_CASE("3.1.1: Session Present 1 is told and what is in flight is sent again", "[v3.1.1][MQTT-3.2.2-2]")
{
    connected_session server(clean_session_0());
    fill(server);
    server.drop();
    REQUIRE_FALSE(server.engine.open(v3_1_1, server.now));
    (void)server.sent();
    const auto connected = as<session::connected>(server.feed_hex("20 02 01 00"));
    REQUIRE(connected);
    CHECK(connected->session_present);
    CHECK(server.sent() == packets{"62 02 00 03", "3A 06 00 01 74 00 01 61", "3C 06 00 01 74 00 02 62"});
    CHECK(server.events().empty());
}

TEST_CASE("3.1.1: Session Present 0 is told and the old state ends", "[v3.1.1][MQTT-3.2.2-3]")
{
    connected_session server(clean_session_0());
    fill(server);
    server.drop();
    REQUIRE_FALSE(server.engine.open(v3_1_1, server.now));
    (void)server.sent();
    const auto connected = as<session::connected>(server.feed_hex("20 02 00 00"));
    REQUIRE(connected);
    CHECK_FALSE(connected->session_present);
    CHECK(server.engine.stats(server.now).session_losses == 1);
    CHECK(server.sent() == packets{"32 06 00 01 74 00 04 61"}); // QoS 1 as a new message
    const auto told = server.events();
    REQUIRE(told.size() == 3);
    CHECK(std::holds_alternative<session::session_was_lost>(told[0]));
    for (const std::size_t index : {1U, 2U}) // QoS 2: its outcome is unknown
    {
        const auto ended = as<session::publish_completed>(told[index]);
        REQUIRE(ended);
        CHECK(ended->error == errc::session_lost);
    }
}

TEST_CASE("3.1.1: a refusal with Session Present 1 ends the connection", "[v3.1.1][MQTT-3.2.2-4]")
{
    for (unsigned code = 1; code <= 5; ++code)
    {
        handshaking_session fresh(clean_session_1());
        CHECK(closes_silently(fresh, connack_hex(1, code)));
        handshaking_session claiming(clean_session_0());
        CHECK(closes_silently(claiming, connack_hex(1, code)));
    }
}

TEST_CASE("3.1.1: a refusal fails the connect with its code and the connection is closed", "[v3.1.1][MQTT-3.2.2-5]")
{
    for (unsigned code = 1; code <= 5; ++code)
    {
        const reason_code reason = refusals[code - 1];
        handshaking_session server;
        const auto refused = as<session::connection_refused>(server.feed_hex(connack_hex(0, code)));
        REQUIRE(refused);
        CHECK(refused->reason == reason);
        CHECK(server.engine.phase() == session::connection_phase::failed);
        CHECK_FALSE(server.engine.has_output());
        // The client closes too: it does not wait for the server to do so.
        client_run run([&](std::size_t, const std::string&) { return answer{connack_hex(0, code)}; });
        CHECK(run.connect(clean_session_1()) == reason);
        REQUIRE(run.until([&] { return run.connections().at(0).ended; }));
        CHECK(run.connections()[0].packets.size() == 1);
    }
}

TEST_CASE("3.1.1: a close before CONNACK is an error that is retried with growing delays", "[v3.1.1][MQTT-3.2.2-6]")
{
    client_run once([](std::size_t, const std::string&) { return answer{{}, true}; });
    CHECK(once.connect(clean_session_1()) == errc::closed_by_server);
    CHECK(once.connections().size() == 1);

    client_limits limits = short_limits();
    limits.reconnect.initial_delay = 4ms;
    limits.reconnect.maximum_delay = 16ms;
    client_run run(
        [](std::size_t connection, const std::string& packet) {
            return connection < 6 ? answer{{}, true} : obliging(connection, packet);
        },
        limits);
    connect_options options = clean_session_1();
    options.retry = true;
    const auto start = std::chrono::steady_clock::now();
    CHECK_FALSE(run.connect(options));
    CHECK(std::chrono::steady_clock::now() - start >= 4ms + 8ms + 16ms + 16ms + 16ms);
    CHECK(run.connections().size() == 6);
    CHECK(run.stats().connect_failures == 5);
    std::vector<std::chrono::milliseconds> delays;
    for (const disconnected_event& each : run.events_of<disconnected_event>())
    {
        CHECK(each.error == errc::closed_by_server);
        CHECK_FALSE(each.was_connected);
        delays.push_back(each.retry_after);
    }
    CHECK(delays == std::vector<std::chrono::milliseconds>{4ms, 8ms, 16ms, 16ms, 16ms});
}

TEST_CASE("3.1.1: a server that does not answer CONNECT in time is left", "[v3.1.1][U3-3.2-timeout]")
{
    // The standard leaves the time to the client: client_limits::connect_attempt. The session has no part in it.
    client_limits limits = short_limits();
    limits.connect_attempt = 30ms;
    client_run run([](std::size_t, const std::string&) { return answer{}; }, limits);
    const auto start = std::chrono::steady_clock::now();
    CHECK(run.connect(clean_session_1()) == errc::no_connection_acknowledgement);
    CHECK(std::chrono::steady_clock::now() - start >= 30ms);
    REQUIRE(run.until([&] { return run.connections().at(0).ended; }));
    CHECK(run.packets().size() == 1);
}

TEST_CASE("3.1.1: the upper seven flags of CONNACK are 0", "[v3.1.1][U3-3.2.2.1]")
{
    for (unsigned flags = 2; flags < 256; ++flags)
    {
        for (const connect_options& options : {clean_session_0(), clean_session_1()})
        {
            handshaking_session server(options);
            REQUIRE(closes_silently(server, connack_hex(flags, 0)));
        }
    }
    handshaking_session server(clean_session_0());
    CHECK(as<session::connected>(server.feed_hex(connack_hex(1, 0))));
}

TEST_CASE("3.1.1: what happens when client and server disagree about the session", "[v3.1.1][U3-3.2.2.2]")
{
    SECTION("the client has state and the server has not: it goes on with what can be done again")
    {
        connected_session server(clean_session_0());
        fill(server);
        server.drop();
        server.reconnect({}, v3_1_1);
        CHECK(server.engine.phase() == session::connection_phase::connected);
        CHECK(server.engine.stats(server.now).session_losses == 1);
        CHECK(server.sent() == packets{"32 06 00 01 74 00 04 61"});
    }
    SECTION("the same where the application has chosen to publish QoS 2 again")
    {
        client_limits limits;
        limits.republish_exactly_once = true;
        connected_session server(clean_session_0(), limits);
        fill(server);
        server.drop();
        server.reconnect({}, v3_1_1);
        CHECK(server.sent() ==
              packets{"32 06 00 01 74 00 04 61", "34 06 00 01 74 00 05 62", "34 06 00 01 74 00 06 63"});
    }
    SECTION("the server has state and the client has not: it disconnects")
    {
        connect_options options = clean_session_0();
        options.client_id = ""; // generated just now, so nobody has left a session under it
        handshaking_session server(options);
        CHECK(failure(server.feed_hex("20 02 01 00")) == errc::unexpected_session_present);
        CHECK_FALSE(server.engine.has_output());
    }
    SECTION("the same where the application claims what an earlier process left: it goes on")
    {
        handshaking_session server(clean_session_0());
        const auto connected = as<session::connected>(server.feed_hex("20 02 01 00"));
        REQUIRE(connected);
        CHECK(connected->session_present);
    }
}

TEST_CASE("3.1.1: return codes from 6 on are reserved", "[v3.1.1][U3-3.2.2.3]")
{
    for (unsigned code = 6; code < 256; ++code)
    {
        handshaking_session server;
        CHECK(failure(server.feed_hex(connack_hex(0, code))) == errc::invalid_reason_code);
        REQUIRE(server.engine.phase() == session::connection_phase::failed);
        REQUIRE_FALSE(server.engine.has_output());
    }
    client_run run([](std::size_t, const std::string&) { return answer{connack_hex(0, 6)}; });
    CHECK(run.connect(clean_session_1()) == errc::invalid_reason_code);
    REQUIRE(run.until([&] { return run.connections().at(0).ended; }));
}
