// SPDX-License-Identifier: BSL-1.0
#include "tern/topic/level_tree.hpp"

#include "support/catch.hpp"

#include <cstddef>
#include <cstdint>
#include <map>
#include <random>
#include <string>
#include <utility>
#include <vector>

namespace
{

struct mark
{
    int value = -1;
};

using tree = tern::topic_detail::level_tree<mark>;

std::uint32_t add(tree& levels, std::uint32_t parent, const std::string& text)
{
    REQUIRE(levels.reserve(1, text.size()));
    return levels.add_child(parent, text);
}

} // namespace

TEST_CASE("a child is found by its parent and its text", "[topic]")
{
    tree levels({});
    const std::uint32_t a = add(levels, tree::root, "a");
    const std::uint32_t b = add(levels, tree::root, "b");
    const std::uint32_t empty = add(levels, a, "");
    const std::uint32_t long_one = add(levels, a, "a level of many bytes");
    CHECK(levels.size() == 5);
    CHECK(levels.find_child(tree::root, "a") == a);
    CHECK(levels.find_child(tree::root, "b") == b);
    CHECK(levels.find_child(a, "") == empty);
    CHECK(levels.find_child(a, "a level of many bytes") == long_one);
    CHECK(levels.find_child(b, "") == tree::none);
    CHECK(levels.find_child(a, "a level of many byteS") == tree::none);
    CHECK(levels.text(long_one) == "a level of many bytes");
    CHECK(levels.text(a) == "a");
    CHECK(levels.parent(long_one) == a);
    CHECK(levels.parent(tree::root) == tree::none);
    CHECK(levels.child_count(a) == 2);
    CHECK(levels.links(a).value == -1);
}

TEST_CASE("nodes that were removed are used again, with fresh links", "[topic]")
{
    tree levels({});
    const std::uint32_t a = add(levels, tree::root, "a");
    levels.links(a).value = 7;
    levels.remove(a);
    CHECK(levels.size() == 1);
    CHECK(levels.find_child(tree::root, "a") == tree::none);
    const std::uint32_t b = add(levels, tree::root, "b");
    CHECK(b == a);
    CHECK(levels.links(b).value == -1);
    levels.clear();
    CHECK(levels.size() == 1);
    CHECK(levels.find_child(tree::root, "b") == tree::none);
}

TEST_CASE("the bound on nodes refuses and changes nothing", "[topic]")
{
    tree levels({.maximum_nodes = 3});
    REQUIRE(levels.reserve(3, 3));
    CHECK_FALSE(levels.reserve(4, 4));
    const std::uint32_t a = add(levels, tree::root, "a");
    add(levels, a, "b");
    CHECK_FALSE(levels.reserve(2, 2));
    add(levels, a, "c");
    CHECK_FALSE(levels.reserve(1, 1));
    CHECK(levels.reserve(0, 0));
    CHECK(levels.find_child(a, "c") != tree::none);
}

TEST_CASE("random insertions and removals agree with a map", "[topic]")
{
    std::mt19937 random(20'240'607);
    tree levels({.seed = 99});
    std::map<std::string, std::uint32_t> expected;
    std::size_t wrong = 0;
    for (int step = 0; step < 100'000; ++step)
    {
        // Texts of 1 to 40 bytes: some stand in the node, some in the arena, which is packed now and then.
        const std::size_t number = random() % 400;
        const std::string text = std::to_string(number) + std::string(number % 37, 'x');
        const auto known = expected.find(text);
        wrong +=
            levels.find_child(tree::root, text) == (known == expected.end() ? tree::none : known->second) ? 0U : 1U;
        if (known == expected.end())
        {
            expected[text] = add(levels, tree::root, text);
        }
        else if (random() % 2 == 0)
        {
            levels.remove(known->second);
            expected.erase(known);
        }
    }
    for (const auto& [text, node] : expected)
    {
        wrong += levels.text(node) == text && levels.find_child(tree::root, text) == node ? 0U : 1U;
    }
    CHECK(wrong == 0);
    CHECK(levels.size() == expected.size() + 1);
    CHECK(levels.memory() < 400 * (40 + 16 + 40) * 3);
}

TEST_CASE("a node takes few bytes", "[topic]")
{
    tree levels({});
    constexpr std::size_t count = 50'000;
    REQUIRE(levels.reserve(count, 0));
    for (std::size_t i = 0; i < count; ++i)
    {
        levels.add_child(tree::root, std::to_string(i));
    }
    CHECK(levels.size() == count + 1);
    CHECK(levels.memory() < count * 48);
}
