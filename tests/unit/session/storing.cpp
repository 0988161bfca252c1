// SPDX-License-Identifier: BSL-1.0
#include "tern/session/storing.hpp"

#include "support/catch.hpp"

#include "script.hpp"

#include <string>
#include <system_error>
#include <utility>
#include <vector>

using namespace tern;
using namespace tern_test;

namespace
{

constexpr auto zero = qos::at_most_once;
constexpr auto one = qos::at_least_once;
constexpr auto two = qos::exactly_once;

} // namespace

TEST_CASE("what is left of an interval is rounded up and never below 0", "[session]")
{
    const session::time_point end{100s};
    CHECK(session::remaining_interval(end, end - 10s) == 10);
    CHECK(session::remaining_interval(end, end - 9001ms) == 10);
    CHECK(session::remaining_interval(end, end - 9s) == 9);
    CHECK(session::remaining_interval(end, end - 1ms) == 1);
    CHECK(session::remaining_interval(end, end) == 0);
    CHECK(session::remaining_interval(end, end + 10s) == 0);
}

TEST_CASE("what the policy says happens when the queue is full", "[session]")
{
    client_limits limits;
    limits.maximum_queued_messages = 2;
    limits.maximum_waiting_messages = 1;
    SECTION("wait")
    {
        script server(limits);
        CHECK_FALSE(server.publish(1, "a", one).error);
        CHECK_FALSE(server.publish(2, "b", one).error);
        CHECK_FALSE(server.publish(3, "c", one).error);
        CHECK(server.publish(4, "d", one).error == errc::queue_full);
        CHECK(server.events().empty());
    }
    SECTION("refuse")
    {
        limits.when_queue_full = full_queue_policy::refuse;
        script server(limits);
        CHECK_FALSE(server.publish(1, "a", one).error);
        CHECK_FALSE(server.publish(2, "b", zero).error);
        CHECK(server.publish(3, "c", one).error == errc::queue_full);
    }
    SECTION("drop the oldest")
    {
        limits.when_queue_full = full_queue_policy::drop_oldest;
        script server(limits);
        (void)server.publish(1, "a", zero);
        (void)server.publish(2, "b", one);
        CHECK_FALSE(server.publish(3, "c", one).error);
        CHECK_FALSE(server.publish(4, "d", zero).error);
        CHECK(server.ended() == std::vector{std::pair(session::operation{1}, make_error_code(errc::dropped)),
                                            std::pair(session::operation{2}, make_error_code(errc::dropped))});
        CHECK(server.engine.stats(server.now).messages_dropped_outgoing == 2);
        server.connect();
        CHECK(server.sent() == packets{"32 07 00 01 74 00 01 00 63", "30 05 00 01 74 00 64"});
    }
}

TEST_CASE("the queue is bounded in bytes too", "[session]")
{
    client_limits limits;
    limits.maximum_queued_bytes = 100;
    limits.when_queue_full = full_queue_policy::refuse;
    script server(limits);
    CHECK_FALSE(server.publish(1, std::string(49, 'x'), one).error); // and one byte of topic
    CHECK_FALSE(server.publish(2, std::string(49, 'x'), one).error);
    CHECK(server.publish(3, "", one).error == errc::queue_full);
    server.connect();
    CHECK(server.sent().size() == 2);
    CHECK_FALSE(server.publish(4, std::string(1'000, 'x'), one).error); // it need not wait

    limits.when_queue_full = full_queue_policy::drop_oldest;
    script dropping(limits);
    (void)dropping.publish(1, "x", one);
    CHECK(dropping.publish(2, std::string(1'000, 'x'), one).error == errc::queue_full);
    CHECK(dropping.events().empty()); // dropping would not have helped
}

TEST_CASE("a message that expires while it waits is never sent", "[session]")
{
    script server;
    publish_options options;
    options.qos = one;
    options.message_expiry_interval = 10s;
    (void)server.engine.publish(1, "t", "x", options, server.now);
    CHECK(server.engine.deadline() == server.now + 10s);
    SECTION("at the deadline")
    {
        server.now += 10s;
        server.engine.advance(server.now);
        CHECK(server.ended() == std::vector{std::pair(session::operation{1}, make_error_code(errc::message_expired))});
    }
    SECTION("when it would be sent")
    {
        server.now += 10s;
        server.connect();
        CHECK(server.sent().empty());
        CHECK(server.ended() == std::vector{std::pair(session::operation{1}, make_error_code(errc::message_expired))});
    }
    SECTION("in time, with what is left of the interval")
    {
        server.now += 7500ms;
        server.connect();
        CHECK(server.sent() == packets{"32 0C 00 01 74 00 01 05 02 00 00 00 03 78"});
        CHECK(server.engine.stats(server.now).messages_expired == 0);
        return;
    }
    CHECK(server.engine.stats(server.now).messages_expired == 1);
}

TEST_CASE("a message that was sent is sent again, even after its expiry", "[session]")
{
    script server;
    server.connect();
    publish_options options;
    options.qos = two;
    options.message_expiry_interval = 10s;
    (void)server.engine.publish(1, "t", "x", options, server.now);
    (void)server.sent();
    server.now += 20s;
    server.engine.advance(server.now);
    server.resume(); // v5 [MQTT-4.3.3-7]
    CHECK(server.sent() == packets{"3C 0C 00 01 74 00 01 05 02 00 00 00 00 78"});
}
