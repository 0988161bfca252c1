// SPDX-License-Identifier: BSL-1.0
#include "tern/transport/proxy_dialogue.hpp"

#include "support/catch.hpp"
#include "unit/transport/conversation.hpp"

#include <string>
#include <string_view>
#include <type_traits>

using tern::detail::proxy_dialogue;
using tern::detail::proxy_failure;
using tern::detail::proxy_request;

namespace
{

static_assert(!std::is_copy_constructible_v<proxy_dialogue> && std::has_virtual_destructor_v<proxy_dialogue>);

/// Asks "?" and wants "yes"; to "w" it says "!" and waits again.
class question final : public proxy_dialogue
{
public:
    question() { send("?"); }

    std::string taken;

private:
    void take(char byte) override
    {
        taken += byte;
        if (taken == "w")
        {
            taken.clear();
            send("!");
        }
        else if (taken == "yes")
        {
            succeed();
        }
        else if (!std::string_view("yes").starts_with(taken))
        {
            fail(proxy_failure::refused, "no");
        }
    }
};

} // namespace

TEST_CASE("a request has credentials if it has a user name or a password", "[proxy_dialogue]")
{
    CHECK_FALSE(proxy_request{}.has_credentials());
    CHECK(proxy_request{.user_name = "u"}.has_credentials());
    CHECK(proxy_request{.password = "p"}.has_credentials());
}

TEST_CASE("client and proxy speak by turns", "[proxy_dialogue]")
{
    question asked;
    CHECK(asked.output() == "?");
    asked.sent();
    CHECK(asked.output().empty());
    asked.receive("w");
    CHECK(asked.output() == "!");
    asked.sent();
    asked.receive("y");
    CHECK_FALSE(asked.connected());
    asked.receive("");
    asked.receive("es");
    CHECK(asked.connected());
    CHECK(asked.failure() == proxy_failure::none);
    asked.closed(); // that is the server's end, not the proxy's
    CHECK(asked.connected());
    CHECK(asked.failure() == proxy_failure::none);
}

TEST_CASE("bytes that were not asked for are refused", "[proxy_dialogue]")
{
    question asked;
    SECTION("before the question is sent")
    {
        asked.receive("y");
    }
    SECTION("behind an answer that has a question to follow")
    {
        asked.sent();
        asked.receive("wy");
    }
    SECTION("behind the last answer")
    {
        asked.sent();
        asked.receive("yesx");
    }
    SECTION("later")
    {
        asked.sent();
        asked.receive("yes");
        CHECK(asked.connected());
        asked.receive("x");
    }
    CHECK_FALSE(asked.connected());
    CHECK(asked.failure() == proxy_failure::protocol);
    CHECK(asked.explanation() == "it sent more than it was asked for");
    CHECK(asked.output().empty());
}

TEST_CASE("after a failure nothing changes it", "[proxy_dialogue]")
{
    question asked;
    asked.sent();
    asked.receive("no");
    CHECK(asked.taken == "n");
    CHECK(asked.failure() == proxy_failure::refused);
    asked.receive("yes");
    asked.closed();
    CHECK(asked.taken == "n");
    CHECK(asked.failure() == proxy_failure::refused);
    CHECK(asked.explanation() == "no");
    CHECK_FALSE(asked.connected());
}

TEST_CASE("a proxy that closes before its answer is complete", "[proxy_dialogue]")
{
    question asked;
    asked.sent();
    asked.receive("ye");
    asked.closed();
    CHECK(asked.failure() == proxy_failure::protocol);
    CHECK(asked.explanation() == "it closed the connection instead of answering");
}
