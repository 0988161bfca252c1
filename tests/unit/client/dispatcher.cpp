// SPDX-License-Identifier: BSL-1.0
#include "tern/client/dispatcher.hpp"

#include "support/allocation_counter.hpp"
#include "support/catch.hpp"

#include <algorithm>
#include <cstdint>
#include <initializer_list>
#include <new>
#include <string>
#include <string_view>
#include <vector>

namespace
{

struct consumer
{
    std::uint64_t mark = 0;
    char name = '?';
};

using dispatcher = tern::detail::dispatcher<consumer>;

/// The names of those who get a message, in alphabetical order.
std::string who(dispatcher& dispatch, std::string_view topic, std::initializer_list<std::uint32_t> identifiers = {})
{
    const std::vector<std::uint32_t> list(identifiers);
    tern::message_view message{.topic = topic};
    message.properties.subscription_identifiers = tern::subscription_identifiers(list);
    std::vector<consumer*> found;
    dispatch.collect(message, found);
    std::string names;
    for (const consumer* each : found)
    {
        names += each->name;
    }
    std::sort(names.begin(), names.end());
    return names;
}

struct fixture
{
    using filters = std::vector<std::string>;

    consumer a{0, 'a'}, b{0, 'b'}, c{0, 'c'};
    dispatcher dispatch;

    void subscribe(consumer& who_wants, std::uint32_t identifier, const filters& wanted)
    {
        for (const std::string& filter : wanted)
        {
            dispatch.add(who_wants, filter);
        }
        dispatch.identify(who_wants, identifier, wanted);
    }
};

} // namespace

TEST_CASE_METHOD(fixture, "without identifiers the topic decides, each gets a message once", "[dispatcher]")
{
    CHECK(dispatch.empty());
    subscribe(a, 0, {"x/+", "x/#", "x/1"});
    subscribe(b, 0, {"x/1"});
    subscribe(c, 0, {"$share/group/x/+"});
    CHECK_FALSE(dispatch.empty());
    CHECK(who(dispatch, "x/1") == "abc");
    CHECK(who(dispatch, "x/2") == "ac");
    CHECK(who(dispatch, "x") == "a");
    CHECK(who(dispatch, "y").empty());
}

TEST_CASE_METHOD(fixture, "an identifier names its subscription, whatever else matches", "[dispatcher]")
{
    subscribe(a, 1, {"x/+"});
    subscribe(b, 2, {"x/#"});
    CHECK(who(dispatch, "x/1", {1}) == "a");
    CHECK(who(dispatch, "x/1", {2}) == "b");
    CHECK(who(dispatch, "x/1", {1, 2}) == "ab");
    CHECK(who(dispatch, "x/1", {1, 1}) == "a");
    CHECK(who(dispatch, "x/1", {9}) == "ab"); // of nobody: the topic decides
    CHECK(who(dispatch, "x/1", {9, 2}) == "b");
}

TEST_CASE_METHOD(fixture, "who shares a filter gets its messages, under the identifier of either", "[dispatcher]")
{
    subscribe(a, 1, {"x", "y"});
    subscribe(b, 2, {"x"}); // from now on the server sends x with 2
    CHECK(who(dispatch, "x", {2}) == "ab");
    CHECK(who(dispatch, "x", {1}) == "ab"); // was on its way
    CHECK(who(dispatch, "y", {1}) == "a");
    CHECK(dispatch.members("x") == std::vector<consumer*>{&a, &b});
    CHECK(dispatch.members("z").empty());
    dispatch.add(a, "x"); // again, without effect
    CHECK(dispatch.members("x").size() == 2);

    CHECK_FALSE(dispatch.remove(b, "x")); // a still has it
    CHECK_FALSE(dispatch.remove(b, "x"));
    dispatch.forget_owner(b, 2);
    CHECK(who(dispatch, "x", {2}) == "a"); // the server still says 2
    CHECK(dispatch.remove(a, "x"));
    CHECK(dispatch.remove(a, "y"));
    CHECK_FALSE(dispatch.remove(a, "z"));
    dispatch.forget_owner(a, 1);
    CHECK(dispatch.empty());
    CHECK(who(dispatch, "x", {1, 2}).empty());
}

TEST_CASE_METHOD(fixture, "a subscription that has ended gets nothing, by topic or by identifier", "[dispatcher]")
{
    subscribe(a, 1, {"x/+"});
    subscribe(b, 2, {"x/#"});
    CHECK(dispatch.remove(a, "x/+"));
    dispatch.forget_owner(a, 1);
    CHECK(who(dispatch, "x/1", {1}) == "b");
    CHECK(who(dispatch, "x/1") == "b");
    subscribe(c, 1, {"z"}); // an identifier can be given again
    CHECK(who(dispatch, "z", {1}) == "c");
}

TEST_CASE_METHOD(fixture, "identifiers of an earlier process have to match the topic as well", "[dispatcher]")
{
    subscribe(a, 1, {"x/+"});
    subscribe(b, 2, {"y"});
    dispatch.distrust_identifiers(true);
    CHECK(who(dispatch, "x/1", {1}) == "a");
    CHECK(who(dispatch, "y", {1}) == "b"); // 1 was another's then
    CHECK(who(dispatch, "z", {1}).empty());
    dispatch.distrust_identifiers(false);
    CHECK(who(dispatch, "z", {1}) == "a");
}

TEST_CASE_METHOD(fixture, "who alone has a filter is told from who shares it", "[dispatcher]")
{
    subscribe(a, 1, {"x", "y"});
    subscribe(b, 2, {"y"});
    CHECK(dispatch.is_sole(a, "x"));
    CHECK_FALSE(dispatch.is_sole(a, "y"));
    CHECK_FALSE(dispatch.is_sole(b, "x"));
    CHECK_FALSE(dispatch.is_sole(a, "z"));
    CHECK_FALSE(dispatch.remove(b, "y"));
    CHECK(dispatch.is_sole(a, "y"));
}

TEST_CASE_METHOD(fixture, "memory that is short leaves a dispatcher that can be used", "[dispatcher]")
{
    subscribe(a, 1, {"x/+", "y"});
    bool failed = true;
    for (std::size_t successes = 0; failed; ++successes)
    {
        const filters wanted{"x/+", "long/enough/not/to/lie/in/the/string", "y", "y"};
        {
            const tern_test::allocation_failure failure(successes);
            try
            {
                subscribe(b, 2, wanted);
            }
            catch (const std::bad_alloc&)
            {
            }
            failed = failure.happened();
        }
        if (!failed)
        {
            CHECK(who(dispatch, "x/1", {2}) == "ab");
        }
        // What the client does when a subscription fails, or ends.
        for (const std::string& filter : wanted)
        {
            (void)dispatch.remove(b, filter);
        }
        dispatch.forget_owner(b, 2);
        CHECK(who(dispatch, "x/1") == "a");
        CHECK(who(dispatch, "long/enough/not/to/lie/in/the/string").empty());
        CHECK(who(dispatch, "x/1", {2}) == "a");
    }
    CHECK(dispatch.remove(a, "x/+"));
    CHECK(dispatch.remove(a, "y"));
    CHECK(dispatch.empty());
}
