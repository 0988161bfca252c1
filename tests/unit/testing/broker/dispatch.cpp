// SPDX-License-Identifier: BSL-1.0
#include "tern/testing/broker/dispatch.hpp"

#include "support/catch.hpp"
#include "unit/testing/wire_client.hpp"

#include <random>

using namespace broker_test;

TEST_CASE("packets are handled however their bytes are cut")
{
    world w;
    const std::string bytes = bytes_of(connect_as("a")) + bytes_of(wire::pingreq{}) +
                              bytes_of(message("t", std::string(300, 'x'), qos::at_least_once, 1)) +
                              bytes_of(wire::pingreq{});
    const std::size_t piece = GENERATE(1U, 2U, 7U, 1'000U);
    client c(w);
    for (std::size_t i = 0; i < bytes.size(); i += piece)
    {
        c.send_bytes(std::string_view(bytes).substr(i, piece));
    }
    c.expect<wire::connack>();
    c.expect<wire::pingresp>();
    c.expect<wire::puback>();
    c.expect<wire::pingresp>();
    CHECK(c.silent());
    CHECK(w.core.statistics().packets_received == 4);
    CHECK(w.core.statistics().bytes_received == bytes.size());
}

TEST_CASE("what only a server sends is a protocol error")
{
    world w;
    client c(w);
    c.connect(connect_as("a"));
    SECTION("PINGRESP")
    {
        c.send(wire::pingresp{});
    }
    SECTION("CONNACK")
    {
        c.send(wire::connack{});
    }
    CHECK(c.expect<wire::disconnect>().reason_code == reason_code::protocol_error);
    CHECK(c.finished());
    c.send(wire::pingreq{});
    CHECK(c.silent());
}

TEST_CASE("a malformed packet is answered with its reason in 5.0, by closing in 3.1.1")
{
    world w;
    client c(w);
    c.connect(connect_as("a"));
    c.send_bytes(std::string_view("\x00", 1));
    CHECK(c.expect<wire::disconnect>().reason_code == reason_code::malformed_packet);
    client old(w, protocol_version::v3_1_1);
    old.connect(connect_as("b"));
    old.send_bytes(std::string_view("\xf0", 1));
    old.send_bytes(std::string_view("\0", 1));
    CHECK(old.silent());
    CHECK(old.finished());
}

TEST_CASE("no bytes bring the broker down")
{
    std::minstd_rand random(GENERATE(range(1U, 9U)));
    world w;
    const std::string valid = bytes_of(connect_as("a")) + bytes_of(message("t", "x", qos::exactly_once, 1)) +
                              bytes_of(wire::pubrel{1}) +
                              std::string("\x82\x07\0\1\0\0\1t\2\xa2\x06\0\2\0\0\1t\xe0\2\0\0", 21);
    for (int i = 0; i < 500; ++i)
    {
        client c(w);
        std::string bytes = valid;
        for (std::size_t changes = random() % 4; changes-- > 0;)
        {
            bytes[random() % bytes.size()] = static_cast<char>(random());
        }
        c.send_bytes(bytes);
        c.take_bytes();
        c.lose();
        w.pass(1s);
    }
    CHECK(w.core.connections().empty());
    CHECK(w.core.statistics().connections_opened == 500);
    CHECK(w.core.statistics().connections_accepted > 0);
}
