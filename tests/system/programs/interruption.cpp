// SPDX-License-Identifier: BSL-1.0
//
// A broker that goes away in the middle: nothing of QoS 1 and 2 is lost, nothing of QoS 2 repeated, and the publisher
// ends with 0 only when everything has been acknowledged.
#include "silent_server.hpp"
#include "support.hpp"
#include "support/catch.hpp"

#include <chrono>
#include <csignal>
#include <string>
#include <thread>
#include <utility>

using namespace tern::test;
using Catch::Matchers::ContainsSubstring;

namespace
{

std::string lines(int from, int to)
{
    std::string text;
    for (int number = from; number <= to; ++number)
    {
        text += "line " + std::to_string(number) + '\n';
    }
    return text;
}

} // namespace

TEST_CASE("a broker that is stopped and started again during QoS 2 traffic loses and repeats nothing")
{
    if (skipped_without_mosquitto())
    {
        return;
    }
    constexpr int count = 3'000;
    for (const std::string version : {"mqttv311", "mqttv5"})
    {
        CAPTURE(version);
        mosquitto broker;
        ready_subscriber receiver(
            broker, subscriber(broker, {"-V", version, "-q", "2", "-t", "lines", "-C", std::to_string(count)}),
            "receiver");
        REQUIRE(receiver.ready());
        process sender(publisher(broker, {"-V", version, "-q", "2", "-t", "lines", "-l", "-i", "sender"}),
                       lines(1, count / 2), true);
        REQUIRE(receiver.running().wait_for_output("line 100\n"));
        broker.stop(); // while the first half is on its way
        sender.write(lines(count / 2 + 1, count));
        sender.close_input();
        CHECK(sender.wait_for_error("connecting again"));
        CHECK_FALSE(sender.ended());
        broker.start();
        const process_result sent = sender.wait(60s);
        CHECK(sent.exit_code == 0);
        const process_result received = receiver.wait(60s);
        CHECK(received.exit_code == 0);
        CHECK((received.output == lines(1, count)));
    }
}

TEST_CASE("the publisher waits for a broker that comes back, and publishes what it holds")
{
    if (skipped_without_mosquitto())
    {
        return;
    }
    mosquitto broker;
    CHECK(run(subscriber(broker, {"-c", "-i", "durable", "-q", "1", "-t", "a", "-E"})).exit_code == 0);
    process sender(publisher(broker, {"-q", "1", "-t", "a", "-l", "-i", "sender"}), "before\n", true);
    REQUIRE(broker.wait_for_log("Sending PUBACK to sender"));
    broker.stop();
    REQUIRE(sender.wait_for_error("connecting again"));
    sender.write("meanwhile\n");
    sender.close_input();
    CHECK_FALSE(sender.ended());
    broker.start();
    CHECK(sender.wait(30s).exit_code == 0);
    CHECK(run(subscriber(broker, {"-c", "-i", "durable", "-q", "1", "-t", "a", "-C", "2"})).output ==
          "before\nmeanwhile\n");
}

TEST_CASE("a publisher that is interrupted while the broker is away says what is not published")
{
    if (skipped_without_mosquitto())
    {
        return;
    }
    mosquitto broker;
    process sender(publisher(broker, {"-q", "1", "-t", "a", "-l", "-i", "sender"}), "before\n", true);
    REQUIRE(broker.wait_for_log("Sending PUBACK to sender"));
    broker.stop();
    REQUIRE(sender.wait_for_error("connecting again"));
    sender.write("meanwhile\n");
    sender.signal(SIGTERM);
    const process_result ended = sender.wait(15s);
    CHECK_FALSE(ended.timed_out);
    CHECK(ended.exit_code == 128 + SIGTERM);
    CHECK_THAT(ended.error, ContainsSubstring("interrupted: 1 message was published\n"));
    CHECK_THAT(ended.error, ContainsSubstring("Error: 1 message was not published.\n"));
}

TEST_CASE("a second Ctrl+C ends the publisher at once, and what is unacknowledged counts as not published")
{
    if (skipped_without_mosquitto())
    {
        return;
    }
    mosquitto broker;
    process sender(publisher(broker, {"-q", "1", "-t", "a", "-l", "-i", "sender"}), "one\n", true);
    REQUIRE(broker.wait_for_log("Sending PUBACK to sender"));
    broker.signal(SIGSTOP); // it takes what is sent, and answers nothing
    sender.write("two\n");
    std::this_thread::sleep_for(200ms);
    sender.signal(SIGINT);
    std::this_thread::sleep_for(200ms);
    CHECK_FALSE(sender.ended());
    const auto begin = process::clock::now();
    sender.signal(SIGINT);
    const process_result ended = sender.wait(10s);
    broker.signal(SIGCONT);
    CHECK(process::clock::now() - begin < 3s);
    CHECK(ended.exit_code == 128 + SIGINT);
    CHECK_THAT(ended.error, ContainsSubstring("interrupted: 1 message was published\n"));
    CHECK_THAT(ended.error, ContainsSubstring("Error: 1 message was not published.\n"));
}

