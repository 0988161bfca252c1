// SPDX-License-Identifier: BSL-1.0
//
// The publisher and the subscriber as programs, with a bad network between each of them and Mosquitto.

#include "system/mosquitto.hpp"
#include "system/programs/support.hpp"
#include "system/scenario.hpp"
#include "traffic.hpp"

#include <algorithm>
#include <string>
#include <string_view>

using namespace tern::test;
using tern::protocol_choice;

namespace
{

/// Lines that the publisher reads and the subscriber prints.
class line_stream
{
public:
    line_stream(process& sender, process& receiver) : sender_(&sender), receiver_(&receiver) {}

    /// Feeds the publisher until the subscriber has printed `total` lines, with no more than `window` of them under
    /// way. Blocks; false if it does not come to that in time.
    [[nodiscard]] bool run_until(std::size_t total, std::size_t window)
    {
        while (printed_ < total)
        {
            for (; started_ < total && started_ < printed_ + window; ++started_)
            {
                sender_->write(std::to_string(started_) + '\n');
            }
            if (!receiver_->wait_for_output("\n", printed_ + 1, 30s))
            {
                return false;
            }
            printed_ = process::occurrences(receiver_->output(), "\n");
        }
        return true;
    }

private:
    process* sender_;
    process* receiver_;
    std::size_t started_ = 0;
    std::size_t printed_ = 0;
};

tally tally_of(std::string_view output)
{
    tally all;
    while (!output.empty())
    {
        const std::size_t end = output.find('\n');
        all.take(output.substr(0, end));
        output.remove_prefix(end == output.npos ? output.size() : end + 1);
    }
    return all;
}

command arguments_of(const std::string& version, const std::string& level, const std::string& client_id)
{
    return {"-V", version, "-q", level, "-c", "-i", client_id, "-t", "lines", "-k", "5"};
}

/// The programs take their time: their keep alive is five seconds or more, and every connection that is lost within
/// five seconds doubles the time before the next one.
fault_plan patient_plan(std::uint64_t number)
{
    fault_plan plan = plan_number(number);
    plan.silent_percent = 0;
    plan.most_faults = 3;
    plan.shortest = 300; // nobody watches what the server does: it gets time to send again what it must (server_watch)
    return plan;
}

/// Begins the subscriber's session, so that nothing is missed whenever it comes.
asio::awaitable<void> subscribe(const mosquitto& broker, command line)
{
    line.push_back("-E");
    process_result subscribed;
    co_await elsewhere([&] { subscribed = run(subscriber(broker, line)); });
    REQUIRE(subscribed.exit_code == 0);
}

void check_lines(const process_result& received, std::size_t total, bool exact, std::size_t cuts)
{
    const tally arrived = tally_of(received.output);
    print_figures(exact ? total : 0, cuts, arrived.lost(total), exact ? arrived.repeated() : 0);
    CHECK(arrived.lost(total) == 0);
    CHECK(arrived.out_of_order() == 0);
    CHECK(arrived.foreign() == 0);
    if (exact)
    {
        CHECK(arrived.repeated() == 0);
    }
}

asio::awaitable<void> send_lines(mosquitto& broker, const std::string& version, const std::string& level,
                                 std::size_t total, std::size_t rounds, std::uint64_t plan)
{
    const asio::any_io_executor executor = co_await asio::this_coro::executor;
    fault_proxy near_sender(executor, broker.port(), patient_plan(plan));
    fault_proxy near_receiver(executor, broker.port(), patient_plan(plan + 1));
    const command receive = arguments_of(version, level, "receiver");
    co_await subscribe(broker, receive);
    process receiver(with_port(TERN_SUBSCRIBER, near_receiver.port(), receive));
    command send = arguments_of(version, level, "sender");
    send.push_back("-l");
    process sender(with_port(TERN_PUBLISHER, near_sender.port(), send), {}, true);
    line_stream lines(sender, receiver);
    // The programs do not come back before they have been there once.
    bool reached = false;
    co_await elsewhere([&] { reached = lines.run_until(10, 10); });
    REQUIRE(reached);
    near_sender.begin();
    near_receiver.begin();
    for (std::size_t round = 1; round <= rounds && reached; ++round)
    {
        co_await elsewhere([&] { reached = lines.run_until(total * round / rounds, 40); });
        if (round < rounds && round % 2 == 0)
        {
            co_await kill_and_start(broker, near_sender, near_receiver);
        }
        else if (round < rounds)
        {
            co_await elsewhere([&] {
                broker.stop();
                broker.start();
            });
        }
    }
    CHECK(reached);
    near_sender.rest();
    near_receiver.rest();
    process_result sent;
    process_result received;
    co_await elsewhere([&] {
        sender.close_input();
        sent = sender.wait();
        std::this_thread::sleep_for(200ms); // a second copy would follow closely
        receiver.signal(SIGINT);
        received = receiver.wait();
    });
    INFO(sent.error);
    INFO(received.error);
    CHECK(sent.exit_code == 0);
    CHECK(received.exit_code == 0);
    check_lines(received, total, level == "2", near_sender.counts().cuts + near_receiver.counts().cuts);
    CHECK(near_sender.counts().cuts >= 3);
    CHECK(near_receiver.counts().cuts >= 3);
}

void send_lines_through_faults(const std::string& version, const std::string& level, std::size_t total,
                               std::size_t rounds, std::uint64_t plan)
{
    CAPTURE(version, level);
    mosquitto broker(quiet);
    run_scenario([&] { return send_lines(broker, version, level, total, rounds, plan); }, 100s);
}

} // namespace

TEST_CASE("the programs through cuts and restarts of Mosquitto: QoS 2 is printed once and in order")
{
    if (skipped_without_mosquitto())
    {
        return;
    }
    send_lines_through_faults("mqttv5", "2", times_faults(2'000), 3, 60);
    send_lines_through_faults("mqttv311", "2", times_faults(2'000), 3, 70);
}

TEST_CASE("the programs through cuts and restarts of Mosquitto: nothing of QoS 1 is lost")
{
    if (skipped_without_mosquitto())
    {
        return;
    }
    send_lines_through_faults("mqttv5", "1", times_faults(1'000), 2, 80);
    send_lines_through_faults("mqttv311", "1", times_faults(1'000), 2, 90);
}
