// SPDX-License-Identifier: BSL-1.0
//
// SUBSCRIBE, SUBACK, UNSUBSCRIBE and UNSUBACK. v5 3.8 to 3.11

#include "conformance/real_client.hpp"
#include "conformance/v5/play.hpp"

#include <algorithm>
#include <utility>

using namespace conformance_5;
using tern::qos;
using tern::reason_code;

namespace
{

// The options byte of a SUBSCRIBE to "t".
unsigned options_byte(const tern::subscribe_options& options)
{
    script play;
    play.connect();
    REQUIRE_FALSE(subscribe(play, 1, "t", options));
    const packets sent = play.sent();
    REQUIRE(sent.size() == 1);
    return static_cast<unsigned char>(from_hex(sent[0]).back());
}

// Three filters in one call, and what leaves.
void subscribe_three(script& play, session::operation operation = 1)
{
    const tern::topic_subscription wanted[] = {{.topic_filter = "a"}, {.topic_filter = "b"}, {.topic_filter = "c"}};
    std::uint32_t identifier = 0;
    REQUIRE_FALSE(play.engine.subscribe(operation, wanted, {}, identifier, play.now));
    (void)play.sent();
}

void unsubscribe_three(script& play, session::operation operation = 1)
{
    const std::string_view filters[] = {"a", "b", "c"};
    REQUIRE_FALSE(play.engine.unsubscribe(operation, filters, {}, play.now));
    (void)play.sent();
}

std::string end_after_answer(const std::string& answer, bool to_subscribe)
{
    script play;
    play.connect();
    to_subscribe ? subscribe_three(play) : unsubscribe_three(play);
    return end_after(play, answer);
}

// SUBACK or UNSUBACK for the three, with these codes.
std::string answer_text(bool to_subscribe, std::string_view codes, const std::string& block = "00")
{
    return framed(to_subscribe ? "90" : "B0", joined("00 01", block, codes));
}

void check_count(bool to_subscribe)
{
    for (const std::string_view codes : {"", "00", "00 00", "00 00 00 00"})
    {
        INFO(codes);
        CHECK(end_after_answer(answer_text(to_subscribe, codes), to_subscribe) == protocol_error);
    }
    CHECK(end_after_answer(answer_text(to_subscribe, "00 00 00"), to_subscribe) == "goes on");
}

void check_codes(bool to_subscribe, const std::vector<unsigned>& listed)
{
    for (unsigned code = 0; code <= 0xFF; ++code)
    {
        const bool known = std::count(listed.begin(), listed.end(), code) != 0;
        INFO(code);
        CHECK(end_after_answer(answer_text(to_subscribe, joined("00 00", integer(code, 1))), to_subscribe) ==
              (known ? "goes on" : protocol_error));
        CHECK(end_after_answer(answer_text(to_subscribe, joined(integer(code, 1), "00 00")), to_subscribe) ==
              (known ? "goes on" : protocol_error));
    }
}

void check_size(bool to_subscribe, const std::string& property)
{
    const std::string answer = answer_text(to_subscribe, "00 00 00", property_block(property));
    for (const bool fits : {true, false})
    {
        tern::connect_options options = plain_options();
        options.maximum_packet_size = static_cast<std::uint32_t>(byte_count(answer) - (fits ? 0 : 1));
        script play;
        play.connect(options);
        to_subscribe ? subscribe_three(play) : unsubscribe_three(play);
        CHECK(end_after(play, answer) == (fits ? "goes on" : closed_with("95")));
    }
}

const std::string reason_string = joined("1F", field("a reason of some length"));
const std::string user_property = user_property_text("name", "a value of some length");

} // namespace

TEST_CASE("the flags of SUBSCRIBE are 0010", "[v5][MQTT-3.8.1-1]")
{
    script play;
    play.connect();
    REQUIRE_FALSE(subscribe(play, 1, "t"));
    CHECK(play.sent() == packets{"82 09 00 01 02 0B 01 00 01 74 02"});
    play.resume(); // unanswered: asked for again under its identifier, v5 [MQTT-2.2.1-3]; there is no DUP
    CHECK(play.sent() == packets{"82 09 00 01 02 0B 01 00 01 74 02"});
}

