// SPDX-License-Identifier: BSL-1.0
#include "tern/transport/socks5.hpp"

#include "support/bytes.hpp"
#include "support/catch.hpp"
#include "unit/transport/conversation.hpp"

#include <cstddef>
#include <cstdint>
#include <set>
#include <string>
#include <string_view>
#include <vector>

using tern::detail::socks5_dialogue;
using namespace tern_test;

namespace
{

constexpr proxy_request plain{"broker.example", 1883, "", ""};
constexpr proxy_request with_password{"broker.example", 8883, "user", "secret"};

conversation talk(const proxy_request& request, const std::vector<std::string>& answers)
{
    return converse<socks5_dialogue>(request, answers);
}

/// What is asked for, after a greeting without authentication.
std::string asked(std::string_view host, std::uint16_t port)
{
    const conversation result = talk({host, port, "", ""}, {bytes("05 00")});
    CHECK(result.failure == proxy_failure::none);
    REQUIRE(result.sent.size() == 2);
    CHECK(result.sent[0] == bytes("05 01 00"));
    return result.sent[1];
}

} // namespace

TEST_CASE("SOCKS5 asks for a name as a name and for an address as an address", "[socks5]")
{
    CHECK(asked("broker.example", 1883) == bytes("05 01 00 03 0E 'broker.example' 07 5B"));
    CHECK(asked("localhost", 65'535) == bytes("05 01 00 03 09 'localhost' FF FF"));
    CHECK(asked("127.0.0.1", 1) == bytes("05 01 00 01 7F 00 00 01 00 01"));
    CHECK(asked("127.0.0.256", 1) == bytes("05 01 00 03 0B '127.0.0.256' 00 01"));
    CHECK(asked("::1", 443) == bytes("05 01 00 04 00000000 00000000 00000000 00000001 01 BB"));
    CHECK(asked("2001:db8::ff", 443) == bytes("05 01 00 04 20010DB8 00000000 00000000 000000FF 01 BB"));
    CHECK(asked("k\xC3\xBC"
                "che",
                1) == bytes("05 01 00 03 06 'k' C3 BC 'che' 00 01"));
    const std::string longest(255, 'h');
    CHECK(asked(longest, 1) == bytes("05 01 00 03 FF") + longest + bytes("00 01"));
}

TEST_CASE("SOCKS5 without authentication leads to the server, whatever address the proxy names", "[socks5]")
{
    for (const std::string& reply :
         {bytes("05 00 00 01 7F 00 00 01 12 34"), bytes("05 00 00 03 00 12 34"), bytes("05 00 00 03 01 'p' 12 34"),
          bytes("05 00 00 03 09 'localhost' 12 34"), bytes("05 00 00 03 FF") + std::string(257, 'x'),
          bytes("05 00 00 04 00000000 00000000 00000000 00000001 12 34")})
    {
        CAPTURE(reply);
        const conversation result = talk(plain, {bytes("05 00"), reply});
        CHECK(result.connected);
        CHECK(result.failure == proxy_failure::none);
        CHECK(result.sent.size() == 2);
        for (std::size_t size = 0; size < reply.size(); ++size)
        {
            CHECK_FALSE(talk(plain, {bytes("05 00"), reply.substr(0, size)}).connected);
        }
        const conversation more = talk(plain, {bytes("05 00"), reply + "\x01"});
        CHECK_FALSE(more.connected);
        CHECK(more.failure == proxy_failure::protocol);
    }
}

TEST_CASE("SOCKS5 gives user name and password if the proxy wants them", "[socks5]")
{
    const std::string reply = bytes("05 00 00 01 00 00 00 00 00 00");
    const std::string connect = bytes("05 01 00 03 0E 'broker.example' 22 B3");
    const conversation asked_for = talk(with_password, {bytes("05 02"), bytes("01 00"), reply});
    CHECK(asked_for.connected);
    CHECK(asked_for.sent == std::vector<std::string>{bytes("05 02 00 02"), bytes("01 04 'user' 06 'secret'"), connect});

    const conversation not_wanted = talk(with_password, {bytes("05 00"), reply});
    CHECK(not_wanted.connected);
    CHECK(not_wanted.sent == std::vector<std::string>{bytes("05 02 00 02"), connect});

    const std::string longest(255, 'x');
    const conversation long_ones = talk({"h", 1, longest, longest}, {bytes("05 02"), bytes("01 00"), reply});
    CHECK(long_ones.connected);
    CHECK(long_ones.sent[1] == bytes("01 FF") + longest + bytes("FF") + longest);

    const conversation no_password = talk({"h", 1, "user", ""}, {bytes("05 02"), bytes("01 00"), reply});
    CHECK(no_password.connected);
    CHECK(no_password.sent[1] == bytes("01 04 'user' 00"));
}

TEST_CASE("SOCKS5 has no room for longer texts, and sends nothing then", "[socks5]")
{
    const std::string too_long(256, 'x');
    const proxy_request rows[] = {
        {too_long, 1, "", ""},       {"h", 1, too_long, ""},
        {"h", 1, "", too_long},      {"", 1, "", ""},
        {"fe80::1%eth0", 1, "", ""}, {":::", 1, "", ""},
        {"host%1", 1, "", ""},       {std::string_view("a\0b", 3), 1, "", ""},
    };
    for (const proxy_request& row : rows)
    {
        CAPTURE(row.host, row.user_name.size(), row.password.size());
        const conversation result = talk(row, {});
        CHECK(result.sent.empty());
        CHECK(result.failure == proxy_failure::unusable_option);
        CHECK(result.explanation.starts_with("SOCKS5 has room for "));
    }
}

TEST_CASE("every reply of SOCKS5 has its failure and its words, and needs no more than its second byte", "[socks5]")
{
    const struct
    {
        std::uint8_t code;
        proxy_failure failure;
    } rows[] = {
        {1, proxy_failure::could_not_connect},
        {2, proxy_failure::refused},
        {3, proxy_failure::network_unreachable},
        {4, proxy_failure::host_unreachable},
        {5, proxy_failure::connection_refused},
        {6, proxy_failure::timed_out},
        {7, proxy_failure::refused},
        {8, proxy_failure::refused},
        {9, proxy_failure::could_not_connect},
        {255, proxy_failure::could_not_connect},
    };
    std::set<std::string> texts;
    for (const auto& row : rows)
    {
        CAPTURE(row.code);
        const std::string reply = {'\x05', static_cast<char>(row.code)};
        const conversation result = talk(plain, {bytes("05 00"), reply});
        CHECK_FALSE(result.connected);
        CHECK(result.failure == row.failure);
        CHECK(result.explanation.starts_with("SOCKS5 reply " + std::to_string(row.code) + ": "));
        CHECK(texts.insert(result.explanation).second);
        CHECK(talk(plain, {bytes("05 00"), reply + bytes("00 01 00 00 00 00 00 00")}) == result);
        CHECK(talk(plain, {bytes("05 00"), reply + "anything"}) == result);
    }
}

TEST_CASE("a SOCKS5 proxy that wants another authentication says so", "[socks5]")
{
    const conversation wants_some = talk(plain, {bytes("05 FF")});
    CHECK(wants_some.failure == proxy_failure::authentication);
    CHECK(wants_some.explanation == "it wants authentication, and its URL has no user name and password");
    const conversation wants_other = talk(with_password, {bytes("05 FF")});
    CHECK(wants_other.failure == proxy_failure::authentication);
    CHECK(wants_other.explanation == "it takes neither a user name with a password nor clients without");
    const conversation wrong = talk(with_password, {bytes("05 02"), bytes("01 01")});
    CHECK(wrong.failure == proxy_failure::authentication);
    CHECK(wrong.explanation == "it does not accept this user name and password");
}

TEST_CASE("a server that is no SOCKS5 proxy is known by its first byte", "[socks5]")
{
    CHECK(talk(plain, {"H"}).explanation == "it answers in HTTP: its scheme may be http");
    CHECK(talk(plain, {"HTTP/1.0 400 Bad Request\r\n\r\n"}).failure == proxy_failure::protocol);
    CHECK(talk(plain, {bytes("15 03 03 00 02")}).explanation == "it does not answer in SOCKS5");
    CHECK(talk(plain, {bytes("00 5A")}).explanation == "it does not answer in SOCKS5"); // SOCKS4
}

TEST_CASE("every wrong byte of every answer of SOCKS5 is found where it stands", "[socks5]")
{
    const std::vector<std::string> right = {bytes("05 02"), bytes("01 00"), bytes("05 00 00 01 00 00 00 00 00 00")};
    for (std::size_t answer = 0; answer < right.size(); ++answer)
    {
        for (std::size_t position = 0; position < right[answer].size(); ++position)
        {
            for (unsigned value = 0; value < 256; ++value)
            {
                CAPTURE(answer, position, value);
                // As far as the byte, and no further.
                std::vector<std::string> answers(right.begin(), right.begin() + static_cast<std::ptrdiff_t>(answer));
                answers.push_back(right[answer].substr(0, position) + static_cast<char>(value));
                const bool last = answer == 2 && position == 9;
                const bool free = answer == 2 && position >= 4; // the address
                const bool same = answers.back().back() == right[answer][position];
                const bool other_method = answer == 0 && position == 1 && value == 0;
                const bool other_address = answer == 2 && position == 3 && (value == 3 || value == 4);
                proxy_failure expected = proxy_failure::protocol;
                if (free || same || other_method || other_address)
                {
                    expected = proxy_failure::none;
                }
                else if ((answer == 1 && position == 1) || (answer == 0 && position == 1 && value == 0xFF))
                {
                    expected = proxy_failure::authentication;
                }
                else if (answer == 2 && position == 1)
                {
                    expected = tern::detail::describe_socks5_reply(static_cast<std::uint8_t>(value)).failure;
                }
                const conversation result =
                    converse<socks5_dialogue>(with_password, answers, std::string::npos, std::string::npos);
                CHECK(result.failure == expected);
                CHECK(result.connected == last);
            }
        }
    }
}

TEST_CASE("a method that was not offered is refused", "[socks5]")
{
    CHECK(talk(plain, {bytes("05 02")}).failure == proxy_failure::protocol);
    CHECK(talk(plain, {bytes("05 01")}).explanation == "it chose a way of authentication that was not offered");
}

TEST_CASE("a SOCKS5 proxy that closes within an answer", "[socks5]")
{
    const std::vector<std::string> right = {bytes("05 02"), bytes("01 00"), bytes("05 00 00 01 00 00 00 00 00 00")};
    for (std::size_t answer = 0; answer < right.size(); ++answer)
    {
        for (std::size_t size = 0; size < right[answer].size(); ++size)
        {
            CAPTURE(answer, size);
            std::vector<std::string> answers(right.begin(), right.begin() + static_cast<std::ptrdiff_t>(answer));
            answers.push_back(right[answer].substr(0, size));
            const conversation result = converse<socks5_dialogue>(with_password, answers, 1, 1, true);
            CHECK(result.failure == proxy_failure::protocol);
            CHECK(result.explanation == "it closed the connection instead of answering");
        }
    }
}
