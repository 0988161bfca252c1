// SPDX-License-Identifier: BSL-1.0
//
// What the proxies have in common: a client that sends and a proxy that answers, by turns, until the proxy is a pipe to
// the server, or says why not.
//
// Layer: transport, without Asio. Standard: RFC 1928 (SOCKS5), RFC 9110 9.3.6 (HTTP CONNECT).
// Without I/O: bytes go in and out. The two protocols are in socks5.hpp and http_connect.hpp; proxy_opener.hpp has the
// connection. An answer may come in any pieces. A proxy that speaks before it is asked is refused: neither MQTT, TLS
// nor WebSocket has servers that speak first, so such bytes would come from something else.
#ifndef TERN_TRANSPORT_PROXY_DIALOGUE_HPP
#define TERN_TRANSPORT_PROXY_DIALOGUE_HPP

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

namespace tern::detail
{

/// What is asked of a proxy. Copied by what it is passed to.
struct proxy_request
{
    std::string_view host{}; ///< of the server: a name or an address, of IPv6 without its brackets
    std::uint16_t port = 0;
    std::string_view user_name{}; ///< for the proxy; if both are empty there is no authentication
    std::string_view password{};

    [[nodiscard]] constexpr bool has_credentials() const noexcept { return !user_name.empty() || !password.empty(); }
};

/// Why there is no connection to the server.
enum class proxy_failure : std::uint8_t
{
    none,
    unusable_option, ///< the protocol cannot carry what was asked for: nothing was sent
    protocol,        ///< this is no answer of a proxy
    authentication,
    refused,
    could_not_connect,
    network_unreachable, ///< from here on: what the proxy met when it connected to the server
    host_unreachable,
    connection_refused,
    timed_out,
};

/// One conversation with a proxy. It begins with something to send, unless it has failed at once.
class proxy_dialogue
{
public:
    proxy_dialogue() = default;
    proxy_dialogue(const proxy_dialogue&) = delete;
    proxy_dialogue& operator=(const proxy_dialogue&) = delete;
    virtual ~proxy_dialogue() = default;

    /// What is to be sent before the proxy answers; empty if it is the proxy's turn, or the end.
    [[nodiscard]] std::string_view output() const noexcept { return output_; }

    /// All of the output was sent.
    void sent() noexcept { output_.clear(); }

    /// Takes what the proxy sent. After a failure it does nothing. Throws std::bad_alloc.
    void receive(std::string_view bytes)
    {
        for (const char byte : bytes)
        {
            if (failure_ != proxy_failure::none)
            {
                return;
            }
            if (connected_ || !output_.empty())
            {
                connected_ = false;
                fail(proxy_failure::protocol, "it sent more than it was asked for");
                return;
            }
            take(byte);
        }
    }

    /// The proxy closed its side of the connection. Throws std::bad_alloc.
    void closed()
    {
        if (failure_ == proxy_failure::none && !connected_)
        {
            end();
        }
    }

    /// True if the connection leads to the server from now on.
    [[nodiscard]] bool connected() const noexcept { return connected_; }

    [[nodiscard]] proxy_failure failure() const noexcept { return failure_; }

    /// What failed, in words.
    [[nodiscard]] const std::string& explanation() const noexcept { return explanation_; }

protected:
    /// The next byte of an answer.
    virtual void take(char byte) = 0;

    /// The proxy closed within an answer.
    virtual void end() { fail(proxy_failure::protocol, "it closed the connection instead of answering"); }

    void send(std::string bytes) noexcept { output_ = std::move(bytes); }

    void succeed() noexcept { connected_ = true; }

    void fail(proxy_failure why, std::string explanation) noexcept
    {
        failure_ = why;
        explanation_ = std::move(explanation);
        output_.clear();
    }

private:
    std::string output_{};
    std::string explanation_{};
    proxy_failure failure_ = proxy_failure::none;
    bool connected_ = false;
};

} // namespace tern::detail

#endif
