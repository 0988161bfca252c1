// SPDX-License-Identifier: BSL-1.0
//
// What the library itself can find wrong: each with its text, what kind of error it is to a caller, and the reason code
// that a DISCONNECT carries which answers it.
//
// Layer: vocabulary. Standard: v5 4.13 (which reason code answers which violation), v3.1.1 4.8; RFC 6455.
// How these become a std::error_code is in error.hpp.
#ifndef TERN_ERRC_HPP
#define TERN_ERRC_HPP

#include "tern/reason_code.hpp"

#include <iterator>
#include <string_view>

namespace tern
{

/// What the library itself found. Zero is no error.
enum class errc
{
    // What the application passed cannot be sent: nothing left, nothing changed.
    invalid_topic_name = 1,
    invalid_topic_filter,
    invalid_text,
    field_too_long,
    packet_too_large,
    invalid_qos,
    invalid_option,
    empty_subscription_list,
    no_local_on_shared_subscription,
    not_supported_by_protocol_version,
    invalid_url,
    unsupported_url_scheme,
    unsupported_proxy,
    unusable_proxy_option,
    unusable_ca_certificates,
    unusable_client_certificate,
    unusable_private_key,
    unusable_tls_option,
    invalid_http_header,
    // What the application asked for does not fit the moment.
    not_connected,
    already_connected,
    disconnecting,
    receive_in_progress,
    authentication_not_configured,
    authentication_in_progress,
    // What the server said it does not accept.
    exceeds_server_maximum_packet_size,
    exceeds_server_maximum_qos,
    retain_not_available,
    wildcard_subscriptions_not_available,
    shared_subscriptions_not_available,
    subscription_identifiers_not_available,
    // How an operation can end although nobody made a mistake.
    connection_lost,
    session_lost,
    queue_full,
    dropped,
    message_expired,
    timed_out,
    packet_identifiers_exhausted,
    subscription_ended,
    closed_by_server,
    no_connection_acknowledgement,
    keep_alive_timeout,
    reading_paused_too_long,
    authentication_failed,
    out_of_memory,
    // How a server can answer a WebSocket handshake although it keeps the rules.
    websocket_refused,
    websocket_unavailable,
    websocket_redirected,
    // What a proxy said.
    proxy_refused,
    proxy_authentication_failed,
    proxy_could_not_connect,
    proxy_protocol_error,
    // What the server did wrong.
    reserved_packet_type,
    reserved_flags,
    reserved_bits,
    malformed_variable_byte_integer,
    malformed_text,
    length_mismatch,
    unknown_property,
    property_not_allowed,
    duplicate_property,
    malformed_property,
    invalid_property_value,
    invalid_reason_code,
    invalid_packet_identifier,
    invalid_qos_received,
    invalid_topic_received,
    invalid_topic_alias,
    unknown_topic_alias,
    unexpected_packet,
    unexpected_session_present,
    acknowledgement_count_mismatch,
    acknowledgement_of_wrong_type,
    receive_maximum_exceeded,
    received_packet_too_large,
    unrequested_property,
    authentication_method_mismatch,
    missing_assigned_client_identifier,
    websocket_handshake_failed,
    websocket_subprotocol_not_selected,
    http_head_too_large,
    websocket_protocol_error,
    websocket_text_frame,
    websocket_invalid_text,
    websocket_frame_too_large,
};

/// What a caller asks of an error; compare with `error == tern::error_kind::refused`.
enum class error_kind
{
    usage = 1,          ///< the call itself is at fault: another try with the same arguments fails again
    protocol_violation, ///< the server broke the rules of MQTT
    refused,            ///< the server understood and said no
    transient,          ///< nothing speaks against another try
};

namespace detail
{

struct errc_row
{
    errc value;
    error_kind kind;
    reason_code reason; ///< what a DISCONNECT that answers it carries
    std::string_view text;
};

inline constexpr errc_row errc_table[] = {
#define TERN_ROW(name, kind, reason, text)                      \
    {                                                           \
        errc::name, error_kind::kind, reason_code::reason, text \
    }
    TERN_ROW(invalid_topic_name, usage, topic_name_invalid,
             "topic name is empty, too long, not UTF-8 or has a wildcard"),
    TERN_ROW(invalid_topic_filter, usage, topic_filter_invalid,
             "topic filter is empty, too long, not UTF-8 or has a misplaced wildcard"),
    TERN_ROW(invalid_text, usage, malformed_packet, "text is not UTF-8 or holds U+0000"),
    TERN_ROW(field_too_long, usage, packet_too_large, "a text or binary field is longer than 65,535 bytes"),
    TERN_ROW(packet_too_large, usage, packet_too_large, "the packet would exceed 268,435,455 bytes"),
    TERN_ROW(invalid_qos, usage, qos_not_supported, "QoS is not 0, 1 or 2"),
    TERN_ROW(invalid_option, usage, protocol_error, "an option has a value that MQTT does not allow"),
    TERN_ROW(empty_subscription_list, usage, protocol_error, "no topic filter was given"),
    TERN_ROW(no_local_on_shared_subscription, usage, protocol_error, "a shared subscription cannot be 'no local'"),
    TERN_ROW(not_supported_by_protocol_version, usage, protocol_error, "MQTT 3.1.1 cannot carry what was asked for"),
    TERN_ROW(invalid_url, usage, protocol_error, "the URL is not of the form scheme://[user[:password]@]host[:port]"),
    TERN_ROW(unsupported_url_scheme, usage, protocol_error,
             "no transport for the URL's scheme is compiled in: include <tern/transport/tls.hpp> for mqtts, "
             "websocket.hpp there for ws, websocket_tls.hpp for wss, local.hpp for unix"),
    TERN_ROW(unsupported_proxy, usage, protocol_error,
             "a proxy is socks5:// or http://, and needs <tern/transport/proxy.hpp> included"),
    TERN_ROW(unusable_proxy_option, usage, protocol_error,
             "the proxy's protocol cannot carry the host, or the user name and password of the proxy's URL"),
    TERN_ROW(unusable_ca_certificates, usage, protocol_error,
             "the trusted certificates could not be loaded: they have to be readable, and in PEM"),
    TERN_ROW(unusable_client_certificate, usage, protocol_error,
             "the client's certificate could not be loaded: it has to be readable, and in PEM"),
    TERN_ROW(unusable_private_key, usage, protocol_error,
             "the client's private key could not be loaded, needs another password, or belongs to another certificate"),
    TERN_ROW(unusable_tls_option, usage, protocol_error, "OpenSSL does not accept one of the options for TLS"),
    TERN_ROW(
        invalid_http_header, usage, protocol_error,
        "an HTTP header has a character that HTTP does not allow, is one that the handshake sends itself, or all are "
        "too long"),
    TERN_ROW(not_connected, usage, protocol_error, "the client is not connected: call async_connect first"),
    TERN_ROW(already_connected, usage, protocol_error, "the client is connected or connecting already"),
    TERN_ROW(disconnecting, usage, protocol_error, "the client is disconnecting"),
    TERN_ROW(receive_in_progress, usage, protocol_error, "another receive waits on this subscription already"),
    TERN_ROW(authentication_not_configured, usage, protocol_error, "the connection uses no authentication method"),
    TERN_ROW(authentication_in_progress, usage, protocol_error, "a re-authentication is under way already"),
    TERN_ROW(exceeds_server_maximum_packet_size, usage, packet_too_large,
             "the packet exceeds the server's Maximum Packet Size"),
    TERN_ROW(exceeds_server_maximum_qos, usage, qos_not_supported, "the QoS exceeds the server's Maximum QoS"),
    TERN_ROW(retain_not_available, usage, retain_not_supported, "the server does not keep retained messages"),
    TERN_ROW(wildcard_subscriptions_not_available, usage, wildcard_subscriptions_not_supported,
             "the server does not support wildcard subscriptions"),
    TERN_ROW(shared_subscriptions_not_available, usage, shared_subscriptions_not_supported,
             "the server does not support shared subscriptions"),
    TERN_ROW(subscription_identifiers_not_available, usage, subscription_identifiers_not_supported,
             "the server does not support subscription identifiers"),
    TERN_ROW(connection_lost, transient, unspecified_error, "the connection was lost before the operation was done"),
    TERN_ROW(session_lost, transient, unspecified_error,
             "the server lost the session: whether the message arrived is unknown"),
    TERN_ROW(queue_full, transient, quota_exceeded, "the queue of waiting messages is full"),
    TERN_ROW(dropped, transient, quota_exceeded, "dropped from the full queue in favour of a newer message"),
    TERN_ROW(message_expired, transient, unspecified_error, "the message expired before it could be sent"),
    TERN_ROW(timed_out, transient, unspecified_error, "the time limit was reached"),
    TERN_ROW(packet_identifiers_exhausted, transient, quota_exceeded, "all 65,535 packet identifiers are in use"),
    TERN_ROW(subscription_ended, transient, success, "the subscription has ended and nothing is left to receive"),
    TERN_ROW(closed_by_server, transient, unspecified_error, "the server closed the connection"),
    TERN_ROW(no_connection_acknowledgement, transient, unspecified_error, "the server did not answer CONNECT in time"),
    TERN_ROW(keep_alive_timeout, transient, keep_alive_timeout, "the server did not answer PINGREQ in time"),
    TERN_ROW(reading_paused_too_long, transient, quota_exceeded,
             "messages were not taken for too long while reading was paused"),
    TERN_ROW(authentication_failed, refused, not_authorized, "authentication failed"),
    TERN_ROW(out_of_memory, transient, quota_exceeded, "out of memory"),
    TERN_ROW(websocket_refused, refused, not_authorized,
             "the server refused the WebSocket handshake with an HTTP status: check the URL's path and the headers"),
    TERN_ROW(websocket_unavailable, transient, server_unavailable,
             "the server answered the WebSocket handshake with an HTTP status that means: try again later"),
    TERN_ROW(websocket_redirected, refused, use_another_server,
             "the server redirects the WebSocket handshake, which is not followed: use the URL that it names"),
    TERN_ROW(proxy_refused, refused, not_authorized,
             "the proxy does not allow or support this connection: its rules have to change, or another one be used"),
    TERN_ROW(proxy_authentication_failed, refused, not_authorized,
             "the proxy wants another user name and password: put them into its URL, as in socks5://user:password@host"),
    TERN_ROW(proxy_could_not_connect, transient, server_unavailable,
             "the proxy could not connect to the server: see whether the server runs, and can be reached from there"),
    TERN_ROW(proxy_protocol_error, transient, protocol_error,
             "what answers is no proxy of the URL's scheme, or it closed: check scheme, host and port of the proxy's URL"),
    TERN_ROW(reserved_packet_type, protocol_violation, malformed_packet, "the server sent a reserved packet type"),
    TERN_ROW(reserved_flags, protocol_violation, malformed_packet,
             "the server sent a packet with wrong reserved flags"),
    TERN_ROW(reserved_bits, protocol_violation, malformed_packet, "the server sent a packet with reserved bits set"),
    TERN_ROW(malformed_variable_byte_integer, protocol_violation, malformed_packet,
             "the server sent a variable byte integer that is too long or not minimal"),
    TERN_ROW(malformed_text, protocol_violation, malformed_packet,
             "the server sent text that is not UTF-8 or holds U+0000"),
    TERN_ROW(length_mismatch, protocol_violation, malformed_packet,
             "the server sent a packet whose fields do not fit its length"),
    TERN_ROW(unknown_property, protocol_violation, malformed_packet, "the server sent an unknown property"),
    TERN_ROW(property_not_allowed, protocol_violation, malformed_packet,
             "the server sent a property that this packet must not carry"),
    TERN_ROW(duplicate_property, protocol_violation, protocol_error, "the server sent a property twice"),
    TERN_ROW(malformed_property, protocol_violation, malformed_packet, "the server sent a property that is cut off"),
    TERN_ROW(invalid_property_value, protocol_violation, protocol_error,
             "the server sent a property with an illegal value"),
    TERN_ROW(invalid_reason_code, protocol_violation, protocol_error,
             "the server sent a reason code that this packet must not carry"),
    TERN_ROW(invalid_packet_identifier, protocol_violation, protocol_error, "the server sent the packet identifier 0"),
    TERN_ROW(invalid_qos_received, protocol_violation, malformed_packet,
             "the server sent a PUBLISH with QoS 3, or QoS 0 with DUP"),
    TERN_ROW(invalid_topic_received, protocol_violation, topic_name_invalid,
             "the server sent a topic name that is empty or has a wildcard"),
    TERN_ROW(invalid_topic_alias, protocol_violation, topic_alias_invalid,
             "the server sent a topic alias of 0 or above the maximum it was given"),
    TERN_ROW(unknown_topic_alias, protocol_violation, protocol_error,
             "the server sent a PUBLISH without a topic and without a known alias"),
    TERN_ROW(unexpected_packet, protocol_violation, protocol_error, "the server sent a packet that must not come now"),
    TERN_ROW(unexpected_session_present, protocol_violation, protocol_error,
             "the server claims a session that this client does not have"),
    TERN_ROW(acknowledgement_count_mismatch, protocol_violation, protocol_error,
             "the server sent more or fewer reason codes than topic filters were asked"),
    TERN_ROW(acknowledgement_of_wrong_type, protocol_violation, protocol_error,
             "the server acknowledged with the wrong type of packet"),
    TERN_ROW(receive_maximum_exceeded, protocol_violation, receive_maximum_exceeded,
             "the server sent more unacknowledged messages than the Receive Maximum"),
    TERN_ROW(received_packet_too_large, protocol_violation, packet_too_large,
             "the server sent a packet above the Maximum Packet Size"),
    TERN_ROW(unrequested_property, protocol_violation, protocol_error,
             "the server sent a property that was not requested"),
    TERN_ROW(authentication_method_mismatch, protocol_violation, protocol_error,
             "the server answered with another authentication method or without one"),
    TERN_ROW(missing_assigned_client_identifier, protocol_violation, protocol_error,
             "the server assigned no client identifier although none was given"),
    TERN_ROW(websocket_handshake_failed, protocol_violation, protocol_error,
             "the server does not answer as a WebSocket server does: check the URL's scheme, port and path"),
    TERN_ROW(websocket_subprotocol_not_selected, protocol_violation, protocol_error,
             "the server did not select the WebSocket subprotocol mqtt: check the URL's port and path"),
    TERN_ROW(http_head_too_large, protocol_violation, packet_too_large,
             "the server sent more HTTP headers than the limit allows"),
    TERN_ROW(websocket_protocol_error, protocol_violation, protocol_error,
             "the server broke the rules of WebSocket frames"),
    TERN_ROW(websocket_text_frame, protocol_violation, protocol_error,
             "the server sent a WebSocket text frame, where MQTT has only binary ones"),
    TERN_ROW(websocket_invalid_text, protocol_violation, protocol_error,
             "the server closed the WebSocket with a reason that is not UTF-8"),
    TERN_ROW(websocket_frame_too_large, protocol_violation, packet_too_large,
             "the server sent a WebSocket frame or message above the limit"),
#undef TERN_ROW
};

// The table is indexed by value, so its order has to be that of the enumerators.
constexpr bool errc_table_is_ordered() noexcept
{
    int expected = 1;
    for (const errc_row& row : errc_table)
    {
        if (static_cast<int>(row.value) != expected++)
        {
            return false;
        }
    }
    return expected == static_cast<int>(errc::websocket_frame_too_large) + 1;
}
static_assert(errc_table_is_ordered());

constexpr const errc_row* find_row(errc value) noexcept
{
    const int index = static_cast<int>(value) - 1;
    return index >= 0 && index < static_cast<int>(std::size(errc_table)) ? &errc_table[index] : nullptr;
}

} // namespace detail

/// The text of an error.
[[nodiscard]] constexpr std::string_view to_string(errc value) noexcept
{
    const detail::errc_row* row = detail::find_row(value);
    return row != nullptr ? row->text : std::string_view("unknown tern error");
}

/// The reason code that a DISCONNECT carries when the connection ends for this. v5 4.13
[[nodiscard]] constexpr reason_code disconnect_reason(errc value) noexcept
{
    const detail::errc_row* row = detail::find_row(value);
    return row != nullptr ? row->reason : reason_code::unspecified_error;
}

} // namespace tern

#endif
