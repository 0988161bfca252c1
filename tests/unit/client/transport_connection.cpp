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
    REQUIRE(factory::find("mqtt") != nullptr);
    CHECK(factory::find("https") == nullptr);
    const auto made = factory::find("mqtt")->make(told, context.get_executor(), {}, nullptr);
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
    CHECK(made->explanation(asio::error::eof).empty());
    made->abandon();
}

namespace
{

/// Has settings, refuses some, and has words for its errors.
struct wordy_transport : tern::testing::memory_transport
{
    wordy_transport(const asio::any_io_executor& executor, const std::shared_ptr<tern::transport_settings>& settings)
        : memory_transport(executor), file(settings->tls.ca_file)
    {
    }

    static std::error_code prepare(tern::transport_settings& settings)
    {
        settings.explanation = "prepared";
        return settings.tls.ca_file == "bad" ? make_error_code(tern::errc::unusable_ca_certificates)
                                             : std::error_code();
    }

    [[nodiscard]] std::string explanation(std::error_code error) const { return file + ": " + error.message(); }

    std::string file;
};

} // namespace

TEST_CASE("a transport that wants settings gets them, checks them, and has words for its errors")
{
    struct owner final : connection_owner
    {
        void connection_done(io_operation, std::error_code, std::size_t) override {}
    } told;
    asio::io_context context;
    using factory = transport_factory<wordy_transport>;
    const auto settings = std::make_shared<tern::transport_settings>();
    settings->tls.ca_file = "bad";
    CHECK(factory::prepare(*settings) == tern::errc::unusable_ca_certificates);
    CHECK(settings->explanation == "prepared");
    settings->tls.ca_file = "good";
    CHECK_FALSE(factory::prepare(*settings));
    CHECK_FALSE(transport_factory<tern::testing::memory_transport>::prepare(*settings));
    const auto made = factory::make(told, context.get_executor(), {}, settings);
    CHECK(made->explanation(tern::errc::timed_out) == "good: the time limit was reached");
}

TEST_CASE("a client of one transport finds only that one")
{
    using finder = factory_finder<tern::testing::memory_transport>;
    CHECK(finder::find("memory") == &transport_factory<tern::testing::memory_transport>::value);
    CHECK(finder::find("mqtts") == nullptr);
}
