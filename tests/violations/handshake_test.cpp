// SPDX-License-Identifier: BSL-1.0
//
// Lawful packets at the wrong moment: before CONNACK, a second CONNACK, AUTH that nobody asked for; and what CONNACK,
// AUTH and reason strings must not say.
#include "bytes.hpp"
#include "catalogue.hpp"
#include "play.hpp"
#include "stage.hpp"
#include "states.hpp"
#include "support/catch.hpp"

#include <chrono>
#include <string>

using namespace violations;
using namespace std::chrono_literals;

namespace
{

constexpr protocol_version versions[] = {protocol_version::v5, protocol_version::v3_1_1};
constexpr verdict unexpected{errc::unexpected_packet, reason_code::protocol_error};
constexpr verdict unrequested{errc::unrequested_property, reason_code::protocol_error};
constexpr verdict other_method{errc::authentication_method_mismatch, reason_code::protocol_error};
constexpr verdict no_session{errc::unexpected_session_present, reason_code::protocol_error};

bytes connack(const bytes& properties, unsigned session_present = 0)
{
    return packet(0x20,
                  raw({session_present, 0}) + variable(static_cast<std::uint32_t>(properties.size())) + properties);
}

bytes auth(unsigned reason, const bytes& properties)
{
    return packet(0xF0, raw({reason}) + variable(static_cast<std::uint32_t>(properties.size())) + properties);
}

bytes method(std::string_view name)
{
    return raw({0x15}) + field(name);
}

} // namespace

TEST_CASE("nothing but AUTH comes before CONNACK", "[violations]")
{
    record all;
    for (const protocol_version version : versions)
    {
        for (const state& where : states_before_connack(version))
        {
            for (const lawful_packet& each : packets_of_server(version)) // v5 [MQTT-3.2.0-1] v3.1.1 [MQTT-3.2.0-1]
            {
                if (each.type == packet_type::connack || each.type == packet_type::auth)
                {
                    continue;
                }
                play_situation(
                    all, version, std::string(where.name) + ", " + std::string(each.name),
                    [&](stage& s) {
                        where.enter(s);
                        return each.whole();
                    },
                    unexpected);
            }
        }
    }
    all.print("rejected", "packets before CONNACK");
    CHECK(all.complaints() == "");
    CHECK(all.played() > 100);
}

TEST_CASE("CONNACK comes once", "[violations]")
{
    record all;
    for (const protocol_version version : versions)
    {
        for (const state& where : connected_states(version)) // v5 [MQTT-3.2.0-2]
        {
            for (const unsigned code : {0U, 1U, 0x87U})
            {
                const bytes none = version == protocol_version::v5 ? raw({0}) : bytes();
                play_situation(
                    all, version, std::string(where.name) + ", CONNACK " + std::to_string(code),
                    [&](stage& s) {
                        where.enter(s);
                        return packet(0x20, raw({0, code}) + none);
                    },
                    unexpected);
            }
        }
    }
    all.print("rejected", "second CONNACKs");
    CHECK(all.complaints() == "");
    CHECK(all.played() > 200);
}

TEST_CASE("CONNACK claims no session that the client does not have", "[violations]")
{
    record all;
    const auto claims = [](stage& s) {
        s.open();
        return s.is_v5() ? connack({}, 1) : packet(0x20, raw({1, 0}));
    };
    for (const protocol_version version : versions)
    {
        play_situation( // v5 [MQTT-3.2.2-2] v3.1.1 [MQTT-3.2.2-1]
            all, version, "Session Present after a clean start",
            [&](stage& s) {
                s.options.clean_start = true;
                s.options.session_expiry = 0s;
                return claims(s);
            },
            no_session, false);
        play_situation( // v5 [MQTT-3.2.2-4] v3.1.1 [MQTT-3.2.2-1]
            all, version, "Session Present after the session was lost",
            [&](stage& s) {
                s.connect();
                s.advance(4000s); // longer than it lives without a connection
                s.close();
                s.advance(4000s);
                s.options.clean_start = true;
                s.options.session_expiry = 0s;
                return claims(s);
            },
            no_session, false);
    }
    play_situation( // v5 [MQTT-3.2.2-4]
        all, protocol_version::v5, "Session Present without a session that was claimed",
        [&](stage& s) {
            s.options.clean_start = false;
            s.options.session_expiry.reset();
            return claims(s);
        },
        no_session, false);
    all.print("rejected", "sessions that are not there");
    CHECK(all.complaints() == "");
    CHECK(all.played() == 10);
}

