// SPDX-License-Identifier: BSL-1.0
#include "tern/client/results.hpp"

#include "support/catch.hpp"

#include <array>
#include <string>
#include <vector>

using tern::reason_code;

namespace
{

constexpr std::array<tern::user_property, 2> pairs{{{"name", "value"}, {"name", "again"}}};

} // namespace

TEST_CASE("a publish result owns what the server said", "[results]")
{
    std::string reason = "quota";
    tern::acknowledgement_properties properties;
    properties.reason_string = reason;
    properties.user_properties = pairs;
    const tern::publish_result result = tern::make_publish_result(reason_code::quota_exceeded, properties);
    reason = "xxxxx";
    CHECK(result.reason == reason_code::quota_exceeded);
    CHECK(result.reason_string == "quota");
    CHECK(result.user_properties == std::vector<tern::stored_user_property>{{"name", "value"}, {"name", "again"}});
}

TEST_CASE("a result without words is empty", "[results]")
{
    const tern::publish_result result = tern::make_publish_result(reason_code::success, {});
    CHECK(result.reason == reason_code::success);
    CHECK(result.reason_string.empty());
    CHECK(result.user_properties.capacity() == 0);
}

TEST_CASE("request results have one code per filter", "[results]")
{
    const std::vector<reason_code> codes{reason_code::granted_qos_1, reason_code::not_authorized};
    tern::acknowledgement_properties properties;
    properties.user_properties = pairs;
    const auto subscribed = tern::make_request_result<tern::subscribe_result>(codes, properties);
    CHECK(subscribed.reasons == codes);
    CHECK(subscribed.user_properties.size() == 2);
    const auto unsubscribed = tern::make_request_result<tern::unsubscribe_result>(std::vector<reason_code>{}, {});
    CHECK(unsubscribed.reasons.empty());
}

TEST_CASE("a connect result presumes what the standard presumes", "[results]")
{
    const tern::connect_result result;
    CHECK(result.receive_maximum == 65'535);
    CHECK(result.maximum_packet_size == 268'435'460);
    CHECK(result.topic_alias_maximum == 0);
    CHECK(result.maximum_qos == tern::qos::exactly_once);
    CHECK(result.retain_available);
    CHECK(result.shared_subscriptions_available);
}
