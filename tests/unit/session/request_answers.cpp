// SPDX-License-Identifier: BSL-1.0
#include "tern/session/request_answers.hpp"

#include "script.hpp"
#include "support/catch.hpp"

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

using namespace tern;
using namespace tern_test;

namespace
{

using codes = std::vector<reason_code>;

std::uint32_t subscribe(script& server, session::operation waiter, const std::vector<std::string_view>& filters)
{
    std::vector<topic_subscription> list;
    for (const std::string_view each : filters)
    {
        list.push_back({each, qos::at_least_once});
    }
    std::uint32_t identifier = 0;
    CHECK_FALSE(server.engine.subscribe(waiter, list, {}, identifier, server.now));
    return identifier;
}

void unsubscribe(script& server, session::operation waiter, const std::vector<std::string_view>& filters)
{
    CHECK_FALSE(server.engine.unsubscribe(waiter, filters, {}, server.now));
}

template <class Packet>
std::optional<session::event> answer(script& server, std::uint16_t identifier, const codes& list)
{
    Packet packet;
    packet.packet_identifier = identifier;
    packet.reason_codes = list;
    return server.feed(packet);
}

constexpr auto granted = reason_code::granted_qos_1;
constexpr auto refused = reason_code::not_authorized;

} // namespace

TEST_CASE("SUBACK completes its request with a code for each filter", "[session]")
{
    script server;
    server.connect();
    subscribe(server, 1, {"a"});
    const std::uint32_t identifier = subscribe(server, 2, {"b", "c"});
    (void)server.sent();
    const auto done = as<session::subscribe_completed>(answer<wire::suback>(server, 2, {granted, refused}));
    REQUIRE(done);
    CHECK(done->operation == 2);
    CHECK_FALSE(done->error);
    CHECK(done->subscription_identifier == identifier);
    CHECK(codes(done->reason_codes.begin(), done->reason_codes.end()) == codes{granted, refused});
    CHECK_FALSE(server.engine.idle());
    CHECK(as<session::subscribe_completed>(answer<wire::suback>(server, 1, {refused})));
    CHECK(server.engine.idle());

    server.drop();
    server.reconnect(); // only what was granted is made again
    CHECK(server.sent() == packets{"82 09 00 03 02 0B 02 00 01 62 01"});
}

TEST_CASE("UNSUBACK completes its request, also where nothing existed", "[session]")
{
    script server;
    server.connect();
    unsubscribe(server, 1, {"a", "b"});
    (void)server.sent();
    const auto done = as<session::unsubscribe_completed>(
        answer<wire::unsuback>(server, 1, {reason_code::success, reason_code::no_subscription_existed}));
    REQUIRE(done);
    CHECK(done->operation == 1);
    CHECK(done->reason_codes.size() == 2);
    CHECK(server.engine.idle());
}

TEST_CASE("3.1.1 answers with return codes, and UNSUBACK with none", "[session]")
{
    connect_options options = plain_options();
    options.session_expiry = 0s;
    script server;
    server.connect(options, {}, protocol_version::v3_1_1);
    subscribe(server, 1, {"a", "b"});
    unsubscribe(server, 2, {"a"});
    (void)server.sent();
    const auto done = as<session::subscribe_completed>(server.feed_hex("90 04 00 01 01 80"));
    REQUIRE(done);
    CHECK(codes(done->reason_codes.begin(), done->reason_codes.end()) ==
          codes{granted, reason_code::unspecified_error});
    const auto gone = as<session::unsubscribe_completed>(server.feed_hex("B0 02 00 02"));
    REQUIRE(gone);
    CHECK(gone->reason_codes.empty());
    server.drop();
    server.reconnect({}, protocol_version::v3_1_1);
    CHECK(server.sent().empty());
}

TEST_CASE("an answer with the wrong number of codes is a protocol error", "[session]")
{
    script server;
    server.connect();
    subscribe(server, 1, {"a", "b"});
    unsubscribe(server, 2, {"a"});
    (void)server.sent();
    SECTION("too few")
    {
        CHECK(failure(answer<wire::suback>(server, 1, {granted})) == errc::acknowledgement_count_mismatch);
    }
    SECTION("too many")
    {
        CHECK(failure(answer<wire::suback>(server, 1, {granted, granted, granted})) ==
              errc::acknowledgement_count_mismatch);
    }
    SECTION("UNSUBACK")
    {
        CHECK(failure(answer<wire::unsuback>(server, 2, {})) == errc::acknowledgement_count_mismatch);
    }
    CHECK(server.sent() == packets{"E0 01 82"});
}

