// SPDX-License-Identifier: BSL-1.0
//
// Where the operations of operations.hpp play: a client, a broker that refuses and authenticates, and what they need.
#ifndef TERN_TESTS_INTERFACE_STAGE_HPP
#define TERN_TESTS_INTERFACE_STAGE_HPP

#include "support/memory_client.hpp"
#include "tern/testing/broker/policy.hpp"

#include <memory>
#include <optional>
#include <string_view>

namespace tern_test
{

/// Refuses what lies below "refused", and authenticates whoever says so.
class interface_policy final : public tern::testing::broker_policy
{
public:
    tern::reason_code authorize_publish(const tern::testing::client_identity&,
                                        const tern::wire::publish& packet) override
    {
        return packet.topic.starts_with("refused") ? tern::reason_code::not_authorized : tern::reason_code::success;
    }

    tern::reason_code authorize_subscription(const tern::testing::client_identity&,
                                             const tern::wire::subscription& wanted) override
    {
        return wanted.topic_filter.starts_with("refused") ? tern::reason_code::not_authorized
                                                          : tern::reason_code::success;
    }

    tern::testing::authentication_answer authenticate(const tern::testing::client_identity&, std::string_view,
                                                      tern::byte_view, bool, bool) override
    {
        return {tern::reason_code::success, "welcome"};
    }
};

/// How the operation is to end.
enum class ending
{
    success,
    failure,
    never, ///< it waits until it is cancelled
};

/// A client, a broker, and what an operation needs.
struct stage
{
    stage()
    {
        tern::client_limits limits = quick_limits();
        limits.operation = std::chrono::milliseconds(0);
        limits.shutdown = std::chrono::milliseconds(0);
        client.emplace(context, limits);
        client->set_authenticator([](const tern::authentication_step&, tern::authentication_answer answer) {
            answer(std::error_code(), "let me in");
        });
    }

    [[nodiscard]] bool connect(bool authenticated = true)
    {
        tern::connect_options options{.client_id = "stage"};
        if (authenticated)
        {
            options.authentication_method = "password";
        }
        outcome<tern::connect_result> connected;
        client->async_connect("mqtt://broker", options, connected.handler());
        return run_until(context, [&] { return connected.calls != 0; }) && !connected.error;
    }

    [[nodiscard]] bool subscribe()
    {
        outcome<tern::subscription> subscribed;
        client->async_subscribe("stream/#", subscribed.handler());
        if (!run_until(context, [&] { return subscribed.calls != 0; }) || subscribed.error)
        {
            return false;
        }
        stream = std::move(subscribed.result);
        return true;
    }

    [[nodiscard]] bool publish(std::string_view topic)
    {
        outcome<tern::publish_result> published;
        client->async_publish(topic, "payload", {.qos = tern::qos::at_least_once}, published.handler());
        return run_until(context, [&] { return published.calls != 0; }) && !published.error;
    }

    /// From now on the network swallows everything, and no connection is refused.
    void fall_silent() { broker.cut(link_cut::silence); }

    asio::io_context context{1};
    interface_policy policy;
    memory_broker broker{context, {}, &policy};
    std::optional<memory_client> client;
    tern::subscription stream;
    tern::message_handler_registration registration;
};

} // namespace tern_test

#endif
