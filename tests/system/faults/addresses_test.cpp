// SPDX-License-Identifier: BSL-1.0
//
// A name of several addresses, of which the first ones are dead: nobody answers there, or the machine refuses. No name
// is like that everywhere, so the addresses are given to what would try them.

#include "system/mosquitto.hpp"
#include "system/scenario.hpp"
#include "tern/client/tcp_connector.hpp"

#include <asio/any_io_executor.hpp>
#include <asio/async_result.hpp>
#include <asio/ip/address_v4.hpp>
#include <asio/ip/tcp.hpp>
#include <asio/post.hpp>

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

using namespace tern::test;
using tern::publish_options;
using tern::qos;

namespace
{

using asio::ip::tcp;

tcp::endpoint loopback(std::uint16_t port)
{
    return {asio::ip::address_v4::loopback(), port};
}

/// TCP to the addresses that every name has here.
class listed_transport
{
public:
    static inline std::vector<tcp::endpoint> addresses;

    explicit listed_transport(const asio::any_io_executor& executor) : socket_(executor) {}
    ~listed_transport() { close(); }
    listed_transport(const listed_transport&) = delete;
    listed_transport& operator=(const listed_transport&) = delete;

    static bool supports(std::string_view scheme) noexcept { return scheme == "mqtt"; }

    template <class Token>
    auto async_open(const tern::url&, Token&& token)
    {
        return asio::async_initiate<Token, void(std::error_code)>(
            [](auto handler, listed_transport* self) {
                using connector_type = tern::detail::tcp_connector;
                const asio::any_io_executor executor = self->socket_.get_executor();
                auto connector = std::make_shared<connector_type>(
                    executor, self->socket_, connector_type::handler_type(std::move(handler), executor));
                self->connector_ = connector;
                connector->start(addresses);
            },
            token, this);
    }

    template <class Token>
    auto async_read_some(asio::mutable_buffer buffer, Token&& token)
    {
        return socket_.async_read_some(buffer, std::forward<Token>(token));
    }

    template <class Token>
    auto async_write_some(asio::const_buffer buffer, Token&& token)
    {
        return socket_.async_write_some(buffer, std::forward<Token>(token));
    }

    template <class Token>
    auto async_shutdown(Token&& token)
    {
        return asio::async_initiate<Token, void(std::error_code)>(
            [](auto handler, listed_transport* self) {
                std::error_code error;
                self->socket_.shutdown(tcp::socket::shutdown_send, error);
                asio::post(self->socket_.get_executor(),
                           [handler = std::move(handler), error]() mutable { std::move(handler)(error); });
            },
            token, this);
    }

    void close() noexcept
    {
        if (const auto connector = connector_.lock())
        {
            connector->abort();
        }
        std::error_code ignored;
        socket_.close(ignored);
    }

private:
    tcp::socket socket_;
    std::weak_ptr<tern::detail::tcp_connector> connector_;
};

/// An address at which attempts to connect wait unanswered: a listener whose queue is full.
class silent_address
{
public:
    explicit silent_address(asio::io_context& context) : acceptor_(context, tcp::v4())
    {
        acceptor_.bind(loopback(0));
        acceptor_.listen(0);
        fillers_.reserve(8);
        for (int i = 0; i < 8; ++i)
        {
            fillers_.emplace_back(context).async_connect(acceptor_.local_endpoint(), [](std::error_code) {});
        }
    }

    [[nodiscard]] tcp::endpoint address() const { return acceptor_.local_endpoint(); }

private:
    tcp::acceptor acceptor_;
    std::vector<tcp::socket> fillers_;
};

} // namespace

TEST_CASE("a name whose first addresses are dead leads to Mosquitto at once and again after each lost connection")
{
    if (skipped_without_mosquitto())
    {
        return;
    }
    mosquitto broker(quiet);
    asio::io_context context;
    const auto body = [&]() -> asio::awaitable<void> {
        const silent_address silent(context);
        co_await sleep(50ms);
        const std::uint16_t refusing = free_port();
        listed_transport::addresses = {silent.address(), loopback(refusing), loopback(broker.port())};
        tern::basic_client<listed_transport> user(context, quick_limits());
        const auto begin = std::chrono::steady_clock::now();
        co_await user.async_connect("mqtt://dead-at-first.invalid");
        CHECK(std::chrono::steady_clock::now() - begin < 2s);
        CHECK(user.stats().connect_failures == 0);
        co_await elsewhere([&] {
            broker.stop();
            broker.start();
        });
        publish_options options;
        options.qos = qos::exactly_once;
        const tern::publish_result result = co_await user.async_publish("a", "b", options);
        CHECK_FALSE(tern::is_failure(result.reason));
        CHECK(user.stats().connects == 2);
        co_await user.async_disconnect();
    };
    run_scenario(context, body);
}
