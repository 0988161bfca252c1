// SPDX-License-Identifier: BSL-1.0
//
// The decisions and observations of a testing broker that its user may take over: access, enhanced authentication, what
// happened, every packet.
//
// Layer: testing. Standard: v5 4.12 (enhanced authentication), 5.4.2 and 5.4.3 (authorization); v3.1.1 5.4.
// Derive from broker_policy and override what is needed; everything not overridden is allowed, and nothing is seen.
#ifndef TERN_TESTING_BROKER_POLICY_HPP
#define TERN_TESTING_BROKER_POLICY_HPP

#include "tern/byte_view.hpp"
#include "tern/protocol_version.hpp"
#include "tern/reason_code.hpp"
#include "tern/wire/packets.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace tern::testing
{

/// Names one connection of one broker; never used again.
enum class connection_id : std::uint64_t
{
    none = 0,
};

/// Who is asking; the views hold during the call.
struct client_identity
{
    connection_id connection = connection_id::none;
    protocol_version version = protocol_version::v5;
    std::string_view client_identifier{};
    std::string_view user_name{}; ///< empty when none was given
};

/// The next step of an enhanced authentication.
struct authentication_answer
{
    /// success, continue_authentication, or a failure that CONNACK or DISCONNECT may carry.
    tern::reason_code reason_code = tern::reason_code::bad_authentication_method;
    std::string data{};
};

enum class broker_event_kind : std::uint8_t
{
    connected,       ///< `session_present` says whether it resumed
    refused,         ///< `reason_code` was sent in CONNACK
    disconnected,    ///< by the client's DISCONNECT, with its `reason_code`
    connection_lost, ///< without a DISCONNECT
    closed,          ///< by the broker, for `reason_code`
    published,       ///< `topic` and `size` of the payload
    subscribed,      ///< `topic` is the filter, `reason_code` the answer
    unsubscribed,    ///< `topic` is the filter
    will_published,
    session_ended,
    message_dropped, ///< for `client_identifier`, because there was no room
};

/// The views hold during the call.
struct broker_event
{
    broker_event_kind kind;
    connection_id connection = connection_id::none;
    std::string_view client_identifier{};
    std::string_view topic{};
    tern::reason_code reason_code = tern::reason_code::success;
    std::size_t size = 0;
    bool session_present = false;
};

enum class packet_direction : std::uint8_t
{
    received, ///< by the broker
    sent,     ///< by the broker
};

/// The functions run inside the broker: they must not call it.
class broker_policy
{
public:
    broker_policy() = default;
    broker_policy(const broker_policy&) = delete;
    broker_policy& operator=(const broker_policy&) = delete;
    virtual ~broker_policy() = default;

    /// After the table of users has agreed. A failure refuses the connection with that code.
    virtual reason_code authorize_connection(const client_identity&, const wire::connect&)
    {
        return reason_code::success;
    }

    /// A failure refuses the message: PUBACK and PUBREC of 5.0 carry it; 3.1.1 and QoS 0 lose the message silently.
    virtual reason_code authorize_publish(const client_identity&, const wire::publish&) { return reason_code::success; }

    /// A failure refuses this one filter in SUBACK.
    virtual reason_code authorize_subscription(const client_identity&, const wire::subscription&)
    {
        return reason_code::success;
    }

    /// One step of enhanced authentication: `data` came in CONNECT (`first`) or AUTH; `again` is true when the client
    /// authenticates anew on a running connection.
    virtual authentication_answer authenticate(const client_identity&, std::string_view /*method*/, byte_view /*data*/,
                                               bool /*first*/, bool /*again*/)
    {
        return {};
    }

    virtual void on_event(const broker_event&) {}

    /// One whole packet, before it is judged or when it is encoded.
    virtual void on_packet(packet_direction, connection_id, protocol_version, std::string_view /*packet*/) {}
};

} // namespace tern::testing

#endif
