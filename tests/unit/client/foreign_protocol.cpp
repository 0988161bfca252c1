// SPDX-License-Identifier: BSL-1.0
#include "tern/client/foreign_protocol.hpp"

#include "support/catch.hpp"
#include "support/memory_client.hpp"

#include <string>
#include <string_view>

using tern::detail::explain_answer;

TEST_CASE("an answer that is not MQTT is known by its first bytes")
{
    CHECK(explain_answer(std::string_view("\x15\x03\x03\x00\x02\x02\x46", 7)).find("mqtts") != std::string_view::npos);
    CHECK(explain_answer("HTTP/1.1 400 Bad Request\r\n").find("ws instead") != std::string_view::npos);
    CHECK(explain_answer(std::string_view("\x20\x03\x00\x00\x00", 5)).empty());
    CHECK(explain_answer("").empty());
    CHECK(explain_answer("\x15").empty());
}
