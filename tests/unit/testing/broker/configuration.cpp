// SPDX-License-Identifier: BSL-1.0
#include "tern/testing/broker/configuration.hpp"

#include "support/catch.hpp"
#include "unit/testing/wire_client.hpp"

using namespace broker_test;

TEST_CASE("the preset broker supports everything and is bounded")
{
    const broker_configuration configuration;
    CHECK(configuration.accept_v5);
    CHECK(configuration.accept_v3_1_1);
    CHECK(configuration.users.empty());
    CHECK(configuration.maximum_qos == qos::exactly_once);
    CHECK(configuration.maximum_packet_size <= wire::maximum_packet_size);
    CHECK(configuration.limits.maximum_queued_messages > 0);
    CHECK(configuration.limits.maximum_queued_messages < 1'000'000'000);
    CHECK(configuration.limits.maximum_output < 1'000'000'000);
}

TEST_CASE("a packet above the announced size is refused while its header arrives")
{
    broker_configuration configuration;
    configuration.maximum_packet_size = 100;
    world w(configuration);
    client c(w);
    CHECK(c.connect(connect_as("a")).properties.maximum_packet_size == 100);
    c.send(message("t", std::string(90, 'x')));
    CHECK(c.silent());
    c.send_bytes(std::string_view("\x30\x63", 2));
    CHECK(c.expect<wire::disconnect>().reason_code == reason_code::packet_too_large);
    CHECK(c.finished());
}
