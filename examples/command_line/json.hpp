// SPDX-License-Identifier: BSL-1.0
//
// Just enough JSON for the output formats %j and %J: writing texts, and rewriting a JSON text without its white space.
//
// What is accepted and how it is written again follows mosquitto_sub: control characters inside texts pass, numbers go
// through a double. A U+0000, which ends a text there, is kept.
#ifndef TERN_EXAMPLES_COMMAND_LINE_JSON_HPP
#define TERN_EXAMPLES_COMMAND_LINE_JSON_HPP

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>

namespace command_line::json
{

/// Appends `text` in quotes. Bytes from 0x7F on pass as they are.
inline void append_text(std::string& to, std::string_view text)
{
    constexpr std::string_view hexadecimal = "0123456789abcdef";
    to.push_back('"');
    for (const char each : text)
    {
        switch (each)
        {
        case '"': to += "\\\""; break;
        case '\\': to += "\\\\"; break;
        case '\b': to += "\\b"; break;
        case '\f': to += "\\f"; break;
        case '\n': to += "\\n"; break;
        case '\r': to += "\\r"; break;
        case '\t': to += "\\t"; break;
        default:
            if (const auto code = static_cast<unsigned char>(each); code < 0x20)
            {
                to += "\\u00";
                to.push_back(hexadecimal[code / 16]);
                to.push_back(hexadecimal[code % 16]);
                break;
            }
            to.push_back(each);
        }
    }
    to.push_back('"');
}

/// Appends a number with 15 digits, or with 17 where 15 differ from it by more than mosquitto_sub lets pass.
inline void append_number(std::string& to, double number)
{
    if (!std::isfinite(number))
    {
        to += "null";
        return;
    }
    char buffer[40];
    int size = std::snprintf(buffer, sizeof buffer, "%1.15g", number);
    const double read_back = std::strtod(buffer, nullptr);
    const double tolerance = std::max(std::fabs(number), std::fabs(read_back)) * std::numeric_limits<double>::epsilon();
    if (std::fabs(read_back - number) > tolerance)
    {
        size = std::snprintf(buffer, sizeof buffer, "%1.17g", number);
    }
    to.append(buffer, static_cast<std::size_t>(size));
}

/// Reads a JSON text and appends it again, without white space and with its texts unescaped as far as they can be.
class rewriter
{
public:
    rewriter(std::string_view text, std::string& to) : rest_(text), to_(to) {}

    /// True if the text was one JSON value and nothing else.
    [[nodiscard]] bool rewrite()
    {
        constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";
        if (rest_.starts_with(byte_order_mark))
        {
            rest_.remove_prefix(byte_order_mark.size());
        }
        return value(0) && (skip_space(), rest_.empty());
    }

private:
    static constexpr std::size_t deepest = 1'000; ///< nesting, so that no payload exhausts the stack

    void skip_space()
    {
        while (!rest_.empty() && rest_.front() != '\0' && static_cast<unsigned char>(rest_.front()) <= ' ')
        {
            rest_.remove_prefix(1);
        }
    }

    [[nodiscard]] bool take(std::string_view token)
    {
        skip_space();
        if (!rest_.starts_with(token))
        {
            return false;
        }
        rest_.remove_prefix(token.size());
        return true;
    }

    [[nodiscard]] bool value(std::size_t depth)
    {
        for (const std::string_view word : {"null", "true", "false"})
        {
            if (take(word))
            {
                to_ += word;
                return true;
            }
        }
        if (depth >= deepest || rest_.empty())
        {
            return false;
        }
        switch (rest_.front())
        {
        case '"': return text();
        case '[': return list('[', ']', depth);
        case '{': return list('{', '}', depth);
        default: return number();
        }
    }

    [[nodiscard]] bool list(char open, char close, std::size_t depth)
    {
        rest_.remove_prefix(1);
        to_.push_back(open);
        if (take({&close, 1}))
        {
            to_.push_back(close);
            return true;
        }
        do
        {
            if ((open == '{' && !name()) || !value(depth + 1))
            {
                return false;
            }
            to_.push_back(',');
        }
        while (take(","));
        to_.back() = close; // instead of the last comma
        return take({&close, 1});
    }

