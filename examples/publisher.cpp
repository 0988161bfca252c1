// SPDX-License-Identifier: BSL-1.0
//
// Publishes from the command line, with the options of mosquitto_pub: publisher --help
//
// What the command line means is in command_line/; here is what happens then. Messages are handed to the library as
// fast as it takes them, but no more than a bounded number at a time, and the program ends when the broker has
// acknowledged all of them, over however many lost connections.
#include "command_line/broker_connection.hpp"
#include "command_line/exit_code.hpp"
#include "command_line/input.hpp"
#include "command_line/library_options.hpp"
#include "command_line/options.hpp"
#include "command_line/program.hpp"
#include "command_line/publisher_parser.hpp"
#include "command_line/standard_output.hpp"
#include "command_line/usage.hpp"

#include <tern/tern.hpp>

#include <asio/awaitable.hpp>
#include <asio/co_spawn.hpp>
#include <asio/error.hpp>
#include <asio/io_context.hpp>
#include <asio/redirect_error.hpp>
#include <asio/steady_timer.hpp>
#include <asio/use_awaitable.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>

#include <unistd.h>

namespace
{

using namespace command_line;

/// Room for one message of any size; how many are under way is decided below.
tern::client_limits publisher_limits(const publisher_options& options)
{
    tern::client_limits limits;
    limits.maximum_in_flight = options.maximum_in_flight;
    limits.maximum_queued_bytes = largest_message + 1024 * 1024;
    limits.maximum_waiting_bytes = limits.maximum_queued_bytes;
    return limits;
}

class publisher
{
public:
    publisher(asio::io_context& context, const publisher_options& options)
        : options_(options), publish_options_(publish_options_of(options)),
          connection_(context, options.common, output_, publisher_limits(options)), lines_(context.get_executor()),
          answered_(context), pause_(context)
    {
        connection_.on_interrupt([this] { stop(); });
    }

    [[nodiscard]] int exit_code() const noexcept { return exit_code_; }

    asio::awaitable<void> run(std::string_view message)
    {
        exit_code_ = co_await connection_.connect();
        if (exit_code_ != exit_success)
        {
            co_return;
        }
        if (options_.source == message_source::lines)
        {
            co_await publish_lines();
        }
        else
        {
            co_await publish_repeatedly(message);
        }
        co_await until_under_way(0, 0);
        connection_.close();
        conclude();
    }

private:
    // More of them make it no faster, and these fit into memory anywhere.
    static constexpr std::size_t most_messages_under_way = 1'000;
    static constexpr std::size_t most_bytes_under_way = 4U * 1024 * 1024;

    asio::awaitable<void> publish_repeatedly(std::string_view message)
    {
        for (std::uint32_t i = 0; i < options_.repeat && !stopping_; ++i)
        {
            if (i != 0 && options_.repeat_delay.count() != 0)
            {
                std::error_code cancelled;
                pause_.expires_after(options_.repeat_delay);
                co_await pause_.async_wait(asio::redirect_error(asio::use_awaitable, cancelled));
                if (stopping_)
                {
                    break;
                }
            }
            publish(message);
            co_await until_under_way(0, 0);
        }
    }

    asio::awaitable<void> publish_lines()
    {
        try
        {
            while (const std::optional<std::string_view> line = co_await lines_.next())
            {
                publish(*line);
                co_await until_under_way(most_messages_under_way, most_bytes_under_way);
            }
        }
        catch (const input_error& error)
        {
            connection_.errors().print("Error: " + std::string(error.what()));
            exit_code_ = exit_failure;
        }
    }

    /// The library copies the message.
    void publish(std::string_view message)
    {
        ++messages_under_way_;
        bytes_under_way_ += message.size();
        connection_.client().async_publish(
            options_.topic, message, publish_options_,
            [this, size = message.size()](std::error_code error, const tern::publish_result& result) {
                --messages_under_way_;
                bytes_under_way_ -= size;
                answered_.cancel();
                if (error)
                {
                    failed(error, result);
                }
            });
    }

    asio::awaitable<void> until_under_way(std::size_t messages, std::size_t bytes)
    {
        while (messages_under_way_ > messages || bytes_under_way_ > bytes)
        {
            std::error_code cancelled;
            answered_.expires_at(asio::steady_timer::time_point::max());
            co_await answered_.async_wait(asio::redirect_error(asio::use_awaitable, cancelled));
        }
    }

    void failed(std::error_code error, const tern::publish_result& result)
    {
        ++failures_;
        if (error != last_error_ && !(stopping_ && error == asio::error::operation_aborted))
        {
            connection_.errors().print("Error: a message was not published: " + describe(error, result.reason_string) +
                                       '.');
        }
        last_error_ = error;
        exit_code_ = refusal_exit_code(error, options_.common.version);
    }

    void conclude() const
    {
        if (failures_ > 1 || (stopping_ && failures_ != 0))
        {
            connection_.errors().print("Error: " + std::to_string(failures_) +
                                       (failures_ == 1 ? " message was" : " messages were") + " not published.");
        }
    }

    /// What is under way gets a few seconds to be acknowledged.
    void stop()
    {
        stopping_ = true;
        lines_.stop();
        pause_.cancel();
        connection_.close();
    }

    const publisher_options& options_;
    const tern::publish_options publish_options_;
    standard_output output_;
    broker_connection connection_;
    line_reader lines_;
    asio::steady_timer answered_; ///< cancelled whenever a message is answered
    asio::steady_timer pause_;
    std::size_t messages_under_way_ = 0;
    std::size_t bytes_under_way_ = 0;
    std::size_t failures_ = 0;
    std::error_code last_error_;
    bool stopping_ = false;
    int exit_code_ = exit_failure;
};

std::string load_message(const publisher_options& options)
{
    switch (options.source)
    {
    case message_source::argument: return std::string(options.argument);
    case message_source::file: return read_file(std::string(options.argument));
    case message_source::standard_input:
        if (std::string message = read_all(STDIN_FILENO, "The standard input"); !message.empty())
        {
            return message;
        }
        throw input_error("The standard input is empty. Use -n to publish an empty message.");
    default: return {};
    }
}

int run(const publisher_options& options)
{
    const std::string message = load_message(options);
    asio::io_context context(1);
    publisher program(context, options);
    asio::co_spawn(context, program.run(message), [](const std::exception_ptr& failure) {
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
    return run_program("publisher", publisher_usage, count, arguments, parse_publisher, run);
}
