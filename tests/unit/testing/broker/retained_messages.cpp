// SPDX-License-Identifier: BSL-1.0
#include "tern/testing/broker/retained_messages.hpp"

#include "support/catch.hpp"
#include "unit/testing/wire_client.hpp"

#include <memory>
#include <vector>

using namespace broker_test;
using namespace broker_test::broker_detail;

namespace
{

stored_message_pointer stored(std::string_view topic, std::string_view payload, time_point now,
                              std::uint32_t expiry = 0)
{
    wire::publish packet = message(topic, payload);
    if (expiry != 0)
    {
        packet.properties.message_expiry_interval = expiry;
    }
    return std::make_shared<const stored_message>(packet, now, 0);
}

} // namespace

TEST_CASE("the last message of a topic is kept, and an empty one clears it")
{
    retained_messages kept(broker_limits{}, topic_tree_options{});
    const time_point now{1h};
    CHECK(kept.set(stored("t", "1", now), now));
    const std::size_t bytes = kept.bytes();
    CHECK(bytes > 0);
    CHECK(kept.set(stored("t", "2", now), now));
    CHECK(kept.bytes() == bytes);
    REQUIRE(kept.find("t", now) != nullptr);
    CHECK(kept.find("t", now)->content().payload == byte_view("2"));
    CHECK(kept.find("u", now) == nullptr);
    CHECK(kept.set(stored("t", "", now), now));
    CHECK(kept.size() == 0);
    CHECK(kept.bytes() == 0);
}

TEST_CASE("retained messages are bounded, and those that have expired make room")
{
    broker_limits limits;
    const time_point now{1h};
    SECTION("by number")
    {
        limits.maximum_retained_messages = 2;
    }
    SECTION("by bytes")
    {
        limits.maximum_retained_bytes = 2 * stored("t", "1", now)->cost();
    }
    retained_messages kept(limits, topic_tree_options{});
    CHECK(kept.set(stored("t", "1", now, 5), now));
    CHECK(kept.set(stored("u", "1", now), now));
    CHECK_FALSE(kept.set(stored("v", "1", now), now));
    CHECK(kept.set(stored("u", "2", now), now));
    std::vector<stored_message_pointer> found;
    kept.find("#", now, found);
    CHECK(found.size() == 2);
    CHECK(kept.set(stored("v", "1", now), now + 5s));
    CHECK(kept.size() == 2);
    CHECK(kept.find("t", now) == nullptr);
    kept.clear();
    CHECK(kept.size() == 0);
    CHECK(kept.bytes() == 0);
}
