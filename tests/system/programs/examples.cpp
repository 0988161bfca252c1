// SPDX-License-Identifier: BSL-1.0
//
// The teaching examples and the demonstration: they end by themselves with 0, and with an error where nobody listens.
#include "support.hpp"
#include "support/catch.hpp"
#include "system/broker_program.hpp"

#include <cstddef>
#include <deque>
#include <string>
#include <vector>

using namespace tern::test;
using Catch::Matchers::ContainsSubstring;

namespace
{

std::string example(const std::string& name)
{
    return std::string(TERN_EXAMPLES_DIRECTORY) + '/' + name;
}

struct expectation
{
    std::string name;
    std::string output; ///< the whole of it, or with custom_transport a part
};

/// All teaching examples end with 0 and what they teach.
void check_teaching_examples(const std::string& url)
{
    for (const auto& [name, output] : {expectation{"hello_coroutine", "tern/hello/coroutine/Küche: 4.5 °C\n"},
                                       {"hello_callback", "tern/hello/callback/Küche: 4.5 °C\n"},
                                       {"hello_future", "tern/hello/future/Küche: 4.5 °C\n"},
                                       {"last_will", "The device says: here\nThe broker says: lost\n"},
                                       {"request_response", "1: 4.5 °C\n"}})
    {
        CAPTURE(name);
        const process_result result = run({example(name), url});
        CHECK(result.exit_code == 0);
        CHECK(result.output == output);
        CHECK(result.error == "");
    }
    const process_result transport = run({example("custom_transport"), url});
    CHECK(transport.exit_code == 0);
    CHECK_THAT(transport.output, ContainsSubstring(" bytes to the broker\n"));
}

/// They end with 1 and a word about it, in time; all at once, because some of them wait for that.
void check_failing_examples(const std::string& url, const std::vector<std::string>& names)
{
    std::deque<process> running;
    for (const std::string& name : names)
    {
        running.emplace_back(command{example(name), url});
    }
    for (std::size_t i = 0; i < names.size(); ++i)
    {
        CAPTURE(names[i]);
        const process_result result = running[i].wait(15s);
        CHECK_FALSE(result.timed_out);
        CHECK(result.exit_code == 1);
        CHECK(result.signal == 0);
        CHECK(result.error != "");
    }
}

const std::vector<std::string> teaching_examples = {"hello_coroutine", "hello_callback",   "hello_future",
                                                    "last_will",       "request_response", "custom_transport"};

} // namespace

TEST_CASE("the teaching examples run against a Mosquitto")
{
    if (skipped_without_mosquitto())
    {
        return;
    }
    const mosquitto broker;
    check_teaching_examples(broker.url());
}

TEST_CASE("the teaching examples run against the example broker")
{
    const broker_program broker;
    check_teaching_examples("mqtt://127.0.0.1:" + broker.port());
}

TEST_CASE("the teaching examples fail where nobody listens and where they are not let in")
{
    check_failing_examples("mqtt://127.0.0.1:" + std::to_string(free_port()), teaching_examples);
    const broker_program guarded({"--user", "name:password"});
    check_failing_examples("mqtt://127.0.0.1:" + guarded.port(), teaching_examples);
}

TEST_CASE("the teaching examples end where nothing may be published or nothing comes back")
{
    if (skipped_without_mosquitto())
    {
        return;
    }
    mosquitto broker;
    const std::vector<std::string> waiting = {"hello_coroutine", "hello_callback", "hello_future", "last_will",
                                              "request_response"};
    for (const std::string right : {"read", "write"})
    {
        CAPTURE(right);
        broker.stop();
        const std::string list = broker.directory().write("acl", "topic " + right + " #\n");
        broker.configure("allow_anonymous true\nacl_file " + list + '\n');
        broker.start();
        check_failing_examples(broker.url(), waiting);
    }
}

TEST_CASE("the demonstration keeps its promises, and says what QoS 0 does not promise")
{
    const process_result result = run({example("demo")}, {}, 15s);
    CHECK(result.exit_code == 0);
    CHECK_THAT(result.output, ContainsSubstring("QoS 1 (at least once: never lost): 8 published, 0 lost"));
    CHECK_THAT(result.output, ContainsSubstring("QoS 2 (exactly once): 8 published, 0 lost, 0 repeated."));
    CHECK_THAT(result.output, ContainsSubstring("Küche/Kühlschrank/Solltemperatur  4.0 °C   (QoS 1, retained)"));
    CHECK_THAT(result.output, ContainsSubstring("What was on its way at QoS 0 may be lost"));
    const bool lost = result.output.find("may be lost with a connection): 8 published, 0 lost") == std::string::npos;
    CHECK((result.output.find("it was on its way at QoS 0, which may lose it.") != std::string::npos) == lost);
    CHECK(result.error == "");
}

TEST_CASE("the demonstration ends with an error where it cannot go on")
{
    // So few descriptors that the second connection, at the latest, cannot be made.
    const process_result result = run({"sh", "-c", "ulimit -n 9 && exec '" + example("demo") + '\''}, {}, 45s);
    CHECK_FALSE(result.timed_out);
    CHECK(result.exit_code == 1);
    CHECK_THAT(result.error, ContainsSubstring("The demonstration ended early: "));
}

TEST_CASE("no program says that it has printed what it could not print")
{
    for (const std::string program : {TERN_PUBLISHER, TERN_SUBSCRIBER, TERN_BROKER})
    {
        for (const std::string option : {"--version", "--help"})
        {
            CAPTURE(program, option);
            CHECK(run({program, option}).exit_code == 0);
            CHECK(run(in_shell({program, option}, ">/dev/full")).exit_code == 1);
        }
    }
}
