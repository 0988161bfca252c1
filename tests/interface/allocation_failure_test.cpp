// SPDX-License-Identifier: BSL-1.0
//
// Memory runs out: the n-th allocation of a whole run fails, for every n. The operation ends with an error, or the
// connection closes and is made again; no handler is lost or called twice, and the client works afterwards.
//
// The broker and the run itself share the memory. Where it is they that fail, the exception comes out of the context's
// loop, and the broker's connection is cut: it may have lost something.

#include "interface/script.hpp"
#include "support/allocation_counter.hpp"
#include "support/catch.hpp"

#include <chrono>
#include <cstddef>
#include <new>
#include <string>

using namespace tern_test;

namespace
{

/// Runs something that may run out of memory; false if it did.
template <class Function>
bool within_memory(Function&& function)
{
    try
    {
        function();
        return true;
    }
    catch (const std::bad_alloc&)
    {
        return false;
    }
}

/// Something is still to come for the run's last operation.
bool is_pending(const script& run)
{
    return run.current != action::done && !run.book.entries.empty() && run.book.entries.back()->calls == 0 &&
           !run.book.entries.back()->life.expired();
}

/// It waits for the message of QoS 0 (the first that is published), which may have been lost.
bool waits_for_qos_0(const script& run)
{
    return run.current == action::receive && run.received.count("1") == 0 && run.received.size() + 1 == run.sent.size();
}

/// Connects if need be, and publishes with QoS 2: a client that still can is whole.
void check_that_it_works(script& run)
{
    if (run.client->state() == tern::connection_state::idle)
    {
        outcome<tern::connect_result> connected;
        run.client->async_connect("mqtt://broker", {.client_id = "script"}, connected.handler());
        REQUIRE(run_until(*run.context, [&] { return connected.calls != 0; }));
        REQUIRE_FALSE(connected.error);
    }
    outcome<tern::publish_result> published;
    run.client->async_publish("afterwards", "x", {.qos = tern::qos::exactly_once}, published.handler());
    REQUIRE(run_until(*run.context, [&] { return published.calls != 0; }));
    CHECK_FALSE(published.error);
    CHECK(published.calls == 1);
}

/// Plays the run with one failing allocation; false if there were too few for it to fail.
bool play(std::size_t successes, const script_settings& settings)
{
    script run(settings);
    run.intercept = [](action, std::error_code error) { return static_cast<bool>(error); };
    CAPTURE(successes, static_cast<int>(settings.protocol));
    bool happened = false;
    {
        const allocation_failure failure(successes);
        (void)within_memory([&] { run.begin(); });
        const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(5);
        while (is_pending(run) && std::chrono::steady_clock::now() < end)
        {
            if (!within_memory([&] { (void)run.step(1); }))
            {
                run.broker->cut(link_cut::reset);
            }
            if (failure.happened() && waits_for_qos_0(run))
            {
                run.signal.emit(asio::cancellation_type::terminal);
            }
        }
        happened = failure.happened();
    }
    std::string received;
    for (const auto& [payload, times] : run.received)
    {
        received += payload + " ";
    }
    INFO("at " << name_of(run.current) << ", received " << received << '\n' << run.book.text());
    REQUIRE_FALSE(is_pending(run));
    check_that_it_works(run);
    for (const auto& [payload, times] : run.received)
    {
        CAPTURE(payload);
        CHECK((times == 1 || payload == "2")); // only QoS 1 may be repeated
    }
    run.stream = tern::subscription();
    run.client.reset();
    settle(*run.context);
    // Uncalled are only those whose initiation could not even get the memory for them.
    CHECK(run.book.is_settled(true));
    return happened;
}

} // namespace

TEST_CASE("any allocation may fail")
{
    for (const tern::protocol_choice protocol : {tern::protocol_choice::v5, tern::protocol_choice::v3_1_1})
    {
        std::size_t successes = 0;
        while (play(successes, {.protocol = protocol}))
        {
            ++successes;
        }
        CHECK(successes > 100); // or it was not the run that was played
    }
}
