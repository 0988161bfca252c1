// SPDX-License-Identifier: BSL-1.0
#include "tern/websocket/frame_header.hpp"

#include "support/catch.hpp"
#include "unit/websocket/frames.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

using namespace tern;
using namespace tern::websocket;

namespace
{

constexpr errc none{};
constexpr masking_key key{1, 2, 3, 4};

std::string encoded(role self, opcode code, std::uint64_t size)
{
    std::array<char, maximum_header_size> out{};
    char* const end = encode_header(self, code, size, key, out.data());
    return {out.data(), end};
}

std::string hexadecimal(std::string_view text)
{
    std::string result;
    for (const char c : text)
    {
        const auto byte = static_cast<unsigned char>(c);
        result += "0123456789ABCDEF"[byte >> 4U];
        result += "0123456789ABCDEF"[byte & 15U];
    }
    return result;
}

/// Feeds all bytes; the error of the first that is wrong, which has to be the last that is read.
errc read(header_reader& reader, std::string_view header, bool in_message = false)
{
    for (std::size_t i = 0; i < header.size(); ++i)
    {
        CHECK_FALSE(reader.is_complete());
        const errc error = reader.take(static_cast<unsigned char>(header[i]), in_message);
        if (error != none)
        {
            return error;
        }
    }
    return none;
}

errc first_byte(role self, unsigned byte, bool in_message)
{
    header_reader reader(self);
    return reader.take(static_cast<unsigned char>(byte), in_message);
}

} // namespace

TEST_CASE("the header of a frame at the limits of its lengths")
{
    // RFC 6455 5.2
    struct
    {
        std::uint64_t size;
        std::string_view server;
        std::string_view client;
    } const rows[] = {
        {0, "8200", "828001020304"},
        {1, "8201", "828101020304"},
        {125, "827D", "82FD01020304"},
        {126, "827E007E", "82FE007E01020304"},
        {0xFFFF, "827EFFFF", "82FEFFFF01020304"},
        {0x10000, "827F0000000000010000", "82FF000000000001000001020304"},
        {0x7FFFFFFFFFFFFFFF, "827F7FFFFFFFFFFFFFFF", "82FF7FFFFFFFFFFFFFFF01020304"},
    };
    for (const auto& row : rows)
    {
        CAPTURE(row.size);
        for (const role self : {role::client, role::server})
        {
            const std::string header = encoded(self, opcode::binary, row.size);
            CHECK(hexadecimal(header) == (self == role::client ? row.client : row.server));
            CHECK(header_size(self, row.size) == header.size());
            header_reader reader(self == role::client ? role::server : role::client);
            REQUIRE(read(reader, header) == none);
            REQUIRE(reader.is_complete());
            CHECK(reader.code() == opcode::binary);
            CHECK(reader.is_final());
            CHECK(reader.payload_size() == row.size);
            CHECK(reader.key() == (self == role::client ? key : masking_key{}));
        }
    }
}

TEST_CASE("a reader of headers begins again")
{
    header_reader reader(role::server);
    REQUIRE(read(reader, encoded(role::client, opcode::binary, 70'000)) == none);
    reader.reset();
    CHECK_FALSE(reader.is_complete());
    REQUIRE(read(reader, encoded(role::client, opcode::ping, 3)) == none);
    CHECK(reader.code() == opcode::ping);
    CHECK(reader.payload_size() == 3);
}

TEST_CASE("every first byte of a frame is judged alone")
{
    std::size_t good = 0;
    for (unsigned byte = 0; byte < 256; ++byte)
    {
        for (const bool in_message : {false, true})
        {
            CAPTURE(byte, in_message);
            const unsigned code = byte & 0x0FU;
            const bool final = byte >= 0x80;
            errc expected = errc::websocket_protocol_error;
            if ((byte & 0x70U) == 0) // else reserved bits: RFC 6455 5.2
            {
                const bool is_good = (code == 0 && in_message) || (code == 2 && !in_message) ||
                                     ((code == 8 || code == 9 || code == 10) && final); // RFC 6455 5.4, 5.5
                expected = is_good ? none : expected;
                // v5 [MQTT-6.0.0-1] v3.1.1 [MQTT-6.0.0-1]
                expected = code == 1 && !in_message ? errc::websocket_text_frame : expected;
            }
            CHECK(first_byte(role::client, byte, in_message) == expected);
            CHECK(first_byte(role::server, byte, in_message) == expected);
            good += expected == none ? 1U : 0U;
        }
    }
    CHECK(good == 2 + 2 + 3 + 3);
}

TEST_CASE("a server must not mask and a client must")
{
    // RFC 6455 5.1
    for (const unsigned length : {0U, 5U, 125U, 126U, 127U})
    {
        CAPTURE(length);
        header_reader client(role::client);
        CHECK(read(client, std::string{static_cast<char>(0x82), static_cast<char>(0x80U | length)}) ==
              errc::websocket_protocol_error);
        header_reader server(role::server);
        CHECK(read(server, std::string{static_cast<char>(0x82), static_cast<char>(length)}) ==
              errc::websocket_protocol_error);
    }
}

TEST_CASE("a length that is longer than needed or has its highest bit set")
{
    // RFC 6455 5.2
    const std::string_view rows[] = {
        {"\x82\x7E\x00\x7D", 4},
        {"\x82\x7E\x00\x00", 4},
        {"\x82\x7F\x00\x00\x00\x00\x00\x00\xFF\xFF", 10},
        {"\x82\x7F\x00\x00\x00\x00\x00\x00\x00\x01", 10},
        {"\x82\x7F\x80", 3},
        {"\x82\x7F\xFF", 3},
    };
    for (const std::string_view row : rows)
    {
        CAPTURE(hexadecimal(row));
        header_reader whole(role::client);
        CHECK(read(whole, row) == errc::websocket_protocol_error);
        header_reader shorter(role::client);
        CHECK(read(shorter, row.substr(0, row.size() - 1)) == none); // it is the last byte that is wrong
    }
}

TEST_CASE("a control frame is short")
{
    // RFC 6455 5.5
    for (const unsigned code : {0x88U, 0x89U, 0x8AU})
    {
        CAPTURE(code);
        header_reader longest(role::client);
        CHECK(read(longest, std::string{static_cast<char>(code), 125}) == none);
        CHECK(longest.is_complete());
        for (const char length : {'~', '\x7F'})
        {
            header_reader reader(role::client);
            CHECK(read(reader, std::string{static_cast<char>(code), length}) == errc::websocket_protocol_error);
        }
    }
}

TEST_CASE("which frames are control frames")
{
    CHECK_FALSE(is_control(opcode::continuation));
    CHECK_FALSE(is_control(opcode::text));
    CHECK_FALSE(is_control(opcode::binary));
    CHECK(is_control(opcode::close));
    CHECK(is_control(opcode::ping));
    CHECK(is_control(opcode::pong));
}
