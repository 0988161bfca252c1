// SPDX-License-Identifier: BSL-1.0
//
// Every asynchronous function of the client as an object, so that a test can go through all of them: what has to be
// there before, how it is started with any token, how it fails, and how it waits for ever.
#ifndef TERN_TESTS_INTERFACE_OPERATIONS_HPP
#define TERN_TESTS_INTERFACE_OPERATIONS_HPP

#include "interface/stage.hpp"

#include <asio/error.hpp>

#include <array>
#include <memory>
#include <optional>
#include <string_view>
#include <system_error>
#include <tuple>
#include <utility>

namespace tern_test
{

// Each has: name; result_type; prepare(stage&, ending); start(stage&, ending, token); error(ending::failure);
// holds(result), which says whether a successful result is what it has to be.

struct connecting
{
    static constexpr std::string_view name = "async_connect";
    using result_type = tern::connect_result;

    bool prepare(stage& s, ending how)
    {
        s.broker.accept_connections(how != ending::failure);
        if (how == ending::never)
        {
            s.broker.faults({.cut_after = 0, .cut = link_cut::silence}, {});
        }
        return true;
    }

    template <class Token>
    auto start(stage& s, ending, Token&& token)
    {
        return s.client->async_connect("mqtt://broker", tern::connect_options{.client_id = "stage"},
                                       std::forward<Token>(token));
    }

    std::error_code error() const { return asio::error::connection_refused; }
    bool holds(const result_type& result) const
    {
        return !result.session_present && result.client_id == "stage" && result.version == tern::protocol_version::v5;
    }
};

template <tern::qos Qos>
struct publishing
{
    static constexpr std::string_view name = Qos == tern::qos::at_most_once    ? "async_publish at QoS 0"
                                             : Qos == tern::qos::at_least_once ? "async_publish at QoS 1"
                                                                               : "async_publish at QoS 2";
    using result_type = tern::publish_result;

    // A message of QoS 0 is done when it is written, so it waits only while there is no connection.
    bool prepare(stage& s, ending how)
    {
        if (how == ending::never && Qos == tern::qos::at_most_once)
        {
            return true;
        }
        const bool ready = s.connect();
        if (how == ending::never)
        {
            s.fall_silent();
        }
        return ready;
    }

    template <class Token>
    auto start(stage& s, ending how, Token&& token)
    {
        const bool fails = how == ending::failure;
        const std::string_view topic = !fails ? "topic" : Qos == tern::qos::at_most_once ? "topic/#" : "refused/topic";
        return s.client->async_publish(topic, "payload", tern::publish_options{.qos = Qos}, std::forward<Token>(token));
    }

    std::error_code error() const
    {
        return Qos == tern::qos::at_most_once ? make_error_code(tern::errc::invalid_topic_name)
                                              : make_error_code(tern::reason_code::not_authorized);
    }
    bool holds(const result_type& result) const { return !is_failure(result.reason); }
};

struct subscribing
{
    static constexpr std::string_view name = "async_subscribe with one filter";
    using result_type = tern::subscription;

    bool prepare(stage& s, ending how)
    {
        const bool ready = s.connect();
        if (how == ending::never)
        {
            s.fall_silent();
        }
        return ready;
    }

    template <class Token>
    auto start(stage& s, ending how, Token&& token)
    {
        const std::string_view filter = how == ending::failure ? "refused/#" : "granted/#";
        return s.client->async_subscribe(filter, tern::subscribe_options{.maximum_qos = tern::qos::at_least_once},
                                         std::forward<Token>(token));
    }

    std::error_code error() const { return tern::reason_code::not_authorized; }
    bool holds(const result_type& result) const
    {
        return result && result.result().reasons == std::vector{tern::reason_code::granted_qos_1};
    }
};

struct subscribing_to_several
{
    static constexpr std::string_view name = "async_subscribe with several filters";
    using result_type = tern::subscription;
    static constexpr std::array<tern::topic_subscription, 2> granted{
        tern::topic_subscription{.topic_filter = "granted/#", .maximum_qos = tern::qos::exactly_once},
        tern::topic_subscription{.topic_filter = "refused/#"}};
    static constexpr std::array<tern::topic_subscription, 2> refused{
        tern::topic_subscription{.topic_filter = "refused/a"}, tern::topic_subscription{.topic_filter = "refused/b"}};

