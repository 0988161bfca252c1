// SPDX-License-Identifier: BSL-1.0
//
// The output of the subscriber beside that of mosquitto_sub, for the same messages, byte for byte.
#include "support.hpp"
#include "support/catch.hpp"

#include <string>

using namespace tern::test;

namespace
{

/// The same text with every run of digits as one '#': for times.
std::string without_digits(const std::string& text)
{
    std::string result;
    for (const char each : text)
    {
        const bool digit = each >= '0' && each <= '9';
        if (!digit || result.empty() || result.back() != '#')
        {
            result.push_back(digit ? '#' : each);
        }
    }
    return result;
}

struct both_outputs
{
    process_result ours;
    process_result theirs;
};

/// What both subscribers print for one message, that mosquitto_pub publishes.
both_outputs print_with_both(mosquitto& broker, const std::string& format, const command& message)
{
    static int number = 0;
    ++number;
    const command line = {"-V", "mqttv5", "-q", "2", "-t", "x/#", "-C", "1", "-F", format};
    ready_subscriber ours(broker, subscriber(broker, line), "ours-" + std::to_string(number));
    ready_subscriber theirs(broker, mosquitto_sub(broker, line), "theirs-" + std::to_string(number));
    REQUIRE((ours.ready() && theirs.ready()));
    command send = {"-V", "mqttv5", "-t", "x/topic"};
    send.insert(send.end(), message.begin(), message.end());
    REQUIRE(run(mosquitto_pub(broker, send)).exit_code == 0);
    return {ours.wait(), theirs.wait()};
}

const command full_message = {"-q",
                              "1",
                              "-m",
                              "hello",
                              "-D",
                              "publish",
                              "content-type",
                              "text/plain",
                              "-D",
                              "publish",
                              "response-topic",
                              "re/sp",
                              "-D",
                              "publish",
                              "correlation-data",
                              "abc",
                              "-D",
                              "publish",
                              "payload-format-indicator",
                              "1",
                              "-D",
                              "publish",
                              "user-property",
                              "k1",
                              "v1",
                              "-D",
                              "publish",
                              "user-property",
                              "k2",
                              "v2",
                              "-D",
                              "publish",
                              "message-expiry-interval",
                              "77"};

} // namespace

TEST_CASE("the option -F prints every parameter as mosquitto_sub does")
{
    if (skipped_without_mosquitto() || skipped_without_mosquitto_clients())
    {
        return;
    }
    mosquitto broker;
    for (const std::string format :
         {"%A|%C|%D|%E|%F|%l|%m|%p|%P|%q|%r|%R|%S|%t|%x|%X|%%", "[%10t][%-10t][%010t][%.3t][%10.3t][%-10.3t][%.t]",
          "[%10l][%-10l][%010l][%-010l][%.2l][%10p][%-10p][%010p][%.2p]", "[%10q][%10r][%10%][%10m][%010m][%-10m]",
          "[%10A][%10C][%10D][%10E][%10F][%10P][%10R][%10S]", "[%010A][%010C][%010E][%010F][%010P][%010R][%010S]",
          "[%-5A][%-5C][%-5E][%-5F][%-5R][%-5S][%.2C][%.2R][%.2D][%.2P]", R"(\\ \0 \a \e \n \r \t \v Küche @@)"})
    {
        CAPTURE(format);
        const both_outputs outputs = print_with_both(broker, format, full_message);
        CHECK(outputs.ours.output == outputs.theirs.output);
        CHECK(outputs.ours.exit_code == 0);
    }
}

TEST_CASE("the option -F prints times as mosquitto_sub does, but for the moment")
{
    if (skipped_without_mosquitto() || skipped_without_mosquitto_clients())
    {
        return;
    }
    mosquitto broker;
    for (const std::string format :
         {"%I|%40I|%-40I|%.10I|%U|%30U", "@Y-@m-@dT@H:@M:@S@z @s @Z @A @B @p @j @Ey @% @Q", "%j", "%J"})
    {
        CAPTURE(format);
        command message = full_message;
        message[3] = R"({"temperature": 4.5})";
        const both_outputs outputs = print_with_both(broker, format, message);
        CHECK(without_digits(outputs.ours.output) == without_digits(outputs.theirs.output));
    }
}

