// SPDX-License-Identifier: BSL-1.0
#include "tern/testing/tcp_broker.hpp"

#include "support/catch.hpp"
#include "unit/testing/asio_client.hpp"

#include <asio/error.hpp>
#include <asio/io_context.hpp>
#include <asio/ip/address_v4.hpp>
#include <asio/ip/tcp.hpp>

#include <string>
#include <system_error>
#include <vector>

using namespace broker_test;

namespace
{

struct member
{
    member(asio::io_context& context, std::uint16_t port) : socket(context), packets(context, socket)
    {
        socket.connect({asio::ip::address_v4::loopback(), port});
    }

    asio::ip::tcp::socket socket;
    asio_client<asio::ip::tcp::socket> packets;
};

} // namespace

TEST_CASE("the broker listens on a free port of the loopback interface")
{
    asio::io_context context;
    tcp_broker broker(context);
    CHECK(broker.port() == 0);
    REQUIRE_FALSE(broker.listen());
    CHECK(broker.port() != 0);
    REQUIRE_FALSE(broker.listen("127.0.0.1", 0));
    const std::vector<asio::ip::tcp::endpoint> where = broker.endpoints();
    REQUIRE(where.size() == 2);
    CHECK(where[0].address().is_loopback());
    CHECK(where[0].port() == broker.port());
    CHECK(where[1].port() != broker.port());
    member a(context, where[0].port());
    member b(context, where[1].port());
    a.packets.send(connect_as("a", true, 100));
    b.packets.send(connect_as("b"));
    CHECK(a.packets.expect<wire::connack>().reason_code == reason_code::success);
    CHECK(b.packets.expect<wire::connack>().reason_code == reason_code::success);
    wire::subscription wanted;
    wanted.topic_filter = "#";
    const std::vector<wire::subscription> list{wanted};
    wire::subscribe packet;
    packet.packet_identifier = 1;
    packet.subscriptions = list;
    a.packets.send(packet);
    a.packets.expect<wire::suback>();
    const std::string large(300'000, 'x');
    b.packets.send(message("t", large));
    CHECK(a.packets.expect<wire::publish>().payload == byte_view(large));

    CHECK(broker.drop_connection("a"));
    CHECK_FALSE(broker.drop_connection("a"));
    CHECK_FALSE(broker.drop_connection("c"));
    CHECK(a.packets.end() == asio::error::eof);
    CHECK(broker.core().find_session("a").has_value());
    broker.drop_sessions();
    CHECK(b.packets.end() == asio::error::eof);
    CHECK(broker.core().session_count() == 0);
}

TEST_CASE("the broker says why it cannot listen")
{
    asio::io_context context;
    tcp_broker first(context);
    tcp_broker second(context);
    REQUIRE_FALSE(first.listen());
    CHECK(second.listen("127.0.0.1", first.port()) == asio::error::address_in_use);
    CHECK(second.endpoints().empty());
    CHECK(second.listen("localhost or so", 0));
}

TEST_CASE("the broker stops listening, and begins again on the same port")
{
    asio::io_context context;
    tcp_broker broker(context);
    REQUIRE_FALSE(broker.listen());
    const std::uint16_t port = broker.port();
    member a(context, port);
    a.packets.send(connect_as("a", true, 100));
    a.packets.expect<wire::connack>();
    broker.stop_listening();
    broker.drop_connections();
    CHECK(broker.port() == 0);
    CHECK(a.packets.end() == asio::error::eof);
    asio::ip::tcp::socket refused(context);
    std::error_code error;
    refused.connect({asio::ip::address_v4::loopback(), port}, error);
    CHECK(error == asio::error::connection_refused);
    REQUIRE_FALSE(broker.listen("127.0.0.1", port));
    member b(context, port);
    b.packets.send(connect_as("a", false, 100));
    CHECK(b.packets.expect<wire::connack>().session_present);
    broker.stop();
    CHECK(b.packets.end() == asio::error::eof);
}
