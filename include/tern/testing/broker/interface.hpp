// SPDX-License-Identifier: BSL-1.0
//
// What the testing broker offers to those who join it to streams and to tests; what it does is in calls.hpp.
//
// Layer: testing, without Asio. Standard: v5 and v3.1.1, the server's part.
// Include testing/broker.hpp, which has both.
#ifndef TERN_TESTING_BROKER_INTERFACE_HPP
#define TERN_TESTING_BROKER_INTERFACE_HPP

#include "tern/protocol_version.hpp"
#include "tern/reason_code.hpp"
#include "tern/testing/broker/configuration.hpp"
#include "tern/testing/broker/policy.hpp"
#include "tern/wire/publish.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tern::testing
{

namespace broker_detail
{
struct state;
}

/// What the broker holds for one client, to look at.
struct session_report
{
    std::string client_identifier{};
    std::string user_name{};
    protocol_version version = protocol_version::v5;
    connection_id connection = connection_id::none; ///< none while the client is not connected
    std::uint32_t expiry_interval = 0;              ///< seconds after the connection's end
    std::size_t subscriptions = 0;
    std::size_t queued = 0;     ///< messages that were never sent
    std::size_t in_flight = 0;  ///< messages of QoS 1 and 2 that were sent and are not done
    std::size_t unreleased = 0; ///< QoS 2 messages of the client whose PUBREL has not come
    bool has_will = false;
};

/// The broker. Not thread-safe. Memory that cannot be had throws std::bad_alloc; nothing else throws.
class broker
{
public:
    /// \param policy decides and observes; null allows everything. It has to outlive the broker.
    explicit broker(broker_configuration configuration = {}, broker_policy* policy = nullptr);

    broker(broker&&) noexcept;
    broker& operator=(broker&&) noexcept;
    broker(const broker&) = delete;
    broker& operator=(const broker&) = delete;
    ~broker();

    /// A client has opened a network connection. Beyond maximum_connections the new one is finished at once.
    connection_id open(time_point now);

    /// Bytes from a client, cut anywhere. For a connection that is finished or unknown nothing happens.
    void receive(connection_id from, std::string_view bytes, time_point now);

    /// The network connection is gone: nothing more comes from it or goes to it. Every connection ends with this call,
    /// also one that the broker finished.
    void closed(connection_id which, time_point now);

    /// A connection that has output or is finished; each is named once until there is something new. Empty: none.
    std::optional<connection_id> next_ready();

    /// Swaps what is to be written with `buffer`, whose memory is used again. False, with an empty buffer, if there is
    /// nothing. Call it when the last buffer has been written: that a client reads slowly shows in calls that don't
    /// come.
    bool take_output(connection_id from, std::string& buffer, time_point now);

    [[nodiscard]] bool has_output(connection_id from) const noexcept;

    /// Whether the broker wants the connection closed once its output is written. True for unknown ones.
    [[nodiscard]] bool finished(connection_id which) const noexcept;

    /// Whether a finished connection is to be closed at once, whatever is still being written.
    [[nodiscard]] bool abandoned(connection_id which) const noexcept;

    /// False while a client should not be read from, because it does not read the answers.
    [[nodiscard]] bool accepts_input(connection_id from) const noexcept;

    /// When advance() has to be called next.
    [[nodiscard]] std::optional<time_point> deadline() const noexcept;

    /// Does what is due: keep alive, wills, sessions that expire.
    void advance(time_point now);

    // What a test may do to it.

    /// Publishes a message as if a client had; gives how many sessions it goes to. Topic name and text are the caller's
    /// responsibility; an alias, identifiers and DUP are left out.
    std::size_t publish(const wire::publish& message, time_point now);

    /// Ends a connection with a reason: DISCONNECT in 5.0, closing alone in 3.1.1.
    void disconnect(connection_id which, reason_code reason, time_point now);

    /// Loses a connection: what was not written yet is lost too.
    void drop_connection(connection_id which, time_point now);

    /// Loses all connections; sessions and retained messages stay, as with a broker that is restarted and has stored
    /// them.
    void drop_connections(time_point now);

    /// Loses all connections, sessions, wills and retained messages, as with a broker that is restarted and stores
    /// nothing.
    void drop_sessions(time_point now);

    /// Appends bytes to a connection's output as they are, legal or not: to see what a client makes of them.
    void inject(connection_id to, std::string_view bytes);

    /// Sends the acknowledgements that the configuration holds back; with `false` later ones are not held any more.
    void release_acknowledgements(bool keep_holding = true);

    /// Changes hold for connections that come later, but for hold_acknowledgements and the bounds, which hold at once.
    [[nodiscard]] broker_configuration& configuration() noexcept;
    [[nodiscard]] const broker_configuration& configuration() const noexcept;

    // What a test may look at.

    [[nodiscard]] const broker_statistics& statistics() const noexcept;
    [[nodiscard]] std::size_t session_count() const noexcept;
    [[nodiscard]] std::size_t retained_count() const noexcept;

    /// All connections that closed() has not been called for, in no promised order.
    [[nodiscard]] std::vector<connection_id> connections() const;

    [[nodiscard]] std::optional<session_report> find_session(std::string_view client_identifier) const;

    /// The retained message of a topic, or null; holds until the next call.
    [[nodiscard]] const wire::publish* find_retained(std::string_view topic, time_point now) const;

private:
    std::unique_ptr<broker_detail::state> state_;
};

} // namespace tern::testing

#endif
