// SPDX-License-Identifier: BSL-1.0
#include "tern/options.hpp"

#include "support/catch.hpp"

#include <chrono>
#include <type_traits>

using namespace tern;
using namespace std::chrono_literals;

// They are copied when an operation is initiated, and that must neither allocate nor fail.
static_assert(std::is_trivially_copyable_v<publish_options>);
static_assert(std::is_trivially_copyable_v<will_options>);
static_assert(std::is_trivially_copyable_v<connect_options>);
static_assert(std::is_trivially_copyable_v<subscribe_options>);
static_assert(std::is_trivially_copyable_v<topic_subscription>);
static_assert(std::is_trivially_copyable_v<unsubscribe_options>);
static_assert(std::is_trivially_copyable_v<disconnect_options>);

TEST_CASE("options that are not given ask for nothing beyond 3.1.1")
{
    const publish_options publishing;
    CHECK(publishing.qos == qos::at_most_once);
    CHECK(!publishing.retain);
    CHECK(!publishing.payload_format_indicator);
    CHECK(!publishing.message_expiry_interval);
    CHECK(!publishing.content_type);
    CHECK(!publishing.response_topic);
    CHECK(!publishing.correlation_data);
    CHECK(publishing.user_properties.empty());
    CHECK(publishing.time_limit == default_time_limit);

    const subscribe_options subscribing;
    CHECK(subscribing.maximum_qos == qos::exactly_once);
    CHECK(!subscribing.no_local);
    CHECK(!subscribing.retain_as_published);
    CHECK(subscribing.retain_handling == retain_handling::send);
    CHECK(subscribing.ack == acknowledgement::when_taken);

    const disconnect_options disconnecting;
    CHECK(disconnecting.reason_code == reason_code::normal_disconnection);
    CHECK(!disconnecting.session_expiry);
}

TEST_CASE("a session lives by default, and a first connection does not claim one")
{
    const connect_options connecting;
    CHECK(connecting.clean_start);
    CHECK(!connecting.session_expiry); // one hour
    CHECK(connecting.keep_alive == 60s);
    CHECK(connecting.receive_maximum == 256);
    CHECK(connecting.protocol == protocol_choice::v5);
    CHECK(!connecting.retry);
    CHECK(!connecting.will);
    CHECK(!connecting.user_name);
    CHECK(!connecting.password);
}

TEST_CASE("special values of times are told apart")
{
    CHECK(never_expires.count() == 0xFFFFFFFF); // v5 3.1.2.11.2
    CHECK(default_time_limit < no_time_limit);
    CHECK(no_time_limit == 0ms);
}
