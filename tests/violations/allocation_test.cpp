// SPDX-License-Identifier: BSL-1.0
//
// A length on the wire is a claim, and no memory is asked for because of one.
#include "bytes.hpp"
#include "catalogue.hpp"
#include "play.hpp"
#include "stage.hpp"
#include "support/allocation_counter.hpp"
#include "support/catch.hpp"
#include "tern/client/read_buffer.hpp"

#include <algorithm>
#include <cstring>
#include <span>
#include <string>

using namespace violations;
using tern_test::allocation_counter;

namespace
{

constexpr protocol_version versions[] = {protocol_version::v5, protocol_version::v3_1_1};
constexpr std::uint32_t largest_accepted = 16U * 1024 * 1024 - 5; // its whole packet is as large as the limit

/// The beginning of a packet of 16 MiB whose fields claim as much as they can.
struct claim
{
    std::string name;
    bytes begin;
};

std::vector<claim> claims(protocol_version version)
{
    std::vector<claim> result;
    for (const lawful_packet& each : packets_of_server(version))
    {
        const bytes header = raw({each.first_byte}) + variable(largest_accepted);
        result.push_back({std::string(each.name), header + each.body()});
        if (version == protocol_version::v5 && each.carrier != 0)
        {
            const bytes block = header + each.head + variable(largest_accepted - 100);
            result.push_back({std::string(each.name) + " with properties", block});
            result.push_back({std::string(each.name) + " with a text", block + raw({0x1F}) + two_bytes(0xFFFF)});
            result.push_back({std::string(each.name) + " with a pair", block + raw({0x26}) + two_bytes(0xFFFF)});
        }
        if (each.type == packet_type::publish)
        {
            result.push_back({std::string(each.name) + " with a topic", header + two_bytes(0xFFFF)});
        }
    }
    for (const lawful_packet& each : packets_of_client(version))
    {
        result.push_back({std::string(each.name), raw({each.first_byte}) + variable(largest_accepted) + each.body()});
    }
    return result;
}

} // namespace

TEST_CASE("an engine that waits for the rest of a packet allocates nothing", "[violations]")
{
    std::size_t played = 0;
    for (const protocol_version version : versions)
    {
        for (const claim& each : claims(version))
        {
            INFO(each.name);
            stage s(version);
            s.connect();
            const bytes input = each.begin + bytes(2'000, 'x');
            const allocation_counter counter;
            bool waits = true;
            for (std::size_t size = 0; size <= input.size(); ++size)
            {
                const auto result = s.engine().receive(std::string_view(input).substr(0, size), s.now());
                waits = waits && result.consumed == 0 && !result.event;
            }
            CHECK(waits);
            CHECK(counter.bytes() == 0);
            ++played;
        }
    }
    CHECK(played > 60);
}

TEST_CASE("an engine that refuses a packet allocates no more than its answer needs", "[violations]")
{
    std::size_t most = 0;
    for (const protocol_version version : versions)
    {
        for (const violation& each : main_catalogue(version))
        {
            stage s(version);
            s.connect();
            const allocation_counter counter;
            (void)s.engine().receive(each.input, s.now());
            most = std::max(most, counter.bytes());
        }
    }
    CHECK(most <= session::output_buffer::initial_capacity); // DISCONNECT
}

TEST_CASE("the read buffer grows with what has come and not with what is claimed", "[violations]")
{
    constexpr std::size_t first_size = 2'048;
    constexpr std::size_t maximum_size = 65'536;
    for (const protocol_version version : versions)
    {
        for (const claim& each : claims(version))
        {
            INFO(each.name);
            stage s(version);
            s.connect();
            const bytes input = each.begin + bytes(20'000, 'x');
            const allocation_counter counter;
            tern::read_buffer buffer(first_size, maximum_size);
            std::size_t came = 0;
            bool bounded = true;
            while (came < input.size())
            {
                const std::span<char> room = buffer.prepare(s.engine().needed(buffer.data()));
                const std::size_t size = std::min({room.size(), std::size_t{7}, input.size() - came});
                std::memcpy(room.data(), input.data() + came, size);
                buffer.commit(size);
                came += size;
                bounded = bounded && buffer.capacity() <= 2 * came + first_size;
                const auto result = s.engine().receive(buffer.data(), s.now());
                bounded = bounded && result.consumed == 0;
            }
            CHECK(bounded);
            CHECK(counter.bytes() <= 4 * (came + first_size)); // all the copies that it grew through
        }
    }
}
