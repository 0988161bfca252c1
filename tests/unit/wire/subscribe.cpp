// SPDX-License-Identifier: BSL-1.0
#include "tern/wire/subscribe.hpp"

#include "unit/wire/wire_test.hpp"

#include <string>
#include <vector>

using namespace tern_test;

namespace
{

constexpr user_property names[] = {{"n", "v"}};
constexpr subscription plain[] = {{.topic_filter = "a/+", .maximum_qos = qos::exactly_once},
                                  {.topic_filter = "#", .maximum_qos = qos::at_least_once}};
constexpr subscription with_options[] = {{.topic_filter = "x",
                                          .maximum_qos = qos::at_least_once,
                                          .no_local = true,
                                          .retain_as_published = true,
                                          .retain_handling = retain_handling::do_not_send},
                                         {.topic_filter = "y", .retain_handling = retain_handling::send_if_new}};
constexpr reason_code codes[] = {reason_code::granted_qos_0, reason_code::granted_qos_1, reason_code::granted_qos_2,
                                 reason_code::unspecified_error};
constexpr reason_code codes_of_v5[] = {reason_code::topic_filter_invalid, reason_code::quota_exceeded};

static_assert(round_trips_in_both(subscribe{.packet_identifier = 1, .subscriptions = plain}));
static_assert(round_trips(v5, subscribe{.packet_identifier = 1,
                                        .properties = {.subscription_identifier = 200, .user_properties = names},
                                        .subscriptions = with_options}));
static_assert(round_trips_in_both(suback{.packet_identifier = 1, .reason_codes = codes}));
static_assert(round_trips(v5, suback{.packet_identifier = 1,
                                     .properties = {.reason_string = "r", .user_properties = names},
                                     .reason_codes = codes_of_v5}));

} // namespace

TEST_CASE("SUBSCRIBE has the bytes of the standard")
{
    check_vector(v3_1_1, subscribe{.packet_identifier = 10, .subscriptions = plain},
                 bytes("82 0C 00 0A 00 03 'a/+' 02 00 01 '#' 01"), 1);
    check_vector(v5, subscribe{.packet_identifier = 10, .subscriptions = plain},
                 bytes("82 0D 00 0A 00 00 03 'a/+' 02 00 01 '#' 01"), 1);
    check_vector(v5,
                 subscribe{.packet_identifier = 10,
                           .properties = {.subscription_identifier = 200, .user_properties = names},
                           .subscriptions = with_options},
                 bytes("82 15 00 0A 0A 0B C8 01 26 00 01 'n' 00 01 'v' 00 01 'x' 2D 00 01 'y' 10"), 1);
}

TEST_CASE("the options of a subscription are judged")
{
    for (unsigned options = 0; options < 256; ++options)
    {
        CAPTURE(options);
        const std::string filter = bytes("00 01 'x'") + static_cast<char>(options);
        const errc current = decode_error<subscribe>(v5, packet_bytes(0x82, bytes("00 01 00") + filter));
        const errc old = decode_error<subscribe>(v3_1_1, packet_bytes(0x82, bytes("00 01") + filter));
        const bool reserved = (options & 0xC0) != 0 || (options & 0x30) == 0x30; // v5 [MQTT-3.8.3-5]
        const errc level = (options & 3) == 3 ? errc::invalid_qos_received : none;
        CHECK(current == (reserved ? errc::reserved_bits : level));
        CHECK(old == ((options & 0xFC) != 0 ? errc::reserved_bits : level)); // v3.1.1 [MQTT-3.8.3-4]
    }
    CHECK(decode_error<subscribe>(v5, packet_bytes(0x82, bytes("00 01 00 00 0A '$share/g/x' 04"))) ==
          errc::no_local_on_shared_subscription); // v5 [MQTT-3.8.3-4]
    CHECK(decode_error<subscribe>(v5, packet_bytes(0x82, bytes("00 01 00 00 0A '$share/g/x' 00"))) == none);
}

TEST_CASE("SUBSCRIBE that is empty, has no identifier or bad text")
{
    CHECK(decode_error<subscribe>(v5, bytes("82 03 00 01 00")) == errc::empty_subscription_list); // v5 [MQTT-3.8.3-2]
    CHECK(decode_error<subscribe>(v3_1_1, bytes("82 02 00 01")) == errc::empty_subscription_list);
    CHECK(decode_error<subscribe>(v3_1_1, bytes("82 06 00 00 00 01 'x' 00")) == errc::invalid_packet_identifier);
    CHECK(decode_error<subscribe>(v3_1_1, bytes("82 06 00 01 00 01 FF 00")) == errc::malformed_text);
    CHECK(decode_error<subscribe>(v3_1_1, bytes("80 06 00 01 00 01 'x' 00")) == errc::reserved_flags);
}

