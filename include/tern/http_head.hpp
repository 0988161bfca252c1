// SPDX-License-Identifier: BSL-1.0
//
// The head of an HTTP/1.1 message, read: a first line and header fields, up to the empty line. For what begins with
// HTTP and then turns into something else: a WebSocket.
//
// Layer: vocabulary. Standard: RFC 9112 (2.1, 3, 4, 5), RFC 9110 5.6 (lists, tokens).
// Strict: lines end in CR LF, no field is folded, no space stands before a colon, no control character anywhere. It
// keeps views of the head and owns nothing. It knows no bodies.
#ifndef TERN_HTTP_HEAD_HPP
#define TERN_HTTP_HEAD_HPP

#include "tern/http_header.hpp"

#include <cstddef>
#include <string>
#include <string_view>

namespace tern
{

/// What a server answered with; the texts are the server's own.
struct http_response
{
    unsigned status = 0;    ///< 101, 404; 0 if there was no answer that could be read
    std::string reason{};   ///< "Not Found"; may be empty
    std::string location{}; ///< where it redirects to, if it does
};

namespace detail
{

constexpr bool is_http_token_character(char c) noexcept
{
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
           std::string_view("!#$%&'*+-.^_`|~").find(c) != std::string_view::npos;
}

constexpr bool is_http_text_character(char c) noexcept
{
    const auto code = static_cast<unsigned char>(c);
    return (code >= 0x20 && code != 0x7F) || code == '\t';
}

constexpr char to_lower_ascii(char c) noexcept
{
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

constexpr std::string_view trim_http_space(std::string_view text) noexcept
{
    while (!text.empty() && (text.front() == ' ' || text.front() == '\t'))
    {
        text.remove_prefix(1);
    }
    while (!text.empty() && (text.back() == ' ' || text.back() == '\t'))
    {
        text.remove_suffix(1);
    }
    return text;
}

} // namespace detail

/// A name of a header, a method: not empty, of letters, digits and some signs. RFC 9110 5.6.2
[[nodiscard]] constexpr bool is_http_token(std::string_view text) noexcept
{
    for (const char c : text)
    {
        if (!detail::is_http_token_character(c))
        {
            return false;
        }
    }
    return !text.empty();
}

/// What a value may hold: nothing that could end its line. RFC 9110 5.5
[[nodiscard]] constexpr bool is_http_text(std::string_view text) noexcept
{
    for (const char c : text)
    {
        if (!detail::is_http_text_character(c))
        {
            return false;
        }
    }
    return true;
}

/// Names of headers and most words in them are the same in every case.
[[nodiscard]] constexpr bool is_same_http_word(std::string_view left, std::string_view right) noexcept
{
    if (left.size() != right.size())
    {
        return false;
    }
    for (std::size_t i = 0; i < left.size(); ++i)
    {
        if (detail::to_lower_ascii(left[i]) != detail::to_lower_ascii(right[i]))
        {
            return false;
        }
    }
    return true;
}

/// How many bytes the head at the beginning of `bytes` has, with the empty line that ends it; 0 if that has not come.
/// `searched` bytes are known not to hold its end.
[[nodiscard]] constexpr std::size_t http_head_size(std::string_view bytes, std::size_t searched = 0) noexcept
{
    constexpr std::string_view end = "\r\n\r\n";
    const std::size_t found = bytes.find(end, searched < end.size() ? 0 : searched - (end.size() - 1));
    return found == std::string_view::npos ? 0 : found + end.size();
}

/// A head that has been read.
class http_head
{
public:
    /// Takes a whole head, which has to outlive this; false if it is not one.
    [[nodiscard]] constexpr bool parse(std::string_view head) noexcept
    {
        start_line_ = next_line(head);
        fields_ = head;
        bool good = !start_line_.empty() && is_http_text(start_line_);
        http_header field;
        while (good && !head.empty())
        {
            const std::string_view line = next_line(head);
            if (line.empty())
            {
                return head.empty();
            }
            good = read_field(line, field);
        }
        return false;
    }

    [[nodiscard]] constexpr std::string_view start_line() const noexcept { return start_line_; }

