// SPDX-License-Identifier: BSL-1.0
#include "tern/session/incoming_messages.hpp"

#include "support/catch.hpp"

#include <cstdint>
#include <map>
#include <random>

using namespace tern::session;

namespace
{

std::uint32_t add(incoming_messages& messages, std::uint16_t identifier)
{
    messages.reserve();
    return messages.add(identifier);
}

} // namespace

TEST_CASE("identifiers are found while others come and go", "[session]")
{
    incoming_messages messages;
    std::map<std::uint16_t, std::uint32_t> known;
    std::mt19937 random(7);
    for (int i = 0; i < 40'000; ++i)
    {
        const auto identifier = static_cast<std::uint16_t>(random() % 500 * 64 + 1); // they collide
        const auto found = known.find(identifier);
        REQUIRE(messages.find(identifier) == (found == known.end() ? no_slot : found->second));
        if (found == known.end())
        {
            known[identifier] = add(messages, identifier);
        }
        else
        {
            messages.remove(found->second);
            known.erase(found);
        }
        REQUIRE(messages.size() == known.size());
    }
}

TEST_CASE("every identifier can be known at the same time", "[session]")
{
    incoming_messages messages;
    for (std::uint32_t identifier = 1; identifier <= 65'535; ++identifier)
    {
        add(messages, static_cast<std::uint16_t>(identifier));
    }
    CHECK(messages.size() == 65'535);
    CHECK(messages[messages.find(65'535)].packet_identifier == 65'535);
    CHECK(messages[messages.find(1)].packet_identifier == 1);
}

TEST_CASE("arrival gives a place in the order and counts once", "[session]")
{
    incoming_messages messages;
    const std::uint32_t one = add(messages, 10);
    const std::uint32_t two = add(messages, 20);
    messages.arrived(one);
    messages.arrived(two);
    messages.arrived(one);
    CHECK(messages.first_in_order() == one);
    CHECK(messages.counted() == 2);
    CHECK(messages.unacknowledged() == 2);
    messages.leave_order(one);
    CHECK(messages.first_in_order() == two);
    CHECK(messages.counted() == 2); // a QoS 2 message counts until PUBCOMP
    messages.remove(one);
    CHECK(messages.counted() == 1);
}

TEST_CASE("a lost connection takes order and quota along, the end of the session all", "[session]")
{
    incoming_messages messages;
    const std::uint32_t index = add(messages, 10);
    messages.arrived(index);
    const delivery handle = messages.handle(index);
    messages.connection_lost();
    CHECK(messages.first_in_order() == no_slot);
    CHECK(messages.counted() == 0);
    CHECK(messages.find(10) == index);
    CHECK_FALSE(messages[index].on_this_connection);
    CHECK(messages.holds(handle));
    messages.clear();
    CHECK(messages.find(10) == no_slot);
    CHECK_FALSE(messages.holds(handle));
    CHECK(messages.size() == 0);
}
