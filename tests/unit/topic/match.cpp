// SPDX-License-Identifier: BSL-1.0
#include "tern/topic/match.hpp"

#include "reference.hpp"
#include "support/catch.hpp"

#include <cstddef>
#include <string>
#include <vector>

using tern::matches;
using tern::shared_filters;

// The examples of v5 4.7.1.2 and 4.7.1.3
static_assert(matches("sport/tennis/player1/#", "sport/tennis/player1"));
static_assert(matches("sport/tennis/player1/#", "sport/tennis/player1/ranking"));
static_assert(matches("sport/tennis/player1/#", "sport/tennis/player1/score/wimbledon"));
static_assert(matches("sport/#", "sport"));
static_assert(!matches("sport/#", "sports"));
static_assert(matches("#", "a/b/c"));
static_assert(matches("sport/tennis/+", "sport/tennis/player1"));
static_assert(!matches("sport/tennis/+", "sport/tennis/player1/ranking"));
static_assert(!matches("sport/+", "sport"));
static_assert(matches("sport/+", "sport/"));
static_assert(matches("+/+", "/finance"));
static_assert(matches("/+", "/finance"));
static_assert(!matches("+", "/finance"));
static_assert(matches("+/tennis/#", "sport/tennis"));
static_assert(matches("sport/+/player1", "sport/tennis/player1"));
// v5 4.7.2
static_assert(!matches("#", "$SYS/x"));
static_assert(!matches("+/monitor/Clients", "$SYS/monitor/Clients"));
static_assert(matches("$SYS/#", "$SYS/x"));
static_assert(matches("$SYS/#", "$SYS"));
static_assert(matches("$SYS/monitor/+", "$SYS/monitor/Clients"));
static_assert(matches("a/+", "a/$b"));
// v5 4.7.3: case and spaces count, a leading or trailing separator makes another topic
static_assert(!matches("ACCOUNTS", "Accounts"));
static_assert(matches("Accounts payable", "Accounts payable"));
static_assert(!matches("/finance", "finance"));
static_assert(!matches("a", "a/"));
static_assert(!matches("a/", "a"));
static_assert(matches("/", "/"));
// v5 4.8.2
static_assert(matches("$share/g/sport/+", "sport/tennis"));
static_assert(matches("$share/g/#", "a/b"));
static_assert(!matches("$share/g/#", "$SYS/x"));
static_assert(!matches("$share/g/a", "$share/g/a"));
static_assert(matches("$share/g/a", "$share/g/a", shared_filters::ordinary));
static_assert(!matches("$share/g/a", "a", shared_filters::ordinary));

TEST_CASE("UTF-8 topics match byte by byte", "[topic]")
{
    const std::string topic = "Küche/Kühlschrank/Temperatur";
    CHECK(matches("Küche/+/Temperatur", topic));
    CHECK(matches("Küche/#", topic));
    CHECK(matches("+/Kühlschrank/+", topic));
    CHECK_FALSE(matches("Kuche/+/Temperatur", topic));
    // "ü" as one character and as "u" with a combining diaeresis are two topics: nothing is normalised.
    CHECK_FALSE(matches("Ku\xCC\x88"
                        "che/#",
                        topic));
}

TEST_CASE("all short filters match all short topics as the reference says", "[MQTT-4.7.1-1][MQTT-4.7.2-1]")
{
    const std::vector<reference::sample> filters = reference::all_legal_filters("ab/+#$", 6);
    const std::vector<reference::sample> topics = reference::all_legal_names("ab/$", 5);
    REQUIRE(filters.size() > 5'000);
    REQUIRE(topics.size() == 4 + 16 + 64 + 256 + 1'024);
    std::size_t wrong = 0;
    std::size_t matched = 0;
    for (const reference::sample& filter : filters)
    {
        for (const reference::sample& topic : topics)
        {
            const bool expected = reference::matches(filter.levels, topic.levels);
            matched += expected ? 1U : 0U;
            if (matches(filter.text, topic.text) != expected && ++wrong < 5)
            {
                CAPTURE(filter.text, topic.text, expected);
                CHECK(matches(filter.text, topic.text) == expected);
            }
        }
    }
    CHECK(wrong == 0);
    CHECK(matched > 10'000);
}

TEST_CASE("a topic of 65535 levels is matched level by level", "[MQTT-4.7.3-3]")
{
    const std::string topic(65'534, '/');
    std::string filter = "+";
    for (int i = 0; i < 32'767; ++i)
    {
        filter += "/+";
    }
    REQUIRE(filter.size() == 65'535);
    CHECK_FALSE(matches(filter, topic));
    CHECK(matches(filter, std::string(32'767, '/')));
    filter.back() = '#';
    CHECK(matches(filter, topic));
    CHECK_FALSE(matches(std::string(65'534, '/') + "x", topic));
    CHECK(matches(topic, topic));
}
