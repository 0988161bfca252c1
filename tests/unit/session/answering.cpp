// SPDX-License-Identifier: BSL-1.0
#include "tern/session/answering.hpp"

#include "script.hpp"
#include "support/catch.hpp"

#include <optional>

using namespace tern;
using namespace tern_test;

TEST_CASE("QoS 1 completes with PUBACK", "[session]")
{
    script server;
    server.connect();
    (void)server.publish(9, "x", qos::at_least_once);
    CHECK(server.sent() == packets{"32 07 00 01 74 00 01 00 78"});
    const auto done = as<session::publish_completed>(server.acknowledge<wire::puback>(1));
    REQUIRE(done);
    CHECK(done->operation == 9);
    CHECK_FALSE(done->error);
    CHECK(done->reason == reason_code::success);
    CHECK(server.engine.idle());
    server.resume();
    CHECK(server.sent().empty()); // v5 [MQTT-4.4.0-2]
}

TEST_CASE("a failing PUBACK completes with the server's reason and what it says", "[session]")
{
    script server;
    server.connect();
    (void)server.publish(9, "x", qos::at_least_once);
    (void)server.sent();
    wire::puback answer;
    answer.packet_identifier = 1;
    answer.reason_code = reason_code::quota_exceeded;
    answer.properties.reason_string = "enough";
    const auto done = as<session::publish_completed>(server.feed(answer));
    REQUIRE(done);
    CHECK(done->error == reason_code::quota_exceeded);
    CHECK(done->properties.reason_string == "enough");
    server.resume();
    CHECK(server.sent().empty());
}

TEST_CASE("no subscribers is a success", "[session]")
{
    script server;
    server.connect();
    (void)server.publish(9, "x", qos::at_least_once);
    (void)server.sent();
    const auto done =
        as<session::publish_completed>(server.acknowledge<wire::puback>(1, reason_code::no_matching_subscribers));
    REQUIRE(done);
    CHECK_FALSE(done->error);
    CHECK(done->reason == reason_code::no_matching_subscribers);
}

TEST_CASE("QoS 2 completes with PUBCOMP", "[session]")
{
    script server;
    server.connect();
    (void)server.publish(9, "x", qos::exactly_once);
    CHECK(server.sent() == packets{"34 07 00 01 74 00 01 00 78"});
    CHECK_FALSE(server.acknowledge<wire::pubrec>(1));
    CHECK(server.sent() == packets{"62 02 00 01"});
    CHECK_FALSE(server.engine.idle());
    CHECK_FALSE(server.acknowledge<wire::pubrec>(1)); // again
    CHECK(server.sent() == packets{"62 02 00 01"});
    const auto done = as<session::publish_completed>(server.acknowledge<wire::pubcomp>(1));
    REQUIRE(done);
    CHECK(done->operation == 9);
    CHECK(server.engine.idle());
}

TEST_CASE("a failing PUBREC ends a QoS 2 message for ever", "[session]")
{
    script server;
    server.connect();
    (void)server.publish(9, "x", qos::exactly_once);
    (void)server.sent();
    const auto done = as<session::publish_completed>(server.acknowledge<wire::pubrec>(1, reason_code::not_authorized));
    REQUIRE(done);
    CHECK(done->error == reason_code::not_authorized);
    server.resume();
    CHECK(server.sent().empty());
}

TEST_CASE("a server that acknowledges QoS 2 by PUBACK is taken at its word", "[session]")
{
    script server;
    server.connect();
    (void)server.publish(9, "x", qos::exactly_once);
    (void)server.sent();
    const auto done = as<session::publish_completed>(server.acknowledge<wire::puback>(1));
    REQUIRE(done);
    CHECK_FALSE(done->error);
    CHECK(server.engine.phase() == session::connection_phase::connected);
}

