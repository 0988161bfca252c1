// SPDX-License-Identifier: BSL-1.0

#include "tern/client/cancellation.hpp"

#include "support/catch.hpp"
#include "support/memory_client.hpp"

#include <asio/bind_cancellation_slot.hpp>
#include <asio/cancellation_signal.hpp>
#include <asio/post.hpp>

#include <cstdint>

using namespace tern_test;

namespace
{

const auto any_type = [] {
    return GENERATE(asio::cancellation_type::terminal, asio::cancellation_type::partial,
                    asio::cancellation_type::total);
};

} // namespace

TEST_CASE("a publish that was never sent is withdrawn by its cancellation")
{
    client_fixture f;
    asio::cancellation_signal signal;
    outcome<tern::publish_result> published;
    f.client->async_publish("a", "x", {.qos = tern::qos::at_least_once},
                            asio::bind_cancellation_slot(signal.slot(), published.handler()));
    settle(f.context);
    CHECK(f.client->stats().queued_messages == 1);
    signal.emit(any_type());
    CHECK(published.calls == 0);
    settle(f.context);
    CHECK(published.calls == 1);
    CHECK(published.error == asio::error::operation_aborted);
    CHECK(f.client->stats().queued_messages == 0);
}

TEST_CASE("a publish that was sent finishes its handshake unseen, and the connection stays")
{
    tern::testing::broker_configuration configuration;
    configuration.hold_acknowledgements = true;
    client_fixture f(configuration);
    REQUIRE_FALSE(f.connect());
    asio::cancellation_signal signal;
    outcome<tern::publish_result> published;
    f.client->async_publish("a", "x", {.qos = tern::qos::exactly_once},
                            asio::bind_cancellation_slot(signal.slot(), published.handler()));
    settle(f.context);
    CHECK(f.client->stats().in_flight == 1);
    signal.emit(asio::cancellation_type::terminal);
    settle(f.context);
    CHECK(published.error == asio::error::operation_aborted);
    CHECK(f.client->stats().in_flight == 1);
    f.broker.core().release_acknowledgements(false);
    f.broker.flush();
    REQUIRE(f.until([&] { return f.client->stats().in_flight == 0; }));
    CHECK(published.calls == 1);
    CHECK(f.client->state() == tern::connection_state::connected);
}

TEST_CASE("a cancelled receive loses no message")
{
    client_fixture f;
    REQUIRE_FALSE(f.connect());
    tern::subscription stream = f.subscribe("a");
    asio::cancellation_signal signal;
    outcome<tern::message> received;
    stream.async_receive(asio::bind_cancellation_slot(signal.slot(), received.handler()));
    settle(f.context);
    signal.emit(any_type());
    settle(f.context);
    CHECK(received.calls == 1);
    CHECK(received.error == asio::error::operation_aborted);
    CHECK_FALSE(f.publish("a", "x", tern::qos::at_least_once));
    CHECK(f.receive(stream).payload_text() == "x");
    signal.emit(asio::cancellation_type::terminal); // too late, and of no effect on others
    outcome<tern::message> next;
    stream.async_receive(next.handler());
    settle(f.context);
    CHECK(next.calls == 0);
}

TEST_CASE("a cancelled subscribe is undone, before and after it was sent")
{
    const bool sent = GENERATE(false, true);
    client_fixture f;
    REQUIRE_FALSE(f.connect());
    asio::cancellation_signal signal;
    outcome<tern::subscription> subscribed;
    f.client->async_subscribe("a", asio::bind_cancellation_slot(signal.slot(), subscribed.handler()));
    if (sent)
    {
        f.context.restart();
        f.context.poll_one(); // the subscribe itself, which was posted
        f.context.poll_one();
    }
    signal.emit(asio::cancellation_type::terminal);
    settle(f.context);
    CHECK(subscribed.calls == 1);
    CHECK(subscribed.error == asio::error::operation_aborted);
    REQUIRE(f.until([&] {
        const auto session = f.broker.core().find_session("tester");
        return session && session->subscriptions == 0;
    }));
    CHECK_FALSE(f.publish("a", "x"));
    settle(f.context);
    CHECK(f.client->stats().messages_received == 0);
}

TEST_CASE("cancelling async_connect leaves the client idle, at every step of it")
{
    for (int steps = 0; steps < 12; ++steps)
    {
        client_fixture f;
        f.broker.faults_of_next({}, {.cut_after = 1, .cut = link_cut::silence});
        asio::cancellation_signal signal;
        outcome<tern::connect_result> connected;
        f.client->async_connect("mqtt://broker", {.client_id = "tester"},
                                asio::bind_cancellation_slot(signal.slot(), connected.handler()));
        f.context.restart();
        for (int i = 0; i < steps; ++i)
        {
            f.context.poll_one();
        }
        signal.emit(asio::cancellation_type::terminal);
        settle(f.context);
        INFO("after " << steps << " steps");
        REQUIRE(connected.calls == 1);
        REQUIRE(connected.error == asio::error::operation_aborted);
        REQUIRE(f.client->state() == tern::connection_state::idle);
        REQUIRE_FALSE(f.connect());
    }
}

TEST_CASE("cancelling async_disconnect closes at once")
{
    tern::testing::broker_configuration configuration;
    configuration.hold_acknowledgements = true;
    client_fixture f(configuration);
    REQUIRE_FALSE(f.connect());
    outcome<tern::publish_result> published;
    f.client->async_publish("a", "x", {.qos = tern::qos::at_least_once}, published.handler());
    asio::cancellation_signal signal;
    outcome<void> disconnected;
    f.client->async_disconnect(asio::bind_cancellation_slot(signal.slot(), disconnected.handler()));
    settle(f.context);
    CHECK(disconnected.calls == 0);
    signal.emit(asio::cancellation_type::terminal);
    settle(f.context);
    CHECK(disconnected.calls == 1);
    CHECK(disconnected.error == asio::error::operation_aborted);
    CHECK(published.error == asio::error::operation_aborted);
    CHECK(f.client->state() == tern::connection_state::idle);
}

TEST_CASE("what is cancelled before it has begun does not begin")
{
    client_fixture f;
    REQUIRE_FALSE(f.connect());
    tern::subscription stream = f.subscribe("a");
    asio::cancellation_signal publishing;
    asio::cancellation_signal receiving;
    asio::cancellation_signal disconnecting;
    outcome<tern::publish_result> published;
    outcome<tern::message> received;
    outcome<void> disconnected;
    const std::uint64_t sent = f.client->stats().packets_sent;
    // Nobody runs the context: these are on their way to the executor when the signals come.
    asio::post(f.context, [&] {
        publishing.emit(asio::cancellation_type::terminal);
        receiving.emit(asio::cancellation_type::terminal);
        disconnecting.emit(asio::cancellation_type::terminal);
    });
    f.client->async_publish("a", "x", asio::bind_cancellation_slot(publishing.slot(), published.handler()));
    stream.async_receive(asio::bind_cancellation_slot(receiving.slot(), received.handler()));
    f.client->async_disconnect(asio::bind_cancellation_slot(disconnecting.slot(), disconnected.handler()));
    settle(f.context);
    CHECK(published.calls + received.calls + disconnected.calls == 3);
    CHECK(published.error == asio::error::operation_aborted);
    CHECK(received.error == asio::error::operation_aborted);
    CHECK(disconnected.error == asio::error::operation_aborted);
    CHECK(f.client->stats().packets_sent == sent);
    CHECK(f.client->state() == tern::connection_state::connected);
    CHECK_FALSE(f.publish("a", "y"));
    CHECK(f.receive(stream).payload_text() == "y");
}
