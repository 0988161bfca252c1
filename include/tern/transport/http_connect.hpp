// SPDX-License-Identifier: BSL-1.0
//
// The client's part of HTTP CONNECT: asks a proxy for a connection to the server, and reads the answer's header.
//
// Layer: transport, without Asio. Standard: RFC 9110 9.3.6 (CONNECT), 11.7 (authentication), 15 (status); RFC 9112 2 to
// 5 (syntax); RFC 7617 (Basic).
// Without I/O, see proxy_dialogue.hpp. It is no HTTP client: it does not follow redirects, reads no body, and of the
// header fields only what the proxy says about authentication. TLS to the proxy itself (https) it has not.
#ifndef TERN_TRANSPORT_HTTP_CONNECT_HPP
#define TERN_TRANSPORT_HTTP_CONNECT_HPP

#include "tern/base64.hpp"
#include "tern/client/parse_url.hpp"
#include "tern/transport/address_literal.hpp"
#include "tern/transport/proxy_dialogue.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

namespace tern::detail
{

class http_connect_dialogue final : public proxy_dialogue
{
public:
    /// Of all header sections together. Proxies send a few hundred bytes; web servers that are no proxies, and set
    /// cookies, seldom more than eight thousand.
    static constexpr std::size_t maximum_answer_size = 16'384;

    /// Of a reason or the name of a scheme, when it is told to a person.
    static constexpr std::size_t maximum_quoted_size = 200;

    /// Throws std::bad_alloc.
    explicit http_connect_dialogue(const proxy_request& request) : has_credentials_(request.has_credentials())
    {
        const std::string authority = authority_of(request);
        if (authority.empty())
        {
            fail(proxy_failure::unusable_option, "HTTP cannot carry this host");
            return;
        }
        if (has_control(request.user_name) || has_control(request.password) ||
            request.user_name.find(':') != std::string_view::npos) // RFC 7617 2
        {
            fail(proxy_failure::unusable_option,
                 "HTTP cannot carry a user name with a colon, nor control characters in it or the password");
            return;
        }
        std::string bytes = "CONNECT " + authority + " HTTP/1.1\r\nHost: " + authority + "\r\n";
        if (has_credentials_)
        {
            std::string both(request.user_name);
            both += ':';
            both += request.password;
            bytes += "Proxy-Authorization: Basic " + to_base64(both) + "\r\n";
        }
        bytes += "\r\n";
        send(std::move(bytes));
    }

    /// Of the answer, 0 if there is none yet.
    [[nodiscard]] int status() const noexcept { return status_; }

    /// What the proxy wrote behind the status.
    [[nodiscard]] const std::string& reason() const noexcept { return reason_; }

private:
    static constexpr std::string_view version = "HTTP/1.";

    static constexpr bool is_control(char c) noexcept { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; }

    static bool has_control(std::string_view text) noexcept
    {
        return std::any_of(text.begin(), text.end(), [](char c) { return is_control(c); });
    }

    // RFC 9110 5.6.2
    static constexpr bool is_token_character(char c) noexcept
    {
        return is_alpha(c) || is_digit(c) || std::string_view("!#$%&'*+-.^_`|~").find(c) != std::string_view::npos;
    }

    // host:port as RFC 9110 9.3.6 wants it. Empty if the host cannot stand there.
    [[nodiscard]] static std::string authority_of(const proxy_request& request)
    {
        std::string authority;
        if (request.host.find(':') != std::string_view::npos)
        {
            if (!parse_address_literal(request.host))
            {
                return {};
            }
            authority = "[" + std::string(request.host) + "]";
        }
        else
        {
            constexpr std::string_view hexadecimal = "0123456789ABCDEF";
            for (const char c : request.host)
            {
                const auto byte = static_cast<unsigned char>(c);
                if (is_control(c) || std::string_view(" \"#%/<>?@[\\]^`{|}").find(c) != std::string_view::npos)
                {
                    return {};
                }
                if (byte < 0x80)
                {
                    authority += c;
                    continue;
                }
                authority += '%'; // RFC 3986 3.2.2
                authority += hexadecimal[byte >> 4U];
                authority += hexadecimal[byte & 0xFU];
            }
        }
        return authority.empty() ? authority : authority + ":" + std::to_string(request.port);
    }

    void take(char byte) override
    {
        if (++size_ > maximum_answer_size)
        {
            return fail(proxy_failure::protocol, "the header of its answer is longer than 16,384 bytes");
        }
        if (byte == '\n') // RFC 9112 2.2: a line may end without the carriage return
        {
            carriage_return_ = false;
            const std::string line = std::move(line_);
            line_.clear();
            return in_fields_ ? take_field(line) : take_status_line(line);
        }
        if (carriage_return_ || (is_control(byte) && byte != '\r' && byte != '\t'))
        {
            return fail_nonsense();
        }
        if (byte == '\r')
        {
            carriage_return_ = true;
            return;
        }
        line_ += byte;
        if (!in_fields_ && !may_be_status_line())
        {
            fail_nonsense();
        }
    }

