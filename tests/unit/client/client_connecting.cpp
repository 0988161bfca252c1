// SPDX-License-Identifier: BSL-1.0

#include "tern/client/client_connecting.hpp"

#include "support/catch.hpp"
#include "support/memory_client.hpp"
#include "support/memory_server.hpp"
#include "tern/testing/broker/policy.hpp"

#include <asio/bind_cancellation_slot.hpp>
#include <asio/cancellation_signal.hpp>

#include <set>
#include <string>
#include <string_view>

using namespace std::chrono_literals;
using namespace tern_test;

TEST_CASE("connecting tells what the server grants")
{
    tern::testing::broker_configuration configuration;
    configuration.receive_maximum = 7;
    configuration.server_keep_alive = 11;
    client_fixture f(configuration);
    CHECK(f.client->state() == tern::connection_state::idle);
    REQUIRE_FALSE(f.connect());
    CHECK(f.client->state() == tern::connection_state::connected);
    CHECK(f.connection.client_id == "tester");
    CHECK(f.connection.version == tern::protocol_version::v5);
    CHECK(f.connection.receive_maximum == 7);
    CHECK(f.connection.keep_alive == 11s);
    CHECK_FALSE(f.connection.session_present);
    REQUIRE(f.count<tern::connected_event>() == 1);
    CHECK_FALSE(std::get<tern::connected_event>(f.events.front()).reconnected);
    CHECK(std::get<tern::connected_event>(f.events.front()).server == "mqtt://broker:1883");
}

TEST_CASE("an address that is wrong is refused at once, and posted")
{
    client_fixture f;
    outcome<tern::connect_result> connected;
    f.client->async_connect("nonsense://broker", connected.handler());
    CHECK(connected.calls == 0);
    settle(f.context);
    CHECK(connected.error == tern::errc::unsupported_url_scheme);
    CHECK(f.client->state() == tern::connection_state::idle);
}

TEST_CASE("connecting twice is an error of the second")
{
    client_fixture f;
    outcome<tern::connect_result> first;
    outcome<tern::connect_result> second;
    f.client->async_connect("mqtt://broker", first.handler());
    f.client->async_connect("mqtt://broker", second.handler());
    REQUIRE(f.until([&] { return first.calls != 0 && second.calls != 0; }));
    CHECK_FALSE(first.error);
    CHECK(second.error == tern::errc::already_connected);
}

TEST_CASE("the next server of the list is tried, and its credentials are used")
{
    tern::testing::broker_configuration configuration;
    configuration.users = {{"ann", "secret"}};
    client_fixture f(configuration);
    outcome<tern::connect_result> connected;
    f.client->async_connect(tern::brokers("mqtt://nobody", "mqtt://ann:secret@broker"), connected.handler());
    REQUIRE(f.until([&] { return connected.calls != 0; }));
    CHECK_FALSE(connected.error);
    CHECK(f.client->stats().connect_failures == 1);
}

TEST_CASE("a wrong password is final, also with retry")
{
    tern::testing::broker_configuration configuration;
    configuration.users = {{"ann", "secret"}};
    client_fixture f(configuration);
    CHECK(f.connect({.client_id = "tester", .user_name = "ann", .password = "wrong", .retry = true}) ==
          tern::reason_code::bad_user_name_or_password);
    CHECK(f.connection.reason == tern::reason_code::bad_user_name_or_password);
    CHECK(f.client->state() == tern::connection_state::idle);
    CHECK_FALSE(f.connect({.client_id = "tester", .user_name = "ann", .password = "secret"}));
}

TEST_CASE("a refusal tells what the server said beside its reason")
{
    struct moving final : tern::testing::broker_policy
    {
        tern::reason_code authorize_connection(const tern::testing::client_identity&,
                                               const tern::wire::connect&) override
        {
            return tern::reason_code::server_moved;
        }
    } policy;
    tern::testing::broker_configuration configuration;
    configuration.server_reference = "elsewhere:1883";
    asio::io_context context{1};
    memory_broker broker(context, configuration, &policy);
    memory_client client(context, quick_limits());
    outcome<tern::connect_result> connected;
    client.async_connect("mqtt://broker", {.client_id = "tester"}, connected.handler());
    REQUIRE(run_until(context, [&] { return connected.calls != 0; }));
    CHECK(connected.error == tern::reason_code::server_moved);
    CHECK(connected.result.reason == tern::reason_code::server_moved);
    CHECK(connected.result.reason_string == to_string(tern::reason_code::server_moved));
    CHECK(connected.result.server_reference == "elsewhere:1883");
}

TEST_CASE("the time limit ends connecting")
{
    client_fixture f;
    f.broker.accept_connections(false);
    CHECK(f.connect({.client_id = "tester", .retry = true, .time_limit = 20ms}) == tern::errc::timed_out);
    CHECK(f.client->state() == tern::connection_state::idle);
}

