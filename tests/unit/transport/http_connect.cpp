// SPDX-License-Identifier: BSL-1.0
#include "tern/transport/http_connect.hpp"

#include "support/catch.hpp"
#include "unit/transport/conversation.hpp"

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

using tern::detail::http_connect_dialogue;
using namespace tern_test;

namespace
{

constexpr proxy_request plain{"broker.example", 1883, "", ""};

conversation talk(const proxy_request& request, const std::string& answer)
{
    return converse<http_connect_dialogue>(request, {answer});
}

conversation talk(const std::string& answer)
{
    return talk(plain, answer);
}

std::string asked(const proxy_request& request)
{
    const http_connect_dialogue dialogue(request);
    CHECK(dialogue.failure() == proxy_failure::none);
    return std::string(dialogue.output());
}

} // namespace

TEST_CASE("CONNECT names the server twice", "[http_connect]")
{
    CHECK(asked(plain) == "CONNECT broker.example:1883 HTTP/1.1\r\nHost: broker.example:1883\r\n\r\n");
    CHECK(asked({"127.0.0.1", 1, "", ""}) == "CONNECT 127.0.0.1:1 HTTP/1.1\r\nHost: 127.0.0.1:1\r\n\r\n");
    CHECK(asked({"2001:db8::1", 443, "", ""}) ==
          "CONNECT [2001:db8::1]:443 HTTP/1.1\r\nHost: [2001:db8::1]:443\r\n\r\n");
    CHECK(asked({"k\xC3\xBC"
                 "che",
                 1, "", ""}) == "CONNECT k%C3%BCche:1 HTTP/1.1\r\nHost: k%C3%BCche:1\r\n\r\n");
}

TEST_CASE("CONNECT with basic authentication", "[http_connect]")
{
    CHECK(asked({"h", 1, "Aladdin", "open sesame"}) ==
          "CONNECT h:1 HTTP/1.1\r\nHost: h:1\r\nProxy-Authorization: Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==\r\n\r\n");
    CHECK(asked({"h", 1, "user", ""}) ==
          "CONNECT h:1 HTTP/1.1\r\nHost: h:1\r\nProxy-Authorization: Basic dXNlcjo=\r\n\r\n");
    CHECK(asked({"h", 1, "", "a:b"}) ==
          "CONNECT h:1 HTTP/1.1\r\nHost: h:1\r\nProxy-Authorization: Basic OmE6Yg==\r\n\r\n");
}

TEST_CASE("what would break the request is not sent", "[http_connect]")
{
    const proxy_request rows[] = {
        {"", 1, "", ""},
        {"a b", 1, "", ""},
        {"a\r\nb", 1, "", ""},
        {"a/b", 1, "", ""},
        {"a@b", 1, "", ""},
        {"a%b", 1, "", ""},
        {"::1%eth0", 1, "", ""},
        {":::", 1, "", ""},
        {"h", 1, "us:er", ""},
        {"h", 1, "a\r\nb", ""},
        {"h", 1, "a", "\n"},
        {"h", 1, "a", "\x7F"},
        {std::string_view("a\0b", 3), 1, "", ""},
        {"h", 1, std::string_view("\0", 1), ""},
    };
    for (const proxy_request& row : rows)
    {
        CAPTURE(row.host, row.user_name, row.password);
        const http_connect_dialogue dialogue(row);
        CHECK(dialogue.output().empty());
        CHECK(dialogue.failure() == proxy_failure::unusable_option);
        CHECK(dialogue.explanation().starts_with("HTTP cannot carry "));
    }
}

TEST_CASE("any answer of the class 2xx leads to the server", "[http_connect]")
{
    for (const std::string& answer : std::vector<std::string>{
             "HTTP/1.1 200 Connection established\r\n\r\n",
             "HTTP/1.0 200 OK\r\n\r\n",
             "HTTP/1.1 200 \r\n\r\n",
             "HTTP/1.1 200\r\n\r\n",
             "HTTP/1.1 204 No Content\r\n\r\n",
             "HTTP/1.1 299 what\tever \xFC\r\n\r\n",
             "HTTP/1.1 200 OK\n\n",
             "HTTP/1.1 200 OK\r\nVia: 1.1 proxy\r\nContent-Length: 10\r\nTransfer-Encoding: chunked\r\n\r\n",
             "HTTP/1.1 200 OK\r\nX:\r\nY: a\r\n folded\r\n\tagain\r\n\r\n",
             "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 102 Processing\r\nX: y\r\n\r\nHTTP/1.1 200 OK\r\n\r\n",
         })
    {
        CAPTURE(answer);
        const conversation result = talk(answer);
        CHECK(result.connected);
        CHECK(result.failure == proxy_failure::none);
        for (std::size_t size = 0; size < answer.size(); ++size)
        {
            const std::vector<std::string> cut{answer.substr(0, size)};
            CHECK_FALSE(converse<http_connect_dialogue>(plain, cut, size, 1).connected);
            const conversation closed = converse<http_connect_dialogue>(plain, cut, size, 1, true);
            CHECK(closed.failure == proxy_failure::protocol);
            CHECK(closed.explanation == "it closed the connection instead of answering");
        }
        CHECK(talk(answer + "x").failure == proxy_failure::protocol);
    }
}

