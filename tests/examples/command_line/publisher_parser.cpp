// SPDX-License-Identifier: BSL-1.0
#include "command_line/publisher_parser.hpp"

#include "examples/command_line/support.hpp"
#include "support/catch.hpp"

#include <chrono>

using namespace command_line;
using namespace command_line::test;
using Catch::Matchers::ContainsSubstring;
using namespace std::chrono_literals;

TEST_CASE("the publisher takes one message from one source")
{
    const publisher_options text = publisher({"-t", "Küche/Kühlschrank", "-m", "-5", "-r"});
    CHECK(text.topic == "Küche/Kühlschrank");
    CHECK(text.source == message_source::argument);
    CHECK(text.argument == "-5");
    CHECK(text.retain);
    CHECK(text.repeat == 1);
    CHECK(text.repeat_delay == 0ms);

    const publisher_options file = publisher({"--topic", "a", "--file", "name"});
    CHECK(file.source == message_source::file);
    CHECK(file.argument == "name");
    CHECK_FALSE(file.retain);
    CHECK(publisher({"-t", "a", "-s"}).source == message_source::standard_input);
    CHECK(publisher({"-t", "a", "--stdin-file"}).source == message_source::standard_input);
    CHECK(publisher({"-t", "a", "-l"}).source == message_source::lines);
    CHECK(publisher({"-t", "a", "--stdin-line"}).source == message_source::lines);
    CHECK(publisher({"-t", "a", "-n"}).source == message_source::nothing);
    CHECK(publisher({"-t", "a", "--null-message"}).source == message_source::nothing);
    CHECK(publisher({"-t", "a", "--message", ""}).source == message_source::argument);
    CHECK(publisher({"-t", "a", "-n", "--retain"}).retain);
}

TEST_CASE("the publisher has a bounded number of messages in flight")
{
    CHECK(publisher({"-t", "a", "-n"}).maximum_in_flight == 20);
    CHECK(publisher({"-t", "a", "-n", "-M", "65535"}).maximum_in_flight == 65'535);
    CHECK_THAT(publisher_error({"-t", "a", "-n", "-M", "0"}), ContainsSubstring("-M must be a number from 1 to 65535"));
}

TEST_CASE("the publisher repeats")
{
    const publisher_options options = publisher({"-t", "a", "-m", "x", "--repeat", "3", "--repeat-delay", "0.5"});
    CHECK(options.repeat == 3);
    CHECK(options.repeat_delay == 500ms);
    CHECK_THAT(publisher_error({"-t", "a", "-m", "x", "--repeat", "0"}), ContainsSubstring("--repeat must be"));
    CHECK_THAT(publisher_error({"-t", "a", "-m", "x", "--repeat-delay", "-1"}),
               ContainsSubstring("--repeat-delay must be"));
    CHECK_THAT(publisher_error({"-t", "a", "-l", "--repeat", "2"}), ContainsSubstring("not with -l"));
}

TEST_CASE("the publisher's topic comes from -t or -L and is a name")
{
    CHECK(publisher({"-L", "mqtt://host/a/b", "-n"}).topic == "a/b");
    CHECK(publisher({"-L", "mqtt://host:1/a/b", "-n"}).common.port == 1);
    CHECK(publisher({"-L", "mqtt://host/a/b", "-t", "c", "-n"}).topic == "c");
    CHECK_THAT(publisher_error({"-n"}), ContainsSubstring("The topic is missing"));
    CHECK_THAT(publisher_error({"-t", "", "-n"}), ContainsSubstring("cannot be published to"));
    CHECK_THAT(publisher_error({"-t", "a/#", "-n"}), ContainsSubstring("'a/#' cannot be published to"));
    CHECK_THAT(publisher_error({"-t", "+", "-n"}), ContainsSubstring("cannot be published to"));
    CHECK_THAT(publisher_error({"-t", "\xC3", "-n"}), ContainsSubstring("UTF-8"));
    CHECK_THAT(publisher_error({"-L", "mqtt://host/a/#", "-n"}), ContainsSubstring("cannot be published to"));
}

TEST_CASE("the publisher wants exactly one source")
{
    CHECK_THAT(publisher_error({"-t", "a"}), ContainsSubstring("give one with -m, -f, -l, -s or -n"));
    CHECK_THAT(publisher_error({"-t", "a", "-m", "b", "-n"}), ContainsSubstring("Give one of"));
    CHECK_THAT(publisher_error({"-t", "a", "-s", "-f", "x"}), ContainsSubstring("Give one of"));
    CHECK_THAT(publisher_error({"-t", "a", "-m", "b", "-v"}), ContainsSubstring("Unknown option '-v'"));
    CHECK_THAT(publisher_error({}), ContainsSubstring("The topic is missing"));
}
