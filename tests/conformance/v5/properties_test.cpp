// SPDX-License-Identifier: BSL-1.0
//
// Properties: which packet may hold which, how often, how long, and in which order they leave. v5 2.2.2

#include "conformance/v5/play.hpp"

#include <algorithm>
#include <utility>

using namespace conformance_5;

namespace
{

// Table 2-4 once more, so that the library's own is not tested by itself: identifier, a legal value, and where it may
// be.
struct property_row
{
    unsigned identifier;
    std::string_view value;
    std::string_view carriers; ///< one letter each: see carrier_letters
};

// C connect, W will, A connack, P publish, a to d puback pubrec pubrel pubcomp, S subscribe, s suback, U unsubscribe,
// u unsuback, D disconnect, X auth.
const std::vector<property_row> table = {
    {0x01, "01", "PW"},
    {0x02, "00 00 00 01", "PW"},
    {0x03, "00 01 74", "PW"},
    {0x08, "00 01 74", "PW"},
    {0x09, "00 01 74", "PW"},
    {0x0B, "01", "PS"},
    {0x11, "00 00 00 01", "CAD"},
    {0x12, "00 01 74", "A"},
    {0x13, "00 01", "A"},
    {0x15, "00 01 4D", "CAX"},
    {0x16, "00 01 74", "CAX"},
    {0x17, "01", "C"},
    {0x18, "00 00 00 01", "W"},
    {0x19, "01", "C"},
    {0x1A, "00 01 74", "A"},
    {0x1C, "00 01 74", "AD"},
    {0x1F, "00 01 74", "AabcdsuDX"},
    {0x21, "00 01", "CA"},
    {0x22, "00 01", "CA"},
    {0x23, "00 01", "P"},
    {0x24, "01", "A"},
    {0x25, "01", "A"},
    {0x26, "00 01 6E 00 01 76", "CWAPabcdSsUuDX"},
    {0x27, "00 00 01 00", "CA"},
    {0x28, "01", "A"},
    {0x29, "01", "A"},
    {0x2A, "01", "A"},
};

constexpr std::string_view from_server = "APabcdsuDX";
constexpr std::string_view from_client = "CWSU";

// A packet with this property block, its length included.
std::string packet_with(char carrier, std::string_view block)
{
    constexpr std::string_view connect = "00 04 4D 51 54 54 05";
    switch (carrier)
    {
    case 'A': return framed("20", joined("00 00", block));
    case 'P': return framed("30", joined("00 01 74", block, "78"));
    case 'a': return framed("40", joined("00 01 00", block));
    case 'b': return framed("50", joined("00 01 00", block));
    case 'c': return framed("62", joined("00 01 00", block));
    case 'd': return framed("70", joined("00 01 00", block));
    case 's': return framed("90", joined("00 01", block, "00"));
    case 'u': return framed("B0", joined("00 01", block, "00"));
    case 'D': return framed("E0", joined("80", block));
    case 'X': return framed("F0", joined("18", block));
    case 'C': return framed("10", joined(connect, "02 00 3C", block, "00 01 63"));
    case 'W': return framed("10", joined(connect, "06 00 3C 00 00 01 63", block, "00 01 77 00 00"));
    case 'S': return framed("82", joined("00 01", block, "00 01 74 00"));
    default: return framed("A2", joined("00 01", block, "00 01 74"));
    }
}

template <class Packet>
tern::errc decoded(std::string_view hex)
{
    const std::string bytes = from_hex(hex);
    Packet packet;
    return wire::decode(tern::protocol_version::v5, wire::next_frame(bytes, wire::maximum_packet_size).frame, packet);
}

// What a client tells its caller about the packet.
std::error_code told(char carrier, const std::string& hex)
{
    script play;
    (void)open(play);
    if (carrier != 'A')
    {
        (void)play.feed_hex(connack_text());
    }
    return failure(play.feed_hex(hex));
}

// What the fault costs: "81" or "82" for the reason code, "" for none. Packets that only a client sends are decoded by
// whoever plays the server, with the same codec; the others are sent to a client.
std::string judged(char carrier, const std::string& hex)
{
    if (from_client.find(carrier) != std::string_view::npos)
    {
        const tern::errc error = carrier == 'S'   ? decoded<wire::subscribe>(hex)
                                 : carrier == 'U' ? decoded<wire::unsubscribe>(hex)
                                                  : decoded<wire::connect>(hex);
        return error == tern::errc{} ? "" : integer(static_cast<std::size_t>(tern::disconnect_reason(error)), 1);
    }
    if (carrier == 'A')
    {
        const std::string end = end_of_handshake(hex);
        return end == "goes on" ? "" : end.substr(0, 2);
    }
    const std::string end = end_after(hex);
    return end == malformed ? "81" : end == protocol_error ? "82" : end == "goes on" ? "" : end;
}

// Legal in itself, though it may be in the wrong moment: then it costs 82, but not what is tested here.
bool is_well_formed(char carrier, const std::string& hex)
{
    return judged(carrier, hex) != "81";
}

std::string property_text(const property_row& row)
{
    return joined(variable_integer(row.identifier), row.value);
}

} // namespace