TEST_CASE("%j and %J print payloads as mosquitto_sub does")
{
    if (skipped_without_mosquitto() || skipped_without_mosquitto_clients())
    {
        return;
    }
    mosquitto broker;
    const auto payload_part = [](const process_result& result) {
        const std::size_t found = result.output.find("\"payload");
        return found == std::string::npos ? result.output : result.output.substr(found);
    };
    for (const std::string payload :
         {R"( { "a" : 1.50 , "b":[1,2,{"c":null}],"d":true } )", "12", "1e5", "0.1", "0.30000000000000004", "-0",
          "123456789012345678901", R"("\u00e9é\/\n")", "[ ]", R"({"a":1,"a":2})", "x\t\"\\", "1 2", "[1,2", ""})
    {
        CAPTURE(payload);
        const command message = payload.empty() ? command{"-n"} : command{"-m", payload};
        for (const std::string format : {"%j", "%J", "a %J b"})
        {
            CAPTURE(format);
            const both_outputs outputs = print_with_both(broker, format, message);
            CHECK(payload_part(outputs.ours) == payload_part(outputs.theirs));
            CHECK(outputs.ours.error == outputs.theirs.error);
        }
    }
}

TEST_CASE("%S prints the subscription identifier that was asked for")
{
    if (skipped_without_mosquitto() || skipped_without_mosquitto_clients())
    {
        return;
    }
    mosquitto broker;
    const command line = {"-t", "x", "-C", "1", "-F", "%S|%j", "-D", "subscribe", "subscription-identifier", "42"};
    ready_subscriber ours(broker, subscriber(broker, line), "ours");
    ready_subscriber theirs(broker, mosquitto_sub(broker, line), "theirs");
    REQUIRE((ours.ready() && theirs.ready()));
    REQUIRE(run(mosquitto_pub(broker, {"-t", "x", "-m", "text"})).exit_code == 0);
    const std::string printed = ours.wait().output;
    CHECK(printed.substr(0, 3) == "42|");
    CHECK(without_digits(printed) == without_digits(theirs.wait().output));
}

TEST_CASE("what the publisher adds with -D arrives")
{
    if (skipped_without_mosquitto() || skipped_without_mosquitto_clients())
    {
        return;
    }
    mosquitto broker;
    ready_subscriber receiver(
        broker, mosquitto_sub(broker, {"-V", "5", "-t", "x/topic", "-C", "1", "-F", "%C|%D|%E|%F|%P|%R"}), "receiver");
    REQUIRE(receiver.ready());
    command line = {"-t", "x/topic"};
    line.insert(line.end(), full_message.begin(), full_message.end());
    CHECK(run(publisher(broker, line)).exit_code == 0);
    CHECK(receiver.wait().output == "text/plain|abc|77|1|k1:v1 k2:v2|re/sp\n");
}

TEST_CASE("the will is published when a program is lost, and not when it ends")
{
    if (skipped_without_mosquitto() || skipped_without_mosquitto_clients())
    {
        return;
    }
    mosquitto broker;
    ready_subscriber receiver(broker, mosquitto_sub(broker, {"-t", "will/#", "-q", "1", "-C", "1", "-F", "%t %p %q"}),
                              "receiver");
    REQUIRE(receiver.ready());
    const auto mortal = [&](const std::string& name) {
        return subscriber(broker,
                          {"-t", "x", "--will-topic", "will/" + name, "--will-payload", "gone", "--will-qos", "1"});
    };
    ready_subscriber in_order(broker, mortal("in-order"), "in-order");
    REQUIRE(in_order.ready());
    in_order.running().signal(SIGTERM);
    CHECK(in_order.wait().exit_code == 0);
    ready_subscriber lost(broker, mortal("lost"), "lost");
    REQUIRE(lost.ready());
    lost.running().signal(SIGKILL);
    CHECK(receiver.wait().output == "will/lost gone 1\n");
}