    [[nodiscard]] bool name()
    {
        skip_space();
        if (!rest_.starts_with('"') || !text() || !take(":"))
        {
            return false;
        }
        to_.push_back(':');
        return true;
    }

    [[nodiscard]] bool number()
    {
        constexpr std::size_t longest = 63;
        if (rest_.front() != '-' && (rest_.front() < '0' || rest_.front() > '9'))
        {
            return false;
        }
        const std::string digits(rest_.substr(0, std::min(rest_.find_first_not_of("0123456789+-eE."), longest)));
        char* end = nullptr;
        const double parsed = std::strtod(digits.c_str(), &end);
        const auto used = static_cast<std::size_t>(end - digits.c_str());
        append_number(to_, parsed);
        rest_.remove_prefix(used);
        return used != 0;
    }

    [[nodiscard]] bool text()
    {
        std::string decoded;
        rest_.remove_prefix(1);
        for (;;)
        {
            const std::size_t plain = rest_.find_first_of("\"\\");
            if (plain == rest_.npos)
            {
                return false;
            }
            decoded.append(rest_.substr(0, plain));
            const bool ends = rest_[plain] == '"';
            rest_.remove_prefix(plain + 1);
            if (ends)
            {
                append_text(to_, decoded);
                return true;
            }
            if (!escape(decoded))
            {
                return false;
            }
        }
    }

    [[nodiscard]] bool escape(std::string& decoded)
    {
        constexpr std::string_view letters = "\"\\/bfnrt";
        constexpr std::string_view meanings = "\"\\/\b\f\n\r\t";
        if (rest_.empty())
        {
            return false;
        }
        const char letter = rest_.front();
        rest_.remove_prefix(1);
        if (letter == 'u')
        {
            return escaped_code_point(decoded);
        }
        const std::size_t found = letters.find(letter);
        if (found == letters.npos)
        {
            return false;
        }
        decoded.push_back(meanings[found]);
        return true;
    }

    [[nodiscard]] std::optional<std::uint32_t> four_digits()
    {
        std::uint32_t code = 0;
        const std::string_view digits = rest_.substr(0, 4);
        const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), code, 16);
        if (digits.size() != 4 || error != std::errc{} || end != digits.data() + 4)
        {
            return std::nullopt;
        }
        rest_.remove_prefix(4);
        return code;
    }

    [[nodiscard]] bool escaped_code_point(std::string& decoded)
    {
        std::optional<std::uint32_t> code = four_digits();
        if (code && *code >= 0xD800 && *code <= 0xDBFF && rest_.starts_with("\\u"))
        {
            rest_.remove_prefix(2);
            const std::optional<std::uint32_t> low = four_digits();
            const bool pair = low && *low >= 0xDC00 && *low <= 0xDFFF;
            code = pair ? std::optional(0x10000 + ((*code - 0xD800) << 10U) + (*low - 0xDC00)) : std::nullopt;
        }
        if (!code || (*code >= 0xD800 && *code <= 0xDFFF))
        {
            return false;
        }
        append_utf8(decoded, *code);
        return true;
    }

    static void append_utf8(std::string& to, std::uint32_t code)
    {
        const auto put = [&to](std::uint32_t byte) { to.push_back(static_cast<char>(byte)); };
        if (code < 0x80)
        {
            put(code);
            return;
        }
        if (code < 0x800)
        {
            put(0xC0 | (code >> 6U));
        }
        else if (code < 0x10000)
        {
            put(0xE0 | (code >> 12U));
            put(0x80 | ((code >> 6U) & 0x3F));
        }
        else
        {
            put(0xF0 | (code >> 18U));
            put(0x80 | ((code >> 12U) & 0x3F));
            put(0x80 | ((code >> 6U) & 0x3F));
        }
        put(0x80 | (code & 0x3F));
    }

    std::string_view rest_;
    std::string& to_;
};

/// Appends the JSON text `text` without its white space. False, and nothing appended, if it is not JSON.
[[nodiscard]] inline bool append_rewritten(std::string& to, std::string_view text)
{
    const std::size_t before = to.size();
    if (rewriter(text, to).rewrite())
    {
        return true;
    }
    to.resize(before);
    return false;
}

} // namespace command_line::json

#endif
