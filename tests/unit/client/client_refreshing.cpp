// SPDX-License-Identifier: BSL-1.0

#include "tern/client/client_refreshing.hpp"

#include "support/catch.hpp"
#include "support/memory_client.hpp"
#include "support/memory_server.hpp"

#include <asio/bind_cancellation_slot.hpp>
#include <asio/cancellation_signal.hpp>
#include <asio/post.hpp>

#include <optional>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

using namespace std::chrono_literals;
using namespace tern_test;
using tern::attempt_answer;
using tern::connect_attempt;

namespace
{

/// A server that notes the CONNECT packets, and a client whose attempts are asked for.
struct refreshing_fixture
{
    explicit refreshing_fixture(tern::client_limits limits = quick_limits()) : f({}, limits)
    {
        f.client->on_attempt([this](const connect_attempt& attempt, attempt_answer answer) {
            servers.emplace_back(attempt.server);
            asked.push_back(attempt);
            answers.push_back(answer);
            if (at_once)
            {
                give(answer);
            }
        });
    }

    void give(const attempt_answer& answer)
    {
        const std::string token = "token-" + std::to_string(++given);
        answer({}, {.user_name = "device", .password = tern::byte_view(token)});
    }

    void start(const tern::connect_options& options = {.client_id = "tester"})
    {
        f.client->async_connect(tern::brokers("mqtt://server"), options, connected.handler());
    }

    [[nodiscard]] bool until_asked(std::size_t times)
    {
        return f.until([&] { return asked.size() >= times; });
    }

    [[nodiscard]] bool until_connected()
    {
        return f.until([&] { return connected.calls != 0; });
    }

    /// The last CONNECT has this in it.
    [[nodiscard]] bool sent(const std::string& text) const
    {
        return !connects.empty() && connects.back().find(text) != std::string::npos;
    }

    client_fixture f;
    std::vector<std::string> connects;
    memory_server server{f.context, "server", [this](memory_server::visitor& one) {
                             if (has_packet(one.received) && packet_type(one.received) == 1)
                             {
                                 connects.push_back(one.received);
                             }
                             answer_connect(one);
                         }};
    std::vector<connect_attempt> asked; ///< its views are over
    std::vector<std::string> servers;
    std::vector<attempt_answer> answers;
    outcome<tern::connect_result> connected;
    int given = 0;
    bool at_once = true;
};

} // namespace

TEST_CASE("every connection begins with what the application gives for it")
{
    refreshing_fixture r;
    r.start();
    CHECK(r.asked.empty()); // never inside a function of the client
    REQUIRE(r.until_connected());
    CHECK_FALSE(r.connected.error);
    CHECK(r.sent("token-1"));
    CHECK(r.sent("device"));
    CHECK(r.servers[0] == "mqtt://server:1883");
    CHECK(r.asked[0].server_number == 1);
    CHECK(r.asked[0].server_count == 1);
    CHECK(r.asked[0].attempt == 1);
    CHECK_FALSE(r.asked[0].was_connected);
    CHECK_FALSE(r.asked[0].last_error);
    r.server.visitors[0]->close();
    REQUIRE(r.f.until([&] { return r.f.count<tern::connected_event>() == 2; }));
    CHECK(r.sent("token-2"));
    CHECK(r.asked[1].was_connected);
    CHECK(r.asked[1].last_error == tern::errc::closed_by_server);
}

TEST_CASE("what is not given is as the options and the URL say")
{
    refreshing_fixture r;
    r.f.client->on_attempt([&](const connect_attempt&, attempt_answer answer) {
        ++r.given;
        if (r.given == 1)
        {
            answer({}, {.password = "token"});
        }
        else
        {
            answer({});
        }
    });
    r.f.client->async_connect("mqtt://ann:secret@server", {.client_id = "tester"}, r.connected.handler());
    REQUIRE(r.until_connected());
    CHECK(r.sent("ann"));
    CHECK(r.sent("token"));
    CHECK_FALSE(r.sent("secret"));
    r.server.visitors[0]->close();
    REQUIRE(r.f.until([&] { return r.connects.size() == 2; }));
    CHECK(r.sent("secret")); // the token was for one attempt
    CHECK_FALSE(r.sent("token"));
}