TEST_CASE("a server that does not answer CONNECT is given up")
{
    tern::client_limits limits = quick_limits();
    limits.connect_attempt = 20ms;
    client_fixture f({}, limits);
    f.broker.faults_of_next({.cut_after = 3, .cut = link_cut::silence}, {});
    CHECK(f.connect() == tern::errc::no_connection_acknowledgement);
}

TEST_CASE("the version falls back when the server refuses 5.0")
{
    tern::testing::broker_configuration configuration;
    configuration.accept_v5 = false;
    configuration.refusal =
        GENERATE(tern::testing::version_refusal::connack_v5, tern::testing::version_refusal::connack_v3_1_1,
                 tern::testing::version_refusal::close);
    client_fixture f(configuration);
    REQUIRE_FALSE(
        f.connect({.client_id = "tester", .session_expiry = 0s, .protocol = tern::protocol_choice::v5_or_v3_1_1}));
    CHECK(f.connection.version == tern::protocol_version::v3_1_1);
    CHECK(f.broker.connection_count() == 2);
    f.broker.cut(link_cut::reset);
    REQUIRE(f.until([&] { return f.count<tern::connected_event>() == 2; }));
    CHECK(f.broker.connection_count() == 3); // no further try with 5.0
}

TEST_CASE("5.0 alone does not fall back")
{
    tern::testing::broker_configuration configuration;
    configuration.accept_v5 = false;
    configuration.refusal = tern::testing::version_refusal::connack_v5;
    client_fixture f(configuration);
    CHECK(f.connect() == tern::reason_code::unsupported_protocol_version);
}

TEST_CASE("3.1.1 with a given identifier and clean start clears the old session with a connection of its own")
{
    client_fixture f;
    REQUIRE_FALSE(f.connect({.client_id = "tester", .protocol = tern::protocol_choice::v3_1_1}));
    CHECK(f.broker.connection_count() == 2);
    CHECK_FALSE(f.connection.session_present);
    CHECK(f.count<tern::connected_event>() == 1);
    CHECK(f.count<tern::disconnected_event>() == 0);
}

TEST_CASE("servers whose credentials differ change nothing of the session")
{
    tern::testing::broker_configuration configuration;
    configuration.users = {{"ann", "secret"}};
    const auto protocol = GENERATE(tern::protocol_choice::v3_1_1, tern::protocol_choice::v5);
    client_fixture f(configuration);
    outcome<tern::connect_result> connected;
    f.client->async_connect(tern::brokers("mqtt://nobody", "mqtt://ann:secret@broker"),
                            {.client_id = "tester", .protocol = protocol}, connected.handler());
    REQUIRE(f.until([&] { return connected.calls != 0; }));
    CHECK_FALSE(connected.error);
    CHECK(f.broker.connection_count() == (protocol == tern::protocol_choice::v3_1_1 ? 2 : 1));
    f.broker.cut(link_cut::reset);
    REQUIRE(f.until([&] { return f.count<tern::connected_event>() == 2; }));
    CHECK(std::get<tern::connected_event>(f.events.back()).result.session_present);
}

TEST_CASE("after its session has expired a client takes no other for its own, whatever the credentials")
{
    client_fixture f;
    memory_server server(f.context, "scripted", [](memory_server::visitor& one) {
        // The second time a session is there that nobody can know of.
        answer_connect(one, one.number == 0 ? connack_v5 : std::string("\x20\x03\x01\x00\x00", 5));
    });
    outcome<tern::connect_result> connected;
    f.client->async_connect(tern::brokers("mqtt://scripted", "mqtt://ann:secret@nobody"),
                            {.client_id = "tester", .session_expiry = 1s}, connected.handler());
    REQUIRE(f.until([&] { return connected.calls != 0; }));
    REQUIRE_FALSE(connected.error);
    server.accepts = false;
    server.visitors[0]->close();
    REQUIRE(f.until([&] { return f.count<tern::session_lost_event>() == 1; }));
    server.accepts = true;
    REQUIRE(f.until([&] { return server.visitors.size() >= 2; }));
    settle(f.context);
    CHECK(f.count<tern::connected_event>() == 1);
    CHECK(f.client->state() != tern::connection_state::connected);
}

