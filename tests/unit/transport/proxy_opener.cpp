// SPDX-License-Identifier: BSL-1.0
#include "tern/transport/proxy_opener.hpp"

#include "support/bytes.hpp"
#include "support/catch.hpp"
#include "tern/client/parse_url.hpp"
#include "unit/transport/scripted_proxy.hpp"

#include <asio/buffer.hpp>
#include <asio/io_context.hpp>
#include <asio/ip/address.hpp>
#include <asio/ip/tcp.hpp>
#include <asio/post.hpp>
#include <asio/read.hpp>
#include <asio/write.hpp>

#include <chrono>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

using namespace std::chrono_literals;
using asio::ip::tcp;
using tern::errc;
using tern::detail::error_of;
using tern::detail::proxy_failure;
using tern_test::answer_size;
using tern_test::bytes;
using tern_test::scripted_proxy;
using tern_test::turn;

namespace
{

constexpr auto patience = 20s;

const std::vector<turn> socks5_script{
    {bytes("05 02 00 02"), bytes("05 02")},
    {bytes("01 04 'user' 03 'p:w'"), bytes("01 00")},
    {bytes("05 01 00 03 0E 'broker.example' 07 5B"), bytes("05 00 00 01 7F 00 00 01 12 34")},
};

const std::vector<turn> http_script{
    {"CONNECT broker.example:1883 HTTP/1.1\r\nHost: broker.example:1883\r\n"
     "Proxy-Authorization: Basic dXNlcjpw\r\n\r\n",
     "HTTP/1.1 200 OK\r\nVia: x\r\n\r\n"},
};

/// An opening that is under way, and how it ended.
struct opening
{
    opening(asio::io_context& context, const std::string& proxy, const std::string& server = "mqtt://broker.example")
        : socket(asio::any_io_executor(context.get_executor())), settings(std::make_shared<tern::transport_settings>())
    {
        const asio::any_io_executor executor = context.get_executor();
        REQUIRE_FALSE(tern::parse_url(proxy, settings->proxy.emplace()));
        tern::url target;
        REQUIRE_FALSE(tern::parse_url(server, target));
        pending = tern::detail::open_tcp_through_proxy(executor, socket, target, settings,
                                                       tern::detail::tcp_opening::handler_type(
                                                           [this, alive = witness](std::error_code error) {
                                                               ++completions;
                                                               outcome = error;
                                                           },
                                                           executor));
    }

    std::shared_ptr<int> witness = std::make_shared<int>(0);
    tcp::socket::rebind_executor<asio::any_io_executor>::other socket;
    std::shared_ptr<tern::transport_settings> settings;
    std::weak_ptr<tern::detail::tcp_opening> pending;
    int completions = 0;
    std::optional<std::error_code> outcome;
};

/// What comes of it where the proxy answers in one way, for one question.
struct refusal
{
    std::string answer;
    std::error_code error;
    std::string explanation;
};

void check(const std::string& scheme, const std::string& question, const refusal& row)
{
    CAPTURE(row.explanation);
    asio::io_context context;
    std::vector<turn> script{{bytes("05 01 00"), bytes("05 00")}, {question, row.answer}};
    if (scheme == "http")
    {
        script.erase(script.begin());
    }
    scripted_proxy proxy(context, script);
    opening one(context, scheme + "://" + proxy.authority());
    context.run_for(patience);
    CHECK(proxy.as_expected());
    CHECK(one.completions == 1);
    CHECK(one.outcome == row.error);
    CHECK(one.settings->explanation == "proxy " + proxy.authority() + ": " + row.explanation);
    CHECK_FALSE(one.socket.is_open());
    CHECK(one.pending.expired());
}

} // namespace

