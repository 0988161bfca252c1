// SPDX-License-Identifier: BSL-1.0
#include "tern/client/parse_url.hpp"

#include "support/catch.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace
{

struct good_case
{
    std::string_view text;
    std::string_view scheme;
    std::string_view host;
    std::uint16_t port;
    std::string_view path;
    std::string_view query;
    std::string_view fragment;
};

constexpr good_case good_cases[] = {
    {"mqtt://broker.example", "mqtt", "broker.example", 1883, "", "", ""},
    {"MqTt://broker.example/", "mqtt", "broker.example", 1883, "/", "", ""},
    {"mqtts://b", "mqtts", "b", 8883, "", "", ""},
    {"ws://b/mqtt", "ws", "b", 80, "/mqtt", "", ""},
    {"wss://b:8084/mqtt?token=a%20b&c#f", "wss", "b", 8084, "/mqtt", "token=a%20b&c", "f"},
    {"broker.example", "mqtt", "broker.example", 1883, "", "", ""},
    {"broker.example:1884", "mqtt", "broker.example", 1884, "", "", ""},
    {"broker.example:1884/a/b", "mqtt", "broker.example", 1884, "/a/b", "", ""},
    {"localhost/a://b", "mqtt", "localhost", 1883, "/a://b", "", ""},
    {"[::1]", "mqtt", "::1", 1883, "", "", ""},
    {"[::1]:1", "mqtt", "::1", 1, "", "", ""},
    {"mqtt://[2001:db8::7]:65535/t", "mqtt", "2001:db8::7", 65535, "/t", "", ""},
    {"mqtt://[::ffff:127.0.0.1]", "mqtt", "::ffff:127.0.0.1", 1883, "", "", ""},
    {"mqtt://[fe80::1%25eth0]", "mqtt", "fe80::1%eth0", 1883, "", "", ""},
    {"mqtt://[fe80::1%eth0]:5", "mqtt", "fe80::1%eth0", 5, "", "", ""},
    {"mqtt://192.0.2.1:1883", "mqtt", "192.0.2.1", 1883, "", "", ""},
    {"mqtt://host:", "mqtt", "host", 1883, "", "", ""},
    {"mqtt://host:0080", "mqtt", "host", 80, "", "", ""},
    {"mqtt://K%C3%BCche.example", "mqtt",
     "K\xC3\xBC"
     "che.example",
     1883, "", "", ""},
    {"mqtt://K\xC3\xBC"
     "che.example/K\xC3\xBC"
     "che/#",
     "mqtt",
     "K\xC3\xBC"
     "che.example",
     1883,
     "/K\xC3\xBC"
     "che/",
     "", ""},
    {"mqtt://h?q", "mqtt", "h", 1883, "", "q", ""},
    {"mqtt://h#f?g", "mqtt", "h", 1883, "", "", "f?g"},
    {"unix:///run/broker.sock", "unix", "", 0, "/run/broker.sock", "", ""},
    {"a+b-c.9://h", "a+b-c.9", "h", 0, "", "", ""},
};

struct bad_case
{
    std::string_view text;
    tern::url_fault fault;
    std::size_t offset;
};

using fault = tern::url_fault;

constexpr bad_case bad_cases[] = {
    {"", fault::empty, 0},
    {"://host", fault::invalid_scheme, 0},
    {"1mqtt://host", fault::invalid_scheme, 0},
    {"mq_tt://host", fault::invalid_scheme, 2},
    {"mqtt://", fault::missing_host, 7},
    {"mqtt:///path", fault::missing_host, 7},
    {"mqtt://:1883", fault::missing_host, 7},
    {"mqtt://user@", fault::missing_host, 12},
    {"mqtt://user@/t", fault::missing_host, 12},
    {":1883", fault::missing_host, 0},
    {"mqtt://ho st", fault::control_character_or_space, 9},
    {"mqtt://host\n", fault::control_character_or_space, 11},
    {"mqtt://host\x7F", fault::control_character_or_space, 11},
    {" mqtt://host", fault::control_character_or_space, 0},
    {std::string_view("mqtt://h\0st", 11), fault::nul_character, 8},
    {"mqtt://h%00st", fault::nul_character, 8},
    {"mqtt://u:a%00b@h", fault::nul_character, 10},
    {"mqtt://h%2", fault::invalid_percent_escape, 8},
    {"mqtt://h%zz", fault::invalid_percent_escape, 8},
    {"mqtt://h/100%", fault::invalid_percent_escape, 12},
    {"mqtt://h/[%zz", fault::invalid_percent_escape, 10},
    {"mqtt://h%20x", fault::invalid_host, 8},
    {"mqtt://h%2Fx", fault::invalid_host, 8},
    {"mqtt://h%ff", fault::invalid_text, 8},
    {"mqtt://h\xFF", fault::invalid_text, 8},
    {"mqtt://a%ff@h", fault::invalid_text, 7},
    {"mqtt://h<x>", fault::invalid_host, 8},
    {"mqtt://h\\x", fault::invalid_host, 8},
    {"mqtt://::1", fault::ipv6_without_brackets, 7},
    {"::1", fault::ipv6_without_brackets, 0},
    {"mqtt://2001:db8::1:1883", fault::ipv6_without_brackets, 7},
    {"mqtt://[::1", fault::invalid_ipv6_address, 7},
    {"mqtt://[]", fault::invalid_ipv6_address, 7},
    {"mqtt://[localhost]", fault::invalid_ipv6_address, 7},
    {"mqtt://[127.0.0.1]", fault::invalid_ipv6_address, 7},
    {"mqtt://[::1%]", fault::invalid_ipv6_address, 7},
    {"mqtt://[::1]x", fault::invalid_host, 12},
    {"mqtt://h:x", fault::invalid_port, 9},
    {"mqtt://h:18x3", fault::invalid_port, 11},
    {"mqtt://h:-1", fault::invalid_port, 9},
    {"mqtt://h:0", fault::port_out_of_range, 9},
    {"mqtt://h:65536", fault::port_out_of_range, 9},
    {"mqtt://h:99999999999999999999", fault::port_out_of_range, 9},
    {"mqtt://a@b@h", fault::invalid_user_information, 8},
    {"unix://host/x", fault::invalid_host, 7},
    {"unix://", fault::missing_path, 7},
    {"unix:///", fault::missing_path, 7},
};

} // namespace

