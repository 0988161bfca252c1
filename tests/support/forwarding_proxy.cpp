// SPDX-License-Identifier: BSL-1.0
#include "support/forwarding_proxy.hpp"

#include "tern/base64.hpp"

#include <asio/awaitable.hpp>
#include <asio/buffer.hpp>
#include <asio/co_spawn.hpp>
#include <asio/detached.hpp>
#include <asio/ip/address.hpp>
#include <asio/ip/address_v4.hpp>
#include <asio/ip/address_v6.hpp>
#include <asio/ip/tcp.hpp>
#include <asio/read.hpp>
#include <asio/use_awaitable.hpp>
#include <asio/write.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <exception>
#include <list>
#include <system_error>
#include <utility>

using asio::use_awaitable;
using asio::ip::tcp;

namespace tern_test
{

namespace
{

constexpr char accepted = '\x00';
constexpr char host_unreachable = '\x04';
constexpr char connection_refused = '\x05';

struct link
{
    explicit link(const asio::any_io_executor& executor) : client(executor), server(executor) {}

    void close()
    {
        std::error_code ignored;
        client.close(ignored);
        server.close(ignored);
    }

    tcp::socket client;
    tcp::socket server;
};

} // namespace

struct forwarding_proxy::state
{
    state(const asio::any_io_executor& executor, std::string name, std::string secret)
        : acceptor(executor, tcp::endpoint(asio::ip::address_v4::loopback(), 0)),
          port(acceptor.local_endpoint().port()), user_name(std::move(name)), password(std::move(secret))
    {
    }

