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
#include <asio/error.hpp>
#include <asio/io_context.hpp>
#include <asio/redirect_error.hpp>
#include <asio/steady_timer.hpp>
#include <asio/use_awaitable.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
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

class publisher
{
public:
    publisher(asio::io_context& context, const publisher_options& options)
        : options_(options), message_(load_message(options)), publish_options_(publish_options_of(options)),
          connection_(context, options.common, output_, publisher_limits(options)), lines_(context.get_executor()),
          answered_(context), pause_(context)
    {
        connection_.on_interrupt([this](int signal) {
            interrupted_ = true;
            stop(signal_exit_code(signal));
            connection_.close(); // what is under way gets a few seconds to be acknowledged
        });
        connection_.on_given_up([this](int exit_code) { stop(exit_code); });
    }

    asio::awaitable<void> run()
    {
        end_with(co_await connection_.connect());
        if (exit_code_ == exit_success)
        {
            co_await publish_all();
            co_await until_under_way(0, 0);
            done_ = !stopping_;
            connection_.close();
        }
    }

    /// Says how many messages were not published. The exit code is 0 only if there are none.
    int conclude()
    {
        if (!stopping_)
        {
            print_missing(failures_, failures_ > 1); // one has been explained
            return exit_code_;
        }
        if (interrupted_)
        {
            connection_.errors().print("interrupted: " + counted(published_) + " published");
        }
        const bool from_lines = options_.source == message_source::lines;
        const unread_lines unread = from_lines ? lines_.take_unread() : unread_lines{options_.repeat - started_, true};
        const std::size_t missing = failures_ + messages_under_way_ + unread.count;
        print_missing(missing, missing != 0, unread.at_end || interrupted_ ? "" : "at least ");
        return exit_code_;
    }

    [[nodiscard]] bool left_early() const noexcept { return connection_.left_early(); }

private:
    // More of them make it no faster, and these fit into memory anywhere.
    static constexpr std::size_t most_messages_under_way = 1'000;
    static constexpr std::size_t most_bytes_under_way = 4U * 1024 * 1024;

    static std::string counted(std::size_t messages)
    {
        return std::to_string(messages) + (messages == 1 ? " message was" : " messages were");
    }

    void print_missing(std::size_t messages, bool worth_it, std::string_view at_least = {}) const
    {
        if (worth_it)
        {
            connection_.errors().print("Error: " + std::string(at_least) + counted(messages) + " not published.");
        }
    }

    asio::awaitable<void> publish_all()
    {
        if (options_.source == message_source::lines)
        {
            co_await publish_lines();
        }
        else
        {
            co_await publish_repeatedly();
        }
    }

    asio::awaitable<void> publish_repeatedly()
    {
        while (started_ < options_.repeat && !stopping_)
        {
            if (started_ != 0 && options_.repeat_delay.count() != 0)
            {
                std::error_code cancelled;
                pause_.expires_after(options_.repeat_delay);
                co_await pause_.async_wait(asio::redirect_error(asio::use_awaitable, cancelled));
                if (stopping_)
                {
                    break;
                }
            }
            publish(message_);
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
            end_with(exit_failure);
        }
    }

    /// The library copies the message.
    void publish(std::string_view message)
    {
        ++started_;
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
                else
                {
                    ++published_;
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
        end_with(refusal_exit_code(error, options_.common.version));
    }

    void end_with(int exit_code) { exit_code_ = stopping_ ? exit_code_ : exit_code; }

    /// No more messages, although there may be some.
    void stop(int exit_code)
    {
        if (!done_)
        {
            end_with(exit_code);
            stopping_ = true;
            lines_.stop();
            pause_.cancel();
        }
    }

    const publisher_options& options_;
    const std::string message_;
    const tern::publish_options publish_options_;
    standard_output output_;
    broker_connection connection_;
    line_reader lines_;
    asio::steady_timer answered_; ///< cancelled whenever a message is answered
    asio::steady_timer pause_;
    std::uint32_t started_ = 0; ///< handed to the library
    std::size_t messages_under_way_ = 0;
    std::size_t bytes_under_way_ = 0;
    std::size_t published_ = 0;
    std::size_t failures_ = 0;
    std::error_code last_error_;
    bool interrupted_ = false;
    bool stopping_ = false; ///< with the exit code that is set
    bool done_ = false;     ///< nothing can come between any more
    int exit_code_ = exit_failure;
};

} // namespace

int main(int count, char** arguments)
{
    return run_program<publisher>("publisher", publisher_usage, count, arguments, parse_publisher);
}
