// SPDX-License-Identifier: BSL-1.0
//
// Chapters 3.12 to 3.14 and 3.1.2.10: PINGREQ, PINGRESP and DISCONNECT.
#include "client.hpp"
#include "script.hpp"
#include "support/catch.hpp"

#include <string>
#include <vector>

using namespace conformance_3_1_1;

TEST_CASE("3.1.1: a PINGREQ without PINGRESP ends the connection and it is made again", "[v3.1.1][MQTT-3.12.4-1]")
{
    client_limits limits = short_limits();
    limits.ping_response = 30ms;
    client_run run(
        [](std::size_t connection, const std::string& packet) {
            return packet == "C0 00" && connection == 1 ? answer{} : obliging(connection, packet);
        },
        limits);
    connect_options options = clean_session_1();
    options.keep_alive = 1s;
    REQUIRE_FALSE(run.connect(options));
    REQUIRE(run.until([&] { return run.stats().connects == 2; }));
    REQUIRE(run.connections().size() == 2);
    CHECK(run.connections()[0].ended);
    CHECK(run.connections()[0].packets.back() == "C0 00");
    const auto lost = run.events_of<disconnected_event>();
    REQUIRE(lost.size() == 1);
    CHECK(lost[0].error == errc::keep_alive_timeout);
    CHECK_FALSE(run.connections()[1].ended);
}

TEST_CASE("3.1.1: DISCONNECT is E0 00", "[v3.1.1][MQTT-3.14.1-1]")
{
    connected_session server;
    REQUIRE_FALSE(server.engine.disconnect({}, server.now));
    CHECK(server.sent() == packets{"E0 00"});
    // What 5.0 could say with it cannot be said.
    connected_session other;
    disconnect_options with_will;
    with_will.reason_code = reason_code::disconnect_with_will_message;
    CHECK(other.engine.disconnect(with_will, other.now) == errc::not_supported_by_protocol_version);
    disconnect_options expiring;
    expiring.session_expiry = 5s;
    CHECK(other.engine.disconnect(expiring, other.now) == errc::not_supported_by_protocol_version);
    CHECK(other.sent().empty());
}

TEST_CASE("3.1.1: after DISCONNECT the client closes the connection", "[v3.1.1][MQTT-3.14.4-1]")
{
    client_run run; // its server would leave the connection open
    REQUIRE_FALSE(run.connect(clean_session_1()));
    CHECK_FALSE(run.connections().at(0).ended);
    CHECK_FALSE(run.disconnect());
    REQUIRE(run.until([&] { return run.connections()[0].ended; }));
    CHECK(run.connections()[0].packets.back() == "E0 00");
    run.run_for(20ms);
    CHECK(run.connections().size() == 1);
}

TEST_CASE("3.1.1: nothing follows DISCONNECT", "[v3.1.1][MQTT-3.14.4-2]")
{
    connected_session server;
    const auto untaken = server.deliver(one, 1);
    (void)server.deliver_and_take(two, 2); // its PUBREC waits for the PUBACK before it
    (void)server.publish(1, "x", one);
    REQUIRE_FALSE(server.engine.disconnect({}, server.now));
    (void)server.publish(2, "x", zero);
    (void)server.subscribe(3, "f");
    server.take(untaken);
    CHECK(server.sent() == packets{"32 06 00 01 74 00 01 78", "E0 00"});
    // Whatever happens then.
    CHECK(server.publish(4, "x", zero).error == errc::disconnecting);
    CHECK(server.publish(5, "x", two).error == errc::disconnecting);
    CHECK(server.subscribe(6, "f") == errc::disconnecting);
    CHECK(server.unsubscribe(7, "f") == errc::disconnecting);
    CHECK(server.engine.disconnect({}, server.now) == errc::disconnecting);
    CHECK_FALSE(server.deliver_and_take(one, 3));
    CHECK_FALSE(server.acknowledge<wire::pubrel>(2));
    CHECK_FALSE(server.feed_hex("10 00")); // a violation is nobody's business any more
    server.now += 24h;
    server.engine.advance(server.now);
    CHECK_FALSE(server.engine.has_output());
    CHECK(server.sent().empty());

    // The client as a whole, with a server that goes on talking.
    client_run run([](std::size_t connection, const std::string& packet) {
        return packet == "E0 00" ? answer{"32 06 00 01 74 00 07 78 62 02 00 09"} : obliging(connection, packet);
    });
    REQUIRE_FALSE(run.connect(clean_session_1()));
    REQUIRE_FALSE(run.publish("t", "x", two));
    CHECK_FALSE(run.disconnect());
    REQUIRE(run.until([&] { return run.connections().at(0).ended; }));
    CHECK(run.packets().back() == "E0 00");
    CHECK(run.packets().size() == 4);
}

TEST_CASE("3.1.1: PINGRESP has a remaining length of 0", "[v3.1.1][U3-3.13]")
{
    for (const char* packet : {"D0 01 00", "D0 02 00 00"})
    {
        connected_session server;
        server.now += 60s;
        server.engine.advance(server.now); // PINGREQ is on its way
        CHECK(closes_silently(server, packet));
    }
    CHECK_FALSE(closes_silently("D0 00"));
}

TEST_CASE("3.1.1: a server that does not answer PINGREQ in time is left", "[v3.1.1][U3-3.1.2.10]")
{
    // The standard leaves the time to the client: client_limits::ping_response.
    client_limits limits;
    limits.ping_response = 7s;
    connect_options options = clean_session_1();
    options.keep_alive = 60s;
    connected_session server(options, limits);
    server.now += 60s;
    server.engine.advance(server.now);
    CHECK(server.sent() == packets{"C0 00"});
    CHECK(server.engine.deadline() == server.now + 7s);
    server.now += 7s - 1ms;
    server.engine.advance(server.now);
    (void)server.deliver(zero, 0); // other packets answer nothing
    CHECK(server.events().empty());
    CHECK(server.engine.phase() == session::connection_phase::connected);
    server.now += 1ms;
    server.engine.advance(server.now);
    const auto failed = server.only<session::connection_failed>();
    REQUIRE(failed);
    CHECK(failed->error == errc::keep_alive_timeout);
    CHECK(server.engine.phase() == session::connection_phase::failed);
    CHECK(server.sent().empty());
}

TEST_CASE("3.1.1: DISCONNECT from the server ends the connection as a broken rule", "[v3.1.1][U3-3.14]")
{
    CHECK(closes_silently("E0 00"));
    CHECK(closes_silently("E0 02 00 00")); // nor as 5.0 has it
    connected_session server;
    CHECK(failure(server.feed_hex("E0 00")) == errc::unexpected_packet);
}
