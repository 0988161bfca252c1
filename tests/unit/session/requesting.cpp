// SPDX-License-Identifier: BSL-1.0
#include "tern/session/requesting.hpp"

#include "script.hpp"
#include "support/allocation_counter.hpp"
#include "support/catch.hpp"

#include <cstddef>
#include <cstdint>
#include <new>
#include <string>
#include <string_view>
#include <vector>

using namespace tern;
using namespace tern_test;

namespace
{

std::error_code subscribe(script& server, session::operation waiter, std::string_view filter,
                          const subscribe_options& options = {})
{
    std::uint32_t identifier = 0;
    const topic_subscription filters[] = {{filter, qos::at_least_once}};
    return server.engine.subscribe(waiter, filters, options, identifier, server.now);
}

std::error_code unsubscribe(script& server, session::operation waiter, std::string_view filter)
{
    const std::string_view filters[] = {filter};
    return server.engine.unsubscribe(waiter, filters, {}, server.now);
}

void grant(script& server, std::uint16_t identifier)
{
    const reason_code codes[] = {reason_code::granted_qos_1};
    wire::suback answer;
    answer.packet_identifier = identifier;
    answer.reason_codes = codes;
    (void)server.feed(answer);
}

} // namespace

TEST_CASE("SUBSCRIBE carries filters, options and the subscription identifier", "[session]")
{
    script server;
    server.connect();
    std::uint32_t identifier = 0;
    const user_property list[] = {{"u", "v"}};
    subscribe_options options;
    options.user_properties = list;
    const topic_subscription filters[] = {
        {"a", qos::exactly_once, true, true, retain_handling::do_not_send},
        {"b/+", qos::at_most_once, false, false, retain_handling::send_if_new},
    };
    CHECK_FALSE(server.engine.subscribe(1, filters, options, identifier, server.now));
    CHECK(identifier == 1);
    CHECK(server.sent() == packets{"82 16 00 01 09 0B 01 26 00 01 75 00 01 76 00 01 61 2E 00 03 62 2F 2B 10"});
}

TEST_CASE("the subscription identifier is left out where it is not wanted or not available", "[session]")
{
    connect_options options = plain_options();
    wire::connack answer;
    script server;
    SECTION("not wanted")
    {
        options.subscription_identifiers = false;
        server.connect(options, answer);
    }
    SECTION("not available") // v5 3.2.2.3.12
    {
        answer.properties.subscription_identifiers_available = false;
        server.connect(options, answer);
    }
    CHECK_FALSE(subscribe(server, 1, "a"));
    CHECK(server.sent() == packets{"82 07 00 01 00 00 01 61 01"});
}

TEST_CASE("3.1.1 has filters and their QoS only", "[session]")
{
    connect_options plain = plain_options();
    plain.session_expiry = 0s;
    script server;
    server.connect(plain, {}, protocol_version::v3_1_1);
    CHECK_FALSE(subscribe(server, 1, "a"));
    CHECK_FALSE(unsubscribe(server, 2, "a"));
    CHECK(server.sent() == packets{"82 06 00 01 00 01 61 01", "A2 05 00 02 00 01 61"});
    std::uint32_t identifier = 0;
    const topic_subscription filters[] = {{"a", qos::at_least_once, true}};
    CHECK(server.engine.subscribe(3, filters, {}, identifier, server.now) == errc::not_supported_by_protocol_version);
}

