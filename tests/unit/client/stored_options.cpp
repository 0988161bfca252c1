// SPDX-License-Identifier: BSL-1.0

#include "tern/client/stored_options.hpp"

#include "support/catch.hpp"

#include <array>
#include <string>
#include <utility>

TEST_CASE("stored options refer to nothing of the caller's, also when the arena moves")
{
    std::string text = "a text";
    const std::array properties{tern::user_property{text, text}};
    tern::detail::option_arena first;
    tern::publish_options publish{.qos = tern::qos::at_least_once};
    publish.content_type = text;
    publish.correlation_data = tern::byte_view(text);
    publish.user_properties = properties;
    publish = first.keep(publish);
    tern::connect_options connect{.client_id = text, .user_name = text, .password = tern::byte_view(text)};
    connect.will = tern::will_options{.topic = text, .payload = text, .response_topic = text};
    connect = first.keep(connect);
    const std::array filters{tern::topic_subscription{text, tern::qos::at_most_once, true}};
    const auto kept = first.keep(std::span<const tern::topic_subscription>(filters));
    const tern::detail::option_arena second = std::move(first);
    text.assign("no more");

    CHECK(publish.qos == tern::qos::at_least_once);
    CHECK(publish.content_type == std::string_view("a text"));
    CHECK(publish.correlation_data == tern::byte_view("a text"));
    CHECK_FALSE(publish.response_topic);
    REQUIRE(publish.user_properties.size() == 1);
    CHECK((*publish.user_properties.begin()).value == "a text");
    CHECK(connect.client_id == "a text");
    CHECK(connect.user_name == std::string_view("a text"));
    CHECK(connect.password == tern::byte_view("a text"));
    CHECK(connect.will->topic == "a text");
    CHECK(connect.will->payload == tern::byte_view("a text"));
    CHECK(connect.will->response_topic == std::string_view("a text"));
    REQUIRE(kept.size() == 1);
    CHECK(kept[0].topic_filter == "a text");
    CHECK(kept[0].no_local);
}

TEST_CASE("an empty text that is present stays present")
{
    tern::detail::option_arena arena;
    const tern::disconnect_options kept = arena.keep(tern::disconnect_options{.reason_string = ""});
    REQUIRE(kept.reason_string);
    CHECK(kept.reason_string->empty());
}
