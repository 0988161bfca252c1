// SPDX-License-Identifier: BSL-1.0
//
// A loopback port where connections are accepted and nothing is said but what the test says itself.
#ifndef TERN_TESTS_SYSTEM_PROGRAMS_SILENT_SERVER_HPP
#define TERN_TESTS_SYSTEM_PROGRAMS_SILENT_SERVER_HPP

#include "system/mosquitto.hpp"

#include <cstdint>
#include <stdexcept>
#include <string_view>

#include <poll.h>

#include <netinet/in.h>
#include <sys/socket.h>

namespace tern::test
{

class silent_server
{
public:
    silent_server()
    {
        sockaddr_in address = detail::loopback_socket::address(0);
        socklen_t size = sizeof address;
        auto* const generic = reinterpret_cast<sockaddr*>(&address);
        if (::bind(socket_.descriptor, generic, size) != 0 || ::listen(socket_.descriptor, 8) != 0 ||
            ::getsockname(socket_.descriptor, generic, &size) != 0)
        {
            throw std::runtime_error("no free port");
        }
        port_ = ntohs(address.sin_port);
    }

    [[nodiscard]] std::uint16_t port() const noexcept { return port_; }

    /// Waits until the next one has connected and said something. Its connection lives as long as the test.
    [[nodiscard]] bool wait_for_visitor()
    {
        if (!readable(socket_.descriptor))
        {
            return false;
        }
        visitor_ = ::accept4(socket_.descriptor, nullptr, nullptr, SOCK_CLOEXEC);
        return visitor_ >= 0 && readable(visitor_);
    }

    /// Takes what the visitor has said, once it has said something.
    [[nodiscard]] bool hear() const
    {
        char bytes[4096];
        return readable(visitor_) && ::recv(visitor_, bytes, sizeof bytes, 0) > 0;
    }

    [[nodiscard]] bool say(std::string_view bytes) const
    {
        return ::send(visitor_, bytes.data(), bytes.size(), MSG_NOSIGNAL) == static_cast<ssize_t>(bytes.size());
    }

private:
    static bool readable(int descriptor)
    {
        pollfd watched{descriptor, POLLIN, 0};
        return ::poll(&watched, 1, 10'000) > 0;
    }

    detail::loopback_socket socket_;
    std::uint16_t port_ = 0;
    int visitor_ = -1;
};

} // namespace tern::test

#endif