TEST_CASE("an event names the server that it is about")
{
    client_fixture f;
    outcome<tern::connect_result> connected;
    f.client->async_connect(tern::brokers("mqtt://nobody", "mqtt://broker"), connected.handler());
    REQUIRE(f.until([&] { return connected.calls != 0; }));
    REQUIRE(f.events.size() == 2);
    CHECK(std::get<tern::disconnected_event>(f.events[0]).server == "mqtt://nobody:1883");
    CHECK(std::get<tern::connected_event>(f.events[1]).server == "mqtt://broker:1883");
    f.broker.cut(link_cut::reset);
    REQUIRE(f.until([&] { return f.count<tern::connected_event>() == 2; }));
    REQUIRE(f.events.size() == 5);
    CHECK(std::get<tern::disconnected_event>(f.events[2]).server == "mqtt://broker:1883");
    CHECK(std::get<tern::disconnected_event>(f.events[3]).server == "mqtt://nobody:1883");
    CHECK(std::get<tern::connected_event>(f.events[4]).server == "mqtt://broker:1883");
}

TEST_CASE("which server of how many is tried is told, and which one comes next")
{
    client_fixture f;
    outcome<tern::connect_result> connected;
    f.client->async_connect(tern::brokers("mqtt://nobody", "mqtt://no-one", "mqtt://broker"), connected.handler());
    REQUIRE(f.until([&] { return connected.calls != 0; }));
    REQUIRE(f.tried.size() == 3);
    CHECK(f.tried[1].server == "mqtt://no-one:1883");
    CHECK(f.tried[1].server_number == 2);
    CHECK(f.tried[1].server_count == 3);
    CHECK(f.tried[1].attempt == 1);
    CHECK_FALSE(f.tried[1].referred);
    REQUIRE(f.events.size() == 3);
    CHECK(std::get<tern::disconnected_event>(f.events[0]).next_server == "mqtt://no-one:1883");
    CHECK(std::get<tern::disconnected_event>(f.events[1]).next_server == "mqtt://broker:1883");
    f.broker.cut(link_cut::reset);
    REQUIRE(f.until([&] { return f.count<tern::connected_event>() == 2; }));
    CHECK(std::get<tern::disconnected_event>(f.events[3]).next_server == "mqtt://nobody:1883");
    CHECK(f.tried.size() == 6);
    CHECK(f.tried[3].server_number == 1);
}

TEST_CASE("shuffled servers are each tried once in a pass, in orders that differ")
{
    client_fixture f;
    outcome<tern::connect_result> connected;
    f.client->async_connect(tern::brokers("mqtt://a", "mqtt://b", "mqtt://c", "mqtt://d"),
                            {.client_id = "tester", .retry = true, .shuffle_servers = true}, connected.handler());
    REQUIRE(f.until([&] { return f.tried.size() >= 80; }));
    std::set<std::string> orders;
    for (std::size_t pass = 0; pass < 20; ++pass)
    {
        std::string order;
        for (std::size_t i = 0; i < 4; ++i)
        {
            CHECK(f.tried[4 * pass + i].server_number == i + 1);
            order += f.tried[4 * pass + i].server;
        }
        CHECK(order.size() == 4 * std::string_view("mqtt://a:1883").size());
        for (const char letter : {'a', 'b', 'c', 'd'})
        {
            CHECK(order.find(std::string("//") + letter) != std::string::npos);
        }
        orders.insert(order);
    }
    CHECK(orders.size() > 1); // 1 in 24 to the power of 19 that they are all the same
}

TEST_CASE("a refused connect says why, in the words of the server that refused last")
{
    client_fixture f;
    memory_server server(f.context, "refusing", [](memory_server::visitor& one) {
        // Not authorized, with a reason string, a server reference and a user property.
        answer_connect(one,
                       std::string("\x20\x17\x00\x87\x14\x1F\x00\x04why!\x1C\x00\x03s:1\x26\x00\x01k\x00\x01v", 25));
    });
    outcome<tern::connect_result> refused;
    f.client->async_connect(tern::brokers("mqtt://nobody", "mqtt://refusing"), {.client_id = "tester"},
                            refused.handler());
    REQUIRE(f.until([&] { return refused.calls != 0; }));
    CHECK(refused.error == tern::reason_code::not_authorized);
    CHECK(refused.result.reason == tern::reason_code::not_authorized);
    CHECK(refused.result.reason_string == "why!");
    CHECK(refused.result.server_reference == "s:1");
    REQUIRE(refused.result.user_properties.size() == 1);
    CHECK(refused.result.user_properties[0] == tern::stored_user_property{"k", "v"});

    f.events.clear();
    outcome<tern::connect_result> other;
    f.client->async_connect(tern::brokers("mqtt://refusing", "mqtt://nobody"), {.client_id = "tester"},
                            other.handler());
    REQUIRE(f.until([&] { return other.calls != 0; }));
    CHECK(other.error == asio::error::host_not_found);
    CHECK(other.result.reason_string.empty());
    REQUIRE(f.events.size() == 3);
    CHECK(std::get<tern::disconnected_event>(f.events[0]).reason_string == "why!");
    CHECK(std::get<tern::disconnected_event>(f.events[1]).reason_string.empty());
    CHECK(std::get<tern::given_up_event>(f.events[2]).reason_string.empty());
}

