// SPDX-License-Identifier: BSL-1.0
//
// The whole catalogue in every state of a session: whole, cut at every length, split at every byte.
#include "catalogue.hpp"
#include "play.hpp"
#include "states.hpp"
#include "support/catch.hpp"

#include <vector>

using namespace violations;

namespace
{

std::vector<state> all_states(protocol_version version)
{
    std::vector<state> result = states_before_connack(version);
    for (const auto& more : {connected_states(version), ended_states(version)})
    {
        result.insert(result.end(), more.begin(), more.end());
    }
    return result;
}

/// Before CONNACK, idle, and with everything under way: where every cut is tried.
std::vector<state> typical_states(protocol_version version)
{
    std::vector<state> result{states_before_connack(version).front(), connected_states(version).front()};
    for (const state& each : connected_states(version))
    {
        if (each.name == "one of everything")
        {
            result.push_back(each);
        }
    }
    return result;
}

constexpr protocol_version versions[] = {protocol_version::v5, protocol_version::v3_1_1};

} // namespace

TEST_CASE("the packets that the catalogue starts from are lawful", "[violations]")
{
    for (const protocol_version version : versions)
    {
        for (const lawful_packet& each : packets_of_server(version))
        {
            INFO(each.name);
            stage s(version);
            const bool opens = each.type == packet_type::connack;
            s.options.authentication_method =
                each.type == packet_type::auth ? std::optional<std::string_view>("m") : std::nullopt;
            s.open();
            if (!opens)
            {
                s.accept();
            }
            if (each.type == packet_type::auth)
            {
                (void)s.engine().re_authenticate("data");
                (void)s.drain();
            }
            const auto event = s.send(each.whole());
            CHECK_FALSE(tern_test::failure(event));
            const bool ends = each.type == packet_type::disconnect;
            CHECK((s.engine().phase() == session::connection_phase::connected) == !ends);
            for (const property_row& row : property_rows())
            {
                if (row.allowed_in(each.carrier) && each.carrier == 'P')
                {
                    INFO(row.name);
                    stage other(version);
                    other.connect();
                    CHECK_FALSE(tern_test::failure(other.send(each.whole_with(row.whole()))));
                }
            }
        }
    }
}

TEST_CASE("every violation in every state ends the connection as the standard says", "[violations]")
{
    record all;
    for (const protocol_version version : versions)
    {
        const catalogue bad = main_catalogue(version);
        for (const state& where : all_states(version))
        {
            std::size_t number = 0;
            for (const violation& what : bad)
            {
                const bool recovers = number++ % 16 == 0;
                all.add(where.name, what.name, play(where, version, what, {}, recovers));
            }
        }
    }
    all.print("rejected", "whole, in every state");
    CHECK(all.complaints() == "");
    CHECK(all.played() > 50'000);
}

TEST_CASE("a violation that arrives in pieces is judged as one that arrives whole", "[violations]")
{
    record all;
    for (const protocol_version version : versions)
    {
        const catalogue bad = main_catalogue(version);
        for (const state& where : typical_states(version))
        {
            for (const violation& what : bad)
            {
                all.add(where.name, what.name, play(where, version, what, every_cut(what), false)); // byte by byte
                for (const std::size_t size : every_cut(what))
                {
                    all.add(where.name, what.name, play(where, version, what, {size}, false));
                }
            }
        }
    }
    all.print("rejected", "cut at every length and split at every byte");
    CHECK(all.complaints() == "");
    CHECK(all.played() > 50'000);
}

TEST_CASE("every illegal value is refused", "[violations]")
{
    record all;
    for (const protocol_version version : versions)
    {
        const catalogue bad = long_catalogue(version);
        for (const state& where : typical_states(version))
        {
            for (const violation& what : bad)
            {
                all.add(where.name, what.name, play(where, version, what, {}, false));
            }
        }
    }
    all.print("rejected", "every value of a field");
    CHECK(all.complaints() == "");
    CHECK(all.played() > 10'000);
}
