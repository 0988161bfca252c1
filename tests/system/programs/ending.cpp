// SPDX-License-Identifier: BSL-1.0
//
// How the programs end: exit codes, beside those of mosquitto's own where they exist, and what is said.
#include "support.hpp"
#include "support/catch.hpp"

#include <string>

using namespace tern::test;
using Catch::Matchers::ContainsSubstring;

namespace
{

/// A program that did not exit by itself, or could not be started, has no exit code to compare.
void check_same_exit_code(const process_result& ours, const process_result& theirs)
{
    for (const process_result& each : {ours, theirs})
    {
        CHECK(each.exit_code >= 0);
        CHECK(each.exit_code != 127);
    }
    CHECK(ours.exit_code == theirs.exit_code);
}

} // namespace

TEST_CASE("nobody listening is an error at once")
{
    const std::string port = std::to_string(free_port());
    for (const char* const program : {TERN_PUBLISHER, TERN_SUBSCRIBER})
    {
        command line = {program, "-h", "127.0.0.1", "-p", port, "-t", "a"};
        if (program == std::string(TERN_PUBLISHER))
        {
            line.insert(line.end(), {"-m", "text"});
        }
        const auto begin = process::clock::now();
        const process_result result = run(line);
        CHECK(result.exit_code == 1);
        CHECK(result.output == "");
        CHECK_THAT(result.error, ContainsSubstring("cannot connect to 127.0.0.1:" + port));
        CHECK_THAT(result.error, ContainsSubstring("Connection refused"));
        CHECK(process::clock::now() - begin < 2s);

        line.emplace_back("--quiet");
        CHECK(run(line).error == "");
        CHECK(run(line).exit_code == 1);
    }
}

TEST_CASE("a host that does not exist is an error")
{
    const process_result result = run({TERN_PUBLISHER, "-h", "no-such-host.invalid", "-t", "a", "-m", "b"});
    CHECK(result.exit_code == 1);
    CHECK_THAT(result.error, ContainsSubstring("cannot connect to no-such-host.invalid:1883"));
}

TEST_CASE("help and version are printed")
{
    for (const char* const program : {TERN_PUBLISHER, TERN_SUBSCRIBER})
    {
        const process_result help = run({program, "--help"});
        CHECK(help.exit_code == 0);
        CHECK_THAT(help.output, ContainsSubstring("Usage: ") && ContainsSubstring("--will-topic"));
        CHECK(help.error == "");
        const process_result version = run({program, "--version"});
        CHECK(version.exit_code == 0);
        CHECK_THAT(version.output, ContainsSubstring("(tern) "));
    }
}

TEST_CASE("a wrong command line says what to do")
{
    const process_result publisher_result = run({TERN_PUBLISHER, "-t", "a/#", "-m", "b"});
    CHECK(publisher_result.exit_code == 1);
    CHECK(publisher_result.output == "");
    CHECK_THAT(publisher_result.error, ContainsSubstring("'a/#' cannot be published to"));
    CHECK_THAT(publisher_result.error, ContainsSubstring("Use 'publisher --help' to see usage."));
    const process_result subscriber_result = run({TERN_SUBSCRIBER, "-t", "a", "-F", "%"});
    CHECK(subscriber_result.exit_code == 1);
    CHECK_THAT(subscriber_result.error, ContainsSubstring("Use 'subscriber --help' to see usage."));
}

