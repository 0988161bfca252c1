// SPDX-License-Identifier: BSL-1.0
#include "tern/client/connect_plan.hpp"

#include "support/catch.hpp"

#include <cstdint>
#include <memory>
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

constexpr auto in_order = [] { return std::uint64_t{0}; }; // not asked

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

    plan.start_pass(in_order);
    CHECK(plan.server().host == "a");
    CHECK(plan.next_server(true));
    CHECK(plan.next_server(true));
    CHECK_FALSE(plan.next_server(true));
    CHECK(plan.all_final());
}

TEST_CASE("a pass is shuffled where the options say so", "[connect_plan]")
{
    connect_plan plan;
    const tern::broker_list urls = brokers("mqtt://a", "mqtt://b", "mqtt://c");
    const auto first = [] { return std::uint64_t{0}; }; // always swaps with the first
    REQUIRE_FALSE(plan.set(url_source(urls), {}, &mqtt_only, said));
    plan.start_pass(first);
    CHECK(plan.server().host == "a");
    REQUIRE_FALSE(plan.set(url_source(urls), {.shuffle_servers = true}, &mqtt_only, said));
    plan.start_pass(first);
    CHECK(plan.server().host == "b");
    CHECK(plan.server_number() == 1);
    CHECK(plan.server_count() == 3);
}

TEST_CASE("servers are referred to as often in a row as is allowed", "[connect_plan]")
{
    connect_plan plan;
    REQUIRE_FALSE(plan.set(url_source("mqtt://a"), {.maximum_server_references = 2}, &mqtt_only, said));
    std::string problem;
    CHECK_FALSE(plan.follow("mqtts://b", false, problem)); // does not count
    CHECK(problem.starts_with("mqtts: "));
    CHECK_FALSE(plan.referred());
    CHECK(plan.follow("b", false, problem));
    CHECK(plan.referred());
    CHECK(plan.server_name() == "mqtt://b:1883");
    CHECK(plan.follow("c", true, problem));
    CHECK(plan.server_name() == "mqtt://c:1883");
    CHECK_FALSE(plan.follow("d", true, problem));
    CHECK(problem.find("maximum_server_references") != std::string::npos);
    plan.forget_references();
    CHECK(plan.follow("d", true, problem));
    plan.start_pass(in_order, true);
    CHECK(plan.server_name() == "mqtt://d:1883");
    plan.start_pass(in_order);
    CHECK(plan.server_name() == "mqtt://a:1883"); // b was for now only, and so is whoever it named
}

TEST_CASE("a refusal of a server that another stands in for is not final, unless it has moved", "[connect_plan]")
{
    connect_plan plan;
    const bool moved = GENERATE(false, true);
    REQUIRE_FALSE(plan.set(url_source("mqtt://a"), {.maximum_server_references = 1}, &mqtt_only, said));
    std::string problem;
    REQUIRE(plan.follow("b", moved, problem));
    CHECK_FALSE(plan.next_server(true));
    CHECK(plan.all_final() == moved);
}

TEST_CASE("a reference whose transport cannot be prepared is not followed", "[connect_plan]")
{
    connect_plan plan;
    const auto find = [](std::string_view scheme) noexcept -> const tern::detail::connection_factory* {
        static constexpr tern::detail::connection_factory ready{
            nullptr, [](tern::transport_settings&) { return std::error_code(); }};
        return scheme == "mqtt" ? &ready : &no_connections;
    };
    REQUIRE_FALSE(
        plan.set(url_source("mqtt://a"), {.maximum_server_references = 1, .tls = {.ca_file = "nowhere"}}, find, said));
    std::string problem;
    CHECK_FALSE(plan.follow("mqtts://b", false, problem));
    CHECK(problem == "no such file");
}

TEST_CASE("an attempt with TLS options of its own has settings of its own", "[connect_plan]")
{
    connect_plan plan;
    REQUIRE_FALSE(plan.set(url_source("mqtt://a"), {.tls = {.server_name = "before"}, .proxy = "http://proxy"},
                           &mqtt_only, said));
    std::shared_ptr<tern::transport_settings> usual;
    std::shared_ptr<tern::transport_settings> own;
    REQUIRE_FALSE(plan.prepare({.user_name = "ann"}, usual, said));
    CHECK(usual->tls.server_name == "before");
    REQUIRE_FALSE(plan.prepare({.tls = tern::tls_options{.server_name = "after"}}, own, said));
    CHECK(own != usual);
    CHECK(own->tls.server_name == "after");
    REQUIRE(own->proxy);
    CHECK(own->proxy->host == "proxy");
    const tern::http_header header{"Authorization", "Bearer token"};
    REQUIRE_FALSE(plan.prepare({.websocket = tern::websocket_options{.headers = {&header, 1}}}, own, said));
    CHECK(own->tls.server_name == "before");
    REQUIRE(own->websocket.headers.size() == 1);
    CHECK(own->websocket.headers[0].value == "Bearer token");
    CHECK(plan.prepare({.tls = tern::tls_options{.ca_file = "nowhere"}}, own, said) ==
          tern::errc::unusable_ca_certificates);
    CHECK(said == "no such file");
    REQUIRE_FALSE(plan.prepare({}, own, said));
    CHECK(own == usual);
}

TEST_CASE("user name and password of a URL hold where the options have none", "[connect_plan]")
{
    connect_plan plan;
    const tern::broker_list urls = brokers("mqtt://anna:secret@a", "mqtt://ben@b", "mqtt://c");
    REQUIRE_FALSE(plan.set(url_source(urls), {}, &mqtt_only, said));
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

    CHECK(plan.options_for_server({.user_name = "token"}).user_name == "token"); // given for one attempt
    CHECK(plan.options_for_server({.user_name = "token"}).password == tern::byte_view("own"));
    CHECK(plan.options().user_name == "carla");
}

TEST_CASE("a server is named without its secrets", "[connect_plan]")
{
    connect_plan plan;
    REQUIRE_FALSE(plan.set(url_source("mqtt://anna:secret@[2001:db8::7]:1885/path?query"), {}, &mqtt_only, said));
    CHECK(plan.server_name() == "mqtt://[2001:db8::7]:1885");
}
