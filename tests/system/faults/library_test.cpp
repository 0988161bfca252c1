// SPDX-License-Identifier: BSL-1.0
//
// The library and Mosquitto, with a bad network between them: connections cut at any byte, bytes swallowed, silence,
// and a server that is stopped and killed and comes back with what it saved.

#include "stage.hpp"
#include "system/mosquitto.hpp"
#include "system/scenario.hpp"
#include "traffic.hpp"

using namespace tern::test;
using tern::client;
using tern::connect_options;
using tern::protocol_choice;
using tern::qos;

namespace
{

using std::chrono::steady_clock;

void send_through_cuts(protocol_choice version, std::uint64_t plan)
{
    if (skipped_without_mosquitto())
    {
        return;
    }
    mosquitto broker(quiet);
    run_scenario(
        [&]() -> asio::awaitable<void> {
            co_await send_through_faults({broker.port(), version}, plan, times_faults(4'000), 1,
                                         [](std::size_t, fault_stage&) -> asio::awaitable<void> { co_return; });
        },
        110s * static_cast<int>(times_faults(1)));
}

void send_through_restarts(protocol_choice version, std::uint64_t plan)
{
    if (skipped_without_mosquitto())
    {
        return;
    }
    mosquitto broker(quiet);
    run_scenario(
        [&]() -> asio::awaitable<void> {
            co_await send_through_faults({broker.port(), version}, plan, times_faults(1'500), times_faults(8),
                                         [&](std::size_t round, fault_stage& stage) -> asio::awaitable<void> {
                                             if (round % 2 == 0)
                                             {
                                                 co_await kill_and_start(broker, stage.near_sender,
                                                                         stage.near_receiver);
                                                 co_return;
                                             }
                                             co_await elsewhere([&] {
                                                 broker.stop();
                                                 std::this_thread::sleep_for(50ms);
                                                 broker.start();
                                             });
                                         });
        },
        110s * static_cast<int>(times_faults(1)));
}

} // namespace

TEST_CASE("5.0 through cuts and swallowed bytes and silence: QoS 2 arrives once and in order and no QoS 1 is lost")
{
    send_through_cuts(protocol_choice::v5, 10);
}

TEST_CASE("3.1.1 through cuts and swallowed bytes and silence: QoS 2 arrives once and in order and no QoS 1 is lost")
{
    send_through_cuts(protocol_choice::v3_1_1, 20);
}

TEST_CASE("5.0 through cuts while Mosquitto is stopped and killed and started again: nothing is lost or repeated")
{
    send_through_restarts(protocol_choice::v5, 30);
}

TEST_CASE("3.1.1 through cuts while Mosquitto is stopped and killed and started again: nothing is lost or repeated")
{
    send_through_restarts(protocol_choice::v3_1_1, 40);
}

TEST_CASE("a half-open connection is found by keep alive and what was under way arrives once")
{
    if (skipped_without_mosquitto())
    {
        return;
    }
    for (const protocol_choice version : both_versions)
    {
        CAPTURE(name_of(version));
        mosquitto broker(quiet);
        run_scenario([&]() -> asio::awaitable<void> {
            const asio::any_io_executor executor = co_await asio::this_coro::executor;
            fault_proxy near_sender(executor, broker.port(), plan_number(50));
            fault_proxy near_receiver(executor, broker.port(), plan_number(51));
            const std::string sender_url = near_sender.url();
            const std::string receiver_url = near_receiver.url();
            client sender(executor, fault_limits());
            client receiver(executor, fault_limits());
            event_log happened_to_sender;
            event_log happened_to_receiver;
            happened_to_sender.watch(sender);
            happened_to_receiver.watch(receiver);
            const connect_options sending = fault_options("sender", version);
            const connect_options receiving = fault_options("receiver", version);
            co_await receiver.async_connect(receiver_url, receiving);
            co_await sender.async_connect(sender_url, sending);
            numbered_stream exact(sender, "exact", qos::exactly_once);
            tern::message_handler_registration listening = exact.listen(receiver);
            co_await listening.async_ready();
            exact.fill(20, 20);
            const bool begun = co_await until([&] { return exact.arrived.size() >= 1; });
            REQUIRE(begun);

            near_sender.fall_silent();
            near_receiver.fall_silent();
            exact.fill(40, 40);
            const steady_clock::time_point begin = steady_clock::now();
            const bool noticed = co_await until([&] {
                return happened_to_sender.count<tern::disconnected_event>() == 1 &&
                       happened_to_receiver.count<tern::disconnected_event>() == 1;
            });
            REQUIRE(noticed);
            // A second of silence, and half a second for PINGRESP.
            CHECK(steady_clock::now() - begin < 4s);
            CHECK(happened_to_sender.last<tern::disconnected_event>()->error == tern::errc::keep_alive_timeout);
            CHECK(happened_to_receiver.last<tern::disconnected_event>()->error == tern::errc::keep_alive_timeout);
            const bool done = co_await until([&] { return exact.is_done(40); });
            CHECK(done);
            co_await sleep(50ms);
            CHECK(exact.arrived.lost(40) == 0);
            CHECK(exact.arrived.repeated() == 0);
            CHECK(exact.arrived.out_of_order() == 0);
            CHECK(sender.stats().connects == 2);
            CHECK(receiver.stats().connects == 2);
            CHECK(sender.stats().session_losses == 0);
        });
    }
}
