// SPDX-License-Identifier: BSL-1.0
//
// Every bound of a client in one place: how much it queues, holds and waits for. What the server may impose is not
// here.
//
// Layer: vocabulary. Standard: none.
// Each figure says why it is what it is; each can be set before the first connect. The bounds of the wire format, which
// nobody can set, are in wire/limits.hpp.
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

/// How long a client waits before it connects again, and when it does not. Negative delays count as 0, a multiplier
/// below 1 as 1, a jitter outside 0 to 1 as the nearer of the two.
///
/// A client whose identifier another one uses is told so by a 5.0 server (reason 0x8E), and stays away. A 3.1.1 server
/// just closes: there two clients with one identifier throw each other out for ever, and only the delays slow them
/// down.
struct reconnect_limits
{
    bool enabled = true; ///< false: a lost connection is the end; connect_options::retry is then refused
    /// Before the second attempt; the first follows at once. Most servers that restart are back by then.
    std::chrono::milliseconds initial_delay{500};
    std::chrono::milliseconds maximum_delay{60'000}; ///< a minute: nobody waits longer for a server that is back
    double multiplier = 2.0;                         ///< of the delay after each failure
    double jitter = 0.5;                             ///< share of the delay that is random: spreads many clients
    /// A connection that lived so long resets the delay: longer than a server needs to refuse what it was sent.
    std::chrono::milliseconds stable_after{5'000};
    /// In a row, after the first of async_connect. 0 means no bound: a device in the field has nobody to start it
    /// again.
    std::uint32_t maximum_attempts = 0;
    /// Connections in a row, none of them stable, that the server ended with one DISCONNECT reason code which blames or
    /// refuses the client; then it gives up, as the server would be sent the same again. Three, as one may be chance.
    /// 0 means no bound.
    std::uint32_t maximum_rejections = 3;
};

/// The bounds of a client; pass to its constructor.
///
/// Sizes are in bytes and hold what they say without overhead. A bound of 0 allows nothing, unless it says otherwise.
struct client_limits
{
    // Outgoing: a device that is offline for a minute at 1,000 messages a second still loses nothing.
    std::size_t maximum_queued_messages = 65'536;
    std::size_t maximum_queued_bytes = 64U * 1024 * 1024; ///< as much again may be in flight; 1 KiB for each message
    full_queue_policy when_queue_full = full_queue_policy::wait; ///< nothing is lost, and who awaits is slowed down
    std::size_t maximum_waiting_messages = 65'536;               ///< for room in the queue: one queue more
    std::size_t maximum_waiting_bytes = 64U * 1024 * 1024;
    /// Unacknowledged QoS 1 and 2, 1 to 65,535, 0 counts as 1; the server's Receive Maximum may be less, and is the one
    /// that knows what the server can take.
    std::uint16_t maximum_in_flight = 65'535;
    /// QoS 2 only, 1 to 65,535, 0 counts as 1: a 3.1.1 server cannot announce what it takes, and Mosquitto closes the
    /// connection beyond 20.
    std::uint16_t maximum_exactly_once_in_flight_v3_1_1 = 20;
    std::size_t maximum_write_size =
        256U * 1024; ///< encoded and not yet written: more amortises no system call further
    std::size_t maximum_pending_subscriptions =
        65'535; ///< SUBSCRIBE and UNSUBSCRIBE that wait: there are no more numbers
    // Session lost: QoS 2 messages that were written end with errc::session_lost unless this is true.
    bool republish_exactly_once = false;

    // Incoming.
    /// A larger packet ends the connection; 0 means the largest that MQTT knows. 16 MiB: a file, not a memory full of
    /// it.
    std::uint32_t maximum_packet_size = 16U * 1024 * 1024;
    /// That one subscription's stream holds at QoS 0: as many as Receive Maximum. The oldest makes room.
    std::size_t stream_messages = 256;
    /// Of memory, for what all streams hold together: at least one packet of the largest size. At QoS 0 the oldest
    /// makes room. At QoS 1 and 2 nothing is dropped: a 5.0 server keeps to connect_options::receive_maximum; so many
    /// messages are the bound, whatever their size, and reading never stops for them. A 3.1.1 server knows no such
    /// thing: there reading pauses while as many bytes again are held. But it goes on while a publish, subscribe or
    /// unsubscribe of this client waits for its answer, which may be behind what is unread: a program that forwards
    /// each message before it takes the next would wait for ever. Meanwhile the bound is what the server has in flight
    /// at a time, at most 65,535 messages, with Mosquitto 20. Messages that wait for a subscription (unmatched_time)
    /// count as QoS 1 and 2, and wait only while there is room.
    std::size_t maximum_received_bytes = 16U * 1024 * 1024;
    std::size_t read_size = 2'048;              ///< first size of the read buffer: an idle client is to be small
    std::size_t maximum_read_size = 64U * 1024; ///< that one read asks for, beyond a packet that needs more
    std::chrono::milliseconds unmatched_time{
        5'000}; ///< that a message without a subscription waits for one: a start-up
    /// Of reading, while nobody takes a message, or the server does not read our answers: longer than a slow program
    /// needs for one message; then the connection is made anew. Not positive: no bound.
    std::chrono::milliseconds maximum_pause{300'000};

    // Waiting. What is not positive means no bound.
    /// One try of one server until CONNACK: the answer of on_attempt()'s handler, looking the server's name up, and all
    /// addresses of it together. The address that answers first is taken; if MQTT fails there the other addresses are
    /// not tried, but the next URL is. Half a minute: TLS with a slow device.
    std::chrono::milliseconds connect_attempt{30'000};
    std::chrono::milliseconds connect_total{0}; ///< async_connect as a whole: one pass ends by itself
    std::chrono::milliseconds operation{0}; ///< publish, subscribe, unsubscribe, re-authenticate: they survive outages
    /// PINGREQ until PINGRESP, or anything else that comes; a write that does not move has it too, after a keep alive
    /// interval. Ten seconds: more than any round trip.
    std::chrono::milliseconds ping_response{10'000};
    std::chrono::milliseconds shutdown{5'000}; ///< async_disconnect, for what is queued and in flight: a person waits
    /// The last packet of a connection to be written, and then the server's end of the stream to come: one round trip.
    std::chrono::milliseconds closing{1'000};

    reconnect_limits reconnect{};
};

} // namespace tern

#endif
