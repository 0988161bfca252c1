// SPDX-License-Identifier: BSL-1.0
#include "command_line/message_format.hpp"

#include "support/catch.hpp"

#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

using namespace command_line;
using Catch::Matchers::ContainsSubstring;
using namespace std::string_view_literals;

namespace
{

/// 2020-05-06 22:12:03.004005006 UTC.
const std::chrono::system_clock::time_point moment{std::chrono::duration_cast<std::chrono::system_clock::duration>(
    std::chrono::nanoseconds(1'588'803'123'004'005'006))};

tern::message_view plain_message()
{
    tern::message_view message;
    message.topic = "x/topic";
    message.payload = "hello"sv;
    return message;
}

const std::vector<tern::user_property> pairs = {{"k1", "v1"}, {"k1", "v2"}};
const std::vector<std::uint32_t> identifiers = {7, 9};

tern::message_view full_message()
{
    tern::message_view message = plain_message();
    message.qos = tern::qos::at_least_once;
    message.retain = true;
    message.properties.content_type = "text/plain";
    message.properties.response_topic = "re/sp";
    message.properties.correlation_data = "abc"sv;
    message.properties.payload_format_indicator = tern::payload_format::utf8;
    message.properties.message_expiry_interval = 77;
    message.properties.topic_alias = 5;
    message.properties.user_properties = pairs;
    message.properties.subscription_identifiers = identifiers;
    return message;
}

std::string formatted(std::string_view format, const tern::message_view& message, std::uint16_t packet_identifier = 0)
{
    ::setenv("TZ", "UTC", 1);
    ::tzset();
    const arrival_time time(moment);
    std::string result;
    message_format(format).append(result, {message, time, packet_identifier, {}});
    return result;
}

} // namespace

TEST_CASE("the option -F: every part of a message")
{
    CHECK(formatted("%A|%C|%D|%E|%F|%l|%m|%p|%P|%q|%r|%R|%S|%t|%x|%X|%%", full_message(), 3) ==
          "5|text/plain|abc|77|1|5|3|hello|k1:v1 k1:v2|1|1|re/sp|7|x/topic|68656c6c6f|68656C6C6F|%");
    CHECK(formatted("%A|%C|%D|%E|%F|%l|%m|%p|%P|%q|%r|%R|%S|%t", plain_message()) == "|||||5|0|hello||0|0|||x/topic");
}

