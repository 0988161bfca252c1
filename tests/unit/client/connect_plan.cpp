// SPDX-License-Identifier: BSL-1.0
#include "tern/client/connect_plan.hpp"

#include "support/catch.hpp"

#include <string>
#include <string_view>
#include <system_error>

namespace
{

constexpr tern::detail::connection_factory no_connections{
    nullptr, [](tern::transport_settings& settings) {
        return settings.tls.ca_file.empty()
                   ? std::error_code()
                   : (settings.explanation = "no such file", make_error_code(tern::errc::unusable_ca_certificates));
    }};

const tern::detail::connection_factory* mqtt_only(std::string_view scheme) noexcept
{
    return scheme == "mqtt" || scheme == "unix" ? &no_connections : nullptr;
}

std::string said; // in words, by the last set()

using tern::brokers;
using tern::detail::connect_plan;
using tern::detail::url_source;

} // namespace

TEST_CASE("a plan owns what it was given", "[connect_plan]")
{
    connect_plan plan;
    {
        std::string url = "mqtt://broker.example:1884";
        std::string client_id = "a client identifier that does not fit into a small string";
        REQUIRE_FALSE(plan.set(url_source(std::string_view(url)), {.client_id = client_id}, &mqtt_only, said));
        url.assign(url.size(), 'x');
        client_id.assign(client_id.size(), 'x');
    }
    CHECK(plan.options().client_id == "a client identifier that does not fit into a small string");
    CHECK(plan.server().host == "broker.example");
    CHECK(plan.server_name() == "mqtt://broker.example:1884");
}

TEST_CASE("every URL is checked, and a bad one changes nothing", "[connect_plan]")
{
    connect_plan plan;
    REQUIRE_FALSE(plan.set(url_source("mqtt://first"), {.client_id = "before"}, &mqtt_only, said));
    const auto set = [&plan](const tern::broker_list& urls) {
        return plan.set(url_source(urls), {.client_id = "after"}, &mqtt_only, said);
    };
    CHECK(set(brokers("mqtt://a", "mqtts://b")) == tern::errc::unsupported_url_scheme);
    CHECK(set(brokers("mqtt://a", "mqtt://", "mqtt://b")) == tern::errc::invalid_url);
    CHECK(set(brokers("mqtts://a", "mqtt://")) == tern::errc::unsupported_url_scheme); // the first one counts
    CHECK(set({}) == tern::errc::invalid_url);
    CHECK(plan.server_name() == "mqtt://first:1883");
    CHECK(plan.options().client_id == "before");
    CHECK_FALSE(set(brokers("mqtt://a", "mqtt://b")));
    CHECK(plan.server_name() == "mqtt://a:1883");
    CHECK(plan.options().client_id == "after");
}

TEST_CASE("what is wrong with a URL, a proxy or a transport is said in words", "[connect_plan]")
{
    connect_plan plan;
    CHECK(plan.set(url_source("mqtt://a:70000"), {}, &mqtt_only, said) == tern::errc::invalid_url);
    CHECK(said.find("65535") != std::string::npos);
    CHECK(plan.set(url_source("mqtt://a"), {.proxy = "socks5://"}, &mqtt_only, said) == tern::errc::invalid_url);
    CHECK(said.starts_with("proxy: "));
    CHECK(plan.set(url_source("mqtt://a"), {.tls = {.ca_file = "nowhere"}}, &mqtt_only, said) ==
          tern::errc::unusable_ca_certificates);
    CHECK(said == "no such file");
}

TEST_CASE("a socket of this machine is named by its path", "[connect_plan]")
{
    connect_plan plan;
    REQUIRE_FALSE(plan.set(url_source("unix:///run/broker.sock"), {}, &mqtt_only, said));
    CHECK(plan.server_name() == "unix:///run/broker.sock");
}

TEST_CASE("a pass goes over the servers in their order", "[connect_plan]")
{
    connect_plan plan;
    const tern::broker_list urls = brokers("mqtt://a", "mqtt://b", "mqtt://c");
    REQUIRE_FALSE(plan.set(url_source(urls), {}, &mqtt_only, said));
    CHECK(plan.server().host == "a");
    CHECK(plan.next_server(true));
    CHECK(plan.server().host == "b");
    CHECK(plan.next_server(false));
    CHECK(plan.server().host == "c");
    CHECK_FALSE(plan.next_server(true));
    CHECK_FALSE(plan.all_final()); // b may be there later

    plan.start_pass();
    CHECK(plan.server().host == "a");
    CHECK(plan.next_server(true));
    CHECK(plan.next_server(true));
    CHECK_FALSE(plan.next_server(true));
    CHECK(plan.all_final());
}

TEST_CASE("user name and password of a URL hold where the options have none", "[connect_plan]")
{
    connect_plan plan;
    const tern::broker_list urls = brokers("mqtt://anna:secret@a", "mqtt://ben@b", "mqtt://c");
    REQUIRE_FALSE(plan.set(url_source(urls), {}, &mqtt_only, said));
    CHECK_FALSE(plan.same_options_everywhere());
    CHECK(plan.options_for_server().user_name == "anna");
    CHECK(plan.options_for_server().password == tern::byte_view("secret"));
    REQUIRE(plan.next_server(false));
    CHECK(plan.options_for_server().user_name == "ben");
    CHECK_FALSE(plan.options_for_server().password);
    REQUIRE(plan.next_server(false));
    CHECK_FALSE(plan.options_for_server().user_name);

    REQUIRE_FALSE(plan.set(url_source(urls), {.user_name = "carla", .password = "own"}, &mqtt_only, said));
    CHECK(plan.options_for_server().user_name == "carla");
    CHECK(plan.options_for_server().password == tern::byte_view("own"));

    REQUIRE_FALSE(plan.set(url_source(brokers("mqtt://d:e@a", "mqtt://d:e@b")), {}, &mqtt_only, said));
    CHECK(plan.same_options_everywhere());
    REQUIRE_FALSE(plan.set(url_source(brokers("mqtt://d:@a", "mqtt://d@b")), {}, &mqtt_only, said));
    CHECK_FALSE(plan.same_options_everywhere()); // an empty password is one
}

TEST_CASE("a server is named without its secrets", "[connect_plan]")
{
    connect_plan plan;
    REQUIRE_FALSE(plan.set(url_source("mqtt://anna:secret@[2001:db8::7]:1885/path?query"), {}, &mqtt_only, said));
    CHECK(plan.server_name() == "mqtt://[2001:db8::7]:1885");
}
