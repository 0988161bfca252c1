// SPDX-License-Identifier: BSL-1.0
#include "tern/testing/memory_transport.hpp"

#include "support/catch.hpp"
#include "tern/client/transport.hpp"
#include "tern/testing/memory_broker.hpp"
#include "unit/testing/asio_client.hpp"

#include <asio/error.hpp>
#include <asio/io_context.hpp>

#include <optional>
#include <string>
#include <system_error>

using namespace broker_test;

static_assert(tern::transport<memory_transport>);

namespace
{

struct target
{
    std::string host;
};

std::error_code open(asio::io_context& context, memory_transport& transport, const std::string& host)
{
    std::optional<std::error_code> result;
    transport.async_open(target{host}, [&](std::error_code error) { result = error; });
    CHECK_FALSE(result.has_value()); // never inside the initiating function
    context.restart();
    context.poll();
    REQUIRE(result.has_value());
    return *result;
}

} // namespace

TEST_CASE("the transport speaks of mqtt and memory")
{
    CHECK(memory_transport::supports("mqtt"));
    CHECK(memory_transport::supports("memory"));
    CHECK_FALSE(memory_transport::supports("mqtts"));
}

TEST_CASE("the transport opens, carries packets, shuts down and closes")
{
    asio::io_context context;
    memory_broker broker(context);
    memory_transport transport(context.get_executor());
    CHECK(transport.get_executor() == asio::any_io_executor(context.get_executor()));
    CHECK(open(context, transport, "broker") == std::error_code{});
    asio_client c(context, transport);
    c.send(connect_as("a"));
    CHECK(c.expect<wire::connack>().reason_code == reason_code::success);
    CHECK(broker.core().find_session("a").has_value());

    bool done = false;
    transport.async_shutdown([&](std::error_code error) {
        CHECK_FALSE(error);
        done = true;
    });
    CHECK_FALSE(done);
    CHECK(c.end() == asio::error::eof);
    CHECK(done);
    CHECK_FALSE(broker.core().find_session("a").has_value());
    transport.close();
}

TEST_CASE("the transport says why it cannot open")
{
    asio::io_context context;
    memory_transport transport(context.get_executor());
    CHECK(open(context, transport, "broker") == asio::error::host_not_found);
    memory_broker broker(context);
    broker.accept_connections(false);
    CHECK(open(context, transport, "broker") == asio::error::connection_refused);
}
