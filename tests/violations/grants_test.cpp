// SPDX-License-Identifier: BSL-1.0
//
// More than was granted: Receive Maximum, Maximum Packet Size, topic aliases.
#include "bytes.hpp"
#include "play.hpp"
#include "stage.hpp"
#include "states.hpp"
#include "support/catch.hpp"

#include <cstdint>
#include <initializer_list>
#include <string>

using namespace violations;

namespace
{

constexpr auto v5 = protocol_version::v5;
constexpr auto one = tern::qos::at_least_once;
constexpr auto two = tern::qos::exactly_once;

bytes message(unsigned first_byte, unsigned identifier, const bytes& properties = {}, std::string_view topic = "in")
{
    return packet(first_byte, field(topic) + (first_byte == 0x30 ? bytes() : two_bytes(identifier)) +
                                  variable(static_cast<std::uint32_t>(properties.size())) + properties + "x");
}

bytes alias(unsigned number)
{
    return raw({0x23}) + two_bytes(number);
}

} // namespace

TEST_CASE("more messages than the Receive Maximum", "[violations]")
{
    constexpr verdict too_many{errc::receive_maximum_exceeded, reason_code::receive_maximum_exceeded};
    record all;
    for (const std::uint16_t maximum : std::initializer_list<std::uint16_t>{1, 2, 3, 20, 256})
    {
        for (const unsigned first_byte : {0x32U, 0x34U, 0x3AU, 0x3CU}) // v5 [MQTT-3.3.4-9]
        {
            const std::string name = std::to_string(maximum) + " and then " + std::to_string(first_byte);
            const auto begin = [=](stage& s) {
                s.options.receive_maximum = maximum;
                s.connect();
            };
            const auto fill = [=](stage& s) {
                for (int i = 0; i < maximum; ++i)
                {
                    (void)s.deliver(i % 2 == 0 ? two : one);
                }
                return message(first_byte, 0x7000);
            };
            const auto untaken = [=](stage& s) {
                begin(s);
                return fill(s);
            };
            play_situation(all, v5, name + ", untaken", untaken, too_many);
            // What is acknowledged makes room, and PUBREC alone is no acknowledgement: v5 3.3.4, 4.9
            const auto later = [=](stage& s) {
                begin(s);
                s.take(s.deliver(one));
                (void)s.drain();
                const std::size_t finished = s.deliver(two);
                s.take(finished);
                (void)s.drain();
                s.release(finished);
                (void)s.drain();
                return fill(s);
            };
            play_situation(all, v5, name + ", after others", later, too_many);
            const auto received = [=](stage& s) {
                begin(s);
                for (int i = 0; i < maximum; ++i)
                {
                    s.take(s.deliver(two));
                }
                (void)s.drain();
                return message(first_byte, 0x7000);
            };
            play_situation(all, v5, name + ", PUBREC sent", received, too_many);
            const auto resumed = [=](stage& s) {
                untaken(s);
                s.close();
                s.options.clean_start = false;
                s.connect();
                return fill(s); // a new connection begins to count anew
            };
            play_situation(all, v5, name + ", resumed", resumed, too_many);
        }
    }
    all.print("rejected", "Receive Maximum");
    CHECK(all.complaints() == "");
    CHECK(all.played() == 160);
}

