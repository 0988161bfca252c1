// SPDX-License-Identifier: BSL-1.0
//
// A small MQTT broker for demonstrations and for the tests of programs that use tern. It is no broker for production:
// it keeps everything in memory, trusts its operator, compares passwords as plain text and knows no clustering.
//
// Layer: testing. Standard: v5 and v3.1.1, the server's part.
//
// It does no I/O and has no clock or thread: bytes and the time go in, bytes to write come out. testing/tcp_broker.hpp
// joins it to sockets, testing/memory_broker.hpp to streams in memory. By hand:
//
//     tern::testing::broker broker;
//     const auto id = broker.open(now);          // a client has connected
//     broker.receive(id, bytes, now);            // it sent something
//     while (const auto ready = broker.next_ready())
//         if (broker.take_output(*ready, buffer, now)) ...write buffer...; if (broker.finished(*ready)) ...close it...
#ifndef TERN_TESTING_BROKER_HPP
#define TERN_TESTING_BROKER_HPP

#include "tern/testing/broker/calls.hpp"
#include "tern/testing/broker/interface.hpp"

#endif
