// SPDX-License-Identifier: BSL-1.0
#include "tern/transport/address_literal.hpp"

#include "support/bytes.hpp"
#include "support/catch.hpp"

#include <cstddef>
#include <string>
#include <string_view>

using tern::detail::parse_address_literal;
using tern_test::bytes;

namespace
{

/// The bytes of an address; empty if the text is none.
std::string bytes_of(std::string_view text)
{
    const auto found = parse_address_literal(text);
    return found ? std::string(found->bytes.begin(), found->bytes.begin() + static_cast<std::ptrdiff_t>(found->size))
                 : std::string();
}

} // namespace

static_assert(parse_address_literal("127.0.0.1")->size == 4 && parse_address_literal("::1")->size == 16);

TEST_CASE("an address is told from a name, and gives its bytes", "[address_literal]")
{
    const struct
    {
        std::string_view text;
        std::string_view expected;
    } rows[] = {
        {"127.0.0.1", "7F000001"},
        {"0.0.0.0", "00000000"},
        {"255.255.255.255", "FFFFFFFF"},
        {"192.168.1.20", "C0A80114"},
        {"::", "00000000 00000000 00000000 00000000"},
        {"::1", "00000000 00000000 00000000 00000001"},
        {"1::", "00010000 00000000 00000000 00000000"},
        {"1:2:3:4:5:6:7:8", "00010002 00030004 00050006 00070008"},
        {"1:2:3:4:5:6:7::", "00010002 00030004 00050006 00070000"},
        {"::2:3:4:5:6:7:8", "00000002 00030004 00050006 00070008"},
        {"2001:db8::A:ff", "20010DB8 00000000 00000000 000A00FF"},
        {"fe80::1:2:3", "FE800000 00000000 00000001 00020003"},
        {"1234:5678:9abc:deff:1234:5678:9abc:deff", "12345678 9ABCDEFF 12345678 9ABCDEFF"},
        {"::ffff:10.1.2.3", "00000000 00000000 0000FFFF 0A010203"},
        {"1:2:3:4:5:6:10.1.2.3", "00010002 00030004 00050006 0A010203"},
        {"1::10.1.2.3", "00010000 00000000 00000000 0A010203"},
    };
    for (const auto& row : rows)
    {
        CAPTURE(row.text);
        CHECK(bytes_of(row.text) == bytes(row.expected));
    }
}

TEST_CASE("what is almost an address is none", "[address_literal]")
{
    for (const std::string_view text : {"",
                                        "localhost",
                                        "127.0.0",
                                        "127.0.0.",
                                        "127.0.0.1.",
                                        "127.0.0.256",
                                        "1.2.3.4.5",
                                        "01.2.3.4",
                                        "1.2.3.04",
                                        "1..2.3",
                                        ".1.2.3",
                                        "1.2.3.4 ",
                                        "1.2.3.0x4",
                                        "1234.1.1.1",
                                        "-1.2.3.4",
                                        ":",
                                        ":::",
                                        "1",
                                        "1:",
                                        ":1",
                                        "1:2",
                                        "1:2:3:4:5:6:7",
                                        "1:2:3:4:5:6:7:",
                                        "1:2:3:4:5:6:7:8:",
                                        "1:2:3::4::",
                                        "::1::",
                                        "1:::2",
                                        "12345::",
                                        "g::",
                                        "::1%eth0",
                                        "[::1]",
                                        "1:2:3:4:5:6:7:8:9",
                                        "::1:2:3:4:5:6:7:8",
                                        "1:2:3:4::5:6:7:8",
                                        "1:2:3:4:5:6:7:1.2.3.4",
                                        "::1.2.3",
                                        "::1.2.3.4:1",
                                        "1.2.3.4::",
                                        "::1.2.3.256"})
    {
        CAPTURE(text);
        CHECK_FALSE(parse_address_literal(text).has_value());
    }
}
