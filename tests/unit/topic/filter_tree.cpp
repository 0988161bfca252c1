// SPDX-License-Identifier: BSL-1.0
#include "tern/topic/filter_tree.hpp"

#include "reference.hpp"
#include "support/allocation_counter.hpp"
#include "support/catch.hpp"

#include <algorithm>
#include <cstddef>
#include <map>
#include <memory>
#include <new>
#include <random>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

using tern::filter_tree;

namespace
{

template <class Value>
std::vector<Value> matching(const filter_tree<Value>& tree, std::string_view topic)
{
    std::vector<Value> found;
    tree.for_each_match(topic, [&](const Value& value) { found.push_back(value); });
    std::ranges::sort(found);
    return found;
}

using names = std::vector<std::string>;

filter_tree<std::string> tree_of(const names& filters)
{
    filter_tree<std::string> tree;
    for (const std::string& filter : filters)
    {
        CHECK(tree.insert(filter, filter).inserted);
    }
    return tree;
}

} // namespace

TEST_CASE("all filters that match a topic are found", "[topic]")
{
    const auto tree = tree_of({"Küche/Kühlschrank/Temperatur", "Küche/+/Temperatur", "Küche/#", "#", "+/+/+", "+/#",
                               "Küche/+", "Bad/#", "Küche/Kühlschrank/Temperatur/#", "/#", "Küche/Kühlschrank/+/+"});
    CHECK(matching(tree, "Küche/Kühlschrank/Temperatur") == names{"#", "+/#", "+/+/+", "Küche/#", "Küche/+/Temperatur",
                                                                  "Küche/Kühlschrank/Temperatur",
                                                                  "Küche/Kühlschrank/Temperatur/#"});
    CHECK(matching(tree, "Küche") == names{"#", "+/#", "Küche/#"});
    CHECK(matching(tree, "/") == names{"#", "+/#", "/#"});
    CHECK(matching(tree, "Flur") == names{"#", "+/#"});
}

TEST_CASE("leading wildcards do not reach topics that begin with $", "[MQTT-4.7.2-1]")
{
    const auto tree = tree_of({"#", "+", "+/#", "+/x", "$SYS/#", "$SYS/+", "$SYS/x", "a/$b", "a/+"});
    CHECK(matching(tree, "$SYS/x") == names{"$SYS/#", "$SYS/+", "$SYS/x"});
    CHECK(matching(tree, "$SYS") == names{"$SYS/#"});
    CHECK(matching(tree, "$x/x").empty());
    CHECK(matching(tree, "a/$b") == names{"#", "+/#", "a/$b", "a/+"});
}

TEST_CASE("filters are inserted once, found exactly and erased", "[topic]")
{
    filter_tree<int> tree;
    CHECK(tree.empty());
    CHECK(tree.insert("a/+/c", 1).inserted);
    const auto again = tree.insert("a/+/c", 2);
    CHECK_FALSE(again.inserted);
    REQUIRE(again.value != nullptr);
    CHECK(*again.value == 1);
    CHECK(tree.insert("a/#", 3).inserted);
    CHECK(tree.insert("#", 4).inserted);
    CHECK(tree.insert("a", 5).inserted);
    CHECK(tree.size() == 4);
    CHECK(tree.node_count() == 4);
    int sum = 0;
    tree.for_each([&](int value) { sum += value; });
    CHECK(sum == 13);

    CHECK(*tree.find("a/#") == 3);
    CHECK(*std::as_const(tree).find("#") == 4);
    CHECK(tree.find("a/+") == nullptr);
    CHECK(tree.find("a/b/c") == nullptr);
    CHECK(tree.find("b") == nullptr);

    CHECK_FALSE(tree.erase("a/+"));
    CHECK_FALSE(tree.erase("x/y"));
    CHECK(tree.erase("a/+/c"));
    CHECK_FALSE(tree.erase("a/+/c"));
    CHECK(tree.node_count() == 2);
    CHECK(matching(tree, "a/b/c") == std::vector<int>{3, 4});
    CHECK(*tree.find("a") == 5);
    CHECK(tree.erase("a"));
    CHECK(tree.erase("a/#"));
    CHECK(tree.erase("#"));
    CHECK(tree.empty());
    CHECK(tree.node_count() == 1);
    CHECK(matching(tree, "a").empty());

    tree.insert("x/y", 6);
    tree.clear();
    CHECK(tree.size() == 0);
    CHECK(matching(tree, "x/y").empty());
    CHECK(tree.insert("x/y", 7).inserted);
    CHECK(matching(tree, "x/y") == std::vector<int>{7});
}