    bool prepare(stage& s, ending how) { return subscribing().prepare(s, how); }

    template <class Token>
    auto start(stage& s, ending how, Token&& token)
    {
        return s.client->async_subscribe(
            std::span<const tern::topic_subscription>(how == ending::failure ? refused : granted),
            std::forward<Token>(token));
    }

    std::error_code error() const { return tern::reason_code::not_authorized; }
    bool holds(const result_type& result) const
    {
        return result && result.result().reasons ==
                             std::vector{tern::reason_code::granted_qos_2, tern::reason_code::not_authorized};
    }
};

struct receiving
{
    static constexpr std::string_view name = "async_receive";
    using result_type = tern::message;

    bool prepare(stage& s, ending how)
    {
        if (!s.connect() || !s.subscribe())
        {
            return false;
        }
        if (how == ending::success)
        {
            return s.publish("stream/topic");
        }
        if (how == ending::failure)
        {
            outcome<tern::unsubscribe_result> ended;
            s.stream.async_unsubscribe(ended.handler());
            return run_until(s.context, [&] { return ended.calls != 0; });
        }
        return true;
    }

    template <class Token>
    auto start(stage& s, ending, Token&& token)
    {
        return s.stream.async_receive(std::forward<Token>(token));
    }

    std::error_code error() const { return tern::errc::subscription_ended; }
    bool holds(const result_type& result) const
    {
        return result.topic() == "stream/topic" && result.payload_text() == "payload";
    }
};

struct waiting_for_the_answer
{
    static constexpr std::string_view name = "subscription::async_ready";
    using result_type = tern::subscribe_result;

    bool prepare(stage& s, ending how)
    {
        s.stream = s.client->open_subscription(how == ending::failure ? "refused/a" : "granted/a",
                                               {.maximum_qos = tern::qos::at_least_once});
        return how == ending::never || s.connect();
    }

    template <class Token>
    auto start(stage& s, ending, Token&& token)
    {
        return s.stream.async_ready(std::forward<Token>(token));
    }

    std::error_code error() const { return tern::reason_code::not_authorized; }
    bool holds(const result_type& result) const
    {
        return result.reasons == std::vector{tern::reason_code::granted_qos_1};
    }
};

struct waiting_for_the_answer_to_a_handler
{
    static constexpr std::string_view name = "message_handler_registration::async_ready";
    using result_type = tern::subscribe_result;

    bool prepare(stage& s, ending how)
    {
        s.registration =
            s.client->on_message(how == ending::failure ? "refused/a" : "granted/a", [](const tern::message_view&) {},
                                 {.maximum_qos = tern::qos::at_least_once});
        return how == ending::never || s.connect();
    }

    template <class Token>
    auto start(stage& s, ending, Token&& token)
    {
        return s.registration.async_ready(std::forward<Token>(token));
    }

    std::error_code error() const { return tern::reason_code::not_authorized; }
    bool holds(const result_type& result) const
    {
        return result.reasons == std::vector{tern::reason_code::granted_qos_1};
    }
};

struct ending_a_subscription
{
    static constexpr std::string_view name = "subscription::async_unsubscribe";
    using result_type = tern::unsubscribe_result;

    bool prepare(stage& s, ending how)
    {
        if (!s.connect() || !s.subscribe())
        {
            return false;
        }
        if (how == ending::never)
        {
            s.fall_silent();
        }
        else if (how == ending::failure)
        {
            outcome<tern::unsubscribe_result> ended;
            s.stream.async_unsubscribe(ended.handler());
            return run_until(s.context, [&] { return ended.calls != 0; });
        }
        return true;
    }

    template <class Token>
    auto start(stage& s, ending, Token&& token)
    {
        return s.stream.async_unsubscribe(std::forward<Token>(token));
    }

