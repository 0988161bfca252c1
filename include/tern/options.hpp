// SPDX-License-Identifier: BSL-1.0
//
// What a program can choose when it connects, publishes, subscribes, unsubscribes and disconnects.
//
// Layer: vocabulary. Standard: v5 3.1 to 3.3, 3.8, 3.10, 3.14, v3.1.1 the same sections.
// Every type is a trivially destructible aggregate of views, copied when an operation is initiated: GCC 12 destroys
// anything else twice inside a co_await expression. Sizes and delays of the client itself are in limits.hpp.
// Time limits are in milliseconds: default_time_limit (-1 ms) stands for the client's own, 0 and everything else that
// is not positive for none. Intervals of the protocol are in whole seconds; what the standard's field cannot hold is
// refused with errc::invalid_option, as a negative one is.
#ifndef TERN_OPTIONS_HPP
#define TERN_OPTIONS_HPP

#include "tern/byte_view.hpp"
#include "tern/properties.hpp"
#include "tern/qos.hpp"
#include "tern/reason_code.hpp"
#include "tern/retain_handling.hpp"
#include "tern/transport_options.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string_view>
#include <type_traits>

namespace tern
{

/// Which version of the protocol a client speaks.
enum class protocol_choice : std::uint8_t
{
    v5,           ///< 5.0, or the connection fails
    v3_1_1,       ///< 3.1.1, or the connection fails
    v5_or_v3_1_1, ///< 5.0; if the first connection is refused for its version, 3.1.1 from then on
};

/// How a received message is acknowledged.
enum class acknowledgement : std::uint8_t
{
    when_taken, ///< by itself, when its handler or the receive's completion has run
    manual,     ///< by message::acknowledge()
};

/// Time limit "as the client's limits say".
inline constexpr std::chrono::milliseconds default_time_limit{-1};

/// Time limit "none".
inline constexpr std::chrono::milliseconds no_time_limit{0};

/// A session that never expires. v5 3.1.2.11.2
inline constexpr std::chrono::seconds never_expires{0xFFFFFFFF};

/// A message without its topic and payload; the fields below `retain` need 5.0 and are refused with 3.1.1.
struct publish_options
{
    tern::qos qos = tern::qos::at_most_once;
    bool retain = false;
    std::optional<payload_format> payload_format_indicator{};
    /// 0 to 4,294,967,295 s, from now on: the time that the message waits in the client counts. Absent: never.
    std::optional<std::chrono::seconds> message_expiry_interval{};
    std::optional<std::string_view> content_type{};
    std::optional<std::string_view> response_topic{};
    std::optional<byte_view> correlation_data{};
    tern::user_properties user_properties{};
    std::chrono::milliseconds time_limit = default_time_limit; ///< until the operation ends with errc::timed_out
};

/// The message that the server publishes when the client is lost. Fields below `retain` need 5.0.
struct will_options
{
    std::string_view topic{};
    byte_view payload{};
    tern::qos qos = tern::qos::at_most_once;
    bool retain = false;
    /// 0 to 4,294,967,295 s after the loss; the end of the session comes before. Absent: at once.
    std::optional<std::chrono::seconds> will_delay_interval{};
    std::optional<payload_format> payload_format_indicator{};
    std::optional<std::chrono::seconds> message_expiry_interval{}; ///< 0 to 4,294,967,295 s; absent: never
    std::optional<std::string_view> content_type{};
    std::optional<std::string_view> response_topic{};
    std::optional<byte_view> correlation_data{};
    tern::user_properties user_properties{};
};

/// How to connect, and what to go on with after every reconnect. The client copies all of it.
struct connect_options
{
    std::string_view client_id{}; ///< empty: assigned by a 5.0 server, generated for 3.1.1 where a session is to live
    std::optional<std::string_view> user_name{};
    std::optional<byte_view> password{}; ///< in 3.1.1 only with a user name
    /// 0 to 65,535 s; 0 switches it off. A minute: shorter than most routers forget a connection, rare enough to cost
    /// nothing. A 5.0 server may replace it.
    std::chrono::seconds keep_alive{60};
    /// Forget the session of an earlier process. False claims it (with a `client_id`): see session_expiry.
    bool clean_start = true;
    /// How long the server keeps the session after a lost connection, 0 to 4,294,967,295 s (never_expires).
    /// Absent: one hour, longer than most outages, and ended by async_disconnect. 0: it ends with each connection.
    /// In 3.1.1, which has no such time, anything but 0 is CleanSession 0; what was there by default is ended by
    /// async_disconnect with one more connection.
    std::optional<std::chrono::seconds> session_expiry{};
    protocol_choice protocol = protocol_choice::v5;
    std::optional<will_options> will{};
    /// Go on until the time limit or a final refusal, instead of one pass over all servers. Refused with
    /// errc::invalid_option where reconnect_limits::enabled is false.
    bool retry = false;
    std::chrono::milliseconds time_limit = default_time_limit; ///< of the whole operation
    /// Each pass over several servers tries them in an order of its own, so that many clients share them. Connecting
    /// again, after a lost connection as well, is such a pass.
    bool shuffle_servers = false;
    /// How often in a row a server is followed that refuses or ends a connection with reason code 0x9C (use another
    /// server) or 0x9D (server moved) and names one in its Server Reference (v5 4.11). 0: never. In a row means until a
    /// connection has lasted (reconnect_limits::stable_after) or a pass over all servers has failed; that a server
    /// names the next without end comes to nothing.
    ///
    /// 0x9C: what it names is tried once, before the rest of the list. 0x9D: it replaces that server, until the next
    /// async_connect. A reference without a scheme takes the server's own. User name and password go along, also those
    /// of the URL; so no server leads from TLS to a connection without it, from another server to a socket of this
    /// machine, or to a login of its own choice. What is not followed is told in disconnected_event::explanation.
    std::uint32_t maximum_server_references = 0;
    // The way to the server.
    tls_options tls{};             ///< for mqtts and wss
    websocket_options websocket{}; ///< for ws and wss
    /// URL of a proxy on the way to every server but those of scheme unix: `socks5://[user:password@]host[:port]` (it
    /// looks the server's name up; socks5h is the same; port 1080 if none is given), or `http://…` (CONNECT; port 80).
    /// Needs <tern/transport/proxy.hpp>.
    std::string_view proxy{};
    // 5.0 only; 3.1.1 leaves them out.
    /// 1 to 65,535 messages of QoS 1 and 2 that the application has not taken; enough for the round trips of a fast
    /// consumer. For 3.1.1 see client_limits::maximum_received_bytes.
    std::uint16_t receive_maximum = 256;
    std::uint32_t maximum_packet_size = 0;  ///< that the server may send, in bytes; 0: the client's own limit
    std::uint16_t topic_alias_maximum = 16; ///< that the server may use; 0: none. A few topics are most of the traffic
    bool request_response_information = false;
    bool request_problem_information = true;
    bool subscription_identifiers = true; ///< dispatch by Subscription Identifier where the server supports it
    bool automatic_topic_aliases = false; ///< replace repeated topics by aliases, as many as the server grants
    tern::user_properties user_properties{};
    std::optional<std::string_view> authentication_method{}; ///< with an authenticator set on the client
};

/// One topic filter with its options; all but the QoS need 5.0 and are refused with 3.1.1.
struct subscribe_options
{
    qos maximum_qos = qos::exactly_once;
    bool no_local = false;
    bool retain_as_published = false;
    tern::retain_handling retain_handling = tern::retain_handling::send;
    acknowledgement ack = acknowledgement::when_taken;
    tern::user_properties user_properties{};
    std::chrono::milliseconds time_limit = default_time_limit;
};

/// A filter with its own QoS and flags, where one call subscribes to several.
struct topic_subscription
{
    std::string_view topic_filter{};
    qos maximum_qos = qos::exactly_once;
    bool no_local = false;
    bool retain_as_published = false;
    tern::retain_handling retain_handling = tern::retain_handling::send;
};

struct unsubscribe_options
{
    tern::user_properties user_properties{}; ///< 5.0
    std::chrono::milliseconds time_limit = default_time_limit;
};

struct disconnect_options
{
    tern::reason_code reason_code =
        tern::reason_code::normal_disconnection; ///< or disconnect_with_will_message, in 5.0
    /// 5.0: replaces what connecting asked for, 0 to 4,294,967,295 s; not 0 where connecting asked for 0.
    std::optional<std::chrono::seconds> session_expiry{};
    std::optional<std::string_view> reason_string{};           ///< 5.0
    tern::user_properties user_properties{};                   ///< 5.0
    std::chrono::milliseconds time_limit = default_time_limit; ///< for what is queued and in flight
};

struct re_authenticate_options
{
    std::chrono::milliseconds time_limit = default_time_limit; ///< until the operation ends with errc::timed_out
};

static_assert(std::is_trivially_destructible_v<publish_options> && std::is_aggregate_v<publish_options>);
static_assert(std::is_trivially_destructible_v<will_options> && std::is_aggregate_v<will_options>);
static_assert(std::is_trivially_destructible_v<connect_options> && std::is_aggregate_v<connect_options>);
static_assert(std::is_trivially_destructible_v<subscribe_options> && std::is_aggregate_v<subscribe_options>);
static_assert(std::is_trivially_destructible_v<topic_subscription> && std::is_aggregate_v<topic_subscription>);
static_assert(std::is_trivially_destructible_v<unsubscribe_options> && std::is_aggregate_v<unsubscribe_options>);
static_assert(std::is_trivially_destructible_v<disconnect_options> && std::is_aggregate_v<disconnect_options>);
static_assert(std::is_trivially_destructible_v<re_authenticate_options> &&
              std::is_aggregate_v<re_authenticate_options>);

} // namespace tern

#endif
