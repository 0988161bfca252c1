// SPDX-License-Identifier: BSL-1.0
#include "tern/topic/valued_tree.hpp"

#include "support/catch.hpp"
#include "tern/topic/filter_tree.hpp"
#include "tern/topic/topic_store.hpp"

#include <cstddef>
#include <utility>

TEMPLATE_TEST_CASE("both trees of values are looked up, counted and cleared alike", "[topic]", tern::filter_tree<int>,
                   tern::topic_store<int>)
{
    TestType tree;
    CHECK(tree.empty());
    const std::size_t root_alone = tree.node_count();
    REQUIRE(tree.insert("a/b", 1).inserted);
    REQUIRE(tree.insert("a/c", 2).inserted);
    CHECK(tree.size() == 2);
    CHECK(tree.node_count() == root_alone + 3);

    REQUIRE(tree.find("a/b") != nullptr);
    *tree.find("a/b") = 3;
    CHECK(*std::as_const(tree).find("a/b") == 3);
    CHECK(tree.find("a") == nullptr);
    CHECK(std::as_const(tree).find("a/b/c") == nullptr);

    int seen = 0;
    CHECK(tree.for_each_match("a/b", [&](int& value) { seen = value++; }) > 0);
    CHECK(seen == 3);
    CHECK(std::as_const(tree).for_each_match("a/b", [&](const int& value) { seen = value; }) > 0);
    CHECK(seen == 4);

    tree.clear();
    CHECK(tree.empty());
    CHECK(tree.find("a/b") == nullptr);
    CHECK(tree.node_count() == root_alone);
    CHECK(tree.insert("a/b", 5).inserted);
}
