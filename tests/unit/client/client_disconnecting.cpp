// SPDX-License-Identifier: BSL-1.0

#include "tern/client/client_disconnecting.hpp"

#include "support/catch.hpp"
#include "support/memory_client.hpp"
#include "support/memory_server.hpp"

#include <asio/bind_cancellation_slot.hpp>
#include <asio/cancellation_signal.hpp>

#include <algorithm>
#include <cstddef>
#include <string>
#include <vector>

using namespace std::chrono_literals;
using namespace tern_test;

TEST_CASE("disconnecting waits for what is queued and in flight")
{
    client_fixture f;
    REQUIRE_FALSE(f.connect());
    outcome<tern::publish_result> published;
    outcome<void> disconnected;
    f.client->async_publish("a", "x", {.qos = tern::qos::exactly_once}, published.handler());
    f.client->async_disconnect(disconnected.handler());
    REQUIRE(f.until([&] { return disconnected.calls != 0; }));
    CHECK_FALSE(disconnected.error);
    CHECK(published.calls == 1);
    CHECK_FALSE(published.error);
    CHECK(f.client->state() == tern::connection_state::idle);
    CHECK(f.broker.core().session_count() == 0); // it was there by default only
}

TEST_CASE("a session that was asked for outlives the disconnect")
{
    client_fixture f;
    REQUIRE_FALSE(f.connect({.client_id = "tester", .session_expiry = 600s}));
    outcome<void> disconnected;
    f.client->async_disconnect(disconnected.handler());
    REQUIRE(f.until([&] { return disconnected.calls != 0; }));
    settle(f.context);
    CHECK(f.broker.core().session_count() == 1);
}

TEST_CASE("what is not done in time is aborted, and DISCONNECT is sent all the same")
{
    tern::testing::broker_configuration configuration;
    configuration.hold_acknowledgements = true;
    client_fixture f(configuration);
    REQUIRE_FALSE(f.connect());
    tern::subscription stream = f.subscribe("a");
    outcome<tern::message> received;
    stream.async_receive(received.handler());
    outcome<tern::publish_result> published;
    outcome<tern::publish_result> refused;
    outcome<void> disconnected;
    f.client->async_publish("b", "x", {.qos = tern::qos::at_least_once}, published.handler());
    f.client->async_disconnect({.time_limit = 20ms}, disconnected.handler());
    f.client->async_publish("b", "x", refused.handler());
    REQUIRE(f.until([&] { return disconnected.calls != 0; }));
    settle(f.context);
    CHECK_FALSE(disconnected.error);
    CHECK(published.error == asio::error::operation_aborted);
    CHECK(received.error == asio::error::operation_aborted);
    CHECK(refused.error == tern::errc::disconnecting);
    CHECK(f.broker.core().session_count() == 0);
}

TEST_CASE("disconnecting a client that is not connected succeeds, and cancels a connect")
{
    client_fixture f;
    outcome<void> first;
    f.client->async_disconnect(first.handler());
    settle(f.context);
    CHECK(first.calls == 1);
    CHECK_FALSE(first.error);
    outcome<tern::connect_result> connected;
    outcome<void> second;
    f.client->async_connect("mqtt://broker", {.client_id = "tester"}, connected.handler());
    f.client->async_disconnect(second.handler());
    settle(f.context);
    CHECK(connected.error == asio::error::operation_aborted);
    CHECK_FALSE(second.error);
}

TEST_CASE("the client connects again after a disconnect, and its subscriptions come along")
{
    client_fixture f;
    REQUIRE_FALSE(f.connect());
    tern::subscription stream = f.subscribe("a");
    outcome<void> disconnected;
    f.client->async_disconnect(disconnected.handler());
    REQUIRE(f.until([&] { return disconnected.calls != 0; }));
    REQUIRE_FALSE(f.connect());
    CHECK_FALSE(f.publish("a", "again", tern::qos::exactly_once));
    CHECK(f.receive(stream).payload_text() == "again");
}

TEST_CASE("a second disconnect is an error of the second, and an illegal option one of the disconnect")
{
    client_fixture f;
    REQUIRE_FALSE(f.connect());
    outcome<void> first;
    outcome<void> second;
    f.client->async_disconnect({.reason_code = tern::reason_code::banned}, first.handler());
    f.client->async_disconnect(second.handler());
    REQUIRE(f.until([&] { return first.calls != 0 && second.calls != 0; }));
    CHECK(first.error == tern::errc::invalid_option);
    CHECK(second.error == tern::errc::disconnecting);
    CHECK(f.client->state() == tern::connection_state::idle);
}

