// SPDX-License-Identifier: BSL-1.0
#include "tern/topic/levels.hpp"

#include "reference.hpp"
#include "support/catch.hpp"

#include <algorithm>
#include <iterator>
#include <ranges>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

using tern::count_topic_levels;
using tern::topic_levels;

static_assert(std::forward_iterator<topic_levels::iterator>);
static_assert(std::ranges::forward_range<topic_levels>);
static_assert(std::ranges::common_range<topic_levels>);
static_assert(std::is_trivially_copyable_v<topic_levels>);

static_assert(*topic_levels("sport/tennis").begin() == "sport");
static_assert(*std::next(topic_levels("sport/tennis").begin()) == "tennis");
static_assert(std::next(topic_levels("sport/tennis").begin()).offset() == 6);
static_assert(std::next(topic_levels("a/").begin(), 2) == topic_levels("a/").end());
static_assert(count_topic_levels("a") == 1);
static_assert(count_topic_levels("/a//") == 4);
static_assert(std::ranges::equal(topic_levels("/a/"), std::vector<std::string_view>{"", "a", ""}));

TEST_CASE("levels are the pieces between the separators, empty ones too", "[topic]")
{
    std::vector<std::string_view> found;
    for (const std::string_view level : topic_levels("/Küche//Temperatur/"))
    {
        found.push_back(level);
    }
    CHECK(found == std::vector<std::string_view>{"", "Küche", "", "Temperatur", ""});
    CHECK(std::ranges::distance(topic_levels("")) == 1);
    CHECK((*topic_levels("").begin()).empty());
}

TEST_CASE("levels of all short texts are those of the reference", "[topic]")
{
    std::size_t wrong = 0;
    for (const std::string& text : reference::all_texts("ab/", 7))
    {
        const reference::level_list expected = reference::split(text);
        wrong += std::ranges::equal(topic_levels(text), expected) ? 0U : 1U;
        wrong += count_topic_levels(text) == expected.size() ? 0U : 1U;
    }
    CHECK(wrong == 0);
}

TEST_CASE("the beginning of a level is found from its end", "[topic]")
{
    const std::string text = "/ab//c";
    for (auto level = topic_levels(text).begin(); level != topic_levels(text).end(); ++level)
    {
        const std::size_t end = level.offset() + (*level).size();
        CHECK(tern::topic_detail::level_begin(text, end) == level.offset());
        CHECK(tern::topic_detail::level_end(text, level.offset()) == end);
    }
}