TEST_CASE("what a URL says", "[parse_url]")
{
    for (const good_case& one : good_cases)
    {
        CAPTURE(one.text);
        tern::url got;
        tern::url_problem problem{tern::url_fault::empty, 1};
        CHECK(!tern::parse_url(one.text, got, &problem));
        CHECK(problem.fault == tern::url_fault::none);
        CHECK(got.scheme == one.scheme);
        CHECK(got.host == one.host);
        CHECK(got.port == one.port);
        CHECK(got.path == one.path);
        CHECK(got.query == one.query);
        CHECK(got.fragment == one.fragment);
        CHECK(!got.has_user_name);
        CHECK(!got.has_password);
        CHECK(tern::explain_url(one.text).empty());
    }
}

TEST_CASE("what is no URL, why, and where", "[parse_url]")
{
    for (const bad_case& one : bad_cases)
    {
        CAPTURE(one.text);
        tern::url got;
        got.host = "untouched";
        tern::url_problem problem;
        CHECK(tern::parse_url(one.text, got, &problem) == tern::errc::invalid_url);
        CHECK(to_string(problem.fault) == to_string(one.fault));
        CHECK(problem.offset == one.offset);
        CHECK(got.host == "untouched");
    }
}

TEST_CASE("user name and password are decoded", "[parse_url]")
{
    tern::url got;
    REQUIRE(!tern::parse_url("mqtt://us%65r:p%40ss%3A%2F:w@host:5", got));
    CHECK(got.has_user_name);
    CHECK(got.user_name == "user");
    CHECK(got.has_password);
    CHECK(got.password == "p@ss:/:w"); // only the first colon separates
    CHECK(got.host == "host");
    CHECK(got.port == 5);

    REQUIRE(!tern::parse_url("user@host", got));
    CHECK(got.user_name == "user");
    CHECK(!got.has_password);
    REQUIRE(!tern::parse_url("user:@host", got));
    CHECK(got.has_password);
    CHECK(got.password.empty());
    REQUIRE(!tern::parse_url("mqtt://:secret@host", got));
    CHECK(got.has_user_name);
    CHECK(got.user_name.empty());
    CHECK(got.password == "secret");
    REQUIRE(!tern::parse_url("mqtt://u:%FF%FE@host", got)); // a password is bytes
    CHECK(got.password == "\xFF\xFE");
    REQUIRE(!tern::parse_url("mqtt://user:pw@[::1]:7/t", got));
    CHECK(got.host == "::1");
    CHECK(got.port == 7);
}

TEST_CASE("lengths have bounds", "[parse_url]")
{
    tern::url got;
    tern::url_problem problem;
    CHECK(!tern::parse_url("mqtt://" + std::string(253, 'h'), got));
    CHECK(tern::parse_url("mqtt://" + std::string(254, 'h'), got, &problem) == tern::errc::invalid_url);
    CHECK(problem.fault == tern::url_fault::host_too_long);
    CHECK(!tern::parse_url("mqtt://h/" + std::string(8192 - 9, 'p'), got));
    CHECK(tern::parse_url("mqtt://h/" + std::string(8192 - 8, 'p'), got, &problem) == tern::errc::invalid_url);
    CHECK(problem.fault == tern::url_fault::too_long);
}

TEST_CASE("an explanation says where, counted from one, and repeats no password", "[parse_url]")
{
    const std::string text = tern::explain_url("mqtt://user:secret@host:99999");
    CHECK(text == "character 25 of the URL: a port is 1 to 65535");
    CHECK(text.find("secret") == std::string::npos);
}

TEST_CASE("percent_decode leaves what is no escape", "[parse_url]")
{
    CHECK(tern::percent_decode("K%C3%BCche/100%/%4") == "K\xC3\xBC"
                                                        "che/100%/%4");
    CHECK(tern::percent_decode("%41%zz%4g%") == "A%zz%4g%");
    CHECK(tern::percent_decode("").empty());
}
