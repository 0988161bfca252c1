// SPDX-License-Identifier: BSL-1.0
#include "tern/topic/validation.hpp"

#include "reference.hpp"
#include "support/catch.hpp"

#include <string>
#include <string_view>

using tern::shared_filters;
using tern::topic_error;
using tern::topic_kind;
using tern::topic_problem;
using tern::validate_topic_filter;
using tern::validate_topic_name;

namespace
{

constexpr topic_error bad_name(topic_problem problem, std::size_t offset)
{
    return {problem, topic_kind::name, offset};
}

constexpr topic_error bad_filter(topic_problem problem, std::size_t offset)
{
    return {problem, topic_kind::filter, offset};
}

constexpr std::string_view with_null("a/\0b", 4);

static_assert(!validate_topic_name("a"));
static_assert(!validate_topic_name("/"));
static_assert(!validate_topic_name("sport/tennis/player1/ranking"));
static_assert(!validate_topic_name("Küche/Kühlschrank/Temperatur"));
static_assert(!validate_topic_name("$SYS/broker/load"));
static_assert(!validate_topic_name("$share/group/topic"));
static_assert(validate_topic_name("") == bad_name(topic_problem::empty, 0));
static_assert(validate_topic_name("a/+") == bad_name(topic_problem::wildcard_in_name, 2));
static_assert(validate_topic_name("a/b#") == bad_name(topic_problem::wildcard_in_name, 3));
static_assert(validate_topic_name(with_null) == bad_name(topic_problem::null_character, 2));
static_assert(validate_topic_name("ab\xC0\x80") == bad_name(topic_problem::ill_formed_utf8, 2));
static_assert(validate_topic_name("a\xED\xA0\x80") == bad_name(topic_problem::ill_formed_utf8, 1));

static_assert(!validate_topic_filter("#"));
static_assert(!validate_topic_filter("+"));
static_assert(!validate_topic_filter("/+"));
static_assert(!validate_topic_filter("+/a/#"));
static_assert(!validate_topic_filter("+/+/+"));
static_assert(!validate_topic_filter("Küche/+/Temperatur"));
static_assert(!validate_topic_filter("$share/group/#"));
static_assert(!validate_topic_filter("$share/group//"));
static_assert(!validate_topic_filter("$share"));
static_assert(validate_topic_filter("") == bad_filter(topic_problem::empty, 0));
static_assert(validate_topic_filter("a#") == bad_filter(topic_problem::misplaced_multi_level, 1));
static_assert(validate_topic_filter("a/#/b") == bad_filter(topic_problem::misplaced_multi_level, 2));
static_assert(validate_topic_filter("#/") == bad_filter(topic_problem::misplaced_multi_level, 0));
static_assert(validate_topic_filter("a+") == bad_filter(topic_problem::misplaced_single_level, 1));
static_assert(validate_topic_filter("+a/b") == bad_filter(topic_problem::misplaced_single_level, 0));
static_assert(validate_topic_filter("a/++") == bad_filter(topic_problem::misplaced_single_level, 2));
static_assert(validate_topic_filter("$share//t") == bad_filter(topic_problem::empty_share_name, 7));
static_assert(validate_topic_filter("$share/") == bad_filter(topic_problem::empty_share_name, 7));
static_assert(validate_topic_filter("$share/a+/t") == bad_filter(topic_problem::wildcard_in_share_name, 8));
static_assert(validate_topic_filter("$share/#") == bad_filter(topic_problem::wildcard_in_share_name, 7));
static_assert(validate_topic_filter("$share/a") == bad_filter(topic_problem::missing_shared_filter, 8));
static_assert(validate_topic_filter("$share/a/") == bad_filter(topic_problem::missing_shared_filter, 9));
static_assert(validate_topic_filter("$share/a/b#") == bad_filter(topic_problem::misplaced_multi_level, 10));
static_assert(!validate_topic_filter("$share//t", shared_filters::ordinary));
static_assert(!validate_topic_filter("$share/+/t", shared_filters::ordinary));
static_assert(tern::shared_filters_in(tern::protocol_version::v5) == shared_filters::recognised);
static_assert(tern::shared_filters_in(tern::protocol_version::v3_1_1) == shared_filters::ordinary);

// Shows at run time what the compiler has shown above: the two take different ways through the text.
std::string copy(std::string_view text)
{
    return std::string(text);
}

} // namespace

