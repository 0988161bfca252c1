// SPDX-License-Identifier: BSL-1.0
//
// What the testing broker announces, whom it lets in, and every bound on what it keeps.
//
// Layer: testing. Standard: v5 3.2.2.3 (what a server announces in CONNACK), v3.1.1 3.2.
// Every announced limit is enforced as well, so that a client which ignores one is found out. Decisions that a table
// cannot take (access to topics, enhanced authentication) are those of broker/policy.hpp.
#ifndef TERN_TESTING_BROKER_CONFIGURATION_HPP
#define TERN_TESTING_BROKER_CONFIGURATION_HPP

#include "tern/qos.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace tern::testing
{

/// The broker reads no clock: whoever drives it says what time it is.
using time_point = std::chrono::steady_clock::time_point;

/// The bounds on memory and time. Nothing in the broker grows beyond one of them.
struct broker_limits
{
    std::size_t maximum_connections = 4'096;        ///< one more is closed at once
    std::size_t maximum_sessions = 65'536;          ///< connected or not; one more is refused with 0x97
    std::size_t maximum_subscriptions = 65'536;     ///< of one session; one more is refused with 0x97
    std::size_t maximum_retained_messages = 65'536; ///< one more is not retained, and counted
    std::size_t maximum_retained_bytes = 256U * 1024 * 1024;
    // Of one session: an hour of 25 messages a second. What comes on top is dropped and counted.
    std::size_t maximum_queued_messages = 100'000;
    std::size_t maximum_queued_bytes = 128U * 1024 * 1024;
    std::uint16_t maximum_in_flight = 65'535; ///< the client's Receive Maximum may be less
    /// Encoded and not yet taken, per connection. Beyond it messages wait in the session's queue, QoS 0 is dropped, and
    /// a connection whose answers alone double it is closed.
    std::size_t maximum_output = 1024U * 1024;
    std::uint32_t maximum_topic_nodes = 1'048'576;     ///< levels of all subscriptions, and of all retained topics
    std::chrono::milliseconds connect_timeout{10'000}; ///< until a complete CONNECT (and AUTH) has come
    std::chrono::milliseconds close_timeout{2'000};    ///< for the last bytes of a connection that the broker closes
};

/// A user that may connect. Passwords are compared, not hashed: this is no server to trust with real ones.
struct broker_user
{
    std::string name;
    std::string password;
};

/// What answers a CONNECT of a protocol version that is switched off; a client's fall-back has to cope with each.
enum class version_refusal : std::uint8_t
{
    connack_v5,     ///< 5.0's CONNACK with 0x84
    connack_v3_1_1, ///< the two-byte CONNACK with return code 1
    close,          ///< the connection is closed without a word
};

/// How a broker behaves; the presets are those of a server that supports everything.
struct broker_configuration
{
    bool accept_v5 = true;
    bool accept_v3_1_1 = true;
    version_refusal refusal = version_refusal::connack_v3_1_1;

    std::vector<broker_user> users{}; ///< empty: everybody may connect
    bool allow_anonymous = false;     ///< with users: also who gives no name at all

    // Announced in CONNACK where they differ from what the standard presumes.
    std::uint16_t receive_maximum = 65'535;
    qos maximum_qos = qos::exactly_once;
    bool retain_available = true;
    std::uint32_t maximum_packet_size = 16U * 1024 * 1024; ///< in bytes; 268,435,460 is "no limit" and not announced
    std::uint16_t topic_alias_maximum = 64;                ///< that a client may use
    std::optional<std::uint16_t> server_keep_alive{};      ///< seconds; replaces what the client asked for
    bool wildcard_subscriptions_available = true;
    bool shared_subscriptions_available = true;
    bool subscription_identifiers_available = true;
    std::optional<std::uint32_t> maximum_session_expiry{}; ///< seconds; a longer one is cut to it
    std::string response_information{};                    ///< sent to a client that asks for it, unless empty
    std::string server_reference{};                        ///< sent with 0x9C and 0x9D, unless empty

    std::uint32_t v3_1_1_session_expiry = 0xFFFFFFFF; ///< of CleanSession 0, which names no time
    bool enforce_keep_alive = true;                   ///< closes a client that is silent for 1.5 times its keep alive
    bool send_topic_aliases = false; ///< replaces repeated topics by aliases, as many as the client grants
    bool send_reason_strings = true; ///< with failures, to clients that did not switch them off
    bool queue_qos_0 = false;        ///< also keeps QoS 0 for sessions that are not connected
    /// Publishes are taken but not acknowledged until broker::release_acknowledgements(): shows a client's window.
    bool hold_acknowledgements = false;

    std::uint64_t seed = 0; ///< for the hashes of topics and for assigned client identifiers
    broker_limits limits{};
};

/// Counted since the broker was made.
struct broker_statistics
{
    std::uint64_t connections_opened = 0;
    std::uint64_t connections_accepted = 0; ///< CONNACK with success
    std::uint64_t connections_refused = 0;  ///< CONNACK with a failure
    std::uint64_t protocol_errors = 0;      ///< clients that were closed for breaking a rule
    std::uint64_t packets_received = 0;
    std::uint64_t packets_sent = 0;
    std::uint64_t bytes_received = 0;
    std::uint64_t messages_received = 0;   ///< published by clients, repeated QoS 2 not counted twice
    std::uint64_t duplicates_received = 0; ///< repeated QoS 2 publishes that were not delivered again
    std::uint64_t messages_sent = 0;       ///< PUBLISH packets, resent ones included
    std::uint64_t messages_resent = 0;     ///< PUBLISH packets with DUP
    std::uint64_t messages_dropped = 0;    ///< no room, too large for the client, refused
    std::uint64_t messages_expired = 0;
    std::uint64_t wills_published = 0;
    std::uint64_t sessions_resumed = 0;
    std::uint64_t sessions_taken_over = 0;
    std::uint64_t keep_alive_timeouts = 0;
};

} // namespace tern::testing

#endif
