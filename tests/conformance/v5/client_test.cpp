// SPDX-License-Identifier: BSL-1.0
//
// What only a whole client shows: closing, giving up, reconnecting, dispatching, and any split of the stream.

#include "conformance/real_client.hpp"
#include "conformance/v5/play.hpp"

using namespace conformance_5;
using tern::qos;

namespace
{

using lines = std::vector<std::pair<std::string, std::string>>;

// A client whose CONNECT gets this answer. `retry` asks it to go on for as long as that makes sense.
void check_final_refusal(std::string_view answer, tern::reason_code reason)
{
    for (const bool retry : {false, true})
    {
        real_client client;
        tern::connect_options options = plain_options();
        options.retry = retry;
        const auto& connected = client.connect(options);
        REQUIRE(client.accept(answer));
        REQUIRE(client.until([&] { return connected.calls != 0; }));
        CHECK(connected.error == make_error_code(reason));
        CHECK(client.client_has_closed());
        client.run_for(60ms); // many times the longest delay before a reconnect
        CHECK(client.connections() == 1);
        CHECK(client.state() == tern::connection_state::idle);
    }
}

// Every packet that has come since, until there are so many.
bool hear(real_client& client, std::vector<std::string>& heard, std::size_t count)
{
    return client.until([&] {
        for (const std::string& each : client.heard())
        {
            heard.push_back(each);
        }
        return heard.size() >= count;
    });
}

} // namespace

TEST_CASE("CONNECT says version 5, and a server that does not speak it is given up", "[v5][MQTT-3.1.2-2]")
{
    CHECK(connect_packet(plain_options()).find("00 04 4D 51 54 54 05") != std::string::npos);
    check_final_refusal("20 03 00 84 00", tern::reason_code::unsupported_protocol_version);
    check_final_refusal("20 02 00 01", tern::reason_code::unsupported_protocol_version); // what a 3.1.1 server says

    // One that closes without a word is reported, and tried once, unless the application wants more.
    real_client client;
    const auto& connected = client.connect(plain_options());
    REQUIRE(client.accept(""));
    client.close();
    REQUIRE(client.until([&] { return connected.calls != 0; }));
    CHECK(connected.error);
    client.run_for(60ms);
    CHECK(client.connections() == 1);
}

TEST_CASE("a refused client identifier is final", "[v5][MQTT-3.1.3-8]")
{
    check_final_refusal("20 03 00 85 00", tern::reason_code::client_identifier_not_valid);
}

TEST_CASE("a client whose session was taken over does not fight for it", "[v5][MQTT-3.1.4-3]")
{
    real_client client;
    REQUIRE(client.start(plain_options()));
    const auto& published = client.publish("t", "x", {.qos = qos::at_least_once});
    client.settle();
    client.send("E0 01 8E");
    REQUIRE(client.until([&] { return client.client_has_closed(); }));
    client.run_for(60ms);
    CHECK(client.connections() == 1);
    CHECK(client.count<tern::given_up_event>() == 1);
    const std::error_code taken_over = make_error_code(tern::reason_code::session_taken_over);
    CHECK(client.first<tern::disconnected_event>().error == taken_over);
    CHECK_FALSE(client.first<tern::disconnected_event>().will_retry);
    CHECK(published.error == taken_over);
}

TEST_CASE("after a failing CONNACK the client closes its end", "[v5][MQTT-3.2.2-7]")
{
    for (const unsigned code : {0x80U, 0x87U, 0x88U, 0x9FU})
    {
        real_client client;
        const auto& connected = client.connect(plain_options());
        REQUIRE(client.accept(joined("20 03 00", integer(code, 1), "00")));
        REQUIRE(client.until([&] { return connected.calls != 0; }));
        CHECK(connected.error == make_error_code(static_cast<tern::reason_code>(code)));
        CHECK(client.until([&] { return client.client_has_closed(); })); // the server did not
        CHECK(client.heard().empty());
    }
}

