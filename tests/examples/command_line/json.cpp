// SPDX-License-Identifier: BSL-1.0
#include "command_line/json.hpp"

#include "support/catch.hpp"

#include <optional>
#include <string>
#include <string_view>

using namespace command_line;
using namespace std::string_view_literals;

namespace
{

std::string text(std::string_view of)
{
    std::string result;
    json::append_text(result, of);
    return result;
}

std::optional<std::string> rewritten(std::string_view of)
{
    std::string result = "before";
    const bool good = json::append_rewritten(result, of);
    if (!good)
    {
        CHECK(result == "before");
        return std::nullopt;
    }
    return result.substr(6);
}

} // namespace

TEST_CASE("JSON texts are escaped where they have to be")
{
    CHECK(text("") == R"("")");
    CHECK(text("Küche/x") == R"("Küche/x")");
    CHECK(text("a\"\\\b\f\n\r\t") == R"("a\"\\\b\f\n\r\t")");
    CHECK(text("\x01\x0b\x1b\x1f"sv) == R"("\u0001\u000b\u001b\u001f")");
    CHECK(text("a\0b"sv) == R"("a\u0000b")");
    CHECK(text("\x7F\xFF") == "\"\x7F\xFF\"");
}

TEST_CASE("JSON is rewritten without white space")
{
    CHECK(rewritten(R"( { "a" : 1.50 , "b":[1, 2 ,{"c":null}],"d":true,"e":false } )") ==
          R"({"a":1.5,"b":[1,2,{"c":null}],"d":true,"e":false})");
    CHECK(rewritten("[]") == "[]");
    CHECK(rewritten("{ }") == "{}");
    CHECK(rewritten("[ [ ] , { } ]") == "[[],{}]");
    CHECK(rewritten("\xEF\xBB\xBF[1]") == "[1]");
    CHECK(rewritten(R"({"a":1,"a":2})") == R"({"a":1,"a":2})");
    CHECK(rewritten("\t\r\n null") == "null");
}

TEST_CASE("JSON numbers")
{
    CHECK(rewritten("12") == "12");
    CHECK(rewritten("-0") == "-0");
    CHECK(rewritten("1.0") == "1");
    CHECK(rewritten("1e5") == "100000");
    CHECK(rewritten("0.1") == "0.1");
    CHECK(rewritten("0.30000000000000004") == "0.3");
    CHECK(rewritten("123456789.123456789") == "123456789.12345679");
    CHECK(rewritten("123456789012345678901") == "1.2345678901234568e+20");
    CHECK(rewritten("1e400") == "null");
    CHECK(rewritten("01") == "1");
    CHECK(rewritten("1.") == "1");
    CHECK_FALSE(rewritten("+1").has_value());
    CHECK_FALSE(rewritten(".5").has_value());
    CHECK_FALSE(rewritten("-").has_value());
    CHECK_FALSE(rewritten("1-2").has_value());
    CHECK_FALSE(rewritten("Infinity").has_value());
    CHECK_FALSE(rewritten("NaN").has_value());
}

TEST_CASE("JSON texts are unescaped and escaped again")
{
    CHECK(rewritten(R"("\u00e9é\/\"\\\b\f\n\r\t")") == R"("éé/\"\\\b\f\n\r\t")");
    CHECK(rewritten(R"("\u0041\u07ff\u20AC\ud83d\ude00")") == "\"A\u07ff€😀\"");
    CHECK(rewritten(R"("a\u0000b")") == R"("a\u0000b")");
    CHECK(rewritten("\"a\nb\"") == R"("a\nb")");
    for (const std::string_view bad : {R"(")", R"("a)", R"("\)", R"("\x")", R"("\u12")", R"("\u12g4")", R"("\ud83d")",
                                       R"("\ud83d\u0041")", R"("\ude00")", R"("\ud83dx")"})
    {
        CAPTURE(bad);
        CHECK_FALSE(rewritten(bad).has_value());
    }
}

TEST_CASE("what is not JSON is refused and leaves nothing behind")
{
    for (const std::string_view bad :
         {""sv,          " "sv,     "x"sv,   "tru"sv,   "nul"sv,     "[1,2"sv,     "[1,]"sv,
          "[,1]"sv,      "[1 2]"sv, "{"sv,   "{1:2}"sv, "{\"a\"}"sv, "{\"a\":}"sv, "{\"a\":1,}"sv,
          "{\"a\" 1}"sv, "[1}"sv,   "1 2"sv, "[1]\0"sv, "[1] x"sv,   "]"sv})
    {
        CAPTURE(bad);
        CHECK_FALSE(rewritten(bad).has_value());
    }
}

TEST_CASE("nesting is bounded")
{
    CHECK(rewritten(std::string(999, '[') + '1' + std::string(999, ']')).has_value());
    CHECK_FALSE(rewritten(std::string(1'001, '[') + '1' + std::string(1'001, ']')).has_value());
    CHECK_FALSE(rewritten(std::string(1'000'000, '[')).has_value());
}
