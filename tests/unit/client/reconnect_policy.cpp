// SPDX-License-Identifier: BSL-1.0
#include "tern/client/reconnect_policy.hpp"

#include "support/catch.hpp"

#include <chrono>
#include <cstdint>
#include <limits>
#include <set>
#include <system_error>
#include <vector>

using namespace std::chrono_literals;
using tern::errc;
using tern::reason_code;
using tern::reconnect_limits;
using tern::reconnect_policy;

namespace
{

constexpr reconnect_policy::time_point start{};
const std::error_code refused = std::make_error_code(std::errc::connection_refused);

reconnect_limits plain()
{
    reconnect_limits limits;
    limits.jitter = 0;
    return limits;
}

std::vector<std::int64_t> delays(reconnect_policy& policy, int count)
{
    std::vector<std::int64_t> found;
    for (int i = 0; i < count; ++i)
    {
        const auto decision = policy.on_failure(refused, start);
        found.push_back(decision.retry ? decision.delay.count() : -1);
    }
    return found;
}

} // namespace

TEST_CASE("while connecting for the first time the delays begin with the initial one", "[reconnect_policy]")
{
    reconnect_policy policy(plain());
    CHECK(delays(policy, 9) == std::vector<std::int64_t>{500, 1000, 2000, 4000, 8000, 16000, 32000, 60000, 60000});
    policy.reset();
    CHECK(delays(policy, 2) == std::vector<std::int64_t>{500, 1000});
}

TEST_CASE("a stable connection that is lost is made again at once", "[reconnect_policy]")
{
    reconnect_policy policy(plain());
    (void)delays(policy, 4);
    policy.on_connected(start);
    const auto first = policy.on_failure(errc::connection_lost, start + 5s);
    CHECK(first.retry);
    CHECK(first.delay == 0ms);
    CHECK(first.attempt == 1);
    CHECK(delays(policy, 3) == std::vector<std::int64_t>{500, 1000, 2000});
}

TEST_CASE("a connection that does not last keeps the back-off growing", "[reconnect_policy]")
{
    reconnect_policy policy(plain());
    auto now = start;
    std::vector<std::int64_t> found;
    for (int i = 0; i < 6; ++i)
    {
        policy.on_connected(now);
        now += 4999ms;
        const auto decision = policy.on_failure(errc::reserved_packet_type, now);
        REQUIRE(decision.retry);
        found.push_back(decision.delay.count());
    }
    CHECK(found == std::vector<std::int64_t>{0, 500, 1000, 2000, 4000, 8000});
}

TEST_CASE("attempts in a row are bounded if so wished", "[reconnect_policy]")
{
    reconnect_limits limits = plain();
    limits.maximum_attempts = 3;
    reconnect_policy policy(limits);
    CHECK(delays(policy, 4) == std::vector<std::int64_t>{500, 1000, 2000, -1});
    const auto given_up = policy.on_failure(refused, start);
    CHECK(!given_up.retry);
    CHECK(given_up.attempt == 3);
    policy.on_connected(start);
    CHECK(policy.on_failure(refused, start + 1h).retry); // a stable connection in between begins a new row
}

TEST_CASE("no reconnecting at all if it is switched off", "[reconnect_policy]")
{
    reconnect_limits limits = plain();
    limits.enabled = false;
    reconnect_policy policy(limits);
    CHECK(!policy.on_failure(refused, start).retry);
    policy.on_connected(start);
    CHECK(!policy.on_failure(refused, start + 1h).retry);
}

