// SPDX-License-Identifier: BSL-1.0
#include "tern/testing/broker/subscribing.hpp"

#include "support/catch.hpp"
#include "unit/testing/wire_client.hpp"

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

using namespace broker_test;

TEST_CASE("SUBSCRIBE and UNSUBSCRIBE are answered filter by filter")
{
    world w;
    SECTION("5.0")
    {
        client c(w);
        c.connect(connect_as("a"));
        // Three filters: QoS 1, an illegal one, QoS 2.
        c.send_bytes(std::string_view("\x82\x10\0\5\0\0\1a\1\0\2a#\1\0\1b\2", 18));
        CHECK(c.take_bytes() == std::string("\x90\x06\0\5\0\1\x8f\2", 8));
        c.send_bytes(std::string_view("\xa2\x09\0\6\0\0\1b\0\1c", 11));
        CHECK(c.take_bytes() == std::string("\xb0\x05\0\6\0\0\x11", 7));
        CHECK(w.core.find_session("a")->subscriptions == 1);
    }
    SECTION("3.1.1")
    {
        client c(w, protocol_version::v3_1_1);
        c.connect(connect_as("a"));
        c.send_bytes(std::string_view("\x82\x0b\0\5\0\1a\1\0\2a#\1", 13));
        CHECK(c.take_bytes() == std::string("\x90\x04\0\5\1\x80", 6));
        c.send_bytes(std::string_view("\xa2\x08\0\6\0\1a\0\1c", 10));
        CHECK(c.take_bytes() == std::string("\xb0\x02\0\6", 4));
        CHECK(w.core.find_session("a")->subscriptions == 0);
    }
    CHECK(w.core.publish(message("b", "x"), w.now) == 0);
}

namespace
{

/// A broker that has retained messages, a client, and what it will subscribe to.
struct retained_world
{
    retained_world()
    {
        w.core.publish(message("r/1", "one", qos::exactly_once, 0, true), w.now);
        w.core.publish(message("r/2", "two", qos::at_most_once, 0, true), w.now);
        w.core.publish(message("$r", "own", qos::at_most_once, 0, true), w.now);
        CHECK(w.core.retained_count() == 3);
        c.connect(connect_as("a"));
        wanted.topic_filter = "r/+";
        wanted.maximum_qos = qos::at_least_once;
    }

    std::vector<std::string> received()
    {
        std::vector<std::string> payloads;
        while (!c.silent())
        {
            const wire::publish packet = c.expect<wire::publish>();
            CHECK(packet.retain);
            payloads.emplace_back(packet.payload.text());
        }
        std::sort(payloads.begin(), payloads.end());
        return payloads;
    }

    world w;
    client c{w};
    wire::subscription wanted;
    const std::vector<std::string> both{"one", "two"};
};

} // namespace

TEST_CASE("retained messages are sent as retain handling says")
{
    retained_world r;
    SECTION("each time")
    {
        r.c.subscribe(r.wanted);
        CHECK(r.received() == r.both);
        r.c.subscribe(r.wanted);
        CHECK(r.received() == r.both);
    }
    SECTION("if the subscription is new")
    {
        r.wanted.retain_handling = retain_handling::send_if_new;
        r.c.subscribe(r.wanted);
        CHECK(r.received() == r.both);
        r.c.subscribe(r.wanted);
        CHECK(r.received().empty());
    }
    SECTION("never")
    {
        r.wanted.retain_handling = retain_handling::do_not_send;
        r.c.subscribe(r.wanted);
        CHECK(r.received().empty());
    }
}

TEST_CASE("retained messages are sent as the subscription and their own state say")
{
    retained_world r;
    SECTION("not for a shared subscription")
    {
        r.wanted.topic_filter = "$share/g/r/+";
        r.c.subscribe(r.wanted);
        CHECK(r.received().empty());
    }
    SECTION("not when it has expired, and with the time that is left")
    {
        wire::publish packet = message("r/3", "three", qos::at_most_once, 0, true);
        packet.properties.message_expiry_interval = 10;
        r.w.core.publish(packet, r.w.now);
        r.w.pass(4s);
        r.wanted.topic_filter = "r/3";
        r.c.subscribe(r.wanted);
        CHECK(r.c.expect<wire::publish>().properties.message_expiry_interval == 6);
        r.w.pass(6s);
        r.c.subscribe(r.wanted);
        CHECK(r.received().empty());
    }
    SECTION("not when it has been cleared")
    {
        r.w.core.publish(message("r/1", "", qos::at_most_once, 0, true), r.w.now);
        r.c.subscribe(r.wanted);
        CHECK(r.received() == std::vector<std::string>{"two"});
    }
    SECTION("with the lower QoS and the subscription's identifier")
    {
        r.wanted.topic_filter = "r/1";
        r.c.subscribe(r.wanted, 9);
        const wire::publish packet = r.c.expect<wire::publish>();
        CHECK(packet.qos == qos::at_least_once);
        CHECK(*packet.properties.subscription_identifiers.begin() == 9);
    }
    SECTION("'#' does not match topics of the server's own")
    {
        r.wanted.topic_filter = "#";
        r.c.subscribe(r.wanted);
        CHECK(r.received() == r.both);
    }
}

