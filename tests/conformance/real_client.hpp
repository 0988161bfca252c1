// SPDX-License-Identifier: BSL-1.0
//
// A real client whose server is the test: what the server reads and writes is hexadecimal text. For the statements that
// the session cannot show: closing, reconnecting, dispatching, and what only the client checks.
//
// The client itself is in real_client.cpp, so that a test which uses this compiles fast.
#ifndef TERN_TESTS_CONFORMANCE_REAL_CLIENT_HPP
#define TERN_TESTS_CONFORMANCE_REAL_CLIENT_HPP

#include "tern/client/client_event.hpp"
#include "tern/client/results.hpp"
#include "tern/limits.hpp"
#include "tern/observer.hpp"
#include "tern/options.hpp"

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <variant>
#include <vector>

namespace tern_test
{

/// Limits with which a client does not make a test wait.
tern::client_limits brisk_limits();

class real_client
{
public:
    /// How an operation has ended, if it has.
    struct outcome
    {
        int calls = 0;
        std::error_code error{};
        std::vector<tern::reason_code> reasons{};
        tern::connect_result connection{};
    };

    explicit real_client(const tern::client_limits& limits = brisk_limits());
    ~real_client();

    // The application. What these return is valid as long as this object.
    const outcome& connect(const tern::connect_options& options);
    const outcome& publish(std::string_view topic, std::string_view payload, const tern::publish_options& options = {});
    const outcome& subscribe(std::string_view filter, const tern::subscribe_options& options = {});
    const outcome& unsubscribe(std::string_view filter);
    const outcome& disconnect(const tern::disconnect_options& options = {});
    const outcome& re_authenticate();

    /// Answers every step of an authentication with these data; an empty answer to a challenge gives up.
    void authenticate_with(const std::string& data);

    /// From now on messages that match the filter are received, and so are those that match nothing.
    void listen(std::string_view filter, const tern::subscribe_options& options = {});
    void listen_to_the_rest();

    /// Topic and payload of what was received, and what came by listen_to_the_rest().
    [[nodiscard]] const std::vector<std::pair<std::string, std::string>>& received() const;
    [[nodiscard]] const std::vector<std::pair<std::string, std::string>>& unmatched() const;

    [[nodiscard]] const std::vector<tern::client_event>& events() const;
    [[nodiscard]] tern::connection_state state() const;

    // The server.

    /// Waits for the next connection and its CONNECT, and answers, if there is an answer. False if none comes. What
    /// follows is about this connection until accept() is called again.
    [[nodiscard]] bool accept(std::string_view answer = "20 03 00 00 00");

    /// Connects and accepts; false if that fails.
    [[nodiscard]] bool start(const tern::connect_options& options, std::string_view answer = "20 03 00 00 00");

    /// Writes in pieces of that many bytes.
    void send(std::string_view hex, std::size_t piece = 0xFFFF);

    /// The packets that came since this was asked last.
    [[nodiscard]] std::vector<std::string> heard();

    /// How many connections were made.
    [[nodiscard]] std::size_t connections() const;

    /// The client has ended its side of the connection.
    [[nodiscard]] bool client_has_closed() const;

    /// The server closes the connection.
    void close();

    /// From now on nothing that the client writes arrives, and writing fails.
    void break_writing();

    /// Runs until it is so; false after five seconds.
    [[nodiscard]] bool until(const std::function<bool()>& done);

    /// Runs all that is ready.
    void settle();

    /// Runs for so long.
    void run_for(std::chrono::milliseconds time);

    /// How many events of this type there were.
    template <class Event>
    [[nodiscard]] std::size_t count() const
    {
        std::size_t found = 0;
        for (const tern::client_event& each : events())
        {
            found += std::holds_alternative<Event>(each) ? 1U : 0U;
        }
        return found;
    }

    /// The first event of this type, or an empty one.
    template <class Event>
    [[nodiscard]] Event first() const
    {
        for (const tern::client_event& each : events())
        {
            if (std::holds_alternative<Event>(each))
            {
                return std::get<Event>(each);
            }
        }
        return {};
    }

private:
    struct parts;
    std::unique_ptr<parts> parts_;
};

/// What a connected client says to such a call; errc::timed_out if it says nothing at once, or if a byte left.
std::error_code client_refusal_of_publish(std::string_view topic, const tern::publish_options& options = {});
std::error_code client_refusal_of_subscribe(std::string_view filter, const tern::subscribe_options& options = {});
std::error_code client_refusal_of_unsubscribe(std::string_view filter);

/// Whether a client that subscribes so, at the testing broker, receives what it publishes itself.
bool hears_itself(bool no_local);

} // namespace tern_test

#endif
