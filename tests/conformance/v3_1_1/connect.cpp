// SPDX-License-Identifier: BSL-1.0
//
// Chapter 3.1: when CONNECT is sent, and what follows from it. Its flags and fields are in connect_fields.cpp.
#include "client.hpp"
#include "connect_layout.hpp"
#include "script.hpp"
#include "support/catch.hpp"

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

using namespace conformance_3_1_1;

TEST_CASE("3.1.1: CONNECT is the first packet whatever else waits", "[v3.1.1][MQTT-3.1.0-1]")
{
    script server;
    server.version = v3_1_1;
    REQUIRE_FALSE(server.engine.configure(clean_session_0()));
    (void)server.publish(1, "x", zero);
    (void)server.publish(2, "x", one);
    std::uint32_t identifier = 0;
    const topic_subscription filters[] = {{"f"}};
    (void)server.engine.subscribe(3, filters, {}, identifier, server.now);
    CHECK(server.sent().empty());
    REQUIRE_FALSE(server.engine.open(v3_1_1, server.now));
    // A client MAY send more before CONNACK; tern waits for it, because a refusal would lose the rest.
    const packets first = server.sent();
    REQUIRE(first.size() == 1);
    CHECK(first[0].starts_with("10 "));
    (void)server.publish(4, "x", zero);
    CHECK(server.sent().empty());
    (void)server.feed(wire::connack{});
    CHECK(server.sent().size() == 4);
}

TEST_CASE("3.1.1: CONNECT is sent once on a connection", "[v3.1.1][MQTT-3.1.0-2]")
{
    handshaking_session server(clean_session_0());
    CHECK(server.engine.open(v3_1_1, server.now) == errc::already_connected);
    CHECK(server.engine.configure(clean_session_0()) == errc::already_connected);
    CHECK(server.sent().empty());
    (void)server.feed(wire::connack{});
    CHECK(server.engine.open(v3_1_1, server.now) == errc::already_connected);
    (void)server.publish(1, "x", two);
    (void)server.acknowledge<wire::pubrec>(1);
    (void)server.acknowledge<wire::pubcomp>(1);
    server.now += 3600s;
    server.engine.advance(server.now);
    (void)server.engine.disconnect({}, server.now);
    for (const std::string& packet : server.sent())
    {
        CHECK_FALSE(packet.starts_with("1"));
    }
    CHECK(server.engine.open(v3_1_1, server.now) == errc::already_connected);

    // The client as a whole: one for each connection, however many there are.
    client_run run;
    REQUIRE_FALSE(run.connect(clean_session_0()));
    run.close();
    REQUIRE(run.until([&] { return run.stats().connects == 2; }));
    REQUIRE_FALSE(run.publish("t", "x", two));
    REQUIRE(run.connections().size() == 2);
    for (const connection_record& connection : run.connections())
    {
        CHECK(std::count_if(connection.packets.begin(), connection.packets.end(),
                            [](const std::string& packet) { return packet.starts_with("10 "); }) == 1);
    }
}

TEST_CASE("3.1.1: the protocol level is 4 and return code 1 tells that the server has another",
          "[v3.1.1][MQTT-3.1.2-2]")
{
    handshaking_session server;
    CHECK(from_hex(server.connects.at(0)).at(8) == 4);
    const auto refused = as<session::connection_refused>(server.feed_hex("20 02 00 01"));
    REQUIRE(refused);
    CHECK(refused->reason == reason_code::unsupported_protocol_version);
    CHECK(refused->version_refused);
    CHECK(server.engine.phase() == session::connection_phase::failed);
    client_run run([](std::size_t, const std::string&) { return answer{"20 02 00 01", true}; });
    CHECK(run.connect(clean_session_1()) == reason_code::unsupported_protocol_version);
}

TEST_CASE("3.1.1: with CleanSession 0 the session outlives its connections", "[v3.1.1][MQTT-3.1.2-4]")
{
    // 3.1.1 knows no expiry. tern keeps the session for ever, or for as long as the application has said.
    connect_options options = clean_session_0();
    options.session_expiry = GENERATE(std::optional(never_expires), std::optional<std::chrono::seconds>());
    connected_session server(options);
    CHECK_FALSE(connect_layout(server.connects.at(0)).has(clean_session_flag));
    (void)server.publish(1, "a", one);
    (void)server.publish(2, "b", two);
    (void)server.publish(3, "c", two);
    (void)server.sent();
    (void)server.acknowledge<wire::pubrec>(3);
    (void)server.deliver_and_take(two, 9);
    (void)server.sent();
    const bool says_goodbye = GENERATE(false, true);
    if (says_goodbye)
    {
        REQUIRE_FALSE(server.engine.disconnect({}, server.now));
        (void)server.sent();
    }
    server.drop();
    server.now += 24h * 365;
    server.engine.advance(server.now);
    CHECK(server.engine.session_exists());
    server.resume();
    CHECK_FALSE(connect_layout(server.connects.at(0)).has(clean_session_flag));
    CHECK(server.sent() == packets{"62 02 00 03", "3A 06 00 01 74 00 01 61", "3C 06 00 01 74 00 02 62"});
    CHECK_FALSE(server.deliver(two, 9, true)); // received before, and acknowledged again
    CHECK(server.sent() == packets{"50 02 00 09"});
    CHECK(server.events().empty());
}

