// SPDX-License-Identifier: BSL-1.0
#include "tern/session/connect_settings.hpp"

#include "support/catch.hpp"

#include <chrono>
#include <optional>
#include <string>

using namespace tern;
using namespace tern::session;
using namespace std::chrono_literals;

namespace
{

constexpr std::uint32_t own_limit = 1'000;

wire::connect packet_of(const connect_settings& settings, protocol_version version)
{
    return settings.packet(version, settings.options().client_id, true, true, own_limit, std::nullopt);
}

} // namespace

TEST_CASE("settings keep everything of the options as a copy", "[session]")
{
    std::optional<connect_settings> settings;
    {
        const std::string id = "id";
        const std::string user = "user";
        const std::string secret = "secret";
        const std::string topic = "will/topic";
        const std::string payload = "gone";
        const std::string correlation = "42";
        const user_property properties[] = {{"a", "b"}};
        will_options will;
        will.topic = topic;
        will.payload = payload;
        will.qos = qos::at_least_once;
        will.retain = true;
        will.will_delay_interval = 5s;
        will.message_expiry_interval = 6s;
        will.correlation_data = byte_view(correlation);
        will.user_properties = properties;
        connect_options options;
        options.client_id = id;
        options.user_name = user;
        options.password = byte_view(secret);
        options.user_properties = properties;
        options.will = will;
        settings.emplace(options);
    }
    const connect_settings moved = std::move(*settings);
    settings.reset();
    const wire::connect packet = packet_of(moved, protocol_version::v5);
    CHECK(packet.client_identifier == "id");
    CHECK(packet.user_name == "user");
    CHECK(packet.password == byte_view("secret"));
    CHECK((*packet.properties.user_properties.begin()).value == "b");
    REQUIRE(packet.will);
    CHECK(packet.will->topic == "will/topic");
    CHECK(packet.will->payload == byte_view("gone"));
    CHECK(packet.will->qos == qos::at_least_once);
    CHECK(packet.will->retain);
    CHECK(packet.will->properties.will_delay_interval == 5U);
    CHECK(packet.will->properties.message_expiry_interval == 6U);
    CHECK(packet.will->properties.correlation_data == byte_view("42"));
    CHECK((*packet.will->properties.user_properties.begin()).name == "a");
}

TEST_CASE("properties that say what the standard presumes are left out", "[session]")
{
    connect_options options;
    options.session_expiry = 0s;
    options.receive_maximum = 65'535;
    options.maximum_packet_size = 268'435'460;
    options.topic_alias_maximum = 0;
    CHECK(packet_of(connect_settings(options), protocol_version::v5).properties == connect_properties{});

    options = {};
    options.request_response_information = true;
    options.request_problem_information = false;
    const connect_properties said = packet_of(connect_settings(options), protocol_version::v5).properties;
    CHECK(said.session_expiry_interval == 3600U);
    CHECK(said.receive_maximum == 256);
    CHECK(said.maximum_packet_size == own_limit);
    CHECK(said.topic_alias_maximum == 16);
    CHECK(said.request_response_information == true);
    CHECK(said.request_problem_information == false);
}

TEST_CASE("3.1.1 leaves out what it does not have", "[session]")
{
    connect_options options;
    options.client_id = "c";
    options.authentication_method = "M";
    const connect_settings settings(options);
    CHECK(packet_of(settings, protocol_version::v3_1_1).properties == connect_properties{});
    CHECK(settings.check(protocol_version::v3_1_1) == errc{});
    CHECK(settings.maximum_packet_size(protocol_version::v3_1_1, 77) == 77);
}

TEST_CASE("options that MQTT forbids are refused", "[session]")
{
    connect_options options;
    options.client_id = "c";
    const auto error = [&](protocol_version version = protocol_version::v5) {
        return connect_settings(options).check(version);
    };
    CHECK(error() == errc{});
    SECTION("keep alive") // two bytes
    {
        options.keep_alive = 65'536s;
        CHECK(error() == errc::invalid_option);
        options.keep_alive = -1s;
        CHECK(error() == errc::invalid_option);
        options.keep_alive = 65'535s;
        CHECK(error() == errc{});
    }
    SECTION("session expiry") // four bytes
    {
        options.session_expiry = never_expires + 1s;
        CHECK(error() == errc::invalid_option);
        options.session_expiry = never_expires;
        CHECK(error() == errc{});
    }
    SECTION("receive maximum")
    {
        options.receive_maximum = 0;
        CHECK(error() == errc::invalid_option);
    }
    SECTION("client identifier")
    {
        options.client_id = "\xFF";
        CHECK(error() == errc::invalid_text);
        const std::string long_id(65'536, 'x');
        options.client_id = long_id;
        CHECK(error() == errc::field_too_long);
    }
    SECTION("user name")
    {
        options.user_name = std::string_view("a\0b", 3);
        CHECK(error() == errc::invalid_text);
    }
    SECTION("password without user name, in 3.1.1")
    {
        options.password = byte_view("p");
        CHECK(error() == errc{});
        CHECK(error(protocol_version::v3_1_1) == errc::not_supported_by_protocol_version);
    }
}

TEST_CASE("wills that MQTT forbids are refused", "[session]")
{
    will_options will;
    const auto error = [&](protocol_version version = protocol_version::v5) {
        connect_options options;
        options.client_id = "c";
        options.will = will;
        return connect_settings(options).check(version);
    };
    CHECK(error() == errc::invalid_topic_name);
    will.topic = "a/+";
    CHECK(error() == errc::invalid_topic_name);
    will.topic = "a";
    will.qos = static_cast<qos>(3);
    CHECK(error() == errc::invalid_qos);
    will.qos = qos::exactly_once;
    CHECK(error() == errc{});
    CHECK(error(protocol_version::v3_1_1) == errc{});
    will.will_delay_interval = -1s;
    CHECK(error() == errc::invalid_option);
    will.will_delay_interval = 1s;
    CHECK(error(protocol_version::v3_1_1) == errc::not_supported_by_protocol_version);
}

TEST_CASE("user name and password can be replaced, as copies, or stay as they are", "[session]")
{
    connect_options options;
    options.user_name = "ann";
    options.password = byte_view("secret");
    connect_settings settings(options);
    {
        std::string name = "a name that does not fit into a small string";
        std::string password = "a password that does not either, as it should be";
        CHECK(settings.set_credentials(name, byte_view(password), protocol_version::v5) == errc{});
        name.assign(name.size(), 'x');
        password.assign(password.size(), 'x');
    }
    CHECK(settings.options().user_name == "a name that does not fit into a small string");
    CHECK(settings.options().password == byte_view("a password that does not either, as it should be"));
    CHECK(settings.set_credentials("a\xFF", std::nullopt, protocol_version::v5) == errc::invalid_text);
    CHECK(settings.set_credentials(std::nullopt, byte_view("p"), protocol_version::v3_1_1) ==
          errc::not_supported_by_protocol_version);
    CHECK(settings.options().user_name == "a name that does not fit into a small string");
    CHECK(settings.set_credentials(std::nullopt, std::nullopt, protocol_version::v3_1_1) == errc{});
    CHECK_FALSE(settings.options().user_name);
}
