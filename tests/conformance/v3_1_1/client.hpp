// SPDX-License-Identifier: BSL-1.0
//
// A client of 3.1.1 and a server in memory that does what the test says, packet by packet: for what can only be seen at
// the client as a whole. Hexadecimal text, as in script.hpp.
//
// The client itself is behind a pointer, in client.cpp, so that one source alone pays for compiling it.
#ifndef TERN_TESTS_CONFORMANCE_V3_1_1_CLIENT_HPP
#define TERN_TESTS_CONFORMANCE_V3_1_1_CLIENT_HPP

#include "tern/client/client_event.hpp"
#include "tern/client/results.hpp"
#include "tern/limits.hpp"
#include "tern/message.hpp"
#include "tern/options.hpp"
#include "tern/qos.hpp"
#include "tern/statistics.hpp"

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <system_error>
#include <variant>
#include <vector>

namespace conformance_3_1_1
{

/// What the server does about a packet.
struct answer
{
    std::string packets{}; ///< in hexadecimal, one after another
    bool close = false;    ///< afterwards
};

/// `connection` counts from 1; `packet` is whole.
using answering = std::function<answer(std::size_t connection, const std::string& packet)>;

/// Accepts CONNECT and answers SUBSCRIBE (one filter), UNSUBSCRIBE, PINGREQ, PUBLISH and PUBREL as a server does.
answer obliging(std::size_t connection, const std::string& packet);

/// What the server saw of one connection.
struct connection_record
{
    std::vector<std::string> packets{};
    bool ended = false; ///< the client has ended it, and nothing more can come
};

/// Limits with which nothing takes long, and delays are exact.
tern::client_limits short_limits();

class client_run
{
public:
    explicit client_run(answering behaviour = obliging, const tern::client_limits& limits = short_limits());
    client_run(const client_run&) = delete;
    client_run& operator=(const client_run&) = delete;
    ~client_run();

    /// Each waits for the end of the operation and says how it ended; timed_out if it did not within seconds.
    std::error_code connect(const tern::connect_options& options);
    std::error_code publish(std::string_view topic, std::string_view payload, tern::qos level);
    std::error_code subscribe(std::string_view filter);
    std::error_code unsubscribe(std::string_view filter);
    std::error_code disconnect();

    /// Forgets the streams: their messages match nothing from then on.
    void forget_subscriptions();

    void on_unmatched(std::function<void(const tern::message_view&)> handler);

    /// `watch` is called inside the client for each packet that came, before it is judged.
    void on_packet_received(std::function<void(std::string_view packet)> watch);

    /// The server sends, or closes, on its own account, on the newest connection.
    void send(std::string_view packets);
    void close();

    /// Runs until `done`; false after seconds.
    [[nodiscard]] bool until(const std::function<bool()>& done);

    /// Runs for a while of real time.
    void run_for(std::chrono::milliseconds time);

    [[nodiscard]] const std::vector<connection_record>& connections() const;
    [[nodiscard]] std::vector<std::string> packets() const; ///< of all connections
    [[nodiscard]] const std::vector<tern::client_event>& events() const;
    [[nodiscard]] tern::statistics stats() const;

    template <class Event>
    [[nodiscard]] std::vector<Event> events_of() const
    {
        std::vector<Event> found;
        for (const tern::client_event& event : events())
        {
            if (const auto* one = std::get_if<Event>(&event))
            {
                found.push_back(*one);
            }
        }
        return found;
    }

private:
    struct parts;
    std::unique_ptr<parts> parts_;
};

/// True if a connected client says that the topic is the caller's mistake, and no byte leaves for it.
[[nodiscard]] bool refuses_to_publish(std::string_view topic);
[[nodiscard]] bool refuses_to_subscribe(std::string_view filter);
[[nodiscard]] bool refuses_to_unsubscribe(std::string_view filter);

/// A client on TCP publishes a message to itself through a broker of this process; true if it came.
[[nodiscard]] bool converses_over_tcp();

} // namespace conformance_3_1_1

#endif
