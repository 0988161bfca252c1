// SPDX-License-Identifier: BSL-1.0
#include "tern/session/dispatching.hpp"

#include "support/catch.hpp"

#include "script.hpp"

#include <string>

using namespace tern;
using namespace tern_test;

TEST_CASE("packets are found however the bytes are cut", "[session]")
{
    script server;
    server.connect();
    const std::string bytes = from_hex("30 05 00 01 74 00 78 C0"); // and the beginning of another one
    for (std::size_t size = 0; size < 7; ++size)
    {
        CHECK(server.engine.receive(std::string_view(bytes).substr(0, size), server.now).consumed == 0);
    }
    CHECK(server.engine.needed(std::string_view(bytes).substr(0, 1)) == 0);
    CHECK(server.engine.needed(std::string_view(bytes).substr(0, 2)) == 7);
    const auto result = server.engine.receive(bytes, server.now);
    CHECK(result.consumed == 7);
    CHECK(as<session::message_received>(result.event));
    CHECK(server.engine.stats(server.now).bytes_received == 5 + 7);
    CHECK(server.engine.stats(server.now).packets_received == 2);
}

TEST_CASE("only CONNACK and AUTH come before CONNACK", "[session]")
{
    const std::string first = GENERATE("30 05 00 01 74 00 78", "40 02 00 01", "50 02 00 01", "62 02 00 01", "70 02 00 01",
                                       "90 04 00 01 00 00", "B0 04 00 01 00 00", "D0 00", "E0 00", "C0 00");
    CAPTURE(first);
    script server;
    (void)server.engine.configure(plain_options());
    (void)server.engine.open(protocol_version::v5, server.now);
    (void)server.sent();
    CHECK(failure(server.feed_hex(first)) == errc::unexpected_packet); // v5 [MQTT-3.2.0-1]
    CHECK(server.sent().empty());
    CHECK(server.engine.phase() == session::connection_phase::failed);
}

TEST_CASE("packets that only a client sends, and a second CONNACK, are protocol errors", "[session]")
{
    const std::string packet = GENERATE("10 00", "82 08 00 01 00 00 01 61 00 00", "A2 06 00 01 00 00 01 61", "C0 00",
                                        "20 03 00 00 00");
    CAPTURE(packet);
    script server;
    server.connect();
    CHECK(failure(server.feed_hex(packet)) == errc::unexpected_packet);
    CHECK(server.sent() == packets{"E0 01 82"});

    connect_options options = plain_options();
    options.session_expiry = 0s;
    script old;
    old.connect(options, {}, protocol_version::v3_1_1);
    CHECK(failure(old.feed_hex(packet)) == errc::unexpected_packet);
    CHECK(old.sent().empty());
}

TEST_CASE("malformed packets are answered by their reason", "[session]")
{
    script server;
    server.connect();
    SECTION("type 0")
    {
        CHECK(failure(server.feed_hex("00 00")) == errc::reserved_packet_type);
    }
    SECTION("reserved flags") // v5 [MQTT-2.1.3-1]
    {
        CHECK(failure(server.feed_hex("60 02 00 01")) == errc::reserved_flags);
    }
    SECTION("a length of five bytes, before they are all there")
    {
        CHECK(failure(server.feed_hex("30 FF FF FF FF")) == errc::malformed_variable_byte_integer);
    }
    SECTION("a padded length") // v5 [MQTT-1.5.5-1]
    {
        CHECK(failure(server.feed_hex("D0 80 00")) == errc::malformed_variable_byte_integer);
    }
    SECTION("a PINGRESP with content")
    {
        CHECK(failure(server.feed_hex("D0 01 00")) == errc::length_mismatch);
    }
    CHECK(server.sent() == packets{"E0 01 81"});
}

TEST_CASE("a packet above our maximum is refused by its header", "[session]")
{
    connect_options options = plain_options();
    options.maximum_packet_size = 10;
    script server;
    server.connect(options);
    CHECK(as<session::message_received>(server.feed_hex("30 08 00 01 74 00 78 78 78 78")));
    CHECK(failure(server.feed_hex("30 09")) == errc::received_packet_too_large); // v5 [MQTT-3.1.2-24]
    CHECK(server.sent() == packets{"E0 01 95"});
    CHECK(server.engine.receive("\x30", server.now).consumed == 0);
}

TEST_CASE("nothing is received without a connection", "[session]")
{
    script server;
    CHECK(server.engine.receive("\xD0", server.now).consumed == 0);
    server.connect();
    (void)server.engine.disconnect({}, server.now);
    const auto rest = server.engine.receive("\xFF\xFF\xFF", server.now);
    CHECK(rest.consumed == 3);
    CHECK_FALSE(rest.event);
}

TEST_CASE("PINGREQ follows the interval of whoever decides it", "[session]")
{
    script server;
    wire::connack answer;
    SECTION("the client's")
    {
        server.connect(plain_options(), answer);
        CHECK(server.engine.deadline() == server.now + 60s);
        (void)server.publish(0, "x", qos::at_most_once);
        server.now += 30s;
        (void)server.sent();
        CHECK(server.engine.deadline() == server.now + 60s); // v5 [MQTT-3.1.2-20]: any packet will do
        server.now += 59s;
        server.engine.advance(server.now);
        CHECK(server.sent().empty());
        server.now += 1s;
        server.engine.advance(server.now);
        CHECK(server.sent() == packets{"C0 00"});
        server.now += 250ms;
        CHECK_FALSE(server.feed_hex("D0 00"));
        CHECK(server.engine.stats(server.now).last_round_trip == 250ms);
        CHECK(server.engine.deadline() == server.now - 250ms + 60s);
    }
    SECTION("the server's") // v5 [MQTT-3.1.2-21]
    {
        answer.properties.server_keep_alive = 5;
        server.connect(plain_options(), answer);
        server.now += 5s;
        server.engine.advance(server.now);
        CHECK(server.sent() == packets{"C0 00"});
    }
    SECTION("switched off by the server")
    {
        answer.properties.server_keep_alive = 0;
        server.connect(plain_options(), answer);
        CHECK_FALSE(server.engine.deadline());
    }
}

TEST_CASE("a missing PINGRESP ends the connection", "[session]")
{
    script server;
    server.connect();
    server.now += 60s;
    server.engine.advance(server.now);
    (void)server.sent();
    CHECK(server.engine.deadline() == server.now + 10s);
    SECTION("at its limit")
    {
        server.now += 10s;
        server.engine.advance(server.now);
        const auto failed = server.only<session::connection_failed>();
        REQUIRE(failed);
        CHECK(failed->error == errc::keep_alive_timeout);
        CHECK(server.sent() == packets{"E0 01 80"}); // 0x8D is the server's to use
        CHECK_FALSE(server.engine.deadline());
    }
    SECTION("not while reading is paused")
    {
        server.engine.pause_reading(true, server.now);
        server.now += 59s;
        server.engine.advance(server.now);
        CHECK(server.events().empty());
        server.engine.pause_reading(false, server.now);
        CHECK(server.engine.deadline() == server.now + 1s); // the next PINGREQ
    }
}

TEST_CASE("an unsolicited PINGRESP is tolerated", "[session]")
{
    script server;
    server.connect();
    CHECK_FALSE(server.feed_hex("D0 00"));
    CHECK(server.engine.phase() == session::connection_phase::connected);
}

TEST_CASE("a failure is told once", "[session]")
{
    script server;
    server.connect();
    CHECK(failure(server.feed_hex("00 00")) == errc::reserved_packet_type);
    CHECK(server.events().empty());
    CHECK_FALSE(server.feed_hex("00 00"));
}
