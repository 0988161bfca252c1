// SPDX-License-Identifier: BSL-1.0
#include "tern/client/sources.hpp"

#include "support/catch.hpp"

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace
{

std::vector<std::string> all(const tern::detail::url_source& urls)
{
    std::vector<std::string> found;
    urls.for_each([&found](std::string_view url) { found.emplace_back(url); });
    return found;
}

} // namespace

TEST_CASE("URLs are one or several", "[sources]")
{
    CHECK(all(tern::detail::url_source("mqtt://a")) == std::vector<std::string>{"mqtt://a"});
    CHECK(all(tern::detail::url_source("")) == std::vector<std::string>{""}); // it is the parser's to refuse
    const tern::broker_list list = tern::brokers("mqtt://a", "mqtt://b");
    CHECK(all(tern::detail::url_source(list)) == std::vector<std::string>{"mqtt://a", "mqtt://b"});
    const tern::broker_list none;
    CHECK(all(tern::detail::url_source(none)).empty());
}

TEST_CASE("one filter takes its QoS and flags from the options", "[sources]")
{
    const tern::detail::filter_source source(std::string_view("a/+"));
    CHECK(source.single());
    CHECK(source.size() == 1);
    CHECK(source.filter() == "a/+");
    const tern::topic_subscription made = source.get(0, {.maximum_qos = tern::qos::at_least_once,
                                                         .no_local = true,
                                                         .retain_as_published = true,
                                                         .retain_handling = tern::retain_handling::do_not_send});
    CHECK(made.topic_filter == "a/+");
    CHECK(made.maximum_qos == tern::qos::at_least_once);
    CHECK(made.no_local);
    CHECK(made.retain_as_published);
    CHECK(made.retain_handling == tern::retain_handling::do_not_send);
}

TEST_CASE("filters of a list have their own", "[sources]")
{
    const tern::topic_subscription filters[] = {
        {.topic_filter = "a", .maximum_qos = tern::qos::at_most_once},
        {.topic_filter = "b", .no_local = true},
    };
    const tern::detail::filter_source source(filters);
    CHECK_FALSE(source.single());
    CHECK(source.size() == 2);
    CHECK(source.list().data() == filters);
    const tern::subscribe_options options{.maximum_qos = tern::qos::at_least_once, .retain_as_published = true};
    CHECK(source.get(0, options).topic_filter == "a");
    CHECK(source.get(0, options).maximum_qos == tern::qos::at_most_once);
    CHECK_FALSE(source.get(0, options).retain_as_published);
    CHECK(source.get(1, options).topic_filter == "b");
    CHECK(source.get(1, options).maximum_qos == tern::qos::exactly_once);
    CHECK(source.get(1, options).no_local);
    CHECK(tern::detail::filter_source(std::span<const tern::topic_subscription>()).size() == 0);
}