TEST_CASE("a topic filter to subscribe to is UTF-8", "[v5][MQTT-3.8.3-1]")
{
    script play;
    play.connect();
    for (const std::string& filter : {std::string("\xC3"), std::string("a/\xED\xA0\x80"), std::string("a\0", 2)})
    {
        CHECK(subscribe(play, 1, filter) == tern::errc::invalid_text);
        CHECK(client_refusal_of_subscribe(filter) == tern::errc::invalid_topic_filter);
    }
    CHECK(play.sent().empty());
    REQUIRE_FALSE(subscribe(play, 1,
                            "K\xC3\xBC"
                            "che/#"));
    CHECK(play.sent().size() == 1);
}

TEST_CASE("SUBSCRIBE has at least one filter", "[v5][MQTT-3.8.3-2]")
{
    script play;
    play.connect();
    std::uint32_t identifier = 0;
    CHECK(play.engine.subscribe(1, {}, {}, identifier, play.now) == tern::errc::empty_subscription_list);
    CHECK(play.sent().empty());
    CHECK(play.engine.idle());
}

TEST_CASE("No Local is bit 2 of the options, and the server then sends no echo", "[v5][MQTT-3.8.3-3]")
{
    CHECK(options_byte({.no_local = true}) == 0x06);
    CHECK(options_byte({.no_local = false}) == 0x02);
    CHECK(hears_itself(false));
    CHECK_FALSE(hears_itself(true));
}

TEST_CASE("a shared subscription cannot be No Local", "[v5][MQTT-3.8.3-4]")
{
    script play;
    play.connect();
    CHECK(subscribe(play, 1, "$share/s/t", {.no_local = true}) == tern::errc::no_local_on_shared_subscription);
    CHECK(play.sent().empty());
    CHECK(client_refusal_of_subscribe("$share/s/t", {.no_local = true}) == tern::errc::no_local_on_shared_subscription);
    CHECK_FALSE(subscribe(play, 1, "$share/s/t"));
}

TEST_CASE("the reserved bits of the subscription options are 0", "[v5][MQTT-3.8.3-5]")
{
    for (unsigned bits = 0; bits < 36; ++bits)
    {
        const unsigned level = bits % 3;
        const unsigned handling = bits / 3 % 3;
        const bool no_local = bits / 9 % 2 != 0;
        const bool as_published = bits / 18 != 0;
        CHECK(options_byte({.maximum_qos = static_cast<qos>(level),
                            .no_local = no_local,
                            .retain_as_published = as_published,
                            .retain_handling = static_cast<tern::retain_handling>(handling)}) ==
              (level | (no_local ? 4U : 0U) | (as_published ? 8U : 0U) | handling << 4U));
    }
}

TEST_CASE("SUBACK completes the SUBSCRIBE whose identifier it has", "[v5][MQTT-3.8.4-2]")
{
    script play;
    play.connect();
    REQUIRE_FALSE(subscribe(play, 1, "a"));
    REQUIRE_FALSE(subscribe(play, 2, "b"));
    (void)play.sent();
    // The choice: an identifier that is not in use answers nothing of ours, and is passed over.
    CHECK_FALSE(play.feed_hex("90 04 00 63 00 00"));
    const auto second = as<session::subscribe_completed>(play.feed_hex("90 04 00 02 00 01"));
    const auto first = as<session::subscribe_completed>(play.feed_hex("90 04 00 01 00 00"));
    REQUIRE((first && second));
    CHECK(second->operation == 2);
    CHECK(first->operation == 1);
    CHECK_FALSE(play.feed_hex("90 04 00 01 00 00")); // twice: completes nothing
    // One that is in use for something else is a protocol error.
    REQUIRE_FALSE(play.publish(3, "x", qos::at_least_once).error);
    (void)play.sent();
    CHECK(end_after(play, "90 04 00 03 00 00") == protocol_error);
}

