// SPDX-License-Identifier: BSL-1.0
//
// The user's asynchronous function that authenticates may answer from a thread of its own.

#include "support/catch.hpp"
#include "tern/testing/broker/policy.hpp"
#include "thread/home.hpp"

#include <asio/use_future.hpp>

#include <string_view>
#include <system_error>
#include <thread>
#include <vector>

using namespace tern_test;

TEST_CASE("an authenticator may answer from another thread")
{
    class friendly final : public tern::testing::broker_policy
    {
    public:
        tern::testing::authentication_answer authenticate(const tern::testing::client_identity&, std::string_view,
                                                          tern::byte_view data, bool, bool) override
        {
            return {data.text() == "secret" ? tern::reason_code::success : tern::reason_code::not_authorized, {}};
        }
    } policy;
    home h(GENERATE(residence::context, residence::context_strand, residence::any_strand, residence::pool,
                    residence::pool_strand));
    std::vector<std::thread> threads;
    h.run([&] {
        h.broker.reset();
        h.broker.emplace(h.executor(), tern::testing::broker_configuration{}, &policy);
        h.client->set_authenticator([&](const tern::authentication_step&, tern::authentication_answer answer) {
            threads.emplace_back([answer] { answer(std::error_code(), "secret"); });
        });
    });
    (void)within_patience(h.client->async_connect(
        "mqtt://broker", tern::connect_options{.client_id = "threads", .authentication_method = "word"},
        asio::use_future));
    within_patience(h.client->async_re_authenticate(asio::use_future));
    h.destroy_client();
    h.run([&] { h.broker.reset(); });
    CHECK(threads.size() >= 2);
    for (std::thread& each : threads)
    {
        each.join();
    }
}
