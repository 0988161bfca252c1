// SPDX-License-Identifier: BSL-1.0
#include "tern/client/open_tcp.hpp"

#include "support/catch.hpp"

#include <asio/error.hpp>
#include <asio/io_context.hpp>
#include <asio/ip/address.hpp>
#include <asio/ip/tcp.hpp>

#include <memory>
#include <system_error>

using namespace tern::detail;
using asio::ip::tcp;

TEST_CASE("without a proxy TCP is opened directly")
{
    asio::io_context context;
    tcp::acceptor acceptor(context, tcp::endpoint(asio::ip::make_address("127.0.0.1"), 0));
    tern::url where;
    where.host = "127.0.0.1";
    where.port = acceptor.local_endpoint().port();
    tcp::socket socket(context);
    std::error_code result = tern::errc::timed_out;
    const auto opening = open_tcp(context.get_executor(), socket, where, std::make_shared<tern::transport_settings>(),
                                  {[&](std::error_code error) { result = error; }, context.get_executor()});
    CHECK(result == tern::errc::timed_out);
    context.run();
    CHECK_FALSE(result);
    CHECK(socket.remote_endpoint().port() == where.port);
}

TEST_CASE("an opening that is aborted leaves the socket alone")
{
    asio::io_context context;
    tern::url where;
    where.host = "127.0.0.1";
    where.port = 9;
    std::error_code result;
    {
        tcp::socket socket(context);
        const auto opening = open_tcp(context.get_executor(), socket, where, nullptr,
                                      {[&](std::error_code error) { result = error; }, context.get_executor()});
        opening->abort();
    }
    context.run();
    CHECK(result == asio::error::operation_aborted);
}

TEST_CASE("a proxy that nobody can pass is refused before anything is sent")
{
    tern::transport_settings settings;
    CHECK_FALSE(prepare_tcp(settings));
    settings.proxy.emplace().scheme = "socks5";
    CHECK(prepare_tcp(settings) == tern::errc::unsupported_proxy);

    proxy_opener = [](const asio::any_io_executor&, tcp::socket&, const tern::url&,
                      const std::shared_ptr<tern::transport_settings>& passed,
                      tcp_opening::handler_type handler) -> std::shared_ptr<tcp_opening> {
        CHECK(passed->explanation.empty());
        handler({});
        return nullptr;
    };
    CHECK_FALSE(prepare_tcp(settings));
    settings.proxy->scheme = "ftp";
    CHECK(prepare_tcp(settings) == tern::errc::unsupported_proxy);

    asio::io_context context;
    tcp::socket socket(context);
    const auto shared = std::make_shared<tern::transport_settings>();
    shared->proxy.emplace().scheme = "http";
    shared->explanation = "of an earlier attempt";
    bool called = false;
    CHECK(open_tcp(context.get_executor(), socket, {}, shared,
                   {[&](std::error_code) { called = true; }, context.get_executor()}) == nullptr);
    CHECK(called);
    proxy_opener = nullptr;
}
