// SPDX-License-Identifier: BSL-1.0
#include "tern/websocket/close_code.hpp"

#include "support/catch.hpp"
#include "unit/websocket/frames.hpp"

#include <string>
#include <string_view>

using namespace tern;
using namespace tern::websocket;
using tern_test::closing;

TEST_CASE("the codes that a close frame may have")
{
    // RFC 6455 7.4; 1012 to 1014 in the registry
    for (unsigned code = 0; code <= 0xFFFF; ++code)
    {
        const bool good = code == 1000 || code == 1001 || code == 1002 || code == 1003 ||
                          (code >= 1007 && code <= 1014) || (code >= 3000 && code < 5000);
        const std::string payload = closing(code);
        const close_payload found = parse_close(payload);
        if (may_be_sent(static_cast<websocket_close_code>(code)) != good || (found.error == errc{}) != good ||
            static_cast<unsigned>(found.code) != code)
        {
            FAIL_CHECK("code " << code);
        }
    }
}

TEST_CASE("what a close frame holds")
{
    CHECK(parse_close("").error == errc{});
    CHECK(parse_close("").code == websocket_close_code::none);
    CHECK(parse_close("x").error == errc::websocket_protocol_error); // RFC 6455 5.5.1: two bytes or none
    const std::string bye = closing(1001, "bye");
    CHECK(parse_close(bye).error == errc{});
    CHECK(parse_close(bye).code == websocket_close_code::going_away);
    CHECK(parse_close(bye).reason == "bye");
    const std::string bad_code = closing(1005, "bye");
    CHECK(parse_close(bad_code).error == errc::websocket_protocol_error);
    CHECK(parse_close(bad_code).reason.empty());
}

TEST_CASE("the reason of a close frame is UTF-8")
{
    // RFC 6455 5.5.1, 8.1; the sequences of section 6 of the Autobahn tests
    for (const std::string_view good :
         {std::string_view("a\0b", 3), std::string_view("\0", 1), std::string_view("\0\0", 2),
          std::string_view("K\xC3\xBC"), std::string_view("\xE2\x82\xAC"), std::string_view("\xF4\x8F\xBF\xBF"),
          std::string_view("\xEF\xBF\xBF"), std::string_view("\xED\x9F\xBF")})
    {
        CAPTURE(std::string(good));
        CHECK(is_close_text(good));
        const std::string payload = closing(1000, good);
        CHECK(parse_close(payload).reason == good);
    }
    for (const std::string_view bad :
         {std::string_view("\xCE\xBA\xED\xA0\x80"), std::string_view("\xF4\x90\x80\x80"), std::string_view("\xC0\x80"),
          std::string_view("\xE2\x82"), std::string_view("\x80"), std::string_view("\xFF"),
          std::string_view("a\0\xFF", 3), std::string_view("\xE0\x80\xAF"), std::string_view("\xF8\x88\x80\x80\x80")})
    {
        CAPTURE(std::string(bad));
        CHECK_FALSE(is_close_text(bad));
        const std::string payload = closing(1000, bad);
        CHECK(parse_close(payload).error == errc::websocket_invalid_text);
        CHECK(parse_close(payload).reason.empty());
    }
}

TEST_CASE("with which code a violation is answered")
{
    // RFC 6455 7.4.1
    CHECK(close_code_for(errc::websocket_protocol_error) == websocket_close_code::protocol_error);
    CHECK(close_code_for(errc::websocket_text_frame) == websocket_close_code::unsupported_data);
    CHECK(close_code_for(errc::websocket_invalid_text) == websocket_close_code::invalid_text);
    CHECK(close_code_for(errc::websocket_frame_too_large) == websocket_close_code::message_too_big);
}
