// SPDX-License-Identifier: BSL-1.0
#include "tern/topic/topic_store.hpp"

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

using tern::topic_store;

namespace
{

using names = std::vector<std::string>;

template <class Value>
std::vector<Value> matching(const topic_store<Value>& store, std::string_view filter)
{
    std::vector<Value> found;
    store.for_each_match(filter, [&](const Value& value) { found.push_back(value); });
    std::ranges::sort(found);
    return found;
}

topic_store<std::string> store_of(const names& topics)
{
    topic_store<std::string> store;
    for (const std::string& topic : topics)
    {
        CHECK(store.insert(topic, topic).inserted);
    }
    return store;
}

} // namespace

TEST_CASE("all topics that a filter matches are found", "[topic]")
{
    const auto store = store_of({"Küche", "Küche/Kühlschrank/Temperatur", "Küche/Herd/Temperatur", "Küche/Herd/Uhr",
                                 "/", "Bad/Temperatur", "$SYS/uptime", "Küche/"});
    CHECK(matching(store, "Küche/+/Temperatur") == names{"Küche/Herd/Temperatur", "Küche/Kühlschrank/Temperatur"});
    CHECK(matching(store, "Küche/#") ==
          names{"Küche", "Küche/", "Küche/Herd/Temperatur", "Küche/Herd/Uhr", "Küche/Kühlschrank/Temperatur"});
    CHECK(matching(store, "Küche/+") == names{"Küche/"});
    CHECK(matching(store, "+/+") == names{"/", "Bad/Temperatur", "Küche/"});
    CHECK(matching(store, "Bad/Temperatur") == names{"Bad/Temperatur"});
    CHECK(matching(store, "Bad").empty());
    CHECK(matching(store, "#").size() == 7);
}

TEST_CASE("leading wildcards do not see topics that begin with $", "[MQTT-4.7.2-1]")
{
    const auto store = store_of({"$SYS/a", "$SYS/b", "x/$a", "$x", "y"});
    CHECK(matching(store, "#") == names{"x/$a", "y"});
    CHECK(matching(store, "+/#") == names{"x/$a", "y"});
    CHECK(matching(store, "+") == names{"y"});
    CHECK(matching(store, "+/+") == names{"x/$a"});
    CHECK(matching(store, "$SYS/#") == names{"$SYS/a", "$SYS/b"});
    CHECK(matching(store, "$SYS/+") == names{"$SYS/a", "$SYS/b"});
}

TEST_CASE("topics are replaced, found exactly and erased", "[topic]")
{
    topic_store<int> store;
    CHECK(store.empty());
    CHECK(store.insert_or_assign("a/b", 1).inserted);
    CHECK_FALSE(store.insert_or_assign("a/b", 2).inserted);
    CHECK(*store.find("a/b") == 2);
    const auto kept = store.insert("a/b", 3);
    CHECK_FALSE(kept.inserted);
    CHECK(*kept.value == 2);
    CHECK(store.insert("a", 4).inserted);
    CHECK(store.size() == 2);
    CHECK(store.node_count() == 3);
    CHECK(std::as_const(store).find("a/c") == nullptr);
    CHECK(store.find("b") == nullptr);

    CHECK_FALSE(store.erase("a/c"));
    CHECK(store.erase("a/b"));
    CHECK_FALSE(store.erase("a/b"));
    CHECK(*store.find("a") == 4);
    CHECK(store.node_count() == 2);
    CHECK(store.erase("a"));
    CHECK(store.node_count() == 1);
    CHECK(matching(store, "#").empty());
    store.insert("x", 5);
    store.clear();
    CHECK(store.empty());
    CHECK(matching(store, "#").empty());
}

TEST_CASE("topic names that are not legal are refused, and so is what goes beyond the bound", "[MQTT-4.7.0-1]")
{
    topic_store<int> store({.maximum_nodes = 2});
    CHECK(store.insert("a/+", 1).value == nullptr);
    CHECK(store.insert("#", 1).value == nullptr);
    CHECK(store.insert_or_assign("", 1).value == nullptr);
    CHECK(store.insert("a/b/c", 1).value == nullptr);
    CHECK(store.node_count() == 1);
    CHECK(store.insert("a/b", 1).inserted);
    CHECK(store.insert("c", 1).value == nullptr);
    CHECK(store.insert("a", 2).inserted);
}

TEST_CASE("values that fulfil a condition are erased together", "[topic]")
{
    topic_store<std::unique_ptr<int>> store;
    for (int i = 0; i < 100; ++i)
    {
        store.insert("a/" + std::to_string(i), std::make_unique<int>(i));
    }
    CHECK(store.erase_if([](const std::unique_ptr<int>& value) { return *value % 3 != 0; }) == 66);
    CHECK(store.size() == 34);
    CHECK(store.node_count() == 36);
    CHECK(store.find("a/4") == nullptr);
    CHECK(**store.find("a/99") == 99);
    CHECK(**store.find("a/3") == 3);
}

TEST_CASE("a visitor can change values and end the walk", "[topic]")
{
    topic_store<int> store;
    for (const std::string topic : {"a", "a/b", "a/c", "b/c"})
    {
        store.insert(topic, 1);
    }
    for (const std::string filter : {"#", "a/#", "+/+"})
    {
        int seen = 0;
        store.for_each_match(filter, [&](int& value) {
            ++value;
            return ++seen < 2;
        });
        CHECK(seen == 2);
    }
    int sum = 0;
    store.for_each_match("#", [&](int value) { sum += value; });
    CHECK(sum == 4 + 6);
}

