// SPDX-License-Identifier: BSL-1.0
//
// The handler of an operation over TLS: a server that closes TCP without closing TLS before has closed, nothing worse.
//
// Layer: transport. Standard: RFC 8446 6.1 (closure alerts). MQTT has packets with lengths of their own, so that a
// stream which is cut cannot pass for a whole one.
// It hands the rest on as it is, with what is associated with the user's handler.
#ifndef TERN_TRANSPORT_TLS_HANDLER_HPP
#define TERN_TRANSPORT_TLS_HANDLER_HPP

#include <asio/associated_allocator.hpp>
#include <asio/associated_cancellation_slot.hpp>
#include <asio/associated_executor.hpp>
#include <asio/error.hpp>
#include <asio/ssl/error.hpp>

#include <openssl/ssl.h>

#include <cstddef>
#include <system_error>
#include <utility>

namespace tern::detail
{

template <class Handler>
struct tls_handler
{
    Handler handler;
    const SSL* connection;

    /// Of a shutdown: it has what it waits for when the other side is done. (Asio tells one that has waited for a read
    /// that it was aborted.)
    void operator()(std::error_code error)
    {
        const bool done = (SSL_get_shutdown(connection) & SSL_RECEIVED_SHUTDOWN) != 0;
        const bool gone = error == asio::error::eof || error == asio::ssl::error::stream_truncated;
        std::move(handler)(done || gone ? std::error_code() : error);
    }

    /// Of a read.
    void operator()(std::error_code error, std::size_t size)
    {
        if (error == asio::ssl::error::stream_truncated)
        {
            error = asio::error::eof;
        }
        std::move(handler)(error, size);
    }
};

} // namespace tern::detail

template <class Handler, class Allocator>
struct asio::associated_allocator<tern::detail::tls_handler<Handler>, Allocator>
{
    using type = typename asio::associated_allocator<Handler, Allocator>::type;

    static type get(const tern::detail::tls_handler<Handler>& of, const Allocator& otherwise = Allocator()) noexcept
    {
        return asio::associated_allocator<Handler, Allocator>::get(of.handler, otherwise);
    }
};

template <class Handler, class Executor>
struct asio::associated_executor<tern::detail::tls_handler<Handler>, Executor>
{
    using type = typename asio::associated_executor<Handler, Executor>::type;

    static type get(const tern::detail::tls_handler<Handler>& of, const Executor& otherwise = Executor()) noexcept
    {
        return asio::associated_executor<Handler, Executor>::get(of.handler, otherwise);
    }
};

template <class Handler, class Slot>
struct asio::associated_cancellation_slot<tern::detail::tls_handler<Handler>, Slot>
{
    using type = typename asio::associated_cancellation_slot<Handler, Slot>::type;

    static type get(const tern::detail::tls_handler<Handler>& of, const Slot& otherwise = Slot()) noexcept
    {
        return asio::associated_cancellation_slot<Handler, Slot>::get(of.handler, otherwise);
    }
};

#endif
