// SPDX-License-Identifier: BSL-1.0
//
// What the programs leave at the broker: nothing, unless they are asked to; and then everything that was not printed.
#include "support.hpp"
#include "support/catch.hpp"

#include <string>
#include <thread>

using namespace tern::test;
using Catch::Matchers::ContainsSubstring;

namespace
{

/// How many sessions without a connection the broker counts, once it has counted anew.
std::string sessions_left(const mosquitto& broker)
{
    std::this_thread::sleep_for(2500ms); // it counts every second
    return run(subscriber(broker, {"-t", "$SYS/broker/clients/disconnected", "-C", "1", "-W", "5"})).output;
}

constexpr std::string_view counting_often = "allow_anonymous true\nsys_interval 1\n";

/// The words of two commands in one.
command operator+(command first, const command& second)
{
    first.insert(first.end(), second.begin(), second.end());
    return first;
}

} // namespace

TEST_CASE("a program that has ended in order leaves no session behind")
{
    if (skipped_without_mosquitto())
    {
        return;
    }
    for (const std::string version : {"mqttv311", "mqttv5"})
    {
        CAPTURE(version);
        mosquitto broker(counting_often);
        for (const std::string qos : {"0", "1", "2"})
        {
            CAPTURE(qos);
            const command how = {"-V", version, "-q", qos};
            for (const command& who : {command{}, command{"-i", "named-" + qos}})
            {
                CHECK(run(publisher(broker, command{"-t", "a", "-m", "x"} + how + who)).exit_code == 0);
                CHECK(run(subscriber(broker, command{"-t", "a", "-E"} + how + who)).exit_code == 0);
            }
            ready_subscriber interrupted(broker, subscriber(broker, command{"-t", "a"} + how), "interrupted-" + qos);
            REQUIRE(interrupted.ready());
            interrupted.running().signal(SIGTERM);
            CHECK(interrupted.wait(5s).exit_code == 0);
        }
        CHECK(sessions_left(broker) == "0\n");
    }
}

TEST_CASE("a program that is killed at QoS 0 leaves no session behind")
{
    if (skipped_without_mosquitto())
    {
        return;
    }
    mosquitto broker(counting_often);
    for (const std::string version : {"mqttv311", "mqttv5"})
    {
        ready_subscriber killed(broker, subscriber(broker, {"-t", "a", "-V", version}), "killed-" + version);
        REQUIRE(killed.ready());
        killed.running().signal(SIGKILL);
        CHECK(killed.wait(5s).signal == SIGKILL);
    }
    CHECK(sessions_left(broker) == "0\n");
}

TEST_CASE("an identifier without -c connects once at QoS 0, and -d shows every connection at QoS 1")
{
    if (skipped_without_mosquitto())
    {
        return;
    }
    mosquitto broker;
    for (const std::string version : {"mqttv311", "mqttv5"})
    {
        CAPTURE(version);
        const std::string once = "once-" + version;
        CHECK(run(publisher(broker, {"-t", "a", "-m", "x", "-V", version, "-i", once})).exit_code == 0);
        REQUIRE(broker.wait_for_log(" disconnected", 1));
        CHECK(process::occurrences(broker.log(), " as " + once + " (") == 1);

        const std::string shown = "shown-" + version;
        const process_result traced =
            run(publisher(broker, {"-t", "a", "-m", "x", "-V", version, "-q", "1", "-d", "-i", shown}));
        CHECK(traced.exit_code == 0);
        CHECK(process::occurrences(traced.output, "sending CONNECT\n") ==
              process::occurrences(broker.log(), " as " + shown + " ("));
    }
}

TEST_CASE("what a resumed session brings beyond the topics asked for is printed one by one and acknowledged then")
{
    if (skipped_without_mosquitto())
    {
        return;
    }
    mosquitto broker;
    for (const std::string version : {"mqttv311", "mqttv5"})
    {
        CAPTURE(version);
        const command session = {"-V", version, "-c", "-i", "u-" + version, "-q", "1"};
        CHECK(run(subscriber(broker, session + command{"-t", "earlier", "-E"})).exit_code == 0);
        for (const std::string text : {"one", "two", "three"})
        {
            CHECK(run(publisher(broker, {"-t", "earlier", "-q", "1", "-m", text})).exit_code == 0);
        }
        const command other = session + command{"-t", "other"};
        const process_result unwritable = run(in_shell(subscriber(broker, other), ">/dev/full"));
        CHECK(unwritable.exit_code == 1);
        CHECK_THAT(unwritable.error, ContainsSubstring("cannot write to the standard output"));
        CHECK(run(subscriber(broker, other + command{"-C", "1"})).output == "one\n");
        CHECK(run(subscriber(broker, other + command{"-C", "2"})).output == "two\nthree\n");
        CHECK(run(subscriber(broker, other + command{"-W", "1"})).output == "");
    }
}
