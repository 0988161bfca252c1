// SPDX-License-Identifier: BSL-1.0
//
// Mosquitto's own programs as clients of the broker program.

#include "broker_program.hpp"
#include "mosquitto.hpp"
#include "scenario.hpp"

using namespace tern::test;

namespace
{} // namespace

TEST_CASE("Mosquitto's own programs publish and subscribe through the broker program")
{
    if (skipped_without_mosquitto_clients())
    {
        return;
    }
    broker_program broker;
    std::size_t rounds = 0;
    for (const char* const version : {"mqttv5", "mqttv311"})
    {
        for (const char* const level : {"0", "1", "2"})
        {
            CAPTURE(version, level);
            process subscriber({*find_program("mosquitto_sub"), "-h", "127.0.0.1", "-p", broker.port(), "-V", version,
                                "-q", level, "-t", "Küche/+", "-t", "end", "-v", "-C", "3", "-W", "20"});
            ++rounds;
            REQUIRE(broker.wait_for_subscription("Küche/+", rounds));
            REQUIRE(broker.wait_for_subscription("end", rounds));
            for (const char* const text : {"one", "zwölf"})
            {
                const process_result published =
                    run({*find_program("mosquitto_pub"), "-h", "127.0.0.1", "-p", broker.port(), "-V", version, "-q",
                         level, "-t", "Küche/Licht", "-m", text});
                CAPTURE(published.error);
                CHECK(published.exit_code == 0);
            }
            const process_result last = run({*find_program("mosquitto_pub"), "-h", "127.0.0.1", "-p", broker.port(),
                                             "-V", version, "-q", level, "-t", "end", "-n"});
            CHECK(last.exit_code == 0);
            const process_result received = subscriber.wait();
            CAPTURE(received.output, received.error);
            CHECK(received.exit_code == 0);
            CHECK_THAT(received.output, Catch::Matchers::ContainsSubstring("Küche/Licht one\n"));
            CHECK_THAT(received.output, Catch::Matchers::ContainsSubstring("Küche/Licht zwölf\n"));
            CHECK_THAT(received.output, Catch::Matchers::ContainsSubstring("end (null)\n"));
        }
    }
    const process_result ended = broker.stop();
    CHECK(ended.exit_code == 0);
}

TEST_CASE("Mosquitto's own programs get retained messages, wills and offline messages from the broker program")
{
    if (skipped_without_mosquitto_clients())
    {
        return;
    }
    broker_program broker({"--user", "anna:secret"});
    const std::string publisher = *find_program("mosquitto_pub");
    const std::string subscriber = *find_program("mosquitto_sub");
    const auto command = [&](const std::string& program, std::vector<std::string> options) {
        std::vector<std::string> all{program, "-h", "127.0.0.1", "-p", broker.port(), "-u", "anna", "-P", "secret"};
        all.insert(all.end(), options.begin(), options.end());
        return all;
    };

    CHECK(run({publisher, "-h", "127.0.0.1", "-p", broker.port(), "-u", "anna", "-P", "wrong", "-t", "a", "-m", "b"})
              .exit_code != 0);

    CHECK(run(command(publisher, {"-t", "kept", "-m", "value", "-r", "-q", "1"})).exit_code == 0);
    const process_result kept = run(command(subscriber, {"-t", "kept", "-C", "1", "-W", "10", "-F", "%r %p"}));
    CHECK(kept.exit_code == 0);
    CHECK(kept.output == "1 value\n");

    // A session that outlives its connection.
    const std::vector<std::string> mailbox{"-i", "mailbox", "-c", "-q", "2", "-t", "post/#"};
    std::vector<std::string> once = mailbox;
    once.insert(once.end(), {"-E"});
    CHECK(run(command(subscriber, once)).exit_code == 0);
    for (const char* const text : {"1", "2", "3"})
    {
        CHECK(run(command(publisher, {"-t", "post/letter", "-m", text, "-q", "2"})).exit_code == 0);
    }
    std::vector<std::string> later = mailbox;
    later.insert(later.end(), {"-C", "3", "-W", "10"});
    const process_result letters = run(command(subscriber, later));
    CHECK(letters.exit_code == 0);
    CHECK(letters.output == "1\n2\n3\n");

    // Killed without a word.
    process watcher(command(subscriber, {"-t", "will", "-C", "1", "-W", "20"}));
    REQUIRE(broker.wait_for_subscription("will"));
    {
        process lost(command(subscriber, {"-t", "whatever", "--will-topic", "will", "--will-payload", "gone"}));
        REQUIRE(broker.wait_for_subscription("whatever"));
    }
    const process_result will = watcher.wait();
    CHECK(will.exit_code == 0);
    CHECK_THAT(will.output, Catch::Matchers::ContainsSubstring("gone\n"));
    CHECK(broker.stop().exit_code == 0);
}
