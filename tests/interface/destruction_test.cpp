// SPDX-License-Identifier: BSL-1.0
//
// Destruction at every suspension point: of the client, of a subscription, of the execution context, inside a handler.
// Every handler is called exactly once; only an execution context that ends destroys handlers uncalled.

#include "interface/script.hpp"
#include "support/catch.hpp"

#include <asio/bind_executor.hpp>
#include <asio/error.hpp>

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <vector>

using namespace tern_test;

namespace
{

std::size_t steps_of(const script_settings& settings)
{
    script run(settings);
    run.begin();
    std::size_t steps = 0;
    while (run.step(1))
    {
        ++steps;
    }
    REQUIRE(run.current == action::done);
    REQUIRE_FALSE(run.failure);
    return steps;
}

/// What is destroyed.
enum class victim
{
    client,
    subscription,
    subscription_then_client,
    client_then_context, ///< before what the client's end posted has run
    context,             ///< while the client is there
};

void destroy_after(std::size_t steps, victim what, const script_settings& settings)
{
    script run(settings);
    run.intercept = [](action, std::error_code error) { return static_cast<bool>(error); };
    run.begin();
    (void)run.step(steps); // there may be a handler of a timer less than the last time
    const action pending = run.current;
    const std::size_t entries = run.book.entries.size();
    const bool receiving = pending == action::receive;
    CAPTURE(steps, name_of(pending), static_cast<int>(what));
    if (what == victim::subscription || what == victim::subscription_then_client)
    {
        run.stream = tern::subscription();
    }
    if (what == victim::context)
    {
        run.broker.reset();
        run.context.reset();
        INFO(run.book.text());
        CHECK(run.book.entries.size() == entries);
        CHECK(run.book.is_settled(true));
        CHECK(run.book.entries.back()->calls == (pending == action::done ? 1 : 0));
        run.stream = tern::subscription();
        run.client.reset();
        CHECK(run.book.is_settled(true));
        return;
    }
    if (what != victim::subscription)
    {
        run.client.reset();
    }
    CHECK(run.book.entries.size() == entries); // nothing inside the destructor
    if (what == victim::client_then_context)
    {
        run.broker.reset();
        run.stream = tern::subscription();
        run.context.reset();
        CHECK(run.book.is_settled(true));
        return;
    }
    settle(*run.context);
    if (what == victim::subscription && !receiving)
    {
        // The others do not notice, up to the receive, which finds no stream any more.
        REQUIRE(run_until(*run.context, [&] { return run.current == action::done; }));
        INFO(run.book.text());
        CHECK(run.book.is_settled());
        return;
    }
    INFO(run.book.text());
    CHECK(run.book.is_settled());
    const std::error_code last = run.book.entries.back()->error;
    if (pending != action::done)
    {
        CHECK((!last || last == asio::error::operation_aborted));
    }
    if (what == victim::client)
    {
        // The handle of the stream may live longer than its client.
        outcome<tern::message> late;
        run.stream.async_receive(asio::bind_executor(*run.context, late.handler()));
        settle(*run.context);
        CHECK(late.calls == 1);
        CHECK((late.result || late.error == asio::error::operation_aborted ||
               late.error == tern::errc::subscription_ended));
    }
}

void destroy_everywhere(victim what)
{
    const auto protocol = GENERATE(tern::protocol_choice::v5, tern::protocol_choice::v3_1_1);
    const std::size_t maximum_read = GENERATE(std::size_t{1}, std::size_t{65'536});
    const bool eventful = protocol == tern::protocol_choice::v5 && GENERATE(false, true); // 3.1.1 has no authentication
    const script_settings settings{.protocol = protocol, .maximum_read = maximum_read, .eventful = eventful};
    const std::size_t steps = steps_of(settings);
    REQUIRE(steps > 20);
    for (std::size_t n = 0; n <= steps; ++n)
    {
        destroy_after(n, what, settings);
    }
}

/// Everything at once: one operation of each kind, all started before the first of them can end.
struct crowd
{
    explicit crowd(std::optional<asio::io_context>& context, memory_client& client)
    {
        (void)context;
        client.async_connect("mqtt://broker", tern::connect_options{.client_id = "crowd"},
                             handler<tern::connect_result>());
        streams.push_back(client.open_subscription("a/#"));
        streams.push_back(client.open_subscription("b/#", {.ack = tern::acknowledgement::manual}));
        registration = client.on_message("a/b", [](const tern::message_view&) {});
        for (tern::subscription& each : streams)
        {
            each.async_ready(handler<tern::subscribe_result>());
            each.async_receive(handler<tern::message>());
            each.async_receive(handler<tern::message>()); // one too many
        }
        registration.async_ready(handler<tern::subscribe_result>());
        client.async_subscribe("c", handler<tern::subscription>());
        client.async_subscribe("c/#/d", handler<tern::subscription>()); // wrong
        for (const tern::qos qos : {tern::qos::at_most_once, tern::qos::at_least_once, tern::qos::exactly_once})
        {
            client.async_publish("a/b", "payload", tern::publish_options{.qos = qos}, handler<tern::publish_result>());
            client.async_publish("b/c", "payload", tern::publish_options{.qos = qos}, handler<tern::publish_result>());
        }
        client.async_unsubscribe("d", handler<tern::unsubscribe_result>());
        registration.async_unsubscribe(handler<tern::unsubscribe_result>());
        client.async_re_authenticate(handler<void>());
    }

    template <class Result>
    booked_handler<Result> handler()
    {
        auto life = std::make_shared<int>(0);
        handler_book::entry& entry = book.add(action::done, life);
        return {&entry, std::move(life), {}, [this](auto&&...) {
                    if (on_completion)
                    {
                        on_completion();
                    }
                }};
    }

    handler_book book;
    std::function<void()> on_completion;
    std::vector<tern::subscription> streams;
    tern::message_handler_registration registration;
};

struct crowded_stage
{
    crowded_stage()
    {
        tern::client_limits limits = quick_limits();
        limits.shutdown = std::chrono::milliseconds(0);
        client.emplace(*context, limits);
        people.emplace(context, *client);
    }

    ~crowded_stage()
    {
        people->streams.clear();
        client.reset();
        broker.reset();
        context.reset();
    }

    bool step(std::size_t count)
    {
        for (; count != 0; --count)
        {
            context->restart();
            if (context->poll_one() == 0)
            {
                return false;
            }
        }
        return true;
    }

    std::optional<asio::io_context> context{std::in_place, 1};
    std::optional<memory_broker> broker{std::in_place, *context};
    std::optional<memory_client> client;
    std::optional<crowd> people;
};

} // namespace

TEST_CASE("the client may be destroyed after every step")
{
    destroy_everywhere(victim::client);
}

TEST_CASE("the subscription may be destroyed after every step")
{
    destroy_everywhere(victim::subscription);
}

TEST_CASE("subscription and client may be destroyed after every step")
{
    destroy_everywhere(victim::subscription_then_client);
}

TEST_CASE("client and context may be destroyed after every step")
{
    destroy_everywhere(victim::client_then_context);
}

TEST_CASE("the context may be destroyed before the client after every step")
{
    destroy_everywhere(victim::context);
}

TEST_CASE("the client may be destroyed with everything pending")
{
    std::size_t steps = 0;
    for (bool more = true; more; ++steps)
    {
        CAPTURE(steps);
        crowded_stage s;
        more = s.step(steps);
        s.client.reset();
        settle(*s.context);
        INFO(s.people->book.text());
        CHECK(s.people->book.is_settled());
    }
    CHECK(steps > 10);
}

TEST_CASE("the client may be disconnected and destroyed with everything pending")
{
    std::size_t steps = 0;
    for (bool more = true; more; ++steps)
    {
        CAPTURE(steps);
        crowded_stage s;
        s.client->async_disconnect(s.people->handler<void>());
        more = s.step(steps);
        s.client.reset();
        settle(*s.context);
        INFO(s.people->book.text());
        CHECK(s.people->book.is_settled());
    }
    CHECK(steps > 5);
}

TEST_CASE("the context may be destroyed with everything pending")
{
    std::size_t steps = 0;
    for (bool more = true; more; ++steps)
    {
        CAPTURE(steps);
        crowded_stage s;
        more = s.step(steps);
        s.broker.reset();
        s.context.reset();
        INFO(s.people->book.text());
        CHECK(s.people->book.is_settled(true));
    }
    CHECK(steps > 10);
}

TEST_CASE("another client may take the place of one with everything pending")
{
    for (std::size_t steps = 0; steps < 40; ++steps)
    {
        CAPTURE(steps);
        crowded_stage s;
        (void)s.step(steps);
        *s.client = memory_client(*s.context, quick_limits());
        settle(*s.context);
        INFO(s.people->book.text());
        CHECK(s.people->book.is_settled());
        outcome<tern::connect_result> connected;
        s.client->async_connect("mqtt://broker", {.client_id = "crowd"}, connected.handler());
        REQUIRE(run_until(*s.context, [&] { return connected.calls != 0; }));
        CHECK_FALSE(connected.error);
    }
}

TEST_CASE("the client may be destroyed inside every completion handler")
{
    std::size_t handlers = 0;
    for (std::size_t n = 1;; ++n)
    {
        CAPTURE(n);
        crowded_stage s;
        std::size_t called = 0;
        s.people->on_completion = [&] {
            if (++called == n)
            {
                s.client.reset();
            }
        };
        for (std::size_t i = 0; i < 1000 && s.client; ++i)
        {
            settle(*s.context);
        }
        if (s.client)
        {
            handlers = n - 1; // fewer complete by themselves
            break;
        }
        settle(*s.context);
        INFO(s.people->book.text());
        CHECK(s.people->book.is_settled());
        s.people->on_completion = nullptr;
    }
    CHECK(handlers >= 15);
}

TEST_CASE("the client may be destroyed inside what it calls")
{
    enum class place
    {
        event,
        message,
        unmatched,
        authenticator,
        taken_message,
    };
    const auto where =
        GENERATE(place::event, place::message, place::unmatched, place::authenticator, place::taken_message);
    CAPTURE(static_cast<int>(where));
    crowded_stage s;
    if (where == place::event)
    {
        s.client->on_event([&](const tern::client_event&) { s.client.reset(); });
    }
    else if (where == place::message)
    {
        (void)s.client->on_message("b/#", [&](const tern::message_view& view) {
            s.client.reset();
            CHECK(view.topic == "b/c"); // still there
        });
    }
    else if (where == place::unmatched)
    {
        s.client->on_unmatched([&](const tern::message_view&) { s.client.reset(); });
        s.people->streams.clear();
    }
    else if (where == place::authenticator)
    {
        s.client->set_authenticator(
            [&](const tern::authentication_step&, const tern::authentication_answer&) { s.client.reset(); });
        outcome<void> ended;
        s.client->async_disconnect(ended.handler());
        REQUIRE(run_until(*s.context, [&] { return ended.calls != 0; }));
        s.client->async_connect("mqtt://broker", {.client_id = "crowd", .authentication_method = "password"},
                                s.people->handler<tern::connect_result>());
    }
    else
    {
        std::optional<tern::message> kept;
        outcome<tern::subscription> subscribed;
        s.client->async_subscribe("kept", {.ack = tern::acknowledgement::manual}, subscribed.handler());
        REQUIRE(run_until(*s.context, [&] { return subscribed.calls != 0; }));
        s.client->async_publish("kept", "still here", tern::publish_options{.qos = tern::qos::exactly_once},
                                s.people->handler<tern::publish_result>());
        subscribed.result.async_receive([&](std::error_code, tern::message taken) {
            s.client.reset();
            kept = std::move(taken);
        });
        REQUIRE(run_until(*s.context, [&] { return kept.has_value(); }));
        CHECK(kept->payload_text() == "still here");
        kept->acknowledge();
    }
    REQUIRE(run_until(*s.context, [&] { return !s.client; }));
    settle(*s.context);
    INFO(s.people->book.text());
    CHECK(s.people->book.is_settled());
}

TEST_CASE("a subscription may be destroyed inside the handler of its own receive, and messages outlive all")
{
    std::optional<tern::message> kept;
    {
        client_fixture f;
        REQUIRE_FALSE(f.connect());
        std::optional<tern::subscription> stream(f.subscribe("a"));
        int calls = 0;
        stream->async_receive([&](std::error_code error, tern::message taken) {
            ++calls;
            CHECK_FALSE(error);
            stream.reset();
            kept = std::move(taken);
        });
        REQUIRE_FALSE(f.publish("a", "payload", tern::qos::exactly_once));
        REQUIRE(f.until([&] { return calls != 0; }));
        settle(f.context);
        CHECK(calls == 1);
    }
    REQUIRE(kept.has_value());
    CHECK(kept->payload_text() == "payload");
    kept->acknowledge();
}
