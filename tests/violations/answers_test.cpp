// SPDX-License-Identifier: BSL-1.0
//
// Answers of the wrong kind, in the wrong order, for the wrong identifier or of the wrong length; and those for
// identifiers that stand for nothing, which are no violation.
#include "bytes.hpp"
#include "play.hpp"
#include "stage.hpp"
#include "states.hpp"
#include "support/catch.hpp"

#include <string>
#include <string_view>
#include <vector>

using namespace violations;

namespace
{

constexpr protocol_version versions[] = {protocol_version::v5, protocol_version::v3_1_1};
constexpr verdict wrong_type{errc::acknowledgement_of_wrong_type, reason_code::protocol_error};
constexpr verdict wrong_count{errc::acknowledgement_count_mismatch, reason_code::protocol_error};
constexpr verdict unexpected{errc::unexpected_packet, reason_code::protocol_error};

/// What an identifier of the client's can stand for.
struct request
{
    std::string_view name;
    void (*enter)(stage&);
    std::string_view right; ///< letters of the answers that are lawful, or tolerated
};

void publish(stage& s, tern::qos level, int answers)
{
    s.connect();
    s.publish(level);
    (void)s.drain();
    for (int i = 0; i < answers; ++i)
    {
        (void)s.answer_one();
        (void)s.drain();
    }
}

void subscribe(stage& s)
{
    s.connect();
    s.subscribe();
    (void)s.drain();
}

void unsubscribe(stage& s)
{
    s.connect();
    s.unsubscribe();
    (void)s.drain();
}

/// An answer to identifier 1, the first that a client uses.
struct answer
{
    char letter;
    std::string_view name;
    bool only_v5;
    bytes v5;
    bytes v3_1_1;
};

std::vector<answer> answers()
{
    const bytes one = two_bytes(1);
    return {
        {'A', "PUBACK", false, packet(0x40, one), packet(0x40, one)},
        {'a', "failing PUBACK", true, packet(0x40, one + raw({0x87})), {}},
        {'R', "PUBREC", false, packet(0x50, one), packet(0x50, one)},
        {'r', "failing PUBREC", true, packet(0x50, one + raw({0x87})), {}},
        {'C', "PUBCOMP", false, packet(0x70, one), packet(0x70, one)},
        {'c', "failing PUBCOMP", true, packet(0x70, one + raw({0x92})), {}},
        {'S', "SUBACK", false, packet(0x90, one + raw({0, 0})), packet(0x90, one + raw({0}))},
        {'s', "failing SUBACK", false, packet(0x90, one + raw({0, 0x80})), packet(0x90, one + raw({0x80}))},
        {'U', "UNSUBACK", false, packet(0xB0, one + raw({0, 0})), packet(0xB0, one)},
        {'u', "failing UNSUBACK", true, packet(0xB0, one + raw({0, 0x80})), {}},
    };
}

std::vector<request> requests()
{
    return {
        // v5 4.3.2, v3.1.1 4.3.2
        {"QoS 1, PUBLISH sent", [](stage& s) { publish(s, tern::qos::at_least_once, 0); }, "Aa"},
        // v5 4.3.3, v3.1.1 4.3.3. A PUBACK here is a known fault of RabbitMQ's, and is taken for the end.
        {"QoS 2, PUBLISH sent", [](stage& s) { publish(s, tern::qos::exactly_once, 0); }, "AaRr"},
        {"QoS 2, PUBREL sent", [](stage& s) { publish(s, tern::qos::exactly_once, 1); }, "RrCc"},
        {"SUBSCRIBE sent", subscribe, "Ss"},
        {"UNSUBSCRIBE sent", unsubscribe, "Uu"},
    };
}

/// A message of the server's whose handshake is not over, and what may come for its identifier on the same connection.
struct handshake
{
    std::string_view name;
    void (*enter)(stage&);
    std::string_view right; ///< 1: PUBLISH QoS 1, d: with DUP, 2: PUBLISH QoS 2, D: with DUP, R: PUBREL
};

void deliver(stage& s, tern::qos level, bool taken)
{
    s.connect();
    const std::size_t message = s.deliver(level); // identifier 0x0100
    if (taken)
    {
        s.take(message);
        (void)s.drain();
    }
}

/// The message that is looked at is taken, and its acknowledgement waits for that of one before it.
void deliver_behind_another(stage& s, tern::qos level)
{
    s.connect();
    (void)s.send(packet(0x32, field("in") + two_bytes(9) + (s.is_v5() ? raw({0}) : bytes()) + "first"));
    s.take(s.deliver(level));
}

std::vector<handshake> handshakes()
{
    constexpr auto one = tern::qos::at_least_once;
    constexpr auto two = tern::qos::exactly_once;
    return {
        // An identifier in use is not free for another message: v5 [MQTT-2.2.1-4] v3.1.1 [MQTT-2.3.1-4]. A repetition
        // on the same connection is not lawful either, v5 [MQTT-4.4.0-1], but is harmless, and tolerated.
        {"QoS 1, untaken", [](stage& s) { deliver(s, one, false); }, "dR"},
        {"QoS 1, PUBACK held back", [](stage& s) { deliver_behind_another(s, one); }, "dR"},
        {"QoS 2, untaken", [](stage& s) { deliver(s, two, false); }, "2D"},
        {"QoS 2, PUBREC held back", [](stage& s) { deliver_behind_another(s, two); }, "2D"},
        {"QoS 2, PUBREC sent", [](stage& s) { deliver(s, two, true); }, "2DR"},
    };
}

struct follower
{
    char letter;
    std::string_view name;
    unsigned first_byte;
};

constexpr follower followers[] = {
    {'1', "PUBLISH QoS 1", 0x32}, {'d', "PUBLISH QoS 1 with DUP", 0x3A},
    {'2', "PUBLISH QoS 2", 0x34}, {'D', "PUBLISH QoS 2 with DUP", 0x3C},
    {'R', "PUBREL", 0x62},
};

bytes follow(const follower& what, protocol_version version)
{
    const bytes none = version == protocol_version::v5 ? raw({0}) : bytes();
    const bytes identifier = two_bytes(0x0100);
    return packet(what.first_byte, what.letter == 'R' ? identifier : field("in") + identifier + none + "other");
}

} // namespace