TEST_CASE("exit codes are those of mosquitto's programs")
{
    if (skipped_without_mosquitto() || skipped_without_mosquitto_clients())
    {
        return;
    }
    mosquitto broker;
    mosquitto guarded("user", "right", "user user\ntopic readwrite ok/#\n");
    const std::string open = broker.port_text();
    const std::string closed = guarded.port_text();
    for (const command& line : {
             command{"-p", open, "-t", "a", "-m", "b"},
             command{"-p", open, "-t", "a", "-m", "b", "-q", "3"},
             command{"-p", "70000", "-t", "a", "-m", "b"},
             command{"-p", open, "-t", "a"},
             command{"-p", open, "-m", "a"},
             command{"-p", open, "-t", "a", "-m", "b", "-n"},
             command{"-p", open, "-t", "a", "-m", "b", "-c"},
             command{"-p", open, "-t", "a", "-m", "b", "-i", "x", "-I", "y"},
             command{"-p", open, "-t", "a", "-m", "b", "--foo"},
             command{"-p", open, "-t", "a", "-f", "/nonexistent"},
             command{"-p", open, "-t", "a", "-s"},
             command{"-p", open, "-t", "a", "-l"},
             command{"-p", open, "-t", "a", "-m", "b", "-P", "x"},
             command{"-p", open, "-t", "a", "-m", "b", "--will-payload", "x"},
             command{"-p", open, "-t", "a", "-m", "b", "-D", "publish", "receive-maximum", "4"},
             command{"-p", closed, "-t", "ok/a", "-m", "b"},
             command{"-p", closed, "-t", "ok/a", "-m", "b", "-u", "user", "-P", "wrong"},
             command{"-p", closed, "-t", "ok/a", "-m", "b", "-u", "user", "-P", "wrong", "-V", "mqttv5"},
             command{"-p", closed, "-t", "ok/a", "-m", "b", "-u", "user", "-P", "right", "-q", "2"},
         })
    {
        CAPTURE(line);
        command ours = line;
        ours.insert(ours.begin(), TERN_PUBLISHER);
        command theirs = line;
        theirs.insert(theirs.begin(), "mosquitto_pub");
        check_same_exit_code(run(ours), run(theirs));
    }
    for (const command& line : {
             command{"-p", open, "-t", "a", "-W", "1"},
             command{"-p", open, "-t", "a", "-E"},
             command{"-p", open, "-t", "a#"},
             command{"-p", open},
             command{"-p", open, "-t", "a", "-C", "0"},
             command{"-p", open, "-t", "a", "-W", "0"},
             command{"-p", open, "-t", "a", "-R", "--retained-only"},
             command{"-p", open, "-t", "a", "-c"},
             command{"-p", closed, "-t", "a"},
             command{"-p", closed, "-t", "a", "-V", "5"},
             command{"-p", open, "-t", "a", "-W", "1", "-D", "connect", "authentication-method", "none"},
         })
    {
        CAPTURE(line);
        command ours = line;
        ours.insert(ours.begin(), TERN_SUBSCRIBER);
        command theirs = line;
        theirs.insert(theirs.begin(), "mosquitto_sub");
        check_same_exit_code(run(ours), run(theirs));
    }
}

TEST_CASE("refusals are explained")
{
    if (skipped_without_mosquitto())
    {
        return;
    }
    mosquitto guarded("user", "right", "user user\ntopic readwrite ok/#\n");
    const process_result wrong = run(publisher(guarded, {"-t", "ok/a", "-m", "b", "-u", "user", "-P", "wrong"}));
    CHECK(wrong.exit_code == 5);
    CHECK_THAT(wrong.error, ContainsSubstring("refused the connection: not authorized"));

    // 5.0 can say that a message was refused; 3.1.1 cannot.
    for (const std::string qos : {"1", "2"})
    {
        const process_result denied =
            run(publisher(guarded, {"-V", "5", "-q", qos, "-t", "no/a", "-m", "b", "-u", "user", "-P", "right"}));
        CHECK(denied.exit_code == 135);
        CHECK_THAT(denied.error, ContainsSubstring("a message was not published: not authorized"));
    }
    CHECK(run(publisher(guarded, {"-q", "1", "-t", "no/a", "-m", "b", "-u", "user", "-P", "right"})).exit_code == 0);
    CHECK(run(publisher(guarded, {"-q", "1", "-t", "ok/a", "-m", "b", "-u", "user", "-P", "right"})).exit_code == 0);
}

TEST_CASE("the option -C counts what is printed, -W limits the time")
{
    if (skipped_without_mosquitto())
    {
        return;
    }
    mosquitto broker;
    ready_subscriber counted(broker, subscriber(broker, {"-t", "a/#", "-T", "a/not", "-C", "2"}), "counted");
    REQUIRE(counted.ready());
    for (const std::string topic : {"a/1", "a/not", "a/2", "a/3"})
    {
        CHECK(run(publisher(broker, {"-t", topic, "-m", topic})).exit_code == 0);
    }
    const process_result two = counted.wait();
    CHECK(two.exit_code == 0);
    CHECK(two.output == "a/1\na/2\n");

    const process_result late = run(subscriber(broker, {"-t", "a", "-C", "1", "-W", "1"}));
    CHECK(late.exit_code == 27);
    CHECK(late.error == "Timed out\n");
    CHECK(run(subscriber(broker, {"-t", "a", "-W", "1", "--quiet"})).error == "");
}