TEST_CASE("codes that are not in the table are refused", "[session]")
{
    script server;
    server.connect();
    subscribe(server, 1, {"a"});
    (void)server.sent();
    CHECK(failure(server.feed_hex("90 04 00 01 00 03")) == errc::invalid_reason_code);
}

TEST_CASE("an answer to another kind of request is a protocol error, to none is ignored", "[session]")
{
    script server;
    server.connect();
    subscribe(server, 1, {"a"});
    unsubscribe(server, 2, {"a"});
    (void)server.publish(3, "x", qos::at_least_once);
    (void)server.sent();
    CHECK_FALSE(answer<wire::suback>(server, 99, {granted}));
    CHECK(server.engine.phase() == session::connection_phase::connected);
    SECTION("SUBACK for UNSUBSCRIBE")
    {
        CHECK(failure(answer<wire::suback>(server, 2, {granted})) == errc::acknowledgement_of_wrong_type);
    }
    SECTION("UNSUBACK for SUBSCRIBE")
    {
        CHECK(failure(answer<wire::unsuback>(server, 1, {reason_code::success})) ==
              errc::acknowledgement_of_wrong_type);
    }
    SECTION("SUBACK for PUBLISH")
    {
        CHECK(failure(answer<wire::suback>(server, 3, {granted})) == errc::acknowledgement_of_wrong_type);
    }
}

TEST_CASE("what is unsubscribed is not made again, and what is subscribed later is", "[session]")
{
    script server;
    server.connect();
    subscribe(server, 1, {"a", "b"});
    unsubscribe(server, 2, {"a"});
    subscribe(server, 3, {"a"});
    (void)server.sent();
    (void)answer<wire::suback>(server, 1, {granted, granted});
    (void)answer<wire::unsuback>(server, 2, {reason_code::success});
    (void)answer<wire::suback>(server, 3, {granted});
    server.drop();
    server.reconnect();
    CHECK(server.sent() == packets{"82 09 00 04 02 0B 01 00 01 62 01", "82 09 00 05 02 0B 02 00 01 61 01"});
}

TEST_CASE("an unsubscribe that is refused leaves the subscription", "[session]")
{
    script server;
    server.connect();
    subscribe(server, 1, {"a"});
    unsubscribe(server, 2, {"a"});
    (void)server.sent();
    (void)answer<wire::suback>(server, 1, {granted});
    CHECK(as<session::unsubscribe_completed>(answer<wire::unsuback>(server, 2, {refused})));
    server.drop();
    server.reconnect();
    CHECK(server.sent().size() == 1);
}

TEST_CASE("a subscribe is cancelled before it is sent without a trace", "[session]")
{
    script server;
    subscribe(server, 1, {"a"});
    unsubscribe(server, 2, {"b"});
    CHECK(server.engine.cancel_request(1));
    CHECK(server.engine.cancel_request(2));
    CHECK_FALSE(server.engine.cancel_request(3));
    CHECK_FALSE(server.engine.cancel_request(0));
    server.connect();
    CHECK(server.sent().empty());
    CHECK(server.events().empty());
}

TEST_CASE("a subscribe that is cancelled after it was sent is undone", "[session]")
{
    script server;
    server.connect();
    subscribe(server, 1, {"a", "b", "c"});
    subscribe(server, 2, {"c"});
    (void)server.sent();
    CHECK_FALSE(server.engine.cancel_request(1));
    SECTION("after its answer, but for what is refused or used by others")
    {
        CHECK_FALSE(answer<wire::suback>(server, 1, {granted, refused, granted}));
        CHECK(server.sent() == packets{"A2 06 00 03 00 00 01 61"});
        CHECK_FALSE(answer<wire::unsuback>(server, 3, {reason_code::success}));
        CHECK(as<session::subscribe_completed>(answer<wire::suback>(server, 2, {granted})));
        CHECK(server.engine.idle());
    }
    SECTION("after a lost connection")
    {
        server.resume();
        CHECK(server.sent() == packets{"A2 09 00 03 00 00 01 61 00 01 62", "82 09 00 02 02 0B 02 00 01 63 01"});
    }
    SECTION("also when it waits to be sent again")
    {
        subscribe(server, 3, {"d"});
        (void)server.sent();
        server.drop();
        CHECK_FALSE(server.engine.cancel_request(3)); // the session may hold it
        server.reconnect([] {
            wire::connack answer;
            answer.session_present = true;
            return answer;
        }());
        const packets sent = server.sent();
        REQUIRE(sent.size() == 3);
        CHECK(sent[2] == "A2 06 00 05 00 00 01 64");
    }
    SECTION("not after a lost session")
    {
        server.drop();
        server.reconnect();
        CHECK(server.sent() == packets{"82 09 00 03 02 0B 02 00 01 63 01"});
    }
    SECTION("not if all of it was refused")
    {
        CHECK_FALSE(answer<wire::suback>(server, 1, {refused, refused, refused}));
        CHECK(server.sent().empty());
    }
    for (const session::event& event : server.events())
    {
        CHECK_FALSE(std::holds_alternative<session::subscribe_completed>(event));
    }
}