TEST_CASE("topic aliases that were not granted or stand for nothing", "[violations]")
{
    constexpr verdict invalid{errc::invalid_topic_alias, reason_code::topic_alias_invalid};
    constexpr verdict unknown{errc::unknown_topic_alias, reason_code::protocol_error};
    record all;
    for (const unsigned first_byte : {0x30U, 0x32U, 0x34U})
    {
        for (const std::uint16_t maximum : std::initializer_list<std::uint16_t>{0, 1, 16, 300})
        {
            const auto begin = [=](stage& s) {
                s.options.topic_alias_maximum = maximum;
                s.connect();
            };
            const std::string name = std::to_string(maximum) + " granted, ";
            for (const unsigned number :
                 {0U, maximum + 1U, maximum + 256U, 0xFFFFU}) // v5 [MQTT-3.1.2-26] [MQTT-3.1.2-27]
            {
                for (const std::string_view topic : {"in", ""})
                {
                    const auto used = [=](stage& s) {
                        begin(s);
                        return message(first_byte, 0x7000, alias(number), topic);
                    };
                    play_situation(all, v5, name + std::to_string(number) + " used", used, invalid);
                }
            }
            for (unsigned number = 1; number <= maximum; number += 15) // v5 3.3.2.3.4
            {
                const auto undefined = [=](stage& s) {
                    begin(s);
                    (void)s.send(message(0x30, 0, alias(number == 1 ? maximum : 1U)));
                    return message(first_byte, 0x7000, alias(number), "");
                };
                if (maximum > 1)
                {
                    play_situation(all, v5, name + std::to_string(number) + " undefined", undefined, unknown);
                }
                const auto forgotten = [=](stage& s) { // v5 [MQTT-3.3.2-7]
                    begin(s);
                    (void)s.send(message(0x30, 0, alias(number)));
                    s.close();
                    s.options.clean_start = false;
                    s.connect();
                    return message(first_byte, 0x7000, alias(number), "");
                };
                play_situation(all, v5, name + std::to_string(number) + " of an earlier connection", forgotten,
                               unknown);
            }
        }
    }
    all.print("rejected", "topic aliases");
    CHECK(all.complaints() == "");
    CHECK(all.played() > 200);
}

TEST_CASE("packets above the Maximum Packet Size are refused at their header", "[violations]")
{
    constexpr verdict too_large{errc::received_packet_too_large, reason_code::packet_too_large};
    record all;
    for (const protocol_version version : {protocol_version::v5, protocol_version::v3_1_1})
    {
        for (const std::uint32_t maximum : {100U, 127U, 129U, 130U, 16'386U, 16'387U, 70'000U})
        {
            tern::client_limits limits = limits_of_states();
            limits.maximum_packet_size = maximum;
            for (std::uint32_t size = maximum; size <= maximum + 1; ++size)
            {
                // The remaining length that makes a packet of this size, where there is one.
                std::uint32_t remaining = size - 2;
                remaining -= static_cast<std::uint32_t>(variable(remaining).size() - 1);
                const bytes header = raw({0x30}) + variable(remaining);
                if (header.size() + remaining != size)
                {
                    continue;
                }
                const bytes topic = field("in") + (version == v5 ? raw({0}) : bytes());
                const bytes input = header + topic + bytes(remaining - topic.size(), 'x');
                for (const bool before_connack : {false, true})
                {
                    stage s(version, limits);
                    s.open();
                    if (!before_connack)
                    {
                        s.accept();
                    }
                    const std::string name = std::to_string(size) + " bytes of " + std::to_string(maximum);
                    if (size <= maximum)
                    {
                        const bool delivered = !before_connack && (void(s.send(input)), s.delivered() == 1);
                        all.add("", name, delivered || before_connack ? "" : "did not take it");
                        continue;
                    }
                    violation what{name, input, packet_type::publish, too_large, header.size(), true};
                    const cuts at{1, header.size() - 1};
                    all.add("", name, play_on(s, what, too_large, at, true));
                }
            }
        }
    }
    all.print("judged", "Maximum Packet Size");
    CHECK(all.complaints() == "");
    CHECK(all.played() == 36);
}

TEST_CASE("a DISCONNECT that the server could not take is not sent", "[violations]")
{
    stage s(v5, limits_of_states());
    s.answer.properties.maximum_packet_size = 2; // v5 [MQTT-3.2.2-15]
    s.connect();
    const auto event = s.send(packet(0xD0, "x"));
    CHECK(tern_test::failure(event) == make_error_code(errc::length_mismatch));
    CHECK_FALSE(s.engine().has_output());
    CHECK(s.drain_unseen().empty());
}
