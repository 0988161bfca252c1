// SPDX-License-Identifier: BSL-1.0
//
// Where to connect: scheme://[user[:password]@]host[:port][/path][?query][#fragment], or host[:port] alone for mqtt.
//
// Layer: client, without Asio. Standard: RFC 3986, of which this takes the part that names a server; MQTT has no URLs
// of its own. Which schemes can be opened is the transport's matter. User name, password and host are percent-decoded.
// What follows the authority is kept as it stands, since its meaning is the transport's (the target of a WebSocket
// request, the file of a Unix socket) or the program's (a topic, where a fragment is a wildcard): only spaces, control
// characters and broken percent escapes are refused there.
#ifndef TERN_CLIENT_URL_HPP
#define TERN_CLIENT_URL_HPP

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace tern
{

/// A parsed URL; parse_url.hpp makes one from text.
struct url
{
    std::string scheme{};    ///< in lower case
    std::string user_name{}; ///< decoded
    std::string password{};  ///< decoded; may hold any bytes but NUL
    std::string host{};      ///< decoded, an IPv6 address without its brackets; empty for scheme unix
    std::string path{};      ///< as it stands, from its first slash up to the query
    std::string query{};     ///< as it stands, without the question mark
    std::string fragment{};  ///< as it stands, without the number sign
    std::uint16_t port = 0;  ///< the given one or the scheme's; 0 if the scheme has none
    bool has_user_name = false;
    bool has_password = false; ///< never without a user name, which may be empty

    friend bool operator==(const url&, const url&) = default;
};

/// What is wrong with a URL.
enum class url_fault : std::uint8_t
{
    none,
    empty,
    too_long,
    invalid_scheme,
    missing_host,
    invalid_host,
    host_too_long,
    ipv6_without_brackets,
    invalid_ipv6_address,
    invalid_port,
    port_out_of_range,
    invalid_percent_escape,
    nul_character,
    control_character_or_space,
    invalid_text,
    invalid_user_information,
    missing_path,
};

[[nodiscard]] constexpr std::string_view to_string(url_fault fault) noexcept
{
    switch (fault)
    {
    case url_fault::none: return "nothing is wrong";
    case url_fault::empty: return "it is empty";
    case url_fault::too_long: return "it is too long";
    case url_fault::invalid_scheme: return "a scheme is a letter, then letters, digits, '+', '-' and '.'";
    case url_fault::missing_host: return "there is no host";
    case url_fault::invalid_host: return "a host cannot hold this character";
    case url_fault::host_too_long: return "a host has at most 253 bytes";
    case url_fault::ipv6_without_brackets: return "an IPv6 address has to stand in brackets, as in [::1]";
    case url_fault::invalid_ipv6_address: return "this is no IPv6 address in brackets";
    case url_fault::invalid_port: return "a port is a number";
    case url_fault::port_out_of_range: return "a port is 1 to 65535";
    case url_fault::invalid_percent_escape:
        return "after '%' two hexadecimal digits have to follow ('%' itself is %25)";
    case url_fault::nul_character: return "the character NUL is not allowed";
    case url_fault::control_character_or_space:
        return "spaces and control characters have to be written as %20 and so on";
    case url_fault::invalid_text: return "this is not UTF-8";
    case url_fault::invalid_user_information:
        return "'@', '/', '?', '#', '[' and ']' in a user name or password have to be written as %40 and so on";
    case url_fault::missing_path: return "a unix URL needs the path of the socket, as in unix:///run/broker.sock";
    }
    return "unknown fault";
}

/// What is wrong, and where.
struct url_problem
{
    url_fault fault = url_fault::none;
    std::size_t offset = 0; ///< in bytes, of the first character at fault
};

/// The port that a scheme means if none is given, 0 if it has none. IANA: mqtt 1883, secure-mqtt 8883, socks 1080, http
/// and https. (http as in every URL, though many proxies listen on 8080.)
[[nodiscard]] constexpr std::uint16_t default_port(std::string_view scheme) noexcept
{
    if (scheme == "mqtt" || scheme == "tcp")
    {
        return 1883;
    }
    if (scheme == "mqtts" || scheme == "ssl" || scheme == "tls")
    {
        return 8883;
    }
    if (scheme == "ws" || scheme == "http")
    {
        return 80;
    }
    if (scheme == "socks5" || scheme == "socks5h")
    {
        return 1080;
    }
    return scheme == "wss" ? std::uint16_t{443} : std::uint16_t{0};
}

} // namespace tern

#endif
