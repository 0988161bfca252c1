// SPDX-License-Identifier: BSL-1.0
#include "tern/session/core.hpp"

#include "script.hpp"
#include "support/catch.hpp"
#include "tern/wire/acknowledgement.hpp"
#include "tern/wire/ping.hpp"
#include "tern/wire/unsubscribe.hpp"

#include <string>
#include <string_view>
#include <vector>

using namespace tern;
using namespace tern::session;
using tern_test::to_hex;

namespace
{

class recorder final : public observer
{
public:
    void packet_sent(protocol_version, std::string_view packet) noexcept override { sent.push_back(to_hex(packet)); }
    void packet_received(protocol_version, std::string_view packet) noexcept override
    {
        received.push_back(to_hex(packet));
    }
    void state_changed(tern::connection_state) noexcept override {}

    std::vector<std::string> sent;
    std::vector<std::string> received;
};

} // namespace

TEST_CASE("packets follow each other in the output and are counted and shown", "[session]")
{
    core c;
    recorder seen;
    c.observer = &seen;
    CHECK(emit(c, wire::pingreq{}) == errc{});
    emit_acknowledgement<wire::puback>(c, 0x102);
    CHECK(to_hex(c.output.view()) == "C0 00 40 02 01 02");
    CHECK(c.counters.packets_sent == 2);
    CHECK(c.connection.answer_bytes == 4);
    CHECK(seen.sent == std::vector<std::string>{"C0 00", "40 02 01 02"});
}

TEST_CASE("a packet above the server's limit is not encoded", "[session]")
{
    core c;
    c.connection.limits.maximum_packet_size = 7;
    wire::unsubscribe packet;
    packet.packet_identifier = 1;
    const std::string_view filters[] = {"abcdef"};
    packet.topic_filters = filters;
    CHECK(emit(c, packet) == errc::exceeds_server_maximum_packet_size);
    CHECK(c.output.empty());
    CHECK(c.counters.packets_sent == 0);
}

TEST_CASE("a reason is left out in 3.1.1", "[session]")
{
    core c;
    emit_acknowledgement<wire::pubrec>(c, 1, reason_code::not_authorized);
    c.connection.version = protocol_version::v3_1_1;
    emit_acknowledgement<wire::pubrec>(c, 3, reason_code::not_authorized);
    CHECK(to_hex(c.output.view()) == "50 03 00 01 87 50 02 00 03");
}

TEST_CASE("the observer sees what the engine receives", "[session]")
{
    recorder seen;
    tern_test::script script({}, &seen);
    script.connect();
    CHECK(seen.received == std::vector<std::string>{"20 03 00 00 00"});
    CHECK(seen.sent == script.connects);
}
