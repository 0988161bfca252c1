// SPDX-License-Identifier: BSL-1.0
#include "tern/session/topic_aliases.hpp"

#include "script.hpp"
#include "support/allocation_counter.hpp"
#include "support/catch.hpp"

#include <cstddef>
#include <new>
#include <string>
#include <string_view>

using namespace tern;
using namespace tern::session;
using namespace tern_test;

TEST_CASE("the server's aliases are mapped, mapped again, and forgotten with the connection", "[session]")
{
    incoming_aliases aliases;
    aliases.reset(2);
    std::string_view topic = "first";
    CHECK(aliases.resolve(1, topic) == errc{});
    CHECK(topic == "first");
    topic = "second";
    CHECK(aliases.resolve(2, topic) == errc{});
    topic = {};
    CHECK(aliases.resolve(1, topic) == errc{});
    CHECK(topic == "first");
    topic = "other";
    CHECK(aliases.resolve(1, topic) == errc{});
    topic = {};
    CHECK(aliases.resolve(1, topic) == errc{});
    CHECK(topic == "other");

    aliases.reset(2);
    topic = {};
    CHECK(aliases.resolve(1, topic) == errc::unknown_topic_alias);
}

TEST_CASE("an alias of 0 or above the maximum is refused", "[session]")
{
    incoming_aliases aliases;
    aliases.reset(16);
    std::string_view topic = "t";
    CHECK(aliases.resolve(0, topic) == errc::invalid_topic_alias);
    CHECK(aliases.resolve(17, topic) == errc::invalid_topic_alias);
    CHECK(aliases.resolve(16, topic) == errc{});
    aliases.reset(0);
    CHECK(aliases.resolve(1, topic) == errc::invalid_topic_alias);
    topic = {};
    aliases.reset(16);
    CHECK(aliases.resolve(3, topic) == errc::unknown_topic_alias);
}

TEST_CASE("our aliases are numbered from 1, and the least recently used gives way", "[session]")
{
    outgoing_aliases aliases;
    aliases.reset(2);
    CHECK(aliases.enabled());
    auto choice = aliases.use("topic/a");
    CHECK(choice.alias == 1);
    CHECK_FALSE(choice.known);
    choice = aliases.use("topic/b");
    CHECK(choice.alias == 2);
    choice = aliases.use("topic/a");
    CHECK(choice.alias == 1);
    CHECK(choice.known);
    choice = aliases.use("topic/c"); // b is older
    CHECK(choice.alias == 2);
    CHECK_FALSE(choice.known);
    CHECK(aliases.use("topic/a").known);
    choice = aliases.use("topic/b");
    CHECK(choice.alias == 2);
    CHECK_FALSE(choice.known);
}

TEST_CASE("aliases end with the connection, and some topics get none", "[session]")
{
    outgoing_aliases aliases;
    CHECK(aliases.use("topic").alias == 0);
    aliases.reset(10);
    CHECK(aliases.use("abc").alias == 0); // the property would be as long
    CHECK(aliases.use(std::string(2'000, 'x')).alias == 0);
    CHECK(aliases.use("topic").alias == 1);
    aliases.reset(10);
    CHECK_FALSE(aliases.use("topic").known);
    aliases.reset(0);
    CHECK_FALSE(aliases.enabled());
}

TEST_CASE("the number of aliases is bounded, whatever the server offers", "[session]")
{
    outgoing_aliases aliases;
    aliases.reset(65'535);
    for (int i = 0; i < 1'000; ++i)
    {
        const auto choice = aliases.use("topic/" + std::to_string(i));
        REQUIRE(choice.alias == i % outgoing_aliases::maximum_aliases + 1);
        REQUIRE_FALSE(choice.known);
    }
    CHECK(aliases.use("topic/999").known);
    CHECK(aliases.use("topic/744").known);
    CHECK_FALSE(aliases.use("topic/743").known);
}

TEST_CASE("a known topic costs no allocation, nor does replacing one", "[session]")
{
    outgoing_aliases aliases;
    aliases.reset(2);
    const std::string topics[] = {"a topic that is not short 1", "a topic that is not short 2",
                                  "a topic that is not short 3"};
    for (int i = 0; i < 12; ++i)
    {
        (void)aliases.use(topics[i % 3]);
    }
    tern_test::allocation_counter counter;
    for (int i = 0; i < 12; ++i)
    {
        (void)aliases.use(topics[i % 3]);
        (void)aliases.use(topics[i % 3]);
    }
    const std::size_t allocations = counter.count();
    CHECK(allocations == 0);
}

TEST_CASE("an alias for which memory is short is done without", "[session]")
{
    const std::string topic(40, 'a');
    connect_options options = plain_options();
    options.automatic_topic_aliases = true;
    wire::connack answer;
    answer.properties.topic_alias_maximum = 5;
    std::size_t without = 0;
    bool happened = true;
    for (std::size_t successes = 0; happened; ++successes)
    {
        script server;
        server.connect(options, answer);
        bool published = true;
        {
            const allocation_failure failure(successes);
            try
            {
                published = !server.engine.publish(0, topic, "x", {}, server.now).error;
            }
            catch (const std::bad_alloc&)
            {
                published = false;
            }
            happened = failure.happened();
        }
        const packets sent = server.sent();
        REQUIRE(sent.size() == (published ? 1 : 0));
        if (happened && published)
        {
            CHECK(sent[0] == "30 2C 00 28" + [&] {
                std::string text;
                for (std::size_t i = 0; i < topic.size(); ++i)
                {
                    text += " 61";
                }
                return text;
            }() + " 00 78");
            ++without;
        }
    }
    CHECK(without == 1);
}