TEST_CASE("Ctrl+C and SIGTERM end the programs in order")
{
    if (skipped_without_mosquitto())
    {
        return;
    }
    mosquitto broker;
    for (const int signal : {SIGINT, SIGTERM})
    {
        const std::string id = "receiver-" + std::to_string(signal);
        ready_subscriber receiver(broker, subscriber(broker, {"-t", "a"}), id);
        REQUIRE(receiver.ready());
        receiver.running().signal(signal);
        const process_result ended = receiver.wait(5s);
        CHECK(ended.exit_code == 0);
        CHECK(ended.error == "");
        CHECK(broker.wait_for_log("Received DISCONNECT from " + id));

        const std::string sender_id = "sender-" + std::to_string(signal);
        process sender(publisher(broker, {"-t", "a", "-l", "-q", "1", "-i", sender_id}), "one\n", true);
        REQUIRE(broker.wait_for_log("Sending PUBACK to " + sender_id));
        sender.signal(signal);
        const process_result interrupted = sender.wait(5s);
        CHECK(interrupted.exit_code == 128 + signal); // there might have been more
        CHECK(interrupted.error == "interrupted: 1 message was published\n");
        CHECK(broker.wait_for_log("Received DISCONNECT from " + sender_id));
    }
}

TEST_CASE("a reader that goes away ends the subscriber quietly, a full disk with an error")
{
    if (skipped_without_mosquitto())
    {
        return;
    }
    mosquitto broker;
    ready_subscriber receiver(broker, subscriber(broker, {"-t", "a", "-q", "1"}), "receiver");
    REQUIRE(receiver.ready());
    receiver.running().close_output();
    CHECK(run(publisher(broker, {"-t", "a", "-m", "x", "-q", "1"})).exit_code == 0);
    const process_result ended = receiver.wait(5s);
    CHECK(ended.exit_code == 0);
    CHECK(ended.signal == 0);
    CHECK(ended.error == "");

    process unwritable(in_shell(subscriber(broker, {"-t", "a", "-i", "full"}), ">/dev/full"));
    REQUIRE(broker.wait_for_log("Sending SUBACK to full\n"));
    CHECK(run(publisher(broker, {"-t", "a", "-m", "x"})).exit_code == 0);
    const process_result failed = unwritable.wait(5s);
    CHECK(failed.exit_code == 1);
    CHECK_THAT(failed.error, ContainsSubstring("cannot write to the standard output"));
}

TEST_CASE("closed standard streams do no harm")
{
    if (skipped_without_mosquitto())
    {
        return;
    }
    mosquitto broker;
    const std::string lines = broker.directory().write("lines", "a\nb\n");
    CHECK(run(in_shell(publisher(broker, {"-t", "a", "-l"}), "<&-")).exit_code == 0);
    CHECK(run(in_shell(publisher(broker, {"-t", "a", "-s"}), "<&-")).exit_code == 1);
    CHECK(run(in_shell(publisher(broker, {"-t", "a", "-m", "x", "-q", "1"}), "<&- >&- 2>&-")).exit_code == 0);
    CHECK(run(in_shell(publisher(broker, {"-t", "a", "-l"}), "</dev/null")).exit_code == 0);
    CHECK(run(in_shell(publisher(broker, {"-t", "a", "-q", "1", "-l"}), "<'" + lines + '\'')).exit_code == 0);
}

TEST_CASE("what does not fit into a message is refused before connecting")
{
    temporary_directory directory;
    const std::string file = directory.write("large", "");
    std::filesystem::resize_file(file, 268'435'456); // takes no room on the disk
    const process_result too_large = run({TERN_PUBLISHER, "-p", "1", "-t", "a", "-f", file});
    CHECK(too_large.exit_code == 1);
    CHECK_THAT(too_large.error, ContainsSubstring("has more than the 268435455 bytes that fit into a message"));
    const process_result endless = run(in_shell({TERN_PUBLISHER, "-p", "1", "-t", "a", "-s"}, "</dev/zero"), {}, 60s);
    CHECK(endless.exit_code == 1);
    CHECK_THAT(endless.error, ContainsSubstring("has more than the 268435455 bytes"));
    const process_result folder = run({TERN_PUBLISHER, "-p", "1", "-t", "a", "-f", directory.path().string()});
    CHECK(folder.exit_code == 1);
    CHECK_THAT(folder.error, ContainsSubstring("Is a directory"));
}

TEST_CASE("the option --quiet silences errors of the input too")
{
    temporary_directory directory;
    for (const command& source :
         {command{"-f", "/nonexistent"}, command{"-f", directory.path().string()}, command{"-s"}})
    {
        CAPTURE(source);
        command line = {TERN_PUBLISHER, "-p", "1", "-t", "a"};
        line.insert(line.end(), source.begin(), source.end());
        const process_result loud = run(line);
        CHECK(loud.exit_code == 1);
        CHECK(loud.error != "");
        line.emplace_back("--quiet");
        const process_result silent = run(line);
        CHECK(silent.exit_code == 1);
        CHECK(silent.error == "");
    }
}
