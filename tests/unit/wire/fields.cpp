// SPDX-License-Identifier: BSL-1.0
//
// How a layout is put together, shown on a packet that MQTT does not have.
#include "tern/wire/fields.hpp"

#include "unit/wire/wire_test.hpp"

#include <optional>
#include <string>

using namespace tern_test;

namespace
{

struct sample
{
    std::uint16_t number = 0;
    bool with_text = false;
    std::string_view text{};
    std::optional<std::uint32_t> optional{};
};

constexpr bool wants_text(const sample& packet)
{
    return packet.number != 0;
}

constexpr bool number_is_small(const sample& packet)
{
    return packet.number < 100;
}

using sample_layout = field_list<
    field<&sample::number, two_byte_integer>, rule<number_is_small, errc::invalid_option, errc::reserved_bits>,
    only_if<wants_text, field<&sample::text, utf8_string>>, optional_field<&sample::optional, four_byte_integer>>;

std::string encode_sample(const sample& packet)
{
    std::size_t size = 0;
    REQUIRE(sample_layout::add_size<text_check::strict>(packet, size) == none);
    std::string out(size, '\0');
    REQUIRE(sample_layout::encode(packet, out.data()) == out.data() + size);
    return out;
}

errc decode_sample(const std::string& block, sample& packet)
{
    reader in(block);
    const errc error = sample_layout::decode<text_check::strict>(in, packet);
    CHECK((error != none || in.empty()));
    return error;
}

} // namespace

TEST_CASE("size, encoding and decoding follow from one list")
{
    CHECK(encode_sample({.number = 1, .text = "ab", .optional = 3}) == bytes("00 01 00 02 'ab' 00 00 00 03"));
    CHECK(encode_sample({.number = 0, .text = "left out"}) == bytes("00 00"));
    sample packet{.text = "old", .optional = 9};
    const std::string block = bytes("00 01 00 02 'ab' 00 00 00 03");
    CHECK(decode_sample(block, packet) == none);
    CHECK(packet.text == "ab");
    CHECK(packet.optional == 3U);
    sample without{.text = "old"};
    CHECK(decode_sample(bytes("00 00"), without) == none);
    CHECK(without.text.empty());
}

TEST_CASE("a rule stops both directions, each with its own error")
{
    std::size_t size = 0;
    CHECK(sample_layout::add_size<text_check::strict>(sample{.number = 100}, size) == errc::invalid_option);
    sample packet;
    reader in("\x01\x02\x03");
    CHECK(sample_layout::decode<text_check::strict>(in, packet) == errc::reserved_bits);
}

TEST_CASE("the first error ends decoding")
{
    sample packet;
    CHECK(decode_sample(bytes("00 01 00 02 'a'"), packet) == errc::length_mismatch);
    CHECK(decode_sample(bytes("00 01 00 01 FF"), packet) == errc::malformed_text);
}