    tcp::acceptor acceptor;
    std::uint16_t port;
    std::string user_name;
    std::string password;
    std::vector<std::string> requests{};
    std::list<std::weak_ptr<link>> links{};
};

namespace
{

using shared_state = std::shared_ptr<forwarding_proxy::state>;
using shared_link = std::shared_ptr<link>;

asio::awaitable<std::string> read(tcp::socket& from, std::size_t size)
{
    std::string bytes(size, '\0');
    co_await asio::async_read(from, asio::buffer(bytes), use_awaitable);
    co_return bytes;
}

asio::awaitable<std::string> read_counted(tcp::socket& from)
{
    const std::string size = co_await read(from, 1);
    co_return co_await read(from, static_cast<unsigned char>(size[0]));
}

asio::awaitable<void> write(tcp::socket& to, std::string bytes)
{
    co_await asio::async_write(to, asio::buffer(bytes), use_awaitable);
}

/// A reply code of SOCKS5.
asio::awaitable<char> connect(shared_link link, std::string host, std::uint16_t port)
{
    std::error_code error;
    const bool known = host == forwarding_proxy::known_name || host == "localhost";
    const asio::ip::address address =
        known ? asio::ip::address(asio::ip::address_v4::loopback()) : asio::ip::make_address(host, error);
    if (error)
    {
        co_return host_unreachable;
    }
    try
    {
        co_await link->server.async_connect({address, port}, use_awaitable);
        link->server.set_option(tcp::no_delay(true));
    }
    catch (const std::system_error&)
    {
        co_return connection_refused;
    }
    co_return accepted;
}

std::uint16_t number(std::string_view bytes)
{
    return static_cast<std::uint16_t>(static_cast<unsigned char>(bytes[0]) << 8U |
                                      static_cast<unsigned char>(bytes[1]));
}

/// True if the link leads to the server. The version of the greeting has been read.
asio::awaitable<bool> serve_socks5(shared_state proxy, shared_link link)
{
    tcp::socket& client = link->client;
    const std::string methods = co_await read_counted(client);
    const char wanted = proxy->user_name.empty() ? '\x00' : '\x02';
    if (methods.find(wanted) == std::string::npos)
    {
        co_await write(client, "\x05\xFF");
        co_return false;
    }
    std::string answer = "\x05";
    answer += wanted;
    co_await write(client, answer);
    if (wanted != '\x00')
    {
        (void)co_await read(client, 1);
        const std::string name = co_await read_counted(client);
        const std::string password = co_await read_counted(client);
        const bool right = name == proxy->user_name && password == proxy->password;
        const std::string_view status = right ? std::string_view("\x01\x00", 2) : std::string_view("\x01\x01", 2);
        co_await write(client, std::string(status));
        if (!right)
        {
            co_return false;
        }
    }
    const std::string request = co_await read(client, 4);
    std::string host;
    std::string kind = "address ";
    if (request[3] == '\x03')
    {
        host = co_await read_counted(client);
        kind = "name ";
    }
    else if (request[3] == '\x01')
    {
        asio::ip::address_v4::bytes_type bytes;
        co_await asio::async_read(client, asio::buffer(bytes), use_awaitable);
        host = asio::ip::address_v4(bytes).to_string();
    }
    else
    {
        asio::ip::address_v6::bytes_type bytes;
        co_await asio::async_read(client, asio::buffer(bytes), use_awaitable);
        host = asio::ip::address_v6(bytes).to_string();
    }
    const std::uint16_t port = number(co_await read(client, 2));
    proxy->requests.push_back("SOCKS5 " + kind + host + " " + std::to_string(port));
    const char reply = co_await connect(link, host, port);
    answer = "\x05";
    answer += reply;
    answer += std::string_view("\0\x01\x7F\0\0\x01\0\0", 8);
    co_await write(client, answer);
    co_return reply == accepted;
}

/// True if the link leads to the server. The first character of the request has been read.
asio::awaitable<bool> serve_http(shared_state proxy, shared_link link)
{
    std::string request = "C";
    while (!request.ends_with("\r\n\r\n"))
    {
        request += co_await read(link->client, 1);
    }
    const std::size_t start = request.find(' ') + 1;
    const std::string authority = request.substr(start, request.find(' ', start) - start);
    proxy->requests.push_back("HTTP " + authority);
    const std::string credentials = tern::to_base64(proxy->user_name + ":" + proxy->password);
    if (!proxy->user_name.empty() &&
        request.find("\r\nProxy-Authorization: Basic " + credentials + "\r\n") == std::string::npos)
    {
        co_await write(link->client, "HTTP/1.1 407 Proxy Authentication Required\r\n"
                                     "Proxy-Authenticate: Basic realm=\"test\"\r\n\r\n");
        co_return false;
    }
    const std::size_t colon = authority.rfind(':');
    std::string host = authority.substr(0, colon);
    if (host.starts_with('['))
    {
        host = host.substr(1, host.size() - 2);
    }
    const char reply = co_await connect(link, host, static_cast<std::uint16_t>(std::stoi(authority.substr(colon + 1))));
    co_await write(link->client, reply == accepted ? "HTTP/1.1 200 Connection established\r\n\r\n"
                                                   : "HTTP/1.1 502 Bad Gateway\r\n\r\n");
    co_return reply == accepted;
}

asio::awaitable<void> forward([[maybe_unused]] shared_link keeps_alive, tcp::socket& from, tcp::socket& to)
{
    std::array<char, 4096> buffer;
    try
    {
        for (;;)
        {
            const std::size_t size = co_await from.async_read_some(asio::buffer(buffer), use_awaitable);
            co_await asio::async_write(to, asio::buffer(buffer.data(), size), use_awaitable);
        }
    }
    catch (const std::system_error&)
    {
        std::error_code ignored;
        to.shutdown(tcp::socket::shutdown_send, ignored);
    }
}

asio::awaitable<void> serve(shared_state proxy, shared_link link)
{
    const std::string first = co_await read(link->client, 1);
    const bool connected = first[0] == '\x05' ? co_await serve_socks5(proxy, link) : co_await serve_http(proxy, link);
    if (!connected)
    {
        co_return;
    }
    asio::co_spawn(link->client.get_executor(), forward(link, link->server, link->client), asio::detached);
    co_await forward(link, link->client, link->server);
}

asio::awaitable<void> accept(shared_state proxy)
{
    const asio::any_io_executor executor = proxy->acceptor.get_executor();
    for (;;)
    {
        const auto next = std::make_shared<link>(executor);
        co_await proxy->acceptor.async_accept(next->client, use_awaitable);
        next->client.set_option(tcp::no_delay(true));
        proxy->links.push_back(next);
        asio::co_spawn(executor, serve(proxy, next), [](const std::exception_ptr&) {}); // the client has gone
    }
}

} // namespace

forwarding_proxy::forwarding_proxy(const asio::any_io_executor& executor, std::string user_name, std::string password)
    : state_(std::make_shared<state>(executor, std::move(user_name), std::move(password)))
{
    asio::co_spawn(executor, accept(state_), [](const std::exception_ptr&) {});
}

forwarding_proxy::~forwarding_proxy()
{
    std::error_code ignored;
    state_->acceptor.close(ignored);
    cut();
}

std::uint16_t forwarding_proxy::port() const
{
    return state_->port;
}

std::string forwarding_proxy::url(std::string_view scheme, std::string_view user) const
{
    return std::string(scheme) + "://" + std::string(user) + "127.0.0.1:" + std::to_string(state_->port);
}

const std::vector<std::string>& forwarding_proxy::requests() const
{
    return state_->requests;
}

void forwarding_proxy::cut()
{
    for (const std::weak_ptr<link>& each : std::exchange(state_->links, {}))
    {
        if (const shared_link open = each.lock(); open != nullptr)
        {
            open->close();
        }
    }
}

} // namespace tern_test