TEST_CASE("a proxy's failure has an error of its own", "[proxy_opener]")
{
    CHECK_FALSE(error_of(proxy_failure::none));
    CHECK(error_of(proxy_failure::unusable_option) == errc::unusable_proxy_option);
    CHECK(error_of(proxy_failure::unusable_option) == tern::error_kind::usage);
    CHECK(error_of(proxy_failure::protocol) == errc::proxy_protocol_error);
    CHECK(error_of(proxy_failure::protocol) == tern::error_kind::transient);
    CHECK(error_of(proxy_failure::authentication) == errc::proxy_authentication_failed);
    CHECK(error_of(proxy_failure::authentication) == tern::error_kind::refused);
    CHECK(error_of(proxy_failure::refused) == errc::proxy_refused);
    CHECK(error_of(proxy_failure::refused) == tern::error_kind::refused);
    CHECK(error_of(proxy_failure::could_not_connect) == errc::proxy_could_not_connect);
    CHECK(error_of(proxy_failure::could_not_connect) == tern::error_kind::transient);
    CHECK(error_of(proxy_failure::network_unreachable) == asio::error::network_unreachable);
    CHECK(error_of(proxy_failure::host_unreachable) == asio::error::host_unreachable);
    CHECK(error_of(proxy_failure::connection_refused) == asio::error::connection_refused);
    CHECK(error_of(proxy_failure::timed_out) == asio::error::timed_out);
    CHECK(error_of(static_cast<proxy_failure>(99)) == errc::proxy_protocol_error);
}

TEST_CASE("a connection through a proxy carries bytes both ways", "[proxy_opener]")
{
    const bool http = GENERATE(false, true);
    const std::string scheme = http ? "http://user:p@" : GENERATE("socks5://user:p%3Aw@", "socks5h://user:p%3Aw@");
    CAPTURE(scheme);
    asio::io_context context;
    scripted_proxy proxy(context, http ? http_script : socks5_script);
    opening one(context, scheme + proxy.authority());
    CHECK(one.completions == 0); // never inside the initiating function
    while (one.completions == 0 && context.run_one_for(patience) != 0)
    {
    }
    CHECK(one.completions == 1);
    CHECK(one.outcome == std::error_code());
    CHECK(proxy.as_expected());
    CHECK(one.settings->explanation.empty());
    REQUIRE(one.socket.is_open());
    tcp::no_delay option;
    one.socket.get_option(option);
    CHECK(option.value());
    asio::write(one.socket, asio::buffer("ping", 4));
    std::string got(4, '\0');
    asio::async_read(one.socket, asio::buffer(got), [&](std::error_code error, std::size_t) {
        CHECK_FALSE(error);
        one.socket.close();
    });
    context.run_for(patience);
    CHECK(got == "ping");
    CHECK(one.completions == 1);
    CHECK(one.pending.expired());
}

TEST_CASE("what a SOCKS5 proxy refuses is told in words", "[proxy_opener]")
{
    const refusal rows[] = {
        {bytes("05 01"), errc::proxy_could_not_connect, "SOCKS5 reply 1: it failed for a reason that it does not tell"},
        {bytes("05 02"), errc::proxy_refused, "SOCKS5 reply 2: its rules do not allow this connection"},
        {bytes("05 03 00 01"), asio::error::network_unreachable,
         "SOCKS5 reply 3: it cannot reach the network of the server"},
        {bytes("05 04"), asio::error::host_unreachable,
         "SOCKS5 reply 4: it cannot reach the server, or does not find its name"},
        {bytes("05 05 00 01 00 00 00 00 00 00"), asio::error::connection_refused,
         "SOCKS5 reply 5: the server refused the connection"},
        {bytes("05 06"), asio::error::timed_out, "SOCKS5 reply 6: the server did not answer in time"},
        {bytes("04"), errc::proxy_protocol_error, "it does not answer in SOCKS5"},
        {bytes("05 00 00 01 00 00 00 00 00 00 20"), errc::proxy_protocol_error, "it sent more than it was asked for"},
    };
    for (const refusal& row : rows)
    {
        check("socks5", bytes("05 01 00 03 0E 'broker.example' 07 5B"), row);
    }
}

