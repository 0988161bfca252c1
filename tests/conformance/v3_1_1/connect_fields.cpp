// SPDX-License-Identifier: BSL-1.0
//
// Chapter 3.1: the flags and fields of CONNECT. When it is sent, and what follows from it, is in connect.cpp.
#include "connect_layout.hpp"
#include "script.hpp"
#include "support/catch.hpp"

#include <algorithm>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

using namespace conformance_3_1_1;

namespace
{

/// What a test asks of one combination of options.
struct combination
{
    connect_options options;
    connect_layout sent;
};

/// CONNECT for every combination of CleanSession, will, its QoS and Retain, user name and password.
std::vector<combination> combinations()
{
    std::vector<combination> all;
    for (unsigned bits = 0; bits < 128; ++bits)
    {
        connect_options options = (bits & 1U) != 0 ? clean_session_1() : clean_session_0();
        const bool with_will = (bits & 2U) != 0;
        const auto level = static_cast<qos>((bits >> 2U) & 3U);
        if (with_will)
        {
            options.will = will_options{.topic = "w", .payload = "W", .qos = level, .retain = (bits & 16U) != 0};
        }
        if ((bits & 32U) != 0)
        {
            options.user_name = "u";
        }
        if ((bits & 64U) != 0)
        {
            options.password = "p";
        }
        const bool is_legal = level <= qos::exactly_once && (options.user_name || !options.password);
        const bool is_new = with_will || (bits & 0x1CU) == 0;
        if (is_legal && is_new)
        {
            const handshaking_session server(options);
            all.push_back({options, connect_layout(server.connects.at(0))});
        }
    }
    REQUIRE(all.size() == 2 * 7 * 3); // without a will or 3 QoS with and without Retain; nothing, user name, both
    return all;
}

/// What the options lead to: the error, and that nothing was sent for it.
std::error_code refusal(const connect_options& options)
{
    script server;
    const std::error_code error = server.engine.configure(options);
    return server.sent().empty() ? error : std::error_code();
}

} // namespace

TEST_CASE("3.1.1: the protocol name is MQTT", "[v3.1.1][MQTT-3.1.2-1]")
{
    const handshaking_session server;
    CHECK(server.connects == packets{"10 0D 00 04 4D 51 54 54 04 02 00 3C 00 01 63"});
}

TEST_CASE("3.1.1: the lowest bit of the connect flags is 0", "[v3.1.1][MQTT-3.1.2-3]")
{
    for (const combination& each : combinations())
    {
        CHECK((each.sent.flags & 1U) == 0);
    }
}

TEST_CASE("3.1.1: with the will flag both will fields are present", "[v3.1.1][MQTT-3.1.2-9]")
{
    for (const combination& each : combinations())
    {
        if (each.options.will)
        {
            CHECK(each.sent.has(will_flag));
            CHECK(((each.sent.flags & will_qos_flags) >> 3U) == static_cast<unsigned>(each.options.will->qos));
            CHECK(each.sent.has(will_retain_flag) == each.options.will->retain);
            REQUIRE(each.sent.fields.size() >= 3);
            CHECK(each.sent.fields[1] == "w");
            CHECK(each.sent.fields[2] == "W");
        }
    }
    // An empty will message is a field of length 0.
    connect_options options = clean_session_1();
    options.will.emplace().topic = "w";
    CHECK(handshaking_session(options).connects ==
          packets{"10 12 00 04 4D 51 54 54 04 06 00 3C 00 01 63 00 01 77 00 00"});
}

TEST_CASE("3.1.1: without the will flag its bits are 0 and its fields absent", "[v3.1.1][MQTT-3.1.2-11]")
{
    for (const combination& each : combinations())
    {
        if (!each.options.will)
        {
            CHECK((each.sent.flags & (will_flag | will_qos_flags | will_retain_flag)) == 0);
            CHECK(each.sent.fields.size() ==
                  1U + (each.options.user_name ? 1U : 0U) + (each.options.password ? 1U : 0U));
        }
    }
}

TEST_CASE("3.1.1: without the will flag the will QoS is 0", "[v3.1.1][MQTT-3.1.2-13]")
{
    for (const combination& each : combinations())
    {
        CHECK((each.sent.has(will_flag) || (each.sent.flags & will_qos_flags) == 0));
    }
}

TEST_CASE("3.1.1: a will QoS of 3 is refused", "[v3.1.1][MQTT-3.1.2-14]")
{
    connect_options options = clean_session_1();
    options.will = will_options{.topic = "w", .qos = static_cast<qos>(3)};
    CHECK(refusal(options) == errc::invalid_qos);
    for (const combination& each : combinations())
    {
        CHECK_FALSE(each.sent.has(will_qos_flags));
    }
}

TEST_CASE("3.1.1: without the will flag will retain is 0", "[v3.1.1][MQTT-3.1.2-15]")
{
    for (const combination& each : combinations())
    {
        CHECK((each.sent.has(will_flag) || !each.sent.has(will_retain_flag)));
    }
}

TEST_CASE("3.1.1: without the user name flag there is no user name", "[v3.1.1][MQTT-3.1.2-18]")
{
    for (const combination& each : combinations())
    {
        if (!each.options.user_name)
        {
            CHECK_FALSE(each.sent.has(user_name_flag));
            CHECK(each.sent.fields.size() == (each.options.will ? 3 : 1));
        }
    }
}