TEST_CASE("a resumed session sends again what is unacknowledged, at every step", "[session]")
{
    script server;
    server.connect();
    (void)server.publish(9, "x", qos::exactly_once);
    SECTION("not even written")
    {
        server.resume();
        CHECK(server.sent() == packets{"34 07 00 01 74 00 02 00 78"});
    }
    SECTION("PUBLISH sent")
    {
        (void)server.sent();
        server.resume();
        CHECK(server.sent() == packets{"3C 07 00 01 74 00 01 00 78"});
        server.resume();
        CHECK(server.sent() == packets{"3C 07 00 01 74 00 01 00 78"});
    }
    SECTION("PUBREC received") // v5 [MQTT-4.3.3-6]
    {
        (void)server.sent();
        (void)server.acknowledge<wire::pubrec>(1);
        server.resume();
        CHECK(server.sent() == packets{"62 02 00 01"});
    }
    SECTION("PUBREL sent")
    {
        (void)server.sent();
        (void)server.acknowledge<wire::pubrec>(1);
        (void)server.sent();
        server.resume();
        CHECK(server.sent() == packets{"62 02 00 01"});
        // The server had completed it before: no error.
        const auto done = as<session::publish_completed>(
            server.acknowledge<wire::pubcomp>(1, reason_code::packet_identifier_not_found));
        REQUIRE(done);
        CHECK_FALSE(done->error);
        CHECK(done->reason == reason_code::success);
    }
    CHECK(server.sent().empty()); // and never by itself
    server.now += 24h;
    server.engine.advance(server.now);
    for (const std::string& packet : server.sent())
    {
        CHECK(packet == "C0 00");
    }
}

TEST_CASE("PUBCOMP with an unknown identifier out of the blue is an error", "[session]")
{
    script server;
    server.connect();
    (void)server.publish(9, "x", qos::exactly_once);
    (void)server.sent();
    (void)server.acknowledge<wire::pubrec>(1);
    const auto done =
        as<session::publish_completed>(server.acknowledge<wire::pubcomp>(1, reason_code::packet_identifier_not_found));
    REQUIRE(done);
    CHECK(done->error == reason_code::packet_identifier_not_found);
}

TEST_CASE("PUBRELs come first and in the order of the PUBRECs, messages in the order they were sent", "[session]")
{
    script server;
    server.connect();
    (void)server.publish(1, "a", qos::exactly_once);
    (void)server.publish(2, "b", qos::at_least_once);
    (void)server.publish(3, "c", qos::exactly_once);
    (void)server.publish(4, "d", qos::exactly_once);
    (void)server.publish(5, "e", qos::at_least_once);
    (void)server.sent();
    (void)server.acknowledge<wire::pubrec>(4);
    (void)server.acknowledge<wire::pubrec>(1);
    CHECK(server.sent() == packets{"62 02 00 04", "62 02 00 01"});
    (void)server.publish(6, "f", qos::at_least_once);
    server.resume();
    (void)server.publish(7, "g", qos::at_least_once);
    CHECK(server.sent() == packets{"62 02 00 04", "62 02 00 01", "3A 07 00 01 74 00 02 00 62",
                                   "3C 07 00 01 74 00 03 00 63", "3A 07 00 01 74 00 05 00 65",
                                   "32 07 00 01 74 00 07 00 66", "32 07 00 01 74 00 08 00 67"});
    CHECK(server.engine.stats(server.now).messages_resent == 3);
}

TEST_CASE("answers to nothing complete nothing, and PUBREC gets an end", "[session]")
{
    script server;
    server.connect();
    CHECK_FALSE(server.acknowledge<wire::puback>(7));
    CHECK_FALSE(server.acknowledge<wire::pubcomp>(7));
    CHECK_FALSE(server.acknowledge<wire::pubrec>(7, reason_code::not_authorized));
    CHECK(server.sent().empty());
    CHECK_FALSE(server.acknowledge<wire::pubrec>(7));
    CHECK(server.sent() == packets{"62 03 00 07 92"});

    script old;
    old.connect(plain_options(), {}, protocol_version::v3_1_1);
    old.drop();
    old.reconnect({}, protocol_version::v3_1_1);
    CHECK_FALSE(old.acknowledge<wire::pubrec>(7));
    CHECK(old.sent() == packets{"62 02 00 07"});
}

