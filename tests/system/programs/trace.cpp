// SPDX-License-Identifier: BSL-1.0
//
// The lines of -d beside those of mosquitto's own programs.
#include "support.hpp"
#include "support/catch.hpp"

#include <algorithm>
#include <cstddef>
#include <set>
#include <string>

using namespace tern::test;
using Catch::Matchers::ContainsSubstring;

namespace
{

/// The lines, without the name of the client and in no order: mosquitto_sub acknowledges before it prints, and clients
/// number as they like.
std::set<std::string> lines_of(const std::string& text)
{
    std::set<std::string> lines;
    for (std::size_t begin = 0; begin < text.size();)
    {
        const std::size_t end = std::min(text.find('\n', begin), text.size());
        std::string line = text.substr(begin, end - begin);
        if (line.starts_with("Client "))
        {
            line.erase(0, line.find(' ', 7) + 1);
        }
        lines.insert(line);
        begin = end + 1;
    }
    return lines;
}

} // namespace

TEST_CASE("the option -d of the publisher prints what mosquitto_pub prints")
{
    if (skipped_without_mosquitto() || skipped_without_mosquitto_clients())
    {
        return;
    }
    mosquitto broker;
    for (const std::string version : {"mqttv311", "mqttv5"})
    {
        for (const std::string qos : {"1", "2"})
        {
            CAPTURE(version, qos);
            const command line = {"-V", version, "-q", qos, "-t", "Küche", "-m", "hello", "-d"};
            const process_result ours = run(publisher(broker, line));
            const process_result theirs = run(mosquitto_pub(broker, line));
            CHECK(lines_of(ours.output) == lines_of(theirs.output));
            CHECK(ours.output.find("(null)") == std::string::npos); // the identifier is the program's own
        }
    }
    const command named = {"-t", "a", "-m", "hello", "-d", "-i", "me"};
    CHECK_THAT(
        run(publisher(broker, named)).output,
        ContainsSubstring("Client me sending CONNECT\nClient me received CONNACK (0)\nClient me sending PUBLISH"));
}

TEST_CASE("the option -d of the subscriber prints what mosquitto_sub prints")
{
    if (skipped_without_mosquitto() || skipped_without_mosquitto_clients())
    {
        return;
    }
    mosquitto broker;
    for (const std::string version : {"mqttv311", "mqttv5"})
    {
        for (const std::string qos : {"0", "1", "2"})
        {
            CAPTURE(version, qos);
            command line = {"-V", version, "-q", qos, "-t", "a/+", "-t", "b", "-U", "c", "-C", "2", "-d"};
            if (version == "mqttv5")
            {
                line.emplace_back("--retain-as-published");
            }
            const std::string suffix = version + qos;
            ready_subscriber ours(broker, subscriber(broker, line), "ours-" + suffix);
            ready_subscriber theirs(broker, mosquitto_sub(broker, line), "theirs-" + suffix);
            REQUIRE((ours.ready() && theirs.ready()));
            CHECK(ours.running().wait_for_output("received UNSUBACK\n"));
            CHECK(run(publisher(broker, {"-t", "a/b", "-q", qos, "-m", "one"})).exit_code == 0);
            if (qos == "2")
            {
                CHECK(ours.running().wait_for_output("sending PUBCOMP"));
                CHECK(theirs.running().wait_for_output("sending PUBCOMP"));
            }
            CHECK(run(publisher(broker, {"-t", "b", "-q", qos, "-m", "two"})).exit_code == 0);
            std::set<std::string> expected = lines_of(theirs.wait().output);
            std::set<std::string> got = lines_of(ours.wait().output);
            // Whether the last message is acknowledged before the end is a matter of time.
            for (const std::string last : {"sending PUBACK (m2, rc0)", "sending PUBREC (m2, rc0)",
                                           "received PUBREL (Mid: 2)", "sending PUBCOMP (m2)"})
            {
                expected.erase(last);
                got.erase(last);
            }
            CHECK(got == expected);
        }
    }
}
