// SPDX-License-Identifier: BSL-1.0
//
// Retained messages in great numbers and on the edges: --remove-retained, --retained-only, --retain-handling new and
// --will-retain.
#include "silent_server.hpp"
#include "support.hpp"
#include "support/catch.hpp"

#include <csignal>
#include <cstddef>
#include <string>
#include <string_view>
#include <thread>

#include <sys/socket.h>

using namespace tern::test;

namespace
{

/// Publishes an "x", retained, to many/1 to many/`count`, over one connection of MQTT 3.1.1; done when it returns.
void publish_many(const mosquitto& broker, std::size_t count)
{
    std::string packets("\x10\x0D\x00\x04MQTT\x04\x02\x00\x00\x00\x01m", 15);
    for (std::size_t i = 1; i <= count; ++i)
    {
        const std::string topic = "many/" + std::to_string(i);
        packets += {'\x31', static_cast<char>(topic.size() + 3), '\0', static_cast<char>(topic.size())};
        packets += topic + 'x';
    }
    packets += {'\xE0', '\0'};
    const detail::loopback_socket socket;
    const sockaddr_in address = detail::loopback_socket::address(broker.port());
    REQUIRE(::connect(socket.descriptor, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0);
    for (std::string_view rest = packets; !rest.empty();)
    {
        const ssize_t sent = ::send(socket.descriptor, rest.data(), rest.size(), MSG_NOSIGNAL);
        REQUIRE(sent > 0);
        rest.remove_prefix(static_cast<std::size_t>(sent));
    }
    char answer[16];
    while (::recv(socket.descriptor, answer, sizeof answer, 0) > 0) // until the broker has read all
    {
    }
}

} // namespace

TEST_CASE("the option --remove-retained removes more messages than are under way at a time")
{
    if (skipped_without_mosquitto())
    {
        return;
    }
    constexpr std::size_t count = 5'000;
    mosquitto broker(quiet);
    publish_many(broker, count);
    const process_result removed = run(
        subscriber(broker, {"-t", "many/#", "--remove-retained", "-C", std::to_string(count), "-F", "%r"}), {}, 60s);
    CHECK(removed.exit_code == 0);
    CHECK(removed.error == "");
    CHECK(removed.output.size() == 2 * count);
    CHECK(run(subscriber(broker, {"-t", "many/#", "-W", "1"})).output == "");
}

TEST_CASE("the option --remove-retained says what the broker did not remove")
{
    if (skipped_without_mosquitto())
    {
        return;
    }
    const temporary_directory rights;
    const std::string list = rights.write("acl", "topic readwrite kept/#\n");
    // With a queue without a limit Mosquitto 2.0.11 closes the connection after a refusal.
    mosquitto broker("allow_anonymous true\nmax_queued_messages 1000\nacl_file " + list + '\n');
    for (const std::string topic : {"kept/1", "kept/2", "kept/3"})
    {
        CHECK(run(publisher(broker, {"-t", topic, "-m", "x", "-r", "-q", "1"})).exit_code == 0);
    }
    (void)rights.write("acl", "topic read kept/#\ntopic write kept/1\n");
    broker.signal(SIGHUP); // reads it again
    REQUIRE(broker.wait_for_log("Reloading config."));
    const process_result result = run(subscriber(broker, {"-V", "5", "-t", "kept/#", "--remove-retained", "-C", "3"}));
    CHECK(result.exit_code == 1);
    CHECK(result.output == "x\nx\nx\n");
    CHECK(result.error == "Error: 2 retained messages were not removed: not authorized.\n");
    CHECK(run(subscriber(broker, {"-t", "kept/#", "-W", "1", "-F", "%t"})).output == "kept/2\nkept/3\n");
}

TEST_CASE("a subscriber that waits for the removal of retained messages can be interrupted, and says what is left")
{
    using namespace std::string_view_literals;
    silent_server server;
    process receiver(with_port(TERN_SUBSCRIBER, server.port(), {"-t", "kept", "--remove-retained", "-C", "1"}));
    REQUIRE(server.wait_for_visitor());
    REQUIRE(server.hear()); // CONNECT
    REQUIRE(server.say("\x20\x02\x00\x00"sv));
    REQUIRE(server.hear());                                             // SUBSCRIBE
    REQUIRE(server.say("\x90\x03\x00\x01\x00\x31\x07\x00\x04keptx"sv)); // and the removal is never acknowledged
    REQUIRE(receiver.wait_for_output("x\n"));
    std::this_thread::sleep_for(200ms);
    CHECK_FALSE(receiver.ended());
    receiver.signal(SIGINT);
    const process_result ended = receiver.wait(10s); // it gets a few seconds
    CHECK_FALSE(ended.timed_out);
    CHECK(ended.exit_code == 1);
    CHECK(ended.error == "Error: 1 retained message was not removed.\n");
}

TEST_CASE("a fresh message ends --retained-only also if -T filters it out")
{
    if (skipped_without_mosquitto())
    {
        return;
    }
    mosquitto broker;
    ready_subscriber only(broker, subscriber(broker, {"-t", "kept/#", "-t", "fresh", "-T", "fresh", "--retained-only"}),
                          "only");
    REQUIRE(only.ready());
    CHECK(run(publisher(broker, {"-t", "fresh", "-m", "x"})).exit_code == 0);
    const process_result ended = only.wait(5s);
    CHECK_FALSE(ended.timed_out);
    CHECK(ended.exit_code == 0);
    CHECK(ended.output == "");
}

TEST_CASE("the option --retain-handling new prints what is retained for a new subscription only")
{
    if (skipped_without_mosquitto())
    {
        return;
    }
    mosquitto broker;
    CHECK(run(publisher(broker, {"-t", "kept", "-m", "x", "-r", "-q", "1"})).exit_code == 0);
    const command line = {"-c", "-i", "durable", "-t", "kept", "--retain-handling", "new", "-C", "1", "-W", "2"};
    const process_result first = run(subscriber(broker, line));
    CHECK(first.exit_code == 0);
    CHECK(first.output == "x\n");
    const process_result second = run(subscriber(broker, line));
    CHECK(second.exit_code == 27);
    CHECK(second.output == "");
}

TEST_CASE("the option --will-retain leaves the will for who comes later")
{
    if (skipped_without_mosquitto())
    {
        return;
    }
    mosquitto broker;
    for (const bool retained : {true, false})
    {
        const std::string name = retained ? "retained" : "fleeting";
        command line = {"-t", "x", "--will-topic", "will/" + name, "--will-payload", "gone"};
        if (retained)
        {
            line.emplace_back("--will-retain");
        }
        ready_subscriber mortal(broker, subscriber(broker, line), name);
        REQUIRE(mortal.ready());
        mortal.running().signal(SIGKILL);
        CHECK(mortal.wait().signal == SIGKILL);
        REQUIRE(broker.wait_for_log("Client " + name + " closed its connection"));
    }
    CHECK(run(subscriber(broker, {"-t", "will/#", "-W", "1", "-F", "%t %p %r"})).output == "will/retained gone 1\n");
}