TEST_CASE("a message that matches no subscription waits, and is then acknowledged and told", "[v5][MQTT-3.3.2-3]")
{
    SECTION("of a new session: at once")
    {
        real_client client;
        client.listen("mine/#");
        REQUIRE(client.start(plain_options()));
        std::vector<std::string> heard;
        REQUIRE(hear(client, heard, 1)); // SUBSCRIBE
        client.send(framed("32", joined(field("mine/a"), "00 01 00 78")));
        client.send(framed("32", joined(field("other"), "00 02 00 79")));
        REQUIRE(hear(client, heard, 3));
        CHECK(heard[1] == "40 02 00 01");
        CHECK(heard[2] == "40 02 00 02");
        CHECK(client.received() == lines{{"mine/a", "x"}});
        CHECK(client.count<tern::disconnected_event>() == 0); // no reason to end the connection
    }
    SECTION("to whoever wants the rest")
    {
        real_client client;
        client.listen_to_the_rest();
        REQUIRE(client.start(plain_options()));
        client.send(publish_text(1, 1));
        std::vector<std::string> heard;
        REQUIRE(hear(client, heard, 1));
        CHECK(heard == packets{"40 02 00 01"});
        CHECK(client.unmatched() == lines{{"t", "x"}});
    }
    SECTION("of a resumed session: after a time, in which a subscription may come for it")
    {
        real_client client;
        tern::connect_options options = plain_options();
        options.clean_start = false;
        REQUIRE(client.start(options, "20 03 01 00 00"));
        client.send(publish_text(1, 1));
        CHECK(client.heard().empty());
        client.listen("t");
        std::vector<std::string> heard;
        REQUIRE(hear(client, heard, 2)); // SUBSCRIBE and PUBACK
        CHECK(client.received() == lines{{"t", "x"}});
        client.send(framed("32", joined(field("other"), "00 02 00 79")));
        REQUIRE(client.until([&] { return client.count<tern::messages_unmatched_event>() == 1; }));
        REQUIRE(hear(client, heard, 3));
        CHECK(heard[2] == "40 02 00 02");
    }
}

TEST_CASE("a missing PINGRESP closes the connection and makes another", "[v5][MQTT-3.12.4-1]")
{
    tern::client_limits limits = brisk_limits();
    limits.ping_response = 30ms;
    real_client client(limits);
    tern::connect_options options = plain_options();
    options.keep_alive = 1s;
    REQUIRE(client.start(options));
    client.send("D0 00"); // nobody asked
    client.settle();
    CHECK_FALSE(client.client_has_closed());
    std::vector<std::string> heard;
    REQUIRE(hear(client, heard, 1));
    CHECK(heard == packets{"C0 00"});
    client.send("D0 00");
    client.run_for(60ms); // answered: it stays
    CHECK_FALSE(client.client_has_closed());
    REQUIRE(hear(client, heard, 2));
    CHECK(heard[1] == "C0 00");
    REQUIRE(client.until([&] { return client.count<tern::disconnected_event>() == 1; })); // not answered
    CHECK(client.first<tern::disconnected_event>().error == tern::errc::keep_alive_timeout);
    CHECK(client.accept("20 03 01 00 00"));
    CHECK(client.until([&] { return client.count<tern::connected_event>() == 2; }));
}

TEST_CASE("whoever sends DISCONNECT closes the connection", "[v5][MQTT-3.14.4-2]")
{
    real_client client;
    REQUIRE(client.start(plain_options()));
    const auto& ended = client.disconnect();
    REQUIRE(client.until([&] { return ended.calls != 0; }));
    CHECK_FALSE(ended.error);
    CHECK(client.until([&] { return client.client_has_closed(); })); // although the server does not
    CHECK(client.heard() == packets{"E0 00"});
    // And so it is after one that answers a fault.
    real_client other;
    REQUIRE(other.start(plain_options()));
    other.send("00 00");
    REQUIRE(other.until([&] { return other.client_has_closed(); }));
    CHECK(other.heard() == packets{"E0 01 81"});
}

