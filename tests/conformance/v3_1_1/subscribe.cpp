// SPDX-License-Identifier: BSL-1.0
//
// Chapters 3.8 to 3.11: SUBSCRIBE, UNSUBSCRIBE and their acknowledgements.
#include "client.hpp"
#include "script.hpp"
#include "support/catch.hpp"

#include <span>
#include <string>
#include <string_view>
#include <vector>

using namespace conformance_3_1_1;

namespace
{

constexpr topic_subscription three_filters[] = {{"f", qos::at_most_once}, {"g", qos::at_least_once}, {"h"}};

/// A session with one SUBSCRIBE of these filters on its way, identifier 1, operation 11.
struct subscribing_session : connected_session
{
    explicit subscribing_session(std::span<const topic_subscription> filters = three_filters)
    {
        (void)subscribe(11, filters);
        (void)sent();
    }

    /// The codes that a SUBACK leads to, if it completes the request.
    std::vector<reason_code> codes_of(std::string_view suback)
    {
        std::vector<reason_code> codes;
        if (const auto completed = as<session::subscribe_completed>(feed_hex(suback)))
        {
            codes.assign(completed->reason_codes.begin(), completed->reason_codes.end());
        }
        return codes;
    }
};

} // namespace

TEST_CASE("3.1.1: SUBSCRIBE carries the flags 0010", "[v3.1.1][MQTT-3.8.1-1]")
{
    connected_session server;
    REQUIRE_FALSE(server.subscribe(1, "f"));
    CHECK(server.sent() == packets{"82 06 00 01 00 01 66 02"});
    server.drop(); // lost with its session, and made again
    server.reconnect({}, v3_1_1);
    const packets again = server.sent();
    REQUIRE(again.size() == 1);
    CHECK(again[0].starts_with("82 06 "));
}

TEST_CASE("3.1.1: a topic filter that is not UTF-8 is refused", "[v3.1.1][MQTT-3.8.3-1]")
{
    for (const std::string_view filter : {"\xFF", "a/\xED\xA0\x80/#", "\xC3", "+/\xC0\xAF"})
    {
        CHECK(refuses_to_subscribe(filter));
    }
    connected_session server;
    CHECK(server.subscribe(1, "\xFF") == errc::invalid_text);
    CHECK(server.sent().empty());
    REQUIRE_FALSE(server.subscribe(1, "\xC3\xBC/#"));
    CHECK(server.sent() == packets{"82 09 00 01 00 04 C3 BC 2F 23 02"});
}

TEST_CASE("3.1.1: SUBSCRIBE has at least one topic filter", "[v3.1.1][MQTT-3.8.3-3]")
{
    connected_session server;
    CHECK(server.subscribe(1, std::span<const topic_subscription>()) == errc::empty_subscription_list);
    CHECK(server.sent().empty());
    CHECK(server.events().empty());
}

TEST_CASE("3.1.1: the requested QoS is 0 or 1 or 2 and nothing else is in its byte", "[v3.1.1][MQTT-3.8.3-4]")
{
    connected_session server;
    REQUIRE_FALSE(server.subscribe(1, three_filters));
    CHECK(server.sent() == packets{"82 0E 00 01 00 01 66 00 00 01 67 01 00 01 68 02"});
    CHECK(server.subscribe(2, "f", static_cast<qos>(3)) == errc::invalid_qos);
    // The upper bits have a meaning in 5.0 only.
    topic_subscription extended{"f"};
    extended.no_local = true;
    CHECK(server.subscribe(3, std::span(&extended, 1)) == errc::not_supported_by_protocol_version);
    extended = {"f"};
    extended.retain_as_published = true;
    CHECK(server.subscribe(3, std::span(&extended, 1)) == errc::not_supported_by_protocol_version);
    extended = {"f"};
    extended.retain_handling = retain_handling::do_not_send;
    CHECK(server.subscribe(3, std::span(&extended, 1)) == errc::not_supported_by_protocol_version);
    CHECK(server.sent().empty());
}

TEST_CASE("3.1.1: SUBACK completes the SUBSCRIBE whose identifier it carries", "[v3.1.1][MQTT-3.8.4-2]")
{
    connected_session server;
    (void)server.subscribe(11, "f");
    (void)server.subscribe(12, "g");
    (void)server.sent();
    // An answer to nothing completes nothing. It breaks no rule that the standard names: SUBSCRIBE may have been sent
    // on an earlier connection.
    CHECK_FALSE(server.feed_hex("90 03 00 03 00"));
    const auto second = as<session::subscribe_completed>(server.feed_hex("90 03 00 02 00"));
    REQUIRE(second);
    CHECK(second->operation == 12);
    CHECK_FALSE(server.feed_hex("90 03 00 02 00")); // it is over
    const auto first = as<session::subscribe_completed>(server.feed_hex("90 03 00 01 00"));
    REQUIRE(first);
    CHECK(first->operation == 11);
    // SUBACK does not answer UNSUBSCRIBE or PUBLISH.
    (void)server.unsubscribe(13, "f");
    (void)server.sent();
    CHECK(closes_silently(server, "90 03 00 03 00"));
    connected_session publishing;
    (void)publishing.publish(1, "x", one);
    CHECK(closes_silently(publishing, "90 03 00 01 00"));
}