TEST_CASE("SUBACK has one code for each filter", "[v5][MQTT-3.8.4-6]")
{
    check_count(true);
}

TEST_CASE("each code of SUBACK is a granted QoS or a failure, and is told", "[v5][MQTT-3.8.4-7]")
{
    script play;
    play.connect();
    subscribe_three(play);
    const auto done = as<session::subscribe_completed>(play.feed_hex(answer_text(true, "02 87 00")));
    REQUIRE(done);
    CHECK_FALSE(done->error);
    CHECK(
        std::vector<reason_code>(done->reason_codes.begin(), done->reason_codes.end()) ==
        std::vector<reason_code>{reason_code::granted_qos_2, reason_code::not_authorized, reason_code::granted_qos_0});

    real_client client;
    REQUIRE(client.start(plain_options()));
    const auto& refused = client.subscribe("t");
    REQUIRE(client.until([&] { return !client.heard().empty(); }));
    client.send("90 04 00 01 00 97");
    REQUIRE(client.until([&] { return refused.calls != 0; }));
    CHECK(refused.error == make_error_code(reason_code::quota_exceeded));
}

TEST_CASE("a Reason String makes no SUBACK too large", "[v5][MQTT-3.9.2-1]")
{
    check_size(true, reason_string);
}

TEST_CASE("User Properties make no SUBACK too large", "[v5][MQTT-3.9.2-2]")
{
    check_size(true, user_property);
}

TEST_CASE("the codes of SUBACK are in the order of the filters", "[v5][MQTT-3.9.3-1]")
{
    script play;
    play.connect();
    subscribe_three(play);
    const auto done = as<session::subscribe_completed>(play.feed_hex(answer_text(true, "00 8F 01")));
    REQUIRE(done);
    CHECK(std::vector<reason_code>(done->reason_codes.begin(), done->reason_codes.end()) ==
          std::vector<reason_code>{reason_code::granted_qos_0, reason_code::topic_filter_invalid,
                                   reason_code::granted_qos_1});
    // The second filter is the one that was refused: a lost session brings back the first and the third only.
    play.drop();
    play.reconnect();
    CHECK(play.sent() == packets{framed("82", joined("00 02 02 0B 01", field("a"), "02", field("c"), "02"))});
}

TEST_CASE("a code of SUBACK is one of the listed values", "[v5][MQTT-3.9.3-2]")
{
    check_codes(true, {0x00, 0x01, 0x02, 0x80, 0x83, 0x87, 0x8F, 0x91, 0x97, 0x9E, 0xA1, 0xA2});
}

TEST_CASE("the flags of UNSUBSCRIBE are 0010", "[v5][MQTT-3.10.1-1]")
{
    script play;
    play.connect();
    REQUIRE_FALSE(unsubscribe(play, 1, "t"));
    CHECK(play.sent() == packets{"A2 06 00 01 00 00 01 74"});
    play.resume();
    CHECK(play.sent() == packets{"A2 06 00 01 00 00 01 74"});
}

TEST_CASE("a topic filter to unsubscribe from is UTF-8", "[v5][MQTT-3.10.3-1]")
{
    script play;
    play.connect();
    for (const std::string& filter : {std::string("\xC3"), std::string("a/\xED\xA0\x80"), std::string("a\0", 2)})
    {
        CHECK(unsubscribe(play, 1, filter) == tern::errc::invalid_text);
        CHECK(client_refusal_of_unsubscribe(filter) == tern::errc::invalid_topic_filter);
    }
    CHECK(play.sent().empty());
}

TEST_CASE("UNSUBSCRIBE has at least one filter", "[v5][MQTT-3.10.3-2]")
{
    script play;
    play.connect();
    CHECK(play.engine.unsubscribe(1, {}, {}, play.now) == tern::errc::empty_subscription_list);
    CHECK(play.sent().empty());
    CHECK(play.engine.idle());
}