TEST_CASE("topic names and filters have 1 to 65535 bytes", "[MQTT-4.7.3-1][MQTT-4.7.3-3]")
{
    CHECK(validate_topic_name(copy("")) == bad_name(topic_problem::empty, 0));
    CHECK(validate_topic_filter(copy("")) == bad_filter(topic_problem::empty, 0));
    CHECK_FALSE(validate_topic_name(std::string(65'535, 'a')));
    CHECK_FALSE(validate_topic_filter(std::string(65'535, '/')));
    CHECK(validate_topic_name(std::string(65'536, 'a')) == bad_name(topic_problem::too_long, 65'535));
    CHECK(validate_topic_filter(std::string(65'536, 'a')) == bad_filter(topic_problem::too_long, 65'535));
}

TEST_CASE("a forbidden byte is found at every place of names of every length", "[MQTT-4.7.0-1][MQTT-4.7.3-2]")
{
    for (std::size_t length = 1; length <= 40; ++length)
    {
        CAPTURE(length);
        CHECK_FALSE(validate_topic_name(std::string(length, 'a')));
        CHECK_FALSE(validate_topic_name(std::string(length, '\x7F')));
        CHECK_FALSE(validate_topic_name(std::string(length, '\x01')));
        CHECK_FALSE(validate_topic_name(std::string(length, '*')));
        for (std::size_t place = 0; place < length; ++place)
        {
            CAPTURE(place);
            std::string name(length, '/');
            name[place] = '+';
            CHECK(validate_topic_name(name) == bad_name(topic_problem::wildcard_in_name, place));
            name[place] = '#';
            CHECK(validate_topic_name(name) == bad_name(topic_problem::wildcard_in_name, place));
            name[place] = '\0';
            CHECK(validate_topic_name(name) == bad_name(topic_problem::null_character, place));
            CHECK(validate_topic_filter(name) == bad_filter(topic_problem::null_character, place));
            name[place] = '\x80';
            CHECK(validate_topic_name(name) == bad_name(topic_problem::ill_formed_utf8, place));
            CHECK(validate_topic_filter(name) == bad_filter(topic_problem::ill_formed_utf8, place));
        }
    }
}

TEST_CASE("every byte value of a name is judged alike by both ways through the text", "[topic]")
{
    for (unsigned value = 0; value < 256; ++value)
    {
        CAPTURE(value);
        std::string name(16, 'a');
        name[5] = static_cast<char>(value);
        const bool legal = value != 0 && value != '+' && value != '#' && value < 0x80;
        CHECK(!validate_topic_name(name) == legal);
        CHECK(!validate_topic_name(name.substr(3, 5)) == legal);
        CHECK(!validate_topic_name(name.substr(5, 1)) == legal);
    }
}

TEST_CASE("the earliest fault is the one that is named", "[topic]")
{
    CHECK(validate_topic_name(copy("Kü/+/\xFF")) == bad_name(topic_problem::wildcard_in_name, 4));
    CHECK(validate_topic_name(copy("K\xFC/+/")) == bad_name(topic_problem::ill_formed_utf8, 1));
    CHECK(validate_topic_filter(copy("a/\xFF/b#")) == bad_filter(topic_problem::ill_formed_utf8, 2));
    CHECK(validate_topic_filter(copy("a#/\xFF")) == bad_filter(topic_problem::misplaced_multi_level, 1));
    CHECK(validate_topic_filter(copy("$share/\xFF/a+")) == bad_filter(topic_problem::ill_formed_utf8, 7));
    CHECK(validate_topic_filter(copy("$share/ü/a+")) == bad_filter(topic_problem::misplaced_single_level, 11));
}

TEST_CASE("UTF-8 topics are legal at run time", "[MQTT-1.5.4-1]")
{
    CHECK_FALSE(validate_topic_name(copy("Küche/Kühlschrank/Temperatur")));
    CHECK_FALSE(validate_topic_filter(copy("Küche/+/Temperatur")));
    CHECK_FALSE(validate_topic_filter(copy("$share/Geräte/Küche/#")));
    CHECK_FALSE(validate_topic_name(copy("\xF0\x9F\x8C\xA1/\xE2\x82\xAC")));
    CHECK(validate_topic_name(copy("Küche/\xED\xBF\xBF")) == bad_name(topic_problem::ill_formed_utf8, 7));
    CHECK(validate_topic_name(copy("Küche/\xC3")) == bad_name(topic_problem::ill_formed_utf8, 7));
}

TEST_CASE("shared filters have a name and a filter", "[MQTT-4.8.2-1][MQTT-4.8.2-2]")
{
    CHECK(validate_topic_filter(copy("$share//t")) == bad_filter(topic_problem::empty_share_name, 7));
    CHECK(validate_topic_filter(copy("$share/a+/t")) == bad_filter(topic_problem::wildcard_in_share_name, 8));
    CHECK(validate_topic_filter(copy("$share/a")) == bad_filter(topic_problem::missing_shared_filter, 8));
    CHECK(validate_topic_filter(copy("$share/a/")) == bad_filter(topic_problem::missing_shared_filter, 9));
    CHECK_FALSE(validate_topic_filter(copy("$share/a/+/t")));
    CHECK_FALSE(validate_topic_filter(copy("$shared/+")));
    CHECK_FALSE(validate_topic_filter(copy("$share/a"), shared_filters::ordinary));
}

TEST_CASE("all short texts are judged as the reference judges them", "[MQTT-4.7.1-1][MQTT-4.7.1-2]")
{
    std::size_t wrong = 0;
    std::size_t legal = 0;
    for (const std::string& text : reference::all_texts("ab/+#$", 6))
    {
        wrong += !validate_topic_name(text) != reference::is_legal_name(text) ? 1U : 0U;
        wrong += !validate_topic_filter(text) != reference::is_legal_filter(text) ? 1U : 0U;
        legal += !validate_topic_filter(text) ? 1U : 0U;
    }
    CHECK(wrong == 0);
    CHECK(legal > 5'000);
}

TEST_CASE("an error says what to do and where", "[topic]")
{
    const topic_error error = validate_topic_filter("room#");
    CHECK(error.message() == "'#' must be the last character and stand alone in its level, at byte 4");
    CHECK(error.code() == tern::errc::invalid_topic_filter);
    CHECK(validate_topic_name("a/+").code() == tern::errc::invalid_topic_name);
    CHECK(validate_topic_name("").message() == "at least one character is needed");
    CHECK_FALSE(validate_topic_name("a").code());
    CHECK(validate_topic_name("a").message().empty());
    for (int problem = 1; problem <= static_cast<int>(topic_problem::missing_shared_filter); ++problem)
    {
        CHECK(to_string(static_cast<topic_problem>(problem)).size() > 10);
        CHECK(to_string(static_cast<topic_problem>(problem)) != "unknown problem");
    }
}
