// SPDX-License-Identifier: BSL-1.0
//
// Every property in every packet, by the table: allowed and alone, twice, cut short, in packets that must not carry it,
// and with each value that the standard forbids.
#include "tern/wire/property_codec.hpp"

#include "unit/wire/wire_test.hpp"

#include <string>
#include <vector>

using namespace tern_test;

namespace
{

/// A packet of 5.0 that carries a property block: its bytes before and behind the block.
struct carrier_packet
{
    property_carrier carrier;
    std::uint8_t first_byte;
    std::string before;
    std::string behind;
    errc (*decode)(protocol_version, std::string_view, sender);

    [[nodiscard]] errc with(const std::string& block) const
    {
        std::array<char, 4> length{};
        char* const end = put_variable(block.size(), length.data());
        const std::string whole = before + std::string(length.data(), end) + block + behind;
        return decode(v5, packet_bytes(first_byte, whole), sender::any);
    }
};

std::vector<carrier_packet> all_carriers()
{
    using c = property_carrier;
    return {
        {c::will, 0x10, bytes("00 04 'MQTT' 05 06 00 00 00 00 01 'i'"), bytes("00 01 't' 00 00"),
         decode_error<connect>},
        {c::connect, 0x10, bytes("00 04 'MQTT' 05 02 00 00"), bytes("00 01 'i'"), decode_error<connect>},
        {c::connack, 0x20, bytes("00 00"), {}, decode_error<connack>},
        {c::publish, 0x30, bytes("00 01 't'"), bytes("'payload'"), decode_error<publish>},
        {c::puback, 0x40, bytes("00 01 00"), {}, decode_error<puback>},
        {c::pubrec, 0x50, bytes("00 01 00"), {}, decode_error<pubrec>},
        {c::pubrel, 0x62, bytes("00 01 00"), {}, decode_error<pubrel>},
        {c::pubcomp, 0x70, bytes("00 01 00"), {}, decode_error<pubcomp>},
        {c::subscribe, 0x82, bytes("00 01"), bytes("00 01 'f' 00"), decode_error<subscribe>},
        {c::suback, 0x90, bytes("00 01"), bytes("00"), decode_error<suback>},
        {c::unsubscribe, 0xA2, bytes("00 01"), bytes("00 01 'f'"), decode_error<unsubscribe>},
        {c::unsuback, 0xB0, bytes("00 01"), bytes("00"), decode_error<unsuback>},
        {c::disconnect, 0xE0, bytes("00"), {}, decode_error<disconnect>},
        {c::auth, 0xF0, bytes("18"), {}, decode_error<auth>},
    };
}

/// A property with a legal value.
std::string sample(const property_definition& row)
{
    const std::string identifier(1, static_cast<char>(row.identifier));
    switch (row.type)
    {
    case property_type::byte: return identifier + bytes("01");
    case property_type::two_byte_integer: return identifier + bytes("00 01");
    case property_type::four_byte_integer: return identifier + bytes("00 00 00 01");
    case property_type::variable_byte_integer: return identifier + bytes("81 01");
    case property_type::utf8_string: return identifier + bytes("00 02 'ab'");
    case property_type::binary_data: return identifier + bytes("00 02 00 FF");
    case property_type::utf8_string_pair: return identifier + bytes("00 01 'k' 00 01 'v'");
    }
    return {};
}

/// The same in a constant expression, into memory that has room for it. The size of what was written.
constexpr std::size_t write_sample(const property_definition& row, char* out)
{
    char* at = put(static_cast<std::uint8_t>(row.identifier), out);
    switch (row.type)
    {
    case property_type::byte: at = put(std::uint8_t{1}, at); break;
    case property_type::two_byte_integer: at = put(std::uint16_t{0x0102}, at); break;
    case property_type::four_byte_integer: at = put(std::uint32_t{0x01020304}, at); break;
    case property_type::variable_byte_integer: at = put_variable(16'384, at); break;
    case property_type::utf8_string: at = put_field("\xC3\xBC", at); break;
    case property_type::binary_data: at = put_field(std::string_view("\0\xFF", 2), at); break;
    case property_type::utf8_string_pair: at = put_field("v", put_field("k", at)); break;
    }
    return static_cast<std::size_t>(at - out);
}

/// True if a block is the same after it was read and written again, and says what an empty one does not.
template <class Properties>
constexpr bool block_survives(std::string_view block)
{
    Properties properties{};
    std::array<char, 32> again{};
    if (decode_properties(block, properties) != none || properties == Properties{} ||
        encoded_properties_size(properties).size != block.size())
    {
        return false;
    }
    char* const end = encode_properties(properties, again.data());
    return std::string_view(again.data(), static_cast<std::size_t>(end - again.data())) == block;
}

/// How many properties of the table the carrier may carry, if each of them survives alone, and twice where it may
/// repeat; otherwise 0.
template <class Properties>
constexpr std::size_t surviving_properties(property_carrier carrier)
{
    std::size_t count = 0;
    for (const property_definition& row : property_table)
    {
        std::array<char, 32> block{};
        const std::size_t size = write_sample(row, block.data());
        if (row.allowed_in(carrier))
        {
            write_sample(row, block.data() + size);
            if (!block_survives<Properties>({block.data(), size}) ||
                block_survives<Properties>({block.data(), 2 * size}) != row.repeats(carrier))
            {
                return 0;
            }
            count += 1;
        }
    }
    return count;
}

static_assert(surviving_properties<connect_properties>(property_carrier::connect) == 9);
static_assert(surviving_properties<will_properties>(property_carrier::will) == 7);
static_assert(surviving_properties<connack_properties>(property_carrier::connack) == 17);
static_assert(surviving_properties<publish_properties>(property_carrier::publish) == 8);
static_assert(surviving_properties<acknowledgement_properties>(property_carrier::puback) == 2);
static_assert(surviving_properties<acknowledgement_properties>(property_carrier::pubrec) == 2);
static_assert(surviving_properties<acknowledgement_properties>(property_carrier::pubrel) == 2);
static_assert(surviving_properties<acknowledgement_properties>(property_carrier::pubcomp) == 2);
static_assert(surviving_properties<subscribe_properties>(property_carrier::subscribe) == 2);
static_assert(surviving_properties<acknowledgement_properties>(property_carrier::suback) == 2);
static_assert(surviving_properties<unsubscribe_properties>(property_carrier::unsubscribe) == 1);
static_assert(surviving_properties<acknowledgement_properties>(property_carrier::unsuback) == 2);
static_assert(surviving_properties<disconnect_properties>(property_carrier::disconnect) == 4);
static_assert(surviving_properties<auth_properties>(property_carrier::auth) == 4);

/// In CONNECT, authentication data needs a method beside it. v5 3.1.2.11.10
std::string companion(const carrier_packet& packet, const property_definition& row)
{
    const bool needed = packet.carrier == property_carrier::connect && row.identifier == property::authentication_data;
    return needed ? bytes("15 00 01 'm'") : std::string();
}

} // namespace

TEST_CASE("every property is allowed exactly where the table says, and repeats only there")
{
    std::size_t allowed = 0;
    for (const carrier_packet& packet : all_carriers())
    {
        CAPTURE(packet.first_byte, static_cast<unsigned>(packet.carrier));
        CHECK(packet.with({}) == none);
        for (const property_definition& row : property_table)
        {
            CAPTURE(static_cast<unsigned>(row.identifier));
            const std::string one = sample(row);
            const std::string with_companion = companion(packet, row);
            if (row.allowed_in(packet.carrier))
            {
                allowed += 1;
                CHECK(packet.with(with_companion + one) == none);
                CHECK(packet.with(with_companion + one + one) ==
                      (row.repeats(packet.carrier) ? none : errc::duplicate_property)); // v5 2.2.2.2
            }
            else
            {
                CHECK(packet.with(one) == errc::property_not_allowed); // v5 2.2.2.2
            }
        }
    }
    CHECK(allowed == 64); // what table 2-4 lists
}

TEST_CASE("a property that is cut off is malformed in every packet")
{
    for (const carrier_packet& packet : all_carriers())
    {
        for (const property_definition& row : property_table)
        {
            const std::string one = sample(row);
            CAPTURE(packet.first_byte, static_cast<unsigned>(row.identifier));
            for (std::size_t size = 1; size < one.size() && row.allowed_in(packet.carrier); ++size)
            {
                CHECK(packet.with(one.substr(0, size)) == errc::malformed_property);
            }
        }
    }
}

TEST_CASE("an unknown property is malformed in every packet")
{
    for (const carrier_packet& packet : all_carriers())
    {
        CAPTURE(packet.first_byte);
        for (unsigned identifier = 0; identifier < 128; ++identifier)
        {
            if (find_property(identifier) == nullptr)
            {
                CHECK(packet.with(std::string(1, static_cast<char>(identifier)) + bytes("00 01 02 03")) ==
                      errc::unknown_property);
            }
        }
        CHECK(packet.with(bytes("80 01 00")) == errc::unknown_property);                         // 128
        CHECK(packet.with(bytes("A6 00 00 00 00 00")) == errc::malformed_variable_byte_integer); // 0x26, padded
        CHECK(packet.with(bytes("FF FF FF FF 01")) == errc::malformed_variable_byte_integer);
        CHECK(packet.with(bytes("80")) == errc::malformed_property);
    }
}

TEST_CASE("a property block that is longer than its packet does not fit")
{
    for (const carrier_packet& packet : all_carriers())
    {
        CAPTURE(packet.first_byte);
        CHECK(packet.decode(v5, packet_bytes(packet.first_byte, packet.before + bytes("7F")), sender::any) ==
              errc::length_mismatch);
        CHECK(packet.decode(v5, packet_bytes(packet.first_byte, packet.before + bytes("80")), sender::any) ==
              errc::length_mismatch);
        CHECK(packet.decode(v5, packet_bytes(packet.first_byte, packet.before + bytes("FF FF FF FF 7F")),
                            sender::any) == errc::malformed_variable_byte_integer);
        CHECK(packet.decode(v5, packet_bytes(packet.first_byte, packet.before + bytes("80 00") + packet.behind),
                            sender::any) == errc::malformed_variable_byte_integer); // v5 [MQTT-1.5.5-1]
    }
}

TEST_CASE("values that the standard forbids")
{
    struct
    {
        const char* text;
        errc error;
    } const rows[] = {
        {"01 02", errc::invalid_property_value}, // Payload Format Indicator, v5 3.3.2.3.2
        {"01 FF", errc::invalid_property_value},
        {"08 00 00", errc::invalid_property_value},       // Response Topic: v5 [MQTT-4.7.3-1]
        {"08 00 03 'a/#'", errc::invalid_property_value}, // v5 [MQTT-3.3.2-14]
        {"08 00 01 '+'", errc::invalid_property_value},
        {"08 00 01 80", errc::malformed_text}, // v5 [MQTT-3.3.2-13]
        {"03 00 01 C0", errc::malformed_text}, // Content Type: v5 [MQTT-3.3.2-19]
        {"03 00 01 00", errc::malformed_text},
        {"0B 00", errc::invalid_property_value}, // Subscription Identifier: v5 3.3.2.3.8
        {"0B 80 00", errc::malformed_variable_byte_integer},
        {"0B FF FF FF FF 01", errc::malformed_variable_byte_integer},
        {"17 02", errc::invalid_property_value},          // Request Problem Information: v5 3.1.2.11.7
        {"19 02", errc::invalid_property_value},          // Request Response Information: v5 3.1.2.11.6
        {"21 00 00", errc::invalid_property_value},       // Receive Maximum: v5 3.1.2.11.3
        {"23 00 00", errc::invalid_topic_alias},          // v5 [MQTT-3.3.2-8]
        {"24 02", errc::invalid_property_value},          // Maximum QoS: v5 3.2.2.3.4
        {"25 02", errc::invalid_property_value},          // Retain Available
        {"27 00 00 00 00", errc::invalid_property_value}, // Maximum Packet Size: v5 3.1.2.11.4
        {"28 02", errc::invalid_property_value},
        {"29 02", errc::invalid_property_value},
        {"2A 02", errc::invalid_property_value},
        {"1F 00 01 FF", errc::malformed_text}, // Reason String
        {"12 00 01 FF", errc::malformed_text},
        {"15 00 01 FF", errc::malformed_text},
        {"1A 00 01 FF", errc::malformed_text},
        {"1C 00 01 FF", errc::malformed_text},
        {"26 00 01 FF 00 01 'v'", errc::malformed_text}, // v5 [MQTT-1.5.7-1]
        {"26 00 01 'k' 00 01 FF", errc::malformed_text},
        {"26 00 01 'k' 00 01 00", errc::malformed_text},
    };
    for (const auto& row : rows)
    {
        CAPTURE(row.text);
        const std::string block = bytes(row.text);
        std::size_t tried = 0;
        for (const carrier_packet& packet : all_carriers())
        {
            if (find_property(static_cast<unsigned char>(block[0]))->allowed_in(packet.carrier))
            {
                CHECK(packet.with(block) == row.error);
                tried += 1;
            }
        }
        CHECK(tried >= 1);
    }
    // v5 3.1.2.11.10
    CHECK(all_carriers()[1].with(bytes("16 00 01 'd'")) == errc::invalid_property_value);
}

TEST_CASE("the reason code that answers each of these is the standard's")
{
    CHECK(disconnect_reason(errc::property_not_allowed) == reason_code::malformed_packet);
    CHECK(disconnect_reason(errc::unknown_property) == reason_code::malformed_packet);
    CHECK(disconnect_reason(errc::malformed_property) == reason_code::malformed_packet);
    CHECK(disconnect_reason(errc::duplicate_property) == reason_code::protocol_error);
    CHECK(disconnect_reason(errc::invalid_property_value) == reason_code::protocol_error);
    CHECK(disconnect_reason(errc::invalid_topic_alias) == reason_code::topic_alias_invalid);
}

TEST_CASE("values that cannot be sent are refused")
{
    const auto refused = [](const auto& packet) { return refusal(v5, packet); };
    const std::string too_long(65'536, 'x');
    const user_property long_name[] = {{too_long, ""}};
    const user_property bad_value[] = {{"k", "\xFF"}};
    const std::uint32_t zero[] = {0};
    const std::uint32_t too_large[] = {268'435'456};
    CHECK(refused(publish{.topic = "t", .properties = {.topic_alias = 0}}) == errc::invalid_option);
    CHECK(refused(publish{.topic = "t", .properties = {.response_topic = "a/#"}}) == errc::invalid_topic_name);
    CHECK(refused(publish{.topic = "t", .properties = {.response_topic = ""}}) == errc::invalid_topic_name);
    CHECK(refused(publish{.topic = "t", .properties = {.response_topic = "\xFF"}}) == errc::invalid_text);
    CHECK(refused(publish{.topic = "t", .properties = {.correlation_data = too_long}}) == errc::field_too_long);
    CHECK(refused(publish{.topic = "t", .properties = {.user_properties = long_name}}) == errc::field_too_long);
    CHECK(refused(publish{.topic = "t", .properties = {.user_properties = bad_value}}) == errc::invalid_text);
    CHECK(refused(publish{.topic = "t", .properties = {.subscription_identifiers = zero}}) == errc::invalid_option);
    CHECK(refused(publish{.topic = "t", .properties = {.subscription_identifiers = too_large}}) ==
          errc::invalid_option);
    CHECK(refused(publish{.topic = "t", .properties = {.payload_format_indicator = static_cast<payload_format>(2)}}) ==
          errc::invalid_option);
    CHECK(refused(connect{.properties = {.receive_maximum = 0}}) == errc::invalid_option);
    CHECK(refused(connect{.properties = {.maximum_packet_size = 0}}) == errc::invalid_option);
    CHECK(refused(connack{.properties = {.maximum_qos = qos::exactly_once}}) == errc::invalid_option);
}

TEST_CASE("the length of a property block at the limits of its bytes")
{
    // A user property takes five bytes and its text.
    for (const std::size_t length : {127U, 128U, 16'383U, 16'384U, 65'540U})
    {
        CAPTURE(length);
        const std::string value(length - 5, 'v');
        const user_property one[] = {{"", value}};
        const publish packet{.topic = "t", .properties = {.user_properties = one}, .payload = "behind"};
        std::array<char, 4> size{};
        const std::string prefix(size.data(), put_variable(length, size.data()));
        const std::string field =
            bytes("26 00 00") + static_cast<char>(value.size() >> 8U) + static_cast<char>(value.size() & 0xFFU) + value;
        check_vector(v5, packet, packet_bytes(0x30, bytes("00 01 't'") + prefix + field + "behind"), 6);
    }
    // Many of them make a block whose length has four bytes.
    const std::string longest(65'535, 'v');
    const std::vector<user_property> many(33, {"", longest});
    const publish packet{.topic = "t", .properties = {.user_properties = many}, .payload = "behind"};
    const std::string whole = encoded(v5, packet);
    REQUIRE(whole.size() == 1 + 4 + 3 + 4 + 33 * 65'540 + 6);
    CHECK(whole.substr(0, 12) == bytes("30 91 81 84 01 00 01 't' 84 81 84 01")); // 2,162,833 and 2,162,820
    publish decoded;
    REQUIRE(decode(v5, next_frame(whole, maximum_packet_size).frame, decoded) == none);
    CHECK(decoded.properties.user_properties.size() == 33);
    CHECK(decoded == packet);
    // And too many are refused before their sizes overflow.
    const std::vector<user_property> too_many(5'000, {longest, longest});
    CHECK(
        encoded_size(v5, publish{.topic = "t", .properties = {.user_properties = too_many}}, text_check::none).error ==
        errc::packet_too_large);
}

TEST_CASE("properties as a block for those who store them")
{
    const user_property names[] = {{"n", "v"}, {"n", "w"}};
    const publish_properties properties{.message_expiry_interval = 7, .user_properties = names, .content_type = "t"};
    const size_result measured = encoded_properties_size(properties);
    REQUIRE(measured.error == none);
    std::string block(measured.size, '\0');
    REQUIRE(encode_properties(properties, block.data()) == block.data() + block.size());
    CHECK(block == bytes("02 00 00 00 07 26 00 01 'n' 00 01 'v' 26 00 01 'n' 00 01 'w' 03 00 01 't'"));
    for (const text_check check : {text_check::strict, text_check::none})
    {
        publish_properties decoded{.topic_alias = 1};
        REQUIRE(decode_properties(block, decoded, check) == none);
        CHECK(decoded == properties);
        std::string again(measured.size, '\0');
        encode_properties(decoded, again.data());
        CHECK(again == block);
    }
    publish_properties decoded;
    CHECK(decode_properties(block.substr(0, 3), decoded) == errc::malformed_property);
    CHECK(encoded_properties_size(publish_properties{}).size == 0);
    CHECK(encoded_properties_size(will_properties{.content_type = "\xFF"}).error == errc::invalid_text);
    will_properties last;
    CHECK(decode_properties(bytes("18 00 00 00 05"), last) == none);
    CHECK(last == will_properties{.will_delay_interval = 5});
}