TEST_CASE("UNSUBACK completes the UNSUBSCRIBE whose identifier it has, whatever it says", "[v5][MQTT-3.10.4-5]")
{
    script play;
    play.connect();
    REQUIRE_FALSE(unsubscribe(play, 1, "a"));
    REQUIRE_FALSE(unsubscribe(play, 2, "b"));
    (void)play.sent();
    CHECK_FALSE(play.feed_hex("B0 04 00 63 00 00")); // of nothing
    const auto second = as<session::unsubscribe_completed>(play.feed_hex("B0 04 00 02 00 11"));
    REQUIRE(second);
    CHECK(second->operation == 2);
    CHECK_FALSE(second->error);
    CHECK(*second->reason_codes.begin() == reason_code::no_subscription_existed);
    const auto first = as<session::unsubscribe_completed>(play.feed_hex("B0 04 00 01 00 87"));
    REQUIRE(first);
    CHECK(first->operation == 1);
}

TEST_CASE("a Reason String makes no UNSUBACK too large", "[v5][MQTT-3.11.2-1]")
{
    check_size(false, reason_string);
}

TEST_CASE("User Properties make no UNSUBACK too large", "[v5][MQTT-3.11.2-2]")
{
    check_size(false, user_property);
}

TEST_CASE("UNSUBACK has one code for each filter, in their order", "[v5][MQTT-3.11.3-1]")
{
    check_count(false);
    script play;
    play.connect();
    unsubscribe_three(play);
    const auto done = as<session::unsubscribe_completed>(play.feed_hex(answer_text(false, "00 11 87")));
    REQUIRE(done);
    CHECK(std::vector<reason_code>(done->reason_codes.begin(), done->reason_codes.end()) ==
          std::vector<reason_code>{reason_code::success, reason_code::no_subscription_existed,
                                   reason_code::not_authorized});
}

TEST_CASE("a code of UNSUBACK is one of the listed values", "[v5][MQTT-3.11.3-2]")
{
    check_codes(false, {0x00, 0x11, 0x80, 0x83, 0x87, 0x8F, 0x91});
}

TEST_CASE("a Subscription Identifier is 1 to 268435455", "[v5][U5-3.8.2.1.2]")
{
    // The client numbers its subscriptions from 1; the application names none. What is out of range cannot be encoded.
    script play;
    play.connect();
    REQUIRE_FALSE(subscribe(play, 1, "t"));
    const packets sent = play.sent();
    REQUIRE(sent.size() == 1);
    CHECK(sent[0].find("02 0B 01") != std::string::npos);
    const wire::subscription wanted[] = {{.topic_filter = "t"}};
    wire::subscribe packet;
    packet.subscriptions = wanted;
    const auto judged = [&](std::uint32_t identifier) {
        packet.properties.subscription_identifier = identifier;
        return wire::encoded_size(tern::protocol_version::v5, packet).error;
    };
    CHECK(judged(0) == tern::errc::invalid_option);
    CHECK(judged(1) == tern::errc{});
    CHECK(judged(268'435'455) == tern::errc{});
    CHECK(judged(268'435'456) == tern::errc::invalid_option);
}

TEST_CASE("a Maximum QoS or Retain Handling of 3 is refused", "[v5][U5-3.8.3.1]")
{
    script play;
    play.connect();
    CHECK(subscribe(play, 1, "t", {.maximum_qos = static_cast<qos>(3)}) == tern::errc::invalid_qos);
    CHECK(subscribe(play, 1, "t", {.retain_handling = static_cast<tern::retain_handling>(3)}) ==
          tern::errc::invalid_option);
    CHECK(play.sent().empty());
    CHECK(client_refusal_of_subscribe("t", {.maximum_qos = static_cast<qos>(3)}) == tern::errc::invalid_qos);
    CHECK(client_refusal_of_subscribe("t", {.retain_handling = static_cast<tern::retain_handling>(3)}) ==
          tern::errc::invalid_option);
}
