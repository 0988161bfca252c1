// SPDX-License-Identifier: BSL-1.0
//
// Options whose effect only the broker shows: -L, -k, -x, and the will of MQTT 5.0.
#include "support.hpp"
#include "support/catch.hpp"

#include <string>
#include <thread>
#include <utility>

using namespace tern::test;
using Catch::Matchers::ContainsSubstring;

TEST_CASE("the option -L holds everything that is needed")
{
    if (skipped_without_mosquitto())
    {
        return;
    }
    mosquitto broker("user", "p%40ss", "");
    const std::string url = "MQTT://user:p%40ss@127.0.0.1:" + broker.port_text() + "/Küche/%C3%BC";
    CHECK(run({TERN_PUBLISHER, "-p", "1", "-L", url, "-m", "x", "-r", "-q", "1"}).exit_code == 0);
    const process_result received = run({TERN_SUBSCRIBER, "-L", url, "-C", "1", "-W", "5", "-v"});
    CHECK(received.exit_code == 0);
    CHECK(received.output == "Küche/%C3%BC x\n");
    const process_result nowhere = run({TERN_SUBSCRIBER, "-L", url, "-p", std::to_string(free_port())});
    CHECK(nowhere.exit_code == 1);
    CHECK_THAT(nowhere.error, ContainsSubstring("Connection refused. Is a broker running there?"));
}

TEST_CASE("the option -k reaches the broker")
{
    if (skipped_without_mosquitto())
    {
        return;
    }
    mosquitto broker;
    CHECK(run(publisher(broker, {"-t", "a", "-m", "x", "-i", "plain"})).exit_code == 0);
    CHECK(broker.wait_for_log(" as plain (p2, c1, k60)"));
    CHECK(run(subscriber(broker, {"-t", "a", "-E", "-i", "often", "-k", "17", "-V", "5"})).exit_code == 0);
    CHECK(broker.wait_for_log(" as often (p5, c1, k17)"));
}

TEST_CASE("the option -x keeps the session, for so long")
{
    if (skipped_without_mosquitto())
    {
        return;
    }
    mosquitto broker;
    for (const std::string time : {"60", "1"})
    {
        const std::string id = "kept-" + time;
        CHECK(run(subscriber(broker, {"-x", time, "-i", id, "-q", "1", "-t", id, "-E"})).exit_code == 0);
    }
    std::this_thread::sleep_for(3s);
    for (const auto& [id, exit_code] : {std::pair("kept-60", 0), std::pair("kept-1", 27)})
    {
        CAPTURE(id);
        CHECK(run(publisher(broker, {"-t", id, "-q", "1", "-m", "waiting"})).exit_code == 0);
        const process_result later =
            run(subscriber(broker, {"-V", "5", "-c", "-i", id, "-q", "1", "-t", "other", "-C", "1", "-W", "2"}));
        CHECK(later.exit_code == exit_code);
    }
}

TEST_CASE("with MQTT 5.0 the will is published after a signal and -W, not after -C")
{
    if (skipped_without_mosquitto())
    {
        return;
    }
    mosquitto broker;
    ready_subscriber receiver(broker, subscriber(broker, {"-t", "will/#", "-q", "1", "-F", "%t"}), "receiver");
    REQUIRE(receiver.ready());
    const auto mortal = [&](const std::string& name, command more) {
        more.insert(more.end(), {"-V", "5", "-t", "x", "--will-topic", "will/" + name, "--will-qos", "1"});
        return subscriber(broker, more);
    };
    for (const int signal : {SIGINT, SIGTERM})
    {
        const std::string name = std::to_string(signal);
        ready_subscriber interrupted(broker, mortal(name, {}), name);
        REQUIRE(interrupted.ready());
        interrupted.running().signal(signal);
        CHECK(interrupted.wait(5s).exit_code == 0);
    }
    CHECK(run(mortal("late", {"-W", "1"})).exit_code == 27);
    ready_subscriber counting(broker, mortal("counted", {"-C", "1"}), "counted");
    REQUIRE(counting.ready());
    CHECK(run(publisher(broker, {"-t", "x", "-m", "x"})).exit_code == 0);
    CHECK(counting.wait(5s).exit_code == 0);
    CHECK(run(publisher(broker, {"-t", "will/end", "-q", "1", "-m", "x"})).exit_code == 0);
    REQUIRE(receiver.running().wait_for_output("will/end\n"));
    CHECK(receiver.running().output() ==
          "will/" + std::to_string(SIGINT) + "\nwill/" + std::to_string(SIGTERM) + "\nwill/late\nwill/end\n");
}