TEST_CASE("the wrong acknowledgement ends the connection with a protocol error", "[session]")
{
    script server;
    server.connect();
    std::optional<session::event> event;
    SECTION("PUBREC for QoS 1")
    {
        (void)server.publish(1, "x", qos::at_least_once);
        (void)server.sent();
        event = server.acknowledge<wire::pubrec>(1);
    }
    SECTION("PUBCOMP before PUBREC")
    {
        (void)server.publish(1, "x", qos::exactly_once);
        (void)server.sent();
        event = server.acknowledge<wire::pubcomp>(1);
    }
    SECTION("PUBACK for SUBSCRIBE")
    {
        std::uint32_t identifier = 0;
        const topic_subscription filter[] = {{"a"}};
        (void)server.engine.subscribe(1, filter, {}, identifier, server.now);
        (void)server.sent();
        event = server.acknowledge<wire::puback>(1);
    }
    CHECK(failure(event) == errc::acknowledgement_of_wrong_type);
    CHECK(server.sent() == packets{"E0 01 82"});
    CHECK(server.engine.phase() == session::connection_phase::failed);
}

TEST_CASE("problem information that was not asked for ends the connection", "[session]")
{
    connect_options options = plain_options();
    options.request_problem_information = false;
    script server;
    server.connect(options);
    (void)server.publish(1, "x", qos::at_least_once);
    (void)server.sent();
    SECTION("reason string")
    {
        wire::puback answer;
        answer.packet_identifier = 1;
        answer.properties.reason_string = "why";
        CHECK(failure(server.feed(answer)) == errc::unrequested_property);
    }
    SECTION("user property")
    {
        const user_property list[] = {{"a", "b"}};
        wire::pubcomp answer;
        answer.packet_identifier = 1;
        answer.properties.user_properties = list;
        CHECK(failure(server.feed(answer)) == errc::unrequested_property);
    }
    SECTION("in PUBREL")
    {
        wire::pubrel released;
        released.packet_identifier = 1;
        released.properties.reason_string = "why";
        CHECK(failure(server.feed(released)) == errc::unrequested_property);
    }
    SECTION("in SUBACK")
    {
        const reason_code codes[] = {reason_code::success};
        wire::suback granted;
        granted.packet_identifier = 1;
        granted.reason_codes = codes;
        granted.properties.reason_string = "why";
        CHECK(failure(server.feed(granted)) == errc::unrequested_property);
    }
    CHECK(server.sent() == packets{"E0 01 82"}); // v5 [MQTT-3.1.2-29]
}

TEST_CASE("a cancelled publish that was sent goes on unseen", "[session]")
{
    script server;
    server.connect();
    const auto result = server.publish(1, "x", qos::exactly_once);
    (void)server.sent();
    CHECK_FALSE(server.engine.cancel(result.handle));
    (void)server.acknowledge<wire::pubrec>(1);
    CHECK(server.sent() == packets{"62 02 00 01"});
    CHECK_FALSE(server.acknowledge<wire::pubcomp>(1));
    CHECK(server.events().empty());
    CHECK(server.engine.idle());
}

TEST_CASE("a cancelled publish that was not sent is gone", "[session]")
{
    script server;
    const auto result = server.publish(1, "x", qos::at_least_once);
    (void)server.publish(2, "y", qos::at_least_once);
    CHECK(server.engine.cancel(result.handle));
    CHECK_FALSE(server.engine.cancel(result.handle));
    CHECK_FALSE(server.engine.cancel({}));
    server.connect();
    CHECK(server.sent() == packets{"32 07 00 01 74 00 01 00 79"});
    CHECK(server.events().empty());
}

TEST_CASE("a publish that is cancelled after its end completes no more", "[session]")
{
    script server;
    const auto result = server.publish(1, "x", qos::at_least_once);
    (void)server.publish(2, "y", qos::at_least_once);
    server.engine.abandon(errc::connection_lost);
    CHECK_FALSE(server.engine.cancel(result.handle));
    CHECK(server.ended() == std::vector{std::pair(session::operation{2}, make_error_code(errc::connection_lost))});
    CHECK(server.engine.idle());
}

TEST_CASE("an acknowledgement that is cut short ends the connection", "[session]")
{
    script server;
    server.connect();
    const auto* const packet = GENERATE("40 01 00", "50 01 00", "62 01 00", "70 01 00");
    CHECK(failure(server.feed_hex(packet)) == errc::length_mismatch);
    CHECK(server.sent() == packets{"E0 01 81"});
}
