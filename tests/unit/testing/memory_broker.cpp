// SPDX-License-Identifier: BSL-1.0
#include "tern/testing/memory_broker.hpp"

#include "support/catch.hpp"
#include "tern/testing/memory_transport.hpp"
#include "unit/testing/asio_client.hpp"

#include <asio/error.hpp>
#include <asio/io_context.hpp>

#include <string>
#include <system_error>

using namespace broker_test;

namespace
{

struct target
{
    std::string host = "broker";
};

// A client of a memory_broker, connected.
struct member
{
    explicit member(asio::io_context& context) : transport(context.get_executor()), packets(context, transport)
    {
        transport.async_open(target{}, [this](std::error_code ended) { error = ended; });
        context.restart();
        context.poll();
    }

    memory_transport transport;
    asio_client<memory_transport> packets;
    std::error_code error;
};

} // namespace

TEST_CASE("clients of a memory broker talk to each other, byte for byte if need be")
{
    asio::io_context context;
    memory_broker broker(context);
    link_faults slow;
    slow.maximum_read = GENERATE(std::size_t{1}, std::size_t{1'000'000});
    slow.maximum_write = slow.maximum_read;
    broker.faults(slow, slow);
    member a(context);
    member b(context);
    a.packets.send(connect_as("a"));
    b.packets.send(connect_as("b"));
    a.packets.expect<wire::connack>();
    b.packets.expect<wire::connack>();
    wire::subscription wanted;
    wanted.topic_filter = "#";
    wire::subscribe packet;
    const std::vector<wire::subscription> list{wanted};
    packet.packet_identifier = 1;
    packet.subscriptions = list;
    b.packets.send(packet);
    b.packets.expect<wire::suback>();
    a.packets.send(message("t", std::string(1'000, 'x')));
    CHECK(b.packets.expect<wire::publish>().payload.size() == 1'000);
    CHECK(broker.connection_count() == 2);
    CHECK(broker.links().size() == 2);

    wire::publish own = message("own", "y");
    broker.core().publish(own, broker.now());
    broker.flush();
    CHECK(b.packets.expect<wire::publish>().topic == "own");
}

TEST_CASE("connections break as the test says")
{
    asio::io_context context;
    memory_broker broker(context);
    link_faults faults;
    faults.cut_after = 3;
    faults.cut = link_cut::end_of_stream;
    SECTION("the next one, on the way to the client")
    {
        broker.faults_of_next({}, faults);
        member a(context);
        a.packets.send(connect_as("a", true, 100));
        CHECK(a.packets.end() == asio::error::eof);
        CHECK(broker.core().find_session("a").has_value());
        member b(context);
        b.packets.send(connect_as("a", false, 100));
        CHECK(b.packets.expect<wire::connack>().session_present);
    }
    SECTION("the next one, on the way to the broker")
    {
        broker.faults_of_next(faults, {});
        member a(context);
        a.packets.send(connect_as("a", true, 100));
        CHECK(a.packets.end() == asio::error::eof);
        CHECK_FALSE(broker.core().find_session("a").has_value());
    }
    SECTION("all of them, now")
    {
        member a(context);
        a.packets.send(connect_as("a", true, 100));
        a.packets.expect<wire::connack>();
        broker.cut(link_cut::reset);
        CHECK(a.packets.end() == asio::error::connection_reset);
        CHECK(broker.links().size() == 1);
        a.transport.close();
        context.restart();
        context.poll();
        CHECK(broker.links().empty());
        CHECK(broker.core().find_session("a")->connection == connection_id::none);
    }
    SECTION("with the sessions")
    {
        member a(context);
        a.packets.send(connect_as("a", true, 100));
        a.packets.expect<wire::connack>();
        broker.drop_sessions();
        CHECK(a.packets.end() == asio::error::eof);
        CHECK(broker.core().session_count() == 0);
    }
}

TEST_CASE("a name belongs to one memory broker, until it stops")
{
    asio::io_context context;
    memory_broker broker(context);
    CHECK_THROWS_AS(memory_broker(context), std::system_error);
    memory_broker other(context, {}, nullptr, "other");
    broker.stop();
    member late(context);
    CHECK(late.error == asio::error::host_not_found);
    memory_broker next(context);
    member a(context);
    CHECK_FALSE(a.error);
    CHECK(next.connection_count() == 1);
}