namespace
{

// Notes how connections begin and end.
struct noting_policy final : tern::testing::broker_policy
{
    void on_event(const tern::testing::broker_event& event) override { kinds.push_back(event.kind); }

    [[nodiscard]] std::ptrdiff_t count(tern::testing::broker_event_kind kind) const
    {
        return std::count(kinds.begin(), kinds.end(), kind);
    }

    std::vector<tern::testing::broker_event_kind> kinds;
};

std::error_code disconnect(client_fixture& f, const tern::disconnect_options& options = {})
{
    outcome<void> disconnected;
    f.client->async_disconnect(options, disconnected.handler());
    const bool ended = f.until([&] { return disconnected.calls != 0; });
    return ended ? disconnected.error : std::make_error_code(std::errc::io_error);
}

constexpr tern::connect_options old_options{.client_id = "tester", .protocol = tern::protocol_choice::v3_1_1};

} // namespace

TEST_CASE("a disconnect from the handler of the event that the client is connected is one in good order")
{
    asio::io_context context{1};
    noting_policy policy;
    memory_broker broker(context, {}, &policy);
    memory_client client(context, quick_limits());
    outcome<tern::connect_result> connected;
    outcome<void> disconnected;
    client.on_event([&](const tern::client_event& event) {
        if (std::holds_alternative<tern::connected_event>(event))
        {
            client.async_disconnect(disconnected.handler());
        }
    });
    client.async_connect("mqtt://broker", {.client_id = "tester"}, connected.handler());
    REQUIRE(run_until(context, [&] { return connected.calls != 0 && disconnected.calls != 0; }));
    CHECK_FALSE(connected.error);
    CHECK_FALSE(disconnected.error);
    CHECK(policy.count(tern::testing::broker_event_kind::disconnected) == 1);
    CHECK(policy.count(tern::testing::broker_event_kind::connection_lost) == 0);
}

TEST_CASE("3.1.1: a session that was there by default only is gone after the disconnect")
{
    client_fixture f;
    REQUIRE_FALSE(f.connect(old_options));
    tern::subscription stream = f.subscribe("a");
    CHECK(f.broker.core().session_count() == 1);
    const std::size_t before = f.broker.connection_count();
    CHECK_FALSE(disconnect(f));
    settle(f.context);
    CHECK(f.broker.connection_count() == before + 1);
    CHECK(f.broker.core().session_count() == 0);
    CHECK(f.client->state() == tern::connection_state::idle);
    CHECK(f.count<tern::disconnected_event>() == 1);
    REQUIRE_FALSE(f.connect(old_options));
    CHECK_FALSE(f.publish("a", "again", tern::qos::exactly_once));
    CHECK(f.receive(stream).payload_text() == "again");
}

TEST_CASE("3.1.1: a session that was asked for stays, and needs no further connection")
{
    client_fixture f;
    tern::connect_options options = old_options;
    options.session_expiry = 600s;
    REQUIRE_FALSE(f.connect(options));
    const std::size_t before = f.broker.connection_count();
    CHECK_FALSE(disconnect(f));
    settle(f.context);
    CHECK(f.broker.connection_count() == before);
    CHECK(f.broker.core().session_count() == 1);
}

TEST_CASE("3.1.1: that the session cannot be ended any more is no error of the disconnect")
{
    client_fixture f;
    REQUIRE_FALSE(f.connect(old_options));
    SECTION("nobody listens")
    {
        f.broker.accept_connections(false);
    }
    SECTION("the server is silent")
    {
        f.broker.faults({.cut_after = 3, .cut = link_cut::silence}, {});
    }
    SECTION("the server closes")
    {
        f.broker.faults({.cut_after = 3}, {});
    }
    CHECK_FALSE(disconnect(f, {.time_limit = 200ms}));
    CHECK(f.client->state() == tern::connection_state::idle);
    CHECK(f.broker.core().session_count() == 1);
    settle(f.context);
    f.broker.accept_connections(true);
    f.broker.faults({}, {});
    CHECK_FALSE(f.connect(old_options));
}

