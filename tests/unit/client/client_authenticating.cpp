// SPDX-License-Identifier: BSL-1.0

#include "tern/client/client_authenticating.hpp"

#include "support/catch.hpp"
#include "support/memory_client.hpp"
#include "support/memory_server.hpp"

#include <asio/bind_cancellation_slot.hpp>
#include <asio/cancellation_signal.hpp>
#include <asio/post.hpp>

#include <chrono>
#include <optional>
#include <string>
#include <vector>

using namespace tern_test;
using tern::authentication_answer;
using tern::authentication_step;

namespace
{

// Asks for the answer to "question" and says "welcome".
struct asking_policy final : tern::testing::broker_policy
{
    tern::testing::authentication_answer authenticate(const tern::testing::client_identity&, std::string_view method,
                                                      tern::byte_view data, bool first, bool again) override
    {
        seen.push_back(std::string(method) + ":" + std::string(data.text()) + (again ? " again" : ""));
        if (first)
        {
            return {tern::reason_code::continue_authentication, "question"};
        }
        return {data.text() == "answer" ? tern::reason_code::success : tern::reason_code::not_authorized, "welcome"};
    }

    std::vector<std::string> seen;
};

struct authentication_fixture
{
    authentication_fixture()
    {
        client.set_authenticator([this](const authentication_step& step, authentication_answer answer) {
            const std::string data(step.data.text());
            switch (step.what)
            {
            case authentication_step::purpose::start:
            case authentication_step::purpose::restart: answer({}, "hello"); break;
            case authentication_step::purpose::challenge:
                asio::post(context, [this, answer, data] { answer({}, data == "question" ? reply : "?"); });
                break;
            case authentication_step::purpose::finished:
                finished = data;
                answer(distrust ? make_error_code(tern::errc::authentication_failed) : std::error_code());
                break;
            }
        });
    }

    std::error_code connect()
    {
        outcome<tern::connect_result> connected;
        client.async_connect("mqtt://asking", {.client_id = "tester", .authentication_method = "riddle"},
                             connected.handler());
        return run_until(context, [&] { return connected.calls != 0; }) ? connected.error
                                                                        : std::make_error_code(std::errc::timed_out);
    }

    asio::io_context context{1};
    asking_policy policy;
    memory_broker broker{context, {}, &policy, "asking"};
    memory_client client{context, quick_limits()};
    std::string reply = "answer";
    std::string finished;
    bool distrust = false;
};

} // namespace

TEST_CASE("the authenticator answers challenges, at once or later, and again")
{
    authentication_fixture f;
    REQUIRE_FALSE(f.connect());
    CHECK(f.policy.seen == std::vector<std::string>{"riddle:hello", "riddle:answer"});
    CHECK(f.finished == "welcome");
    f.finished.clear();
    outcome<void> again;
    outcome<void> twice;
    f.client.async_re_authenticate(again.handler());
    f.client.async_re_authenticate(twice.handler());
    REQUIRE(run_until(f.context, [&] { return again.calls != 0 && twice.calls != 0; }));
    CHECK_FALSE(again.error);
    CHECK(twice.error == tern::errc::authentication_in_progress);
    CHECK(f.finished == "welcome");
    CHECK(f.policy.seen.back() == "riddle:answer again");
}

TEST_CASE("a wrong answer is refused by the server")
{
    authentication_fixture f;
    f.reply = "wrong";
    CHECK(f.connect() == tern::reason_code::not_authorized);
    CHECK(f.client.state() == tern::connection_state::idle);
}

TEST_CASE("a server that is not believed is left")
{
    authentication_fixture f;
    f.distrust = true;
    CHECK(f.connect() == tern::errc::authentication_failed);
    CHECK(f.client.state() == tern::connection_state::idle);
}

TEST_CASE("re-authentication needs a method and a connection")
{
    client_fixture f;
    outcome<void> early;
    f.client->async_re_authenticate(early.handler());
    settle(f.context);
    CHECK(early.error == tern::errc::not_connected);
    REQUIRE_FALSE(f.connect());
    outcome<void> without;
    f.client->async_re_authenticate(without.handler());
    settle(f.context);
    CHECK(without.error == tern::errc::authentication_not_configured);
}

TEST_CASE("a server that is not believed in the end has not re-authenticated anybody")
{
    authentication_fixture f;
    REQUIRE_FALSE(f.connect());
    std::size_t told = 0;
    f.client.on_event([&](const tern::client_event& event) {
        told += std::holds_alternative<tern::re_authenticated_event>(event) ? 1U : 0U;
    });
    f.distrust = true;
    outcome<void> again;
    f.client.async_re_authenticate(again.handler());
    REQUIRE(run_until(f.context, [&] { return again.calls != 0; }));
    CHECK(again.error == tern::errc::authentication_failed);
    settle(f.context);
    CHECK(told == 0);
    CHECK(again.calls == 1);
}

