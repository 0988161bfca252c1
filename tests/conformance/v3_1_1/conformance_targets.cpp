// SPDX-License-Identifier: BSL-1.0
//
// Chapter 7: what a client needs in order to conform.
#include "client.hpp"
#include "script.hpp"
#include "support/catch.hpp"

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

using namespace conformance_3_1_1;

namespace
{

/// True if a server that knows 3.1.1 and nothing else understands the packet.
template <class Packet>
bool reads_as(std::string_view bytes)
{
    Packet packet;
    return wire::decode(v3_1_1, wire::next_frame(bytes, wire::maximum_packet_size).frame, packet,
                        wire::sender::client) == errc{};
}

bool is_understood(const std::string& packet)
{
    const std::string bytes = from_hex(packet);
    switch (wire::next_frame(bytes, wire::maximum_packet_size).frame.type())
    {
    case wire::packet_type::connect: return reads_as<wire::connect>(bytes);
    case wire::packet_type::publish: return reads_as<wire::publish>(bytes);
    case wire::packet_type::puback: return reads_as<wire::puback>(bytes);
    case wire::packet_type::pubrec: return reads_as<wire::pubrec>(bytes);
    case wire::packet_type::pubrel: return reads_as<wire::pubrel>(bytes);
    case wire::packet_type::pubcomp: return reads_as<wire::pubcomp>(bytes);
    case wire::packet_type::subscribe: return reads_as<wire::subscribe>(bytes);
    case wire::packet_type::unsubscribe: return reads_as<wire::unsubscribe>(bytes);
    case wire::packet_type::pingreq: return reads_as<wire::pingreq>(bytes);
    case wire::packet_type::disconnect: return reads_as<wire::disconnect>(bytes);
    default: return false;
    }
}

} // namespace

TEST_CASE("3.1.1: with its defaults a client needs nothing but the standard", "[v3.1.1][MQTT-7.0.0-2]")
{
    // Against other makers' servers the system tests show it; here, that no packet is more than the standard has.
    client_run run([](std::size_t connection, const std::string& packet) { // a server that says the least it may
        return packet == "E0 00" ? answer{"", true} : obliging(connection, packet);
    });
    connect_options options;
    options.protocol = protocol_choice::v3_1_1;
    REQUIRE_FALSE(run.connect(options));
    REQUIRE_FALSE(run.subscribe("t/#"));
    for (const qos level : {zero, one, two})
    {
        CHECK_FALSE(run.publish("u", "x", level));
    }
    run.send("30 04 00 01 74 78 32 06 00 01 75 00 01 78 34 06 00 01 75 00 02 78 62 02 00 02");
    REQUIRE(run.until([&] { return run.packets().back() == "70 02 00 02"; }));
    CHECK_FALSE(run.unsubscribe("t/#"));
    CHECK_FALSE(run.disconnect());
    CHECK(run.connections().size() == 2); // the second ends the session, which was there by default only
    const std::vector<std::string> all = run.packets();
    CHECK(all.size() == 13);
    for (const std::string& packet : all)
    {
        INFO(packet);
        CHECK(is_understood(packet));
    }
    // The identifier that a session needs is one that every server has to take: 3.1.3.1.
    const std::string connect = from_hex(all.at(0));
    const std::string identifier = connect.substr(14);
    CHECK(identifier.size() <= 23);
    CHECK(std::all_of(identifier.begin(), identifier.end(), [](char each) {
        return (each >= '0' && each <= '9') || (each >= 'a' && each <= 'z') || (each >= 'A' && each <= 'Z');
    }));
}

TEST_CASE("3.1.1: a client works over TCP", "[v3.1.1][MQTT-7.1.2-1]")
{
    CHECK(converses_over_tcp());
}
