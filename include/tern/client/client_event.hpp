// SPDX-License-Identifier: BSL-1.0
//
// What a client reports about its connection, as one variant: in order, to one handler.
//
// Layer: client, without Asio. Standard: v5 3.2, 3.14, 4.13; v3.1.1 4.8.
// An event owns what it says and can be kept. Operations report their own ends to their own handlers, not here.
#ifndef TERN_CLIENT_CLIENT_EVENT_HPP
#define TERN_CLIENT_CLIENT_EVENT_HPP

#include "tern/client/results.hpp"
#include "tern/error.hpp"
#include "tern/reason_code.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <system_error>
#include <variant>
#include <vector>

namespace tern
{

/// A server is tried, for the first time or again. What comes of it is a connected_event or a disconnected_event.
struct connecting_event
{
    std::string server{};          ///< scheme, host and port, without credentials
    std::size_t server_number = 0; ///< of the present pass over the servers, from 1; 0 if `referred`
    std::size_t server_count = 0;  ///< in the list
    bool referred = false;         ///< another server named it: connect_options::maximum_server_references
    std::uint32_t attempt = 0;     ///< in a row without a connection, each a pass over the servers; from 1
};

/// Connected, for the first time or again.
struct connected_event
{
    connect_result result{};
    std::string server{};     ///< scheme, host and port, without credentials
    bool reconnected = false; ///< the client was connected before, since the last async_connect
};

/// There is no connection any more, or an attempt to make one failed: one event for each server that was tried.
struct disconnected_event
{
    std::error_code error{};        ///< why: a reason code of the server's, a library error or one of the transport
    std::string reason_string{};    ///< the server's
    std::string server_reference{}; ///< the server's: another server to use
    bool was_connected = false;     ///< false: an attempt to connect failed
    bool will_retry = false;
    std::chrono::milliseconds retry_after{0}; ///< 0: at once, with the same server or the next of the list
    std::uint32_t attempt = 0; ///< in a row without a connection that lasted, that comes next, from 1; 0 if none does
    std::string server{};      ///< scheme, host and port, without credentials
    std::string explanation{}; ///< what else there is to say in words, of TLS, WebSocket, a proxy, or why a Server
                               ///< Reference is not followed; often empty
    bool by_request = false;   ///< async_disconnect asked for it; `error` says if DISCONNECT could not be written
    std::string next_server{}; ///< that is tried next, if one is: as `server`, which may be the same
};

/// The client will not connect again by itself; operations that wait have ended with this error.
struct given_up_event
{
    std::error_code error{};
    std::string reason_string{};
    std::uint32_t attempts = 0; ///< that were made in a row, each a pass over all servers; 0 after a lost connection
    std::string explanation{};  ///< as in disconnected_event
};

/// The server did not keep the session: subscriptions are made again, unfinished QoS 2 ends with errc::session_lost.
struct session_lost_event
{};

/// A subscription could not be restored after the session was lost; it has ended.
struct subscription_refused_event
{
    std::vector<std::string> topic_filters{};
    std::vector<reason_code> reasons{}; ///< one per filter; none if it could not even be asked for
    std::error_code error{};
    std::string reason_string{};
};

/// Reading stopped, because messages are not taken as fast as they come (client_limits::maximum_received_bytes), or
/// because the server does not read what answers them.
struct reading_paused_event
{
    std::size_t held_messages = 0;
    std::size_t held_bytes = 0;
};

/// Reading goes on.
struct reading_resumed_event
{
    std::chrono::milliseconds paused_for{0};
};

/// Messages of a resumed session matched no subscription within client_limits::unmatched_time and were acknowledged.
struct messages_unmatched_event
{
    std::size_t count = 0;
};

/// Messages of QoS 0 found a full stream and were dropped, since the last event of this kind.
struct messages_dropped_event
{
    std::size_t count = 0;
};

/// A re-authentication has succeeded; its async_re_authenticate may have been cancelled meanwhile.
struct re_authenticated_event
{};

using client_event =
    std::variant<connected_event, disconnected_event, given_up_event, session_lost_event, subscription_refused_event,
                 reading_paused_event, reading_resumed_event, messages_unmatched_event, messages_dropped_event,
                 re_authenticated_event, connecting_event>;

namespace detail
{

/// The handler of on_event(), whatever its type.
struct event_sink
{
    virtual ~event_sink() = default;
    virtual void call(const client_event& event) = 0;
};

} // namespace detail

} // namespace tern

#endif
