// SPDX-License-Identifier: BSL-1.0
//
// Subscribes from the command line, with the options of mosquitto_sub: subscriber --help
//
// What the command line means is in command_line/; here is what happens then. Messages are handled in place, as they
// are read. A message is acknowledged only when it has been written out, so that none is lost with the program.
#include "command_line/broker_connection.hpp"
#include "command_line/exit_code.hpp"
#include "command_line/library_options.hpp"
#include "command_line/message_format.hpp"
#include "command_line/options.hpp"
#include "command_line/program.hpp"
#include "command_line/received_message.hpp"
#include "command_line/standard_output.hpp"
#include "command_line/subscriber_parser.hpp"
#include "command_line/usage.hpp"

#include <tern/tern.hpp>
#include <tern/topic/match.hpp>

#include <asio/awaitable.hpp>
#include <asio/co_spawn.hpp>
#include <asio/io_context.hpp>
#include <asio/post.hpp>
#include <asio/redirect_error.hpp>
#include <asio/steady_timer.hpp>
#include <asio/use_awaitable.hpp>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

namespace
{

using namespace command_line;

/// Messages of any size; and those that an earlier session left, without waiting for anybody to subscribe to them.
tern::client_limits subscriber_limits()
{
    tern::client_limits limits;
    limits.maximum_packet_size = 268'435'460;
    limits.maximum_received_bytes = limits.maximum_packet_size;
    limits.unmatched_time = std::chrono::milliseconds(0);
    return limits;
}

class subscriber
{
public:
    subscriber(asio::io_context& context, const subscriber_options& options)
        : context_(context), options_(options), topics_(subscriptions_of(options)),
          connection_(context, options.common, output_, subscriber_limits()), time_limit_(context)
    {
        if (options.format)
        {
            format_.emplace(*options.format);
        }
        connection_.on_interrupt([this] { finish(exit_success); });
        connection_.on_given_up([this](int exit_code) { finish(exit_code); });
    }

    [[nodiscard]] int exit_code() const noexcept { return exit_code_; }

    asio::awaitable<void> run()
    {
        // Before connecting, so that nothing that a resumed session brings is missed.
        tern::message_handler_registration subscription = subscribe();
        exit_code_ = co_await connection_.connect();
        if (exit_code_ != exit_success)
        {
            finished_ = true;
            co_return;
        }
        start_time_limit();
        if (!topics_.empty())
        {
            std::error_code error;
            const tern::subscribe_result result =
                co_await subscription.async_ready(asio::redirect_error(asio::use_awaitable, error));
            report_refusals(error, result);
        }
        co_await unsubscribe();
        if (options_.exit_when_subscribed)
        {
            finish(exit_success);
        }
    }

private:
    tern::message_handler_registration subscribe()
    {
        connection_.client().on_unmatched(
            [this](const tern::message_view& message) { receive(message, tern::acknowledger()); });
        if (topics_.empty())
        {
            return {};
        }
        tern::subscribe_options options;
        options.ack = tern::acknowledgement::manual;
        options.user_properties = options_.common.properties.subscribe.user_properties();
        return connection_.client().on_message(
            topics_,
            [this](const tern::message_view& message, const tern::acknowledger& acknowledge) {
                receive(message, acknowledge);
            },
            options);
    }

    asio::awaitable<void> unsubscribe()
    {
        tern::unsubscribe_options options;
        options.user_properties = options_.common.properties.unsubscribe.user_properties();
        for (const std::string_view filter : options_.unsubscribe)
        {
            if (finished_)
            {
                break;
            }
            std::error_code error;
            const tern::unsubscribe_result result = co_await connection_.client().async_unsubscribe(
                filter, options, asio::redirect_error(asio::use_awaitable, error));
            if (error && !finished_)
            {
                connection_.errors().print("Error: cannot unsubscribe from " + quoted(filter) + ": " +
                                           describe(error, result.reason_string) + '.');
            }
        }
    }

    void report_refusals(std::error_code error, const tern::subscribe_result& result)
    {
        if (finished_)
        {
            return;
        }
        for (std::size_t i = 0; i < result.reasons.size() && i < topics_.size(); ++i)
        {
            if (tern::is_failure(result.reasons[i]))
            {
                connection_.errors().print("Error: the broker refused the subscription to " +
                                           quoted(topics_[i].topic_filter) + ": " +
                                           describe(make_error_code(result.reasons[i]), result.reason_string) + '.');
            }
        }
        if (error)
        {
            connection_.errors().print("Error: nothing is subscribed to: " + describe(error) + '.');
            finish(refusal_exit_code(error, tern::protocol_version::v5));
        }
    }

