// SPDX-License-Identifier: BSL-1.0
#include "tern/wire/property_value.hpp"

#include "unit/wire/wire_test.hpp"

#include <string>

using namespace tern_test;

namespace
{

using wire::detail::property_value;
using maximum = property_value<property::receive_maximum, std::uint16_t>;
using response = property_value<property::response_topic, std::string_view>;
using alias = property_value<property::topic_alias, std::uint16_t>;

template <class Property, class Value>
std::pair<errc, std::size_t> size_of(const Value& value)
{
    std::size_t size = 0;
    const errc error = Property::template add_size<text_check::strict>(value, size);
    return {error, size};
}

template <class Property, class Value>
errc decode_as(const std::string& block, Value& value)
{
    reader in(block);
    return Property::template decode<text_check::strict>(in, value);
}

} // namespace

TEST_CASE("a property is its identifier and its value")
{
    CHECK(size_of<maximum>(std::uint16_t{10}) == std::pair(none, std::size_t{3}));
    std::string out(3, '\0');
    CHECK(maximum::encode(10, out.data()) == out.data() + 3);
    CHECK(out == bytes("21 00 0A"));
    std::uint16_t value = 0;
    CHECK(decode_as<maximum>(bytes("00 0A"), value) == none);
    CHECK(value == 10);
}

TEST_CASE("an illegal value has an error for each direction")
{
    std::uint16_t value = 0;
    std::string_view text;
    CHECK(size_of<maximum>(std::uint16_t{0}).first == errc::invalid_option);
    CHECK(decode_as<maximum>(bytes("00 00"), value) == errc::invalid_property_value);
    CHECK(size_of<alias>(std::uint16_t{0}).first == errc::invalid_option);
    CHECK(decode_as<alias>(bytes("00 00"), value) == errc::invalid_topic_alias);
    CHECK(size_of<response>(std::string_view()).first == errc::invalid_topic_name);
    CHECK(decode_as<response>(bytes("00 00"), text) == errc::invalid_property_value);
    CHECK(decode_as<response>(bytes("00 01 '#'"), text) == errc::invalid_property_value);
}

TEST_CASE("a value that is cut off is a malformed property")
{
    std::uint16_t value = 0;
    std::string_view text;
    CHECK(decode_as<maximum>(bytes("00"), value) == errc::malformed_property);
    CHECK(decode_as<response>(bytes("00 02 'a'"), text) == errc::malformed_property);
}

TEST_CASE("the kind of a value follows from the table of properties")
{
    using wire::detail::property_kind;
    const auto encoded = [](const auto& kind, const auto& value) {
        std::string out(16, '\0');
        out.resize(static_cast<std::size_t>(kind.encode(value, out.data()) - out.data()));
        return out;
    };
    CHECK(encoded(property_kind<property::retain_available, bool>(), true) == bytes("01"));
    CHECK(encoded(property_kind<property::maximum_qos, qos>(), qos::at_least_once) == bytes("01"));
    CHECK(encoded(property_kind<property::topic_alias, std::uint16_t>(), std::uint16_t{258}) == bytes("01 02"));
    CHECK(encoded(property_kind<property::maximum_packet_size, std::uint32_t>(), 258U) == bytes("00 00 01 02"));
    CHECK(encoded(property_kind<property::subscription_identifier, std::uint32_t>(), 258U) == bytes("82 02"));
    CHECK(encoded(property_kind<property::reason_string, std::string_view>(), "a") == bytes("00 01 'a'"));
    CHECK(encoded(property_kind<property::response_topic, std::string_view>(), "t") == bytes("00 01 't'"));
    CHECK(encoded(property_kind<property::correlation_data, byte_view>(), byte_view("d")) == bytes("00 01 'd'"));
    CHECK(encoded(property_kind<property::user_property, user_property>(), user_property{"n", "v"}) ==
          bytes("00 01 'n' 00 01 'v'"));
}
