// SPDX-License-Identifier: BSL-1.0
#include "tern/session/authentication.hpp"

#include "script.hpp"
#include "support/catch.hpp"

#include <optional>
#include <string_view>

using namespace tern;
using namespace tern_test;
using tern::session::authentication;

namespace
{

wire::auth auth_packet(reason_code reason, std::optional<std::string_view> method = "M")
{
    wire::auth packet;
    packet.reason_code = reason;
    packet.properties.authentication_method = method;
    return packet;
}

connack_properties connack(std::optional<std::string_view> method = "M")
{
    connack_properties properties;
    properties.authentication_method = method;
    return properties;
}

} // namespace

TEST_CASE("without a method there is no AUTH in either direction", "[session]")
{
    authentication none;
    none.start(std::nullopt);
    CHECK(none.check_answer() == errc::authentication_not_configured);
    CHECK(none.auth_received(auth_packet(reason_code::continue_authentication)) == errc::unexpected_packet);
    CHECK(none.connack_received(connack()) == errc::authentication_method_mismatch);
    CHECK(none.connack_received(connack(std::nullopt)) == errc{});
    CHECK(none.check_re_authentication() == errc::authentication_not_configured);
}

TEST_CASE("challenges and answers take turns until CONNACK", "[session]")
{
    authentication method;
    method.start("M");
    CHECK(method.check_answer() == errc::invalid_option);
    CHECK(method.check_re_authentication() == errc::not_connected);
    CHECK(method.auth_received(auth_packet(reason_code::continue_authentication)) == errc{});
    CHECK(method.auth_received(auth_packet(reason_code::continue_authentication)) == errc::unexpected_packet);
    CHECK(method.check_answer() == errc{});
    method.answered();
    CHECK(method.check_answer() == errc::invalid_option);
    CHECK(method.auth_received(auth_packet(reason_code::success)) == errc::unexpected_packet);
    CHECK(method.connack_received(connack()) == errc{});
    CHECK(method.auth_received(auth_packet(reason_code::continue_authentication)) == errc::unexpected_packet);
}

TEST_CASE("the method is the same in every packet", "[session]")
{
    authentication method;
    method.start("M");
    CHECK(method.auth_received(auth_packet(reason_code::continue_authentication, "N")) ==
          errc::authentication_method_mismatch);
    CHECK(method.auth_received(auth_packet(reason_code::continue_authentication, std::nullopt)) ==
          errc::authentication_method_mismatch);
    CHECK(method.connack_received(connack("N")) == errc::authentication_method_mismatch);
    CHECK(method.connack_received(connack(std::nullopt)) == errc::authentication_method_mismatch);
}

TEST_CASE("a re-authentication is asked for by the client, once at a time", "[session]")
{
    authentication method;
    method.start("M");
    REQUIRE(method.connack_received(connack()) == errc{});
    CHECK(method.auth_received(auth_packet(reason_code::re_authenticate)) == errc::unexpected_packet);
    CHECK(method.check_re_authentication() == errc{});
    method.re_authentication_sent();
    CHECK(method.re_authenticating());
    CHECK(method.check_re_authentication() == errc::authentication_in_progress);
    CHECK(method.auth_received(auth_packet(reason_code::continue_authentication)) == errc{});
    CHECK(method.auth_received(auth_packet(reason_code::success)) == errc::unexpected_packet);
    method.answered();
    CHECK(method.auth_received(auth_packet(reason_code::success)) == errc{});
    CHECK_FALSE(method.re_authenticating());
    CHECK(method.check_re_authentication() == errc{});
}
