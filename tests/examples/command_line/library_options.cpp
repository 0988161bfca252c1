// SPDX-License-Identifier: BSL-1.0
#include "command_line/library_options.hpp"

#include "examples/command_line/support.hpp"
#include "support/catch.hpp"

#include <chrono>
#include <vector>

using namespace command_line;
using namespace command_line::test;
using namespace std::chrono_literals;

TEST_CASE("a plain command line asks for nothing in particular")
{
    const publisher_options from = publisher({"-t", "a", "-n"});
    const tern::connect_options options = connect_options_of(from.common);
    CHECK(options.client_id.empty());
    CHECK_FALSE(options.user_name.has_value());
    CHECK_FALSE(options.password.has_value());
    CHECK(options.keep_alive == 60s);
    CHECK(options.clean_start);
    CHECK(options.protocol == tern::protocol_choice::v3_1_1);
    CHECK_FALSE(options.will.has_value());
    CHECK_FALSE(options.retry);
    CHECK_FALSE(options.subscription_identifiers);
    CHECK_FALSE(options.automatic_topic_aliases);
}

TEST_CASE("a session that nobody asked for is none at QoS 0, and short or the library's own otherwise")
{
    for (const char* const version : {"311", "5"})
    {
        const common_options plain = publisher({"-t", "a", "-n", "-V", version}).common;
        CHECK(connect_options_of(plain).session_expiry == 0s);
        CHECK_FALSE(disconnect_options_of(plain).session_expiry.has_value());
        const common_options named = publisher({"-t", "a", "-n", "-V", version, "-i", "me"}).common;
        CHECK(connect_options_of(named).session_expiry == 0s);
    }
    const common_options old = publisher({"-t", "a", "-n", "-q", "1"}).common;
    CHECK_FALSE(connect_options_of(old).session_expiry.has_value());
    CHECK_FALSE(disconnect_options_of(old).session_expiry.has_value());
    const common_options current = publisher({"-t", "a", "-n", "-q", "1", "-V", "5"}).common;
    CHECK(connect_options_of(current).session_expiry == 300s);
    CHECK(disconnect_options_of(current).session_expiry == 0s);
}

TEST_CASE("the option -c claims the session and keeps it for ever, -x says how long")
{
    CHECK_FALSE(connect_options_of(publisher({"-t", "a", "-n", "-c", "-i", "me"}).common).clean_start);
    CHECK(connect_options_of(publisher({"-t", "a", "-n", "-c", "-i", "me"}).common).session_expiry ==
          tern::never_expires);
    const publisher_options both = publisher({"-t", "a", "-n", "-c", "-i", "me", "-x", "9"});
    CHECK_FALSE(connect_options_of(both.common).clean_start);
    CHECK(connect_options_of(both.common).session_expiry == 9s);
    const publisher_options expiry = publisher({"-t", "a", "-n", "-x", "9", "-q", "1"});
    CHECK(connect_options_of(expiry.common).clean_start);
    CHECK(connect_options_of(expiry.common).session_expiry == 9s);
    CHECK_FALSE(disconnect_options_of(expiry.common).session_expiry.has_value());
    const publisher_options property = publisher({"-t", "a", "-n", "-D", "connect", "session-expiry-interval", "8"});
    CHECK(connect_options_of(property.common).session_expiry == 8s);
    CHECK_FALSE(disconnect_options_of(property.common).session_expiry.has_value());
}

TEST_CASE("names, will and properties reach the library")
{
    const publisher_options from = publisher(
        "-t a -n -u user -P secret -k 30 -i me --will-topic gone --will-payload bye --will-qos 1 --will-retain "
        "-D will will-delay-interval 5 -D will content-type text/plain -D connect receive-maximum 17 "
        "-D connect maximum-packet-size 1000 -D connect topic-alias-maximum 3 "
        "-D connect request-response-information 1 -D connect request-problem-information 0 "
        "-D connect user-property a b -D publish topic-alias 1");
    const tern::connect_options options = connect_options_of(from.common);
    CHECK(options.client_id == "me");
    CHECK(options.user_name == "user");
    REQUIRE(options.password.has_value());
    CHECK(options.password->text() == "secret");
    CHECK(options.keep_alive == 30s);
    CHECK(options.protocol == tern::protocol_choice::v5);
    REQUIRE(options.will.has_value());
    CHECK(options.will->topic == "gone");
    CHECK(options.will->payload.text() == "bye");
    CHECK(options.will->qos == tern::qos::at_least_once);
    CHECK(options.will->retain);
    CHECK(options.will->will_delay_interval == 5s);
    CHECK(options.will->content_type == "text/plain");
    CHECK(options.receive_maximum == 17);
    CHECK(options.maximum_packet_size == 1000);
    CHECK(options.topic_alias_maximum == 3);
    CHECK(options.request_response_information);
    CHECK_FALSE(options.request_problem_information);
    CHECK(options.user_properties.size() == 1);
    CHECK(options.automatic_topic_aliases);
}

TEST_CASE("publish and disconnect options")
{
    const publisher_options from =
        publisher("-t a -n -q 2 -r -D publish payload-format-indicator 1 -D publish message-expiry-interval 60 "
                  "-D publish content-type c -D publish response-topic r -D publish correlation-data d "
                  "-D publish user-property n v -D disconnect session-expiry-interval 0 "
                  "-D disconnect reason-string x -D disconnect user-property e f");
    const tern::publish_options publish = publish_options_of(from);
    CHECK(publish.qos == tern::qos::exactly_once);
    CHECK(publish.retain);
    CHECK(publish.payload_format_indicator == tern::payload_format::utf8);
    CHECK(publish.message_expiry_interval == 60s);
    CHECK(publish.content_type == "c");
    CHECK(publish.response_topic == "r");
    REQUIRE(publish.correlation_data.has_value());
    CHECK(publish.correlation_data->text() == "d");
    REQUIRE(publish.user_properties.size() == 1);
    CHECK(*publish.user_properties.begin() == tern::user_property{"n", "v"});
    const tern::disconnect_options disconnect = disconnect_options_of(from.common);
    CHECK(disconnect.session_expiry == 0s);
    CHECK(disconnect.reason_string == "x");
    CHECK(*disconnect.user_properties.begin() == tern::user_property{"e", "f"});
}

TEST_CASE("all topics become one subscription")
{
    const subscriber_options from =
        subscriber({"-t", "a", "-t", "b/#", "-q", "1", "--retain-as-published", "--retain-handling", "new"});
    const std::vector<tern::topic_subscription> list = subscriptions_of(from);
    REQUIRE(list.size() == 2);
    CHECK(list[0].topic_filter == "a");
    CHECK(list[1].topic_filter == "b/#");
    CHECK(list[1].maximum_qos == tern::qos::at_least_once);
    CHECK(list[1].retain_as_published);
    CHECK(list[1].retain_handling == tern::retain_handling::send_if_new);
    CHECK_FALSE(list[1].no_local);
}