TEST_CASE("an answer may come later, on the executor or from another thread")
{
    refreshing_fixture r;
    r.at_once = false;
    const bool elsewhere = GENERATE(false, true);
    r.start();
    REQUIRE(r.until_asked(1));
    settle(r.f.context);
    CHECK(r.server.visitors.empty());
    CHECK(r.f.client->state() == tern::connection_state::opening);
    if (elsewhere)
    {
        std::thread([&] { r.give(r.answers[0]); }).join();
    }
    else
    {
        asio::post(r.f.context, [&] { r.give(r.answers[0]); });
    }
    REQUIRE(r.until_connected());
    CHECK_FALSE(r.connected.error);
    CHECK(r.sent("token-1"));
}

TEST_CASE("an attempt is answered once")
{
    refreshing_fixture r;
    r.at_once = false;
    r.start();
    REQUIRE(r.until_asked(1));
    r.give(r.answers[0]);
    r.give(r.answers[0]);
    r.answers[0](make_error_code(tern::errc::authentication_failed));
    REQUIRE(r.until_connected());
    settle(r.f.context);
    CHECK(r.sent("token-1"));
    CHECK(r.connects.size() == 1);
    CHECK(r.f.client->state() == tern::connection_state::connected);
}

TEST_CASE("an answer that never comes ends with the attempt's time limit, and is for nobody then")
{
    tern::client_limits limits = quick_limits();
    limits.connect_attempt = 20ms;
    refreshing_fixture r(limits);
    r.at_once = false;
    r.start();
    REQUIRE(r.until_connected());
    CHECK(r.connected.error == tern::errc::timed_out);
    CHECK(r.connected.result.explanation.find("on_attempt") != std::string::npos);
    r.give(r.answers[0]);
    settle(r.f.context);
    CHECK(r.server.visitors.empty());
    CHECK(r.f.client->state() == tern::connection_state::idle);
}

TEST_CASE("an error ends one attempt, and the next server is tried")
{
    refreshing_fixture r;
    r.f.client->on_attempt([&](const connect_attempt& attempt, attempt_answer answer) {
        r.asked.push_back(attempt);
        answer(attempt.server_number == 1 ? std::make_error_code(std::errc::resource_unavailable_try_again)
                                          : std::error_code());
    });
    r.f.client->async_connect(tern::brokers("mqtt://first", "mqtt://server"), {.client_id = "tester"},
                              r.connected.handler());
    REQUIRE(r.until_connected());
    CHECK_FALSE(r.connected.error);
    REQUIRE(r.asked.size() == 2);
    CHECK(r.asked[1].server_number == 2);
    CHECK(r.asked[1].server_count == 2);
    CHECK(r.asked[1].last_error == std::errc::resource_unavailable_try_again);
    CHECK(std::get<tern::disconnected_event>(r.f.events[0]).error == std::errc::resource_unavailable_try_again);
}

TEST_CASE("after an error connecting goes on, unless it is a refusal")
{
    refreshing_fixture r;
    const bool refuses = GENERATE(false, true);
    r.f.client->on_attempt([&](const connect_attempt&, attempt_answer answer) {
        answer(++r.given < 3 || refuses ? refuses ? make_error_code(tern::errc::authentication_failed)
                                                  : make_error_code(tern::errc::timed_out)
                                        : std::error_code());
    });
    r.start({.client_id = "tester", .retry = true});
    REQUIRE(r.until_connected());
    CHECK(r.given == (refuses ? 1 : 3));
    CHECK(r.connected.error == (refuses ? make_error_code(tern::errc::authentication_failed) : std::error_code()));
}

TEST_CASE("the client may be destroyed while it waits for an answer")
{
    refreshing_fixture r;
    r.at_once = false;
    r.start();
    REQUIRE(r.until_asked(1));
    const bool by_the_handler = GENERATE(false, true);
    if (by_the_handler)
    {
        r.f.client.emplace(r.f.context, quick_limits());
        r.f.client->on_attempt([&](const connect_attempt&, attempt_answer answer) {
            r.f.client.reset();
            answer({});
        });
        r.connected.calls = 0;
        r.start();
    }
    else
    {
        r.f.client.reset();
    }
    REQUIRE(r.until_connected());
    r.give(r.answers[0]);
    std::thread([&] { r.give(r.answers[0]); }).join();
    settle(r.f.context);
    CHECK(r.connected.error == asio::error::operation_aborted);
    CHECK(r.server.visitors.empty());
}

