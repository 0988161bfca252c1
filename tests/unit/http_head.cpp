// SPDX-License-Identifier: BSL-1.0
#include "tern/http_head.hpp"

#include "support/catch.hpp"

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

using namespace tern;

namespace
{

bool parses(std::string_view head)
{
    http_head read;
    return read.parse(head);
}

const std::string_view answer = "HTTP/1.1 101 Switching Protocols\r\n"
                                "Upgrade: websocket\r\n"
                                "CONNECTION:\t keep-alive ,Upgrade \r\n"
                                "Empty:\r\n"
                                "connection: Other\r\n"
                                "\r\n";

} // namespace

TEST_CASE("a head is found when its last byte has come")
{
    const std::string bytes = std::string(answer) + "\r\n\r\nmore";
    for (std::size_t cut = 0; cut <= bytes.size(); ++cut)
    {
        CAPTURE(cut);
        const std::string_view part = std::string_view(bytes).substr(0, cut);
        const std::size_t expected = cut < answer.size() ? 0 : answer.size();
        CHECK(http_head_size(part) == expected);
        const std::size_t searched = cut == 0 || cut > answer.size() ? 0 : cut - 1;
        CHECK(http_head_size(part, searched) == expected); // as when bytes come one by one
    }
}

TEST_CASE("the fields of a head")
{
    http_head head;
    REQUIRE(head.parse(answer));
    CHECK(head.start_line() == "HTTP/1.1 101 Switching Protocols");
    std::vector<std::string> fields;
    head.for_each(
        [&](const http_header& field) { fields.push_back(std::string(field.name) + '=' + std::string(field.value)); });
    CHECK(fields == std::vector<std::string>{"Upgrade=websocket", "CONNECTION=keep-alive ,Upgrade",
                                             "Empty=", "connection=Other"});
    CHECK(head.value("upgrade") == "websocket");
    CHECK(head.value("Empty").empty());
    CHECK(head.value("Missing").empty());
    CHECK(head.count("Empty") == 1);
    CHECK(head.count("Connection") == 2);
    CHECK(head.count("Missing") == 0);

    std::vector<std::string> elements;
    head.for_each_element("Connection", [&](std::string_view element) { elements.emplace_back(element); });
    CHECK(elements == std::vector<std::string>{"keep-alive", "Upgrade", "Other"});
    CHECK(head.has_word("Connection", "UPGRADE"));
    CHECK(head.has_word("connection", "other"));
    CHECK_FALSE(head.has_word("Connection", "Up"));
    CHECK_FALSE(head.has_word("Missing", ""));
}

TEST_CASE("a head that was not read has no fields")
{
    const http_head head;
    CHECK(head.count("a") == 0);
    CHECK(head.start_line().empty());
}

TEST_CASE("what is not a head is refused")
{
    CHECK(parses("x\r\n\r\n"));
    CHECK(parses("x\r\nName: value\r\n\r\n"));
    CHECK(parses("x\r\nName: K\xC3\xBC\x63he\r\n\r\n")); // text beyond ASCII is opaque
    for (const std::string_view bad : {
             "",
             "\r\n\r\n",                            // no first line
             "x",                                   //
             "x\r\n",                               // no empty line
             "x\r\nName: value\r\n",                //
             "x\r\nName: value\r\n\r",              //
             "x\r\nName: value\r\n\r\ny",           // something behind it
             "x\nName: value\r\n\r\n",              // a bare line feed
             "x\r\nName: a\nOther: b\r\n\r\n",      //
             "x\r\nName: a\rOther: b\r\n\r\n",      //
             "x\r\nName : value\r\n\r\n",           // a space before the colon
             "x\r\n Name: value\r\n\r\n",           //
             "x\r\nName: value\r\n folded\r\n\r\n", //
             "x\r\nNo colon\r\n\r\n",               //
             "x\r\n: value\r\n\r\n",                // no name
             "x\r\nNa\xC3\xBCme: value\r\n\r\n",    //
             "x\r\nName: a\x01\r\n\r\n",            //
             "x\r\nName: a\x7F\r\n\r\n",            //
             "x\x01\r\n\r\n",                       //
         })
    {
        CAPTURE(std::string(bad));
        CHECK_FALSE(parses(bad));
    }
    CHECK_FALSE(parses({"x\r\nName: a\0b\r\n\r\n", 17}));
}

TEST_CASE("the first line of an answer")
{
    struct
    {
        std::string_view line;
        unsigned status; ///< 0: it is none
        unsigned minor_version;
        std::string_view reason;
    } const rows[] = {
        {"HTTP/1.1 101 Switching Protocols", 101, 1, "Switching Protocols"},
        {"HTTP/1.0 404 Not Found", 404, 0, "Not Found"},
        {"HTTP/1.1 503 ", 503, 1, ""},
        {"HTTP/1.1 503", 503, 1, ""},
        {"HTTP/1.9 999 x", 999, 9, "x"},
        {"HTTP/1.1 099 x", 0, 0, ""},
        {"HTTP/1.1 50", 0, 0, ""},
        {"HTTP/1.1 5003 x", 0, 0, ""},
        {"HTTP/1.1 5o3 x", 0, 0, ""},
        {"HTTP/1.1  503 x", 0, 0, ""},
        {"HTTP/1.x 503 x", 0, 0, ""},
        {"HTTP/2.0 503 x", 0, 0, ""},
        {"http/1.1 503 x", 0, 0, ""},
        {"HTTP/1.1503 x", 0, 0, ""},
        {"", 0, 0, ""},
    };
    for (const auto& row : rows)
    {
        CAPTURE(std::string(row.line));
        http_status_line found;
        CHECK(parse_http_status_line(row.line, found) == (row.status != 0));
        if (row.status != 0)
        {
            CHECK(found.status == row.status);
            CHECK(found.minor_version == row.minor_version);
            CHECK(found.reason == row.reason);
        }
    }
}

TEST_CASE("words and tokens of HTTP")
{
    CHECK(is_same_http_word("Upgrade", "uPGRADE"));
    CHECK(is_same_http_word("", ""));
    CHECK_FALSE(is_same_http_word("Upgrade", "Upgrades"));
    CHECK_FALSE(is_same_http_word("[", "{")); // they differ by the bit that letters differ by
    CHECK(is_http_token("X-Name_1!"));
    CHECK_FALSE(is_http_token(""));
    CHECK_FALSE(is_http_token("a b"));
    CHECK_FALSE(is_http_token("a:"));
    CHECK_FALSE(is_http_token("a\r\nb"));
    CHECK(is_http_text("a b\tc \xC3\xBC"));
    CHECK_FALSE(is_http_text("a\r\nb"));
    CHECK_FALSE(is_http_text("a\nb"));
    CHECK_FALSE(is_http_text(std::string_view("a\0b", 3)));
}
