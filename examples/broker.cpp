// SPDX-License-Identifier: BSL-1.0
//
// A small MQTT broker for demonstrations and tests: tern::testing::tcp_broker as a program. Not for production.
#include <tern/testing/tcp_broker.hpp>
#include <tern/version.hpp>

#include <asio/io_context.hpp>
#include <asio/ip/address.hpp>
#include <asio/ip/tcp.hpp>
#include <asio/signal_set.hpp>
#include <asio/steady_timer.hpp>

#include <charconv>
#include <chrono>
#include <csignal>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <iostream>
#include <optional>
#include <random>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

namespace
{

using namespace tern::testing;

constexpr std::string_view help = R"(Usage: broker [options]

A small MQTT 5.0 and 3.1.1 broker for demonstrations and tests. It keeps everything in memory and is not meant for
production.

  -p, --port PORT          listen on this port (1883); 0 takes a free one
      --bind ADDRESS       listen on this address (127.0.0.1); may be given more than once
      --user NAME:PASSWORD let in only users that are named so; may be given more than once
  -v, --verbose            say what happens
      --help               show this text
      --version            show the version

It prints the addresses it listens on, and ends with SIGINT (Ctrl+C) or SIGTERM.
)";

struct command_line
{
    std::uint16_t port = 1883;
    std::vector<asio::ip::address> addresses;
    std::vector<broker_user> users;
    bool verbose = false;
};

/// Says what is wrong with the command line.
struct usage_error
{
    std::string text;
};

std::uint16_t parse_port(std::string_view text)
{
    std::uint16_t port = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
    if (error != std::errc{} || end != text.data() + text.size())
    {
        throw usage_error{"a port is a number from 0 to 65535, not '" + std::string(text) + "'"};
    }
    return port;
}

asio::ip::address parse_address(std::string_view text)
{
    std::error_code error;
    const asio::ip::address address = asio::ip::make_address(std::string(text), error);
    if (error)
    {
        throw usage_error{"'" + std::string(text) + "' is not an IPv4 or IPv6 address"};
    }
    return address;
}

broker_user parse_user(std::string_view text)
{
    const std::size_t colon = text.find(':');
    if (colon == std::string_view::npos || colon == 0)
    {
        throw usage_error{"a user is given as NAME:PASSWORD, not '" + std::string(text.substr(0, colon)) + "'"};
    }
    return {std::string(text.substr(0, colon)), std::string(text.substr(colon + 1))};
}

/// Empty when the program has only to show something.
std::optional<command_line> parse(const std::vector<std::string_view>& arguments)
{
    command_line result;
    for (std::size_t i = 0; i < arguments.size(); ++i)
    {
        const std::string_view option = arguments[i];
        const auto value = [&] {
            if (++i == arguments.size())
            {
                throw usage_error{"'" + std::string(option) + "' needs a value"};
            }
            return arguments[i];
        };
        if (option == "--help")
        {
            std::cout << help;
            return {};
        }
        if (option == "--version")
        {
            std::cout << "broker of tern " << TERN_VERSION_MAJOR << '.' << TERN_VERSION_MINOR << '.'
                      << TERN_VERSION_PATCH << '\n';
            return {};
        }
        if (option == "-p" || option == "--port")
        {
            result.port = parse_port(value());
        }
        else if (option == "--bind")
        {
            result.addresses.push_back(parse_address(value()));
        }
        else if (option == "--user")
        {
            result.users.push_back(parse_user(value()));
        }
        else if (option == "-v" || option == "--verbose")
        {
            result.verbose = true;
        }
        else
        {
            throw usage_error{"unknown option '" + std::string(option) + "'"};
        }
    }
    if (result.addresses.empty())
    {
        result.addresses.push_back(asio::ip::address_v4::loopback());
    }
    return result;
}

/// Tells on standard output what happens.
class narrator final : public broker_policy
{
public:
    void on_event(const broker_event& event) override
    {
        const std::string_view who = event.client_identifier;
        switch (event.kind)
        {
        case broker_event_kind::connected:
            std::cout << who << " connected" << (event.session_present ? ", resuming its session" : "");
            break;
        case broker_event_kind::refused: std::cout << "a client was refused: " << to_string(event.reason_code); break;
        case broker_event_kind::disconnected: std::cout << who << " disconnected"; break;
        case broker_event_kind::connection_lost:
            std::cout << (who.empty() ? "a client" : who) << " lost its connection";
            break;
        case broker_event_kind::closed:
            std::cout << (who.empty() ? "a client" : who) << " was disconnected: " << to_string(event.reason_code);
            break;
        case broker_event_kind::published:
            std::cout << who << " published " << event.size << " bytes to '" << event.topic << "'";
            break;
        case broker_event_kind::subscribed:
            std::cout << who << " subscribed to '" << event.topic << "': " << to_string(event.reason_code);
            break;
        case broker_event_kind::unsubscribed: std::cout << who << " unsubscribed from '" << event.topic << "'"; break;
        case broker_event_kind::will_published:
            std::cout << "the will of " << who << " was published to '" << event.topic << "'";
            break;
        case broker_event_kind::session_ended: std::cout << "the session of " << who << " ended"; break;
        case broker_event_kind::message_dropped:
            std::cout << "a message on '" << event.topic << "' was dropped: no room for it at " << who;
            break;
        }
        std::cout << std::endl;
    }
};

int serve(const command_line& options)
{
    asio::io_context context(1);
    broker_configuration configuration;
    configuration.users = options.users;
    std::random_device entropy;
    configuration.seed = entropy();
    narrator tell;
    tcp_broker broker(context, configuration, options.verbose ? &tell : nullptr);
    for (const asio::ip::address& address : options.addresses)
    {
        if (const std::error_code error = broker.listen({address, options.port}))
        {
            std::cerr << "broker: cannot listen on " << address << " port " << options.port << ": " << error.message()
                      << (error == std::errc::address_in_use ? "; another port can be chosen with -p" : "") << '\n';
            return 1;
        }
    }
    for (const asio::ip::tcp::endpoint& where : broker.endpoints())
    {
        std::cout << "listening on " << where.address() << " port " << where.port() << std::endl;
    }

    asio::signal_set signals(context, SIGINT, SIGTERM);
    asio::steady_timer goodbye(context);
    signals.async_wait([&](std::error_code error, int) {
        if (error)
        {
            return;
        }
        // The clients are told why, and have a moment to read it.
        broker.stop_listening();
        for (const connection_id id : broker.core().connections())
        {
            broker.core().disconnect(id, tern::reason_code::server_shutting_down, broker.now());
        }
        broker.flush();
        goodbye.expires_after(std::chrono::milliseconds(200));
        goodbye.async_wait([&](std::error_code) { broker.stop(); });
    });
    context.run();
    return 0;
}

} // namespace

int main(int argc, char* argv[])
{
    try
    {
        const std::optional<command_line> options = parse({argv + 1, argv + argc});
        if (options)
        {
            return serve(*options);
        }
        if (!std::cout.flush())
        {
            std::cerr << "broker: cannot write to the standard output\n";
            return 1;
        }
        return 0;
    }
    catch (const usage_error& error)
    {
        std::cerr << "broker: " << error.text << "\nTry 'broker --help'.\n";
        return 2;
    }
    catch (const std::exception& error)
    {
        std::cerr << "broker: " << error.what() << '\n';
        return 1;
    }
}