TEST_CASE("the option -F: width, alignment, zeros and greatest width")
{
    CHECK(formatted("[%10t][%-10t][%010t][%.3t][%10.3t][%-10.3t][%.t][%10.t]", plain_message()) ==
          "[   x/topic][x/topic   ][   x/topic][x/t][       x/t][x/t       ][][          ]");
    CHECK(formatted("[%10l][%-10l][%010l][%-010l][%.2l][%2.1l]", plain_message()) ==
          "[         5][5         ][0000000005][5         ][5][ 5]");
    CHECK(formatted("[%10p][%-10p][%010p][%.2p][%3p]", plain_message()) ==
          "[     hello][hello     ][00000hello][hello][hello]");
    CHECK(formatted("[%12x][%-12X][%012x][%3.1x]", plain_message()) ==
          "[  68656c6c6f][68656C6C6F  ][0068656c6c6f][68656c6c6f]");
    CHECK(formatted("[%10A][%12C][%10D][%10E][%10F][%10P][%10R][%3S][%5m]", full_message(), 3) ==
          "[         5][  text/plain][abc][        77][         1][k1:v1 k1:v2][     re/sp][  7][    3]");
    CHECK(formatted("[%010A][%010C][%010E][%010F][%010R][%03S][%05m]", plain_message()) ==
          "[0000000000][          ][0000000000][0000000000][          ][000][00000]");
    CHECK(formatted("[%.2C][%.2R][%.2D][%.2P]", full_message()) == "[te][re][abc][k1:v1 k1:v2]");
    CHECK(formatted("[%5q][%5r][%5%]", plain_message()) == "[0][0][%]");
    CHECK(formatted("%20000t", plain_message()).size() == 20'000);
}

TEST_CASE("the option -F: times")
{
    CHECK(formatted("%I %U @s.@N @Y-@m-@d @H:@M:@S @z @@ @Ey", plain_message()) ==
          "2020-05-06T22:12:03+0000 1588803123.004005006 1588803123.004005006 2020-05-06 22:12:03 +0000 @ %Ey");
    CHECK(formatted("[%30I][%-30I][%.10I][%30U]", plain_message()) ==
          "[      2020-05-06T22:12:03+0000][2020-05-06T22:12:03+0000      ][2020-05-06][1588803123.004005006]");
}

TEST_CASE("the option -F: escapes and plain text")
{
    CHECK(formatted(R"(\\|\0|\a|\e|\n|\r|\t|\v)", plain_message()) == "\\|\0|\a|\x1B|\n|\r|\t|\v"sv);
    CHECK(formatted("Küche %t ü", plain_message()) == "Küche x/topic ü");
    CHECK(formatted("", plain_message()).empty());
}

TEST_CASE("the option -F: payloads of any bytes")
{
    tern::message_view message = plain_message();
    message.payload = "a\0\xFF"sv;
    CHECK(formatted("%p|%x|%l", message) == "a\0\xFF|6100ff|3"sv);
    message.payload = tern::byte_view();
    CHECK(formatted("[%p|%x|%l|%3p|%02x]", message) == "[||0|   |00]");
}

TEST_CASE("the option -F: a message as JSON")
{
    CHECK(
        formatted("%j", plain_message()) ==
        R"({"tst":"2020-05-06T22:12:03.004005Z+0000","topic":"x/topic","qos":0,"retain":0,"payloadlen":5,"payload":"hello"})");
    CHECK(formatted("%j", full_message(), 3) ==
          R"({"tst":"2020-05-06T22:12:03.004005Z+0000","topic":"x/topic","qos":1,"retain":1,"payloadlen":5,"mid":3,)"
          R"("properties":{"content-type":"text/plain","response-topic":"re/sp","correlation-data":"abc",)"
          R"("payload-format-indicator":1,"user-properties":{"k1":"v1","k1":"v2"},"message-expiry-interval":77,)"
          R"("topic-alias":5,"subscription-identifier":7},"payload":"hello"})");
    tern::message_view message = plain_message();
    message.payload = tern::byte_view();
    CHECK_THAT(formatted("%j", message), ContainsSubstring(R"("payloadlen":0,"payload":null})"));
    CHECK_THAT(formatted("%J", message), ContainsSubstring(R"("payloadlen":0,"payload":null})"));
    message.payload = R"( { "temperature" : 27.0 } )"sv;
    CHECK_THAT(formatted("%J", message), ContainsSubstring(R"("payloadlen":26,"payload":{"temperature":27}})"));
}

TEST_CASE("the option -F: a payload that is not JSON is left out of %J, and reported")
{
    const arrival_time time(moment);
    const tern::message_view message = plain_message();
    std::string result;
    CHECK_FALSE(message_format("a %J b").append(result, {message, time, 0, {}}));
    CHECK(result == "a  b");
    CHECK(message_format("a %j b").append(result, {message, time, 0, {}}));
}

TEST_CASE("the option -F: %S prints the identifier that was asked for")
{
    const arrival_time time(moment);
    const tern::message_view message = full_message();
    std::string result;
    message_format("%S").append(result, {message, time, 0, 42});
    CHECK(result == "42");
}

TEST_CASE("the option -F: what is no format is refused")
{
    for (const std::string_view incomplete : {"%", "abc%", "%5", "%-", "%.", "%-05.3", "@", "\\"})
    {
        CAPTURE(incomplete);
        CHECK_THROWS_WITH(message_format(incomplete), ContainsSubstring("incomplete"));
    }
    CHECK_THROWS_WITH(message_format("%Q"), ContainsSubstring("there is no sequence %Q"));
    CHECK_THROWS_WITH(message_format("\\q"), ContainsSubstring("there is no sequence \\q"));
    for (const std::string_view wrong : {"%T", "%z", "%--5t", "%0-10l", "%10..3t", "%10.3.2t", "%\\", "%@", "%ü"})
    {
        CAPTURE(wrong);
        CHECK_THROWS_AS(message_format(wrong), usage_error);
    }
    CHECK_THROWS_WITH(message_format("%99999999999t"), ContainsSubstring("a field width must be a number"));
}