TEST_CASE("what an HTTP proxy refuses is told in words", "[proxy_opener]")
{
    const refusal rows[] = {
        {"HTTP/1.1 403 Forbidden\r\n\r\n", errc::proxy_refused, "it answers 403 Forbidden"},
        {"HTTP/1.1 407 Who are you\r\nProxy-Authenticate: Basic\r\n\r\n<p>", errc::proxy_authentication_failed,
         "it answers 407 Who are you; it takes Basic; its URL has no user name and password"},
        {"HTTP/1.0 502 Bad Gateway\r\n\r\n", errc::proxy_could_not_connect, "it answers 502 Bad Gateway"},
        {"HTTP/1.1 504 Gateway Timeout\r\n\r\n", asio::error::timed_out, "it answers 504 Gateway Timeout"},
        {"220 mail.example", errc::proxy_protocol_error, "it does not answer in HTTP"},
        {"HTTP/1.1 200 OK\r\n\r\nHello", errc::proxy_protocol_error, "it sent more than it was asked for"},
        {"HTTP/1.1 200 OK\r\nx: " + std::string(16'384, 'y'), errc::proxy_protocol_error,
         "the header of its answer is longer than 16,384 bytes"},
    };
    for (const refusal& row : rows)
    {
        check("http", "CONNECT broker.example:1883 HTTP/1.1\r\nHost: broker.example:1883\r\n\r\n", row);
    }
}

TEST_CASE("what the protocol of the proxy cannot carry is refused without a connection", "[proxy_opener]")
{
    asio::io_context context;
    std::string proxy;
    std::string words;
    SECTION("a long password in SOCKS5")
    {
        proxy = "socks5://user:" + std::string(256, 'x') + "@127.0.0.1:1";
        words = "proxy 127.0.0.1:1: SOCKS5 has room for 255 bytes of user name and of password";
    }
    SECTION("a colon in a user name in HTTP")
    {
        proxy = "http://us%3Aer:x@[::1]:1";
        words = "proxy [::1]:1: HTTP cannot carry a user name with a colon, nor control characters in it or the "
                "password";
    }
    opening one(context, proxy);
    const bool aborted = GENERATE(false, true);
    CHECK(one.completions == 0);
    if (aborted)
    {
        one.pending.lock()->abort();
    }
    context.run_for(patience);
    CHECK(one.completions == 1);
    CHECK(one.outcome == (aborted ? asio::error::operation_aborted : make_error_code(errc::unusable_proxy_option)));
    CHECK(one.settings->explanation == (aborted ? "" : words));
}

TEST_CASE("a proxy that cannot be reached is not taken for the server", "[proxy_opener]")
{
    asio::io_context context;
    const tcp::socket bound(context, tcp::endpoint(asio::ip::make_address("127.0.0.1"), 0));
    const std::string authority = "127.0.0.1:" + std::to_string(bound.local_endpoint().port());
    opening one(context, "socks5://" + authority);
    context.run_for(patience);
    CHECK(one.completions == 1);
    CHECK(one.outcome == asio::error::connection_refused);
    CHECK(one.settings->explanation ==
          "proxy " + authority + ": " + make_error_code(asio::error::connection_refused).message());
}

TEST_CASE("a proxy that closes after any byte", "[proxy_opener]")
{
    for (const bool http : {false, true})
    {
        const std::vector<turn>& script = http ? http_script : socks5_script;
        for (std::size_t size = 0; size < answer_size(script); ++size)
        {
            CAPTURE(http, size);
            asio::io_context context;
            scripted_proxy proxy(context, script, size);
            opening one(context, (http ? "http://user:p@" : "socks5://user:p%3Aw@") + proxy.authority());
            context.run_for(patience);
            CHECK(one.completions == 1);
            CHECK(one.outcome == errc::proxy_protocol_error);
            CHECK(one.settings->explanation ==
                  "proxy " + proxy.authority() + ": it closed the connection instead of answering");
            CHECK_FALSE(one.socket.is_open());
            CHECK(one.pending.expired());
        }
    }
}

TEST_CASE("aborting ends an opening through a proxy at every step, once", "[proxy_opener]")
{
    for (const bool http : {false, true})
    {
        int steps = 0;
        for (bool completed = false; !completed; ++steps)
        {
            CAPTURE(http, steps);
            asio::io_context context;
            scripted_proxy proxy(context, http ? http_script : socks5_script);
            opening one(context, (http ? "http://user:p@" : "socks5://user:p%3Aw@") + proxy.authority());
            for (int i = 0; i < steps && one.completions == 0; ++i)
            {
                context.run_one_for(patience);
            }
            completed = one.completions != 0;
            if (const auto pending = one.pending.lock(); pending != nullptr)
            {
                pending->abort();
                pending->abort(); // again does no harm
            }
            CHECK(one.completions == (completed ? 1 : 0));
            while (one.completions == 0 && context.run_one_for(patience) != 0)
            {
            }
            CHECK(one.completions == 1);
            CHECK(one.outcome == (completed ? std::error_code() : asio::error::operation_aborted));
            CHECK(one.socket.is_open() == completed);
            CHECK(one.settings->explanation.empty());
            proxy.close();
            context.run_for(patience);
            CHECK(one.completions == 1);
            CHECK(one.pending.expired());
        }
        CHECK(steps > 5);
        CHECK(steps < 100);
    }
}

TEST_CASE("aborting does not wait for a proxy that says nothing", "[proxy_opener]")
{
    asio::io_context context;
    // On Linux a listener whose queue is full leaves further attempts unanswered; elsewhere the connection is made.
    tcp::acceptor silent(context, tcp::v4());
    silent.bind({asio::ip::make_address("127.0.0.1"), 0});
    silent.listen(0);
    std::vector<tcp::socket> fillers;
    const bool connects = GENERATE(true, false);
    const std::size_t count = connects ? 0 : 8;
    fillers.reserve(count);
    while (fillers.size() < count)
    {
        fillers.emplace_back(context).async_connect(silent.local_endpoint(), [](std::error_code) {});
    }
    context.run_for(20ms);
    context.restart();

    opening one(context, "socks5://127.0.0.1:" + std::to_string(silent.local_endpoint().port()));
    context.run_for(20ms);
    REQUIRE(one.completions == 0);
    fillers.clear();
    one.pending.lock()->abort();
    context.restart();
    context.run_for(2s);
    CHECK(one.completions == 1);
    CHECK(one.outcome == asio::error::operation_aborted);
    CHECK(one.pending.expired());
}

TEST_CASE("a name of a proxy is looked up, and that can be aborted", "[proxy_opener]")
{
    asio::io_context context;
    scripted_proxy proxy(context, http_script);
    const std::string port = proxy.authority().substr(proxy.authority().find(':'));
    opening one(context, "http://user:p@localhost" + port);
    const bool aborted = GENERATE(false, true);
    if (aborted)
    {
        asio::post(context, [&] { one.pending.lock()->abort(); });
    }
    while (one.completions == 0 && context.run_one_for(patience) != 0)
    {
    }
    CHECK(one.outcome == (aborted ? std::error_code(asio::error::operation_aborted) : std::error_code()));
    one.socket.close();
    proxy.close();
    context.run_for(patience);
    CHECK(one.completions == 1);
}

TEST_CASE("an opening through a proxy whose context ends at any step destroys its handler uncalled", "[proxy_opener]")
{
    for (int steps = 0; steps < 12; ++steps)
    {
        CAPTURE(steps);
        std::shared_ptr<int> witness;
        int before = 0;
        {
            asio::io_context context;
            scripted_proxy proxy(context, socks5_script, 13); // of 14 bytes, so that it does not complete
            opening one(context, "socks5://user:p%3Aw@" + proxy.authority());
            witness = one.witness;
            for (int i = 0; i < steps && one.completions == 0; ++i)
            {
                context.run_one_for(patience);
            }
            before = one.completions;
        }
        CHECK(witness.use_count() == 1);
        CHECK(before <= 1);
    }
}