    std::error_code error() const { return tern::errc::subscription_ended; }
    bool holds(const result_type& result) const { return result.reasons == std::vector{tern::reason_code::success}; }
};

struct ending_a_handler
{
    static constexpr std::string_view name = "message_handler_registration::async_unsubscribe";
    using result_type = tern::unsubscribe_result;

    bool prepare(stage& s, ending how)
    {
        s.registration = s.client->on_message("granted/a", [](const tern::message_view&) {});
        if (!s.connect())
        {
            return false;
        }
        outcome<tern::subscribe_result> ready;
        s.registration.async_ready(ready.handler());
        if (!run_until(s.context, [&] { return ready.calls != 0; }))
        {
            return false;
        }
        if (how == ending::never)
        {
            s.fall_silent();
        }
        else if (how == ending::failure)
        {
            outcome<tern::unsubscribe_result> ended;
            s.registration.async_unsubscribe(ended.handler());
            return run_until(s.context, [&] { return ended.calls != 0; });
        }
        return true;
    }

    template <class Token>
    auto start(stage& s, ending, Token&& token)
    {
        return s.registration.async_unsubscribe(tern::unsubscribe_options{}, std::forward<Token>(token));
    }

    std::error_code error() const { return tern::errc::subscription_ended; }
    bool holds(const result_type& result) const { return result.reasons == std::vector{tern::reason_code::success}; }
};

struct unsubscribing
{
    static constexpr std::string_view name = "async_unsubscribe";
    using result_type = tern::unsubscribe_result;

    bool prepare(stage& s, ending how)
    {
        const bool ready = s.connect() && s.subscribe();
        if (how == ending::never)
        {
            s.fall_silent();
        }
        return ready;
    }

    template <class Token>
    auto start(stage& s, ending how, Token&& token)
    {
        return s.client->async_unsubscribe(how == ending::failure ? "stream/#/more" : "stream/#",
                                           std::forward<Token>(token));
    }

    std::error_code error() const { return tern::errc::invalid_topic_filter; }
    bool holds(const result_type& result) const { return result.reasons == std::vector{tern::reason_code::success}; }
};

struct disconnecting
{
    static constexpr std::string_view name = "async_disconnect";
    using result_type = void;

    // Another one that is under way lets it fail; a message that is never acknowledged lets it wait.
    bool prepare(stage& s, ending how)
    {
        if (!s.connect())
        {
            return false;
        }
        if (how != ending::success)
        {
            s.fall_silent();
            s.client->async_publish("topic", "payload", tern::publish_options{.qos = tern::qos::at_least_once},
                                    [](std::error_code, const tern::publish_result&) {});
        }
        if (how == ending::failure)
        {
            s.client->async_disconnect([](std::error_code) {});
        }
        return true;
    }

    template <class Token>
    auto start(stage& s, ending, Token&& token)
    {
        return s.client->async_disconnect(std::forward<Token>(token));
    }

    std::error_code error() const { return tern::errc::disconnecting; }
};

struct re_authenticating
{
    static constexpr std::string_view name = "async_re_authenticate";
    using result_type = void;

    bool prepare(stage& s, ending how)
    {
        const bool ready = s.connect(how != ending::failure);
        if (how == ending::never)
        {
            s.fall_silent();
        }
        return ready;
    }

    template <class Token>
    auto start(stage& s, ending, Token&& token)
    {
        return s.client->async_re_authenticate(std::forward<Token>(token));
    }

    std::error_code error() const { return tern::errc::authentication_not_configured; }
};

using every_operation =
    std::tuple<connecting, publishing<tern::qos::at_most_once>, publishing<tern::qos::at_least_once>,
               publishing<tern::qos::exactly_once>, subscribing, subscribing_to_several, receiving,
               waiting_for_the_answer, waiting_for_the_answer_to_a_handler, ending_a_subscription, ending_a_handler,
               unsubscribing, disconnecting, re_authenticating>;

} // namespace tern_test

#endif
