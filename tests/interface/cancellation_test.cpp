// SPDX-License-Identifier: BSL-1.0
//
// Cancellation at every suspension point: a run of a client is stepped through handler by handler, and after each
// number of steps what waits at that moment is cancelled and tried again.

#include "interface/script.hpp"
#include "support/catch.hpp"

#include <asio/cancellation_type.hpp>
#include <asio/error.hpp>

#include <cstddef>
#include <map>
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
    REQUIRE(run.sent.size() == (settings.eventful ? 1 : 3));
    REQUIRE(run.received.size() == run.sent.size());
    REQUIRE(run.book.entries.size() == (settings.eventful ? 7 : 10));
    REQUIRE(run.book.is_settled());
    return steps;
}

/// Which operations a cancellation has ended, and how often.
using endings = std::map<action, std::size_t>;

void cancel_after(std::size_t steps, asio::cancellation_type type, const script_settings& settings, endings& cancelled)
{
    script run(settings);
    run.begin();
    (void)run.step(steps); // there may be a handler of a timer less than the last time
    const action waiting = run.current;
    handler_book::entry& entry = *run.book.entries.back();
    CAPTURE(steps, name_of(waiting));
    run.signal.emit(type);
    REQUIRE(run.finish());
    settle(*run.context);
    INFO(run.book.text());
    // It ended once, cancelled or as if nothing had been, and so did everything after it.
    CHECK((!entry.error || entry.error == asio::error::operation_aborted));
    CHECK_FALSE(run.failure);
    CHECK(run.book.is_settled());
    if (entry.error)
    {
        ++cancelled[entry.what];
    }
    // No message is lost by it, and none comes twice.
    CHECK(run.sent.size() == (settings.eventful ? 1 : 3));
    CHECK(run.has_everything());
    for (const auto& [payload, times] : run.received)
    {
        CAPTURE(payload);
        CHECK(times == 1);
    }
    // Only that of async_connect closes the connection.
    const bool connection_may_end = waiting == action::connect || waiting == action::disconnect;
    // (3.1.1 clears the session with a connection of its own first, and ends it with another. In the eventful run one
    // is cut off.)
    const std::size_t connections = settings.eventful ? 2 : settings.protocol == tern::protocol_choice::v5 ? 1 : 3;
    CHECK((run.broker->connection_count() == connections || connection_may_end));
    CHECK((run.disconnections == 1 || connection_may_end || settings.eventful));
    CHECK(run.client->state() == tern::connection_state::idle);
}

/// Cancels after each number of steps. Every operation of the run has to be ended by that now and then: a cancellation
/// that is ignored would not show otherwise.
void cancel_everywhere(std::size_t steps, asio::cancellation_type type, const script_settings& settings)
{
    endings cancelled;
    for (std::size_t n = 0; n <= steps; ++n)
    {
        cancel_after(n, type, settings, cancelled);
    }
    // A signal from outside is queued behind what is ready. So QoS 0 is written before it, and a receive, whose message
    // is in the stream already, has it: cancelling those is tested in unit/client/cancellation.cpp.
    const std::vector<action> plain = {action::connect,       action::subscribe,   action::publish_qos_1,
                                       action::publish_qos_2, action::unsubscribe, action::disconnect};
    const std::vector<action> eventful = {action::connect,         action::ready,      action::re_authenticate,
                                          action::publish_and_cut, action::end_stream, action::disconnect};
    for (const action each : settings.eventful ? eventful : plain)
    {
        CAPTURE(name_of(each));
        CHECK(cancelled[each] > 0);
    }
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
    cancel_everywhere(steps, type, settings);
}

TEST_CASE("whatever waits can be cancelled after every byte that arrives")
{
    const auto protocol = GENERATE(tern::protocol_choice::v5, tern::protocol_choice::v3_1_1);
    const script_settings settings{.protocol = protocol, .maximum_read = 1, .repeat_cancelled = true};
    const std::size_t steps = steps_of(settings);
    REQUIRE(steps > 200);
    cancel_everywhere(steps, asio::cancellation_type::terminal, settings);
}

TEST_CASE("whatever waits can be cancelled after every step, and byte, of an eventful run")
{
    const std::size_t maximum_read = GENERATE(std::size_t{1}, std::size_t{65'536});
    const script_settings settings{.maximum_read = maximum_read, .repeat_cancelled = true, .eventful = true};
    const std::size_t steps = steps_of(settings);
    REQUIRE(steps > 20);
    cancel_everywhere(steps, asio::cancellation_type::terminal, settings);
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
