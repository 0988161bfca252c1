// SPDX-License-Identifier: BSL-1.0
#include "tern/session/packet_identifiers.hpp"

#include "support/catch.hpp"

#include <cstdint>
#include <set>

using namespace tern::session;

namespace
{

std::uint16_t take(packet_identifiers& identifiers, std::uint32_t index = 0)
{
    identifiers.reserve();
    return identifiers.take(identifier_use::message, index);
}

} // namespace

TEST_CASE("identifiers roll from 1 and never are 0", "[session]")
{
    packet_identifiers identifiers;
    for (std::uint32_t i = 0; i < 200'000; ++i)
    {
        const std::uint16_t identifier = take(identifiers);
        REQUIRE(identifier == i % 65'535 + 1);
        identifiers.release(identifier);
    }
    CHECK(identifiers.capacity() == packet_identifiers::initial_capacity);
}

TEST_CASE("what an identifier stands for is found, and nothing else", "[session]")
{
    packet_identifiers identifiers;
    CHECK(identifiers.find(1).use == identifier_use::unused);
    identifiers.reserve();
    const std::uint16_t message = identifiers.take(identifier_use::message, 70);
    const std::uint16_t request = identifiers.take(identifier_use::request, 80);
    CHECK(identifiers.find(message).use == identifier_use::message);
    CHECK(identifiers.find(message).index == 70);
    CHECK(identifiers.find(request).use == identifier_use::request);
    CHECK(identifiers.find(request).index == 80);
    CHECK(identifiers.find(0).use == identifier_use::unused);
    CHECK(identifiers.find(static_cast<std::uint16_t>(message + 16)).use == identifier_use::unused);
    identifiers.release(message);
    CHECK(identifiers.find(message).use == identifier_use::unused);
    CHECK(identifiers.size() == 1);
}

TEST_CASE("an identifier in use is not given out again, however many others are", "[session]")
{
    packet_identifiers identifiers;
    const std::uint16_t straggler = take(identifiers, 1);
    const std::uint16_t other = take(identifiers, 2);
    for (int i = 0; i < 150'000; ++i)
    {
        const std::uint16_t identifier = take(identifiers);
        REQUIRE(identifier != 0);
        REQUIRE(identifier != straggler);
        REQUIRE(identifier != other);
        identifiers.release(identifier);
    }
    CHECK(identifiers.find(straggler).index == 1);
    CHECK(identifiers.find(other).index == 2);
}

TEST_CASE("all 65,535 can be in use, each once, and then none is left", "[session]")
{
    packet_identifiers identifiers;
    std::set<std::uint16_t> taken;
    for (std::uint32_t i = 0; i < 65'535; ++i)
    {
        REQUIRE_FALSE(identifiers.exhausted());
        taken.insert(take(identifiers, i));
    }
    CHECK(taken.size() == 65'535);
    CHECK(taken.count(0) == 0);
    CHECK(identifiers.exhausted());
    CHECK(take(identifiers) == 0);
    CHECK(identifiers.capacity() == packet_identifiers::maximum_capacity);
    identifiers.release(40'000);
    CHECK(take(identifiers) == 40'000);
}
