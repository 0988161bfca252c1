// SPDX-License-Identifier: BSL-1.0
#include "command_line/common_parser.hpp"

#include "command_line/usage.hpp"
#include "examples/command_line/support.hpp"
#include "support/catch.hpp"

#include <chrono>
#include <string>

#include <unistd.h>

using namespace command_line;
using namespace command_line::test;
using Catch::Matchers::ContainsSubstring;
using namespace std::chrono_literals;

namespace
{

common_options common(std::initializer_list<std::string_view> arguments)
{
    std::vector<std::string_view> all(arguments);
    all.insert(all.end(), {"-t", "topic", "-n"});
    return parse_publisher(argument_list(all)).common;
}

std::string common_error(std::initializer_list<std::string_view> arguments)
{
    try
    {
        (void)common(arguments);
        return {};
    }
    catch (const usage_error& error)
    {
        return error.what();
    }
}

} // namespace

TEST_CASE("without options the defaults are those of mosquitto")
{
    const common_options options = common({});
    CHECK(options.host == "localhost");
    CHECK(options.port == 1883);
    CHECK(options.client_id.empty());
    CHECK_FALSE(options.user_name.has_value());
    CHECK_FALSE(options.password.has_value());
    CHECK(options.keep_alive == 60s);
    CHECK_FALSE(options.keep_session);
    CHECK_FALSE(options.session_expiry.has_value());
    CHECK(options.version == tern::protocol_version::v3_1_1);
    CHECK(options.qos == tern::qos::at_most_once);
    CHECK_FALSE(options.will.has_value());
    CHECK_FALSE(options.debug);
    CHECK_FALSE(options.quiet);
}

TEST_CASE("every common option is read, short and long")
{
    const common_options options =
        common({"-h", "broker", "-p", "18830", "-i", "me",     "-u", "user", "-P", "-secret", "-k",
                "5",  "-c",     "-x", "7",     "-V", "mqttv5", "-q", "2",    "-d", "--quiet"});
    CHECK(options.host == "broker");
    CHECK(options.port == 18830);
    CHECK(options.client_id == "me");
    CHECK(options.user_name == "user");
    CHECK(options.password == "-secret");
    CHECK(options.keep_alive == 5s);
    CHECK(options.keep_session);
    CHECK(options.session_expiry == 7);
    CHECK(options.version == tern::protocol_version::v5);
    CHECK(options.qos == tern::qos::exactly_once);
    CHECK(options.debug);
    CHECK(options.quiet);

    const common_options again =
        common({"--host", "broker", "--port", "1", "--id", "me", "--username", "", "--pw", "", "--keepalive", "65535",
                "--disable-clean-session", "--protocol-version", "311", "--qos", "1", "--debug"});
    CHECK(again.host == "broker");
    CHECK(again.port == 1);
    CHECK(again.user_name == "");
    CHECK(again.password == "");
    CHECK(again.keep_alive == 65535s);
    CHECK(again.keep_session);
    CHECK(again.version == tern::protocol_version::v3_1_1);
    CHECK(again.qos == tern::qos::at_least_once);
}

TEST_CASE("the client identifier is given or begins with a prefix")
{
    CHECK(common({"-I", "pre-"}).client_id == "pre-" + std::to_string(::getpid()));
    CHECK(common({"--id-prefix", "x"}).client_id == "x" + std::to_string(::getpid()));
    CHECK_THAT(common_error({"-i", "a", "-I", "b"}), ContainsSubstring("-i and -I cannot be used together"));
    CHECK_THAT(common_error({"-c"}), ContainsSubstring("give one with -i"));
    CHECK_THAT(common_error({"-c", "-i", ""}), ContainsSubstring("give one with -i"));
    CHECK_THAT(common_error({"-x", "-1"}), ContainsSubstring("give one with -i"));
    CHECK_THAT(common_error({"-c", "-I", "a"}), ContainsSubstring("give one with -i"));
    CHECK_THAT(common_error({"-x", "-1", "-I", "a"}), ContainsSubstring("give one with -i"));
    CHECK(common_error({"-x", "9", "-I", "a"}).empty());
    CHECK(common_error({"-c", "-i", "a"}).empty());
    CHECK(common_error({"-x", "10"}).empty());
}

TEST_CASE("session expiry is a number or for ever")
{
    CHECK(common({"-x", "0"}).session_expiry == 0);
    CHECK(common({"-x", "4294967294"}).session_expiry == 0xFFFFFFFE);
    for (const std::string_view never : {"-1", "∞", "4294967295"})
    {
        CHECK(common({"-x", never, "-i", "me"}).session_expiry == 0xFFFFFFFF);
    }
    CHECK_THAT(common_error({"-x", "-5"}), ContainsSubstring("-x must be a number"));
}

TEST_CASE("options that only MQTT 5.0 has choose it")
{
    using enum tern::protocol_version;
    CHECK(common({"-V", "5"}).version == v5);
    CHECK(common({"-V", "mqttv311"}).version == v3_1_1);
    CHECK(common({"-x", "10"}).version == v5);
    CHECK(common({"-D", "publish", "content-type", "a"}).version == v5);
    CHECK(common({"-V", "311", "-D", "publish", "content-type", "a"}).version == v5);
    CHECK_THAT(common_error({"-V", "311", "-x", "10"}), ContainsSubstring("-x needs MQTT 5.0"));
    CHECK_THAT(common_error({"-V", "mqttv31"}), ContainsSubstring("-V must be mqttv5 (or 5)"));
    CHECK_THAT(common_error({"-V", "4"}), ContainsSubstring("not '4'"));
}

