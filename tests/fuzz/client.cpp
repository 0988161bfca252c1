// SPDX-License-Identifier: BSL-1.0
//
// The whole client, fed with a server's bytes, an application's calls, cancellations and time, in any order.
//
// Checked: every handler is called exactly once, whatever happened, and no sanitizer has anything to say.

#include "fuzz/input.hpp"
#include "support/memory_server.hpp"
#include "tern/client/basic_client.hpp"
#include "tern/testing/memory_transport.hpp"
#include "tern/testing/virtual_clock.hpp"

#include <asio/bind_cancellation_slot.hpp>
#include <asio/bind_executor.hpp>
#include <asio/cancellation_signal.hpp>
#include <asio/io_context.hpp>

#include <chrono>
#include <cstddef>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

using namespace tern;
using namespace tern_fuzz;
using namespace std::chrono_literals;

namespace
{

using fuzzed_client = basic_client<testing::memory_transport>;

class player
{
public:
    player(const std::uint8_t* data, std::size_t size)
        : in_(data, size), clock_(testing::virtual_clock::of(context_)),
          server_(context_, "server", [](tern_test::memory_server::visitor& one) { one.received.clear(); })
    {
        begin();
    }

    void play()
    {
        while (!in_.empty() && calls_.size() < 200)
        {
            step();
            run();
        }
        streams_.clear();
        held_.clear();
        client_.reset();
        run();
        for (const std::shared_ptr<operation>& each : calls_)
        {
            must_hold(each->calls == 1, "every handler is called exactly once");
        }
    }

private:
    struct operation
    {
        int calls = 0;
        asio::cancellation_signal signal{};
    };

    /// A handler of whatever signature, with a cancellation slot, which counts its calls.
    auto handler()
    {
        auto made = std::make_shared<operation>();
        calls_.push_back(made);
        // An empty subscription has no client's executor to complete by.
        return asio::bind_executor(
            context_.get_executor(),
            asio::bind_cancellation_slot(made->signal.slot(), [this, made](std::error_code, auto&&... result) {
                must_hold(++made->calls == 1, "no handler is called twice");
                (take(std::move(result)), ...);
            }));
    }

    void take(subscription&& made) { streams_.push_back(std::move(made)); }
    void take(message&& taken) { held_.push_back(std::move(taken)); }
    template <class Result>
    void take(Result&&)
    {
    }

    void begin()
    {
        client_limits limits;
        limits.maximum_received_bytes = 2'000;
        limits.maximum_write_size = 256;
        limits.maximum_packet_size = 4'096;
        client_.emplace(context_, limits);
        client_->on_event([this](const client_event&) { events_ += 1; });
        client_->set_authenticator(
            [](const authentication_step&, authentication_answer answer) { answer(std::error_code(), "data"); });
    }

    void run()
    {
        context_.restart();
        for (int left = 10'000; context_.poll_one() != 0; --left)
        {
            must_hold(left != 0, "the client comes to rest");
        }
    }

    void step()
    {
        switch (in_.below(18))
        {
        case 0: connect(); break;
        case 1: publish(); break;
        case 2: client_->async_subscribe(in_.text(), subscribing(), handler()); break;
        case 3: streams_.push_back(client_->open_subscription(in_.text(), subscribing())); break;
        case 4: client_->async_unsubscribe(in_.text(), handler()); break;
        case 5: client_->async_disconnect(handler()); break;
        case 6: cancel(); break;
        case 7: clock_.advance(std::chrono::milliseconds(in_.byte() * 300)); break;
        case 8: client_->async_re_authenticate(handler()); break;
        case 9: with_stream([this](subscription& stream) { stream.async_receive(handler()); }); break;
        case 10: with_stream([this](subscription& stream) { stream.async_unsubscribe(handler()); }); break;
        case 11: with_stream([](subscription& stream) { stream = subscription(); }); break;
        case 12: acknowledge(); break;
        case 13: close(); break;
        case 14: destroy(); break;
        default: send(); break;
        }
    }

    void connect()
    {
        const std::uint8_t choice = in_.byte();
        connect_options options;
        options.client_id = (choice & 1U) != 0 ? "a" : "";
        options.clean_start = (choice & 2U) != 0;
        options.keep_alive = std::chrono::seconds(choice & 4U);
        options.protocol = static_cast<protocol_choice>((choice >> 3U) % 3U);
        options.receive_maximum = static_cast<std::uint16_t>(1 + (choice >> 6U));
        if ((choice & 32U) != 0)
        {
            options.session_expiry = 60s;
        }
        if ((choice & 128U) != 0)
        {
            options.authentication_method = "method";
        }
        client_->async_connect("mqtt://server", options, handler());
    }

    void publish()
    {
        publish_options options;
        options.qos = static_cast<qos>(in_.below(3));
        const std::string_view topic = in_.text();
        client_->async_publish(topic, in_.text(), options, handler());
    }

    subscribe_options subscribing()
    {
        subscribe_options options;
        options.ack = in_.coin() ? acknowledgement::manual : acknowledgement::when_taken;
        return options;
    }

    template <class Function>
    void with_stream(Function function)
    {
        if (!streams_.empty())
        {
            function(streams_[in_.byte() % streams_.size()]);
        }
    }

    void acknowledge()
    {
        if (!held_.empty())
        {
            held_.front().acknowledge();
            held_.pop_front();
        }
    }

    void cancel()
    {
        if (!calls_.empty())
        {
            calls_[in_.byte() % calls_.size()]->signal.emit(asio::cancellation_type::terminal);
        }
    }

    void close()
    {
        if (!server_.visitors.empty())
        {
            server_.visitors.back()->close();
        }
    }

    void send()
    {
        const std::string_view bytes = in_.text();
        if (!server_.visitors.empty())
        {
            server_.visitors.back()->send(std::string(bytes));
        }
    }

    void destroy()
    {
        if (in_.below(8) == 0)
        {
            client_.reset();
            begin();
        }
    }

    input in_;
    asio::io_context context_{1};
    testing::virtual_clock& clock_;
    tern_test::memory_server server_;
    std::optional<fuzzed_client> client_;
    std::vector<std::shared_ptr<operation>> calls_;
    std::vector<subscription> streams_;
    std::deque<message> held_;
    std::size_t events_ = 0;
};

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    player(data, size).play();
    return 0;
}
