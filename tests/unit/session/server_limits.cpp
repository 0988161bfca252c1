// SPDX-License-Identifier: BSL-1.0
#include "tern/session/server_limits.hpp"

#include "support/catch.hpp"

#include <chrono>

using namespace tern;
using namespace tern::session;
using namespace std::chrono_literals;

TEST_CASE("what CONNACK leaves out has the standard's default", "[session]")
{
    const server_limits limits = limits_of({}, 60s, 3600s);
    CHECK(limits.receive_maximum == 65'535);
    CHECK(limits.maximum_qos == qos::exactly_once);
    CHECK(limits.retain_available);
    CHECK(limits.maximum_packet_size == 268'435'460);
    CHECK(limits.topic_alias_maximum == 0);
    CHECK(limits.wildcard_subscriptions_available);
    CHECK(limits.subscription_identifiers_available);
    CHECK(limits.shared_subscriptions_available);
    CHECK(limits.keep_alive == 60s);
    CHECK(limits.session_expiry == 3600s);
}

TEST_CASE("what CONNACK says is taken over", "[session]")
{
    connack_properties said;
    said.receive_maximum = 20;
    said.maximum_qos = qos::at_least_once;
    said.retain_available = false;
    said.maximum_packet_size = 1000;
    said.topic_alias_maximum = 5;
    said.wildcard_subscription_available = false;
    said.subscription_identifiers_available = false;
    said.shared_subscription_available = false;
    said.server_keep_alive = 0;
    said.session_expiry_interval = 0;
    const server_limits limits = limits_of(said, 60s, 3600s);
    CHECK(limits.receive_maximum == 20);
    CHECK(limits.maximum_qos == qos::at_least_once);
    CHECK_FALSE(limits.retain_available);
    CHECK(limits.maximum_packet_size == 1000);
    CHECK(limits.topic_alias_maximum == 5);
    CHECK_FALSE(limits.wildcard_subscriptions_available);
    CHECK_FALSE(limits.subscription_identifiers_available);
    CHECK_FALSE(limits.shared_subscriptions_available);
    CHECK(limits.keep_alive == 0s);
    CHECK(limits.session_expiry == 0s);
}

TEST_CASE("messages above what the server takes are refused", "[session]")
{
    server_limits limits;
    CHECK(check_message(limits, qos::exactly_once, true) == errc{});
    limits.maximum_qos = qos::at_least_once;
    CHECK(check_message(limits, qos::at_least_once, true) == errc{});
    CHECK(check_message(limits, qos::exactly_once, false) == errc::exceeds_server_maximum_qos);
    limits.retain_available = false;
    CHECK(check_message(limits, qos::at_least_once, true) == errc::retain_not_available);
    CHECK(check_message(limits, qos::at_least_once, false) == errc{});
}

TEST_CASE("filters that the server does not take are refused", "[session]")
{
    server_limits limits;
    CHECK(check_filter(limits, "$share/g/a/#") == errc{});
    limits.wildcard_subscriptions_available = false;
    CHECK(check_filter(limits, "a/b") == errc{});
    CHECK(check_filter(limits, "a/+") == errc::wildcard_subscriptions_not_available);
    CHECK(check_filter(limits, "#") == errc::wildcard_subscriptions_not_available);
    limits.shared_subscriptions_available = false;
    CHECK(check_filter(limits, "$share/g/a") == errc::shared_subscriptions_not_available);
    CHECK(check_filter(limits, "$shared/g/a") == errc{});
}