TEST_CASE("a password without a user name is of MQTT 5.0")
{
    CHECK_THAT(common_error({"-P", "x"}), ContainsSubstring("give one with -u"));
    CHECK(common({"-P", "x", "-V", "5"}).password == "x");
    CHECK_FALSE(common({"-P", "x", "-V", "5"}).user_name.has_value());
}

TEST_CASE("a will has a topic, and what else is given")
{
    const common_options options = common({"--will-topic", "gone", "--will-payload", "bye", "--will-qos", "2",
                                           "--will-retain", "-D", "will", "will-delay-interval", "3"});
    REQUIRE(options.will.has_value());
    CHECK(options.will->topic == "gone");
    CHECK(options.will->payload == "bye");
    CHECK(options.will->qos == tern::qos::exactly_once);
    CHECK(options.will->retain);
    CHECK(options.properties.will.number(tern::property::will_delay_interval) == 3);

    const common_options short_one = common({"--will-topic", "gone"});
    REQUIRE(short_one.will.has_value());
    CHECK(short_one.will->payload.empty());
    CHECK(short_one.will->qos == tern::qos::at_most_once);
    CHECK_FALSE(short_one.will->retain);

    CHECK_THAT(common_error({"--will-payload", "x"}), ContainsSubstring("--will-topic"));
    CHECK_THAT(common_error({"--will-retain"}), ContainsSubstring("--will-topic"));
    CHECK_THAT(common_error({"--will-qos", "1"}), ContainsSubstring("--will-topic"));
    CHECK_THAT(common_error({"-D", "will", "content-type", "a"}), ContainsSubstring("--will-topic"));
    CHECK_THAT(common_error({"--will-topic", "a/#"}), ContainsSubstring("--will-topic: "));
    CHECK_THAT(common_error({"--will-topic", ""}), ContainsSubstring("--will-topic: "));
    CHECK_THAT(common_error({"--will-topic", "a", "--will-payload", std::string(65'536, 'x')}),
               ContainsSubstring("65535"));
}

TEST_CASE("values out of range are refused with the option's name")
{
    CHECK_THAT(common_error({"-p", "0"}), ContainsSubstring("-p must be a number from 1 to 65535"));
    CHECK_THAT(common_error({"-p", "65536"}), ContainsSubstring("-p must be"));
    CHECK_THAT(common_error({"-k", "4"}), ContainsSubstring("-k must be a number from 5 to 65535"));
    CHECK_THAT(common_error({"-q", "3"}), ContainsSubstring("-q must be a number from 0 to 2"));
    CHECK_THAT(common_error({"--will-qos", "3"}), ContainsSubstring("--will-qos must be"));
    CHECK_THAT(common_error({"-h", ""}), ContainsSubstring("-h must be a host name"));
    CHECK_THAT(common_error({"-h", "a/b"}), ContainsSubstring("-h must be a host name"));
    CHECK_THAT(common_error({"-i", "\xFF"}), ContainsSubstring("-i is not well-formed UTF-8"));
    CHECK_THAT(common_error({"-u", "\xFF"}), ContainsSubstring("-u is not well-formed UTF-8"));
    CHECK_THAT(common_error({"--foo"}), ContainsSubstring("Unknown option '--foo'"));
    CHECK_THAT(common_error({"extra"}), ContainsSubstring("Unknown option 'extra'"));
    CHECK_THAT(common_error({""}), ContainsSubstring("Unknown option ''"));
}

TEST_CASE("an option at the end that wants a value says so")
{
    CHECK(publisher_error({"-t"}) == "-t needs a value behind it.");
    CHECK(publisher_error({"-t", "a", "-n", "-p"}) == "-p needs a value behind it.");
}

TEST_CASE("help and version count alone")
{
    CHECK(publisher({"--help"}).common.help_wanted);
    CHECK(publisher({"--version"}).common.version_wanted);
    CHECK(subscriber({"-t", "a", "--help", "--foo"}).common.help_wanted);
    CHECK(subscriber({"--version"}).common.version_wanted);
}

TEST_CASE("authentication data needs a method")
{
    CHECK_THAT(common_error({"-D", "connect", "authentication-data", "a"}),
               ContainsSubstring("authentication-data needs an authentication-method"));
    CHECK(common_error({"-D", "connect", "authentication-data", "a", "-D", "connect", "authentication-method", "m"})
              .empty());
    CHECK(common_error({"-D", "connect", "authentication-method", "m"}).empty());
}

TEST_CASE("the help says which options mean MQTT 5.0")
{
    CHECK_THAT(std::string(common_usage), ContainsSubstring("such as -x, -D, --retain-as-published"));
    CHECK_THAT(std::string(subscriber_usage), ContainsSubstring("(MQTT 5.0, also without -V)"));
}