TEST_CASE("the store of all short topics is matched by all short filters as the reference says", "[MQTT-4.7.2-1]")
{
    const std::vector<reference::sample> topics = reference::all_legal_names("ab/$", 5);
    topic_store<std::size_t> store;
    for (std::size_t i = 0; i < topics.size(); ++i)
    {
        REQUIRE(store.insert(topics[i].text, i).inserted);
    }
    std::size_t wrong = 0;
    std::size_t twice = 0;
    std::vector<int> found(topics.size());
    for (const reference::sample& filter : reference::all_legal_filters("ab/+#$", 5))
    {
        std::ranges::fill(found, 0);
        store.for_each_match(filter.text, [&](std::size_t i) { ++found[i]; });
        for (std::size_t i = 0; i < topics.size(); ++i)
        {
            twice += found[i] > 1 ? 1U : 0U;
            wrong += (found[i] != 0) != reference::matches(filter.levels, topics[i].levels) ? 1U : 0U;
        }
    }
    CHECK(wrong == 0);
    CHECK(twice == 0);
}

TEST_CASE("random insertions and removals of topics leave what a map holds", "[topic]")
{
    std::mt19937 random(815);
    const std::vector<reference::sample> topics = reference::all_legal_names("a/$", 5);
    const std::vector<reference::sample> filters = reference::all_legal_filters("a/+#$", 4);
    topic_store<std::size_t> store;
    std::map<std::size_t, bool> present;
    std::size_t wrong = 0;
    for (int step = 0; step < 20'000; ++step)
    {
        const std::size_t i = random() % topics.size();
        const bool insert = random() % 2 == 0;
        wrong += (insert ? store.insert(topics[i].text, i).inserted == present[i]
                         : store.erase(topics[i].text) != present[i])
                     ? 1U
                     : 0U;
        present[i] = insert;
        if (step % 20 != 0)
        {
            continue;
        }
        const reference::sample& filter = filters[random() % filters.size()];
        std::vector<std::size_t> expected;
        for (const auto& [index, is_present] : present)
        {
            if (is_present && reference::matches(filter.levels, topics[index].levels))
            {
                expected.push_back(index);
            }
        }
        wrong += matching(store, filter.text) == expected ? 0U : 1U;
    }
    CHECK(wrong == 0);
    store.erase_if([](std::size_t) { return true; });
    CHECK(store.node_count() == 1);
}

TEST_CASE("what finding stored topics costs depends on what the filter lets through", "[topic]")
{
    topic_store<int> store;
    for (int i = 0; i < 20'000; ++i)
    {
        store.insert("house/" + std::to_string(i) + "/temperature", i);
    }
    CHECK(store.for_each_match("house/7/temperature", [](int) {}) == 4);
    CHECK(store.for_each_match("house/7/#", [](int) {}) == 4);
    CHECK(store.for_each_match("garden/#", [](int) {}) == 1);
    CHECK(store.for_each_match("+/7/+", [](int) {}) == 4);
    CHECK(store.for_each_match("#", [](int) {}) == store.node_count());
    CHECK(store.for_each_match("+/+/+", [](int) {}) == store.node_count());
}

TEST_CASE("stored topics of 65535 levels are found", "[MQTT-4.7.3-3]")
{
    topic_store<int> store;
    const std::string deep(65'534, '/');
    CHECK(store.insert(deep, 1).inserted);
    CHECK(matching(store, "#") == std::vector<int>{1});
    CHECK(matching(store, deep) == std::vector<int>{1});
    std::string filter = "+";
    for (int i = 0; i < 32'766; ++i)
    {
        filter += "/+";
    }
    CHECK(matching(store, filter).empty());
    CHECK(matching(store, filter + "/#") == std::vector<int>{1});
    CHECK(store.erase(deep));
    CHECK(store.node_count() == 1);
}

TEST_CASE("finding stored topics allocates nothing", "[topic]")
{
    topic_store<int> store;
    for (const std::string topic : {"a/b/a level of many bytes", "a/b", "a/c/d"})
    {
        store.insert(topic, 1);
    }
    int found = 0;
    const tern_test::allocation_counter allocations;
    store.for_each_match("#", [&](int value) { found += value; });
    store.for_each_match("a/+/a level of many bytes", [&](int value) { found += value; });
    const bool erased = store.erase("a/b");
    const std::size_t allocated = allocations.count();
    CHECK(allocated == 0);
    CHECK(found == 4);
    CHECK(erased);
}

TEST_CASE("storing a topic without memory has no effect", "[topic]")
{
    bool succeeded = false;
    std::size_t failures = 0;
    for (std::size_t allowed = 0; !succeeded; ++allowed)
    {
        topic_store<int> store;
        store.insert("a/b", 1);
        try
        {
            const tern_test::allocation_failure armed(allowed);
            store.insert_or_assign("a/another level of many bytes/1/2/3/4/5/6/7/8", 2);
            succeeded = !armed.happened();
        }
        catch (const std::bad_alloc&)
        {
            ++failures;
            CHECK(store.size() == 1);
            CHECK(store.node_count() == 3);
        }
        CHECK(matching(store, "#") == (succeeded ? std::vector<int>{1, 2} : std::vector<int>{1}));
    }
    CHECK(failures >= 3);
}
