// SPDX-License-Identifier: BSL-1.0
//
// Joins the client, which knows no transport, to the type of transport that basic_client was made with.
//
// Layer: client. Standard: none.
// What a transport has to do is in transport.hpp; what the client does with it, in connection.hpp.
#ifndef TERN_CLIENT_TRANSPORT_CONNECTION_HPP
#define TERN_CLIENT_TRANSPORT_CONNECTION_HPP

#include "tern/client/client_core.hpp"
#include "tern/client/connection.hpp"
#include "tern/client/transport.hpp"
#include "tern/client/url.hpp"
#include "tern/limits.hpp"

#include <asio/any_io_executor.hpp>
#include <asio/buffer.hpp>

#include <cstddef>
#include <memory>
#include <string_view>

namespace tern::detail
{

template <class Transport>
class transport_connection final : public connection
{
public:
    transport_connection(connection_owner& owner, const asio::any_io_executor& executor, const client_limits& limits)
        : connection(owner, limits.read_size, limits.maximum_read_size), transport_(executor)
    {
    }

    void open(const url& target) override
    {
        target_ = target;
        transport_.async_open(target_, handler(io_operation::open));
    }

    void read(asio::mutable_buffer buffer) override
    {
        transport_.async_read_some(buffer, handler(io_operation::read));
    }

    void write(asio::const_buffer buffer) override
    {
        transport_.async_write_some(buffer, handler(io_operation::write));
    }

    void shut_down() override { transport_.async_shutdown(handler(io_operation::shutdown)); }

    void close() noexcept override { transport_.close(); }

private:
    [[nodiscard]] io_handler handler(io_operation what) { return io_handler(shared_from_this(), what); }

    Transport transport_;
    url target_;
};

/// How a client makes its connections, without knowing their type.
template <class Transport>
struct transport_factory
{
    static std::shared_ptr<connection> make(connection_owner& owner, const asio::any_io_executor& executor,
                                            const client_limits& limits)
    {
        return std::make_shared<transport_connection<Transport>>(owner, executor, limits);
    }

    static bool supports(std::string_view scheme) noexcept { return Transport::supports(scheme); }
};

template <class Transport>
[[nodiscard]] std::shared_ptr<client_core> make_client_core(const asio::any_io_executor& executor,
                                                            const client_limits& limits)
{
    return client_core::make(
        executor, limits,
        connection_factory{&transport_factory<Transport>::make, &transport_factory<Transport>::supports});
}

} // namespace tern::detail

#endif
