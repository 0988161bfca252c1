// SPDX-License-Identifier: BSL-1.0
//
// The connection of a command-line program: made once at the beginning or not at all, kept up by the library from then
// on, with a word to the user when it breaks; ended in order, also by Ctrl+C.
#ifndef TERN_EXAMPLES_COMMAND_LINE_BROKER_CONNECTION_HPP
#define TERN_EXAMPLES_COMMAND_LINE_BROKER_CONNECTION_HPP

#include "command_line/exit_code.hpp"
#include "command_line/interruption.hpp"
#include "command_line/library_options.hpp"
#include "command_line/options.hpp"
#include "command_line/packet_trace.hpp"
#include "command_line/standard_output.hpp"
#include "command_line/url_option.hpp"

#include <tern/tern.hpp>

#include <asio/awaitable.hpp>
#include <asio/io_context.hpp>
#include <asio/redirect_error.hpp>
#include <asio/use_awaitable.hpp>

#include <chrono>
#include <cstddef>
#include <functional>
#include <optional>
#include <random>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <variant>

namespace command_line
{

class broker_connection
{
public:
    broker_connection(asio::io_context& context, const common_options& options, standard_output& output,
                      const tern::client_limits& limits)
        : context_(context), options_(options), errors_(options.quiet), trace_(output, options.debug),
          client_(context, limits), interruption_(context.get_executor())
    {
        output.end_waiting_by(interruption_.descriptor());
        client_.set_observer(&trace_);
        client_.on_event([this](const tern::client_event& event) { report(event); });
        if (const auto data = options.properties.connect.text(tern::property::authentication_data);
            data || options.properties.connect.text(tern::property::authentication_method))
        {
            client_.set_authenticator(
                [data = data.value_or("")](const tern::authentication_step&,
                                           const tern::authentication_answer& answer) { answer({}, data); });
        }
    }

    [[nodiscard]] tern::client& client() noexcept { return client_; }
    [[nodiscard]] const packet_trace& trace() const noexcept { return trace_; }
    [[nodiscard]] const error_output& errors() const noexcept { return errors_; }

    /// `handler(signal)` is called when the user wants the program to end, once.
    void on_interrupt(std::function<void(int)> handler)
    {
        interruption_.wait([this, handler = std::move(handler)](int signal) {
            if (std::exchange(interrupted_, true))
            {
                leave_early(); // whoever asks again has no patience left
            }
            else
            {
                handler(signal);
            }
        });
    }

    /// Called when the library does not connect again, with the program's exit code.
    void on_given_up(std::function<void(int)> handler) { given_up_ = std::move(handler); }

    /// One try of all addresses. What went wrong has been said; the result is the exit code.
    asio::awaitable<int> connect()
    {
        const std::string url = broker_url(options_);
        tern::connect_options options = connect_options_of(options_);
        std::error_code error;
        tern::connect_result result;
        if (wants_lasting_session(options))
        {
            result = co_await prepare_lasting_session(url, options, error);
        }
        if (!error)
        {
            result = co_await client_.async_connect(url, options, asio::redirect_error(asio::use_awaitable, error));
        }
        if (!error)
        {
            connected_ = true;
            co_return exit_success;
        }
        explain(error, result.reason_string);
        interruption_.stop();
        co_return refusal_exit_code(error, options_.version);
    }

    /// Says goodbye to the broker once everything under way is done; then nothing keeps the program running.
    void close(tern::reason_code reason = tern::reason_code::normal_disconnection)
    {
        if (!connected_)
        {
            leave_early(); // nobody has answered yet
        }
        else if (!std::exchange(closing_, true))
        {
            tern::disconnect_options options = disconnect_options_of(options_);
            options.reason_code = options_.version == tern::protocol_version::v5 ? reason : options.reason_code;
            client_.async_disconnect(options, [this](std::error_code) { interruption_.stop(); });
        }
    }

    /// Whether it ended without a goodbye.
    [[nodiscard]] bool left_early() const noexcept { return left_early_; }

private:
    void leave_early()
    {
        left_early_ = true;
        context_.stop();
    }

    /// Mosquitto keeps a session over its own restart only if the session began without Clean Start. So where messages
    /// are to survive that, the programs do not use it, and see to it that there is nothing to clean.
    [[nodiscard]] bool wants_lasting_session(const tern::connect_options& options) const
    {
        return options_.version == tern::protocol_version::v5 && options_.qos != tern::qos::at_most_once &&
               options.clean_start && options.session_expiry != std::chrono::seconds(0) &&
               !options.authentication_method;
    }

    asio::awaitable<tern::connect_result>
    prepare_lasting_session(const std::string& url, tern::connect_options& options, std::error_code& error)
    {
        tern::connect_result result;
        if (options.client_id.empty())
        {
            unique_id_ = make_unique_id();
            options.client_id = unique_id_;
        }
        else
        {
            tern::connect_options clearing = options;
            clearing.session_expiry = std::chrono::seconds(0);
            clearing.will.reset();
            tern::client client(context_);
            client.set_observer(&trace_);
            result = co_await client.async_connect(url, clearing, asio::redirect_error(asio::use_awaitable, error));
            std::error_code ignored;
            co_await client.async_disconnect(asio::redirect_error(asio::use_awaitable, ignored));
        }
        options.clean_start = false;
        co_return result;
    }

    /// Random, in characters and of a length that every broker accepts: v5 [MQTT-3.1.3-5].
    static std::string make_unique_id()
    {
        constexpr std::string_view characters = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
        std::random_device source;
        std::uniform_int_distribution<std::size_t> choice(0, characters.size() - 1);
        std::string id = "tern";
        while (id.size() < 23)
        {
            id.push_back(characters[choice(source)]);
        }
        return id;
    }

    void explain(std::error_code error, const std::string& reason_string) const
    {
        const std::string broker = broker_name(options_);
        if (error.category() == tern::reason_code_category())
        {
            errors_.print("Error: the broker at " + broker +
                          " refused the connection: " + describe(error, reason_string) + '.');
        }
        else
        {
            errors_.print("Error: cannot connect to " + broker + ": " + error.message() + '.' +
                          (is_nobody_there(error) ? " Is a broker running there? See -h and -p." : ""));
        }
    }

    void report(const tern::client_event& event)
    {
        if (!connected_ || closing_)
        {
            return; // connect() says what there is to say
        }
        if (const auto* const lost = std::get_if<tern::disconnected_event>(&event); lost != nullptr && lost->will_retry)
        {
            if (lost->was_connected || options_.debug)
            {
                errors_.print("Warning: no connection: " + describe(lost->error, lost->reason_string) +
                              "; connecting again.");
            }
        }
        else if (const auto* const last = std::get_if<tern::given_up_event>(&event))
        {
            errors_.print("Error: the connection is lost for good: " + describe(last->error, last->reason_string) +
                          '.');
            if (given_up_)
            {
                given_up_(refusal_exit_code(last->error, options_.version));
            }
        }
        else if (const auto* const refused = std::get_if<tern::subscription_refused_event>(&event))
        {
            errors_.print("Error: the broker refused to restore a subscription: " +
                          describe(refused->error, refused->reason_string) + '.');
        }
    }

    asio::io_context& context_;
    const common_options& options_;
    error_output errors_;
    packet_trace trace_;
    tern::client client_;
    interruption interruption_;
    std::function<void(int)> given_up_;
    std::string unique_id_;
    bool connected_ = false;
    bool interrupted_ = false;
    bool closing_ = false;
    bool left_early_ = false;
};

} // namespace command_line

#endif
