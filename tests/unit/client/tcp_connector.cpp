// SPDX-License-Identifier: BSL-1.0
#include "tern/client/tcp_connector.hpp"

#include "support/catch.hpp"

#include <asio/io_context.hpp>
#include <asio/ip/address.hpp>
#include <asio/ip/tcp.hpp>
#include <asio/post.hpp>
#include <asio/steady_timer.hpp>

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

using namespace std::chrono_literals;
using asio::ip::tcp;
using tern::detail::meaning_of_connect_error;
using tern::detail::tcp_connector;

namespace
{

constexpr auto patience = 20s;

/// An opening that is under way, and how it ended.
struct opening
{
    explicit opening(asio::io_context& context) : socket(asio::any_io_executor(context.get_executor()))
    {
        const asio::any_io_executor executor = context.get_executor();
        connector = std::make_shared<tcp_connector>(executor, socket,
                                                    tcp_connector::handler_type(
                                                        [this](std::error_code error) {
                                                            ++completions;
                                                            outcome = error;
                                                        },
                                                        executor));
    }

    tcp_connector::socket_type socket;
    std::shared_ptr<tcp_connector> connector;
    int completions = 0;
    std::optional<std::error_code> outcome;
};

tcp::endpoint loopback(std::uint16_t port)
{
    return {asio::ip::make_address("127.0.0.1"), port};
}

/// A port on which nobody listens: bound, so that nobody else takes it, and not listening.
struct refusing_port
{
    explicit refusing_port(asio::io_context& context) : socket(context, loopback(0)) {}
    [[nodiscard]] tcp::endpoint address() const { return socket.local_endpoint(); }
    tcp::socket socket;
};

} // namespace

TEST_CASE("the error that says most is the one reported", "[tcp_connector]")
{
    CHECK(meaning_of_connect_error(asio::error::connection_refused) > meaning_of_connect_error(asio::error::timed_out));
    CHECK(meaning_of_connect_error(asio::error::timed_out) > meaning_of_connect_error(asio::error::access_denied));
    CHECK(meaning_of_connect_error(asio::error::access_denied) >
          meaning_of_connect_error(asio::error::network_unreachable));
    CHECK(meaning_of_connect_error(asio::error::network_unreachable) >
          meaning_of_connect_error(asio::error::address_family_not_supported));
}

TEST_CASE("a refusing address comes first, the next one is taken", "[tcp_connector]")
{
    asio::io_context context;
    const refusing_port dead(context);
    tcp::acceptor alive(context, loopback(0));
    opening one(context);
    one.connector->start({dead.address(), alive.local_endpoint()});
    CHECK(one.completions == 0); // never inside the initiating function
    context.run_for(patience);
    CHECK(one.completions == 1);
    CHECK(one.outcome == std::error_code());
    CHECK(one.socket.remote_endpoint() == alive.local_endpoint());
    tcp::no_delay option;
    one.socket.get_option(option);
    CHECK(option.value());
}

TEST_CASE("if every address refuses, the error says so", "[tcp_connector]")
{
    asio::io_context context;
    const refusing_port first(context);
    const refusing_port second(context);
    opening one(context);
    one.connector->start({first.address(), second.address()});
    context.run_for(patience);
    CHECK(one.completions == 1);
    CHECK(one.outcome == asio::error::connection_refused);
    CHECK(!one.socket.is_open());
}

TEST_CASE("no address at all is an error too", "[tcp_connector]")
{
    asio::io_context context;
    opening one(context);
    one.connector->start(std::vector<tcp::endpoint>{});
    CHECK(one.completions == 0);
    context.run_for(patience);
    CHECK(one.outcome == asio::error::host_not_found);
}

TEST_CASE("an address that stays silent does not hold up the next", "[tcp_connector]")
{
    // A listener whose queue is full lets further attempts wait unanswered, on Linux; where it does not, the attempt is
    // answered or refused, and the test sees the same result by another way.
    asio::io_context context;
    tcp::acceptor silent(context, tcp::v4());
    silent.bind(loopback(0));
    silent.listen(0);
    std::vector<tcp::socket> fillers;
    fillers.reserve(8);
    for (int i = 0; i < 8; ++i)
    {
        fillers.emplace_back(context).async_connect(silent.local_endpoint(), [](std::error_code) {});
    }
    context.run_for(50ms);
    context.restart();

    tcp::acceptor alive(context, loopback(0));
    opening one(context);
    one.connector->start({silent.local_endpoint(), alive.local_endpoint()});
    const auto begin = std::chrono::steady_clock::now();
    while (one.completions == 0 && std::chrono::steady_clock::now() - begin < patience)
    {
        context.run_one_for(100ms);
    }
    CHECK(one.outcome == std::error_code());
    CHECK(std::chrono::steady_clock::now() - begin < 1s + tcp_connector::attempt_delay);
    fillers.clear();
    context.run_for(100ms);
    CHECK(one.completions == 1);
}

TEST_CASE("aborting ends it at every point", "[tcp_connector]")
{
    asio::io_context context;
    tcp::acceptor alive(context, loopback(0));
    opening one(context);
    SECTION("at once")
    {
        one.connector->start({alive.local_endpoint()});
        one.connector->abort();
    }
    SECTION("twice")
    {
        one.connector->start({alive.local_endpoint()});
        one.connector->abort();
        one.connector->abort();
    }
    SECTION("in every turn of the loop before completion")
    {
        one.connector->start({alive.local_endpoint()});
        asio::post(context, [&] { one.connector->abort(); });
    }
    SECTION("while a name is looked up")
    {
        one.connector->start("localhost", alive.local_endpoint().port());
        asio::post(context, [&] { one.connector->abort(); });
    }
    CHECK(one.completions == 0);
    context.run_for(patience);
    CHECK(one.completions == 1);
    CHECK(one.outcome == asio::error::operation_aborted);
}

TEST_CASE("a handler of an opening whose context ends is destroyed, not called", "[tcp_connector]")
{
    const auto witness = std::make_shared<int>(0);
    {
        asio::io_context context;
        const asio::any_io_executor executor = context.get_executor();
        tcp_connector::socket_type socket(executor);
        auto connector = std::make_shared<tcp_connector>(
            executor, socket, tcp_connector::handler_type([witness](std::error_code) { ++*witness; }, executor));
        connector->start({loopback(9)});
        connector.reset();
        CHECK(witness.use_count() == 2);
    }
    CHECK(witness.use_count() == 1);
    CHECK(*witness == 0);
}
