// SPDX-License-Identifier: BSL-1.0
//
// The model: what the application asked for, what the server got and what the application received, and what must hold
// between them. It knows nothing of packets (wire_rules.hpp does) and nothing of the client.
//
// Every message says in its payload who it is: "p7." is the client's publish number 7, "d3." the third that the server
// sends by itself.
#ifndef TERN_TESTS_SIMULATION_LEDGER_HPP
#define TERN_TESTS_SIMULATION_LEDGER_HPP

#include "simulation/journal.hpp"
#include "tern/error.hpp"
#include "tern/qos.hpp"

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

namespace simulation
{

/// What a publish was asked for with.
struct publish_request
{
    std::string topic{};
    tern::qos qos = tern::qos::at_most_once;
    std::size_t size = 0;            ///< of the payload, at least
    std::uint32_t time_limit_ms = 0; ///< 0: none
    std::uint32_t expiry_s = 0;      ///< 0: none
    bool retain = false;
};

struct stream_request
{
    std::string filter{}; ///< "a/#"
    tern::qos maximum_qos = tern::qos::exactly_once;
    bool manual = false;    ///< acknowledged by hand
    bool in_place = false;  ///< a handler instead of a stream
    bool permanent = false; ///< never ended: it must miss nothing
};

/// "p7.....": the name that a payload begins with, "p7".
[[nodiscard]] std::string_view name_of(std::string_view payload) noexcept;

/// Whether a topic is below a filter of the form "a/#", or equal to it.
[[nodiscard]] bool is_below(std::string_view filter, std::string_view topic) noexcept;

class ledger
{
public:
    explicit ledger(journal& log) : log_(log) {}

    /// Republishing QoS 2 after a lost session may repeat a message: the application asked for that.
    bool republishes = false;
    /// Limits that fall may end a message that is in flight: then it is not republished either.
    bool limits_change = false;
    /// A refusing server of 3.1.1 cannot say so.
    bool refusals_are_told = true;

    // -- Sessions -----------------------------------------------------------------------------------------------------

    /// The session has ended, at either side.
    void session_lost(std::string_view why);
    [[nodiscard]] int losses() const noexcept { return losses_; }
    /// The client has learned that it has a new session. If the CONNACK that says so is lost, the next one says that
    /// there is a session, and no client can tell that it is not the old one: until then the model promises less.
    void client_knows() noexcept { known_losses_ = losses_; }
    [[nodiscard]] bool client_is_right() const noexcept { return known_losses_ == losses_; }

    // -- Operations ---------------------------------------------------------------------------------------------------

    /// An operation of any kind begins. \return its number
    std::size_t begin(std::string name);
    /// Its handler was called.
    void ended(std::size_t operation, std::error_code error);
    [[nodiscard]] std::size_t outstanding() const noexcept { return outstanding_; }

    // -- Publishing ---------------------------------------------------------------------------------------------------

    [[nodiscard]] std::size_t publish(const publish_request& request);
    [[nodiscard]] std::string payload(std::size_t number) const;
    void published(std::size_t number, std::error_code error);
    void cancelled(std::size_t number) { publishes_[number].cancelled = true; }
    [[nodiscard]] bool is_pending(std::size_t number) const { return publishes_[number].calls == 0; }
    [[nodiscard]] std::size_t publish_count() const noexcept { return publishes_.size(); }

    /// The application ends its connection or its client: what is outstanding, and what begins meanwhile, may end with
    /// operation_aborted.
    void ending(bool begins) noexcept;

    /// The server takes a client's message in.
    void at_server(std::string_view name, std::string_view topic, bool refused);

    // -- Receiving ----------------------------------------------------------------------------------------------------

    std::size_t open_stream(const stream_request& request);
    void close_stream(std::size_t stream) { streams_[stream].closed = true; }
    [[nodiscard]] const stream_request& stream(std::size_t stream) const { return streams_[stream].request; }

    /// A message that the server sends by itself: its name, for route().
    [[nodiscard]] std::string new_name();
    /// The server has queued a message for the client's session, or (`must_come` is false) may have.
    void route(std::string_view name, std::string_view topic, bool must_come);
    /// The application sees it.
    void received(std::size_t stream, std::string_view payload, std::string_view topic, tern::qos qos);
    void unmatched(std::string_view payload);
    /// The application has taken it, or acknowledged it by hand.
    void taken(std::size_t stream, std::string_view payload);

    /// An acknowledgement of a message leaves the client: was it due?
    void acknowledged(std::string_view payload, std::string_view topic, tern::qos qos);

    // -- At the end ---------------------------------------------------------------------------------------------------

    /// Whether every message that must come has come.
    [[nodiscard]] bool complete() const;
    /// Everything that can only be judged when nothing is under way any more.
    void judge();

private:
    struct publish_record
    {
        publish_request request;
        int calls = 0;
        int at_server = 0;
        int losses_before = 0;
        int losses_when_taken = 0; ///< by the server
        bool cancelled = false;    ///< or its client ended
        std::error_code error{};
    };

    struct stream_record
    {
        stream_request request;
        bool closed = false;
        std::map<std::string, std::uint64_t, std::less<>> last; ///< sequence of the last new one, by topic and QoS
    };

    struct message_record
    {
        std::string topic;
        std::uint64_t sequence = 0;
        int losses_before = 0;
        int acknowledged = 0;
        bool must_come = false;
        std::map<std::size_t, int> received{}; ///< by stream
        std::map<std::size_t, int> taken{};
    };

    struct operation_record
    {
        std::string name;
        int calls = 0;
    };

    void judge(std::size_t number, const publish_record& record);
    [[nodiscard]] std::string missing() const;

    journal& log_;
    int losses_ = 0;
    int known_losses_ = 0;
    bool ending_ = false;
    std::size_t outstanding_ = 0;
    std::size_t names_ = 0;
    std::uint64_t sequence_ = 0;
    std::size_t last_of_qos_0_ = 0;
    std::size_t last_ordered_ = 0;
    std::vector<publish_record> publishes_;
    std::vector<operation_record> operations_;
    std::vector<stream_record> streams_;
    std::map<std::string, message_record, std::less<>> messages_;
};

} // namespace simulation

#endif
