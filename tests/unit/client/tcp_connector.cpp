// SPDX-License-Identifier: BSL-1.0
#include "tern/client/tcp_connector.hpp"

#include "support/catch.hpp"
#include "support/skipped.hpp"

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
using tern::detail::interleave_families;
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

/// A listener whose queue is full lets further attempts wait unanswered, on Linux; where it does not, the attempt is
/// answered or refused, and the tests see the same result by another way.
struct silent_port
{
    explicit silent_port(asio::io_context& context) : acceptor(context, tcp::v4())
    {
        acceptor.bind(loopback(0));
        acceptor.listen(0);
        fillers.reserve(8);
        for (int i = 0; i < 8; ++i)
        {
            fillers.emplace_back(context).async_connect(acceptor.local_endpoint(), [](std::error_code) {});
        }
        context.run_for(50ms);
        context.restart();
    }

    [[nodiscard]] tcp::endpoint address() const { return acceptor.local_endpoint(); }

    tcp::acceptor acceptor;
    std::vector<tcp::socket> fillers;
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
    asio::io_context context;
    std::optional<silent_port> silent(std::in_place, context);
    tcp::acceptor alive(context, loopback(0));
    opening one(context);
    one.connector->start({silent->address(), alive.local_endpoint()});
    const auto begin = std::chrono::steady_clock::now();
    while (one.completions == 0 && std::chrono::steady_clock::now() - begin < patience)
    {
        context.run_one_for(100ms);
    }
    CHECK(one.outcome == std::error_code());
    CHECK(std::chrono::steady_clock::now() - begin < 1s + tcp_connector::attempt_delay);
    silent.reset();
    context.run_for(100ms);
    CHECK(one.completions == 1);
}

TEST_CASE("the families of the addresses take turns, and each keeps its order", "[tcp_connector]")
{
    const auto at = [](const char* address) { return tcp::endpoint(asio::ip::make_address(address), 1883); };
    const std::vector<tcp::endpoint> sorted = {at("2001:db8::1"), at("2001:db8::2"), at("2001:db8::3"), at("192.0.2.1"),
                                               at("192.0.2.2")};
    CHECK(interleave_families(sorted) == std::vector<tcp::endpoint>{at("2001:db8::1"), at("192.0.2.1"),
                                                                    at("2001:db8::2"), at("192.0.2.2"),
                                                                    at("2001:db8::3")});
    CHECK(interleave_families({at("192.0.2.1"), at("192.0.2.2"), at("2001:db8::1")}) ==
          std::vector<tcp::endpoint>{at("192.0.2.1"), at("2001:db8::1"), at("192.0.2.2")});
    CHECK(interleave_families({at("192.0.2.2"), at("192.0.2.1")}) ==
          std::vector<tcp::endpoint>{at("192.0.2.2"), at("192.0.2.1")});
    CHECK(interleave_families({}).empty());
}

TEST_CASE("a family of silent addresses costs one delay, however many they are", "[tcp_connector]")
{
    asio::io_context context;
    std::error_code error;
    tcp::acceptor alive(context);
    alive.open(tcp::v6(), error);
    if (!error)
    {
        alive.bind({asio::ip::address_v6::loopback(), 0}, error);
    }
    if (error)
    {
        tern_test::report_skipped("no IPv6 on the loopback interface");
        return;
    }
    alive.listen();
    const silent_port silent(context);
    opening one(context);
    one.connector->start(std::vector<tcp::endpoint>{silent.address(), silent.address(), silent.address(),
                                                    silent.address(), silent.address(), alive.local_endpoint()});
    const auto begin = std::chrono::steady_clock::now();
    while (one.completions == 0 && std::chrono::steady_clock::now() - begin < patience)
    {
        context.run_one_for(10ms);
    }
    CHECK(one.outcome == std::error_code());
    CHECK(std::chrono::steady_clock::now() - begin < 3 * tcp_connector::attempt_delay);
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
