// SPDX-License-Identifier: BSL-1.0
#include "tern/wire/kinds.hpp"

#include "unit/wire/wire_test.hpp"

#include <string>

using namespace tern_test;

namespace
{

template <class Kind, class Value>
errc decode_as(const std::string& block, Value& value)
{
    reader in(block);
    return Kind::template decode<text_check::strict>(in, value);
}

template <class Kind, class Value>
std::pair<errc, std::size_t> size_of(const Value& value)
{
    std::size_t size = 0;
    const errc error = Kind::template add_size<text_check::strict>(value, size);
    return {error, size};
}

} // namespace

TEST_CASE("the size of each kind of value")
{
    CHECK(size_of<two_byte_integer>(std::uint16_t{1}) == std::pair(none, std::size_t{2}));
    CHECK(size_of<four_byte_integer>(std::uint32_t{1}) == std::pair(none, std::size_t{4}));
    CHECK(size_of<zero_or_one<bool>>(true) == std::pair(none, std::size_t{1}));
    CHECK(size_of<variable_integer>(std::uint32_t{128}) == std::pair(none, std::size_t{2}));
    CHECK(size_of<utf8_string>(std::string_view("abc")) == std::pair(none, std::size_t{5}));
    CHECK(size_of<binary_data>(byte_view("abc")) == std::pair(none, std::size_t{5}));
    CHECK(size_of<utf8_string_pair>(user_property{"ab", "c"}) == std::pair(none, std::size_t{7}));
    CHECK(size_of<remaining_bytes>(byte_view("abc")) == std::pair(none, std::size_t{3}));
    CHECK(size_of<packet_identifier>(std::uint16_t{0}).first == none); // given out after measuring
}

TEST_CASE("a field of 65,535 bytes can be encoded, one of 65,536 not")
{
    const std::string longest(65'535, 'x');
    const std::string too_long(65'536, 'x');
    CHECK(size_of<utf8_string>(std::string_view(longest)) == std::pair(none, std::size_t{65'537}));
    CHECK(size_of<utf8_string>(std::string_view(too_long)).first == errc::field_too_long);
    CHECK(size_of<topic_name>(std::string_view(longest)).first == none);
    CHECK(size_of<topic_name>(std::string_view(too_long)).first == errc::field_too_long);
    CHECK(size_of<binary_data>(byte_view(longest)).first == none);
    CHECK(size_of<binary_data>(byte_view(too_long)).first == errc::field_too_long);
    CHECK(size_of<utf8_string_pair>(user_property{longest, longest}).first == none);
    CHECK(size_of<utf8_string_pair>(user_property{"", too_long}).first == errc::field_too_long);
    CHECK(size_of<utf8_string_pair>(user_property{too_long, ""}).first == errc::field_too_long);
}

TEST_CASE("each kind is judged when it is read")
{
    std::uint16_t identifier = 0;
    bool flag = false;
    std::string_view text;
    byte_view data;
    user_property pair;
    CHECK(decode_as<packet_identifier>(bytes("00 00"), identifier) == errc::invalid_packet_identifier);
    CHECK(decode_as<packet_identifier>(bytes("00"), identifier) == errc::length_mismatch);
    CHECK(decode_as<packet_identifier>(bytes("00 01"), identifier) == none);
    CHECK(identifier == 1);
    CHECK(decode_as<zero_or_one<bool>>(bytes("02"), flag) == errc::invalid_property_value);
    CHECK(decode_as<zero_or_one<bool>>(bytes("01"), flag) == none);
    CHECK(flag);
    CHECK(decode_as<utf8_string>(bytes("00 02 'a'"), text) == errc::length_mismatch);
    CHECK(decode_as<utf8_string>(bytes("00"), text) == errc::length_mismatch);
    CHECK(decode_as<utf8_string>(bytes("FF FF 'a'"), text) == errc::length_mismatch);
    CHECK(decode_as<utf8_string>(bytes("00 01 FF"), text) == errc::malformed_text);
    CHECK(decode_as<topic_name>(bytes("00 01 '+'"), text) == errc::invalid_topic_received);
    CHECK(decode_as<basic_topic_name<errc::invalid_property_value>>(bytes("00 01 '#'"), text) ==
          errc::invalid_property_value);
    const std::string zero = bytes("00 01 00");
    CHECK(decode_as<binary_data>(zero, data) == none);
    CHECK(data == byte_view(zero.data() + 2, 1));
    CHECK(data.text() == std::string_view("\0", 1));
    CHECK(decode_as<utf8_string_pair>(bytes("00 01 'k' 00 01"), pair) == errc::length_mismatch);
    CHECK(decode_as<utf8_string_pair>(bytes("00 01 'k' 00 00"), pair) == none);
}
