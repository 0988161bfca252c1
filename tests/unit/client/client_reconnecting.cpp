// SPDX-License-Identifier: BSL-1.0

#include "tern/client/client_reconnecting.hpp"

#include "support/catch.hpp"
#include "support/memory_client.hpp"
#include "support/memory_server.hpp"

#include <string>
#include <thread>

using namespace std::chrono_literals;
using namespace tern_test;

TEST_CASE("without retry one pass over the servers is all")
{
    client_fixture f;
    outcome<tern::connect_result> connected;
    f.client->async_connect(tern::brokers("mqtt://nobody", "mqtt://no-one"), connected.handler());
    REQUIRE(f.until([&] { return connected.calls != 0; }));
    CHECK(connected.error == asio::error::host_not_found);
    CHECK(f.client->stats().connect_failures == 2);
    CHECK(f.client->state() == tern::connection_state::idle);
    CHECK(f.count<tern::given_up_event>() == 1);
}

TEST_CASE("with retry connecting goes on until the server is there")
{
    client_fixture f;
    f.broker.accept_connections(false);
    outcome<tern::connect_result> connected;
    f.client->async_connect("mqtt://broker", {.client_id = "tester", .retry = true}, connected.handler());
    REQUIRE(f.until([&] { return f.client->stats().connect_failures >= 2; }));
    CHECK(connected.calls == 0);
    f.broker.accept_connections(true);
    REQUIRE(f.until([&] { return connected.calls != 0; }));
    CHECK_FALSE(connected.error);
}

TEST_CASE("a lost connection is made again and the session resumed")
{
    client_fixture f;
    REQUIRE_FALSE(f.connect());
    tern::subscription stream = f.subscribe("a", {.maximum_qos = tern::qos::at_least_once});
    f.broker.cut(GENERATE(link_cut::reset, link_cut::end_of_stream));
    REQUIRE(f.until([&] { return f.count<tern::connected_event>() == 2; }));
    CHECK(f.count<tern::disconnected_event>() == 1);
    const auto& again = std::get<tern::connected_event>(f.events.back());
    CHECK(again.reconnected);
    CHECK(again.result.session_present);
    CHECK_FALSE(f.publish("a", "after", tern::qos::at_least_once));
    CHECK(f.receive(stream).payload_text() == "after");
    CHECK(f.count<tern::session_lost_event>() == 0);
}

TEST_CASE("when the server has lost the session subscriptions are made again")
{
    client_fixture f;
    REQUIRE_FALSE(f.connect());
    tern::subscription stream = f.subscribe("a");
    f.broker.drop_sessions();
    REQUIRE(f.until([&] { return f.count<tern::connected_event>() == 2; }));
    CHECK(f.count<tern::session_lost_event>() == 1);
    CHECK_FALSE(f.publish("a", "after", tern::qos::exactly_once));
    CHECK(f.receive(stream).payload_text() == "after");
}

TEST_CASE("being taken over is final")
{
    client_fixture f;
    REQUIRE_FALSE(f.connect());
    memory_client other(f.context);
    outcome<tern::connect_result> taken;
    other.async_connect("mqtt://broker", {.client_id = "tester"}, taken.handler());
    REQUIRE(f.until([&] { return f.count<tern::given_up_event>() == 1; }));
    CHECK(std::get<tern::given_up_event>(f.events.back()).error == tern::reason_code::session_taken_over);
    CHECK(f.client->state() == tern::connection_state::idle);
    CHECK_FALSE(taken.error);
}

TEST_CASE("after giving up everything that waits ends with the reason")
{
    tern::client_limits limits = quick_limits();
    limits.reconnect.maximum_attempts = 2;
    client_fixture f({}, limits);
    REQUIRE_FALSE(f.connect());
    tern::subscription stream = f.subscribe("a");
    outcome<tern::message> received;
    stream.async_receive(received.handler());
    f.broker.accept_connections(false);
    f.broker.cut(link_cut::reset);
    REQUIRE(f.until([&] { return f.client->state() == tern::connection_state::waiting; }));
    outcome<tern::publish_result> published;
    f.client->async_publish("a", "x", {.qos = tern::qos::at_least_once}, published.handler());
    REQUIRE(f.until([&] { return f.count<tern::given_up_event>() == 1; }));
    REQUIRE(f.until([&] { return published.calls != 0 && received.calls != 0; }));
    CHECK(published.error == asio::error::connection_refused);
    CHECK(received.error == asio::error::connection_refused);
    outcome<tern::message> again;
    stream.async_receive(again.handler());
    settle(f.context);
    CHECK(again.error == asio::error::connection_refused);
}

