// SPDX-License-Identifier: BSL-1.0
#include "command_line/subscriber_parser.hpp"

#include "examples/command_line/support.hpp"
#include "support/catch.hpp"

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

using namespace command_line;
using namespace command_line::test;
using Catch::Matchers::ContainsSubstring;
using namespace std::chrono_literals;

TEST_CASE("the subscriber takes topics, filters and what to unsubscribe from, each repeatedly")
{
    const subscriber_options options =
        subscriber({"-t", "a/#", "-t", "+/b", "-T", "a/x", "-T", "a/y", "-U", "c", "--unsubscribe", "d"});
    CHECK(options.topics == std::vector<std::string>{"a/#", "+/b"});
    CHECK(options.filtered_out == std::vector<std::string_view>{"a/x", "a/y"});
    CHECK(options.unsubscribe == std::vector<std::string_view>{"c", "d"});
    CHECK(subscriber({"-L", "mqtt://host/a/#", "-t", "b"}).topics == std::vector<std::string>{"a/#", "b"});
    CHECK(subscriber({"-U", "a"}).topics.empty());
}

TEST_CASE("the subscriber's switches")
{
    const subscriber_options plain = subscriber({"-t", "a"});
    CHECK_FALSE(plain.count.has_value());
    CHECK_FALSE(plain.time_limit.has_value());
    CHECK_FALSE(plain.exit_when_subscribed);
    CHECK_FALSE(plain.no_retained);
    CHECK_FALSE(plain.retained_only);
    CHECK_FALSE(plain.remove_retained);
    CHECK_FALSE(plain.retain_as_published);
    CHECK(plain.retain_handling == tern::retain_handling::send);
    CHECK_FALSE(plain.verbose);
    CHECK(plain.end_of_line);
    CHECK_FALSE(plain.format.has_value());

    const subscriber_options all = subscriber({"-t", "a", "-C", "3", "-W", "4", "-E", "--retained-only",
                                               "--remove-retained", "--retain-as-published", "-v", "-N", "-F", "%t"});
    CHECK(all.count == 3);
    CHECK(all.time_limit == 4s);
    CHECK(all.exit_when_subscribed);
    CHECK(all.retained_only);
    CHECK(all.remove_retained);
    CHECK(all.retain_as_published);
    CHECK(all.common.version == tern::protocol_version::v5);
    CHECK(all.verbose);
    CHECK_FALSE(all.end_of_line);
    CHECK(all.format == "%t");
    CHECK(subscriber({"-t", "a", "-R"}).no_retained);
}

TEST_CASE("retain handling is a word, and of MQTT 5.0")
{
    using enum tern::retain_handling;
    CHECK(subscriber({"-t", "a", "--retain-handling", "always"}).retain_handling == send);
    CHECK(subscriber({"-t", "a", "--retain-handling", "new"}).retain_handling == send_if_new);
    CHECK(subscriber({"-t", "a", "--retain-handling", "never"}).retain_handling == do_not_send);
    CHECK(subscriber({"-t", "a", "--retain-handling", "new"}).common.version == tern::protocol_version::v5);
    CHECK_THAT(subscriber_error({"-t", "a", "--retain-handling", "foo"}), ContainsSubstring("always, new or never"));
    CHECK_THAT(subscriber_error({"-t", "a", "-V", "311", "--retain-handling", "new"}),
               ContainsSubstring("needs MQTT 5.0"));
    CHECK_THAT(subscriber_error({"-t", "a", "-V", "311", "--retain-as-published"}),
               ContainsSubstring("needs MQTT 5.0"));
}

TEST_CASE("the subscriber refuses what cannot be meant")
{
    CHECK_THAT(subscriber_error({}), ContainsSubstring("The topic is missing"));
    CHECK_THAT(subscriber_error({"-t", ""}), ContainsSubstring("is no topic filter"));
    CHECK_THAT(subscriber_error({"-t", "a#"}), ContainsSubstring("-t 'a#' is no topic filter"));
    CHECK_THAT(subscriber_error({"-t", "a", "-T", "a+"}), ContainsSubstring("-T 'a+' is no topic filter"));
    CHECK_THAT(subscriber_error({"-U", "#/a"}), ContainsSubstring("-U '#/a' is no topic filter"));
    CHECK_THAT(subscriber_error({"-t", "\xFF"}), ContainsSubstring("UTF-8"));
    for (const char* const version : {"311", "5"})
    {
        CHECK_THAT(subscriber_error({"-t", "$share//a", "-V", version}), ContainsSubstring("share name"));
        CHECK_THAT(subscriber_error({"-t", "$share/g", "-V", version}),
                   ContainsSubstring("-t '$share/g' is no topic filter: "));
        CHECK(subscriber_error({"-t", "$share/g/a", "-V", version}).empty());
    }
    CHECK_THAT(subscriber_error({"-t", "a", "-C", "0"}), ContainsSubstring("-C must be"));
    CHECK_THAT(subscriber_error({"-t", "a", "-C", "x"}), ContainsSubstring("-C must be"));
    CHECK_THAT(subscriber_error({"-t", "a", "-W", "0"}), ContainsSubstring("-W must be"));
    CHECK_THAT(subscriber_error({"-t", "a", "-R", "--retained-only"}), ContainsSubstring("give one of them"));
    CHECK_THAT(subscriber_error({"-t", "a", "-F", "%y"}), ContainsSubstring("there is no sequence %y"));
    CHECK_THAT(subscriber_error({"-t", "a", "-m", "b"}), ContainsSubstring("Unknown option '-m'"));
}
