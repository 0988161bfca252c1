// SPDX-License-Identifier: BSL-1.0
#include "tern/client/stored_options.hpp"

#include "support/catch.hpp"

#include <chrono>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

using namespace std::chrono_literals;
using tern::detail::option_arena;

namespace
{

/// Texts that go away, each too long for a small string, so that an address sanitizer sees who still looks at them.
struct texts
{
    std::string at(std::string_view name) const { return std::string(name) + std::string(40, '.'); }

    std::string a = at("a"), b = at("b"), c = at("c"), d = at("d"), e = at("e"), f = at("f"), g = at("g");
};

const texts expected;

std::vector<tern::user_property> list(const tern::user_properties& properties)
{
    return {properties.begin(), properties.end()};
}

} // namespace

TEST_CASE("stored connect options outlive what they were made from, also when the arena moves", "[stored_options]")
{
    tern::connect_options kept;
    option_arena moved;
    {
        const texts source;
        const std::vector<tern::user_property> properties{{source.f, "1"}, {source.f, "2"}};
        const std::vector<tern::user_property> will_properties{{"w", source.g}};
        const tern::will_options will{.topic = source.c,
                                      .payload = tern::byte_view(std::string_view("p\0q", 3)),
                                      .qos = tern::qos::at_least_once,
                                      .will_delay_interval = 5s,
                                      .content_type = std::string_view(source.d),
                                      .response_topic = "answer",
                                      .correlation_data = tern::byte_view(source.e),
                                      .user_properties = tern::user_properties(will_properties)};
        option_arena arena;
        kept = arena.keep(tern::connect_options{.client_id = source.a,
                                                .user_name = std::string_view(source.b),
                                                .keep_alive = 7s,
                                                .clean_start = false,
                                                .will = will,
                                                .user_properties = tern::user_properties(properties),
                                                .authentication_method = "SCRAM-SHA-256"});
        moved = std::move(arena);
    }
    CHECK(kept.client_id == expected.a);
    CHECK(kept.user_name == expected.b);
    CHECK_FALSE(kept.password);
    CHECK(kept.keep_alive == 7s);
    CHECK_FALSE(kept.clean_start);
    CHECK(list(kept.user_properties) == std::vector<tern::user_property>{{expected.f, "1"}, {expected.f, "2"}});
    CHECK(kept.authentication_method == "SCRAM-SHA-256");
    REQUIRE(kept.will);
    CHECK(kept.will->topic == expected.c);
    CHECK(kept.will->payload.text() == std::string_view("p\0q", 3));
    CHECK(kept.will->qos == tern::qos::at_least_once);
    CHECK(kept.will->will_delay_interval == 5s);
    CHECK(kept.will->content_type == expected.d);
    CHECK(kept.will->response_topic == "answer");
    CHECK(kept.will->correlation_data == tern::byte_view(expected.e));
    CHECK(list(kept.will->user_properties) == std::vector<tern::user_property>{{"w", expected.g}});
}

TEST_CASE("what is said about TLS, WebSocket and a proxy outlives what it was made from", "[stored_options]")
{
    tern::connect_options kept;
    option_arena moved;
    {
        const texts source;
        const tern::websocket_header headers[] = {{source.a, source.b}, {source.c, ""}};
        const tern::tls_options tls{.ca_file = source.a,
                                    .ca_directory = source.b,
                                    .ca_certificates = source.c,
                                    .server_name = source.d,
                                    .certificate_file = source.e,
                                    .certificate = source.f,
                                    .private_key_file = source.g,
                                    .private_key = source.a,
                                    .private_key_password = source.b,
                                    .psk_identity = source.c,
                                    .psk = source.d,
                                    .minimum_version = tern::tls_version::v1_3,
                                    .ciphers = source.e,
                                    .cipher_suites = source.f,
                                    .alpn = source.g};
        option_arena arena;
        kept = arena.keep(tern::connect_options{.tls = tls, .websocket = {.headers = headers}, .proxy = source.e});
        moved = std::move(arena);
    }
    const texts& e = expected;
    const tern::tls_options& tls = kept.tls;
    CHECK((tls.ca_file == e.a && tls.ca_directory == e.b && tls.ca_certificates == e.c && tls.server_name == e.d));
    CHECK((tls.certificate_file == e.e && tls.certificate == e.f && tls.private_key_file == e.g));
    CHECK((tls.private_key == e.a && tls.private_key_password == e.b && tls.psk_identity == e.c));
    CHECK(tls.psk == tern::byte_view(e.d));
    CHECK((tls.ciphers == e.e && tls.cipher_suites == e.f && tls.alpn == e.g));
    CHECK(tls.minimum_version == tern::tls_version::v1_3);
    REQUIRE(kept.websocket.headers.size() == 2);
    CHECK(kept.websocket.headers[0].name == e.a);
    CHECK(kept.websocket.headers[0].value == e.b);
    CHECK(kept.websocket.headers[1].name == e.c);
    CHECK(kept.websocket.headers[1].value.empty());
    CHECK(kept.proxy == e.e);
}

TEST_CASE("options of the other operations outlive what they were made from", "[stored_options]")
{
    option_arena arena;
    tern::publish_options publish;
    tern::subscribe_options subscribe;
    tern::unsubscribe_options unsubscribe;
    tern::disconnect_options disconnect;
    std::span<const tern::topic_subscription> filters;
    {
        const texts source;
        const std::vector<tern::user_property> properties{{source.a, source.b}};
        const tern::user_properties view(properties);
        const tern::topic_subscription list[] = {{.topic_filter = source.f},
                                                 {.topic_filter = source.g, .no_local = true}};
        publish = arena.keep(tern::publish_options{.qos = tern::qos::exactly_once,
                                                   .content_type = std::string_view(source.c),
                                                   .response_topic = std::string_view(source.d),
                                                   .correlation_data = tern::byte_view(source.e),
                                                   .user_properties = view});
        subscribe = arena.keep(tern::subscribe_options{.no_local = true, .user_properties = view});
        unsubscribe = arena.keep(tern::unsubscribe_options{.user_properties = view, .time_limit = 3s});
        disconnect =
            arena.keep(tern::disconnect_options{.reason_string = std::string_view(source.c), .user_properties = view});
        filters = arena.keep(std::span<const tern::topic_subscription>(list));
    }
    const std::vector<tern::user_property> properties{{expected.a, expected.b}};
    CHECK(publish.qos == tern::qos::exactly_once);
    CHECK(publish.content_type == expected.c);
    CHECK(publish.response_topic == expected.d);
    CHECK(publish.correlation_data == tern::byte_view(expected.e));
    CHECK(list(publish.user_properties) == properties);
    CHECK(subscribe.no_local);
    CHECK(list(subscribe.user_properties) == properties);
    CHECK(list(unsubscribe.user_properties) == properties);
    CHECK(unsubscribe.time_limit == 3s);
    CHECK(disconnect.reason_string == expected.c);
    CHECK(list(disconnect.user_properties) == properties);
    REQUIRE(filters.size() == 2);
    CHECK(filters[0].topic_filter == expected.f);
    CHECK(filters[1].topic_filter == expected.g);
    CHECK(filters[1].no_local);
}

TEST_CASE("what is empty stays different from what is absent", "[stored_options]")
{
    option_arena arena;
    const auto kept = arena.keep(tern::connect_options{.user_name = "", .password = tern::byte_view()});
    CHECK(kept.user_name == "");
    CHECK(kept.password == tern::byte_view());
    CHECK_FALSE(arena.keep(tern::connect_options{}).user_name);
    CHECK(kept.user_properties.empty());
}