TEST_CASE("a refusal by the last server is not final while another server may come back")
{
    tern::testing::broker_configuration configuration;
    configuration.users = {{"ann", "secret"}};
    client_fixture f(configuration);
    memory_server server(f.context, "main", [](memory_server::visitor& one) { answer_connect(one); });
    server.accepts = false;
    outcome<tern::connect_result> connected;
    f.client->async_connect(tern::brokers("mqtt://main", "mqtt://ann:wrong@broker"),
                            {.client_id = "tester", .retry = true}, connected.handler());
    REQUIRE(f.until([&] { return f.client->stats().connect_failures >= 4; }));
    CHECK(connected.calls == 0);
    server.accepts = true;
    REQUIRE(f.until([&] { return connected.calls != 0; }));
    CHECK_FALSE(connected.error);
}

TEST_CASE("every server that fails is told of, and how many attempts were made")
{
    tern::testing::broker_configuration configuration;
    configuration.users = {{"ann", "secret"}};
    client_fixture f(configuration);
    outcome<tern::connect_result> connected;
    f.client->async_connect(tern::brokers("mqtt://ann:wrong@broker", "mqtt://nobody"), {.client_id = "tester"},
                            connected.handler());
    REQUIRE(f.until([&] { return connected.calls != 0; }));
    REQUIRE(f.events.size() == 3);
    const auto& first = std::get<tern::disconnected_event>(f.events[0]);
    CHECK(first.error == tern::reason_code::bad_user_name_or_password);
    CHECK(first.will_retry);
    CHECK_FALSE(first.was_connected);
    CHECK(first.attempt == 1);
    const auto& last = std::get<tern::disconnected_event>(f.events[1]);
    CHECK(last.error == asio::error::host_not_found);
    CHECK_FALSE(last.will_retry);
    CHECK(last.attempt == 0);
    CHECK(std::get<tern::given_up_event>(f.events[2]).attempts == 1);
}

TEST_CASE("a given number of attempts is told as it was made")
{
    tern::client_limits limits = quick_limits();
    limits.reconnect.maximum_attempts = 2;
    client_fixture f({}, limits);
    CHECK(f.connect({.client_id = "tester"}) == std::error_code());
    f.broker.accept_connections(false);
    f.broker.cut(link_cut::reset);
    REQUIRE(f.until([&] { return f.count<tern::given_up_event>() == 1; }));
    CHECK(std::get<tern::given_up_event>(f.events.back()).attempts == 2);
    CHECK(f.client->stats().connect_failures == 2);
    CHECK(f.connect({.client_id = "tester", .retry = true}) == asio::error::connection_refused);
    CHECK(std::get<tern::given_up_event>(f.events.back()).attempts == 3); // the first one, and two more
    CHECK(f.client->stats().connect_failures == 5);
}

TEST_CASE("that a new attempt is refused is no loss of a connection")
{
    client_fixture f;
    memory_server server(f.context, "scripted", [](memory_server::visitor& one) {
        answer_connect(one, one.number == 0 ? connack_v5 : std::string("\x20\x03\x00\x87\x00", 5));
    });
    outcome<tern::connect_result> connected;
    f.client->async_connect("mqtt://scripted", {.client_id = "tester"}, connected.handler());
    REQUIRE(f.until([&] { return connected.calls != 0; }));
    f.events.clear();
    server.visitors[0]->close();
    REQUIRE(f.until([&] { return f.count<tern::given_up_event>() == 1; }));
    REQUIRE(f.events.size() == 3);
    CHECK(std::get<tern::disconnected_event>(f.events[0]).was_connected);
    const auto& refused = std::get<tern::disconnected_event>(f.events[1]);
    CHECK_FALSE(refused.was_connected);
    CHECK(refused.error == tern::reason_code::not_authorized);
    CHECK(std::get<tern::given_up_event>(f.events[2]).attempts == 1);
}

