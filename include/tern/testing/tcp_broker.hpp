// SPDX-License-Identifier: BSL-1.0
//
// The testing broker on TCP: listens on one or more addresses, the loopback interface unless told otherwise.
//
// Layer: testing, on Asio. Standard: v5 4.2, v3.1.1 4.2.
// Like the broker itself it is for demonstrations and tests, not for production: no TLS, no bound on the rate of
// clients.
//
//     asio::io_context context;
//     tern::testing::tcp_broker broker(context);
//     broker.listen();                            // any free port of 127.0.0.1
//     ...connect to broker.port()...
#ifndef TERN_TESTING_TCP_BROKER_HPP
#define TERN_TESTING_TCP_BROKER_HPP

#include "tern/testing/asio_broker.hpp"

#include <asio/any_io_executor.hpp>
#include <asio/error.hpp>
#include <asio/execution_context.hpp>
#include <asio/ip/address.hpp>
#include <asio/ip/tcp.hpp>
#include <asio/ip/v6_only.hpp>
#include <asio/socket_base.hpp>
#include <asio/steady_timer.hpp>

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <system_error>
#include <type_traits>
#include <utility>
#include <vector>

namespace tern::testing
{

/// A broker that listens. Belongs to its executor; destroying it stops it.
class tcp_broker
{
public:
    /// \param policy decides and observes; null allows everything. It has to outlive the broker.
    explicit tcp_broker(asio::any_io_executor executor, broker_configuration configuration = {},
                        broker_policy* policy = nullptr)
        : front_(std::make_shared<asio_broker>(std::move(executor), std::move(configuration), policy))
    {
    }

    template <class Context>
        requires std::is_convertible_v<Context&, asio::execution_context&>
    explicit tcp_broker(Context& context, broker_configuration configuration = {}, broker_policy* policy = nullptr)
        : tcp_broker(asio::any_io_executor(context.get_executor()), std::move(configuration), policy)
    {
    }

    tcp_broker(const tcp_broker&) = delete;
    tcp_broker& operator=(const tcp_broker&) = delete;

    ~tcp_broker() { stop(); }

    /// Listens on one more address. Port 0 takes a free one, see port(). Errors are those of the operating system:
    /// address_in_use, access_denied, …
    std::error_code listen(const asio::ip::tcp::endpoint& where = {asio::ip::address_v4::loopback(), 0})
    {
        std::error_code error;
        auto made = std::make_shared<listener>(front_);
        made->acceptor.open(where.protocol(), error);
        if (!error && where.address().is_v6())
        {
            made->acceptor.set_option(asio::ip::v6_only(true), error);
        }
#if !defined(_WIN32) // there it would let two programs share a port
        if (!error)
        {
            made->acceptor.set_option(asio::socket_base::reuse_address(true), error);
        }
#endif
        if (!error)
        {
            made->acceptor.bind(where, error);
        }
        if (!error)
        {
            made->acceptor.listen(asio::socket_base::max_listen_connections, error);
        }
        if (!error)
        {
            made->accept();
            listeners_.push_back(std::move(made));
        }
        return error;
    }

    /// Listens on an address in text form, IPv4 or IPv6; names are not resolved.
    std::error_code listen(std::string_view address, std::uint16_t port)
    {
        std::error_code error;
        const asio::ip::address parsed = asio::ip::make_address(std::string(address), error);
        return error ? error : listen(asio::ip::tcp::endpoint(parsed, port));
    }

    /// The port of the first listener, 0 if there is none.
    [[nodiscard]] std::uint16_t port() const
    {
        const std::vector<asio::ip::tcp::endpoint> all = endpoints();
        return all.empty() ? std::uint16_t{0} : all.front().port();
    }

    /// Where it listens.
    [[nodiscard]] std::vector<asio::ip::tcp::endpoint> endpoints() const
    {
        std::vector<asio::ip::tcp::endpoint> all;
        for (const std::shared_ptr<listener>& one : listeners_)
        {
            std::error_code ignored;
            all.push_back(one->acceptor.local_endpoint(ignored));
        }
        return all;
    }

    /// The broker itself, to look at and to command. After a command call flush().
    [[nodiscard]] broker& core() noexcept
    {
        return front_->core();
    }

    /// What time it is for the broker.
    [[nodiscard]] time_point now() const noexcept
    {
        return front_->now();
    }

    /// Carries out what was asked of core().
    void flush()
    {
        front_->flush();
    }

    [[nodiscard]] const asio::any_io_executor& get_executor() const noexcept
    {
        return front_->get_executor();
    }

    /// Cuts the connection of a client; its session stays. False if it is not connected.
    bool drop_connection(std::string_view client_identifier)
    {
        const auto session = core().find_session(client_identifier);
        if (!session || session->connection == connection_id::none)
        {
            return false;
        }
        core().drop_connection(session->connection, front_->now());
        flush();
        return true;
    }

    /// Cuts all connections; the sessions stay.
    void drop_connections()
    {
        core().drop_connections(front_->now());
        flush();
    }

    /// Cuts all connections and forgets sessions and retained messages.
    void drop_sessions()
    {
        core().drop_sessions(front_->now());
        flush();
    }

    /// Accepts nobody any more; who is connected stays. listen() begins again.
    void stop_listening()
    {
        for (const std::shared_ptr<listener>& one : listeners_)
        {
            one->close();
        }
        listeners_.clear();
    }

    /// Closes everything at once. Nothing runs any more when the context has run what is left.
    void stop()
    {
        stop_listening();
        front_->stop();
    }

private:
    struct listener : std::enable_shared_from_this<listener>
    {
        explicit listener(std::shared_ptr<asio_broker> owner)
            : front(std::move(owner)), acceptor(front->get_executor()), pause(front->get_executor())
        {
        }

        void accept()
        {
            acceptor.async_accept([self = shared_from_this()](std::error_code error, asio::ip::tcp::socket socket) {
                self->on_accepted(error, std::move(socket));
            });
        }

        void on_accepted(std::error_code error, asio::ip::tcp::socket socket)
        {
            if (closed || front->stopped())
            {
                return;
            }
            if (!error)
            {
                std::error_code ignored;
                socket.set_option(asio::ip::tcp::no_delay(true), ignored);
                front->serve(std::move(socket));
                accept();
                return;
            }
            // Out of descriptors, most likely: trying again at once would only burn time.
            pause.expires_after(std::chrono::milliseconds(100));
            pause.async_wait([self = shared_from_this()](std::error_code failed) {
                if (!failed && !self->closed)
                {
                    self->accept();
                }
            });
        }

        void close()
        {
            closed = true;
            std::error_code ignored;
            acceptor.close(ignored);
            pause.cancel();
        }

        std::shared_ptr<asio_broker> front;
        asio::ip::tcp::acceptor acceptor;
        asio::steady_timer pause;
        bool closed = false;
    };

    std::shared_ptr<asio_broker> front_;
    std::vector<std::shared_ptr<listener>> listeners_;
};

} // namespace tern::testing

#endif
