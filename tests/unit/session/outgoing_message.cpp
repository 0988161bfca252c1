// SPDX-License-Identifier: BSL-1.0
#include "tern/session/outgoing_message.hpp"

#include "support/catch.hpp"

#include <cstdint>
#include <string>

using tern::session::outgoing_message;

TEST_CASE("the fields of a stored message lie behind each other in one block", "[session]")
{
    std::string block = "a/bPROPpayload";
    outgoing_message message;
    CHECK(message.size() == 0);
    message.data = block.data();
    message.topic_size = 3;
    message.properties_size = 4;
    message.payload_size = 7;
    CHECK(message.topic() == "a/b");
    CHECK(message.properties() == "PROP");
    CHECK(message.payload() == "payload");
    CHECK(message.size() == block.size());
    message.payload_size = 0xFFFFFFFF; // no sum of the sizes overflows
    CHECK(message.size() == std::uint64_t{0xFFFFFFFF} + 7);
}