TEST_CASE("CONNACK says nothing that was not asked for and leaves out nothing that was", "[violations]")
{
    constexpr auto v5 = protocol_version::v5;
    constexpr verdict no_identifier{errc::missing_assigned_client_identifier, reason_code::protocol_error};
    record all;
    const auto answers = [](const bytes& properties, auto&& change) {
        return [=](stage& s) {
            change(s.options);
            s.open();
            return connack(properties);
        };
    };
    const auto plainly = [](tern::connect_options&) {};
    const auto anonymously = [](tern::connect_options& options) { options.client_id = {}; };
    const auto with_method = [](tern::connect_options& options) { options.authentication_method = "m"; };

    play_situation(all, v5, "Response Information", answers(raw({0x1A}) + field("x"), plainly), // v5 [MQTT-3.1.2-28]
                   unrequested);
    play_situation(all, v5, "no assigned identifier", answers({}, anonymously), no_identifier, false);
    play_situation(all, v5, "empty assigned identifier", answers(raw({0x12}) + field(""), anonymously), no_identifier,
                   false);                                                                  // v5 [MQTT-3.2.2-16]
    play_situation(all, v5, "unasked method", answers(method("m"), plainly), other_method); // v5 [MQTT-4.12.0-6]
    play_situation(all, v5, "no method", answers({}, with_method), other_method);           // v5 [MQTT-4.12.0-5]
    play_situation(all, v5, "another method", answers(method("n"), with_method), other_method);
    play_situation(all, v5, "empty method", answers(method(""), with_method), other_method);
    all.print("rejected", "what CONNACK must not say");
    CHECK(all.complaints() == "");
    CHECK(all.played() == 14);
}

TEST_CASE("AUTH comes only when the client has begun to authenticate, in turn and with its method", "[violations]")
{
    constexpr auto v5 = protocol_version::v5;
    record all;
    std::vector<state> states = states_before_connack(v5);
    for (const state& each : connected_states(v5))
    {
        states.push_back(each);
    }
    for (const state& where : states)
    {
        const std::string_view name = where.name;
        const bool has_method =
            name.find("uth") != std::string_view::npos || name.find("AUTH") != std::string_view::npos;
        const bool may_challenge = name == "before AUTH and CONNACK" || name == "before CONNACK with AUTH answered" ||
                                   name == "re-authentication begun" || name == "re-authentication answered";
        const bool may_succeed = name == "re-authentication begun" || name == "re-authentication answered";
        const auto play_auth = [&](std::string_view what, const bytes& input, verdict expected) {
            play_situation(
                all, v5, std::string(name) + ", " + std::string(what),
                [&](stage& s) {
                    where.enter(s);
                    return input;
                },
                expected);
        };
        if (!may_challenge) // v5 [MQTT-4.12.0-6], 4.12
        {
            play_auth("AUTH 0x18", auth(0x18, method("m")), unexpected);
        }
        if (!may_succeed) // v5 [MQTT-4.12.0-2], 4.12.1
        {
            play_auth("AUTH 0x00", auth(0x00, method("m")), unexpected);
        }
        // v5 3.15.2.2.2 [MQTT-4.12.0-5]; without a method of the client's the AUTH itself is wrong
        const verdict mismatch = has_method ? other_method : unexpected;
        play_auth("AUTH without a method", auth(0x18, {}), mismatch);
        play_auth("AUTH without a method, success", packet(0xF0, {}), mismatch);
        play_auth("AUTH with another method", auth(0x18, method("n")), mismatch);
        play_auth("AUTH with an empty method", auth(0x00, method("")), mismatch);
    }
    all.print("rejected", "AUTH");
    CHECK(all.complaints() == "");
    CHECK(all.played() > 300);
}

TEST_CASE("without Request Problem Information there are no reason strings and user properties", "[violations]")
{
    constexpr auto v5 = protocol_version::v5;
    record all;
    for (const lawful_packet& each : packets_of_server(v5)) // v5 [MQTT-3.1.2-29]
    {
        for (const bytes& property : {raw({0x1F}) + field("why"), raw({0x26}) + field("n") + field("v")})
        {
            const bytes extra = each.type == packet_type::auth ? method("m") + property : property;
            const bytes input = each.whole_with(extra);
            const auto set_up = [&](stage& s) {
                s.options.request_problem_information = false;
                s.options.authentication_method = "m";
                s.connect();
                (void)s.engine().re_authenticate("data");
                (void)s.drain();
                return input;
            };
            const bool allowed = each.type == packet_type::publish || each.type == packet_type::disconnect;
            if (each.carrier != 0 && each.type != packet_type::connack && !allowed)
            {
                play_situation(all, v5, each.name, set_up, unrequested);
            }
        }
    }
    all.print("rejected", "problem information");
    CHECK(all.complaints() == "");
    CHECK(all.played() == 28);
}
