// SPDX-License-Identifier: BSL-1.0
#include "tern/testing/broker/stored_message.hpp"

#include "support/catch.hpp"
#include "unit/testing/wire_client.hpp"

#include <memory>
#include <string>
#include <vector>

using namespace broker_test;
using namespace broker_test::broker_detail;

TEST_CASE("a stored message owns what it needs")
{
    const time_point now{1h};
    std::unique_ptr<stored_message> kept;
    {
        std::string text = "topic payload type answer data name value";
        const std::string_view view = text;
        wire::publish packet = message(view.substr(0, 5), view.substr(6, 7), qos::exactly_once, 9, true);
        packet.duplicate = true;
        packet.properties.content_type = view.substr(14, 4);
        packet.properties.response_topic = view.substr(19, 6);
        packet.properties.correlation_data = view.substr(26, 4);
        packet.properties.payload_format_indicator = payload_format::utf8;
        const std::vector<user_property> properties{{view.substr(31, 4), view.substr(36, 5)}, {"a", ""}};
        packet.properties.user_properties = properties;
        packet.properties.topic_alias = std::uint16_t{3};
        const std::vector<std::uint32_t> identifiers{5};
        packet.properties.subscription_identifiers = identifiers;
        kept = std::make_unique<stored_message>(packet, now, 7);
        text.assign(text.size(), '?');
    }
    const wire::publish& content = kept->content();
    CHECK(content.topic == "topic");
    CHECK(content.payload == byte_view("payload"));
    CHECK(content.qos == qos::exactly_once);
    CHECK(content.retain);
    CHECK_FALSE(content.duplicate);
    CHECK(content.packet_identifier == 0);
    CHECK(content.properties.content_type == "type");
    CHECK(content.properties.response_topic == "answer");
    CHECK(content.properties.correlation_data == byte_view("data"));
    CHECK(content.properties.payload_format_indicator == payload_format::utf8);
    CHECK_FALSE(content.properties.topic_alias.has_value());
    CHECK(content.properties.subscription_identifiers.empty());
    const std::vector<user_property> properties{{"name", "value"}, {"a", ""}};
    CHECK(content.properties.user_properties == user_properties(properties));
    CHECK(kept->publisher() == 7);
    CHECK(kept->cost() >= 35);
    CHECK_FALSE(kept->expired(now + 24h));
    CHECK_FALSE(kept->remaining_expiry(now + 24h).has_value());
}

TEST_CASE("a stored message knows how long it lives")
{
    const time_point now{1h};
    wire::publish packet = message("t", "x");
    packet.properties.message_expiry_interval = 10;
    const stored_message kept(packet, now, 0);
    CHECK(kept.remaining_expiry(now) == 10);
    CHECK(kept.remaining_expiry(now + 999ms) == 10);
    CHECK(kept.remaining_expiry(now + 1s) == 9);
    CHECK_FALSE(kept.expired(now + 9'999ms));
    CHECK(kept.remaining_expiry(now + 9'999ms) == 1);
    CHECK(kept.expired(now + 10s));
    packet.properties.message_expiry_interval = 0;
    CHECK(stored_message(packet, now, 0).expired(now));
}
