// SPDX-License-Identifier: BSL-1.0
#include "tern/client/consumer_list.hpp"

#include "support/catch.hpp"

#include <memory>

namespace
{

struct node
{
    explicit node(int given) : name(given) {}

    int name;
    std::shared_ptr<node> next;
};

using list = tern::detail::consumer_list<node, &node::next>;

} // namespace

TEST_CASE("what is listed comes out in its order, and is owned meanwhile", "[consumer_list]")
{
    list all;
    CHECK(all.empty());
    CHECK(all.pop() == nullptr);
    auto first = std::make_shared<node>(1);
    const std::weak_ptr<node> watched = first;
    all.push(std::move(first));
    all.push(std::make_shared<node>(2));
    CHECK_FALSE(all.empty());
    CHECK(all.front()->name == 1);
    CHECK_FALSE(watched.expired());
    CHECK(all.pop()->name == 1);
    CHECK(watched.expired());
    all.push(std::make_shared<node>(3)); // behind what is left
    CHECK(all.pop()->name == 2);
    CHECK(all.pop()->name == 3);
    CHECK(all.pop() == nullptr);
    all.push(std::make_shared<node>(4)); // the list is as new
    CHECK(all.pop()->name == 4);
    CHECK(all.empty());
}

TEST_CASE("a long list ends without recursion", "[consumer_list]")
{
    std::weak_ptr<node> last;
    {
        list all;
        for (int i = 0; i < 1'000'000; ++i)
        {
            auto added = std::make_shared<node>(i);
            last = added;
            all.push(std::move(added));
        }
    }
    CHECK(last.expired());
}
