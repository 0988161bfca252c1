// SPDX-License-Identifier: BSL-1.0
#include "command_line/url_option.hpp"

#include "examples/command_line/support.hpp"
#include "support/catch.hpp"

#include <string>

using namespace command_line;

TEST_CASE("the option -L holds host and topic, and perhaps port, user and password")
{
    common_options options;
    CHECK(parse_url_option("mqtt://broker/Küche/+/x", options) == "Küche/+/x");
    CHECK(options.host == "broker");
    CHECK(options.port == 1883);
    CHECK_FALSE(options.user_name.has_value());
    CHECK_FALSE(options.password.has_value());

    CHECK(parse_url_option("mqtt://us%40er:pa:ss%@host:18830/a%2Fb", options) == "a%2Fb");
    CHECK(options.host == "host");
    CHECK(options.port == 18830);
    CHECK(options.user_name == "us%40er"); // all characters stand for themselves
    CHECK(options.password == "pa:ss%");
    CHECK(parse_url_option("mqtt://user:p@ss@host/t", options) == "t");
    CHECK(options.password == "p@ss");
}

TEST_CASE("the option -L: the scheme sets the port, in any case, and what comes last counts")
{
    common_options options;
    options.port = 4'000;
    CHECK(parse_url_option("MQTT://host/t", options) == "t");
    CHECK(options.port == 1883);
    CHECK(test::publisher({"-p", "4000", "-L", "mqtt://host/t", "-n"}).common.port == 1883);
    CHECK(test::publisher({"-L", "mqtt://host/t", "-p", "4000", "-n"}).common.port == 4000);
    CHECK(test::publisher({"-L", "mqtt://host:4001/t", "-h", "other", "-n"}).common.host == "other");
}

TEST_CASE("the option -L: a user without a password, an empty one, an IPv6 address")
{
    common_options options;
    CHECK(parse_url_option("mqtt://user@host/t", options) == "t");
    CHECK(options.user_name == "user");
    CHECK_FALSE(options.password.has_value());
    CHECK(parse_url_option("mqtt://user:@host/t", options) == "t");
    CHECK(options.password == "");
    CHECK(parse_url_option("mqtt://[::1]:1884/t", options) == "t");
    CHECK(options.host == "::1");
    CHECK(options.port == 1884);
    CHECK(broker_url(options) == "mqtt://[::1]:1884");
    CHECK(parse_url_option("mqtt://[fe80::2]//t/", options) == "/t/");
    CHECK(options.host == "fe80::2");
}

TEST_CASE("the option -L: what is no such URL is refused")
{
    for (const char* const bad :
         {"", "broker/topic", "http://broker/topic", "mqtts://broker/topic", "mqtt://broker", "mqtt://broker/",
          "mqtt:///topic", "mqtt://broker:/t", "mqtt://broker:0/t", "mqtt://broker:65536/t", "mqtt://broker:x/t",
          "mqtt://[::1/t", "mqtt://::1/t", "mqtt://\xFF@h/t", "mqtt:/host/t", "mqtt", "mqtt://u@/t", "mqtt://a b/t"})
    {
        CAPTURE(bad);
        common_options options;
        CHECK_THROWS_AS(parse_url_option(bad, options), usage_error);
    }
}

TEST_CASE("the library's URL is made of host and port")
{
    common_options options;
    CHECK(broker_url(options) == "mqtt://localhost:1883");
    CHECK(broker_name(options) == "localhost:1883");
}
