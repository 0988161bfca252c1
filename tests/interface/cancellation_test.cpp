// SPDX-License-Identifier: BSL-1.0
//
// Cancellation at every suspension point: a run of a client is stepped through handler by handler, and after each
// number of steps what waits at that moment is cancelled and tried again.

#include "interface/script.hpp"
#include "support/catch.hpp"

#include <asio/cancellation_type.hpp>
#include <asio/error.hpp>

#include <cstddef>
#include <string>
#include <vector>

using namespace tern_test;

namespace
{

/// How many handlers the undisturbed run takes.
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
    REQUIRE(run.sent == std::vector<std::string>{"1", "2", "3"});
    REQUIRE(run.received.size() == 3);
    REQUIRE(run.book.entries.size() == 10);
    REQUIRE(run.book.is_settled());
    return steps;
}

void cancel_after(std::size_t steps, asio::cancellation_type type, const script_settings& settings)
{
    script run(settings);
    run.begin();
    (void)run.step(steps); // there may be a handler of a timer less than the last time
    const action cancelled = run.current;
    handler_book::entry& entry = *run.book.entries.back();
    CAPTURE(steps, name_of(cancelled));
    run.signal.emit(type);
    REQUIRE(run.finish());
    settle(*run.context);
    INFO(run.book.text());
    // It ended once, cancelled or as if nothing had been, and so did everything after it.
    CHECK((!entry.error || entry.error == asio::error::operation_aborted));
    CHECK_FALSE(run.failure);
    CHECK(run.book.is_settled());
    // No message is lost by it, and none comes twice.
    CHECK(run.sent.size() == 3);
    CHECK(run.has_everything());
    for (const auto& [payload, times] : run.received)
    {
        CAPTURE(payload);
        CHECK(times == 1);
    }
    // Only that of async_connect closes the connection.
    const bool connection_may_end = cancelled == action::connect || cancelled == action::disconnect;
    // (3.1.1 clears the session with a connection of its own first.)
    const std::size_t connections = settings.protocol == tern::protocol_choice::v5 ? 1 : 2;
    CHECK((run.broker->connection_count() == connections || connection_may_end));
    CHECK((run.disconnections <= 1 || connection_may_end));
    CHECK(run.client->state() == tern::connection_state::idle);
}

} // namespace

TEST_CASE("whatever waits can be cancelled after every step, and the run goes on")
{
    const auto type =
        GENERATE(asio::cancellation_type::terminal, asio::cancellation_type::partial, asio::cancellation_type::total);
    const auto protocol = GENERATE(tern::protocol_choice::v5, tern::protocol_choice::v3_1_1);
    const script_settings settings{.protocol = protocol, .repeat_cancelled = true};
    const std::size_t steps = steps_of(settings);
    REQUIRE(steps > 20);
    for (std::size_t n = 0; n <= steps; ++n)
    {
        cancel_after(n, type, settings);
    }
}

TEST_CASE("whatever waits can be cancelled after every byte that arrives")
{
    const auto protocol = GENERATE(tern::protocol_choice::v5, tern::protocol_choice::v3_1_1);
    const script_settings settings{.protocol = protocol, .maximum_read = 1, .repeat_cancelled = true};
    const std::size_t steps = steps_of(settings);
    REQUIRE(steps > 200);
    for (std::size_t n = 0; n <= steps; ++n)
    {
        cancel_after(n, asio::cancellation_type::terminal, settings);
    }
}

TEST_CASE("a receive that is cancelled when the message is there already loses nothing")
{
    // The cancellation is queued behind n other handlers, so that it meets the message at every moment of its way.
    for (std::size_t n = 0; n < 40; ++n)
    {
        CAPTURE(n);
        client_fixture f;
        REQUIRE_FALSE(f.connect());
        tern::subscription stream = f.subscribe("a");
        asio::cancellation_signal signal;
        int calls = 0;
        std::vector<std::string> taken;
        struct handler
        {
            using cancellation_slot_type = asio::cancellation_slot;
            cancellation_slot_type get_cancellation_slot() const noexcept { return slot; }
            void operator()(std::error_code error, const tern::message& m) const
            {
                ++*calls;
                if (!error)
                {
                    taken->emplace_back(m.payload_text());
                }
            }
            int* calls;
            std::vector<std::string>* taken;
            asio::cancellation_slot slot;
        };
        stream.async_receive(handler{&calls, &taken, signal.slot()});
        outcome<tern::publish_result> published;
        f.client->async_publish("a", "1", {.qos = tern::qos::exactly_once}, published.handler());
        f.client->async_publish("a", "2", {.qos = tern::qos::at_least_once}, published.handler());
        for (std::size_t i = 0; i < n; ++i)
        {
            f.context.restart();
            f.context.poll_one();
        }
        signal.emit(asio::cancellation_type::total);
        REQUIRE(f.until([&] { return calls == 1 && published.calls == 2; }));
        while (taken.size() < 2)
        {
            const tern::message next = f.receive(stream);
            REQUIRE(next);
            taken.emplace_back(next.payload_text());
        }
        CHECK(taken == std::vector<std::string>{"1", "2"});
        CHECK(calls == 1);
        settle(f.context);
        CHECK(stream.buffered() == 0);
    }
}

TEST_CASE("a cancelled subscribe leaves nothing behind at the server")
{
    for (std::size_t n = 0; n < 20; ++n)
    {
        CAPTURE(n);
        client_fixture f;
        REQUIRE_FALSE(f.connect());
        asio::cancellation_signal signal;
        outcome<tern::subscription> subscribed;
        struct handler
        {
            using cancellation_slot_type = asio::cancellation_slot;
            cancellation_slot_type get_cancellation_slot() const noexcept { return slot; }
            void operator()(std::error_code error, tern::subscription made) const
            {
                into->handler()(error, std::move(made));
            }
            outcome<tern::subscription>* into;
            asio::cancellation_slot slot;
        };
        f.client->async_subscribe("a", handler{&subscribed, signal.slot()});
        for (std::size_t i = 0; i < n; ++i)
        {
            f.context.restart();
            f.context.poll_one();
        }
        signal.emit(asio::cancellation_type::terminal);
        REQUIRE(f.until([&] { return subscribed.calls == 1; }));
        settle(f.context);
        const auto before = f.broker.core().statistics().messages_sent;
        CHECK_FALSE(f.publish("a", "is anybody there?", tern::qos::at_least_once));
        settle(f.context);
        CHECK(f.broker.core().statistics().messages_sent - before == (subscribed.error ? 0U : 1U));
        CHECK(bool(subscribed.result) == !subscribed.error);
        CHECK_FALSE(f.publish("b", "the connection lives", tern::qos::exactly_once));
        CHECK(f.broker.connection_count() == 1);
        CHECK(subscribed.calls == 1);
    }
}
