// SPDX-License-Identifier: BSL-1.0
//
// A whole run of a client, one operation after the other, which can be stopped between any two steps of the context.
// There are two: the plain one connects, subscribes, publishes at each QoS, receives, unsubscribes and disconnects. The
// eventful one has a server that does not answer, authenticates again, and loses its connection in the middle.
#ifndef TERN_TESTS_INTERFACE_SCRIPT_HPP
#define TERN_TESTS_INTERFACE_SCRIPT_HPP

#include "interface/stage.hpp"
#include "support/memory_client.hpp"

#include <asio/cancellation_signal.hpp>
#include <asio/error.hpp>
#include <asio/io_context.hpp>
#include <asio/post.hpp>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <functional>
#include <limits>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

namespace tern_test
{

/// One operation of the run.
enum class action
{
    connect,
    subscribe,
    publish_qos_0,
    publish_qos_1,
    publish_qos_2,
    receive,
    unsubscribe,
    disconnect,
    ready,
    re_authenticate,
    publish_and_cut,
    end_stream,
    done,
};

inline std::string_view name_of(action what)
{
    constexpr std::string_view names[] = {
        "connect",    "subscribe", "publish QoS 0",   "publish QoS 1",   "publish QoS 2", "receive", "unsubscribe",
        "disconnect", "ready",     "re-authenticate", "publish and cut", "end stream",    "done"};
    return names[static_cast<std::size_t>(what)];
}

/// How many handlers exist, and how often each was called.
struct handler_book
{
    struct entry
    {
        action what;
        int calls = 0;
        std::error_code error{};
        std::weak_ptr<void> life{}; ///< expired when the handler and all its copies are gone
    };

    std::vector<std::unique_ptr<entry>> entries;

    entry& add(action what, const std::shared_ptr<void>& life)
    {
        entries.push_back(std::make_unique<entry>(entry{what, 0, {}, life}));
        return *entries.back();
    }

    /// Every handler that was made, but for those destroyed uncalled if that is allowed, was called once, and is gone.
    [[nodiscard]] bool is_settled(bool uncalled_allowed = false) const
    {
        return std::all_of(entries.begin(), entries.end(), [=](const auto& each) {
            return (each->calls == 1 || (uncalled_allowed && each->calls == 0)) && each->life.expired();
        });
    }

    [[nodiscard]] std::string text() const
    {
        std::string result;
        for (const auto& each : entries)
        {
            result += std::string(name_of(each->what)) + ": " + std::to_string(each->calls) + " calls, " +
                      each->error.message() + (each->life.expired() ? "\n" : ", still alive\n");
        }
        return result;
    }
};

/// A completion handler with an entry in the book and a cancellation slot. Afterwards it calls `next`.
template <class Result>
struct booked_handler
{
    using cancellation_slot_type = asio::cancellation_slot;
    cancellation_slot_type get_cancellation_slot() const noexcept { return slot; }

    void operator()(std::error_code error, Result result)
    {
        ++entry->calls;
        entry->error = error;
        next(error, std::move(result));
    }

    handler_book::entry* entry;
    std::shared_ptr<int> life;
    asio::cancellation_slot slot;
    std::function<void(std::error_code, Result)> next;
};

template <>
struct booked_handler<void>
{
    using cancellation_slot_type = asio::cancellation_slot;
    cancellation_slot_type get_cancellation_slot() const noexcept { return slot; }

    void operator()(std::error_code error)
    {
        ++entry->calls;
        entry->error = error;
        next(error);
    }

    handler_book::entry* entry;
    std::shared_ptr<int> life;
    asio::cancellation_slot slot;
    std::function<void(std::error_code)> next;
};

struct script_settings
{
    tern::protocol_choice protocol = tern::protocol_choice::v5;
    std::size_t maximum_read = std::numeric_limits<std::size_t>::max(); ///< small: more places to stop at
    bool repeat_cancelled = false; ///< an operation that was cancelled is started again, and the run goes on
    bool eventful = false;
};

/// The run. Its members are public: tests interfere.
class script
{
public:
    explicit script(const script_settings& settings)
        : settings_(settings), context(std::in_place, 1),
          broker(std::in_place, *context, tern::testing::broker_configuration{}, &policy_),
          client(std::in_place, *context, limits())
    {
        client->set_authenticator([](const tern::authentication_step&, tern::authentication_answer answer) {
            answer(std::error_code(), "let me in");
        });
        broker->faults({.maximum_read = settings.maximum_read}, {.maximum_read = settings.maximum_read});
        client->on_event([this](const tern::client_event& event) {
            disconnections += std::holds_alternative<tern::disconnected_event>(event) ? 1U : 0U;
        });
    }

    // Objects of the client before the context, and the broker in between, however much is pending.
    ~script()
    {
        stream = tern::subscription();
        client.reset();
        broker.reset();
        context.reset();
    }

    void begin() { start(action::connect); }

    /// Runs up to `count` handlers; false if there were fewer. It waits only if nothing is ready and the run not over.
    bool step(std::size_t count)
    {
        for (; count != 0; --count)
        {
            context->restart();
            if (context->poll_one() == 0 &&
                (current == action::done || context->run_one_for(std::chrono::seconds(5)) == 0))
            {
                return false;
            }
        }
        return true;
    }

