// SPDX-License-Identifier: BSL-1.0
//
// An engine, and a server that behaves until it is told not to: it remembers what it owes the client, and what the
// application was promised, so that after a violation a lawful connection can show that nothing was lost.
#ifndef TERN_TESTS_VIOLATIONS_STAGE_HPP
#define TERN_TESTS_VIOLATIONS_STAGE_HPP

#include "bytes.hpp"
#include "unit/session/script.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace violations
{

using tern::protocol_version;
namespace session = tern::session;
namespace wire = tern::wire;

class stage
{
public:
    explicit stage(protocol_version version, const tern::client_limits& limits = {});

    [[nodiscard]] session::engine& engine() noexcept { return script_.engine; }
    [[nodiscard]] protocol_version version() const noexcept { return script_.version; }
    [[nodiscard]] bool is_v5() const noexcept { return script_.version == protocol_version::v5; }
    [[nodiscard]] session::time_point now() const noexcept { return script_.now; }

    tern::connect_options options; ///< for open()
    wire::connack answer;          ///< for accept()

    // -- What the server does -----------------------------------------------------------------------------------------

    /// Connects as far as CONNECT.
    void open();
    /// CONNACK: the session is there if the server has one.
    void accept();
    void connect()
    {
        open();
        accept();
    }
    void lose_session() noexcept { server_has_session_ = false; }
    void close() { engine().close(now()); }

    /// Bytes of the server's; what comes of them is noted. \return the event.
    std::optional<session::event> send(std::string_view input);

    /// A message; its identifier is the next one. \return its number in the order of these calls.
    std::size_t deliver(tern::qos level);
    /// PUBREL for a message whose PUBREC came.
    void release(std::size_t message);
    void challenge(); ///< AUTH 0x18

    /// The identifier that an answer of this type is owed for, or 0.
    [[nodiscard]] std::uint16_t owes(wire::packet_type kind) const noexcept;

    /// Answers the oldest of what the server owes. \return false if it owes nothing.
    bool answer_one();

    // -- What the application does ------------------------------------------------------------------------------------

    void publish(tern::qos level);
    void subscribe(std::size_t filters = 1);
    void cancel_subscribe(); ///< the latest
    void unsubscribe();
    void take(std::size_t message); ///< acknowledges a delivered message

    // -- What comes of it ---------------------------------------------------------------------------------------------

    /// What leaves now, and what the server learns from it.
    bytes drain();
    /// drain() without looking: for what the server never sees.
    bytes drain_unseen();

    void advance(std::chrono::seconds by) { script_.now += by; }
    [[nodiscard]] std::size_t delivered() const noexcept { return delivered_; }

    /// A lawful server carries everything to its end, on this connection. \return what is wrong, empty if nothing.
    std::string finish();
    /// The same on a fresh connection, with what the server keeps.
    std::string recover();

private:
    enum class progress
    {
        published,
        received, ///< PUBREC came
        done,
        forgotten, ///< with its session
    };

    struct incoming
    {
        std::uint16_t identifier;
        tern::qos qos;
        std::size_t deliveries = 0;
        progress state = progress::published;
        std::optional<session::delivery> untaken{};
        bool on_this_connection = false; ///< the server has sent it, or its PUBREL, again
    };

    struct operation
    {
        bool expects_completion = true;
        std::size_t completions = 0;
        std::error_code error{};
    };

    struct owed
    {
        wire::packet_type answer;
        std::uint16_t identifier;
        std::size_t count = 0;
    };

    session::operation begin_operation();
    void completed(session::operation which, std::error_code error);
    void note(const session::event& event);
    void note_message(const session::message_received& event);
    void learn(const wire::frame& packet);
    void acknowledged(std::uint16_t identifier, progress state);
    void publish_packet(incoming& message, bool duplicate);
    void repeat_unfinished();
    void take_all();
    std::string verify();

    tern_test::script script_;
    std::vector<incoming> incoming_;
    std::vector<operation> operations_;
    std::deque<owed> owed_;
    std::size_t delivered_ = 0;
    std::uint16_t next_identifier_ = 0x0100;
    bool server_has_session_ = false;
};

} // namespace violations

#endif