    /// Calls `function(http_header)` for every field, in order.
    template <class Function>
    constexpr void for_each(Function&& function) const
    {
        std::string_view rest = fields_;
        http_header field;
        while (!rest.empty())
        {
            if (read_field(next_line(rest), field)) // the empty line at the end is none
            {
                function(field);
            }
        }
    }

    [[nodiscard]] constexpr std::size_t count(std::string_view name) const noexcept
    {
        std::size_t result = 0;
        for_each([&](const http_header& field) { result += is_same_http_word(field.name, name) ? 1U : 0U; });
        return result;
    }

    /// The value of the last field of that name; empty if there is none.
    [[nodiscard]] constexpr std::string_view value(std::string_view name) const noexcept
    {
        std::string_view result;
        for_each(
            [&](const http_header& field) { result = is_same_http_word(field.name, name) ? field.value : result; });
        return result;
    }

    /// Calls `function(std::string_view)` for every element of a list that may be spread over fields. RFC 9110 5.6.1
    template <class Function>
    constexpr void for_each_element(std::string_view name, Function&& function) const
    {
        for_each([&](const http_header& field) {
            std::string_view rest = is_same_http_word(field.name, name) ? field.value : std::string_view();
            while (!rest.empty())
            {
                const std::size_t comma = rest.find(',');
                const std::string_view element = detail::trim_http_space(rest.substr(0, comma));
                rest.remove_prefix(comma == std::string_view::npos ? rest.size() : comma + 1);
                if (!element.empty())
                {
                    function(element);
                }
            }
        });
    }

    /// True if the list has that word, in whatever case.
    [[nodiscard]] constexpr bool has_word(std::string_view name, std::string_view word) const noexcept
    {
        bool found = false;
        for_each_element(name, [&](std::string_view element) { found = found || is_same_http_word(element, word); });
        return found;
    }

private:
    // Takes a line off; one that does not end is as bad as one with a character that no line may have.
    static constexpr std::string_view next_line(std::string_view& rest) noexcept
    {
        const std::size_t end = rest.find("\r\n");
        const std::string_view line = end == std::string_view::npos ? std::string_view("\r") : rest.substr(0, end);
        rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 2);
        return line;
    }

    static constexpr bool read_field(std::string_view line, http_header& field) noexcept
    {
        const std::size_t colon = line.find(':');
        field.name = line.substr(0, colon);
        field.value =
            colon == std::string_view::npos ? std::string_view() : detail::trim_http_space(line.substr(colon + 1));
        return colon != std::string_view::npos && is_http_token(field.name) && is_http_text(field.value);
    }

    std::string_view start_line_{};
    std::string_view fields_{};
};

/// The first line of an answer.
struct http_status_line
{
    unsigned status = 0;
    unsigned minor_version = 0; ///< of HTTP/1.
    std::string_view reason{};
};

/// "HTTP/1.1 404 Not Found"; false if the line is something else. RFC 9112 4
[[nodiscard]] constexpr bool parse_http_status_line(std::string_view line, http_status_line& out) noexcept
{
    constexpr std::string_view version = "HTTP/1.";
    const auto is_digit = [&](std::size_t at) { return line[at] >= '0' && line[at] <= '9'; };
    constexpr std::size_t end_of_status = version.size() + 5;
    if (line.size() < end_of_status || !line.starts_with(version) || !is_digit(7) || line[8] != ' ' || !is_digit(9) ||
        !is_digit(10) || !is_digit(11) || line[9] == '0')
    {
        return false;
    }
    out.minor_version = static_cast<unsigned>(line[7] - '0');
    out.status = 0;
    for (std::size_t i = 9; i < end_of_status; ++i)
    {
        out.status = out.status * 10 + static_cast<unsigned>(line[i] - '0');
    }
    out.reason = line.substr(end_of_status);
    if (!out.reason.empty() && out.reason.front() != ' ')
    {
        return false;
    }
    out.reason = detail::trim_http_space(out.reason); // the space before an empty reason may be missing: servers do so
    return true;
}

} // namespace tern

#endif
