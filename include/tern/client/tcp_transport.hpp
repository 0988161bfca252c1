// SPDX-License-Identifier: BSL-1.0
//
// MQTT over plain TCP: schemes mqtt and tcp. IPv4, IPv6, names with several addresses.
//
// Layer: client. Standard: v5 4.2, v3.1.1 4.2; IANA port 1883. It models the concept of transport.hpp, where every
// member is described; this says only what is particular to TCP.
#ifndef TERN_CLIENT_TCP_TRANSPORT_HPP
#define TERN_CLIENT_TCP_TRANSPORT_HPP

#include "tern/client/open_tcp.hpp"
#include "tern/client/socket_transport.hpp"
#include "tern/client/tcp_opening.hpp"
#include "tern/client/transport.hpp"
#include "tern/client/transport_settings.hpp"
#include "tern/client/url.hpp"

#include <asio/associated_cancellation_slot.hpp>
#include <asio/async_result.hpp>
#include <asio/cancellation_type.hpp>
#include <asio/ip/tcp.hpp>

#include <memory>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

namespace tern
{

/// A TCP connection. Used on its executor only.
class tcp_transport : public socket_transport<asio::ip::tcp::socket>
{
public:
    explicit tcp_transport(const executor_type& executor, const std::shared_ptr<transport_settings>& settings = nullptr)
        : socket_transport(executor), settings_(settings)
    {
    }

    ~tcp_transport() { close(); }

    [[nodiscard]] static bool supports(std::string_view scheme) noexcept { return scheme == "mqtt" || scheme == "tcp"; }

    /// What is wrong with the settings. Errors: unsupported_proxy.
    [[nodiscard]] static std::error_code prepare(const transport_settings& settings) noexcept
    {
        return detail::prepare_tcp(settings);
    }

    /// Looks the host up and tries its addresses in their order, the next one beside those that have not answered
    /// within a quarter of a second; the first that answers is taken, with TCP_NODELAY. If none does, the error is the
    /// one that says most. Terminal, partial and total cancellation end it with operation_aborted, as close() does.
    template <class Token>
    auto async_open(const url& where, Token&& token)
    {
        return asio::async_initiate<Token, void(std::error_code)>(
            [](auto handler, tcp_transport* self, const url* target) {
                auto slot = asio::get_associated_cancellation_slot(handler);
                const executor_type executor = self->get_executor();
                const auto opening = detail::open_tcp(executor, self->socket(), *target, self->settings_,
                                                      detail::tcp_opening::handler_type(std::move(handler), executor));
                self->opening_ = opening;
                if (slot.is_connected())
                {
                    slot.assign([weak = std::weak_ptr(opening)](asio::cancellation_type type) {
                        const auto pending = weak.lock();
                        if (pending != nullptr && type != asio::cancellation_type::none)
                        {
                            pending->abort();
                        }
                    });
                }
            },
            token, this, &where);
    }

    void close() noexcept
    {
        if (const auto opening = opening_.lock(); opening != nullptr)
        {
            opening->abort();
        }
        socket_transport::close();
    }

    /// What a proxy said.
    [[nodiscard]] std::string explanation(std::error_code) const
    {
        return settings_ != nullptr ? settings_->explanation : std::string();
    }

private:
    std::shared_ptr<transport_settings> settings_;
    std::weak_ptr<detail::tcp_opening> opening_{};
};

static_assert(transport<tcp_transport>);

} // namespace tern

#endif