TEST_CASE("jitter takes its share, and a seed foretells it", "[reconnect_policy]")
{
    reconnect_limits limits;
    limits.initial_delay = 1000ms;
    limits.maximum_delay = 1000ms;
    reconnect_policy one(limits, 42);
    reconnect_policy same(limits, 42);
    reconnect_policy other(limits, 43);
    const auto sequence = delays(one, 200);
    CHECK(delays(same, 200) == sequence);
    CHECK(delays(other, 200) != sequence);
    std::int64_t lowest = 1000;
    std::int64_t highest = 0;
    for (const std::int64_t delay : sequence)
    {
        lowest = std::min(lowest, delay);
        highest = std::max(highest, delay);
    }
    CHECK(lowest >= 500);
    CHECK(lowest < 550);
    CHECK(highest <= 1000);
    CHECK(highest > 950);
    CHECK(std::set<std::int64_t>(sequence.begin(), sequence.end()).size() > 100);

    limits.jitter = 1;
    reconnect_policy all(limits, 1);
    bool small = false;
    for (const std::int64_t delay : delays(all, 200))
    {
        CHECK(delay >= 0);
        CHECK(delay <= 1000);
        small = small || delay < 100;
    }
    CHECK(small);
}

TEST_CASE("figures that make no sense do no harm", "[reconnect_policy]")
{
    reconnect_limits limits;
    limits.initial_delay = -5s;
    limits.maximum_delay = -7s;
    limits.multiplier = std::numeric_limits<double>::quiet_NaN();
    limits.jitter = std::numeric_limits<double>::quiet_NaN();
    reconnect_policy policy(limits);
    CHECK(delays(policy, 3) == std::vector<std::int64_t>{0, 0, 0});
    limits = plain();
    limits.multiplier = 0.1;
    limits.maximum_delay = 1ms;
    reconnect_policy other(limits);
    CHECK(delays(other, 3) == std::vector<std::int64_t>{500, 500, 500});
    limits = plain();
    limits.multiplier = 1e300;
    reconnect_policy steep(limits);
    CHECK(delays(steep, 4) == std::vector<std::int64_t>{500, 60000, 60000, 60000});
}

TEST_CASE("what a CONNACK refuses for good", "[reconnect_policy]")
{
    for (const reason_code code :
         {reason_code::malformed_packet, reason_code::protocol_error, reason_code::unsupported_protocol_version,
          reason_code::client_identifier_not_valid, reason_code::bad_user_name_or_password, reason_code::not_authorized,
          reason_code::banned, reason_code::bad_authentication_method, reason_code::topic_name_invalid,
          reason_code::packet_too_large, reason_code::payload_format_invalid, reason_code::retain_not_supported,
          reason_code::qos_not_supported, reason_code::server_moved})
    {
        CAPTURE(to_string(code));
        CHECK(reconnect_policy::is_final(code));
        reconnect_policy policy(plain());
        CHECK(!policy.on_failure(code, start).retry);
    }
    for (const reason_code code :
         {reason_code::unspecified_error, reason_code::implementation_specific_error, reason_code::server_unavailable,
          reason_code::server_busy, reason_code::quota_exceeded, reason_code::use_another_server,
          reason_code::connection_rate_exceeded})
    {
        CAPTURE(to_string(code));
        CHECK(!reconnect_policy::is_final(code));
        reconnect_policy policy(plain());
        CHECK(policy.on_failure(code, start).retry);
    }
}

TEST_CASE("what a DISCONNECT ends for good", "[reconnect_policy]")
{
    for (const reason_code code : {reason_code::session_taken_over, reason_code::banned, reason_code::server_moved})
    {
        CAPTURE(to_string(code));
        reconnect_policy policy(plain());
        policy.on_connected(start);
        CHECK(!policy.on_failure(code, start + 1h).retry);
    }
    for (const reason_code code :
         {reason_code::server_shutting_down, reason_code::keep_alive_timeout, reason_code::administrative_action,
          reason_code::protocol_error, reason_code::malformed_packet, reason_code::not_authorized,
          reason_code::maximum_connect_time, reason_code::message_rate_too_high})
    {
        CAPTURE(to_string(code));
        reconnect_policy policy(plain());
        policy.on_connected(start);
        CHECK(policy.on_failure(code, start + 1h).retry);
    }
}