TEST_CASE("filters that are not legal are refused", "[MQTT-4.7.1-1][MQTT-4.7.1-2]")
{
    filter_tree<int> tree;
    for (const std::string filter : {"", "a#", "a/#/b", "a+", "\xFF"})
    {
        CAPTURE(filter);
        const auto result = tree.insert(filter, 1);
        CHECK(result.value == nullptr);
        CHECK_FALSE(result.inserted);
    }
    CHECK(tree.insert(std::string(65'536, 'a'), 1).value == nullptr);
    CHECK(tree.node_count() == 1);
}

TEST_CASE("a full tree refuses and stays as it is", "[topic]")
{
    filter_tree<int> tree({.maximum_nodes = 4});
    CHECK(tree.insert("a/b/c", 1).inserted);
    CHECK(tree.insert("a/d/e", 2).value == nullptr);
    CHECK(tree.insert("a/d", 3).inserted);
    CHECK(tree.insert("b", 4).value == nullptr);
    CHECK(tree.insert("a/b/#", 5).inserted);
    CHECK(tree.size() == 3);
    CHECK(matching(tree, "a/b/c") == std::vector<int>{1, 5});
    CHECK(tree.erase("a/d"));
    CHECK(tree.insert("b", 4).inserted);
}

TEST_CASE("values may be such that only move, and may be changed where they are", "[topic]")
{
    filter_tree<std::unique_ptr<int>> tree;
    tree.insert("a/+", std::make_unique<int>(1));
    const auto made = tree.try_emplace("a/#", std::make_unique<int>(2));
    CHECK(made.inserted);
    tree.for_each_match("a/b", [](std::unique_ptr<int>& value) { *value += 10; });
    CHECK(**tree.find("a/+") == 11);
    CHECK(**tree.find("a/#") == 12);
    filter_tree<std::unique_ptr<int>> other = std::move(tree);
    CHECK(other.erase("a/+"));
    CHECK(**other.find("a/#") == 12);
}

TEST_CASE("a visitor can end the walk", "[topic]")
{
    const auto tree = tree_of({"#", "a/#", "a/b", "+/b", "a/+"});
    for (int limit = 1; limit <= 5; ++limit)
    {
        int seen = 0;
        tree.for_each_match("a/b", [&](const std::string&) { return ++seen < limit; });
        CHECK(seen == limit);
    }
}

TEST_CASE("the tree of all short filters matches all short topics as the reference says", "[MQTT-4.7.2-1]")
{
    const std::vector<reference::sample> filters = reference::all_legal_filters("ab/+#$", 5);
    filter_tree<std::size_t> tree;
    for (std::size_t i = 0; i < filters.size(); ++i)
    {
        REQUIRE(tree.insert(filters[i].text, i).inserted);
    }
    std::size_t wrong = 0;
    std::size_t twice = 0;
    std::vector<int> found(filters.size());
    for (const reference::sample& topic : reference::all_legal_names("ab/$", 5))
    {
        std::ranges::fill(found, 0);
        tree.for_each_match(topic.text, [&](std::size_t i) { ++found[i]; });
        for (std::size_t i = 0; i < filters.size(); ++i)
        {
            twice += found[i] > 1 ? 1U : 0U;
            wrong += (found[i] != 0) != reference::matches(filters[i].levels, topic.levels) ? 1U : 0U;
        }
    }
    CHECK(wrong == 0);
    CHECK(twice == 0);
}

TEST_CASE("random insertions and removals leave what a map holds", "[topic]")
{
    std::mt19937 random(4'711);
    const std::vector<reference::sample> filters = reference::all_legal_filters("a/+#$", 4);
    const std::vector<reference::sample> topics = reference::all_legal_names("a/$", 4);
    filter_tree<std::size_t> tree({.seed = 5});
    std::map<std::size_t, bool> present;
    std::size_t wrong = 0;
    for (int step = 0; step < 20'000; ++step)
    {
        const std::size_t i = random() % filters.size();
        if (random() % 2 == 0)
        {
            wrong += tree.insert(filters[i].text, i).inserted == present[i] ? 1U : 0U;
            present[i] = true;
        }
        else
        {
            wrong += tree.erase(filters[i].text) != present[i] ? 1U : 0U;
            present[i] = false;
        }
        if (step % 20 != 0)
        {
            continue;
        }
        const reference::sample& topic = topics[random() % topics.size()];
        std::vector<std::size_t> expected;
        for (const auto& [index, is_present] : present)
        {
            if (is_present && reference::matches(filters[index].levels, topic.levels))
            {
                expected.push_back(index);
            }
        }
        wrong += matching(tree, topic.text) == expected ? 0U : 1U;
    }
    CHECK(wrong == 0);
    for (const reference::sample& filter : filters)
    {
        tree.erase(filter.text);
    }
    CHECK(tree.node_count() == 1);
}

TEST_CASE("what a look-up costs grows with the levels, not with the filters", "[topic]")
{
    filter_tree<int> tree;
    std::size_t nodes_visited = 0;
    for (int count = 1; count <= 20'000; ++count)
    {
        const std::string number = std::to_string(count);
        tree.insert("house/" + number + "/temperature of the room", count);
        tree.insert(number + "/#", count);
        if (count == 10)
        {
            nodes_visited = tree.for_each_match("house/7/temperature of the room", [](int) {});
            CHECK(nodes_visited == 4);
        }
    }
    CHECK(tree.size() == 40'000);
    int found = 0;
    CHECK(tree.for_each_match("house/7/temperature of the room", [&](int value) { found += value; }) == nodes_visited);
    CHECK(found == 7);
    CHECK(tree.for_each_match("19999/a/b/c/d/e/f", [&](int value) { found += value; }) == 2);
    CHECK(found == 20'006);
    CHECK(tree.for_each_match("none/of/these", [](int) {}) == 1);

    // Each '+' beside a level of text adds the nodes behind it, and no more.
    tree.insert("house/+/humidity", 0);
    tree.insert("+/+/+", 0);
    CHECK(tree.for_each_match("house/7/temperature of the room", [](int) {}) == 8);
}

TEST_CASE("filters and topics of 65535 levels neither overflow nor take long", "[MQTT-4.7.3-3]")
{
    filter_tree<int> tree;
    const std::string deep(65'534, '/');
    std::string plus = "+";
    for (int i = 0; i < 32'767; ++i)
    {
        plus += "/+";
    }
    CHECK(tree.insert(deep, 1).inserted);
    CHECK(tree.insert(plus, 2).inserted);
    CHECK(tree.insert("/+/#", 3).inserted);
    CHECK(matching(tree, deep) == std::vector<int>{1, 3});
    CHECK(matching(tree, std::string(32'767, '/')) == std::vector<int>{2, 3});
    CHECK(tree.for_each_match(deep, [](int) {}) <= tree.node_count());
    CHECK(tree.erase(deep));
    CHECK(tree.erase(plus));
    CHECK(tree.node_count() == 3);
}

TEST_CASE("every mixture of a level and '+' visits each node once at most", "[topic]")
{
    filter_tree<int> tree;
    constexpr unsigned depth = 12;
    for (unsigned bits = 0; bits < (1U << depth); ++bits)
    {
        std::string filter;
        for (unsigned level = 0; level < depth; ++level)
        {
            filter += level == 0 ? "" : "/";
            filter += (bits >> level) % 2 == 0 ? "a" : "+";
        }
        REQUIRE(tree.insert(filter, 1).inserted);
    }
    int found = 0;
    const std::size_t visited = tree.for_each_match("a/a/a/a/a/a/a/a/a/a/a/a", [&](int value) { found += value; });
    CHECK(found == 1 << depth);
    CHECK(visited == tree.node_count());
    CHECK(tree.for_each_match("a/a/a/a/a/a/a/a/a/a/a/b", [&](int) {}) < tree.node_count());
}

TEST_CASE("looking up allocates nothing", "[topic]")
{
    filter_tree<int> tree;
    for (const std::string filter : {"a/+/a level of many bytes", "+/+/+", "#", "a/b/#", "+/b/a level of many bytes"})
    {
        tree.insert(filter, 1);
    }
    int found = 0;
    const tern_test::allocation_counter allocations;
    tree.for_each_match("a/b/a level of many bytes", [&](int value) { found += value; });
    const bool present = tree.find("a/b/#") != nullptr;
    const bool erased = tree.erase("a/b/#");
    const std::size_t allocated = allocations.count();
    CHECK(allocated == 0);
    CHECK(found == 5);
    CHECK(present);
    CHECK(erased);
}

TEST_CASE("an insertion that runs out of memory has no effect", "[topic]")
{
    const names more = {"a/+/c/a level of many bytes/e", "#", "x/y/z/1/2/3/4/5/6/7/8/9/10", "a/#"};
    for (const std::string& filter : more)
    {
        CAPTURE(filter);
        bool succeeded = false;
        std::size_t failures = 0;
        for (std::size_t allowed = 0; !succeeded; ++allowed)
        {
            filter_tree<int> tree;
            tree.insert("a/b", 1);
            tree.insert("another level of many bytes", 2);
            const std::size_t nodes = tree.node_count();
            try
            {
                const tern_test::allocation_failure armed(allowed);
                tree.insert(filter, 3);
                succeeded = !armed.happened();
            }
            catch (const std::bad_alloc&)
            {
                ++failures;
                CHECK(tree.size() == 2);
                CHECK(tree.node_count() == nodes);
                CHECK(tree.find(filter) == nullptr);
            }
            CHECK(matching(tree, "another level of many bytes").front() == 2);
            CHECK(*tree.find("a/b") == 1);
            CHECK((succeeded || tree.insert(filter, 3).inserted));
            CHECK(*tree.find(filter) == 3);
        }
        CHECK(failures >= 1);
    }
}