    void end() override { status_ >= 300 ? judge() : proxy_dialogue::end(); }

    void fail_nonsense() { fail(proxy_failure::protocol, "it does not answer in HTTP"); }

    // RFC 9112 4, as far as the line has come: what is wrong is found at its byte, not when a line of it ends.
    [[nodiscard]] bool may_be_status_line() const noexcept
    {
        const std::size_t last = line_.size() - 1;
        const char c = line_[last];
        if (last < version.size())
        {
            return c == version[last];
        }
        switch (last - version.size())
        {
        case 0: return is_digit(c);
        case 1: return c == ' ';
        case 2: return c >= '1' && c <= '5'; // RFC 9110 15
        case 3:
        case 4: return is_digit(c);
        case 5: return c == ' ';
        default: return true;
        }
    }

    void take_status_line(std::string_view line)
    {
        constexpr std::size_t at = version.size() + 2;
        if (line.size() < at + 3)
        {
            return fail_nonsense();
        }
        status_ = 0;
        for (const char digit : line.substr(at, 3))
        {
            status_ = status_ * 10 + (digit - '0');
        }
        reason_ = line.substr(std::min(at + 4, line.size())); // the space before it is left out by many
        in_fields_ = true;
        has_field_ = false;
    }

    void take_field(std::string_view line)
    {
        if (line.empty())
        {
            return judge();
        }
        if (line.front() == ' ' || line.front() == '\t') // RFC 9112 5.2: more of the field before, as it was done once
        {
            return has_field_ ? void() : fail_nonsense();
        }
        const std::size_t colon = line.find(':');
        const std::string_view name = line.substr(0, colon);
        if (colon == std::string_view::npos || name.empty() ||
            !std::all_of(name.begin(), name.end(), [](char c) { return is_token_character(c); }))
        {
            return fail_nonsense();
        }
        has_field_ = true;
        if (is_proxy_authenticate(name))
        {
            const std::string_view value = line.substr(colon + 1);
            const std::size_t first = value.find_first_not_of(" \t");
            const std::string_view scheme = first == std::string_view::npos ? std::string_view() : value.substr(first);
            schemes_ += schemes_.empty() ? "" : ", ";
            schemes_ += scheme.substr(0, scheme.find_first_of(" \t,")); // RFC 9110 11.3
        }
    }

    // RFC 9110 5.1: names of fields are the same in any case.
    [[nodiscard]] static bool is_proxy_authenticate(std::string_view name) noexcept
    {
        constexpr std::string_view wanted = "proxy-authenticate";
        return std::equal(name.begin(), name.end(), wanted.begin(), wanted.end(), [](char left, char right) {
            return (left >= 'A' && left <= 'Z' ? static_cast<char>(left - 'A' + 'a') : left) == right;
        });
    }

    // The header is complete, or the proxy closed within it and has said enough.
    void judge()
    {
        in_fields_ = false;
        if (status_ == 101)
        {
            return fail(proxy_failure::protocol, "it changes to a protocol that was not asked for");
        }
        if (status_ < 200)
        {
            return; // RFC 9110 15.2: there is more to come
        }
        if (status_ < 300)
        {
            return succeed(); // RFC 9110 9.3.6: any of them, and there is no body
        }
        std::string said = "it answers " + std::to_string(status_);
        said += reason_.empty() ? "" : " " + quoted(reason_);
        if (status_ == 407)
        {
            said += schemes_.empty() ? "" : "; it takes " + quoted(schemes_);
            said += has_credentials_ ? "" : "; its URL has no user name and password";
        }
        fail(failure_of(status_), std::move(said));
    }

    // Whether it is worth another try. RFC 9110 15.5, 15.6, RFC 6585
    [[nodiscard]] static proxy_failure failure_of(int status) noexcept
    {
        switch (status)
        {
        case 407: return proxy_failure::authentication;
        case 504: return proxy_failure::timed_out;
        case 408: // Request Timeout
        case 425: // Too Early
        case 429: // Too Many Requests
            return proxy_failure::could_not_connect;
        case 501: // Not Implemented
        case 505: // HTTP Version Not Supported
        case 511: // Network Authentication Required
            return proxy_failure::refused;
        default: return status >= 500 ? proxy_failure::could_not_connect : proxy_failure::refused;
        }
    }

    // Fit to be shown: other bytes than those of ASCII may be of any encoding.
    [[nodiscard]] static std::string quoted(std::string_view text)
    {
        std::string shown(text.substr(0, maximum_quoted_size));
        std::replace_if(
            shown.begin(), shown.end(), [](char c) { return is_control(c) || static_cast<unsigned char>(c) >= 0x80; },
            '?');
        return shown;
    }

    std::string line_{};
    std::string reason_{};
    std::string schemes_{}; // of authentication, that the proxy takes
    std::size_t size_ = 0;  // of what came
    int status_ = 0;
    bool has_credentials_;
    bool carriage_return_ = false;
    bool in_fields_ = false; // behind the status line
    bool has_field_ = false;
};

} // namespace tern::detail

#endif