TEST_CASE("a server that ends short connections for the same reason is given up", "[reconnect_policy]")
{
    reconnect_policy policy(plain());
    const auto ends_with = [&policy](const std::error_code& error, std::chrono::milliseconds lasted = 1s) {
        policy.on_connected(start);
        return policy.on_failure(error, start + lasted).retry;
    };
    for (const reason_code code : {reason_code::malformed_packet, reason_code::not_authorized})
    {
        CAPTURE(to_string(code));
        policy.reset();
        CHECK(ends_with(code));
        CHECK(ends_with(code));
        CHECK(policy.on_failure(refused, start).retry); // an attempt in between does not count
        CHECK_FALSE(ends_with(code));
    }
    policy.reset();
    CHECK(ends_with(reason_code::malformed_packet));
    CHECK(ends_with(reason_code::malformed_packet));
    CHECK(ends_with(reason_code::not_authorized)); // another reason
    CHECK(ends_with(reason_code::not_authorized));
    CHECK(ends_with(refused)); // another end
    CHECK(ends_with(reason_code::not_authorized));
    CHECK(ends_with(reason_code::not_authorized));
    CHECK(ends_with(reason_code::not_authorized, 5s)); // a stable connection
    for (int i = 0; i < 20; ++i)
    {
        CHECK(ends_with(reason_code::server_shutting_down)); // not about the client
    }

    reconnect_limits limits = plain();
    limits.maximum_rejections = 0;
    policy = reconnect_policy(limits);
    for (int i = 0; i < 20; ++i)
    {
        CHECK(ends_with(reason_code::malformed_packet));
    }
}

TEST_CASE("whether a failure is final can be said instead of guessed", "[reconnect_policy]")
{
    reconnect_policy policy(plain());
    CHECK(policy.on_failure(reason_code::not_authorized, false, start).retry);
    CHECK_FALSE(policy.on_failure(refused, true, start).retry);
}

TEST_CASE("mistakes of the caller are final, other failures are not", "[reconnect_policy]")
{
    CHECK(reconnect_policy::is_final(errc::invalid_option));
    CHECK(reconnect_policy::is_final(errc::unsupported_url_scheme));
    CHECK(reconnect_policy::is_final(errc::authentication_failed));
    CHECK(!reconnect_policy::is_final(errc::connection_lost));
    CHECK(!reconnect_policy::is_final(errc::keep_alive_timeout));
    CHECK(!reconnect_policy::is_final(errc::no_connection_acknowledgement));
    CHECK(!reconnect_policy::is_final(errc::reserved_packet_type));
    CHECK(!reconnect_policy::is_final(errc::unexpected_session_present));
    CHECK(!reconnect_policy::is_final(refused));
    CHECK(!reconnect_policy::is_final(std::make_error_code(std::errc::host_unreachable)));
}

TEST_CASE("a connection has lasted when it lives long enough", "[reconnect_policy]")
{
    tern::reconnect_limits limits;
    limits.stable_after = std::chrono::milliseconds(100);
    tern::reconnect_policy policy(limits);
    const tern::reconnect_policy::time_point now{};
    CHECK_FALSE(policy.has_lasted(now));
    policy.on_connected(now);
    CHECK_FALSE(policy.has_lasted(now + std::chrono::milliseconds(99)));
    CHECK(policy.has_lasted(now + std::chrono::milliseconds(100)));
    (void)policy.on_failure(tern::errc::closed_by_server, now);
    CHECK_FALSE(policy.has_lasted(now + std::chrono::milliseconds(100)));
}

TEST_CASE("the random sequence is that of the seed", "[reconnect_policy]")
{
    tern::reconnect_policy one({}, 7);
    tern::reconnect_policy same({}, 7);
    tern::reconnect_policy other({}, 8);
    const std::uint64_t first = one.draw();
    CHECK(first == same.draw());
    CHECK(first != other.draw());
    CHECK(one.draw() != first);
}