    [[nodiscard]] bool finish()
    {
        return run_until(*context, [this] { return current == action::done; });
    }

    /// Called before the run goes on after an operation; true: it does not go on.
    std::function<bool(action, std::error_code)> intercept = [](action, std::error_code) { return false; };

    void start(action what)
    {
        current = what;
        switch (what)
        {
        case action::connect: connect(); break;
        case action::subscribe:
            client->async_subscribe("stream/#",
                                    handler<tern::subscription>([this](std::error_code error, tern::subscription made) {
                                        stream = std::move(made);
                                        go_on(error, action::publish_qos_0);
                                    }));
            break;
        case action::publish_qos_0: publish(tern::qos::at_most_once, action::publish_qos_1); break;
        case action::publish_qos_1: publish(tern::qos::at_least_once, action::publish_qos_2); break;
        case action::publish_qos_2: publish(tern::qos::exactly_once, action::receive); break;
        case action::receive:
            stream.async_receive(handler<tern::message>([this](std::error_code error, const tern::message& taken) {
                if (!error)
                {
                    ++received[std::string(taken.payload_text())];
                }
                const action last = settings_.eventful ? action::end_stream : action::unsubscribe;
                go_on(error, has_everything() ? last : action::receive);
            }));
            break;
        case action::unsubscribe:
            client->async_unsubscribe("stream/#",
                                      handler<tern::unsubscribe_result>([this](std::error_code error, const auto&) {
                                          go_on(error, action::disconnect);
                                      }));
            break;
        case action::disconnect:
            client->async_disconnect(handler<void>([this](std::error_code error) { go_on(error, action::done); }));
            break;
        case action::ready:
            if (!stream)
            {
                stream = client->open_subscription("stream/#");
            }
            stream.async_ready(handler<tern::subscribe_result>(
                [this](std::error_code error, const auto&) { go_on(error, action::re_authenticate); }));
            break;
        case action::re_authenticate:
            client->async_re_authenticate(handler<void>([this](std::error_code error) {
                const bool again = error == tern::errc::authentication_in_progress; // the first one was cancelled
                go_on(again ? std::error_code() : error, action::publish_and_cut);
            }));
            break;
        case action::publish_and_cut:
            publish(tern::qos::exactly_once, action::receive);
            asio::post(*context, [this] {
                if (broker && !std::exchange(has_cut_, true))
                {
                    broker->cut(link_cut::reset);
                }
            });
            break;
        case action::end_stream:
            stream.async_unsubscribe(handler<tern::unsubscribe_result>([this](std::error_code error, const auto&) {
                const bool again = error == tern::errc::subscription_ended; // the first one was cancelled
                go_on(again ? std::error_code() : error, action::disconnect);
            }));
            break;
        case action::done: break;
        }
    }

    /// All messages whose publishing succeeded have come.
    [[nodiscard]] bool has_everything() const
    {
        return std::all_of(sent.begin(), sent.end(), [this](const std::string& each) { return received.count(each); });
    }

private:
    static tern::client_limits limits()
    {
        tern::client_limits result = quick_limits();
        result.shutdown = std::chrono::milliseconds(0);
        return result;
    }

    template <class Result, class Next>
    booked_handler<Result> handler(Next next)
    {
        auto life = std::make_shared<int>(0);
        handler_book::entry& entry = book.add(current, life);
        return {&entry, std::move(life), signal.slot(), std::move(next)};
    }

    void connect()
    {
        tern::connect_options options{.client_id = "script", .protocol = settings_.protocol};
        if (!settings_.eventful)
        {
            client->async_connect("mqtt://broker", options,
                                  handler<tern::connect_result>(
                                      [this](std::error_code error, const auto&) { go_on(error, action::subscribe); }));
            return;
        }
        options.authentication_method = "password";
        client->async_connect(
            tern::brokers("mqtt://nobody", "mqtt://broker"), options,
            handler<tern::connect_result>([this](std::error_code error, const auto&) { go_on(error, action::ready); }));
    }

    void publish(tern::qos qos, action next)
    {
        const std::string payload = std::to_string(++published_);
        client->async_publish("stream/topic", payload, tern::publish_options{.qos = qos},
                              handler<tern::publish_result>([this, payload, next](std::error_code error, const auto&) {
                                  if (!error)
                                  {
                                      sent.push_back(payload);
                                  }
                                  go_on(error, next);
                              }));
    }

    void go_on(std::error_code error, action next)
    {
        const action ended = std::exchange(current, action::done);
        if (intercept(ended, error))
        {
            return;
        }
        if (!error)
        {
            start(next);
        }
        else if (settings_.repeat_cancelled && error == asio::error::operation_aborted)
        {
            start(ended);
        }
        else
        {
            failure = error;
        }
    }

    script_settings settings_;
    interface_policy policy_;
    int published_ = 0;
    bool has_cut_ = false;

public:
    handler_book book;
    asio::cancellation_signal signal;
    std::optional<asio::io_context> context;
    std::optional<memory_broker> broker;
    std::optional<memory_client> client;
    tern::subscription stream;
    action current = action::done;
    std::vector<std::string> sent;
    std::map<std::string, int> received;
    std::size_t disconnections = 0;
    std::error_code failure{};
};

} // namespace tern_test

#endif