TEST_CASE("3.1.1: ending the session can be cancelled, and needs the server that has it")
{
    client_fixture f;
    memory_broker other(f.context, {}, nullptr, "other");
    other.accept_connections(false);
    outcome<tern::connect_result> connected;
    f.client->async_connect(tern::brokers("mqtt://other", "mqtt://broker"), old_options, connected.handler());
    REQUIRE(f.until([&] { return connected.calls != 0; }));
    other.accept_connections(true);
    f.broker.faults_of_next({.cut_after = 3, .cut = link_cut::silence}, {});
    asio::cancellation_signal signal;
    outcome<void> disconnected;
    const std::size_t before = f.broker.connection_count();
    f.client->async_disconnect(asio::bind_cancellation_slot(signal.slot(), disconnected.handler()));
    REQUIRE(f.until([&] { return f.broker.connection_count() == before + 1; }));
    CHECK(other.connection_count() == 0);
    settle(f.context);
    CHECK(disconnected.calls == 0);
    signal.emit(asio::cancellation_type::terminal);
    REQUIRE(f.until([&] { return disconnected.calls != 0; }));
    CHECK(disconnected.error == asio::error::operation_aborted);
    CHECK(f.client->state() == tern::connection_state::idle);
}

TEST_CASE("a DISCONNECT that could not be written is an error")
{
    tern::client_limits limits = quick_limits();
    limits.closing = 30ms;
    client_fixture f({}, limits);
    memory_server server(f.context, "stuck", [](memory_server::visitor& one) {
        answer_connect(one);
        one.reads = false;
    });
    server.from_client.capacity = 64;
    server.from_client.maximum_write = 64;
    outcome<tern::connect_result> connected;
    f.client->async_connect("mqtt://stuck", {.client_id = "tester"}, connected.handler());
    REQUIRE(f.until([&] { return connected.calls != 0; }));
    outcome<tern::publish_result> published;
    f.client->async_publish("a", std::string(5'000, 'p'), published.handler());
    outcome<void> disconnected;
    f.client->async_disconnect({.time_limit = 20ms}, disconnected.handler());
    SECTION("in time")
    {
        REQUIRE(f.until([&] { return disconnected.calls != 0; }));
        CHECK(disconnected.error == tern::errc::timed_out);
    }
    SECTION("because the connection is lost")
    {
        settle(f.context);
        server.visitors[0]->close();
        REQUIRE(f.until([&] { return disconnected.calls != 0; }));
        CHECK(disconnected.error);
        CHECK(disconnected.error != tern::errc::timed_out);
    }
    settle(f.context);
    CHECK(published.error);
    CHECK(f.client->state() == tern::connection_state::idle);
}

TEST_CASE("after DISCONNECT the client reads on until the server has closed")
{
    client_fixture f;
    memory_server server(f.context, "late", [](memory_server::visitor& one) {
        answer_connect(one);
        one.reads = !has_packet(one.received); // up to DISCONNECT
    });
    outcome<tern::connect_result> connected;
    f.client->async_connect("mqtt://late", {.client_id = "tester"}, connected.handler());
    REQUIRE(f.until([&] { return connected.calls != 0; }));
    outcome<void> disconnected;
    f.client->async_disconnect(disconnected.handler());
    REQUIRE(f.until([&] { return !server.visitors[0]->reads; }));
    server.visitors[0]->send(std::string(100'000, '\0')); // what it sends now is of no interest, and no mistake
    settle(f.context);
    CHECK(disconnected.calls == 0);
    server.visitors[0]->close();
    REQUIRE(f.until([&] { return disconnected.calls != 0; }));
    CHECK_FALSE(disconnected.error);
}

TEST_CASE("a server that does not close after DISCONNECT is not waited for longer than agreed")
{
    tern::client_limits limits = quick_limits();
    limits.closing = 30ms;
    client_fixture f({}, limits);
    memory_server server(f.context, "open", [](memory_server::visitor& one) { answer_connect(one); });
    outcome<tern::connect_result> connected;
    f.client->async_connect("mqtt://open", {.client_id = "tester"}, connected.handler());
    REQUIRE(f.until([&] { return connected.calls != 0; }));
    const auto start = std::chrono::steady_clock::now();
    CHECK_FALSE(disconnect(f));
    CHECK(std::chrono::steady_clock::now() - start >= 30ms);
    CHECK(packet_type(server.visitors[0]->received) == 14); // DISCONNECT
}