TEST_CASE("connecting may be cancelled while it waits for an answer, which then is for nobody")
{
    refreshing_fixture r;
    r.at_once = false;
    asio::cancellation_signal signal;
    r.f.client->async_connect("mqtt://server", {.client_id = "tester"},
                              asio::bind_cancellation_slot(signal.slot(), r.connected.handler()));
    REQUIRE(r.until_asked(1));
    const bool cancels = GENERATE(false, true);
    outcome<void> disconnected;
    if (cancels)
    {
        signal.emit(asio::cancellation_type::terminal);
    }
    else
    {
        r.f.client->async_disconnect(disconnected.handler());
    }
    REQUIRE(r.until_connected());
    CHECK(r.connected.error == asio::error::operation_aborted);
    settle(r.f.context);
    CHECK(disconnected.calls == (cancels ? 0 : 1));
    CHECK(r.f.client->state() == tern::connection_state::idle);
    r.connected.calls = 0;
    r.start();
    REQUIRE(r.until_asked(2));
    r.answers[0](make_error_code(tern::errc::authentication_failed)); // the old question
    settle(r.f.context);
    CHECK(r.connected.calls == 0);
    r.give(r.answers[1]);
    REQUIRE(r.until_connected());
    CHECK_FALSE(r.connected.error);
}

TEST_CASE("a client that connects again may be disconnected while it waits for an answer")
{
    refreshing_fixture r;
    r.start();
    REQUIRE(r.until_connected());
    r.at_once = false;
    r.server.visitors[0]->close();
    REQUIRE(r.until_asked(2));
    outcome<void> disconnected;
    r.f.client->async_disconnect(disconnected.handler());
    REQUIRE(r.f.until([&] { return disconnected.calls != 0; }));
    r.give(r.answers[1]);
    settle(r.f.context);
    CHECK(r.server.visitors.size() == 1);
    CHECK(r.f.client->state() == tern::connection_state::idle);
}

TEST_CASE("an exception of the function leaves the executor, and its attempt without an answer")
{
    tern::client_limits limits = quick_limits();
    limits.connect_attempt = 30ms;
    refreshing_fixture r(limits);
    r.f.client->on_attempt([](const connect_attempt&, const attempt_answer&) { throw std::runtime_error("no token"); });
    r.start();
    CHECK(exceptions_until<std::runtime_error>(r.f.context, [&] { return r.connected.calls != 0; }) == 1);
    CHECK(r.connected.error == tern::errc::timed_out);
}

TEST_CASE("a function that replaces itself answers what it was asked")
{
    refreshing_fixture r;
    r.f.client->on_attempt([&](const connect_attempt&, attempt_answer answer) {
        r.f.client->on_attempt(
            [&](const connect_attempt&, attempt_answer later) { later({}, {.user_name = "second"}); });
        answer({}, {.user_name = "first"});
    });
    r.start();
    REQUIRE(r.until_connected());
    CHECK(r.sent("first"));
    r.server.visitors[0]->close();
    REQUIRE(r.f.until([&] { return r.connects.size() == 2; }));
    CHECK(r.sent("second"));
}

TEST_CASE("what cannot be sent is refused before a byte leaves")
{
    refreshing_fixture r;
    r.f.client->on_attempt([&](const connect_attempt&, attempt_answer answer) {
        answer({}, {.password = "alone"}); // 3.1.1 wants a user name with it
    });
    r.start({.client_id = "tester", .session_expiry = 0s, .protocol = tern::protocol_choice::v3_1_1, .retry = true});
    REQUIRE(r.until_connected());
    CHECK(r.connected.error == tern::error_kind::usage);
    CHECK(r.server.visitors.empty());
}

TEST_CASE("each connection that clears a session is asked for")
{
    client_fixture f; // which counts connections of 3.1.1 as well
    int asked = 0;
    f.client->on_attempt([&](const connect_attempt&, attempt_answer answer) {
        ++asked;
        answer({}, {.user_name = "device"});
    });
    REQUIRE_FALSE(f.connect({.client_id = "tester", .protocol = tern::protocol_choice::v3_1_1}));
    CHECK(asked == 2);
    CHECK(f.tried.size() == 1); // one attempt all the same
    outcome<void> disconnected;
    f.client->async_disconnect(disconnected.handler());
    REQUIRE(f.until([&] { return disconnected.calls != 0; }));
    CHECK_FALSE(disconnected.error);
    CHECK(asked == 3);
    CHECK(f.broker.connection_count() == 3);
}
