// SPDX-License-Identifier: BSL-1.0
#include "tern/topic/filter.hpp"

#include "support/catch.hpp"

#include <string>

using tern::shared_filters;
using tern::split_topic_filter;
using tern::topic_filter_parts;

static_assert(split_topic_filter("a/+") == topic_filter_parts{"", "a/+"});
static_assert(split_topic_filter("$share/group/a/#") == topic_filter_parts{"group", "a/#"});
static_assert(split_topic_filter("$share/g/$share/x") == topic_filter_parts{"g", "$share/x"});
static_assert(split_topic_filter("$share/g//") == topic_filter_parts{"g", "/"});
static_assert(split_topic_filter("$share/g/a", shared_filters::ordinary) == topic_filter_parts{"", "$share/g/a"});
static_assert(tern::is_shared_filter("$share/g/a"));
static_assert(!tern::is_shared_filter("$shared/g/a"));
static_assert(!tern::is_shared_filter("$share"));
static_assert(tern::has_wildcard("a/+/b"));
static_assert(tern::has_wildcard("#"));
static_assert(!tern::has_wildcard("a/b"));

TEST_CASE("a shared filter falls into the name of the share and the filter", "[MQTT-4.8.2-1][MQTT-4.8.2-2]")
{
    const std::string text = "$share/Geräte/Küche/+/Temperatur";
    const topic_filter_parts parts = split_topic_filter(text);
    CHECK(parts.shared());
    CHECK(parts.share_name == "Geräte");
    CHECK(parts.filter == "Küche/+/Temperatur");
    CHECK(parts.filter.data() + parts.filter.size() == text.data() + text.size());
}

TEST_CASE("what is no legal share stays whole", "[topic]")
{
    for (const std::string text : {"$share//t", "$share/a", "$share/a/", "$share/a+/t", "$share/", "$share/#"})
    {
        CAPTURE(text);
        const topic_filter_parts parts = split_topic_filter(text);
        CHECK_FALSE(parts.shared());
        CHECK(parts.filter == text);
    }
}