TEST_CASE("3.1.1: SUBACK has one code for each filter", "[v3.1.1][MQTT-3.8.4-5]")
{
    subscribing_session server;
    CHECK(server.codes_of("90 05 00 01 00 80 02") ==
          std::vector{reason_code::granted_qos_0, reason_code::unspecified_error, reason_code::granted_qos_2});
    for (const char* packet : {"90 02 00 01", "90 03 00 01 00", "90 04 00 01 00 01", "90 06 00 01 00 01 02 00"})
    {
        INFO(packet);
        subscribing_session wrong;
        CHECK(closes_silently(wrong, packet));
    }
    // What was granted may be less than was asked for, not only what was refused.
    subscribing_session less;
    CHECK(less.codes_of("90 05 00 01 00 00 00") == std::vector(3, reason_code::granted_qos_0));
}

TEST_CASE("3.1.1: the codes of SUBACK are in the order of the filters", "[v3.1.1][MQTT-3.9.3-1]")
{
    subscribing_session server;
    CHECK(server.codes_of("90 05 00 01 02 01 80") ==
          std::vector{reason_code::granted_qos_2, reason_code::granted_qos_1, reason_code::unspecified_error});
    // The third was refused: it is not made again when the session is lost, the others are.
    server.drop();
    server.reconnect({}, v3_1_1);
    CHECK(server.sent() == packets{"82 0A 00 02 00 01 66 00 00 01 67 01"});
}

TEST_CASE("3.1.1: the codes of SUBACK are 0 and 1 and 2 and 80", "[v3.1.1][MQTT-3.9.3-2]")
{
    const topic_subscription filters[] = {{"f"}};
    for (unsigned code = 0; code < 256; ++code)
    {
        const std::string packet = packet_hex(0x90, std::string{'\0', '\1', static_cast<char>(code)});
        INFO(packet);
        subscribing_session server(filters);
        REQUIRE(closes_silently(server, packet) == (code > 2 && code != 0x80));
    }
}

TEST_CASE("3.1.1: UNSUBSCRIBE carries the flags 0010", "[v3.1.1][MQTT-3.10.1-1]")
{
    connected_session server;
    REQUIRE_FALSE(server.unsubscribe(1, "f"));
    CHECK(server.sent() == packets{"A2 05 00 01 00 01 66"});
}

TEST_CASE("3.1.1: the filters of UNSUBSCRIBE are UTF-8 and follow one another", "[v3.1.1][MQTT-3.10.3-1]")
{
    connected_session server;
    const std::string_view filters[] = {"f", "a/+", "\xC3\xBC/#"};
    REQUIRE_FALSE(server.engine.unsubscribe(1, filters, {}, server.now));
    CHECK(server.sent() == packets{"A2 10 00 01 00 01 66 00 03 61 2F 2B 00 04 C3 BC 2F 23"});
    const std::string_view bad[] = {"f", "\xFF"};
    CHECK(server.engine.unsubscribe(2, bad, {}, server.now) == errc::invalid_text);
    CHECK(server.sent().empty());
    CHECK(refuses_to_unsubscribe("\xFF"));
}

TEST_CASE("3.1.1: UNSUBSCRIBE has at least one topic filter", "[v3.1.1][MQTT-3.10.3-2]")
{
    connected_session server;
    CHECK(server.engine.unsubscribe(1, {}, {}, server.now) == errc::empty_subscription_list);
    CHECK(server.sent().empty());
    CHECK(server.events().empty());
}

TEST_CASE("3.1.1: UNSUBACK completes the UNSUBSCRIBE whose identifier it carries", "[v3.1.1][MQTT-3.10.4-4]")
{
    connected_session server;
    (void)server.unsubscribe(11, "f");
    (void)server.unsubscribe(12, "g");
    (void)server.sent();
    CHECK_FALSE(server.feed_hex("B0 02 00 03")); // answers nothing
    const auto second = as<session::unsubscribe_completed>(server.feed_hex("B0 02 00 02"));
    REQUIRE(second);
    CHECK(second->operation == 12);
    CHECK_FALSE(second->error);
    CHECK(second->reason_codes.empty()); // 3.1.1 has none
    const auto first = as<session::unsubscribe_completed>(server.feed_hex("B0 02 00 01"));
    REQUIRE(first);
    CHECK(first->operation == 11);
    // UNSUBACK does not answer SUBSCRIBE.
    (void)server.subscribe(13, "f");
    (void)server.sent();
    CHECK(closes_silently(server, "B0 02 00 03"));
}
