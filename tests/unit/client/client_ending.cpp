// SPDX-License-Identifier: BSL-1.0

#include "tern/client/client_ending.hpp"

#include "support/catch.hpp"
#include "support/memory_client.hpp"

#include <asio/bind_cancellation_slot.hpp>
#include <asio/cancellation_signal.hpp>
#include <asio/co_spawn.hpp>
#include <asio/detached.hpp>

#include <memory>
#include <optional>

using namespace tern_test;

namespace
{

// One of everything that can be outstanding.
struct outstanding
{
    explicit outstanding(client_fixture& f)
    {
        stream = f.client->open_subscription("s");
        stream.async_receive(received.handler());
        stream.async_ready(ready.handler());
        f.client->async_publish("a", "x", published0.handler());
        f.client->async_publish("a", "x", {.qos = tern::qos::at_least_once}, published1.handler());
        f.client->async_publish("a", "x", {.qos = tern::qos::exactly_once}, published2.handler());
        f.client->async_subscribe("t", subscribed.handler());
        f.client->async_unsubscribe("u", unsubscribed.handler());
    }

    [[nodiscard]] int calls() const
    {
        return received.calls + ready.calls + published0.calls + published1.calls + published2.calls +
               subscribed.calls + unsubscribed.calls;
    }

    outcome<tern::message> received;
    outcome<tern::subscribe_result> ready;
    outcome<tern::publish_result> published0;
    outcome<tern::publish_result> published1;
    outcome<tern::publish_result> published2;
    outcome<tern::subscription> subscribed;
    outcome<tern::unsubscribe_result> unsubscribed;
    tern::subscription stream;
};

} // namespace

TEST_CASE("a destroyed client completes every handler once, by post")
{
    client_fixture f;
    const bool connecting = GENERATE(false, true);
    outcome<tern::connect_result> connected;
    if (connecting)
    {
        f.client->async_connect("mqtt://broker", {.client_id = "tester"}, connected.handler());
        settle(f.context);
        f.broker.cut(link_cut::silence);
    }
    outstanding all(f);
    const int steps = GENERATE(0, 1, 2, 3, 5, 8);
    f.context.restart();
    for (int i = 0; i < steps; ++i)
    {
        f.context.poll_one();
    }
    const int before = all.calls();
    f.client.reset();
    CHECK(all.calls() == before); // not inside the destructor
    settle(f.context);
    CHECK(all.calls() == 7);
    CHECK(all.received.error == asio::error::operation_aborted);
    outcome<tern::message> later;
    all.stream.async_receive(later.handler());
    settle(f.context);
    CHECK(later.error == asio::error::operation_aborted);
}

TEST_CASE("a client can be destroyed at any step of a conversation")
{
    for (int steps = 0; steps < 80; ++steps)
    {
        client_fixture f;
        outcome<tern::connect_result> connected;
        f.client->async_connect("mqtt://broker", {.client_id = "tester"}, connected.handler());
        outstanding all(f);
        f.context.restart();
        for (int i = 0; i < steps; ++i)
        {
            f.context.poll_one();
        }
        f.client.reset();
        settle(f.context);
        INFO("after " << steps << " steps");
        REQUIRE(all.calls() == 7);
        REQUIRE(connected.calls == 1);
    }
}

TEST_CASE("an execution context that ends destroys handlers uncalled, also those that own the client")
{
    int calls = 0;
    auto token = std::make_shared<int>(0);
    const std::weak_ptr<int> watched = token;
    {
        asio::io_context context;
        struct owner
        {
            memory_client client;
            tern::subscription stream;
        };
        const auto run = [&calls](asio::io_context& on, std::shared_ptr<int>) -> asio::awaitable<void> {
            owner all{memory_client(on), {}};
            all.stream = all.client.open_subscription("a");
            co_await all.stream.async_receive();
            ++calls;
        };
        asio::co_spawn(context, run(context, std::move(token)), asio::detached);
        settle(context);
        CHECK_FALSE(watched.expired());
    }
    CHECK(watched.expired());
    CHECK(calls == 0);
}

TEST_CASE("messages and subscriptions outlive the client")
{
    client_fixture f;
    REQUIRE_FALSE(f.connect());
    tern::subscription stream = f.subscribe("a", {.ack = tern::acknowledgement::manual});
    CHECK_FALSE(f.publish("a", "1", tern::qos::at_least_once));
    CHECK_FALSE(f.publish("a", "2", tern::qos::at_least_once));
    tern::message first = f.receive(stream);
    REQUIRE(f.until([&] { return stream.buffered() == 1; }));
    f.client.reset();
    CHECK(first.payload_text() == "1");
    first.acknowledge();
    CHECK(f.receive(stream).payload_text() == "2");
}

TEST_CASE("what outlives the execution context of a client that is still there does no harm")
{
    std::optional<asio::io_context> context(std::in_place, 1);
    std::optional<memory_broker> broker(std::in_place, *context);
    std::optional<memory_client> client(std::in_place, *context, quick_limits());
    outcome<tern::connect_result> connected;
    client->async_connect("mqtt://broker", {.client_id = "tester"}, connected.handler());
    tern::subscription stream = client->open_subscription("a", {.ack = tern::acknowledgement::manual});
    outcome<tern::message> received;
    stream.async_receive(received.handler());
    outcome<tern::publish_result> published;
    client->async_publish("a", "x", {.qos = tern::qos::at_least_once}, published.handler());
    REQUIRE(run_until(*context, [&] { return received.calls == 1 && published.calls == 1; }));
    REQUIRE_FALSE(received.error);
    broker.reset();
    context.reset();
    received.result.acknowledge();
    stream = tern::subscription();
    CHECK(client->state() == tern::connection_state::idle);
    client.reset();
}

TEST_CASE("cancelling what outlives the execution context of a client that is still there does no harm")
{
    std::optional<asio::io_context> context(std::in_place, 1);
    memory_client client(*context, quick_limits());
    asio::cancellation_signal publishing;
    outcome<tern::publish_result> published;
    client.async_publish("a", "x", {.qos = tern::qos::at_least_once},
                         asio::bind_cancellation_slot(publishing.slot(), published.handler()));
    asio::cancellation_signal receiving;
    outcome<tern::message> received;
    tern::subscription stream = client.open_subscription("a");
    stream.async_receive(asio::bind_cancellation_slot(receiving.slot(), received.handler()));
    settle(*context);
    context.reset();
    publishing.emit(asio::cancellation_type::terminal);
    receiving.emit(asio::cancellation_type::terminal);
    CHECK(published.calls == 0); // destroyed with the context
    CHECK(received.calls == 0);
}

TEST_CASE("an authenticator that answers after the execution context of a client that is still there does no harm")
{
    std::optional<asio::io_context> context(std::in_place, 1);
    std::optional<memory_broker> broker(std::in_place, *context);
    memory_client client(*context, quick_limits());
    std::optional<tern::authentication_answer> late;
    client.set_authenticator(
        [&late](const tern::authentication_step&, const tern::authentication_answer& answer) { late = answer; });
    outcome<tern::connect_result> connected;
    client.async_connect("mqtt://broker", {.client_id = "tester", .authentication_method = "riddle"},
                         connected.handler());
    REQUIRE(run_until(*context, [&] { return late.has_value(); }));
    broker.reset();
    context.reset();
    (*late)({}, "answer");
    CHECK(connected.calls == 0); // destroyed with the context
}