TEST_CASE("an interrupted --repeat says how many it has published")
{
    if (skipped_without_mosquitto())
    {
        return;
    }
    mosquitto broker;
    process sender(
        publisher(broker, {"-q", "1", "-t", "a", "-m", "x", "--repeat", "5", "--repeat-delay", "60", "-i", "sender"}));
    REQUIRE(broker.wait_for_log("Sending PUBACK to sender"));
    std::this_thread::sleep_for(100ms);
    sender.signal(SIGINT);
    const process_result ended = sender.wait(5s);
    CHECK(ended.exit_code == 128 + SIGINT);
    CHECK(ended.error == "interrupted: 1 message was published\nError: 4 messages were not published.\n");
}

TEST_CASE("the publisher ends when the connection is lost for good")
{
    if (skipped_without_mosquitto())
    {
        return;
    }
    for (const auto& [version, exit_code] : {std::pair("mqttv311", 5), std::pair("mqttv5", 135)})
    {
        CAPTURE(version);
        mosquitto broker;
        process sender(publisher(broker, {"-V", version, "-q", "1", "-t", "a", "-l", "-i", "sender"}), "one\n", true);
        REQUIRE(broker.wait_for_log("Sending PUBACK to sender"));
        broker.stop();
        REQUIRE(sender.wait_for_error("connecting again"));
        sender.write("two\nthree\n");
        broker.configure("allow_anonymous false\n"); // nobody is let in any more
        broker.start();
        const process_result ended = sender.wait(20s);
        CHECK_FALSE(ended.timed_out);
        CHECK(ended.exit_code == exit_code);
        CHECK_THAT(ended.error, ContainsSubstring("the connection is lost for good: not authorized"));
        CHECK_THAT(ended.error, ContainsSubstring("2 messages were not published.\n"));
    }
}

TEST_CASE("an interruption before the broker has answered is a failure")
{
    silent_server server;
    for (const int signal : {SIGINT, SIGTERM})
    {
        process receiver(with_port(TERN_SUBSCRIBER, server.port(), {"-t", "a"}));
        REQUIRE(server.wait_for_visitor());
        receiver.signal(signal);
        const process_result received = receiver.wait(5s);
        CHECK(received.exit_code == 1);

        process sender(with_port(TERN_PUBLISHER, server.port(), {"-t", "a", "-m", "b"}));
        REQUIRE(server.wait_for_visitor());
        sender.signal(signal);
        const process_result sent = sender.wait(5s);
        CHECK(sent.exit_code == 128 + signal);
        CHECK_THAT(sent.error, ContainsSubstring("Error: 1 message was not published.\n"));
    }
}

TEST_CASE("the option -W limits connecting too")
{
    const silent_server server;
    const auto begin = process::clock::now();
    const process_result late = run(with_port(TERN_SUBSCRIBER, server.port(), {"-t", "a", "-W", "1"}));
    CHECK(late.exit_code == 27);
    CHECK(late.error == "Timed out\n");
    CHECK(process::clock::now() - begin >= 1s);
    CHECK(process::clock::now() - begin < 10s);
}

TEST_CASE("the subscriber comes back to a broker that forgot it, and subscribes again")
{
    if (skipped_without_mosquitto())
    {
        return;
    }
    mosquitto broker("allow_anonymous true\npersistence false\n");
    ready_subscriber receiver(broker, subscriber(broker, {"-q", "1", "-t", "a", "-C", "2"}), "receiver");
    REQUIRE(receiver.ready());
    CHECK(run(publisher(broker, {"-q", "1", "-t", "a", "-m", "before"})).exit_code == 0);
    REQUIRE(receiver.running().wait_for_output("before\n"));
    broker.kill();
    broker.start();
    REQUIRE(broker.wait_for_log("Sending SUBACK to receiver\n", 1, 30s));
    CHECK(run(publisher(broker, {"-q", "1", "-t", "a", "-m", "after"})).exit_code == 0);
    const process_result received = receiver.wait();
    CHECK(received.exit_code == 0);
    CHECK(received.output == "before\nafter\n");
}
