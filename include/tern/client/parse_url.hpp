// SPDX-License-Identifier: BSL-1.0
//
// Makes a url from text, or says what is wrong with it and where.
//
// Layer: client, without Asio. Standard: RFC 3986 3, RFC 6874 (zones of IPv6 addresses); see url.hpp for what is taken.
// A URL comes from a person: everything that would fail later in a way that is hard to understand is refused here. It
// resolves nothing and opens nothing.
#ifndef TERN_CLIENT_PARSE_URL_HPP
#define TERN_CLIENT_PARSE_URL_HPP

#include "tern/client/url.hpp"
#include "tern/error.hpp"
#include "tern/utf8.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

namespace tern
{

namespace detail
{

/// Longer than any host, credentials and path together have reason to be; a bound for what is copied.
inline constexpr std::size_t maximum_url_length = 8192;

/// DNS, RFC 1035: 255 bytes on the wire, 253 as text.
inline constexpr std::size_t maximum_host_length = 253;

constexpr bool is_alpha(char c) noexcept
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}
constexpr bool is_digit(char c) noexcept
{
    return c >= '0' && c <= '9';
}

constexpr int hex_value(char c) noexcept
{
    if (is_digit(c))
    {
        return c - '0';
    }
    const char lower = static_cast<char>(c | 0x20);
    return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

} // namespace detail

/// The text with every escape of the form %41 replaced by its byte; anything else stays.
[[nodiscard]] inline std::string percent_decode(std::string_view text)
{
    std::string decoded;
    decoded.reserve(text.size());
    for (std::size_t i = 0; i < text.size(); ++i)
    {
        const int high = text[i] == '%' && i + 2 < text.size() ? detail::hex_value(text[i + 1]) : -1;
        const int low = high >= 0 ? detail::hex_value(text[i + 2]) : -1;
        if (low >= 0)
        {
            decoded += static_cast<char>(high * 16 + low);
            i += 2;
        }
        else
        {
            decoded += text[i];
        }
    }
    return decoded;
}

namespace detail
{

/// One parse: the parts of the text in turn, and the first problem met.
class url_parser
{
public:
    explicit url_parser(std::string_view text) noexcept : text_(text) {}

    url_problem parse(url& out)
    {
        (void)(check_text() && parse_scheme(out) && parse_authority(out) && parse_rest(out));
        return problem_;
    }

private:
    static constexpr std::size_t npos = std::string_view::npos;

    bool fail(url_fault fault, std::size_t offset) noexcept
    {
        problem_ = {fault, offset};
        return false;
    }

    // What holds everywhere, so that the parts need not look for it.
    bool check_text() noexcept
    {
        if (text_.empty())
        {
            return fail(url_fault::empty, 0);
        }
        if (text_.size() > maximum_url_length)
        {
            return fail(url_fault::too_long, maximum_url_length);
        }
        for (std::size_t i = 0; i < text_.size(); ++i)
        {
            const auto c = static_cast<unsigned char>(text_[i]);
            if (c == 0)
            {
                return fail(url_fault::nul_character, i);
            }
            if (c <= 0x20 || c == 0x7F)
            {
                return fail(url_fault::control_character_or_space, i);
            }
            if (c == '%')
            {
                const int high = i + 1 < text_.size() ? hex_value(text_[i + 1]) : -1;
                const int low = i + 2 < text_.size() ? hex_value(text_[i + 2]) : -1;
                // The zone of an IPv6 address may follow a bare percent sign; parse_ipv6() judges that one.
                if ((high < 0 || low < 0) && !inside_brackets(i))
                {
                    return fail(url_fault::invalid_percent_escape, i);
                }
                if (high == 0 && low == 0)
                {
                    return fail(url_fault::nul_character, i);
                }
            }
        }
        if (const std::size_t at = utf8_error_offset(text_); at != npos)
        {
            return fail(url_fault::invalid_text, at);
        }
        return true;
    }

