// SPDX-License-Identifier: BSL-1.0
//
// The teaching examples and the demonstration: they end by themselves with 0, and with an error where nobody listens.
#include "support.hpp"
#include "support/catch.hpp"

#include <string>

using namespace tern::test;
using Catch::Matchers::ContainsSubstring;

namespace
{

std::string example(const std::string& name)
{
    return std::string(TERN_EXAMPLES_DIRECTORY) + '/' + name;
}

} // namespace

TEST_CASE("the teaching examples run against a Mosquitto")
{
    if (skipped_without_mosquitto())
    {
        return;
    }
    mosquitto broker;
    const std::pair<std::string, std::string> expected[] = {
        {"hello_coroutine", "tern/hello/coroutine/Küche: 4.5 °C\n"},
        {"hello_callback", "tern/hello/callback/Küche: 4.5 °C\n"},
        {"hello_future", "tern/hello/future/Küche: 4.5 °C\n"},
        {"last_will", "The device says: here\nThe broker says: lost\n"},
        {"request_response", "question 1: 4.5 °C\n"},
    };
    for (const auto& [name, output] : expected)
    {
        CAPTURE(name);
        const process_result result = run({example(name), broker.url()});
        CHECK(result.exit_code == 0);
        CHECK(result.output == output);
        CHECK(result.error == "");
    }
    const process_result transport = run({example("custom_transport"), broker.url()});
    CHECK(transport.exit_code == 0);
    CHECK_THAT(transport.output, ContainsSubstring(" bytes to the broker\n"));
}

TEST_CASE("the teaching examples fail where nobody listens, at once and without a crash")
{
    const std::string url = "mqtt://127.0.0.1:" + std::to_string(free_port());
    for (const std::string name :
         {"hello_coroutine", "hello_callback", "hello_future", "last_will", "request_response", "custom_transport"})
    {
        CAPTURE(name);
        const process_result result = run({example(name), url}, {}, 5s);
        CHECK(result.exit_code == 1);
        CHECK(result.signal == 0);
    }
}

TEST_CASE("the demonstration keeps its promises")
{
    const process_result result = run({example("demo")}, {}, 15s);
    CHECK(result.exit_code == 0);
    CHECK_THAT(result.output, ContainsSubstring("QoS 1 (at least once: never lost): 8 published, 0 lost"));
    CHECK_THAT(result.output, ContainsSubstring("QoS 2 (exactly once): 8 published, 0 lost, 0 repeated."));
    CHECK_THAT(result.output, ContainsSubstring("Küche/Kühlschrank/Solltemperatur  4.0 °C   (QoS 1, retained)"));
    CHECK(result.error == "");
}
