// SPDX-License-Identifier: BSL-1.0
//
// Every bound of a client in one place: how much it queues, holds and waits for. What the server may impose is not here.
//
// Layer: vocabulary. Each figure says why it is what it is; each can be set before the first connect.
#ifndef TERN_LIMITS_HPP
#define TERN_LIMITS_HPP

#include <chrono>
#include <cstddef>
#include <cstdint>

namespace tern
{

/// What happens to a publish when the queue is full.
enum class full_queue_policy : std::uint8_t
{
    wait,        ///< it waits for room, against maximum_waiting_messages and _bytes; beyond them errc::queue_full
    refuse,      ///< errc::queue_full
    drop_oldest, ///< the oldest message that was never sent ends with errc::dropped
};

/// How long a client waits before it connects again.
struct reconnect_limits
{
    bool enabled = true;
    std::chrono::milliseconds initial_delay{500};  ///< before the second attempt; the first follows at once
    std::chrono::milliseconds maximum_delay{60'000};
    double multiplier = 2.0;                       ///< of the delay after each failure, at least 1
    double jitter = 0.5;                           ///< share of the delay that is random, 0 to 1: spreads many clients
    std::chrono::milliseconds stable_after{5'000}; ///< a connection that lived so long resets the delay
    std::uint32_t maximum_attempts = 0;            ///< in a row; 0 means no bound
};

/// The bounds of a client; pass to its constructor.
struct client_limits
{
    // Outgoing: a device that is offline for a minute at 1,000 messages a second still loses nothing.
    std::size_t maximum_queued_messages = 65'536;
    std::size_t maximum_queued_bytes = 64U * 1024 * 1024; ///< as much again may be in flight
    full_queue_policy when_queue_full = full_queue_policy::wait;
    std::size_t maximum_waiting_messages = 65'536; ///< for room in the queue
    std::size_t maximum_waiting_bytes = 64U * 1024 * 1024;
    std::uint16_t maximum_in_flight = 65'535;      ///< unacknowledged QoS 1 and 2; the server's Receive Maximum may be less
    /// QoS 2 only: a 3.1.1 server cannot announce what it takes, and Mosquitto closes the connection beyond 20.
    std::uint16_t maximum_exactly_once_in_flight_v3_1_1 = 20;
    std::size_t maximum_write_size = 256U * 1024;  ///< encoded and not yet written: more amortises no system call further
    std::size_t maximum_pending_subscriptions = 65'535; ///< SUBSCRIBE and UNSUBSCRIBE that wait, in all
    // Session lost: QoS 2 messages that were written end with errc::session_lost unless this is true.
    bool republish_exactly_once = false;

    // Incoming.
    std::uint32_t maximum_packet_size = 16U * 1024 * 1024; ///< a larger packet ends the connection
    std::size_t stream_messages = 256; ///< that one subscription's stream holds at QoS 0; the oldest makes room
    /// Of memory, for what all streams hold together. At QoS 0 the oldest makes room. At QoS 1 and 2 nothing is
    /// dropped: A 5.0 server keeps to connect_options::receive_maximum; so many messages are the bound, whatever their
    /// size, and reading never stops for them. A 3.1.1 server knows no such thing: there reading pauses while as many
    /// bytes again are held. But it goes on while a publish, subscribe or unsubscribe of this client waits for its
    /// answer, which may be behind what is unread: a program that forwards each message before it takes the next would
    /// wait for ever. Meanwhile the bound is what the server has in flight at a time, at most 65,535 messages, with
    /// Mosquitto 20. Messages that wait for a subscription (unmatched_time) count as QoS 1 and 2, and wait only while
    /// there is room.
    std::size_t maximum_received_bytes = 16U * 1024 * 1024;
    std::size_t read_size = 2'048;                         ///< first size of the read buffer; grows while it fills
    std::size_t maximum_read_size = 64U * 1024;            ///< that one read asks for, beyond a packet that needs more
    std::chrono::milliseconds unmatched_time{5'000};       ///< that a message without a subscription waits for one
    /// Of reading, while nobody takes a message, or the server does not read our answers: longer than a slow program
    /// needs for one message; then the connection is made anew. 0 means no bound.
    std::chrono::milliseconds maximum_pause{300'000};

    // Waiting.
    std::chrono::milliseconds connect_attempt{30'000};  ///< one address, until CONNACK
    std::chrono::milliseconds connect_total{0};         ///< async_connect as a whole; 0 means no bound
    std::chrono::milliseconds operation{0};             ///< publish, subscribe, unsubscribe; 0 means no bound
    std::chrono::milliseconds ping_response{10'000};    ///< PINGREQ until PINGRESP
    std::chrono::milliseconds shutdown{5'000};          ///< async_disconnect, until the connection is closed regardless

    reconnect_limits reconnect{};
};

} // namespace tern

#endif
