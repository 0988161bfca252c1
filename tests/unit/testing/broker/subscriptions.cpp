// SPDX-License-Identifier: BSL-1.0
#include "tern/testing/broker/subscriptions.hpp"

#include "support/catch.hpp"
#include "unit/testing/wire_client.hpp"

#include <algorithm>
#include <vector>

using namespace broker_test;

TEST_CASE("overlapping subscriptions make one copy with the highest QoS and all identifiers")
{
    world w;
    client c(w);
    c.connect(connect_as("a"));
    c.subscribe("a/#", qos::at_most_once, 1);
    c.subscribe("a/+", qos::exactly_once, 268'435'455);
    c.subscribe("+/b", qos::at_least_once);
    c.subscribe("b", qos::exactly_once, 4);
    CHECK(w.core.publish(message("a/b", "x", qos::exactly_once), w.now) == 1);
    const wire::publish received = c.expect<wire::publish>();
    CHECK(received.qos == qos::exactly_once);
    std::vector<std::uint32_t> identifiers;
    for (const std::uint32_t identifier : received.properties.subscription_identifiers)
    {
        identifiers.push_back(identifier);
    }
    std::sort(identifiers.begin(), identifiers.end());
    CHECK(identifiers == std::vector<std::uint32_t>{1, 268'435'455});
    CHECK(c.silent());
}

TEST_CASE("a subscription that is made again replaces the old one")
{
    world w;
    client c(w);
    c.connect(connect_as("a"));
    c.subscribe("t", qos::exactly_once, 1);
    c.subscribe("t", qos::at_most_once, 2);
    w.core.publish(message("t", "x", qos::exactly_once), w.now);
    const wire::publish received = c.expect<wire::publish>();
    CHECK(received.qos == qos::at_most_once);
    REQUIRE(received.properties.subscription_identifiers.size() == 1);
    CHECK(*received.properties.subscription_identifiers.begin() == 2);
    CHECK(c.silent());
}

TEST_CASE("'no local' spares the publisher its own messages")
{
    world w;
    client c(w);
    c.connect(connect_as("a"));
    client other(w);
    other.connect(connect_as("b"));
    other.subscribe("t");
    wire::subscription wanted;
    wanted.topic_filter = "t";
    wanted.no_local = GENERATE(false, true);
    c.subscribe(wanted);
    c.send(message("t", "x"));
    CHECK(c.silent() == wanted.no_local);
    CHECK(other.expect<wire::publish>().payload == byte_view("x"));
    other.send(message("t", "y"));
    CHECK_FALSE(c.silent());
}

TEST_CASE("a shared subscription gives each message to one of its clients in turn")
{
    world w;
    client first(w);
    first.connect(connect_as("first", true, 60));
    first.subscribe("$share/g/t/+", qos::at_least_once, 5);
    client second(w);
    second.connect(connect_as("second", true, 60));
    second.subscribe("$share/g/t/+", qos::at_least_once);
    client other(w);
    other.connect(connect_as("other"));
    other.subscribe("$share/h/t/+", qos::at_least_once);
    for (const std::string_view text : {"1", "2", "3", "4"})
    {
        CHECK(w.core.publish(message("t/x", text, qos::at_least_once), w.now) == 2);
        CHECK(other.expect<wire::publish>().payload == byte_view(text));
    }
    const wire::publish received = first.expect<wire::publish>();
    CHECK(received.payload == byte_view("1"));
    CHECK(*received.properties.subscription_identifiers.begin() == 5);
    CHECK(first.expect<wire::publish>().payload == byte_view("3"));
    CHECK(first.silent());
    CHECK(second.expect<wire::publish>().payload == byte_view("2"));
    CHECK(second.expect<wire::publish>().payload == byte_view("4"));
    CHECK(second.silent());

    SECTION("those who are connected come first")
    {
        first.lose();
        w.core.publish(message("t/x", "5", qos::at_least_once), w.now);
        w.core.publish(message("t/x", "6", qos::at_least_once), w.now);
        CHECK(second.expect<wire::publish>().payload == byte_view("5"));
        CHECK(second.expect<wire::publish>().payload == byte_view("6"));
        CHECK(w.core.find_session("first")->queued == 0);
        second.lose();
        w.core.publish(message("t/x", "7", qos::at_least_once), w.now);
        w.core.publish(message("t/x", "8", qos::at_least_once), w.now);
        CHECK(w.core.find_session("first")->queued == 1);
        CHECK(w.core.find_session("second")->queued == 1);
    }
    SECTION("who leaves gets nothing")
    {
        first.disconnect();
        w.pass(60s);
        CHECK_FALSE(w.core.find_session("first").has_value());
        w.core.publish(message("t/x", "5", qos::at_least_once), w.now);
        CHECK(second.expect<wire::publish>().payload == byte_view("5"));
        second.disconnect();
        w.pass(60s);
        CHECK(w.core.publish(message("t/x", "6", qos::at_least_once), w.now) == 1);
    }
}

TEST_CASE("a shared and an ordinary subscription of one client are two copies")
{
    world w;
    client c(w);
    c.connect(connect_as("a"));
    c.subscribe("$share/g/t", qos::at_most_once, 1);
    c.subscribe("t", qos::at_most_once, 2);
    CHECK(w.core.publish(message("t", "x"), w.now) == 2);
    std::uint32_t sum = 0;
    sum += *c.expect<wire::publish>().properties.subscription_identifiers.begin();
    sum += *c.expect<wire::publish>().properties.subscription_identifiers.begin();
    CHECK(sum == 3);
}

TEST_CASE("the table forgets what is unsubscribed")
{
    broker_detail::subscription_table table{topic_tree_options{}};
    broker_detail::session one;
    broker_detail::session two;
    one.serial = 1;
    two.serial = 2;
    using change = broker_detail::subscription_table::change;
    const broker_detail::subscription_options options;
    CHECK(table.set(one, "a/b", options) == change::added);
    CHECK(table.set(two, "a/b", options) == change::added);
    CHECK(table.set(one, "$share/g/a/b", options) == change::added);
    CHECK(table.set(one, "a/b", options) == change::replaced);
    CHECK(table.set(one, "a/#/b", options) == change::refused);
    CHECK(table.size() == 1);
    broker_detail::receivers found;
    table.match("a/b", 0, found);
    CHECK(found.size() == 3);
    table.erase(one, "a/b", shared_filters::recognised);
    table.erase(two, "$share/g/a/b", shared_filters::recognised);
    table.match("a/b", 0, found);
    CHECK(found.size() == 2);
    table.erase(one, "$share/g/a/b", shared_filters::recognised);
    table.erase(two, "a/b", shared_filters::recognised);
    table.erase(two, "a/b", shared_filters::recognised);
    CHECK(table.size() == 0);
}
