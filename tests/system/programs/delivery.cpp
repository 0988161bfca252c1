// SPDX-License-Identifier: BSL-1.0
//
// Messages from and to the programs through a Mosquitto, with mosquitto's own programs at the other end.
#include "support.hpp"
#include "support/catch.hpp"

#include <algorithm>
#include <random>
#include <string>
#include <string_view>
#include <utility>

using namespace tern::test;
using namespace std::string_view_literals;

namespace
{

/// Bytes of every value, among them NUL and line feeds.
std::string binary(std::size_t size)
{
    std::mt19937 numbers(20'201); // the same ones each time
    std::string bytes(size, '\0');
    std::generate(bytes.begin(), bytes.end(), [&] { return static_cast<char>(numbers() & 0xFFU); });
    return bytes;
}

} // namespace

TEST_CASE("messages go through at every QoS and version, between all pairs of programs")
{
    if (skipped_without_mosquitto() || skipped_without_mosquitto_clients())
    {
        return;
    }
    mosquitto broker;
    int number = 0;
    for (const std::string version : {"mqttv311", "mqttv5"})
    {
        for (const std::string qos : {"0", "1", "2"})
        {
            for (const auto& [ours_publishes, ours_subscribes] : {std::pair(true, true), {true, false}, {false, true}})
            {
                CAPTURE(version, qos, ours_publishes, ours_subscribes);
                const command receive = {"-V", version, "-q", qos, "-t", "Küche/#", "-C", "1", "-F", "%t|%p|%q|%r"};
                ready_subscriber receiver(
                    broker, ours_subscribes ? subscriber(broker, receive) : mosquitto_sub(broker, receive),
                    "receiver-" + std::to_string(++number));
                REQUIRE(receiver.ready());
                const command send = {"-V", version, "-q", qos, "-t", std::string(utf8_topic), "-m", "4,5 °C"};
                const process_result sent = run(ours_publishes ? publisher(broker, send) : mosquitto_pub(broker, send));
                CHECK(sent.exit_code == 0);
                CHECK(sent.error == "");
                const process_result received = receiver.wait();
                CHECK(received.exit_code == 0);
                CHECK(received.output == std::string(utf8_topic) + "|4,5 °C|" + qos + "|0\n");
                CHECK(received.error == "");
            }
        }
    }
}

TEST_CASE("wildcards, several topics and filtered ones")
{
    if (skipped_without_mosquitto())
    {
        return;
    }
    mosquitto broker;
    ready_subscriber receiver(
        broker, subscriber(broker, {"-t", "a/+/c", "-t", "b/#", "-T", "b/not", "-v", "-C", "3", "-q", "1"}),
        "receiver");
    REQUIRE(receiver.ready());
    for (const std::string topic : {"a/x/c", "a/x/d", "b", "b/not", "b/so/deep"})
    {
        CHECK(run(publisher(broker, {"-t", topic, "-m", "text", "-q", "1"})).exit_code == 0);
    }
    CHECK(receiver.wait().output == "a/x/c text\nb text\nb/so/deep text\n");
}

TEST_CASE("retained messages: kept, cleared, told apart")
{
    if (skipped_without_mosquitto() || skipped_without_mosquitto_clients())
    {
        return;
    }
    mosquitto broker;
    CHECK(run(publisher(broker, {"-t", "kept/1", "-m", "one", "-r", "-q", "1"})).exit_code == 0);
    CHECK(run(publisher(broker, {"-t", "kept/2", "-m", "two", "-r", "-q", "2"})).exit_code == 0);
    CHECK(run(mosquitto_sub(broker, {"-t", "kept/#", "-C", "2", "-F", "%t %p %r"})).output ==
          "kept/1 one 1\nkept/2 two 1\n");
    CHECK(run(subscriber(broker, {"-t", "kept/#", "-C", "2", "-F", "%t %p %r"})).output ==
          "kept/1 one 1\nkept/2 two 1\n");
    CHECK(run(subscriber(broker, {"-t", "kept/#", "-R", "-W", "1"})).output == "");
    CHECK(run(subscriber(broker, {"-t", "kept/#", "--retain-handling", "never", "-W", "1"})).output == "");

    process only(subscriber(broker, {"-t", "kept/#", "--retained-only", "-v"}));
    REQUIRE(only.wait_for_output("kept/2 two\n"));
    CHECK(run(publisher(broker, {"-t", "kept/3", "-m", "fresh"})).exit_code == 0);
    const process_result ended = only.wait();
    CHECK(ended.exit_code == 0);
    CHECK(ended.output == "kept/1 one\nkept/2 two\n");

    ready_subscriber as_published(
        broker, subscriber(broker, {"-t", "new", "--retain-as-published", "-C", "1", "-F", "%r"}), "as-published");
    REQUIRE(as_published.ready());
    CHECK(run(publisher(broker, {"-t", "new", "-m", "x", "-r"})).exit_code == 0);
    CHECK(as_published.wait().output == "1\n");

    CHECK(run(subscriber(broker, {"-t", "kept/#", "-T", "kept/2", "--remove-retained", "-W", "1"})).exit_code == 27);
    CHECK(run(mosquitto_sub(broker, {"-t", "kept/#", "-W", "1", "-v"})).output == "kept/2 two\n");
    CHECK(run(publisher(broker, {"-t", "kept/2", "-n", "-r", "-q", "1"})).exit_code == 0);
    CHECK(run(mosquitto_sub(broker, {"-t", "kept/#", "-W", "1", "-v"})).output == "");
}

TEST_CASE("payloads of any bytes and of 256 KiB, from a file and from the standard input")
{
    if (skipped_without_mosquitto() || skipped_without_mosquitto_clients())
    {
        return;
    }
    mosquitto broker;
    const std::string payload = binary(256U * 1024);
    const std::string file = broker.directory().write("payload", payload);
    int number = 0;
    for (const std::string qos : {"0", "1", "2"})
    {
        CAPTURE(qos);
        for (const bool from_file : {true, false})
        {
            ready_subscriber receiver(broker, subscriber(broker, {"-t", "big", "-q", qos, "-C", "1", "-N"}),
                                      "receiver-" + std::to_string(++number));
            REQUIRE(receiver.ready());
            const command source =
                from_file ? command{"-t", "big", "-q", qos, "-f", file} : command{"-t", "big", "-q", qos, "-s"};
            CHECK(run(publisher(broker, source), from_file ? std::string() : payload).exit_code == 0);
            CHECK((receiver.wait().output == payload));
        }
    }
    ready_subscriber theirs(broker, mosquitto_sub(broker, {"-t", "big", "-q", "1", "-C", "1", "-N"}), "theirs");
    REQUIRE(theirs.ready());
    CHECK(run(publisher(broker, {"-t", "big", "-q", "1", "-f", file})).exit_code == 0);
    CHECK((theirs.wait().output == payload));
}

TEST_CASE("small and empty payloads are printed as mosquitto_sub prints them")
{
    if (skipped_without_mosquitto() || skipped_without_mosquitto_clients())
    {
        return;
    }
    mosquitto broker;
    int number = 0;
    for (const command& how : {command{}, command{"-v"}, command{"-N"}, command{"-v", "-N"}, command{"-F", "[%p]"}})
    {
        for (const std::string& payload : {std::string(), std::string("text"), std::string("a\0b\nc", 5)})
        {
            CAPTURE(how, payload);
            command line = {"-t", "topic", "-C", "1"};
            line.insert(line.end(), how.begin(), how.end());
            ++number;
            ready_subscriber ours(broker, subscriber(broker, line), "ours-" + std::to_string(number));
            ready_subscriber theirs(broker, mosquitto_sub(broker, line), "theirs-" + std::to_string(number));
            REQUIRE((ours.ready() && theirs.ready()));
            const process_result sent = payload.empty() ? run(publisher(broker, {"-t", "topic", "-n"}))
                                                        : run(publisher(broker, {"-t", "topic", "-s"}), payload);
            CHECK(sent.exit_code == 0);
            const process_result expected = theirs.wait();
            const process_result got = ours.wait();
            CHECK(got.output == expected.output);
            CHECK(got.exit_code == 0);
        }
    }
}

TEST_CASE("the option -l publishes each line, also empty ones, one with NUL, and a last one without a line feed")
{
    if (skipped_without_mosquitto() || skipped_without_mosquitto_clients())
    {
        return;
    }
    mosquitto broker;
    ready_subscriber receiver(broker, mosquitto_sub(broker, {"-t", "lines", "-q", "2", "-C", "5", "-F", "%l:%x"}),
                              "receiver");
    REQUIRE(receiver.ready());
    CHECK(run(publisher(broker, {"-t", "lines", "-q", "2", "-l"}), std::string("a\n\nb\r\nc\0d\ne", 11)).exit_code ==
          0);
    CHECK(receiver.wait().output == "1:61\n0:\n2:620d\n3:630064\n1:65\n");
}

TEST_CASE("the option -l keeps up with many lines, and nothing is lost or out of order")
{
    if (skipped_without_mosquitto())
    {
        return;
    }
    mosquitto broker;
    std::string lines;
    for (int number = 1; number <= 5'000; ++number)
    {
        lines += "line " + std::to_string(number) + '\n';
    }
    for (const std::string version : {"mqttv311", "mqttv5"})
    {
        for (const std::string qos : {"1", "2"})
        {
            CAPTURE(version, qos);
            ready_subscriber receiver(broker,
                                      subscriber(broker, {"-V", version, "-t", "lines", "-q", qos, "-C", "5000"}),
                                      "receiver-" + version + qos);
            REQUIRE(receiver.ready());
            CHECK(run(publisher(broker, {"-V", version, "-t", "lines", "-q", qos, "-l"}), lines, 60s).exit_code == 0);
            CHECK((receiver.wait(60s).output == lines));
        }
    }
}

TEST_CASE("the option -l publishes a line while the writer still holds the pipe")
{
    if (skipped_without_mosquitto())
    {
        return;
    }
    mosquitto broker;
    ready_subscriber receiver(broker, subscriber(broker, {"-t", "lines"}), "receiver");
    REQUIRE(receiver.ready());
    process sender(publisher(broker, {"-t", "lines", "-l"}), "first\n", true);
    CHECK(receiver.running().wait_for_output("first\n"));
    sender.write("second\n");
    CHECK(receiver.running().wait_for_output("second\n"));
    CHECK_FALSE(sender.ended());
    sender.close_input();
    CHECK(sender.wait().exit_code == 0);
}

TEST_CASE("the option --repeat publishes again, after the delay")
{
    if (skipped_without_mosquitto())
    {
        return;
    }
    mosquitto broker;
    ready_subscriber receiver(broker, subscriber(broker, {"-t", "again", "-C", "3"}), "receiver");
    REQUIRE(receiver.ready());
    const auto begin = process::clock::now();
    CHECK(run(publisher(broker, {"-t", "again", "-m", "x", "--repeat", "3", "--repeat-delay", "0.2"})).exit_code == 0);
    CHECK(process::clock::now() - begin >= 400ms);
    CHECK(receiver.wait().output == "x\nx\nx\n");
}

TEST_CASE("messages wait in the session of a subscriber that is away, and -U ends a subscription of it")
{
    if (skipped_without_mosquitto())
    {
        return;
    }
    mosquitto broker;
    for (const std::string version : {"mqttv311", "mqttv5"})
    {
        CAPTURE(version);
        const std::string id = "durable-" + version;
        const command session = {"-V", version, "-c", "-i", id, "-q", "2"};
        const auto with_session = [&](command more) {
            more.insert(more.end(), session.begin(), session.end());
            return subscriber(broker, more);
        };
        CHECK(run(with_session({"-t", "a", "-t", "b", "-E"})).exit_code == 0);
        CHECK(run(publisher(broker, {"-t", "a", "-q", "1", "-m", "one"})).exit_code == 0);
        CHECK(run(publisher(broker, {"-t", "b", "-q", "2", "-m", "two"})).exit_code == 0);
        // One at a time: what is not printed is left to the broker.
        CHECK(run(with_session({"-t", "a", "-t", "b", "-v", "-C", "1"})).output == "a one\n");
        CHECK(run(with_session({"-t", "a", "-t", "b", "-v", "-C", "1"})).output == "b two\n");
        // Also what this run did not subscribe to is printed.
        CHECK(run(publisher(broker, {"-t", "b", "-q", "2", "-m", "more"})).exit_code == 0);
        CHECK(run(with_session({"-t", "a", "-v", "-C", "1"})).output == "b more\n");
        CHECK(run(with_session({"-U", "a", "-U", "b", "-E"})).exit_code == 0);
        CHECK(run(publisher(broker, {"-t", "a", "-q", "1", "-m", "three"})).exit_code == 0);
        CHECK(run(with_session({"-t", "c", "-v", "-W", "1"})).output == "");
    }
}
