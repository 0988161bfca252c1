// SPDX-License-Identifier: BSL-1.0

#include "tern/client/deadlines.hpp"

#include "support/catch.hpp"

#include <map>
#include <optional>
#include <vector>

namespace
{

struct table final : tern::detail::deadline_heap::places
{
    void moved(std::uint64_t key, tern::detail::deadline_heap::position now) noexcept override { at[key] = now; }
    std::map<std::uint64_t, tern::detail::deadline_heap::position> at;
};

tern::detail::deadline_heap::time_point after(int seconds)
{
    return tern::detail::deadline_heap::time_point(std::chrono::seconds(seconds));
}

} // namespace

TEST_CASE("deadlines come out in their order")
{
    table owner;
    tern::detail::deadline_heap heap(owner);
    CHECK(heap.empty());
    CHECK_FALSE(heap.earliest());
    for (const int when : {5, 3, 9, 1, 7, 3})
    {
        heap.add(static_cast<std::uint64_t>(when * 10 + static_cast<int>(heap.size())), after(when));
    }
    CHECK(heap.earliest() == after(1));
    CHECK_FALSE(heap.pop(after(0)));
    std::vector<std::uint64_t> order;
    while (const auto key = heap.pop(after(100)))
    {
        order.push_back(*key / 10);
        CHECK(owner.at[*key] == tern::detail::deadline_heap::none);
    }
    CHECK(order == std::vector<std::uint64_t>{1, 3, 3, 5, 7, 9});
}

TEST_CASE("any deadline can be taken out, and its owner always knows where it is")
{
    for (std::uint64_t removed = 0; removed < 20; ++removed)
    {
        table owner;
        tern::detail::deadline_heap heap(owner);
        for (std::uint64_t key = 0; key < 20; ++key)
        {
            heap.add(key, after(static_cast<int>(key * 7 % 20)));
        }
        heap.remove(owner.at[removed]);
        CHECK(owner.at[removed] == tern::detail::deadline_heap::none);
        CHECK(heap.size() == 19);
        std::optional<std::uint64_t> before;
        while (const auto key = heap.pop(after(100)))
        {
            CHECK(*key != removed);
            CHECK((!before || *before * 7 % 20 < *key * 7 % 20));
            before = key;
        }
    }
}