TEST_CASE("an answer of the wrong kind ends the connection and loses nothing", "[violations]")
{
    record all;
    record right;
    for (const protocol_version version : versions)
    {
        for (const request& asked : requests())
        {
            for (const answer& given : answers())
            {
                if (given.only_v5 && version == protocol_version::v3_1_1)
                {
                    continue;
                }
                const bytes input = version == protocol_version::v5 ? given.v5 : given.v3_1_1;
                const std::string name = std::string(asked.name) + ", " + std::string(given.name);
                if (asked.right.find(given.letter) == std::string_view::npos)
                {
                    play_situation(
                        all, version, name,
                        [&](stage& s) {
                            asked.enter(s);
                            return input;
                        },
                        wrong_type);
                    continue;
                }
                stage s(version, limits_of_states());
                asked.enter(s);
                const std::error_code error = tern_test::failure(s.send(input));
                const bool goes_on = s.engine().phase() == session::connection_phase::connected;
                right.add("", name, goes_on ? "" : "said " + error.message());
            }
        }
    }
    all.print("rejected", "answers of the wrong kind");
    CHECK(all.complaints() == "");
    CHECK(all.played() > 100);
    CHECK(right.complaints() == "");
    CHECK(right.played() > 20);
}

TEST_CASE("an identifier of the server's that is in use is not used for something else", "[violations]")
{
    record all;
    record right;
    for (const protocol_version version : versions)
    {
        for (const handshake& begun : handshakes())
        {
            for (const follower& next : followers)
            {
                const std::string name = std::string(begun.name) + ", " + std::string(next.name);
                if (begun.right.find(next.letter) == std::string_view::npos)
                {
                    play_situation(
                        all, version, name,
                        [&](stage& s) {
                            begun.enter(s);
                            return follow(next, version);
                        },
                        unexpected);
                    continue;
                }
                stage s(version, limits_of_states());
                begun.enter(s);
                const std::size_t delivered = s.delivered();
                const std::error_code error = tern_test::failure(s.send(follow(next, version)));
                const bool goes_on = s.engine().phase() == session::connection_phase::connected;
                right.add("", name,
                          !goes_on                     ? "said " + error.message()
                          : s.delivered() != delivered ? "delivered twice"
                                                       : "");
            }
        }
    }
    all.print("rejected", "identifiers in use");
    CHECK(all.complaints() == "");
    CHECK(all.played() > 40);
    CHECK(right.complaints() == "");
    CHECK(right.played() > 20);
}

