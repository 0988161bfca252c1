// SPDX-License-Identifier: BSL-1.0

#include "tern/client/connect_plan.hpp"

#include "support/catch.hpp"

#include <string>

namespace
{

bool supports(std::string_view scheme) noexcept
{
    return scheme == "mqtt";
}

} // namespace

TEST_CASE("a plan owns what it was given")
{
    tern::detail::connect_plan plan;
    {
        std::string url = "mqtt://ann:secret@[::1]:1884";
        std::string name = "kitchen";
        REQUIRE_FALSE(plan.set(tern::detail::url_source(url), {.client_id = name}, &supports));
        url.assign(url.size(), '-');
        name.assign(name.size(), '-');
    }
    CHECK(plan.options().client_id == "kitchen");
    CHECK(plan.server_name() == "mqtt://[::1]:1884");
    CHECK(plan.options_for_server().user_name == std::string_view("ann"));
    CHECK(plan.options_for_server().password == tern::byte_view("secret"));
}

TEST_CASE("options win over the URL's credentials")
{
    tern::detail::connect_plan plan;
    REQUIRE_FALSE(plan.set(tern::detail::url_source("mqtt://ann:secret@host"),
                           {.user_name = "bob", .password = "other"}, &supports));
    CHECK(plan.options_for_server().user_name == std::string_view("bob"));
    CHECK(plan.options_for_server().password == tern::byte_view("other"));
}

TEST_CASE("URLs are checked before anything else")
{
    tern::detail::connect_plan plan;
    CHECK(plan.set(tern::detail::url_source("mqtt://"), {}, &supports) == tern::errc::invalid_url);
    CHECK(plan.set(tern::detail::url_source("ftp://host"), {}, &supports) == tern::errc::unsupported_url_scheme);
    CHECK(plan.set(tern::detail::url_source(tern::broker_list{}), {}, &supports) == tern::errc::invalid_url);
}

TEST_CASE("servers are tried in their order, and a pass knows whether all of them refused for good")
{
    tern::detail::connect_plan plan;
    REQUIRE_FALSE(plan.set(tern::detail::url_source(tern::brokers("mqtt://a", "mqtt://x@b", "mqtt://c")), {}, &supports));
    CHECK_FALSE(plan.same_options_everywhere());
    CHECK(plan.server().host == "a");
    CHECK(plan.next_server(true));
    CHECK(plan.server().host == "b");
    CHECK(plan.options_for_server().user_name == std::string_view("x"));
    CHECK(plan.next_server(true));
    CHECK(plan.server().host == "c");
    CHECK_FALSE(plan.next_server(false));
    CHECK_FALSE(plan.all_final());
    plan.start_pass();
    CHECK(plan.server().host == "a");
    CHECK(plan.next_server(true));
    CHECK(plan.next_server(true));
    CHECK_FALSE(plan.next_server(true));
    CHECK(plan.all_final());
}
