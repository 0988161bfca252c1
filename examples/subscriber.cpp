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
#include "command_line/retained_removal.hpp"
#include "command_line/standard_output.hpp"
#include "command_line/subscriber_parser.hpp"
#include "command_line/usage.hpp"

#include <tern/tern.hpp>
#include <tern/topic/match.hpp>

#include <asio/awaitable.hpp>
#include <asio/io_context.hpp>
#include <asio/post.hpp>
#include <asio/redirect_error.hpp>
#include <asio/steady_timer.hpp>
#include <asio/use_awaitable.hpp>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
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
          connection_(context, options.common, output_, subscriber_limits()), removal_(connection_.client()),
          time_limit_(context)
    {
        if (options.format)
        {
            format_.emplace(*options.format);
        }
        connection_.on_interrupt([this](int) {
            output_.end_waiting(); // a reader that has stopped reading is not worth waiting for any more
            finish(connected_ ? exit_success : exit_failure, ending::with_will);
        });
        connection_.on_given_up([this](int exit_code) { finish(exit_code, ending::in_order); });
        start_time_limit();
    }

    asio::awaitable<void> run()
    {
        // Before connecting, so that nothing that a resumed session brings is missed.
        tern::message_handler_registration subscription = subscribe();
        if (const int refused = co_await connection_.connect(); refused != exit_success)
        {
            exit_code_ = refused;
            finished_ = true;
            time_limit_.cancel();
            co_return;
        }
        connected_ = true;
        exit_code_ = finished_ ? exit_code_ : exit_success; // the first messages may have ended it
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
            finish(exit_success, ending::in_order);
        }
    }

    int conclude()
    {
        if (const std::string summary = removal_.summary(); !summary.empty())
        {
            connection_.errors().print(summary);
            return exit_failure;
        }
        return exit_code_;
    }

    [[nodiscard]] bool left_early() const noexcept { return connection_.left_early(); }

private:
    enum class ending : std::uint8_t
    {
        in_order,  ///< when everything is done
        with_will, ///< soon, and with MQTT 5.0 the broker publishes the will; as mosquitto_sub does
    };

    tern::message_handler_registration subscribe()
    {
        const auto handle = [this](const tern::message_view& message, const tern::acknowledger& acknowledge) {
            receive(message, acknowledge);
        };
        connection_.client().on_unmatched(handle); // what a session of old subscribed to
        if (topics_.empty())
        {
            return {};
        }
        tern::subscribe_options options;
        options.ack = tern::acknowledgement::manual;
        options.user_properties = options_.common.properties.subscribe.user_properties();
        return connection_.client().on_message(topics_, handle, options);
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
            finish(refusal_exit_code(error, tern::protocol_version::v5), ending::in_order);
        }
    }

    void start_time_limit()
    {
        if (!options_.time_limit)
        {
            return;
        }
        time_limit_.expires_after(*options_.time_limit);
        output_.end_waiting_at(time_limit_.expiry());
        time_limit_.async_wait([this](std::error_code cancelled) {
            if (cancelled)
            {
                return;
            }
            if (!finished_)
            {
                connection_.errors().print("Timed out");
            }
            finish(exit_timed_out, ending::with_will);
        });
    }

    /// What comes after the end is left to the broker, unacknowledged.
    void receive(const tern::message_view& message, const tern::acknowledger& acknowledge)
    {
        if (finished_ || output_.error())
        {
            return;
        }
        if (options_.retained_only && !message.retain)
        {
            finish(exit_success, ending::in_order);
            return;
        }
        if (is_filtered_out(message.topic))
        {
            acknowledge();
            return;
        }
        if (options_.remove_retained && message.retain && !message.payload.empty())
        {
            removal_.add(message.topic);
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
            finish(exit_success, ending::in_order);
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
        const std::error_code error = output_.flush();
        for (const tern::acknowledger& acknowledge : std::exchange(unacknowledged_, {}))
        {
            error ? void() : acknowledge();
        }
        if (!error || error == std::errc::operation_canceled)
        {
            return; // what ended the waiting ends the program
        }
        if (error != std::errc::broken_pipe) // which is how `| head` ends a program
        {
            connection_.errors().print("Error: cannot write to the standard output: " + error.message() + '.');
            exit_code_ = exit_failure;
        }
        end(ending::in_order);
    }

    /// May come again, and then only hastens the end.
    void finish(int exit_code, ending how)
    {
        if (!finished_)
        {
            exit_code_ = exit_code;
            flush();
        }
        // What ended the waiting for a reader is about to end the program, in its own way.
        if (how == ending::with_will || output_.error() != std::errc::operation_canceled)
        {
            end(how);
        }
    }

    void end(ending how)
    {
        finished_ = true;
        if (how == ending::with_will)
        {
            leave(tern::reason_code::disconnect_with_will_message);
        }
        else
        {
            removal_.when_done([this] { leave(tern::reason_code::normal_disconnection); });
        }
    }

    void leave(tern::reason_code reason)
    {
        time_limit_.cancel();
        connection_.close(reason);
    }

    asio::io_context& context_;
    const subscriber_options& options_;
    const std::vector<tern::topic_subscription> topics_;
    std::optional<message_format> format_;
    standard_output output_;
    broker_connection connection_;
    retained_removal removal_;
    asio::steady_timer time_limit_;
    std::vector<tern::acknowledger> unacknowledged_; ///< printed, but not written
    std::uint32_t received_ = 0;
    bool connected_ = false;
    bool flush_posted_ = false;
    bool finished_ = false;
    int exit_code_ = exit_failure;
};

} // namespace

int main(int count, char** arguments)
{
    return run_program<subscriber>("subscriber", subscriber_usage, count, arguments, parse_subscriber);
}