TEST_CASE("an answer has one reason code for each topic filter", "[violations]")
{
    record all;
    for (const protocol_version version : versions)
    {
        const bytes none = version == protocol_version::v5 ? raw({0}) : bytes();
        for (std::size_t count = 0; count < 70; ++count)
        {
            const auto suback = [&](stage& s) {
                return packet(0x90, two_bytes(s.owes(packet_type::suback)) + none + bytes(count, '\0'));
            };
            const std::string name = "SUBACK with reason codes: " + std::to_string(count);
            if (count != 3) // v5 [MQTT-3.8.4-6] v3.1.1 [MQTT-3.8.4-5]
            {
                const auto ask = [&](stage& s) {
                    s.connect();
                    s.subscribe(3);
                    (void)s.drain();
                    return suback(s);
                };
                play_situation(all, version, name, ask, wrong_count);
                const auto give_up = [&](stage& s) {
                    s.connect();
                    s.subscribe(3);
                    (void)s.drain();
                    s.cancel_subscribe();
                    return suback(s);
                };
                play_situation(all, version, name + ", cancelled", give_up, wrong_count);
                const auto restore = [&](stage& s) {
                    s.connect();
                    s.subscribe(3);
                    (void)s.drain();
                    (void)s.answer_one();
                    s.close();
                    s.options.clean_start = false;
                    s.lose_session();
                    s.connect();
                    return suback(s);
                };
                play_situation(all, version, name + ", restored", restore, wrong_count);
            }
            if (count != 1 && version == protocol_version::v5) // v5 [MQTT-3.11.3-1]; 3.1.1 has no codes there
            {
                const auto leave = [&](stage& s) {
                    s.connect();
                    s.unsubscribe();
                    (void)s.drain();
                    return packet(0xB0, two_bytes(s.owes(packet_type::unsuback)) + none + bytes(count, '\0'));
                };
                play_situation(all, version, "UNSUBACK with reason codes: " + std::to_string(count), leave,
                               wrong_count);
            }
        }
    }
    all.print("rejected", "numbers of reason codes");
    CHECK(all.complaints() == "");
    CHECK(all.played() > 800);
}

namespace
{

/// An acknowledgement with an identifier that nothing has.
struct stray
{
    std::string_view name;
    unsigned first_byte;
    bytes after_identifier;
    bytes answer; ///< without its identifier
    bool only_v5;
};

} // namespace

TEST_CASE("acknowledgements with unknown identifiers are answered or ignored, and nothing else changes", "[violations]")
{
    const bytes not_found = raw({0x92});
    const stray v5[] = {
        {"PUBACK", 0x40, {}, {}, false},
        {"failing PUBACK", 0x40, raw({0x80}), {}, true},
        {"PUBREC", 0x50, {}, raw({0x62, 3}), false}, // v5 4.3.3, 3.6.2.1: PUBREL with 0x92
        {"failing PUBREC", 0x50, raw({0x80}), {}, true},
        {"PUBREL", 0x62, {}, raw({0x70, 3}), false}, // v5 [MQTT-4.3.3-11], 3.7.2.1: PUBCOMP with 0x92
        {"PUBCOMP", 0x70, {}, {}, false},
        {"failing PUBCOMP", 0x70, not_found, {}, true},
        {"SUBACK", 0x90, raw({0, 1}), {}, false}, // v5 [MQTT-3.8.4-2]: it answers nothing
        {"UNSUBACK", 0xB0, raw({0, 0}), {}, false},
    };
    record all;
    for (const protocol_version version : versions)
    {
        const bool is_v5 = version == protocol_version::v5;
        for (const state& where : connected_states(version))
        {
            for (const stray& each : v5)
            {
                if (each.only_v5 && !is_v5)
                {
                    continue;
                }
                const bool is_unsuback = each.first_byte == 0xB0;
                const bytes more = is_v5 ? each.after_identifier
                                         : each.after_identifier.substr(is_unsuback ? each.after_identifier.size()
                                                                        : each.after_identifier.empty() ? 0
                                                                                                        : 1);
                bytes expected;
                if (!each.answer.empty())
                {
                    expected = packet(static_cast<unsigned char>(each.answer[0]),
                                      two_bytes(0x7777) + (is_v5 ? not_found : bytes()));
                }
                stage s(version, limits_of_states());
                where.enter(s);
                const std::size_t delivered = s.delivered();
                const auto event = s.send(packet(each.first_byte, two_bytes(0x7777) + more));
                const bytes output = s.drain();
                std::string complaint;
                if (event || s.delivered() != delivered)
                {
                    complaint = "told the application";
                }
                else if (output != expected)
                {
                    complaint = "sent [" + tern_test::to_hex(output) + ']';
                }
                else
                {
                    complaint = s.finish(); // on the same connection
                }
                all.add(where.name, each.name, complaint);
            }
        }
    }
    all.print("survived", "acknowledgements with unknown identifiers");
    CHECK(all.complaints() == "");
    CHECK(all.played() == 390);
}
