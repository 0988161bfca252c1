// SPDX-License-Identifier: BSL-1.0
#include "tern/properties.hpp"

#include "support/catch.hpp"

#include <type_traits>
#include <vector>

using namespace tern;

namespace
{

template <class... Properties>
constexpr bool are_options() // as everything that is passed by view
{
    return ((std::is_trivially_destructible_v<Properties> && std::is_trivially_copyable_v<Properties> &&
             std::is_aggregate_v<Properties>)&&...);
}

static_assert(
    are_options<connect_properties, will_properties, connack_properties, publish_properties, acknowledgement_properties,
                subscribe_properties, unsubscribe_properties, disconnect_properties, auth_properties>());

} // namespace

TEST_CASE("properties are absent until set, and absent is not empty")
{
    CHECK(publish_properties{} == publish_properties{});
    CHECK(publish_properties{.content_type = ""} != publish_properties{});
    CHECK(publish_properties{.topic_alias = 1} != publish_properties{.topic_alias = 2});
    CHECK(connack_properties{}.maximum_qos == std::nullopt);
    CHECK(auth_properties{.authentication_data = byte_view()} != auth_properties{});
}

TEST_CASE("user properties compare by value")
{
    const std::vector<user_property> one{{"a", "b"}};
    const std::vector<user_property> same{{"a", "b"}};
    CHECK(subscribe_properties{.user_properties = one} == subscribe_properties{.user_properties = same});
    CHECK(subscribe_properties{.user_properties = one} != subscribe_properties{});
}
