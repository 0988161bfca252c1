// SPDX-License-Identifier: BSL-1.0
#include "tern/testing/asio_broker.hpp"

#include "support/catch.hpp"
#include "tern/testing/memory_link.hpp"
#include "tern/testing/virtual_clock.hpp"
#include "unit/testing/asio_client.hpp"

#include <asio/error.hpp>
#include <asio/io_context.hpp>

#include <memory>
#include <string>

using namespace broker_test;

namespace
{

struct served
{
    explicit served(broker_configuration configuration = {})
        : front(std::make_shared<asio_broker>(context.get_executor(), std::move(configuration), nullptr)),
          stream(context.get_executor())
    {
        memory_stream end(context.get_executor());
        link.join(stream, end);
        id = front->serve(std::move(end));
    }

    ~served()
    {
        front->stop();
        context.restart();
        context.poll();
    }

    asio::io_context context;
    std::shared_ptr<asio_broker> front;
    memory_link link;
    memory_stream stream;
    asio_client<memory_stream> client{context, stream};
    connection_id id = connection_id::none;
};

} // namespace

TEST_CASE("the broker's deadlines are kept")
{
    served s;
    wire::connect packet = connect_as("a");
    packet.keep_alive = 1;
    s.client.send(packet);
    s.client.expect<wire::connack>();
    const auto begin = std::chrono::steady_clock::now();
    CHECK(s.client.expect<wire::disconnect>().reason_code == reason_code::keep_alive_timeout);
    CHECK(std::chrono::steady_clock::now() - begin >= 1'000ms);
    CHECK(s.client.end() == asio::error::eof);
}

TEST_CASE("the broker takes its time from where its context has it")
{
    asio::io_context context;
    auto& clock = virtual_clock::of(context);
    const auto front = std::make_shared<asio_broker>(context.get_executor(), broker_configuration{}, nullptr);
    memory_link link;
    memory_stream stream(context.get_executor());
    memory_stream end(context.get_executor());
    link.join(stream, end);
    front->serve(std::move(end));
    CHECK(front->now() == clock.now());
    const auto begin = clock.now();
    CHECK(clock.run(context, [&] { return front->core().connections().empty(); }));
    const broker_limits limits; // nothing came, and the client does not close
    CHECK((clock.now() - begin) / 1ms == limits.connect_timeout / 1ms);
    front->stop();
}

TEST_CASE("the last packet arrives before the connection closes, however much the client still sends")
{
    served s;
    s.client.send(connect_as("a"));
    s.client.expect<wire::connack>();
    s.front->core().disconnect(s.id, reason_code::server_busy, s.front->now());
    s.front->flush();
    for (int i = 0; i < 100; ++i)
    {
        s.client.send(wire::pingreq{});
    }
    CHECK(s.client.expect<wire::disconnect>().reason_code == reason_code::server_busy);
    CHECK(s.client.end() == asio::error::eof);
}

TEST_CASE("a client that does not read is not read from, and goes on when it does")
{
    broker_configuration configuration;
    configuration.limits.maximum_output = 1'000;
    served s(configuration);
    s.link.back().capacity = 100;
    s.client.send(connect_as("a"));
    s.client.expect<wire::connack>();
    for (int i = 0; i < 600; ++i)
    {
        s.client.send(wire::pingreq{});
    }
    CHECK(s.front->core().statistics().packets_received <= 601);
    for (int i = 0; i < 600; ++i)
    {
        s.client.expect<wire::pingresp>();
    }
    CHECK(s.front->core().statistics().packets_received == 601);
    CHECK_FALSE(s.front->core().finished(s.id));
}

TEST_CASE("stopping closes everything")
{
    served s;
    s.client.send(connect_as("a"));
    s.client.expect<wire::connack>();
    s.front->stop();
    CHECK(s.front->stopped());
    CHECK(s.client.end() == asio::error::eof);
    CHECK(s.front->core().connections().empty());
    CHECK(s.front->core().session_count() == 0);
}
