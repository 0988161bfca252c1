// SPDX-License-Identifier: BSL-1.0

#include "tern/client/sources.hpp"

#include "support/catch.hpp"

#include <array>
#include <string>

TEST_CASE("one filter takes its flags from the options, several have their own")
{
    const tern::subscribe_options options{.maximum_qos = tern::qos::at_most_once, .no_local = true};
    const tern::detail::filter_source one(std::string_view("a"));
    CHECK(one.size() == 1);
    CHECK(one.get(0, options).topic_filter == "a");
    CHECK(one.get(0, options).no_local);
    CHECK(one.get(0, options).maximum_qos == tern::qos::at_most_once);
    const std::array list{tern::topic_subscription{"a"}, tern::topic_subscription{"b", tern::qos::at_least_once}};
    const tern::detail::filter_source several{std::span<const tern::topic_subscription>(list)};
    CHECK(several.size() == 2);
    CHECK(several.get(1, options).topic_filter == "b");
    CHECK(several.get(1, options).maximum_qos == tern::qos::at_least_once);
    CHECK_FALSE(several.get(1, options).no_local);
}

TEST_CASE("one URL or a list of them")
{
    std::string seen;
    const auto note = [&](std::string_view url) { seen.append(url).append(";"); };
    tern::detail::url_source(std::string_view("a")).for_each(note);
    const tern::broker_list list = tern::brokers("b", "c");
    tern::detail::url_source(list).for_each(note);
    CHECK(seen == "a;b;c;");
}
