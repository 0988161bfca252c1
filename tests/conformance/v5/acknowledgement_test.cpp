// SPDX-License-Identifier: BSL-1.0
//
// PUBACK, PUBREC, PUBREL and PUBCOMP: their reason codes, their flags and their size. v5 3.4 to 3.7

#include "conformance/v5/play.hpp"

#include <algorithm>
#include <set>

using namespace conformance_5;
using tern::qos;

namespace
{

const std::vector<unsigned> codes_of_puback = {0x00, 0x10, 0x80, 0x83, 0x87, 0x90, 0x91, 0x97, 0x99}; // and of PUBREC
const std::vector<unsigned> codes_of_pubrel = {0x00, 0x92};                                           // and of PUBCOMP

bool is_listed(const std::vector<unsigned>& codes, unsigned code)
{
    return std::count(codes.begin(), codes.end(), code) != 0;
}

// The codes that answer a message of this QoS, whatever the application says about it.
std::set<unsigned> codes_sent(int level)
{
    std::set<unsigned> found;
    for (unsigned code = 0; code <= 0xFF; ++code)
    {
        script play;
        play.connect();
        take(play, receive(play, publish_text(level, 1)), static_cast<tern::reason_code>(code));
        const packets sent = play.sent();
        REQUIRE(sent.size() == 1);
        const std::string bytes = from_hex(sent[0]);
        found.insert(bytes.size() == 4 ? 0U : static_cast<unsigned char>(bytes[4]));
        const bool shortest = bytes.size() == 4 || (bytes.size() == 5 && bytes[4] != 0);
        CHECK(shortest);
    }
    return found;
}

void check_codes_received(std::string_view first, const std::vector<unsigned>& listed)
{
    for (unsigned code = 0; code <= 0xFF; ++code)
    {
        // Of an identifier that is not in use: the code is judged first.
        for (const std::string& rest : {std::string(), std::string("00")})
        {
            const std::string packet = framed(first, joined("00 09", integer(code, 1), rest));
            INFO(packet);
            CHECK(end_after(packet) == (is_listed(listed, code) ? "goes on" : protocol_error));
        }
    }
}

// The acknowledgement with this property, at the client's Maximum Packet Size and one byte above it.
void check_size_received(std::string_view first, const std::string& property)
{
    const std::string packet = framed(first, joined("00 09 00", property_block(property)));
    tern::connect_options options = plain_options();
    options.maximum_packet_size = static_cast<std::uint32_t>(byte_count(packet));
    CHECK(end_after(packet, options) == "goes on");
    --options.maximum_packet_size;
    CHECK(end_after(packet, options) == closed_with("95"));
}

// Every acknowledgement that a client sends, to a server that takes packets of `maximum` bytes.
packets acknowledgements_sent(std::uint32_t maximum)
{
    wire::connack answer;
    answer.properties.maximum_packet_size = maximum;
    script play;
    play.connect(plain_options(), answer);
    take(play, receive(play, publish_text(1, 1)), tern::reason_code::quota_exceeded);
    take(play, receive(play, publish_text(2, 2)), tern::reason_code::not_authorized);
    take(play, receive(play, publish_text(2, 3)));
    (void)play.feed_hex("62 02 00 03");
    (void)play.feed_hex("62 02 00 04"); // of nothing
    (void)play.feed_hex("50 02 00 05"); // of nothing
    return play.sent();
}

// The choice that makes these statements easy: an acknowledgement of tern's carries neither Reason String nor User
// Property, so that there is nothing to drop; five bytes are the most that it has.
void check_size_sent(std::string_view first)
{
    const packets all{"40 03 00 01 97", "50 03 00 02 87", "50 02 00 03",
                      "70 02 00 03",    "70 03 00 04 92", "62 03 00 05 92"};
    CHECK(acknowledgements_sent(268'435'460) == all);
    CHECK(acknowledgements_sent(5) == all);
    const packets small = acknowledgements_sent(4);
    for (const std::string& each : small)
    {
        CHECK(byte_count(each) <= 4);
    }
    CHECK(std::any_of(all.begin(), all.end(), [&](const std::string& each) { return each.starts_with(first); }));
}

const std::string reason_string = joined("1F", field("a reason of some length"));
const std::string user_property = user_property_text("name", "a value of some length");

} // namespace

TEST_CASE("a PUBACK reason is one of the listed values, in both directions", "[v5][MQTT-3.4.2-1]")
{
    // What the application says that PUBACK cannot carry becomes 0x80.
    CHECK(codes_sent(1) == std::set<unsigned>(codes_of_puback.begin(), codes_of_puback.end()));
    check_codes_received("40", codes_of_puback);
}

TEST_CASE("a Reason String makes no PUBACK too large", "[v5][MQTT-3.4.2-2]")
{
    check_size_sent("40");
    check_size_received("40", reason_string);
}