TEST_CASE("a message that the server ends every connection for does not keep the client busy for ever")
{
    client_fixture f;
    memory_server server(f.context, "scripted", [](memory_server::visitor& one) {
        answer_connect(one);
        if (has_packet(one.received)) // the message: DISCONNECT, malformed packet
        {
            one.received.clear();
            one.send("\xE0\x01\x81");
        }
    });
    outcome<tern::connect_result> connected;
    f.client->async_connect("mqtt://scripted", {.client_id = "tester"}, connected.handler());
    REQUIRE(f.until([&] { return connected.calls != 0; }));
    CHECK(f.publish("a", "poison", tern::qos::at_least_once) == tern::reason_code::malformed_packet);
    CHECK(server.visitors.size() == 3);
    CHECK(f.count<tern::given_up_event>() == 1);
}

TEST_CASE("what went wrong with one connection does not reach the next")
{
    tern::testing::broker_configuration configuration;
    configuration.hold_acknowledgements = true;
    tern::client_limits limits = quick_limits();
    limits.ping_response = 30ms;
    client_fixture f(configuration, limits);
    REQUIRE_FALSE(f.connect({.client_id = "tester", .keep_alive = 1s}));
    f.broker.cut(link_cut::silence);
    outcome<tern::publish_result> published;
    f.client->async_publish("b", "x", {.qos = tern::qos::at_least_once}, published.handler());
    settle(f.context);
    const std::uint64_t written = f.client->stats().packets_sent;
    REQUIRE(f.until([&] { return f.client->stats().packets_sent > written; })); // PINGREQ
    outcome<void> disconnected;
    f.client->async_disconnect({.time_limit = 10ms}, disconnected.handler());
    settle(f.context);
    std::this_thread::sleep_for(60ms); // so that both limits have passed
    REQUIRE(f.until([&] { return disconnected.calls != 0; }));
    CHECK(f.client->state() == tern::connection_state::idle);
    outcome<tern::publish_result> later; // with it the client's timer runs
    f.client->async_publish("b", "x", {.qos = tern::qos::at_least_once, .time_limit = 100ms}, later.handler());
    REQUIRE(f.until([&] { return later.calls != 0; }));
    CHECK(later.error == tern::errc::timed_out);
    CHECK(f.client->state() == tern::connection_state::idle);
    CHECK_FALSE(f.connect());
}

TEST_CASE("after a loss the servers of the list are tried from the first, until one is there")
{
    client_fixture f;
    memory_broker second(f.context, {}, nullptr, "second");
    outcome<tern::connect_result> connected;
    f.client->async_connect(tern::brokers("mqtt://broker", "mqtt://second"), {.client_id = "tester"},
                            connected.handler());
    tern::subscription stream = f.client->open_subscription("a");
    REQUIRE(f.until([&] { return connected.calls != 0; }));
    CHECK(second.connection_count() == 0);
    f.broker.accept_connections(false);
    f.broker.cut(link_cut::reset);
    REQUIRE(f.until([&] { return f.count<tern::connected_event>() == 2; }));
    settle(f.context);
    std::string server;
    for (const tern::client_event& event : f.events)
    {
        const auto* const told = std::get_if<tern::connected_event>(&event);
        server = told != nullptr ? told->server : server;
    }
    CHECK(server == "mqtt://second:1883");
    CHECK(f.count<tern::session_lost_event>() == 1); // it is another server
    CHECK_FALSE(f.publish("a", "there", tern::qos::exactly_once));
    CHECK(f.receive(stream).payload_text() == "there");
    f.broker.accept_connections(true);
    second.cut(link_cut::reset);
    REQUIRE(f.until([&] { return f.count<tern::connected_event>() == 3; }));
    CHECK(f.broker.connection_count() == 2);
}
