// SPDX-License-Identifier: BSL-1.0
//
// Opens a TCP connection to a server through a proxy: connects to the proxy, asks it for the server, and hands the
// connection on.
//
// Layer: transport, on Asio. Standard: none.
// What is said to the proxy is in socks5.hpp and http_connect.hpp. It has no limit on the whole: the client calls
// abort() when its own is reached.
#ifndef TERN_TRANSPORT_PROXY_OPENER_HPP
#define TERN_TRANSPORT_PROXY_OPENER_HPP

#include "tern/client/tcp_connector.hpp"
#include "tern/client/tcp_opening.hpp"
#include "tern/client/transport_settings.hpp"
#include "tern/client/url.hpp"
#include "tern/errc.hpp"
#include "tern/error.hpp"
#include "tern/transport/http_connect.hpp"
#include "tern/transport/proxy_dialogue.hpp"
#include "tern/transport/socks5.hpp"

#include <asio/any_io_executor.hpp>
#include <asio/buffer.hpp>
#include <asio/error.hpp>
#include <asio/post.hpp>
#include <asio/write.hpp>

#include <array>
#include <cstddef>
#include <memory>
#include <new>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

namespace tern::detail
{

/// What a client is told. What the proxy met on its way to the server is told as if the client had met it.
[[nodiscard]] inline std::error_code error_of(proxy_failure failure) noexcept
{
    switch (failure)
    {
    case proxy_failure::none: return {};
    case proxy_failure::unusable_option: return make_error_code(errc::unusable_proxy_option);
    case proxy_failure::protocol: return make_error_code(errc::proxy_protocol_error);
    case proxy_failure::authentication: return make_error_code(errc::proxy_authentication_failed);
    case proxy_failure::refused: return make_error_code(errc::proxy_refused);
    case proxy_failure::could_not_connect: return make_error_code(errc::proxy_could_not_connect);
    case proxy_failure::network_unreachable: return asio::error::network_unreachable;
    case proxy_failure::host_unreachable: return asio::error::host_unreachable;
    case proxy_failure::connection_refused: return asio::error::connection_refused;
    case proxy_failure::timed_out: return asio::error::timed_out;
    }
    return make_error_code(errc::proxy_protocol_error);
}

/// One opening. Shared by its pending operation, of which there is always exactly one; used on its executor only.
class proxy_opening final : public tcp_opening, public std::enable_shared_from_this<proxy_opening>
{
public:
    /// The settings have a proxy.
    proxy_opening(const asio::any_io_executor& executor, socket_type& result,
                  const std::shared_ptr<transport_settings>& settings, handler_type handler)
        : result_(&result), settings_(settings), socket_(executor), handler_(std::move(handler))
    {
    }

    /// Begins. The handler is called once, on the executor, with the socket open or an error. Throws std::bad_alloc.
    void start(const url& target)
    {
        const url& proxy = *settings_->proxy;
        const proxy_request request{target.host, target.port, proxy.user_name, proxy.password};
        if (proxy.scheme == "http")
        {
            dialogue_ = std::make_unique<http_connect_dialogue>(request);
        }
        else
        {
            dialogue_ = std::make_unique<socks5_dialogue>(request);
        }
        const asio::any_io_executor executor = socket_.get_executor();
        if (dialogue_->failure() != proxy_failure::none)
        {
            asio::post(executor, [self = shared_from_this()] { self->go_on({}); });
            return;
        }
        const auto connector = std::make_shared<tcp_connector>(
            executor, socket_,
            handler_type([self = shared_from_this()](std::error_code error) { self->go_on(error); }, executor));
        connector_ = connector;
        connector->start(proxy.host, proxy.port);
    }

    /// Ends it soon with operation_aborted, unless it has completed.
    void abort() noexcept override
    {
        result_ = nullptr;
        if (const auto connector = connector_.lock(); connector != nullptr)
        {
            connector->abort();
        }
        std::error_code ignored;
        socket_.close(ignored);
    }

private:
    // An operation has ended; the next one, or the end.
    void go_on(std::error_code error)
    {
        if (result_ == nullptr)
        {
            finish(asio::error::operation_aborted);
            return;
        }
        try
        {
            if (!error && dialogue_->failure() == proxy_failure::none && !dialogue_->connected())
            {
                next();
                return;
            }
            if (error)
            {
                explain(error.message());
            }
            else if (dialogue_->failure() != proxy_failure::none)
            {
                error = error_of(dialogue_->failure());
                explain(dialogue_->explanation());
            }
        }
        catch (const std::bad_alloc&)
        {
            error = error ? error : make_error_code(errc::out_of_memory);
        }
        finish(error);
    }

    void next()
    {
        const std::string_view output = dialogue_->output();
        if (!output.empty())
        {
            asio::async_write(socket_, asio::buffer(output.data(), output.size()),
                              [self = shared_from_this()](std::error_code error, std::size_t) {
                                  self->dialogue_->sent();
                                  self->go_on(error);
                              });
            return;
        }
        socket_.async_read_some(
            asio::buffer(answer_),
            [self = shared_from_this()](std::error_code error, std::size_t size) { self->answered(error, size); });
    }

    void answered(std::error_code error, std::size_t size)
    {
        try
        {
            dialogue_->receive({answer_.data(), size});
            if (error == asio::error::eof)
            {
                dialogue_->closed();
                error.clear();
            }
        }
        catch (const std::bad_alloc&)
        {
            error = errc::out_of_memory;
        }
        go_on(error);
    }

    void explain(std::string_view what)
    {
        const url& proxy = *settings_->proxy;
        const bool ipv6 = proxy.host.find(':') != std::string::npos;
        std::string text = "proxy " + (ipv6 ? "[" + proxy.host + "]" : proxy.host) + ":" + std::to_string(proxy.port);
        text += ": ";
        text += what;
        settings_->explanation = std::move(text);
    }

    void finish(std::error_code outcome)
    {
        if (!outcome)
        {
            *result_ = std::move(socket_);
            outcome = {}; // of whatever category Asio's success was
        }
        std::error_code ignored;
        socket_.close(ignored);
        result_ = nullptr;
        handler_(outcome);
    }

    socket_type* result_; // null: aborted, or done
    std::shared_ptr<transport_settings> settings_;
    socket_type socket_;
    handler_type handler_;
    std::weak_ptr<tcp_connector> connector_{}; // it keeps this alive, and its own operations keep it alive
    std::unique_ptr<proxy_dialogue> dialogue_{};
    std::array<char, 512> answer_{};
};

/// Is open_through_proxy. Throws std::bad_alloc.
[[nodiscard]] inline std::shared_ptr<tcp_opening>
open_tcp_through_proxy(const asio::any_io_executor& executor, tcp_opening::socket_type& result, const url& target,
                       const std::shared_ptr<transport_settings>& settings, tcp_opening::handler_type handler)
{
    const auto opening = std::make_shared<proxy_opening>(executor, result, settings, std::move(handler));
    opening->start(target);
    return opening;
}

} // namespace tern::detail

#endif