TEST_CASE("the stream may be split anywhere", "[v5][MQTT-4.2.0-1]")
{
    // In memory, where the pieces are of the test's making. The system tests do the same over TCP.
    const std::string stream = joined(publish_text(0), publish_text(1, 1), publish_text(2, 2), "62 02 00 02 D0 00",
                                      framed("30", joined(field("long"), "00", to_hex(std::string(300, 'x')))));
    for (std::size_t piece = 1; piece <= byte_count(stream); piece += piece < 16 ? 1 : 61)
    {
        INFO(piece);
        real_client client;
        client.listen("#");
        REQUIRE(client.start(plain_options()));
        std::vector<std::string> heard;
        REQUIRE(hear(client, heard, 1)); // SUBSCRIBE
        client.send(stream, piece);
        REQUIRE(hear(client, heard, 4));
        CHECK(heard[1] == "40 02 00 01");
        CHECK(heard[2] == "50 02 00 02");
        CHECK(heard[3] == "70 02 00 02");
        REQUIRE(client.until([&] { return client.received().size() == 4; }));
        CHECK(client.received().back() == std::pair<std::string, std::string>{"long", std::string(300, 'x')});
    }
}

TEST_CASE("a failing reason means that the connection closes, whether or not the packet got out", "[v5][MQTT-4.13.2-1]")
{
    real_client client;
    REQUIRE(client.start(plain_options()));
    client.break_writing(); // the DISCONNECT for it will not arrive
    client.send("00 00");
    REQUIRE(client.until([&] { return client.count<tern::disconnected_event>() == 1; }));
    CHECK(client.first<tern::disconnected_event>().error == tern::errc::reserved_packet_type);
    CHECK(client.heard().empty());
    CHECK(client.until([&] { return client.connections() == 2; })); // it has gone on

    real_client refused;
    const auto& connected = refused.connect(plain_options());
    REQUIRE(refused.accept("20 03 00 97 00"));
    REQUIRE(refused.until([&] { return connected.calls != 0; }));
    CHECK(refused.until([&] { return refused.client_has_closed(); }));
    real_client told;
    REQUIRE(told.start(plain_options()));
    told.send("E0 01 97");
    CHECK(told.until([&] { return told.client_has_closed(); }));
    CHECK(told.heard().empty());
}

TEST_CASE("a CONNACK that does not come ends the attempt", "[v5][U5-3.2-timeout]")
{
    tern::client_limits limits = brisk_limits();
    limits.connect_attempt = 50ms;
    real_client client(limits);
    const auto started = std::chrono::steady_clock::now();
    const auto& connected = client.connect(plain_options());
    REQUIRE(client.accept("")); // CONNECT has come, and gets no answer
    REQUIRE(client.until([&] { return connected.calls != 0 && client.client_has_closed(); }));
    CHECK(std::chrono::steady_clock::now() - started >= 50ms);
    CHECK(connected.error == tern::errc::no_connection_acknowledgement);
    CHECK(client.heard().empty());
}

TEST_CASE("a Server Reference is told, and following it is the application's choice", "[v5][U5-3.2.2.3.16]")
{
    for (const std::string_view code : {"9C", "9D"})
    {
        real_client client;
        const auto& connected = client.connect(plain_options());
        REQUIRE(client.accept(framed("20", joined("00", code, property_block("1C", field("other:1883"))))));
        REQUIRE(client.until([&] { return connected.calls != 0; }));
        CHECK(connected.error.value() == std::stoi(std::string(code), nullptr, 16));
        CHECK(connected.connection.server_reference == "other:1883");

        real_client later;
        REQUIRE(later.start(plain_options()));
        later.send(framed("E0", joined(code, property_block("1C", field("other:1883")))));
        REQUIRE(later.until([&] { return later.count<tern::disconnected_event>() == 1; }));
        CHECK(later.first<tern::disconnected_event>().server_reference == "other:1883");
        CHECK(later.until([&] { return later.client_has_closed(); }));
    }
}

TEST_CASE("a client closes the connection when the server disconnects", "[v5][U5-3.14.4]")
{
    for (const std::string_view packet : {"E0 00", "E0 01 8B", "E0 02 98 00"})
    {
        real_client client;
        REQUIRE(client.start(plain_options()));
        client.send(packet); // and leaves the connection open
        REQUIRE(client.until([&] { return client.client_has_closed(); }));
        CHECK(client.heard().empty()); // no DISCONNECT answers a DISCONNECT
        CHECK(client.accept());        // the session is resumed, or begun again
    }
}
