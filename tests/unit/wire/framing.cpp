// SPDX-License-Identifier: BSL-1.0
#include "tern/wire/framing.hpp"

#include "unit/wire/wire_test.hpp"

#include <string>

using namespace tern_test;

namespace
{

/// A fixed header of type PUBLISH for that remaining length.
std::string header(std::size_t remaining_length)
{
    std::array<char, 5> out{};
    char* const end = put_variable(remaining_length, put(std::uint8_t{0x30}, out.data()));
    return {out.data(), static_cast<std::size_t>(end - out.data())};
}

static_assert(next_frame("\xC0\x00", 2).status == frame_status::incomplete); // the literal ends at its first zero
static_assert(next_frame({"\xC0\x00", 2}, 2).status == frame_status::complete);
static_assert(next_frame({"\xC0\x00", 2}, 1).error == errc::received_packet_too_large);

} // namespace

TEST_CASE("a packet is found in input cut at every byte")
{
    for (const std::size_t length : {0U, 1U, 127U, 128U, 16'383U, 16'384U})
    {
        CAPTURE(length);
        const std::string whole = header(length) + std::string(length, 'x');
        const std::size_t header_size = whole.size() - length;
        const std::string next = "\xD0";
        for (std::size_t cut = 0; cut < whole.size(); cut += cut < 8 || cut + 8 > whole.size() ? 1U : 977U)
        {
            const frame_result part = next_frame(std::string_view(whole).substr(0, cut), maximum_packet_size);
            REQUIRE(part.status == frame_status::incomplete);
            REQUIRE(part.error == none);
            REQUIRE(part.needed == (cut < header_size ? 0 : whole.size()));
        }
        for (const std::string& input : {whole, whole + next})
        {
            const frame_result found = next_frame(input, maximum_packet_size);
            REQUIRE(found.status == frame_status::complete);
            REQUIRE(found.needed == whole.size());
            REQUIRE(found.frame.size == whole.size());
            REQUIRE(found.frame.body == std::string(length, 'x'));
            REQUIRE(found.frame.first_byte == 0x30);
            REQUIRE(found.frame.type() == packet_type::publish);
            REQUIRE(found.frame.flags() == 0);
        }
    }
}

TEST_CASE("the length of a packet at the limits of its bytes")
{
    // v5 1.5.5, table 1-1
    struct
    {
        std::size_t length;
        std::string bytes;
    } const rows[] = {
        {0, bytes("30 00")},
        {127, bytes("30 7F")},
        {128, bytes("30 80 01")},
        {16'383, bytes("30 FF 7F")},
        {16'384, bytes("30 80 80 01")},
        {2'097'151, bytes("30 FF FF 7F")},
        {2'097'152, bytes("30 80 80 80 01")},
        {268'435'455, bytes("30 FF FF FF 7F")},
    };
    for (const auto& row : rows)
    {
        CAPTURE(row.length);
        CHECK(header(row.length) == row.bytes);
        const frame_result found = next_frame(row.bytes, maximum_packet_size);
        CHECK(found.needed == row.bytes.size() + row.length);
        CHECK(found.status == (row.length == 0 ? frame_status::complete : frame_status::incomplete));
        const auto limit = static_cast<std::uint32_t>(found.needed);
        CHECK(next_frame(row.bytes, limit).error == none);
        CHECK(next_frame(row.bytes, limit - 1).status == frame_status::malformed);
        CHECK(next_frame(row.bytes, limit - 1).error == errc::received_packet_too_large);
    }
}

TEST_CASE("a length that is padded or too long is reported at the offending byte")
{
    for (const char* text : {"30 80 00", "30 FF 00", "30 80 80 00", "30 FF FF 00", "30 80 80 80 00", "30 80 80 80 80",
                             "30 FF FF FF FF", "30 FF FF FF 80"})
    {
        CAPTURE(text);
        const std::string input = bytes(text);
        for (std::size_t cut = 1; cut < input.size(); ++cut)
        {
            CHECK(next_frame(std::string_view(input).substr(0, cut), maximum_packet_size).status ==
                  frame_status::incomplete);
        }
        const frame_result found = next_frame(input, maximum_packet_size);
        CHECK(found.status == frame_status::malformed);
        CHECK(found.error == errc::malformed_variable_byte_integer);
    }
}

TEST_CASE("every first byte is judged alone")
{
    std::size_t good = 0;
    for (unsigned byte = 0; byte < 256; ++byte)
    {
        CAPTURE(byte);
        const char input = static_cast<char>(byte);
        const frame_result found = next_frame({&input, 1}, maximum_packet_size);
        const unsigned type = byte >> 4U;
        const unsigned flags = byte & 15U;
        errc expected{};
        if (type == 0)
        {
            expected = errc::reserved_packet_type;
        }
        else if (type == 3)
        {
            const bool bad = flags == 6 || flags == 7 || flags == 8 || flags == 9 || flags == 14 || flags == 15;
            expected = bad ? errc::invalid_qos_received : none;
        }
        else if (flags != (type == 6 || type == 8 || type == 10 ? 2U : 0U))
        {
            expected = errc::reserved_flags;
        }
        CHECK(found.error == expected);
        CHECK(found.status == (expected == none ? frame_status::incomplete : frame_status::malformed));
        good += expected == none ? 1U : 0U;
    }
    CHECK(good == 14 + 10); // every type but PUBLISH once, ten kinds of PUBLISH
}

TEST_CASE("no input is no packet and no error")
{
    const frame_result found = next_frame({}, maximum_packet_size);
    CHECK(found.status == frame_status::incomplete);
    CHECK(found.error == none);
    CHECK(found.needed == 0);
}
