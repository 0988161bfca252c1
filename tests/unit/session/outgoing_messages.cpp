// SPDX-License-Identifier: BSL-1.0
#include "tern/session/outgoing_messages.hpp"

#include "tern/error.hpp"

#include "support/catch.hpp"

#include <chrono>
#include <cstdint>
#include <cstring>
#include <string_view>
#include <vector>

using namespace tern;
using namespace tern::session;
using namespace std::chrono_literals;

namespace
{

outgoing_message make(outgoing_messages& messages, qos level, std::string_view payload, session::operation waiter = 1)
{
    outgoing_message message;
    message.operation = waiter;
    message.qos = level;
    message.data = messages.reserve(1 + payload.size());
    message.data[0] = 't';
    std::memcpy(message.data + 1, payload.data(), payload.size());
    message.topic_size = 1;
    message.payload_size = static_cast<std::uint32_t>(payload.size());
    return message;
}

std::vector<std::string_view> payloads(const outgoing_messages& messages, const outgoing_messages::list& list)
{
    std::vector<std::string_view> result;
    for (std::uint32_t index = list.front(); index != no_slot; index = messages[index].next)
    {
        result.push_back(messages[index].payload());
    }
    return result;
}

using texts = std::vector<std::string_view>;

} // namespace

TEST_CASE("waiting messages are counted and keep their order", "[session]")
{
    outgoing_messages messages;
    const std::uint32_t one = messages.add_waiting(make(messages, qos::at_least_once, "one"));
    messages.add_waiting(make(messages, qos::at_most_once, "zero"));
    messages.add_waiting(make(messages, qos::exactly_once, "two"));
    CHECK(payloads(messages, messages.waiting()) == texts{"one", "two"});
    CHECK(payloads(messages, messages.waiting_qos_0()) == texts{"zero"});
    CHECK(messages.waiting_messages() == 3);
    CHECK(messages.waiting_bytes() == 4 + 5 + 4);
    CHECK(messages[one].topic() == "t");
    CHECK(messages.oldest_waiting() == one);
    messages.remove(one);
    CHECK(messages.oldest_waiting() == messages.waiting_qos_0().front());
    CHECK(messages.waiting_bytes() == 5 + 4);
}

TEST_CASE("a message goes through flight and PUBREL and frees its quota once", "[session]")
{
    outgoing_messages messages;
    const std::uint32_t index = messages.add_in_flight(make(messages, qos::exactly_once, "x"), 7);
    CHECK(messages[index].state == outgoing_state::publish_qos_2);
    CHECK(messages.counted() == 1);
    messages.release(index, false);
    CHECK(messages[index].state == outgoing_state::pubrel);
    CHECK(messages[index].size() == 0);
    CHECK(messages.counted() == 1);
    CHECK(messages.in_flight().empty());
    messages.remove(index);
    CHECK(messages.counted() == 0);
    CHECK(messages.pubrels().empty());
}

TEST_CASE("a finished message waits for its completion, unless nobody does", "[session]")
{
    outgoing_messages messages;
    const std::uint32_t watched = messages.add_waiting(make(messages, qos::at_least_once, "a", 5));
    const std::uint32_t unseen = messages.add_waiting(make(messages, qos::at_least_once, "b", 0));
    const message_handle handle = messages.handle(unseen);
    messages.finish(watched, errc::dropped);
    messages.finish(unseen, errc::dropped);
    CHECK(messages.finished().size() == 1);
    CHECK(messages[messages.finished().front()].operation == 5);
    CHECK(messages[messages.finished().front()].error == errc::dropped);
    CHECK_FALSE(messages.holds(handle));
    CHECK(messages.waiting_bytes() == 0);
}

TEST_CASE("after a lost connection everything in flight is unsent, from the first", "[session]")
{
    outgoing_messages messages;
    const std::uint32_t one = messages.add_in_flight(make(messages, qos::at_least_once, "1"), 1);
    const std::uint32_t two = messages.add_in_flight(make(messages, qos::exactly_once, "2"), 2);
    CHECK(messages.next_unsent() == no_slot);
    messages.connection_lost();
    CHECK(messages.counted() == 0);
    messages.resume();
    CHECK(messages.next_unsent() == one);
    messages.remove(one); // an answer can overtake the repetition
    CHECK(messages.next_unsent() == two);
    messages.sent_again();
    CHECK(messages.next_unsent() == no_slot);
    CHECK(messages[two].repeated);
    CHECK(messages.counted() == 1);
}

TEST_CASE("messages that are republished keep the order of the calls", "[session]")
{
    outgoing_messages messages;
    const std::uint32_t one = messages.add_in_flight(make(messages, qos::at_least_once, "1"), 1);
    const std::uint32_t two = messages.add_in_flight(make(messages, qos::at_least_once, "2"), 2);
    const std::uint32_t three = messages.add_in_flight(make(messages, qos::at_least_once, "3"), 3);
    messages.add_waiting(make(messages, qos::at_least_once, "4"));
    messages.begin_republishing();
    SECTION("in order")
    {
        messages.send_as_new(one);
        messages.send_as_new(two);
        messages.send_as_new(three);
    }
    SECTION("backwards")
    {
        messages.send_as_new(three);
        messages.send_as_new(two);
        messages.send_as_new(one);
    }
    SECTION("mixed")
    {
        messages.send_as_new(two);
        messages.send_as_new(one);
        messages.send_as_new(three);
    }
    CHECK(payloads(messages, messages.waiting()) == texts{"1", "2", "3", "4"});
    CHECK(messages[one].packet_identifier == 0);
    CHECK(messages.waiting_messages() == 4);
    CHECK(messages.counted() == 0);
}

TEST_CASE("expired messages end at the deadline, others stay", "[session]")
{
    outgoing_messages messages;
    const time_point start{1h};
    outgoing_message soon = make(messages, qos::at_least_once, "soon", 1);
    soon.expires = true;
    soon.expires_at = start + 10s;
    messages.add_waiting(soon);
    outgoing_message later = make(messages, qos::at_most_once, "later", 2);
    later.expires = true;
    later.expires_at = start + 20s;
    messages.add_waiting(later);
    messages.add_waiting(make(messages, qos::at_least_once, "never", 3));

    CHECK(messages.expiry_deadline() == start + 10s);
    CHECK(messages.expire(start + 9s, errc::message_expired) == 0);
    CHECK(messages.expire(start + 10s, errc::message_expired) == 1);
    CHECK(messages.expiry_deadline() == start + 20s);
    CHECK(messages.expire(start + 20s, errc::message_expired) == 1);
    CHECK_FALSE(messages.expiry_deadline());
    CHECK(messages.waiting_messages() == 1);
    CHECK(messages.finished().size() == 2);
}
