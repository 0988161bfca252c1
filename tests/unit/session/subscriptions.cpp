// SPDX-License-Identifier: BSL-1.0
#include "tern/session/subscriptions.hpp"

#include "support/catch.hpp"

#include <cstdint>
#include <string>
#include <vector>

using namespace tern;
using namespace tern::session;

namespace
{

std::uint32_t add(session::subscriptions& all, const std::vector<std::string>& filters, std::uint64_t sequence)
{
    std::vector<wire::subscription> wanted;
    for (const std::string& each : filters)
    {
        wanted.push_back({each, qos::at_least_once});
    }
    return all.add(wanted, {}, sequence);
}

} // namespace

TEST_CASE("each call gets an identifier of its own, and keeps copies of its filters", "[session]")
{
    session::subscriptions all;
    const std::uint32_t one = add(all, {"a", "b"}, 0);
    const std::uint32_t two = add(all, {"a"}, 1);
    CHECK(all[one].identifier == 1);
    CHECK(all[two].identifier == 2);
    CHECK(all[one].filters[1].topic_filter == "b");
    CHECK(all.find(2) == two);
    CHECK(all.find(3) == no_slot);
    CHECK(all.size() == 2);
    all.remove(one);
    CHECK(all.find(1) == no_slot);
    CHECK(all[two].filters[0].topic_filter == "a");
}

TEST_CASE("after the end of a session what is not being asked for is to be restored, in order", "[session]")
{
    session::subscriptions all;
    const std::uint32_t one = add(all, {"a"}, 0);
    const std::uint32_t two = add(all, {"b"}, 1);
    const std::uint32_t three = add(all, {"c"}, 2);
    all[two].requested = true;
    CHECK_FALSE(all.any_to_restore());
    all.session_ended();
    CHECK(all.first_to_restore() == one);
    all.set_to_restore(one, false);
    CHECK(all.first_to_restore() == three);
    all.remove(three);
    CHECK_FALSE(all.any_to_restore());
    CHECK(all.first_to_restore() == no_slot);
}

TEST_CASE("a filter is forgotten in the calls before the unsubscribe only", "[session]")
{
    session::subscriptions all;
    const std::uint32_t one = add(all, {"a", "b"}, 0);
    add(all, {"a"}, 1);
    const std::uint32_t later = add(all, {"a"}, 3);
    CHECK(all.used_by_others(one, "a"));
    CHECK_FALSE(all.used_by_others(one, "b"));
    all.forget_filter("a", 2);
    CHECK(all.size() == 2);
    REQUIRE(all[one].filters.size() == 1);
    CHECK(all[one].filters[0].topic_filter == "b");
    CHECK(all[later].filters.size() == 1);
}