TEST_CASE("3.1.1: with CleanSession 1 nothing of the earlier session is used again", "[v3.1.1][MQTT-3.1.2-6]")
{
    connected_session server(clean_session_1());
    CHECK(connect_layout(server.connects.at(0)).has(clean_session_flag));
    (void)server.publish(1, "a", one);
    (void)server.publish(2, "b", two);
    (void)server.publish(3, "c", two);
    (void)server.sent();
    (void)server.acknowledge<wire::pubrec>(3);
    (void)server.deliver_and_take(two, 9);
    (void)server.sent();
    // It lasts as long as the connection.
    CHECK(server.engine.session_exists());
    server.drop();
    CHECK_FALSE(server.engine.session_exists());
    server.reconnect({}, v3_1_1);
    CHECK(connect_layout(server.connects.at(0)).has(clean_session_flag));
    // QoS 1 goes on as a new message, without DUP and with another identifier; the outcome of QoS 2 is unknown.
    CHECK(server.sent() == packets{"32 06 00 01 74 00 04 61"});
    CHECK(server.ended() == std::vector{std::pair(session::operation{3}, make_error_code(errc::session_lost)),
                                        std::pair(session::operation{2}, make_error_code(errc::session_lost))});
    // Identifier 9 is a new message of the server's.
    CHECK(message_of(server.deliver_and_take(two, 9)));
}

TEST_CASE("3.1.1: the gap between packets never exceeds keep alive", "[v3.1.1][MQTT-3.1.2-23]")
{
    connect_options options = clean_session_1();
    options.keep_alive = 30s;
    connected_session server(options);
    session::time_point last = server.now; // CONNECT
    std::size_t pings = 0;
    for (int second = 0; second < 3600; ++second)
    {
        server.now += 1s;
        if (const auto due = server.engine.deadline(); due && *due <= server.now)
        {
            server.engine.advance(server.now);
        }
        if (second > 1000 && second < 2000 && second % 20 == 0)
        {
            (void)server.publish(0, "x", zero); // any packet will do
        }
        const packets left = server.sent();
        const auto found = static_cast<std::size_t>(std::count(left.begin(), left.end(), "C0 00"));
        pings += found;
        if (found != 0)
        {
            (void)server.feed(wire::pingresp{});
            CHECK((second < 1020 || second >= 2000));
        }
        last = left.empty() ? last : server.now;
        REQUIRE(server.now - last <= 30s);
    }
    CHECK(pings > 80);
    CHECK(pings <= 120);
    // 0 switches it off.
    options.keep_alive = 0s;
    connected_session without(options);
    CHECK_FALSE(without.engine.deadline());
    without.now += 24h;
    without.engine.advance(without.now);
    CHECK(without.sent().empty());
}

TEST_CASE("3.1.1: the session belongs to the client identifier", "[v3.1.1][MQTT-3.1.3-2]")
{
    connected_session server;
    (void)server.publish(1, "a", two);
    (void)server.deliver_and_take(two, 9);
    (void)server.sent();
    server.drop();
    connect_options other = clean_session_0();
    other.client_id = "d";
    server.connect(other, {}, v3_1_1);
    CHECK(server.sent().empty()); // nothing of c's is resent as d
    CHECK(server.ended() == std::vector{std::pair(session::operation{1}, make_error_code(errc::session_lost))});
    CHECK(message_of(server.deliver(two, 9))); // nor is what c had received known
    // The same identifier goes on with its own session.
    connected_session same;
    (void)same.publish(1, "a", two);
    (void)same.sent();
    same.drop();
    wire::connack present;
    present.session_present = true;
    same.connect(clean_session_0(), present, v3_1_1);
    CHECK(same.sent() == packets{"3C 06 00 01 74 00 01 61"});
}

TEST_CASE("3.1.1: return code 2 for a client identifier that was left to the client is final", "[v3.1.1][MQTT-3.1.3-8]")
{
    client_run run([](std::size_t, const std::string&) { return answer{"20 02 00 02", true}; });
    connect_options options = clean_session_0();
    options.client_id = "";
    options.retry = true;
    CHECK(run.connect(options) == reason_code::client_identifier_not_valid);
    CHECK(run.connections().size() == 1);
    CHECK(run.events_of<given_up_event>().size() == 1);
}

TEST_CASE("3.1.1: return code 2 for a client identifier that was given is final", "[v3.1.1][MQTT-3.1.3-9]")
{
    client_run run([](std::size_t, const std::string&) { return answer{"20 02 00 02", true}; });
    connect_options options = clean_session_1();
    options.retry = true;
    CHECK(run.connect(options) == reason_code::client_identifier_not_valid);
    CHECK(run.connections().size() == 1);
    const auto ended = run.events_of<given_up_event>();
    REQUIRE(ended.size() == 1);
    CHECK(ended[0].error == reason_code::client_identifier_not_valid);
}

TEST_CASE("3.1.1: being taken over by the same client identifier is told and does not end in a fight",
          "[v3.1.1][MQTT-3.1.4-2]")
{
    // 3.1.1 gives no reason for a close, so this client cannot know. Another client with its identifier would take the
    // connection over whenever this one has made it.
    client_limits limits = short_limits();
    limits.reconnect.initial_delay = 4ms;
    limits.reconnect.maximum_delay = 64ms;
    client_run run(obliging, limits);
    REQUIRE_FALSE(run.connect(clean_session_0()));
    for (std::uint64_t connection = 2; connection < 8; ++connection)
    {
        run.close();
        REQUIRE(run.until([&] { return run.stats().connects == connection; }));
    }
    std::vector<std::chrono::milliseconds> delays;
    for (const disconnected_event& each : run.events_of<disconnected_event>())
    {
        CHECK(each.error == errc::closed_by_server);
        CHECK(each.was_connected);
        CHECK(each.will_retry);
        delays.push_back(each.retry_after);
    }
    CHECK(delays == std::vector<std::chrono::milliseconds>{0ms, 4ms, 8ms, 16ms, 32ms, 64ms});
}