    void start_time_limit()
    {
        if (options_.time_limit && !finished_)
        {
            time_limit_.expires_after(*options_.time_limit);
            time_limit_.async_wait([this](std::error_code cancelled) {
                if (!cancelled && !finished_)
                {
                    connection_.errors().print("Timed out");
                    finish(exit_timed_out);
                }
            });
        }
    }

    /// What comes after the end is left to the broker, unacknowledged.
    void receive(const tern::message_view& message, const tern::acknowledger& acknowledge)
    {
        if (finished_)
        {
            return;
        }
        if (is_filtered_out(message.topic))
        {
            acknowledge();
            return;
        }
        if (options_.remove_retained && message.retain && !message.payload.empty())
        {
            remove_retained(message.topic);
        }
        if (options_.retained_only && !message.retain)
        {
            finish(exit_success);
            return;
        }
        if (options_.no_retained && message.retain)
        {
            acknowledge();
            return;
        }
        print(message);
        unacknowledged_.push_back(acknowledge);
        ++received_;
        if (received_ == options_.count)
        {
            finish(exit_success);
        }
        else
        {
            flush_soon();
        }
    }

    [[nodiscard]] bool is_filtered_out(std::string_view topic) const
    {
        return std::any_of(options_.filtered_out.begin(), options_.filtered_out.end(),
                           [topic](std::string_view filter) { return tern::matches(filter, topic); });
    }

    void remove_retained(std::string_view topic)
    {
        tern::publish_options options;
        options.qos = tern::qos::at_least_once;
        options.retain = true;
        connection_.client().async_publish(
            topic, tern::byte_view(), options,
            [this, topic = std::string(topic)](std::error_code error, const tern::publish_result& result) {
                if (error)
                {
                    connection_.errors().print("Error: the retained message of " + quoted(topic) +
                                               " was not removed: " + describe(error, result.reason_string) + '.');
                }
            });
    }

    void print(const tern::message_view& message)
    {
        std::string& text = output_.text();
        const std::string_view end_of_line = options_.end_of_line ? "\n" : "";
        if (format_)
        {
            const arrival_time now(std::chrono::system_clock::now());
            const auto identifier =
                options_.common.properties.subscribe.number(tern::property::subscription_identifier);
            const std::uint16_t packet_identifier = connection_.trace().last_packet_identifier();
            if (!format_->append(text, {message, now, packet_identifier, identifier}))
            {
                connection_.errors().print("Error: Message payload is not valid JSON on topic " +
                                           std::string(message.topic) + '.');
            }
            text += end_of_line;
        }
        else if (!message.payload.empty())
        {
            text.append(options_.verbose ? message.topic : "").append(options_.verbose ? " " : "");
            text.append(message.payload_text()).append(end_of_line);
        }
        else if (options_.verbose && options_.end_of_line)
        {
            text.append(message.topic).append(" (null)\n");
        }
    }

    /// One write for all messages that were read together.
    void flush_soon()
    {
        if (output_.is_large())
        {
            flush();
        }
        else if (!std::exchange(flush_posted_, true))
        {
            asio::post(context_, [this] {
                flush_posted_ = false;
                flush();
            });
        }
    }

    void flush()
    {
        if (const std::error_code error = output_.flush())
        {
            unacknowledged_.clear();
            if (error != std::errc::broken_pipe) // which is how `| head` ends a program
            {
                connection_.errors().print("Error: cannot write to the standard output: " + error.message() + '.');
                exit_code_ = exit_failure;
            }
            end();
            return;
        }
        for (const tern::acknowledger& acknowledge : std::exchange(unacknowledged_, {}))
        {
            acknowledge();
        }
    }

    void finish(int exit_code)
    {
        if (!finished_)
        {
            exit_code_ = exit_code;
            flush();
            end();
        }
    }

    void end()
    {
        finished_ = true;
        time_limit_.cancel();
        connection_.close();
    }

    asio::io_context& context_;
    const subscriber_options& options_;
    const std::vector<tern::topic_subscription> topics_;
    std::optional<message_format> format_;
    standard_output output_;
    broker_connection connection_;
    asio::steady_timer time_limit_;
    std::vector<tern::acknowledger> unacknowledged_; ///< printed, but not written
    std::uint32_t received_ = 0;
    bool flush_posted_ = false;
    bool finished_ = false;
    int exit_code_ = exit_failure;
};

int run(const subscriber_options& options)
{
    asio::io_context context(1);
    subscriber program(context, options);
    asio::co_spawn(context, program.run(), [](const std::exception_ptr& failure) {
        if (failure)
        {
            std::rethrow_exception(failure);
        }
    });
    context.run();
    return program.exit_code();
}

} // namespace

int main(int count, char** arguments)
{
    return run_program("subscriber", subscriber_usage, count, arguments, parse_subscriber, run);
}
