// SPDX-License-Identifier: BSL-1.0
#include "tern/message.hpp"

#include "support/catch.hpp"

#include <cstddef>
#include <string>
#include <type_traits>

using namespace tern;

static_assert(std::is_trivially_copyable_v<message_view>);
static_assert(message_view{.payload = "4.5"}.payload_text() == "4.5");

TEST_CASE("a message refers to what it was made of")
{
    const std::string topic = "a/b";
    const std::string payload("\0\xFF", 2);
    const message_view view{.topic = topic, .payload = payload, .qos = qos::exactly_once, .retain = true};
    CHECK(view.topic.data() == topic.data());
    CHECK(view.payload_text().data() == payload.data());
    CHECK(view.payload_text() == payload);
    CHECK(view.payload[1] == std::byte{0xFF});
    CHECK(view.qos == qos::exactly_once);
    CHECK(view.retain);
    CHECK(!view.duplicate);
    CHECK(view.properties == publish_properties{});
}