TEST_CASE("3.1.1: with the user name flag there is a user name", "[v3.1.1][MQTT-3.1.2-19]")
{
    for (const combination& each : combinations())
    {
        if (each.options.user_name)
        {
            CHECK(each.sent.has(user_name_flag));
            REQUIRE(each.sent.fields.size() > (each.options.will ? 3 : 1));
            CHECK(each.sent.fields[each.options.will ? 3 : 1] == "u");
        }
    }
}

TEST_CASE("3.1.1: without the password flag there is no password", "[v3.1.1][MQTT-3.1.2-20]")
{
    for (const combination& each : combinations())
    {
        if (!each.options.password)
        {
            CHECK_FALSE(each.sent.has(password_flag));
            CHECK(std::count(each.sent.fields.begin(), each.sent.fields.end(), "p") == 0);
            CHECK(each.sent.fields.size() == 1U + (each.options.will ? 2U : 0U) + (each.options.user_name ? 1U : 0U));
        }
    }
}

TEST_CASE("3.1.1: with the password flag there is a password", "[v3.1.1][MQTT-3.1.2-21]")
{
    for (const combination& each : combinations())
    {
        if (each.options.password)
        {
            CHECK(each.sent.has(password_flag));
            CHECK(each.sent.fields.back() == "p");
        }
    }
    // An empty one is a password too.
    connect_options options = clean_session_1();
    options.user_name = "";
    options.password = "";
    const connect_layout sent(handshaking_session(options).connects.at(0));
    CHECK(sent.has(user_name_flag | password_flag));
    CHECK(sent.fields == std::vector<std::string>{"c", "", ""});
}

TEST_CASE("3.1.1: a password without a user name is refused", "[v3.1.1][MQTT-3.1.2-22]")
{
    connect_options options = clean_session_1();
    options.password = "p";
    CHECK(refusal(options) == errc::not_supported_by_protocol_version);
    for (const combination& each : combinations())
    {
        CHECK((!each.sent.has(password_flag) || each.sent.has(user_name_flag)));
    }
    // 5.0 has no such rule: a client that falls back finds out when it opens.
    options.protocol = protocol_choice::v5_or_v3_1_1;
    script server;
    CHECK_FALSE(server.engine.configure(options));
    CHECK(server.engine.open(v3_1_1, server.now) == errc::not_supported_by_protocol_version);
    CHECK(server.sent().empty());
}

TEST_CASE("3.1.1: the payload is client identifier and will topic and will message and user name and password",
          "[v3.1.1][MQTT-3.1.3-1]")
{
    connect_options options = clean_session_1();
    options.client_id = "id";
    options.keep_alive = 258s;
    options.will = will_options{.topic = "wt", .payload = "wm", .qos = two, .retain = true};
    options.user_name = "un";
    options.password = "pw";
    CHECK(handshaking_session(options).connects ==
          packets{"10 1E 00 04 4D 51 54 54 04 F6 01 02 00 02 69 64 00 02 77 74 00 02 77 6D 00 02 75 6E 00 02 70 77"});
}

TEST_CASE("3.1.1: the client identifier is present and first", "[v3.1.1][MQTT-3.1.3-3]")
{
    for (const combination& each : combinations())
    {
        REQUIRE_FALSE(each.sent.fields.empty());
        CHECK(each.sent.fields[0] == "c");
    }
    connect_options options = clean_session_1();
    options.client_id = "";
    CHECK(connect_layout(handshaking_session(options).connects.at(0)).fields == std::vector<std::string>{""});
}

TEST_CASE("3.1.1: a client identifier that is not UTF-8 is refused", "[v3.1.1][MQTT-3.1.3-4]")
{
    for (const std::string_view text : {"\xFF", "c\xED\xA0\x80", "\xC3"})
    {
        connect_options options = clean_session_1();
        options.client_id = text;
        CHECK(refusal(options) == errc::invalid_text);
    }
}

TEST_CASE("3.1.1: an empty client identifier goes with CleanSession 1 only", "[v3.1.1][MQTT-3.1.3-7]")
{
    connect_options options = clean_session_1();
    options.client_id = "";
    CHECK(connect_layout(handshaking_session(options).connects.at(0)).has(clean_session_flag));
    // The encoder refuses it with CleanSession 0.
    wire::connect packet;
    packet.clean_start = false;
    CHECK(wire::encoded_size(v3_1_1, packet).error == errc::not_supported_by_protocol_version);
    // An application that asks for a session without naming itself gets a name instead of a refusal.
    options = clean_session_0();
    options.client_id = "";
    const connect_layout sent(handshaking_session(options).connects.at(0));
    CHECK_FALSE(sent.has(clean_session_flag));
    CHECK(sent.fields.at(0).size() == 20);
}

TEST_CASE("3.1.1: a will topic that is not UTF-8 is refused", "[v3.1.1][MQTT-3.1.3-10]")
{
    for (const std::string_view text : {"\xFF", "w\xED\xA0\x80", "\xC3"})
    {
        connect_options options = clean_session_1();
        options.will.emplace().topic = text;
        CHECK(refusal(options) == errc::invalid_text);
    }
}

TEST_CASE("3.1.1: a user name that is not UTF-8 is refused", "[v3.1.1][MQTT-3.1.3-11]")
{
    for (const std::string_view text : {"\xFF", "u\xED\xA0\x80", "\xC3"})
    {
        connect_options options = clean_session_1();
        options.user_name = text;
        CHECK(refusal(options) == errc::invalid_text);
    }
    // A password is binary.
    connect_options options = clean_session_1();
    options.user_name = "u";
    options.password = "\xFF";
    CHECK_FALSE(refusal(options));
}
