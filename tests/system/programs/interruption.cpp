// SPDX-License-Identifier: BSL-1.0
//
// A broker that goes away in the middle: nothing of QoS 1 and 2 is lost, nothing of QoS 2 repeated, and the publisher
// ends with 0 only when everything has been acknowledged.
#include "support.hpp"
#include "support/catch.hpp"

#include <string>

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
    CHECK(ended.signal == 0);
    if (ended.exit_code != 0) // it may not have read the second line
    {
        CHECK_THAT(ended.error, ContainsSubstring("1 message was not published"));
    }
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
