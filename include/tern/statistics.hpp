// SPDX-License-Identifier: BSL-1.0
//
// What a client has done so far, as one plain struct of counters that is free to read.
//
// Layer: vocabulary. Standard: none.
// Nothing here counts by itself: the session and the client do, and a copy is as old as the moment it was taken.
#ifndef TERN_STATISTICS_HPP
#define TERN_STATISTICS_HPP

#include <chrono>
#include <cstddef>
#include <cstdint>

namespace tern
{

/// Counters since the client was made; figures "now" are marked.
struct statistics
{
    std::uint64_t bytes_sent = 0;
    std::uint64_t bytes_received = 0;
    std::uint64_t packets_sent = 0;
    std::uint64_t packets_received = 0;
    std::uint64_t messages_sent = 0;             ///< PUBLISH packets, repeated ones included
    std::uint64_t messages_resent = 0;           ///< of them, with DUP
    std::uint64_t messages_received = 0;         ///< handed to the application, or waiting for it
    std::uint64_t duplicates_suppressed = 0;     ///< repeated messages, known by their identifiers: not delivered again
    std::uint64_t messages_unmatched = 0;        ///< received without a subscription
    std::uint64_t messages_dropped_incoming = 0; ///< QoS 0 that found a full stream, or no memory
    std::uint64_t messages_dropped_outgoing = 0; ///< from the full queue
    std::uint64_t messages_expired = 0;          ///< before they could be sent
    std::uint64_t writes = 0;                    ///< write operations of the transport
    std::uint64_t reads = 0;                     ///< read operations of the transport
    std::uint64_t connects = 0;                  ///< successful ones
    std::uint64_t connect_failures = 0;
    std::uint64_t session_losses = 0;
    std::size_t queued_messages = 0;                       ///< now: accepted, never sent
    std::size_t queued_bytes = 0;                          ///< now
    std::size_t in_flight = 0;                             ///< now: QoS 1 and 2 sent and not finished
    std::size_t unacknowledged_received = 0;               ///< now: QoS 1 and 2 received, not yet acknowledged
    std::size_t held_messages = 0;                         ///< now: in streams, or waiting for a subscription
    std::size_t held_bytes = 0;                            ///< now: of memory, for them
    std::chrono::nanoseconds oldest_unacknowledged_age{0}; ///< now: of the oldest of them
    std::chrono::nanoseconds last_round_trip{0};           ///< PINGREQ to PINGRESP
};

} // namespace tern

#endif
