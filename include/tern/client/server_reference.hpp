// SPDX-License-Identifier: BSL-1.0
//
// The servers that a server names in a Server Reference, as URLs, as far as it is safe to go there.
//
// Layer: client, without Asio. Standard: v5 4.11 (server redirection), 3.2.2.3.16, 3.14.2.2.5.
// The text is a list of references with spaces between them. The standard leaves their form open, and recommends a name
// with or without a port, an IPv6 address in brackets: what is missing, the scheme above all, is that of the server
// which sent it. A whole URL is taken as well.
//
// What comes from a server is believed as far as it cannot do more harm than that server itself. So a connection that
// is encrypted does not lead to one that is not, where everybody would read the password and the messages; nothing
// leads to a socket of this machine; and a reference does not say as whom to log in: user name and password are those
// that the server which sent it was given. Whether it is followed at all, and how often, is the client's matter.
#ifndef TERN_CLIENT_SERVER_REFERENCE_HPP
#define TERN_CLIENT_SERVER_REFERENCE_HPP

#include "tern/client/parse_url.hpp"
#include "tern/client/url.hpp"

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tern::detail
{

/// References beyond these are not looked at: one that works is all that is wanted.
inline constexpr std::size_t maximum_references = 8;

struct server_references
{
    std::vector<url> servers{}; ///< with the credentials of the server that named them
    std::string problem{};      ///< in words, of the first that is not among them
};

[[nodiscard]] constexpr bool is_encrypted_scheme(std::string_view scheme) noexcept
{
    return scheme == "mqtts" || scheme == "ssl" || scheme == "tls" || scheme == "wss";
}

[[nodiscard]] constexpr bool is_plain_scheme(std::string_view scheme) noexcept
{
    return scheme == "mqtt" || scheme == "tcp" || scheme == "ws";
}

/// Nobody can read on the way to the second who could not read on the way to the first. Of a transport of the program's
/// own it is not known whether it is encrypted.
[[nodiscard]] constexpr bool is_as_private(std::string_view from, std::string_view to) noexcept
{
    return from == to || is_encrypted_scheme(to) || (is_plain_scheme(from) && is_plain_scheme(to));
}

/// One reference. Empty, with the URL in `out`, or what is wrong with it. Throws std::bad_alloc.
[[nodiscard]] inline std::string read_reference(std::string_view text, const url& sender, url& out)
{
    const bool has_scheme = text.find("://") != std::string_view::npos;
    if (!has_scheme && sender.host.empty())
    {
        return "a reference from a socket of this machine needs a scheme";
    }
    const std::string whole = has_scheme ? std::string(text) : sender.scheme + "://" + std::string(text);
    url found;
    if (parse_url(whole, found))
    {
        return explain_url(whole);
    }
    if (found.has_user_name)
    {
        return "a server cannot say as whom to log in elsewhere";
    }
    if (found.scheme == "unix" || found.host.empty())
    {
        return "a server cannot name a socket of this machine";
    }
    if (!is_as_private(sender.scheme, found.scheme))
    {
        return "from " + sender.scheme + " to " + found.scheme + " the connection would be less private";
    }
    if (!has_scheme && found.path.empty() && found.query.empty())
    {
        found.path = sender.path;
        found.query = sender.query;
    }
    found.user_name = sender.user_name;
    found.password = sender.password;
    found.has_user_name = sender.has_user_name;
    found.has_password = sender.has_password;
    out = std::move(found);
    return {};
}

/// What `sender` names, in its order. Throws std::bad_alloc.
[[nodiscard]] inline server_references read_server_reference(std::string_view text, const url& sender)
{
    server_references result;
    std::size_t count = 0;
    while (!text.empty() && count < maximum_references)
    {
        const std::size_t end = std::min(text.find(' '), text.size());
        const std::string_view one = text.substr(0, end);
        text.remove_prefix(std::min(end + 1, text.size()));
        if (one.empty()) // spaces in a row
        {
            continue;
        }
        ++count;
        url found;
        std::string problem = read_reference(one, sender, found);
        if (problem.empty())
        {
            result.servers.push_back(std::move(found));
        }
        else if (result.problem.empty())
        {
            result.problem = std::move(problem);
        }
    }
    if (count == 0)
    {
        result.problem = "it is empty";
    }
    return result;
}

} // namespace tern::detail

#endif