TEST_CASE("an unknown property, or one that does not belong into the packet, is malformed", "[v5][U5-2.2.2.2a]")
{
    for (const std::string_view side : {from_server, from_client})
    {
        for (const char carrier : side)
        {
            for (const property_row& row : table)
            {
                const std::string packet = packet_with(carrier, property_block(property_text(row)));
                INFO(packet);
                const bool belongs = row.carriers.find(carrier) != std::string_view::npos;
                if (belongs)
                {
                    CHECK(is_well_formed(carrier, packet));
                }
                else
                {
                    CHECK(judged(carrier, packet) == "81");
                }
            }
            for (unsigned identifier = 0; identifier <= 300; ++identifier)
            {
                const bool known = std::any_of(table.begin(), table.end(),
                                               [&](const property_row& row) { return row.identifier == identifier; });
                const std::string property = joined(variable_integer(identifier), "00");
                if (!known)
                {
                    INFO(carrier << " " << property);
                    CHECK(judged(carrier, packet_with(carrier, property_block(property))) == "81");
                }
            }
        }
    }
}

TEST_CASE("a property that is cut, or whose length runs over the packet, is malformed", "[v5][U5-2.2.2.2b]")
{
    for (const property_row& row : table)
    {
        for (const char carrier : row.carriers)
        {
            const std::string whole = property_text(row);
            for (std::size_t bytes = 1; bytes < byte_count(whole); ++bytes)
            {
                const std::string packet = packet_with(carrier, property_block(whole.substr(0, bytes * 3 - 1)));
                INFO(packet);
                CHECK(judged(carrier, packet) == "81");
            }
        }
    }
    for (const std::string_view side : {from_server, from_client})
    {
        for (const char carrier : side)
        {
            INFO(carrier);
            CHECK(judged(carrier, packet_with(carrier, "7F 26 00 01 6E 00 01 76")) == "81");
            CHECK(judged(carrier, packet_with(carrier, "7F")) == "81");
        }
    }
}

TEST_CASE("a property comes once only, but for those that may repeat", "[v5][U5-2.2.2.2c]")
{
    for (const property_row& row : table)
    {
        for (const char carrier : row.carriers)
        {
            const std::string packet = packet_with(carrier, property_block(property_text(row), property_text(row)));
            INFO(packet);
            const bool repeats = row.identifier == 0x26 || (row.identifier == 0x0B && carrier == 'P');
            if (repeats)
            {
                CHECK(judged(carrier, packet) ==
                      judged(carrier, packet_with(carrier, property_block(property_text(row)))));
            }
            else
            {
                CHECK(judged(carrier, packet) == "82");
                CHECK((from_client.find(carrier) != std::string_view::npos ||
                       told(carrier, packet) == tern::errc::duplicate_property));
            }
        }
    }
    // Not only side by side.
    CHECK(judged('P', packet_with('P', property_block("01 01", user_property_text("n", "v"), "01 01"))) == "82");
}

TEST_CASE("user properties leave in the application's order, repeated ones too, and the rest in one fixed order",
          "[v5][U5-encode-order]")
{
    const tern::user_property list[] = {{"b", "1"}, {"a", "2"}, {"b", "1"}, {"a", "0"}, {"", ""}};
    const std::string expected =
        joined(user_property_text("b", "1"), user_property_text("a", "2"), user_property_text("b", "1"),
               user_property_text("a", "0"), user_property_text("", ""));
    tern::publish_options options;
    options.user_properties = list;
    options.content_type = "c";
    options.correlation_data = "d";
    options.response_topic = "r";
    options.payload_format_indicator = tern::payload_format::utf8;
    options.message_expiry_interval = 7s;
    packets last;
    for (int i = 0; i < 3; ++i)
    {
        script play;
        play.connect();
        REQUIRE_FALSE(play.engine.publish(1, "t", "x", options, play.now).error);
        const packets sent = play.sent();
        REQUIRE(sent.size() == 1);
        CHECK((last.empty() || sent == last));
        CHECK(sent[0].find(expected) != std::string::npos);
        CHECK(byte_count(sent[0]) == 2 + 3 + 1 + 2 + 5 + 4 + 4 + 4 + byte_count(expected) + 1);
        last = sent;
    }
    script play;
    play.connect();
    REQUIRE_FALSE(subscribe(play, 1, "t", {.user_properties = list}));
    REQUIRE_FALSE(unsubscribe(play, 2, "t", {.user_properties = list}));
    REQUIRE_FALSE(play.engine.disconnect({.user_properties = list}, play.now));
    for (const std::string& each : play.sent())
    {
        INFO(each);
        CHECK(each.find(expected) != std::string::npos);
    }
    tern::connect_options connecting = plain_options();
    connecting.user_properties = list;
    CHECK(connect_packet(connecting).find(expected) != std::string::npos);
}
