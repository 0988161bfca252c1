// SPDX-License-Identifier: BSL-1.0

#include "tern/client/client_authenticating.hpp"

#include "support/catch.hpp"
#include "support/memory_client.hpp"

#include <asio/post.hpp>

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