TEST_CASE("what the broker does not support must not be asked for")
{
    broker_configuration configuration;
    wire::subscription wanted;
    wanted.topic_filter = "t";
    std::uint32_t identifier = 0;
    reason_code expected = reason_code::success;
    SECTION("wildcards")
    {
        configuration.wildcard_subscriptions_available = false;
        wanted.topic_filter = "t/#";
        expected = reason_code::wildcard_subscriptions_not_supported;
    }
    SECTION("shares")
    {
        configuration.shared_subscriptions_available = false;
        wanted.topic_filter = "$share/g/t";
        expected = reason_code::shared_subscriptions_not_supported;
    }
    SECTION("identifiers")
    {
        configuration.subscription_identifiers_available = false;
        identifier = 1;
        expected = reason_code::subscription_identifiers_not_supported;
    }
    world w(configuration);
    client c(w);
    c.connect(connect_as("a"));
    const std::vector<wire::subscription> list{wanted};
    wire::subscribe packet;
    packet.packet_identifier = 1;
    packet.subscriptions = list;
    if (identifier != 0)
    {
        packet.properties.subscription_identifier = identifier;
    }
    c.send(packet);
    CHECK(c.expect<wire::disconnect>().reason_code == expected);
    CHECK(c.finished());
}

TEST_CASE("'no local' on a shared subscription is a protocol error")
{
    world w;
    client c(w);
    c.connect(connect_as("a"));
    c.send_bytes(std::string_view("\x82\x10\0\1\0\0\x0a$share/g/t\5", 18));
    CHECK(c.expect<wire::disconnect>().reason_code == reason_code::protocol_error);
}

TEST_CASE("a shared filter is an ordinary one in 3.1.1")
{
    world w;
    client c(w, protocol_version::v3_1_1);
    c.connect(connect_as("a"));
    c.subscribe("$share/g/t");
    CHECK(w.core.publish(message("t", "x"), w.now) == 0);
    CHECK(w.core.publish(message("$share/g/t", "x"), w.now) == 1);
}

TEST_CASE("the granted QoS is at most the broker's")
{
    broker_configuration configuration;
    configuration.maximum_qos = qos::at_least_once;
    world w(configuration);
    client c(w);
    c.connect(connect_as("a"));
    wire::subscription wanted;
    wanted.topic_filter = "t";
    wanted.maximum_qos = qos::exactly_once;
    CHECK(c.subscribe(wanted) == reason_code::granted_qos_1);
}

TEST_CASE("one session has no more subscriptions than the limit")
{
    broker_configuration configuration;
    configuration.limits.maximum_subscriptions = 2;
    world w(configuration);
    client c(w);
    c.connect(connect_as("a"));
    wire::subscription wanted;
    for (const std::string_view filter : {"1", "2", "1"})
    {
        wanted.topic_filter = filter;
        CHECK(c.subscribe(wanted) == reason_code::granted_qos_0);
    }
    wanted.topic_filter = "3";
    CHECK(c.subscribe(wanted) == reason_code::quota_exceeded);
}

namespace
{

class public_only final : public broker_policy
{
public:
    reason_code authorize_subscription(const client_identity&, const wire::subscription& wanted) override
    {
        return wanted.topic_filter.starts_with("public") ? reason_code::success : reason_code::not_authorized;
    }
};

} // namespace

TEST_CASE("the policy may refuse a subscription")
{
    public_only policy;
    world w({}, &policy);
    wire::subscription wanted;
    wanted.topic_filter = "private";
    client c(w);
    c.connect(connect_as("a"));
    CHECK(c.subscribe(wanted) == reason_code::not_authorized);
    client old(w, protocol_version::v3_1_1);
    old.connect(connect_as("b"));
    CHECK(old.subscribe(wanted) == reason_code::unspecified_error);
    c.subscribe("public/#");
    CHECK(w.core.publish(message("private", "x"), w.now) == 0);
}