TEST_CASE("status and reason of a refusal are told", "[http_connect]")
{
    const struct
    {
        std::string status;
        proxy_failure failure;
    } rows[] = {
        {"300 Multiple Choices", proxy_failure::refused},
        {"302 Found", proxy_failure::refused},
        {"400 Bad Request", proxy_failure::refused},
        {"401 Unauthorized", proxy_failure::refused},
        {"403 Forbidden", proxy_failure::refused},
        {"405 Method Not Allowed", proxy_failure::refused},
        {"408 Request Timeout", proxy_failure::could_not_connect},
        {"425 Too Early", proxy_failure::could_not_connect},
        {"429 Too Many Requests", proxy_failure::could_not_connect},
        {"500 Unable to connect", proxy_failure::could_not_connect},
        {"501 Not Implemented", proxy_failure::refused},
        {"502 Bad Gateway", proxy_failure::could_not_connect},
        {"503 Service Unavailable", proxy_failure::could_not_connect},
        {"504 Gateway Timeout", proxy_failure::timed_out},
        {"505 HTTP Version Not Supported", proxy_failure::refused},
        {"511 Network Authentication Required", proxy_failure::refused},
        {"599", proxy_failure::could_not_connect},
    };
    for (const auto& row : rows)
    {
        CAPTURE(row.status);
        const std::string answer = "HTTP/1.1 " + row.status + "\r\nServer: x\r\n\r\n";
        const conversation result = talk(answer);
        CHECK_FALSE(result.connected);
        CHECK(result.failure == row.failure);
        CHECK(result.explanation == "it answers " + row.status);
        CHECK(talk(answer + "<html>why</html>") == result); // a body may follow
        // One that closes before its header ends has said enough with the first line.
        const std::string line = "HTTP/1.1 " + row.status + "\r\n";
        CHECK(converse<http_connect_dialogue>(plain, {line}, 1, 1, true) == result);
        CHECK(converse<http_connect_dialogue>(plain, {line + "Serv"}, 1, 1, true) == result);
    }
    http_connect_dialogue dialogue(plain);
    CHECK(dialogue.status() == 0);
    dialogue.sent();
    dialogue.receive("HTTP/1.1 403 Not for you\r\n\r\n");
    CHECK(dialogue.status() == 403);
    CHECK(dialogue.reason() == "Not for you");
}

TEST_CASE("a reason is shown in plain text and not without end", "[http_connect]")
{
    CHECK(talk("HTTP/1.1 403 Zugriff verweigert f\xFCr\tSie\r\n\r\n").explanation ==
          "it answers 403 Zugriff verweigert f?r?Sie");
    const conversation result = talk("HTTP/1.1 403 " + std::string(1000, 'n') + "\r\n\r\n");
    CHECK(result.explanation == "it answers 403 " + std::string(http_connect_dialogue::maximum_quoted_size, 'n'));
}

TEST_CASE("a proxy that wants authentication says which kinds it takes", "[http_connect]")
{
    const std::string answer = "HTTP/1.1 407 Proxy Authentication Required\r\n"
                               "Proxy-Authenticate: Negotiate\r\n"
                               "WWW-Authenticate: Digest\r\n"
                               "PROXY-authenticate:\tBasic realm=\"x\"\r\n\r\n";
    const conversation without = talk(answer);
    CHECK(without.failure == proxy_failure::authentication);
    CHECK(without.explanation == "it answers 407 Proxy Authentication Required; it takes Negotiate, Basic; its URL has "
                                 "no user name and password");
    const conversation with = talk({"h", 1, "u", "p"}, answer);
    CHECK(with.failure == proxy_failure::authentication);
    CHECK(with.explanation == "it answers 407 Proxy Authentication Required; it takes Negotiate, Basic");
    CHECK(talk({"h", 1, "u", "p"}, "HTTP/1.1 407\r\n\r\n").explanation == "it answers 407");
    CHECK(talk({"h", 1, "u", "p"}, "HTTP/1.1 407\r\nProxy-Authenticate:\r\n\r\n").explanation == "it answers 407");
}

