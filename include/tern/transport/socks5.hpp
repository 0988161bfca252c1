// SPDX-License-Identifier: BSL-1.0
//
// The client's part of SOCKS5: greets, gives user name and password if the proxy wants them, and asks for a connection.
//
// Layer: transport, without Asio. Standard: RFC 1928, RFC 1929 (user name and password).
// Without I/O, see proxy_dialogue.hpp. A name is always sent as a name, so that the proxy looks it up: that is what the
// scheme socks5h means in other programs, and what works where only the proxy knows the name. It is not SOCKS4, and has
// neither BIND nor UDP nor GSSAPI.
#ifndef TERN_TRANSPORT_SOCKS5_HPP
#define TERN_TRANSPORT_SOCKS5_HPP

#include "tern/transport/address_literal.hpp"
#include "tern/transport/proxy_dialogue.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

namespace tern::detail
{

/// RFC 1928 6: what a reply other than success means.
struct socks5_reply
{
    proxy_failure failure;
    std::string_view text;
};

[[nodiscard]] constexpr socks5_reply describe_socks5_reply(std::uint8_t code) noexcept
{
    switch (code)
    {
    case 1: return {proxy_failure::could_not_connect, "it failed for a reason that it does not tell"};
    case 2: return {proxy_failure::refused, "its rules do not allow this connection"};
    case 3: return {proxy_failure::network_unreachable, "it cannot reach the network of the server"};
    case 4: return {proxy_failure::host_unreachable, "it cannot reach the server, or does not find its name"};
    case 5: return {proxy_failure::connection_refused, "the server refused the connection"};
    case 6: return {proxy_failure::timed_out, "the server did not answer in time"};
    case 7: return {proxy_failure::refused, "it does not make connections"};
    case 8: return {proxy_failure::refused, "it does not take this kind of address"};
    default: return {proxy_failure::could_not_connect, "a reason that SOCKS5 does not define"};
    }
}

class socks5_dialogue final : public proxy_dialogue
{
public:
    /// Lengths are one byte. RFC 1928 5, RFC 1929 2
    static constexpr std::size_t maximum_length = 255;

    /// Throws std::bad_alloc.
    explicit socks5_dialogue(const proxy_request& request)
    {
        if (request.user_name.size() > maximum_length || request.password.size() > maximum_length)
        {
            fail(proxy_failure::unusable_option, "SOCKS5 has room for 255 bytes of user name and of password");
            return;
        }
        connect_ = connect_request(request);
        if (connect_.empty())
        {
            fail(proxy_failure::unusable_option,
                 "SOCKS5 has room for an address without a zone or for 255 bytes of name");
            return;
        }
        if (!request.has_credentials())
        {
            send({'\x05', '\x01', no_authentication}); // RFC 1928 3
            return;
        }
        credentials_ = '\x01'; // RFC 1929 2
        append_counted(credentials_, request.user_name);
        append_counted(credentials_, request.password); // RFC 1929 says one byte at least; proxies take none as well
        send({'\x05', '\x02', no_authentication, user_name_and_password});
    }

private:
    enum class stage : std::uint8_t
    {
        method,
        authentication,
        reply,
    };

    static constexpr char no_authentication = '\x00';
    static constexpr char user_name_and_password = '\x02';
    static constexpr char no_method = '\xFF';

    static void append_counted(std::string& out, std::string_view text)
    {
        out += static_cast<char>(text.size());
        out += text;
    }

    // RFC 1928 4. Empty if the host does not fit.
    [[nodiscard]] static std::string connect_request(const proxy_request& request)
    {
        std::string out{'\x05', '\x01', '\x00'};
        if (const auto literal = parse_address_literal(request.host))
        {
            out += literal->size == 4 ? '\x01' : '\x04';
            for (std::size_t i = 0; i < literal->size; ++i)
            {
                out += static_cast<char>(literal->bytes[i]);
            }
        }
        else if (request.host.empty() || request.host.size() > maximum_length ||
                 request.host.find_first_of(std::string_view(":%\0", 3)) != std::string_view::npos)
        {
            return {};
        }
        else
        {
            out += '\x03';
            append_counted(out, request.host);
        }
        out += static_cast<char>(request.port >> 8U);
        out += static_cast<char>(request.port & 0xFFU);
        return out;
    }

    void take(char byte) override
    {
        const std::size_t position = position_++;
        switch (stage_)
        {
        case stage::method: return take_method(position, byte);
        case stage::authentication: return take_status(position, byte);
        case stage::reply: return take_reply(position, byte);
        }
    }

    // RFC 1928 3
    void take_method(std::size_t position, char byte)
    {
        if (position == 0)
        {
            return expect_version(byte, '\x05');
        }
        if (byte == no_authentication)
        {
            return ask(stage::reply, std::move(connect_));
        }
        if (byte == user_name_and_password && !credentials_.empty())
        {
            return ask(stage::authentication, std::move(credentials_));
        }
        if (byte != no_method)
        {
            return fail(proxy_failure::protocol, "it chose a way of authentication that was not offered");
        }
        fail(proxy_failure::authentication, credentials_.empty()
                                                ? "it wants authentication, and its URL has no user name and password"
                                                : "it takes neither a user name with a password nor clients without");
    }

    // RFC 1929 2
    void take_status(std::size_t position, char byte)
    {
        if (position == 0)
        {
            return expect_version(byte, '\x01');
        }
        if (byte != '\x00')
        {
            return fail(proxy_failure::authentication, "it does not accept this user name and password");
        }
        ask(stage::reply, std::move(connect_));
    }

    // RFC 1928 6. What follows a reason is not waited for: not every proxy sends it.
    void take_reply(std::size_t position, char byte)
    {
        const auto value = static_cast<std::uint8_t>(byte);
        switch (position)
        {
        case 0: return expect_version(byte, '\x05');
        case 1:
            if (value != 0)
            {
                const socks5_reply reply = describe_socks5_reply(value);
                fail(reply.failure, "SOCKS5 reply " + std::to_string(value) + ": " + std::string(reply.text));
            }
            return;
        case 2:
            if (value != 0)
            {
                fail(proxy_failure::protocol, "a reserved byte of its reply is not 0");
            }
            return;
        case 3: return take_address_type(value);
        default: break;
        }
        if (position == 4 && name_)
        {
            remaining_ += value;
        }
        if (--remaining_ == 0)
        {
            succeed();
        }
    }

    // The address that the proxy has there is passed over, with its port.
    void take_address_type(std::uint8_t type)
    {
        switch (type)
        {
        case 1: remaining_ = 4 + 2; return;
        case 3:
            name_ = true;
            remaining_ = 1 + 2; // and what the length says
            return;
        case 4: remaining_ = 16 + 2; return;
        default: fail(proxy_failure::protocol, "its reply has an address of a type that SOCKS5 does not define");
        }
    }

    void expect_version(char byte, char version)
    {
        if (byte != version)
        {
            const bool http = byte == 'H' && stage_ == stage::method;
            fail(proxy_failure::protocol,
                 http ? "it answers in HTTP: its scheme may be http" : "it does not answer in SOCKS5");
        }
    }

    void ask(stage next, std::string request) noexcept
    {
        stage_ = next;
        position_ = 0;
        send(std::move(request));
    }

    std::string connect_{};
    std::string credentials_{};
    stage stage_ = stage::method;
    std::size_t position_ = 0;  // in the present answer
    std::size_t remaining_ = 0; // bytes of the reply's address and port
    bool name_ = false;         // that address is a name
};

} // namespace tern::detail

#endif