TEST_CASE("requests that break a rule are refused before a byte leaves", "[session]")
{
    script server;
    server.connect();
    std::uint32_t identifier = 0;
    CHECK(server.engine.subscribe(1, {}, {}, identifier, server.now) == errc::empty_subscription_list);
    CHECK(server.engine.unsubscribe(1, {}, {}, server.now) == errc::empty_subscription_list);
    CHECK(subscribe(server, 1, "\xFF") == errc::invalid_text);
    CHECK(unsubscribe(server, 1, "\xFF") == errc::invalid_text);
    CHECK(subscribe(server, 1, std::string(65'536, 'x')) == errc::field_too_long);
    const topic_subscription shared[] = {{"$share/g/a", qos::at_least_once, true}};
    CHECK(server.engine.subscribe(1, shared, {}, identifier, server.now) == errc::no_local_on_shared_subscription);
    const topic_subscription bad_qos[] = {{"a", static_cast<qos>(3)}};
    CHECK(server.engine.subscribe(1, bad_qos, {}, identifier, server.now) == errc::invalid_qos);
    const topic_subscription bad_retain[] = {{"a", qos::at_least_once, false, false, static_cast<retain_handling>(3)}};
    CHECK(server.engine.subscribe(1, bad_retain, {}, identifier, server.now) == errc::invalid_option);
    CHECK(server.sent().empty());
    CHECK(server.engine.idle());
}

TEST_CASE("what the server does not support is refused", "[session]")
{
    wire::connack answer;
    answer.properties.wildcard_subscription_available = false;
    answer.properties.shared_subscription_available = false;
    answer.properties.maximum_packet_size = 30;
    script server;
    CHECK_FALSE(subscribe(server, 9, "queued/#"));
    server.connect(plain_options(), answer);
    CHECK(server.sent().empty());
    const auto ended = server.only<session::subscribe_completed>();
    REQUIRE(ended);
    CHECK(ended->operation == 9);
    CHECK(ended->error == errc::wildcard_subscriptions_not_available);
    CHECK(subscribe(server, 1, "a/#") == errc::wildcard_subscriptions_not_available);
    CHECK(subscribe(server, 1, "$share/g/a") == errc::shared_subscriptions_not_available);
    CHECK(subscribe(server, 1, std::string(30, 'x')) == errc::exceeds_server_maximum_packet_size);
    CHECK(unsubscribe(server, 1, std::string(30, 'x')) == errc::exceeds_server_maximum_packet_size);
    CHECK(server.engine.idle());
}

TEST_CASE("requests wait for a connection, and are sent again if they were not answered", "[session]")
{
    script server;
    CHECK_FALSE(subscribe(server, 1, "a"));
    CHECK_FALSE(unsubscribe(server, 2, "b"));
    CHECK_FALSE(server.engine.has_output());
    server.connect();
    CHECK(server.sent() == packets{"82 09 00 01 02 0B 01 00 01 61 01", "A2 06 00 02 00 00 01 62"});
    server.drop();
    CHECK_FALSE(subscribe(server, 3, "c"));
    server.resume();
    // With their identifiers: v3.1.1 [MQTT-2.3.1-3].
    CHECK(server.sent() ==
          packets{"82 09 00 01 02 0B 01 00 01 61 01", "A2 06 00 02 00 00 01 62", "82 09 00 03 02 0B 02 00 01 63 01"});
}

TEST_CASE("a request that is sent again keeps its identifier although no other is free", "[session]")
{
    script server;
    server.connect();
    CHECK_FALSE(subscribe(server, 1, "a"));
    (void)server.sent();
    for (int i = 0; i < 65'534; ++i)
    {
        (void)server.publish(0, "x", qos::at_least_once);
    }
    (void)server.sent();
    CHECK_FALSE(unsubscribe(server, 2, "b"));
    server.resume();
    CHECK(server.sent().front() == "82 09 00 01 02 0B 01 00 01 61 01");
    grant(server, 1);
    CHECK(server.sent() == packets{"A2 06 00 01 00 00 01 62"});
}

TEST_CASE("the identifier of a request that is not sent again is free", "[session]")
{
    script server;
    server.connect();
    CHECK_FALSE(subscribe(server, 1, "a"));
    CHECK_FALSE(unsubscribe(server, 2, "b"));
    (void)server.sent();
    for (int i = 0; i < 65'533; ++i)
    {
        (void)server.publish(0, "x", qos::at_least_once);
    }
    (void)server.sent();
    SECTION("because it was cancelled, and undone by another packet")
    {
        server.drop();
        (void)server.engine.cancel_request(1);
        (void)server.engine.cancel_request(2);
        server.resume();
        CHECK(server.sent().front() == "A2 06 00 01 00 00 01 61");
    }
    SECTION("because it was cancelled while it was sent")
    {
        (void)server.engine.cancel_request(1);
        server.resume();
        CHECK(server.sent().front() == "A2 06 00 01 00 00 01 61");
    }
    SECTION("because nobody wants the subscription")
    {
        server.drop();
        server.engine.forget_subscription(1);
        server.resume();
        CHECK(server.sent().front() == "A2 06 00 01 00 00 01 61");
    }
    SECTION("because its session is gone")
    {
        server.drop();
        server.reconnect();
        const packets again = server.sent();
        CHECK(again[0] == "82 09 00 01 02 0B 01 00 01 61 01");
        CHECK(again[1] == "A2 06 00 02 00 00 01 62");
        CHECK(again.size() == 65'535);
    }
    SECTION("because the client has given up")
    {
        server.drop();
        server.engine.abandon(errc::connection_lost);
        (void)server.events();
        CHECK_FALSE(unsubscribe(server, 3, "c"));
        server.resume();
        CHECK(server.sent() == packets{"A2 06 00 01 00 00 01 63"});
    }
}

TEST_CASE("the number of requests that wait is bounded", "[session]")
{
    client_limits limits;
    limits.maximum_pending_subscriptions = 2;
    script server(limits);
    CHECK_FALSE(subscribe(server, 1, "a"));
    CHECK_FALSE(unsubscribe(server, 2, "a"));
    CHECK(subscribe(server, 3, "a") == errc::queue_full);
    CHECK(unsubscribe(server, 3, "a") == errc::queue_full);
}

TEST_CASE("subscriptions are made again after a lost session, call by call, with their identifiers", "[session]")
{
    script server;
    server.connect();
    CHECK_FALSE(subscribe(server, 1, "a"));
    CHECK_FALSE(subscribe(server, 2, "b"));
    CHECK_FALSE(unsubscribe(server, 3, "c"));
    (void)server.sent();
    grant(server, 1);
    server.drop(); // "b" was not answered yet
    server.reconnect();
    CHECK(server.only<session::session_was_lost>());
    CHECK(server.sent() ==
          packets{"82 09 00 04 02 0B 01 00 01 61 01", "82 09 00 05 02 0B 02 00 01 62 01", "A2 06 00 06 00 00 01 63"});
    const reason_code codes[] = {reason_code::granted_qos_1};
    wire::suback answer;
    answer.packet_identifier = 4;
    answer.reason_codes = codes;
    const auto restored = as<session::subscription_restored>(server.feed(answer));
    REQUIRE(restored);
    CHECK(restored->subscription_identifier == 1);
    CHECK(*restored->reason_codes.begin() == reason_code::granted_qos_1);
    answer.packet_identifier = 5;
    CHECK(as<session::subscribe_completed>(server.feed(answer)));
    server.resume();
    CHECK(server.sent() == packets{"A2 06 00 06 00 00 01 63"}); // the session has the rest
}

TEST_CASE("a restoration that is interrupted begins again", "[session]")
{
    script server;
    server.connect();
    CHECK_FALSE(subscribe(server, 1, "a"));
    (void)server.sent();
    grant(server, 1);
    server.drop();
    server.reconnect();
    CHECK(server.sent().size() == 1);
    SECTION("with the session")
    {
        server.resume();
    } // no SUBACK had come
    SECTION("after the client had given up")
    {
        server.drop();
        (void)server.events();
        server.engine.abandon(errc::connection_lost);
        CHECK(server.events().empty());
        server.resume();
    }
    SECTION("without the session, to which it was new")
    {
        server.drop();
        server.reconnect();
    }
    const packets again = server.sent();
    REQUIRE(again.size() == 1);
    const std::string identifier = again[0].substr(6, 5);
    CHECK(again[0] == "82 09 " + identifier + " 02 0B 01 00 01 61 01");
    grant(server, static_cast<std::uint16_t>(identifier == "00 02" ? 2 : 3));
    server.resume();
    CHECK(server.sent().empty());
}

TEST_CASE("a restoration that the server does not take is told, and forgotten", "[session]")
{
    script server;
    server.connect();
    CHECK_FALSE(subscribe(server, 1, "a/#"));
    (void)server.sent();
    grant(server, 1);
    server.drop();
    wire::connack answer;
    answer.properties.wildcard_subscription_available = false;
    server.reconnect(answer);
    CHECK(server.sent().empty());
    const auto events = server.events();
    REQUIRE(events.size() == 2);
    REQUIRE(std::holds_alternative<session::subscription_restored>(events[1]));
    CHECK(std::get<session::subscription_restored>(events[1]).error == errc::wildcard_subscriptions_not_available);
    server.drop();
    server.reconnect();
    CHECK(server.sent().empty());
}

TEST_CASE("an unsubscribe that the server does not take is told, and its filters are not asked for again", "[session]")
{
    script server;
    server.connect();
    std::uint32_t identifier = 0;
    const topic_subscription wanted[] = {{"a"}, {"b"}};
    (void)server.engine.subscribe(1, wanted, {}, identifier, server.now);
    (void)server.sent();
    (void)server.feed_hex("90 05 00 01 00 02 02");
    server.drop();
    const std::string large(100, 'v');
    const user_property properties[] = {{"name", large}};
    unsubscribe_options options;
    options.user_properties = user_properties(properties);
    const std::string_view filters[] = {"a"};
    CHECK_FALSE(server.engine.unsubscribe(2, filters, options, server.now));
    wire::connack answer;
    answer.session_present = true;
    answer.properties.maximum_packet_size = 50;
    server.reconnect(answer);
    CHECK(server.sent().empty());
    const auto told = server.only<session::unsubscribe_completed>();
    REQUIRE(told);
    CHECK(told->error == errc::exceeds_server_maximum_packet_size);
    server.drop();
    server.reconnect();
    CHECK(server.sent() == packets{"82 09 00 03 02 0B 01 00 01 62 02"});
}

TEST_CASE("the number of subscriptions is bounded", "[session]")
{
    client_limits limits;
    limits.maximum_pending_subscriptions = 70'000;
    script server(limits);
    for (int i = 0; i < 65'535; ++i)
    {
        REQUIRE_FALSE(subscribe(server, 0, "a"));
    }
    CHECK(subscribe(server, 1, "a") == errc::queue_full);
    CHECK_FALSE(unsubscribe(server, 2, "a"));
}

TEST_CASE("nothing is asked for after DISCONNECT", "[session]")
{
    script server;
    server.connect();
    CHECK_FALSE(server.engine.disconnect({}, server.now));
    CHECK(subscribe(server, 1, "a") == errc::disconnecting);
    CHECK(unsubscribe(server, 2, "a") == errc::disconnecting);
    CHECK(server.sent().size() == 1);
}

TEST_CASE("a cancelled subscribe to what another call holds takes nothing away from it", "[session]")
{
    script server;
    server.connect();
    CHECK_FALSE(subscribe(server, 1, "a"));
    CHECK_FALSE(subscribe(server, 2, "a"));
    (void)server.sent();
    CHECK_FALSE(server.engine.cancel_request(1));
    grant(server, 1);
    CHECK(server.sent().empty());
    grant(server, 2);
    CHECK(server.engine.idle());
    server.drop();
    server.reconnect();
    CHECK(server.sent() == packets{"82 09 00 03 02 0B 02 00 01 61 01"}); // the second alone
}

TEST_CASE("a request for which memory is short changes nothing, or waits", "[session]")
{
    std::size_t refused = 0;
    std::size_t waited = 0;
    bool happened = true;
    for (std::size_t successes = 0; happened; ++successes)
    {
        script server;
        server.connect();
        bool accepted = true;
        {
            const allocation_failure failure(successes);
            try
            {
                accepted = !subscribe(server, 1, "a/filter/that/is/long");
            }
            catch (const std::bad_alloc&)
            {
                accepted = false;
            }
            happened = failure.happened();
        }
        if (!accepted)
        {
            ++refused;
            CHECK(server.engine.idle());
            CHECK_FALSE(server.engine.has_output());
            CHECK_FALSE(subscribe(server, 1, "a/filter/that/is/long"));
        }
        else if (happened)
        {
            ++waited;
        }
        CHECK(server.sent().size() == 1);
        grant(server, 1);
        CHECK(server.engine.idle());
    }
    CHECK(refused > 0);
    CHECK(waited > 0);
}