TEST_CASE("of a subscription that is forgotten before its answer no event follows", "[session]")
{
    script server;
    server.connect();
    const std::uint32_t one = subscribe(server, 1, {"a"});
    (void)server.sent();
    server.engine.forget_subscription(one);
    SECTION("when the answer comes")
    {
        CHECK_FALSE(answer<wire::suback>(server, 1, {granted}));
    }
    SECTION("when everything is given up") {}
    server.drop();
    server.engine.abandon(errc::connection_lost);
    CHECK(server.events().empty());
}

TEST_CASE("a subscription that is forgotten is not made again", "[session]")
{
    script server;
    server.connect();
    const std::uint32_t one = subscribe(server, 1, {"a"});
    const std::uint32_t two = subscribe(server, 2, {"a"});
    (void)server.sent();
    (void)answer<wire::suback>(server, 1, {granted});
    (void)answer<wire::suback>(server, 2, {granted});
    server.engine.forget_subscription(one);
    server.engine.forget_subscription(99);
    CHECK(server.sent().empty());
    server.drop();
    server.reconnect();
    CHECK(server.sent() == packets{"82 09 00 03 02 0B 02 00 01 61 01"});
    server.engine.forget_subscription(two); // while it is being made again
    CHECK_FALSE(answer<wire::suback>(server, 3, {granted}));
    CHECK(server.sent() == packets{"A2 06 00 04 00 00 01 61"});
    (void)answer<wire::unsuback>(server, 4, {reason_code::success});
    (void)server.events();
    server.drop();
    server.reconnect();
    CHECK(server.sent().empty());
}

TEST_CASE("of calls that share a filter the last one to be given up unsubscribes, also if it was never sent",
          "[session]")
{
    const bool resumed = GENERATE(true, false);
    script server;
    server.connect();
    std::string filters = "A2 09 00 02 00 00 01 61 00 01 62"; // UNSUBSCRIBE from a and b
    const std::uint32_t first = subscribe(server, 1, {"a"});
    (void)server.sent();
    SECTION("the first was granted")
    {
        (void)answer<wire::suback>(server, 1, {granted});
        server.drop();
        subscribe(server, 2, {"a", "b"});
        server.engine.forget_subscription(first);
        CHECK_FALSE(server.engine.cancel_request(2)); // the server still has a
    }
    SECTION("the first was sent, and cancelled")
    {
        server.drop();
        subscribe(server, 2, {"a", "b"});
        CHECK_FALSE(server.engine.cancel_request(1));
        CHECK(server.engine.cancel_request(2));
        filters = "A2 06 00 02 00 00 01 61";
    }
    SECTION("the second is forgotten")
    {
        (void)answer<wire::suback>(server, 1, {granted});
        server.drop();
        const std::uint32_t second = subscribe(server, 2, {"a", "b"});
        server.engine.forget_subscription(first);
        server.engine.forget_subscription(second);
    }
    wire::connack connected;
    connected.session_present = resumed;
    server.reconnect(connected);
    CHECK(server.sent() == (resumed ? packets{filters} : packets{})); // gone with the session
}

TEST_CASE("nobody hears of the answer to an unsubscribe that was cancelled, which holds all the same", "[session]")
{
    script server;
    server.connect();
    subscribe(server, 1, {"a"});
    (void)server.sent();
    (void)answer<wire::suback>(server, 1, {granted});
    unsubscribe(server, 2, {"a"});
    (void)server.sent();
    CHECK_FALSE(server.engine.cancel_request(2));
    CHECK_FALSE(answer<wire::unsuback>(server, 2, {reason_code::success}));
    CHECK(server.events().empty());
    CHECK(server.engine.idle());
    server.drop();
    server.reconnect();
    CHECK(server.sent().empty());
}

TEST_CASE("a subscription that is forgotten before it was sent is never sent", "[session]")
{
    script server;
    const std::uint32_t one = subscribe(server, 1, {"a"});
    subscribe(server, 2, {"b"});
    server.engine.forget_subscription(one);
    server.connect();
    CHECK(server.sent() == packets{"82 09 00 01 02 0B 02 00 01 62 01"});
    CHECK(server.events().empty());
}
