// SPDX-License-Identifier: BSL-1.0

#include "tern/client/transport_connection.hpp"

#include "support/catch.hpp"
#include "support/memory_client.hpp"

using namespace tern::detail;

TEST_CASE("a transport behind virtual functions opens, writes and reads")
{
    struct owner final : connection_owner
    {
        void connection_done(io_operation what, std::error_code error, std::size_t size) override
        {
            log += std::to_string(static_cast<int>(what)) + (error ? "!" : "") + "(" + std::to_string(size) + ")";
        }
        std::string log;
    } told;
    asio::io_context context;
    tern_test::memory_broker broker(context);
    using factory = transport_factory<tern::testing::memory_transport>;
    CHECK(factory::supports("mqtt"));
    CHECK_FALSE(factory::supports("https"));
    const auto made = factory::make(told, context.get_executor(), {});
    tern::url target;
    target.host = "broker";
    made->open(target);
    CHECK(told.log.empty());
    tern_test::settle(context);
    CHECK(told.log == "0(0)");
    // PINGREQ before CONNECT: the broker closes.
    made->write(asio::buffer("\xC0\x00", 2));
    char byte = 0;
    made->read(asio::buffer(&byte, 1));
    tern_test::settle(context);
    CHECK(told.log == "0(0)2(2)1!(0)");
    made->abandon();
}