TEST_CASE("a server that answers with another protocol, or not at all, is explained")
{
    const struct
    {
        std::string answer;
        std::string_view says;
    } table[] = {{std::string("\x15\x03\x03\x00\x02\x02\x46", 7), "the server speaks TLS"},
                 {"HTTP/1.1 400 Bad Request\r\n\r\n", "the server speaks HTTP"},
                 {"", "closed without an answer"}};
    for (const auto& row : table)
    {
        CAPTURE(row.says);
        client_fixture f;
        memory_server server(f.context, "stranger", [&](memory_server::visitor& one) {
            if (!row.answer.empty())
            {
                one.send(row.answer);
            }
            one.close();
        });
        outcome<tern::connect_result> refused;
        f.client->async_connect("mqtt://stranger", refused.handler());
        REQUIRE(f.until([&] { return refused.calls != 0; }));
        CHECK(refused.error);
        CHECK(refused.result.explanation.find(row.says) != std::string::npos);
        REQUIRE(f.count<tern::disconnected_event>() == 1);
        CHECK(std::get<tern::disconnected_event>(f.events[0]).explanation == refused.result.explanation);
        CHECK(std::get<tern::given_up_event>(f.events[1]).explanation == refused.result.explanation);
    }
}

TEST_CASE("a URL that is wrong is explained, and so is a scheme that is not there")
{
    client_fixture f;
    outcome<tern::connect_result> refused;
    f.client->async_connect("mqtt://host:99999", refused.handler());
    REQUIRE(f.until([&] { return refused.calls != 0; }));
    CHECK(refused.error == tern::errc::invalid_url);
    CHECK(refused.result.explanation.find("65535") != std::string::npos);
}

TEST_CASE("to retry without reconnecting is no choice")
{
    tern::client_limits limits = quick_limits();
    limits.reconnect.enabled = false;
    client_fixture f({}, limits);
    CHECK(f.connect({.client_id = "tester", .retry = true}) == tern::errc::invalid_option);
    CHECK_FALSE(f.connect());
}

TEST_CASE("messages of a session that another identifier left wait for their subscription")
{
    tern::client_limits limits = quick_limits();
    limits.unmatched_time = 2'000ms;
    client_fixture f({}, limits);
    {
        memory_client before(f.context, quick_limits());
        outcome<tern::connect_result> connected;
        outcome<tern::subscription> subscribed;
        before.async_connect("mqtt://broker", {.client_id = "left", .session_expiry = 600s}, connected.handler());
        before.async_subscribe("t", subscribed.handler());
        REQUIRE(f.until([&] { return connected.calls != 0 && subscribed.calls != 0; }));
    }
    REQUIRE_FALSE(f.connect({.client_id = "first"}));
    REQUIRE_FALSE(f.publish("t", "offline", tern::qos::at_least_once));
    outcome<void> disconnected;
    f.client->async_disconnect(disconnected.handler());
    REQUIRE(f.until([&] { return disconnected.calls != 0; }));
    REQUIRE_FALSE(f.connect({.client_id = "left", .clean_start = false, .session_expiry = 600s}));
    REQUIRE(f.connection.session_present);
    REQUIRE(f.until([&] { return f.client->stats().messages_received == 1; }));
    tern::subscription stream = f.client->open_subscription("t");
    CHECK(f.receive(stream).payload_text() == "offline");
    CHECK(f.client->stats().messages_unmatched == 0);
}

TEST_CASE("a connection that was to clear the session and did not is forgotten with its connect")
{
    client_fixture f;
    memory_server server(f.context, "stuck", [](memory_server::visitor& one) {
        if (has_packet(one.received))
        {
            one.send(connack_v3_1_1);
            one.reads = false; // the DISCONNECT of the connection that clears is never taken
        }
    });
    server.from_client.capacity = 1;
    server.from_client.maximum_write = 1;
    asio::cancellation_signal signal;
    outcome<tern::connect_result> connected;
    f.client->async_connect("mqtt://stuck", {.client_id = "tester", .protocol = tern::protocol_choice::v3_1_1},
                            asio::bind_cancellation_slot(signal.slot(), connected.handler()));
    REQUIRE(f.until([&] { return !server.visitors.empty() && !server.visitors[0]->reads; }));
    settle(f.context);
    signal.emit(asio::cancellation_type::terminal);
    REQUIRE(f.until([&] { return connected.calls != 0; }));
    CHECK(connected.error == asio::error::operation_aborted);
    REQUIRE_FALSE(f.connect());
    f.events.clear();
    f.broker.cut(link_cut::reset);
    REQUIRE(f.until([&] { return f.count<tern::connected_event>() == 1; }));
    CHECK(f.count<tern::disconnected_event>() == 1); // the loss is told
}