    [[nodiscard]] bool inside_brackets(std::size_t offset) const noexcept
    {
        const std::size_t scheme = text_.find("://");
        const std::size_t start = scheme < offset ? scheme + 3 : 0;
        const std::string_view before = text_.substr(start, offset - start);
        const std::size_t open = before.rfind('[');
        return open != npos && before.find(']', open) == npos && before.find('/') == npos;
    }

    bool parse_scheme(url& out)
    {
        const std::size_t end = text_.find("://");
        if (end == npos || text_.find_first_of("/?#@[") < end) // host, host:port, or one of them with a path
        {
            out.scheme = "mqtt";
            return true;
        }
        for (std::size_t i = 0; i < end; ++i)
        {
            const char c = text_[i];
            if (!is_alpha(c) && (i == 0 || (!is_digit(c) && c != '+' && c != '-' && c != '.')))
            {
                return fail(url_fault::invalid_scheme, i);
            }
            out.scheme += c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; // RFC 3986 3.1
        }
        at_ = end + 3;
        return end != 0 || fail(url_fault::invalid_scheme, 0);
    }

    bool parse_authority(url& out)
    {
        std::size_t end = text_.find_first_of("/?#", at_);
        end = end == npos ? text_.size() : end;
        const std::size_t user_end = text_.substr(0, end).rfind('@');
        if (user_end != npos && user_end >= at_)
        {
            if (!parse_user(out, user_end))
            {
                return false;
            }
            at_ = user_end + 1;
        }
        if (out.scheme == "unix")
        {
            if (at_ != end)
            {
                return fail(url_fault::invalid_host, at_);
            }
            return text_.substr(end).size() > 1 && text_[end] == '/' ? true : fail(url_fault::missing_path, end);
        }
        if (at_ == end)
        {
            return fail(url_fault::missing_host, at_);
        }
        return (text_[at_] == '[' ? parse_ipv6(out, end) : parse_name(out, end)) && parse_port(out, end);
    }

    bool parse_user(url& out, std::size_t end)
    {
        const std::size_t wrong = text_.substr(0, end).find_first_of("@[]", at_);
        if (wrong != npos)
        {
            return fail(url_fault::invalid_user_information, wrong);
        }
        const std::string_view all = text_.substr(at_, end - at_);
        const std::size_t colon = all.find(':');
        out.has_user_name = true;
        out.user_name = percent_decode(all.substr(0, colon));
        if (!is_valid_utf8(out.user_name)) // v5 [MQTT-3.1.3-11] v3.1.1 [MQTT-3.1.3-11]
        {
            return fail(url_fault::invalid_text, at_);
        }
        if (colon != npos)
        {
            out.has_password = true;
            out.password = percent_decode(all.substr(colon + 1));
        }
        return true;
    }

    bool parse_ipv6(url& out, std::size_t end)
    {
        const std::size_t close = text_.find(']', at_);
        if (close == npos || close >= end)
        {
            return fail(url_fault::invalid_ipv6_address, at_);
        }
        const std::string_view all = text_.substr(at_ + 1, close - at_ - 1);
        const std::size_t percent = all.find('%');
        const std::string_view address = all.substr(0, percent);
        std::string_view zone = percent == npos ? std::string_view() : all.substr(percent + 1);
        if (zone.starts_with("25") && zone.size() > 2) // RFC 6874 writes the percent sign before the zone as %25
        {
            zone.remove_prefix(2);
        }
        if (address.find(':') == npos || address.find_first_not_of("0123456789abcdefABCDEF:.") != npos ||
            address.size() > maximum_host_length || zone.find_first_of("%[:") != npos ||
            (percent != npos && zone.empty()))
        {
            return fail(url_fault::invalid_ipv6_address, at_);
        }
        out.host = address;
        if (!zone.empty())
        {
            out.host += '%';
            out.host += zone;
        }
        at_ = close + 1;
        return at_ == end || text_[at_] == ':' || fail(url_fault::invalid_host, at_);
    }

