// SPDX-License-Identifier: BSL-1.0
//
// A TCP connection that is being opened: directly, or through a proxy.
//
// Layer: client. Standard: none.
// Directly is tcp_connector.hpp; the proxies are in transport/, which a program has only if it includes them. What is
// done over the connection afterwards, TLS as well, is the transport's matter.
#ifndef TERN_CLIENT_TCP_OPENING_HPP
#define TERN_CLIENT_TCP_OPENING_HPP

#include "tern/client/transport_settings.hpp"
#include "tern/client/unique_handler.hpp"
#include "tern/client/url.hpp"

#include <asio/any_io_executor.hpp>
#include <asio/ip/tcp.hpp>

#include <memory>
#include <system_error>

namespace tern::detail
{

class tcp_opening
{
public:
    using socket_type = asio::ip::tcp::socket;
    using handler_type = unique_handler<void(std::error_code)>;

    tcp_opening() = default;
    tcp_opening(const tcp_opening&) = delete;
    tcp_opening& operator=(const tcp_opening&) = delete;
    virtual ~tcp_opening() = default;

    /// Ends it soon with operation_aborted, unless it has completed; the socket that it was to open is left alone from
    /// now on.
    virtual void abort() noexcept = 0;
};

/// Opens `result` to the target through the proxy of the settings, which there is. What a proxy says that refuses goes
/// to the settings' explanation.
using open_through_proxy = std::shared_ptr<tcp_opening> (*)(const asio::any_io_executor& executor,
                                                            tcp_opening::socket_type& result, const url& target,
                                                            const std::shared_ptr<transport_settings>& settings,
                                                            tcp_opening::handler_type handler);

/// Null unless the program includes transport/proxy.hpp. Changed before main() only.
inline constinit open_through_proxy proxy_opener = nullptr;

} // namespace tern::detail

#endif