TEST_CASE("User Properties make no PUBACK too large", "[v5][MQTT-3.4.2-3]")
{
    check_size_sent("40");
    check_size_received("40", user_property);
}

TEST_CASE("a PUBREC reason is one of the listed values, in both directions", "[v5][MQTT-3.5.2-1]")
{
    CHECK(codes_sent(2) == std::set<unsigned>(codes_of_puback.begin(), codes_of_puback.end()));
    check_codes_received("50", codes_of_puback);
}

TEST_CASE("a Reason String makes no PUBREC too large", "[v5][MQTT-3.5.2-2]")
{
    check_size_sent("50");
    check_size_received("50", reason_string);
}

TEST_CASE("User Properties make no PUBREC too large", "[v5][MQTT-3.5.2-3]")
{
    check_size_sent("50");
    check_size_received("50", user_property);
}

TEST_CASE("the flags of PUBREL are 0010, and others are malformed", "[v5][MQTT-3.6.1-1]")
{
    script play;
    play.connect();
    REQUIRE_FALSE(play.publish(1, "x", qos::exactly_once).error);
    (void)play.sent();
    (void)play.feed_hex("50 02 00 01");
    CHECK(play.sent() == packets{"62 02 00 01"});
    play.resume();
    CHECK(play.sent() == packets{"62 02 00 01"}); // no DUP when it is sent again
    for (unsigned flags = 0; flags < 16; ++flags)
    {
        const std::string packet = joined(integer(0x60U | flags, 1), "02 00 09");
        INFO(packet);
        CHECK(end_after(packet) == (flags == 2 ? "goes on" : malformed));
    }
}

TEST_CASE("a PUBREL reason is one of the listed values, in both directions", "[v5][MQTT-3.6.2-1]")
{
    script play;
    play.connect();
    REQUIRE_FALSE(play.publish(1, "x", qos::exactly_once).error);
    (void)play.sent();
    (void)play.feed_hex("50 03 00 01 10"); // success without subscribers
    (void)play.feed_hex("50 02 00 07");    // of an identifier that is not in use
    CHECK(play.sent() == packets{"62 02 00 01", "62 03 00 07 92"});
    check_codes_received("62", codes_of_pubrel);
}

TEST_CASE("a Reason String makes no PUBREL too large", "[v5][MQTT-3.6.2-2]")
{
    check_size_sent("62");
    check_size_received("62", reason_string);
}

TEST_CASE("User Properties make no PUBREL too large", "[v5][MQTT-3.6.2-3]")
{
    check_size_sent("62");
    check_size_received("62", user_property);
}

TEST_CASE("a PUBCOMP reason is one of the listed values, in both directions", "[v5][MQTT-3.7.2-1]")
{
    script play;
    play.connect();
    take(play, receive(play, publish_text(2, 1)));
    (void)play.feed_hex("62 02 00 01");
    (void)play.feed_hex("62 02 00 01"); // the identifier is free by now
    CHECK(play.sent() == packets{"50 02 00 01", "70 02 00 01", "70 03 00 01 92"});
    check_codes_received("70", codes_of_pubrel);
}

TEST_CASE("a Reason String makes no PUBCOMP too large", "[v5][MQTT-3.7.2-2]")
{
    check_size_sent("70");
    check_size_received("70", reason_string);
}

TEST_CASE("User Properties make no PUBCOMP too large", "[v5][MQTT-3.7.2-3]")
{
    check_size_sent("70");
    check_size_received("70", user_property);
}

TEST_CASE("acknowledgements are accepted in all their short forms, and sent in the shortest", "[v5][U5-3.4.2.1]")
{
    for (const std::string_view rest : {"02 00 01", "03 00 01 00", "04 00 01 00 00"})
    {
        script play;
        play.connect();
        REQUIRE_FALSE(play.publish(1, "x", qos::at_least_once).error);
        (void)play.sent();
        const auto done = as<session::publish_completed>(play.feed_hex(joined("40", rest)));
        REQUIRE(done);
        CHECK(done->reason == tern::reason_code::success);

        script exactly;
        exactly.connect();
        REQUIRE_FALSE(exactly.publish(1, "x", qos::exactly_once).error);
        (void)exactly.sent();
        CHECK_FALSE(exactly.feed_hex(joined("50", rest)));
        CHECK(exactly.sent() == packets{"62 02 00 01"});
        CHECK(as<session::publish_completed>(exactly.feed_hex(joined("70", rest))));

        take(exactly, receive(exactly, publish_text(2, 1)));
        (void)exactly.feed_hex(joined("62", rest));
        CHECK(exactly.sent() == packets{"50 02 00 01", "70 02 00 01"});
    }
}
