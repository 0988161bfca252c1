// SPDX-License-Identifier: BSL-1.0
//
// -L mqtt://[user[:password]@]host[:port]/topic, and the other way round: what the library is told to connect to.
// The library's own URLs have no topic; everything behind the host's slash is the topic here. All characters stand for
// themselves, percent signs too, as in mosquitto's programs: a password needs no encoding, but it cannot hold a slash.
#ifndef TERN_EXAMPLES_COMMAND_LINE_URL_OPTION_HPP
#define TERN_EXAMPLES_COMMAND_LINE_URL_OPTION_HPP

#include "command_line/numbers.hpp"
#include "command_line/options.hpp"
#include "command_line/usage_error.hpp"

#include <algorithm>
#include <cctype>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace command_line
{

inline std::string checked_host(std::string_view host, std::string_view what)
{
    if (host.empty() || host.find_first_of(" \t\r\n/?#@[]\\") != host.npos)
    {
        throw usage_error(std::string(what) + " must be a host name or an address, not " + quoted(host) + '.');
    }
    return std::string(host);
}

/// Reads -L into `options`; returns the topic. The port is that of the URL or of its scheme, whatever -p said before.
inline std::string parse_url_option(std::string_view text, common_options& options)
{
    constexpr std::string_view scheme = "mqtt://";
    if (!std::ranges::equal(text.substr(0, scheme.size()), scheme, {},
                            [](unsigned char each) { return static_cast<char>(std::tolower(each)); }))
    {
        throw usage_error("-L needs mqtt://[user[:password]@]host[:port]/topic, not " + quoted(text) + '.');
    }
    options.port = 1883;
    std::string_view rest = text.substr(scheme.size());
    const std::size_t slash = rest.find('/');
    if (slash == rest.npos || slash + 1 == rest.size())
    {
        throw usage_error("-L: the topic is missing; it follows the host, as in mqtt://localhost/topic.");
    }
    const std::string topic(rest.substr(slash + 1));
    rest = rest.substr(0, slash);
    if (const std::size_t at = rest.rfind('@'); at != rest.npos)
    {
        const std::string_view user = rest.substr(0, at);
        const std::size_t colon = user.find(':');
        options.user_name = checked_text(user.substr(0, colon), "-L: the user name");
        if (colon != user.npos)
        {
            options.password = checked_binary(user.substr(colon + 1), "-L: the password");
        }
        rest = rest.substr(at + 1);
    }
    const std::size_t bracket = rest.starts_with('[') ? rest.find(']') : 0; // an IPv6 address has colons of its own
    const std::size_t colon = bracket == rest.npos ? rest.npos : rest.find(':', bracket);
    if (colon != rest.npos)
    {
        options.port = static_cast<std::uint16_t>(parse_number(rest.substr(colon + 1), 1, 65'535, "-L: the port"));
    }
    std::string_view host = rest.substr(0, colon);
    if (host.size() > 2 && host.starts_with('[') && host.ends_with(']'))
    {
        host = host.substr(1, host.size() - 2);
    }
    options.host = checked_host(host, "-L: the host");
    return topic;
}

/// "host:port" as people write it.
inline std::string broker_name(const common_options& options)
{
    const bool is_address_with_colons = options.host.find(':') != std::string::npos;
    const std::string host = is_address_with_colons ? '[' + options.host + ']' : options.host;
    return host + ':' + std::to_string(options.port);
}

/// The URL for async_connect(); user and password are passed beside it.
inline std::string broker_url(const common_options& options)
{
    return "mqtt://" + broker_name(options);
}

} // namespace command_line

#endif