TEST_CASE("what is no answer of HTTP is refused at its first wrong byte", "[http_connect]")
{
    for (const std::string_view answer : {"\x05",
                                          "\x15",
                                          "h",
                                          "S",
                                          "HTTP/2",
                                          "HTTP/1.x",
                                          "HTTP/1.12",
                                          "HTTP/1.1  ",
                                          "HTTP/1.1 0",
                                          "HTTP/1.1 6",
                                          "HTTP/1.1 9",
                                          "HTTP/1.1 2x",
                                          "HTTP/1.1 20x",
                                          "HTTP/1.1 2000",
                                          "HTTP/1.1 200x",
                                          "\r",
                                          "\n",
                                          "\r\n",
                                          "HTTP/1.1\r\n",
                                          "HTTP/1.1 \r\n",
                                          "HTTP/1.1 20\r\n",
                                          "HTTP/1.1 200 O\x01",
                                          "HTTP/1.1 200 O\rK",
                                          "HTTP/1.1 200 OK\r\r",
                                          "HTTP/1.1 200 OK\r\nno colon\r\n",
                                          "HTTP/1.1 200 OK\r\n: x\r\n",
                                          "HTTP/1.1 200 OK\r\nname : x\r\n",
                                          "HTTP/1.1 200 OK\r\nna\xFCme: x\r\n",
                                          "HTTP/1.1 200 OK\r\n folded\r\n",
                                          "HTTP/1.1 200 OK\r\nname: \x02",
                                          "HTTP/1.1 200 OK\r\nname: a\r\n\rx"})
    {
        CAPTURE(answer);
        // A carriage return alone waits for what follows it.
        const conversation result =
            converse<http_connect_dialogue>(plain, {std::string(answer) + (answer == "\r" ? "x" : "")}, 1, 1);
        CHECK_FALSE(result.connected);
        CHECK(result.failure == proxy_failure::protocol);
        CHECK(result.explanation == "it does not answer in HTTP");
        const std::vector<std::string> before{std::string(answer.substr(0, answer.size() - 1))};
        CHECK(converse<http_connect_dialogue>(plain, before, 1, 1).failure == proxy_failure::none);
    }
    CHECK(talk(std::string("HTTP/1.1 200 \0", 14)).failure == proxy_failure::protocol);
    const conversation upgrade = talk("HTTP/1.1 101 Switching Protocols\r\n\r\n");
    CHECK(upgrade.failure == proxy_failure::protocol);
    CHECK(upgrade.explanation == "it changes to a protocol that was not asked for");
}

TEST_CASE("every byte of an answer of HTTP may be wrong", "[http_connect]")
{
    const std::string right = "HTTP/1.1 200 OK\r\nVia: x\r\n\r\n";
    constexpr std::size_t status = 9;
    constexpr std::size_t reason = 13;
    for (std::size_t position = 0; position < right.size(); ++position)
    {
        for (unsigned value = 0; value < 256; ++value)
        {
            CAPTURE(position, value);
            std::string answer = right;
            answer[position] = static_cast<char>(value);
            const conversation result =
                converse<http_connect_dialogue>(plain, {answer}, std::string::npos, std::string::npos, true);
            const bool same = answer == right;
            const bool digit = value >= '0' && value <= '9';
            CHECK(result.connected == (result.failure == proxy_failure::none));
            if (same)
            {
                CHECK(result.connected);
                continue;
            }
            if (position < reason) // the protocol, its version and the status
            {
                const bool version = position == 7 && digit;
                const bool other_success = position > status && position < status + 3 && digit;
                const bool other_status = position == status && value >= '3' && value <= '5';
                CHECK(result.connected == (version || other_success));
                CHECK((result.failure == proxy_failure::protocol) == !(version || other_success || other_status));
            }
            else if (value < 0x20 && value != '\t' && value != '\n' && value != '\r')
            {
                CHECK(result.failure == proxy_failure::protocol);
            }
        }
    }
}

TEST_CASE("the header of an answer has a bound, however it is divided", "[http_connect]")
{
    constexpr std::size_t most = http_connect_dialogue::maximum_answer_size;
    constexpr std::size_t all = std::string_view::npos;
    const std::string begin = "HTTP/1.1 200 OK\r\nx: ";
    const std::string end = "\r\n\r\n";
    const std::string fits = begin + std::string(most - begin.size() - end.size(), 'y') + end;
    CHECK(converse<http_connect_dialogue>(plain, {fits}, 1, 512).connected);

    std::string continued;
    while (continued.size() <= most)
    {
        continued += "HTTP/1.1 100 Continue\r\n\r\n";
    }
    for (const std::string& answer : {begin + std::string(most, 'y'), "HTTP/1.1 200 " + std::string(most, 'r'),
                                      continued, begin + std::string(most - begin.size() - end.size() + 1, 'y') + end})
    {
        for (const std::size_t size : {all, std::size_t{512}})
        {
            const conversation result = converse<http_connect_dialogue>(plain, {answer}, size, size);
            CHECK(result.failure == proxy_failure::protocol);
            CHECK(result.explanation == "the header of its answer is longer than 16,384 bytes");
        }
    }
}
