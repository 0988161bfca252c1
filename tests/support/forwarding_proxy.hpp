// SPDX-License-Identifier: BSL-1.0
//
// A small proxy on the loopback interface that really forwards: SOCKS5 and HTTP CONNECT on one port, told apart by the
// first byte. It knows names that nobody else knows, so that a test sees who looks a name up.
#ifndef TERN_TESTS_SUPPORT_FORWARDING_PROXY_HPP
#define TERN_TESTS_SUPPORT_FORWARDING_PROXY_HPP

#include <asio/any_io_executor.hpp>

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace tern_test
{

/// Belongs to its executor; destroying it cuts everything.
class forwarding_proxy
{
public:
    /// Of this machine, for this proxy alone.
    static constexpr std::string_view known_name = "known-to-the-proxy.invalid";

    /// With a user name it forwards for nobody else.
    explicit forwarding_proxy(const asio::any_io_executor& executor, std::string user_name = {},
                              std::string password = {});
    forwarding_proxy(const forwarding_proxy&) = delete;
    forwarding_proxy& operator=(const forwarding_proxy&) = delete;
    ~forwarding_proxy();

    [[nodiscard]] std::uint16_t port() const;

    /// "scheme://127.0.0.1:port", with `user`, "name:password@", before the address.
    [[nodiscard]] std::string url(std::string_view scheme, std::string_view user = {}) const;

    /// For each request its protocol, host and port, as in "SOCKS5 name localhost 1883", "HTTP 127.0.0.1:1883".
    [[nodiscard]] const std::vector<std::string>& requests() const;

    /// Cuts all connections. It goes on accepting.
    void cut();

    struct state; ///< for itself

private:
    std::shared_ptr<state> state_;
};

} // namespace tern_test

#endif
