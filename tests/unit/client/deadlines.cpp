// SPDX-License-Identifier: BSL-1.0
#include "tern/client/deadlines.hpp"

#include "support/catch.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <map>
#include <optional>
#include <random>
#include <vector>

namespace
{

using tern::detail::deadline_after;
using tern::detail::deadline_heap;
using tern::detail::deadline_within;

struct places final : deadline_heap::places
{
    void moved(std::uint64_t key, deadline_heap::position now) noexcept override { at[key] = now; }

    std::map<std::uint64_t, deadline_heap::position> at;
};

deadline_heap::time_point after(int milliseconds)
{
    return deadline_heap::time_point(std::chrono::milliseconds(milliseconds));
}

} // namespace

TEST_CASE("limits pass in the order of their time", "[deadlines]")
{
    places where;
    deadline_heap heap(where);
    CHECK(heap.empty());
    CHECK_FALSE(heap.earliest());
    CHECK_FALSE(heap.pop(after(1'000)));
    heap.add(1, after(30));
    heap.add(2, after(10));
    heap.add(3, after(20));
    CHECK(heap.size() == 3);
    CHECK(heap.earliest() == after(10));
    CHECK_FALSE(heap.pop(after(9)));
    CHECK(heap.pop(after(10)) == 2U); // the moment itself counts
    CHECK(where.at[2] == deadline_heap::none);
    CHECK_FALSE(heap.pop(after(19)));
    CHECK(heap.pop(after(99)) == 3U);
    CHECK(heap.pop(after(99)) == 1U);
    CHECK(heap.empty());
}

TEST_CASE("a limit that is not needed any more is taken out by its place", "[deadlines]")
{
    places where;
    deadline_heap heap(where);
    for (std::uint64_t key = 1; key <= 5; ++key)
    {
        heap.add(key, after(static_cast<int>(key) * 10));
    }
    heap.remove(where.at[1]);
    heap.remove(where.at[5]);
    heap.remove(where.at[3]);
    CHECK(where.at[3] == deadline_heap::none);
    CHECK(heap.pop(after(100)) == 2U);
    CHECK(heap.pop(after(100)) == 4U);
    CHECK_FALSE(heap.pop(after(100)));
}

TEST_CASE("whatever is added and removed, the earliest is found and every place is right", "[deadlines]")
{
    places where;
    deadline_heap heap(where);
    std::map<std::uint64_t, int> model;
    std::mt19937 random(4711);
    for (std::uint64_t key = 1; key <= 2'000; ++key)
    {
        const int when = static_cast<int>(random() % 100);
        heap.add(key, after(when));
        model[key] = when;
        if (random() % 3 == 0)
        {
            const auto gone = std::next(model.begin(), static_cast<std::ptrdiff_t>(random() % model.size()));
            heap.remove(where.at[gone->first]);
            CHECK(where.at[gone->first] == deadline_heap::none);
            model.erase(gone);
        }
        REQUIRE(heap.size() == model.size());
    }
    std::vector<bool> taken(model.size(), false);
    for (const auto& [key, when] : model)
    {
        REQUIRE(where.at[key] < model.size());
        CHECK_FALSE(taken[where.at[key]]); // no two in one place
        taken[where.at[key]] = true;
    }
    int last = 0;
    while (const std::optional<std::uint64_t> key = heap.pop(after(100)))
    {
        REQUIRE(model.count(*key) == 1);
        CHECK(model[*key] >= last);
        last = model[*key];
        model.erase(*key);
    }
    CHECK(model.empty());
}

TEST_CASE("a wait that is too long for the clock lasts as long as the clock does")
{
    using std::chrono::milliseconds;
    using namespace std::chrono_literals;
    constexpr auto last = std::chrono::steady_clock::time_point::max();
    const auto now = std::chrono::steady_clock::now();
    CHECK(deadline_after(now, 5ms) == now + 5ms);
    CHECK(deadline_after(now, 0ms) == now);
    CHECK(deadline_after(now, milliseconds::max()) == last);
    CHECK(deadline_within(now, milliseconds::max()) == last);
    CHECK(deadline_within(now, 1ms) == now + 1ms);
    CHECK_FALSE(deadline_within(now, 0ms).has_value());
    CHECK_FALSE(deadline_within(now, -1ms).has_value());
}
