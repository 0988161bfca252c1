// SPDX-License-Identifier: BSL-1.0
//
// A violation that arrives while something is on its way out, and between packets that are lawful.
#include "bytes.hpp"
#include "play.hpp"
#include "stage.hpp"
#include "states.hpp"
#include "support/catch.hpp"

#include <string>

using namespace violations;

namespace
{

constexpr protocol_version versions[] = {protocol_version::v5, protocol_version::v3_1_1};

bytes none(protocol_version version)
{
    return version == protocol_version::v5 ? raw({0}) : bytes();
}

} // namespace

TEST_CASE("DISCONNECT is the last packet, after what was encoded before the violation", "[violations]")
{
    for (const protocol_version version : versions)
    {
        for (const tern::qos level : {tern::qos::at_least_once, tern::qos::exactly_once})
        {
            stage s(version);
            s.connect();
            s.publish(level);
            REQUIRE(s.engine().has_output());
            (void)s.send(packet(0xD0, "x"));
            const bytes output = s.drain_unseen();
            if (version == protocol_version::v5)
            {
                const bytes last = packet(0xE0, raw({0x81}));
                REQUIRE(output.size() > last.size());
                CHECK(output.substr(output.size() - last.size()) == last);
                CHECK((static_cast<unsigned char>(output[0]) & 0xF0U) == 0x30U);
            }
            else
            {
                CHECK(output.empty()); // v3.1.1 [MQTT-4.8.0-1]
            }
            CHECK(s.recover() == "");
        }
    }
}

TEST_CASE("what stands before a violation counts, and what follows it does not", "[violations]")
{
    for (const protocol_version version : versions)
    {
        stage s(version);
        s.connect();
        const auto message = [&](unsigned identifier) {
            return packet(0x32, field("in") + two_bytes(identifier) + none(version) + "x");
        };
        const bytes input = message(1) + packet(0xD0, {}) + packet(0xD0, "x") + message(2) + packet(0xD0, {});
        std::string_view rest = input;
        for (std::size_t consumed = 1; consumed != 0 && !rest.empty(); rest.remove_prefix(consumed))
        {
            consumed = s.engine().receive(rest, s.now()).consumed;
        }
        CHECK(rest == message(2) + packet(0xD0, {}));
        CHECK(s.engine().stats(s.now()).messages_received == 1);
        CHECK(s.drain_unseen() == (version == protocol_version::v5 ? packet(0xE0, raw({0x81})) : bytes()));
    }
}

TEST_CASE("acknowledgements that were held back do not leave after a violation", "[violations]")
{
    for (const protocol_version version : versions)
    {
        stage s(version);
        s.connect();
        const std::size_t first = s.deliver(tern::qos::at_least_once);
        s.take(s.deliver(tern::qos::exactly_once));
        (void)s.send(packet(0xD0, "x"));
        (void)s.drain_unseen();
        s.take(first);
        CHECK_FALSE(s.engine().has_output());
        CHECK(s.drain_unseen().empty());
        CHECK(s.recover() == "");
    }
}