TEST_CASE("the authenticator may give the client up when it sees what the server says in the end")
{
    const bool cancels = GENERATE(false, true);
    asio::io_context context{1};
    asking_policy policy;
    memory_broker broker(context, {}, &policy, "asking");
    memory_client client(context, quick_limits());
    asio::cancellation_signal signal;
    outcome<tern::connect_result> connected;
    outcome<void> disconnected;
    std::vector<tern::client_event> events;
    client.on_event([&](const tern::client_event& event) { events.push_back(event); });
    client.set_authenticator([&](const authentication_step& step, authentication_answer answer) {
        if (step.what != authentication_step::purpose::finished)
        {
            answer({}, "answer");
        }
        else if (cancels)
        {
            signal.emit(asio::cancellation_type::terminal);
        }
        else
        {
            client.async_disconnect(disconnected.handler());
        }
    });
    client.async_connect("mqtt://asking", {.client_id = "tester", .authentication_method = "riddle"},
                         asio::bind_cancellation_slot(signal.slot(), connected.handler()));
    REQUIRE(run_until(context, [&] { return connected.calls != 0; }));
    settle(context);
    CHECK(connected.error == asio::error::operation_aborted);
    CHECK(client.state() == tern::connection_state::idle);
    CHECK(disconnected.calls == (cancels ? 0 : 1));
    for (const tern::client_event& event : events)
    {
        CHECK_FALSE(std::holds_alternative<tern::connected_event>(event));
    }
}

TEST_CASE("a re-authentication is not disturbed by a second one, also when nobody waits for it any more")
{
    authentication_fixture f;
    REQUIRE_FALSE(f.connect());
    std::vector<authentication_answer> later;
    f.client.set_authenticator([&](const authentication_step& step, authentication_answer answer) {
        if (step.what == authentication_step::purpose::challenge)
        {
            later.push_back(answer);
        }
        else
        {
            answer({}, "hello");
        }
    });
    asio::cancellation_signal signal;
    outcome<void> first;
    f.client.async_re_authenticate(asio::bind_cancellation_slot(signal.slot(), first.handler()));
    REQUIRE(run_until(f.context, [&] { return later.size() == 1; }));
    signal.emit(asio::cancellation_type::terminal);
    REQUIRE(run_until(f.context, [&] { return first.calls != 0; }));
    CHECK(first.error == asio::error::operation_aborted);
    outcome<void> second;
    f.client.async_re_authenticate(second.handler());
    REQUIRE(run_until(f.context, [&] { return second.calls != 0; }));
    CHECK(second.error == tern::errc::authentication_in_progress);
    const std::size_t seen = f.policy.seen.size();
    later[0]({}, "answer");
    REQUIRE(run_until(f.context, [&] { return f.policy.seen.size() == seen + 1; }));
    settle(f.context);
    CHECK(f.client.state() == tern::connection_state::connected);
    outcome<void> third;
    f.client.async_re_authenticate(third.handler());
    REQUIRE(run_until(f.context, [&] { return later.size() == 2; }));
    later[1]({}, "answer");
    REQUIRE(run_until(f.context, [&] { return third.calls != 0; }));
    CHECK_FALSE(third.error);
}

TEST_CASE("a re-authentication that nobody answers ends with its time limit")
{
    authentication_fixture f;
    REQUIRE_FALSE(f.connect());
    f.client.set_authenticator([](const authentication_step&, authentication_answer) {}); // dropped
    outcome<void> again;
    f.client.async_re_authenticate({.time_limit = std::chrono::milliseconds(20)}, again.handler());
    REQUIRE(run_until(f.context, [&] { return again.calls != 0; }));
    CHECK(again.error == tern::errc::timed_out);
    CHECK(f.client.state() == tern::connection_state::connected);
}

TEST_CASE("without a limit of its own a re-authentication has that of operations")
{
    tern::client_limits limits = quick_limits();
    limits.operation = std::chrono::milliseconds(20);
    client_fixture f({}, limits);
    // It takes part in the method, and never answers AUTH.
    memory_server server(f.context, "silent", [](memory_server::visitor& one) {
        answer_connect(one, std::string("\x20\x07\x00\x00\x04\x15\x00\x01m", 9));
    });
    f.client->set_authenticator([](const authentication_step&, authentication_answer answer) { answer({}, "x"); });
    outcome<tern::connect_result> connected;
    f.client->async_connect("mqtt://silent", {.client_id = "tester", .authentication_method = "m"},
                            connected.handler());
    REQUIRE(f.until([&] { return connected.calls != 0; }));
    REQUIRE_FALSE(connected.error);
    outcome<void> again;
    f.client->async_re_authenticate(again.handler());
    REQUIRE(f.until([&] { return again.calls != 0; }));
    CHECK(again.error == tern::errc::timed_out);
}
