// SPDX-License-Identifier: BSL-1.0
#include "tern/limits.hpp"

#include "support/catch.hpp"

#include <chrono>

using namespace tern;
using namespace std::chrono_literals;

TEST_CASE("what a client holds is bounded without being told")
{
    const client_limits limits;
    CHECK(limits.maximum_queued_messages == 65'536);
    CHECK(limits.maximum_queued_bytes == 67'108'864);
    CHECK(limits.when_queue_full == full_queue_policy::wait);
    CHECK(limits.maximum_waiting_messages == 65'536);
    CHECK(limits.maximum_waiting_bytes == 67'108'864);
    CHECK(limits.maximum_in_flight == 65'535); // as many as there are packet identifiers: v5 2.2.1, v3.1.1 2.3.1
    CHECK(limits.maximum_pending_subscriptions == 65'535);
    CHECK(limits.maximum_packet_size == 16'777'216);
    CHECK(limits.stream_messages == 256);
    CHECK(limits.maximum_received_bytes >= limits.maximum_packet_size); // or the largest packet would never be read
    CHECK(limits.read_size <= limits.maximum_read_size);
    CHECK(!limits.republish_exactly_once); // exactly once is not given up unless asked for
}

TEST_CASE("every wait that a server can cause has an end")
{
    const client_limits limits;
    CHECK(limits.connect_attempt == 30s);
    CHECK(limits.ping_response == 10s);
    CHECK(limits.shutdown == 5s);
    CHECK(limits.unmatched_time == 5s);
}

TEST_CASE("reconnecting backs off")
{
    const reconnect_limits limits;
    CHECK(limits.enabled);
    CHECK(limits.initial_delay == 500ms);
    CHECK(limits.maximum_delay == 1min);
    CHECK(limits.multiplier == 2.0);
    CHECK(limits.jitter == 0.5);
    CHECK(limits.stable_after == 5s);
    CHECK(limits.maximum_attempts == 0);
}