TEST_CASE("SUBSCRIBE that cannot be sent is refused")
{
    const std::string too_long(65'536, 'x');
    const auto one = [](protocol_version version, const subscription& item) {
        const subscription list[] = {item};
        return refusal(version, subscribe{.packet_identifier = 1, .subscriptions = list});
    };
    for (const protocol_version version : {v5, v3_1_1})
    {
        CHECK(refusal(version, subscribe{.packet_identifier = 1}) == errc::empty_subscription_list);
        CHECK(one(version, {.topic_filter = too_long}) == errc::field_too_long);
        CHECK(one(version, {.topic_filter = "\xC0"}) == errc::invalid_text);
        CHECK(one(version, {.topic_filter = "x", .maximum_qos = static_cast<qos>(3)}) == errc::invalid_qos);
    }
    CHECK(one(v5, {.topic_filter = "$share/g/x", .no_local = true}) == errc::no_local_on_shared_subscription);
    CHECK(one(v5, {.topic_filter = "x", .retain_handling = static_cast<retain_handling>(3)}) == errc::invalid_option);
    CHECK(one(v3_1_1, {.topic_filter = "x", .no_local = true}) == errc::not_supported_by_protocol_version);
    CHECK(one(v3_1_1, {.topic_filter = "x", .retain_as_published = true}) == errc::not_supported_by_protocol_version);
    CHECK(one(v3_1_1, {.topic_filter = "x", .retain_handling = retain_handling::do_not_send}) ==
          errc::not_supported_by_protocol_version);
    CHECK(refusal(v3_1_1, subscribe{.packet_identifier = 1,
                                    .properties = {.subscription_identifier = 1},
                                    .subscriptions = plain}) == errc::not_supported_by_protocol_version);
}

TEST_CASE("a list of subscriptions beyond the limit of a packet is refused")
{
    const std::string filter(65'535, 'f');
    const std::vector<subscription> list(4'097, subscription{.topic_filter = filter});
    CHECK(encoded_size(v5, subscribe{.packet_identifier = 1, .subscriptions = list}, text_check::none).error ==
          errc::packet_too_large);
}

TEST_CASE("SUBACK has the bytes of the standard")
{
    check_vector(v3_1_1, suback{.packet_identifier = 10, .reason_codes = codes}, bytes("90 06 00 0A 00 01 02 80"), 4);
    check_vector(v5, suback{.packet_identifier = 10, .reason_codes = codes}, bytes("90 07 00 0A 00 00 01 02 80"), 4);
    check_vector(v5,
                 suback{.packet_identifier = 10,
                        .properties = {.reason_string = "r", .user_properties = names},
                        .reason_codes = codes_of_v5},
                 bytes("90 10 00 0A 0B 1F 00 01 'r' 26 00 01 'n' 00 01 'v' 8F 97"), 2);
}

TEST_CASE("SUBACK carries the codes of its table only")
{
    std::vector<unsigned> current;
    std::vector<unsigned> old;
    for (unsigned code = 0; code < 256; ++code)
    {
        const std::string tail(1, static_cast<char>(code));
        const errc error = decode_error<suback>(v5, packet_bytes(0x90, bytes("00 01 00") + tail));
        const errc old_error = decode_error<suback>(v3_1_1, packet_bytes(0x90, bytes("00 01") + tail));
        CHECK((error == none || error == errc::invalid_reason_code));         // v5 [MQTT-3.9.3-2]
        CHECK((old_error == none || old_error == errc::invalid_reason_code)); // v3.1.1 [MQTT-3.9.3-2]
        if (error == none)
        {
            current.push_back(code);
        }
        if (old_error == none)
        {
            old.push_back(code);
        }
    }
    CHECK(current == std::vector<unsigned>{0, 1, 2, 0x80, 0x83, 0x87, 0x8F, 0x91, 0x97, 0x9E, 0xA1, 0xA2});
    CHECK(old == std::vector<unsigned>{0, 1, 2, 0x80});
    // 3.1.1 has one code for every failure.
    CHECK(encoded(v3_1_1, suback{.packet_identifier = 1, .reason_codes = codes_of_v5}) == bytes("90 04 00 01 80 80"));
}
