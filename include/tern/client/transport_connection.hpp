// SPDX-License-Identifier: BSL-1.0
//
// Joins the client, which knows no transport, to the type of transport that basic_client was made with.
//
// Layer: client. Standard: none.
// What a transport has to do is in transport.hpp; what the client does with it, in connection.hpp.
#ifndef TERN_CLIENT_TRANSPORT_CONNECTION_HPP
#define TERN_CLIENT_TRANSPORT_CONNECTION_HPP

#include "tern/client/connection.hpp"
#include "tern/client/transport.hpp"
#include "tern/client/transport_settings.hpp"
#include "tern/client/url.hpp"
#include "tern/limits.hpp"

#include <asio/any_io_executor.hpp>
#include <asio/buffer.hpp>

#include <concepts>
#include <memory>
#include <string>
#include <string_view>
#include <system_error>

namespace tern
{

struct any_transport;

} // namespace tern

namespace tern::detail
{

template <class Transport>
[[nodiscard]] Transport make_transport(const asio::any_io_executor& executor,
                                       const std::shared_ptr<transport_settings>& settings)
{
    if constexpr (configured_transport<Transport>)
    {
        return Transport(executor, settings);
    }
    else
    {
        return Transport(executor);
    }
}

template <class Transport>
class transport_connection final : public connection
{
public:
    transport_connection(connection_owner& owner, const asio::any_io_executor& executor, const client_limits& limits,
                         const std::shared_ptr<transport_settings>& settings)
        : connection(owner, limits.read_size, limits.maximum_read_size),
          transport_(make_transport<Transport>(executor, settings))
    {
    }

    void open(const url& target) override
    {
        target_ = target;
        transport_.async_open(target_, handler(io_operation::open));
    }

    void read(asio::mutable_buffer buffer) override { transport_.async_read_some(buffer, handler(io_operation::read)); }

    void write(asio::const_buffer buffer) override
    {
        transport_.async_write_some(buffer, handler(io_operation::write));
    }

    void shut_down() override { transport_.async_shutdown(handler(io_operation::shutdown)); }

    void close() noexcept override { transport_.close(); }

    [[nodiscard]] std::string explanation([[maybe_unused]] std::error_code error) const override
    {
        if constexpr (explaining_transport<Transport>)
        {
            return transport_.explanation(error);
        }
        else
        {
            return {};
        }
    }

private:
    [[nodiscard]] io_handler handler(io_operation what) { return io_handler(shared_from_this(), what); }

    Transport transport_;
    url target_;
};

/// How a client makes connections of one type of transport, without knowing it.
template <class Transport>
struct transport_factory
{
    static std::shared_ptr<connection> make(connection_owner& owner, const asio::any_io_executor& executor,
                                            const client_limits& limits,
                                            const std::shared_ptr<transport_settings>& settings)
    {
        return std::make_shared<transport_connection<Transport>>(owner, executor, limits, settings);
    }

    static std::error_code prepare(transport_settings& settings)
    {
        if constexpr (prepared_transport<Transport>)
        {
            return Transport::prepare(settings);
        }
        else
        {
            return {};
        }
    }

    static constexpr connection_factory value{&make, &prepare};

    [[nodiscard]] static const connection_factory* find(std::string_view scheme) noexcept
    {
        return Transport::supports(scheme) ? &value : nullptr;
    }
};

/// How a client finds the factory for the scheme of a URL.
template <class Transport>
struct factory_finder
{
    static const connection_factory* find(std::string_view scheme) noexcept
    {
        return transport_factory<Transport>::find(scheme);
    }
};

/// What a client can be made with.
template <class Transport>
concept client_transport = transport<Transport> || std::same_as<Transport, any_transport>;

} // namespace tern::detail

#endif
