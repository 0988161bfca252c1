// SPDX-License-Identifier: BSL-1.0

#include "tern/client/client_connecting.hpp"

#include "support/catch.hpp"
#include "support/memory_client.hpp"
#include "tern/testing/broker/policy.hpp"

#include <string>

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