    bool parse_name(url& out, std::size_t end)
    {
        const std::string_view all = text_.substr(at_, end - at_);
        const std::size_t colon = all.find(':');
        if (colon != npos && all.find(':', colon + 1) != npos)
        {
            return fail(url_fault::ipv6_without_brackets, at_);
        }
        if (colon == 0)
        {
            return fail(url_fault::missing_host, at_);
        }
        const std::string_view name = all.substr(0, colon);
        if (const std::size_t wrong = name.find_first_of("<>\"{}|\\^`[]"); wrong != npos)
        {
            return fail(url_fault::invalid_host, at_ + wrong);
        }
        out.host = percent_decode(name);
        if (const std::size_t escaped = name.find('%'); escaped != npos)
        {
            // Only letters of other scripts have reason to be escaped in a name.
            for (const char c : out.host)
            {
                const auto byte = static_cast<unsigned char>(c);
                if (byte <= 0x20 || byte == 0x7F || std::string_view("<>\"{}|\\^`[]/?#@:%").find(c) != npos)
                {
                    return fail(url_fault::invalid_host, at_ + escaped);
                }
            }
            if (!is_valid_utf8(out.host))
            {
                return fail(url_fault::invalid_text, at_ + escaped);
            }
        }
        if (out.host.size() > maximum_host_length)
        {
            return fail(url_fault::host_too_long, at_ + maximum_host_length);
        }
        at_ += name.size();
        return true;
    }

    bool parse_port(url& out, std::size_t end)
    {
        out.port = default_port(out.scheme);
        if (at_ == end || at_ + 1 == end) // RFC 3986 3.2.3 lets the port be empty after its colon
        {
            at_ = end;
            return true;
        }
        const std::size_t first = ++at_;
        std::uint32_t value = 0;
        for (; at_ < end; ++at_)
        {
            if (!is_digit(text_[at_]))
            {
                return fail(url_fault::invalid_port, at_);
            }
            value = value * 10 + static_cast<std::uint32_t>(text_[at_] - '0');
            if (value > 65'535)
            {
                return fail(url_fault::port_out_of_range, first);
            }
        }
        out.port = static_cast<std::uint16_t>(value);
        return value != 0 || fail(url_fault::port_out_of_range, first);
    }

    bool parse_rest(url& out)
    {
        const std::size_t start = text_.find_first_of("/?#", at_);
        std::string_view rest = start == npos ? std::string_view() : text_.substr(start);
        if (const std::size_t mark = rest.find('#'); mark != npos)
        {
            out.fragment = rest.substr(mark + 1);
            rest = rest.substr(0, mark);
        }
        if (const std::size_t mark = rest.find('?'); mark != npos)
        {
            out.query = rest.substr(mark + 1);
            rest = rest.substr(0, mark);
        }
        out.path = rest;
        return true;
    }

    std::string_view text_;
    std::size_t at_ = 0;
    url_problem problem_{};
};

} // namespace detail

/// Parses a URL. Returns errc::invalid_url and leaves `out` alone if there is something wrong, which goes to `problem`.
/// `host` and `host:port` alone are taken as mqtt://. That the scheme can be opened is not checked. The length is
/// bounded.
[[nodiscard]] inline std::error_code parse_url(std::string_view text, url& out, url_problem* problem = nullptr)
{
    url parsed;
    const url_problem found = detail::url_parser(text).parse(parsed);
    if (problem != nullptr)
    {
        *problem = found;
    }
    if (found.fault != url_fault::none)
    {
        return errc::invalid_url;
    }
    out = std::move(parsed);
    return {};
}

/// A sentence for people: what is wrong with a URL and at which character, or an empty string if nothing is. Of the URL
/// itself nothing is repeated, since it may hold a password.
[[nodiscard]] inline std::string explain_url(std::string_view text)
{
    url parsed;
    const url_problem problem = detail::url_parser(text).parse(parsed);
    if (problem.fault == url_fault::none)
    {
        return {};
    }
    return "character " + std::to_string(problem.offset + 1) + " of the URL: " + std::string(to_string(problem.fault));
}

} // namespace tern

#endif
