// SPDX-License-Identifier: BSL-1.0
//
// One client, one broker and the link between them on a virtual clock, in one thread, with the rules watching: what a
// simulated program can ask for, and what can go wrong around it.
//
// Neither Asio nor the client is seen here: they are behind world.cpp, the only part that is compiled again for a
// client that is broken on purpose.
#ifndef TERN_TESTS_SIMULATION_WORLD_HPP
#define TERN_TESTS_SIMULATION_WORLD_HPP

#include "simulation/journal.hpp"
#include "simulation/ledger.hpp"
#include "tern/limits.hpp"
#include "tern/options.hpp"
#include "tern/statistics.hpp"
#include "tern/testing/broker/configuration.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace simulation
{

/// What a world begins with.
struct setup
{
    std::uint64_t seed = 0;
    tern::protocol_choice protocol = tern::protocol_choice::v5;
    tern::client_limits limits{};
    tern::testing::broker_configuration broker{};
    std::optional<std::chrono::seconds> session_expiry{};
    std::chrono::seconds keep_alive{60};
    std::uint16_t receive_maximum = 256;
    bool topic_aliases = false; ///< of the client's own accord
};

enum class cut : std::uint8_t
{
    end,
    reset,
    silence,
};

enum class way : std::uint8_t
{
    to_broker,
    to_client,
};

/// What one direction does to bytes.
struct way_faults
{
    std::size_t maximum_read = 1'000'000;
    std::size_t maximum_write = 1'000'000;
    std::size_t capacity = 1'000'000;
    std::chrono::microseconds delay{0};
    std::chrono::microseconds gather{0};
    std::size_t swallow = 0;
};

class world
{
public:
    world(const setup& chosen, journal& log);
    ~world();
    world(const world&) = delete;
    world& operator=(const world&) = delete;

    [[nodiscard]] const setup& chosen() const noexcept;
    [[nodiscard]] journal& log() noexcept;
    [[nodiscard]] ledger& book() noexcept;
    [[nodiscard]] tern::statistics stats() const;
    [[nodiscard]] bool is_connected() const;
    [[nodiscard]] std::uint64_t packets() const;         ///< of the client, in both directions
    [[nodiscard]] std::chrono::nanoseconds time() const; ///< since the beginning

    [[nodiscard]] bool failed() const noexcept;

    // -- Time -----------------------------------------------------------------------------------------------------

    /// Runs what is ready; the clock stands still.
    void settle();
    /// Lets so much time pass, step by step.
    void pass(std::chrono::microseconds duration);
    /// So much time has passed at once, as after a sleep of the whole machine.
    void jump(std::chrono::seconds duration);
    /// Until `done`, for so long at most. \return whether it is done
    bool run_until(const std::function<bool()>& done, std::chrono::seconds limit);

    // -- The network ----------------------------------------------------------------------------------------------

    /// Of this link and of later ones.
    void set_faults(const way_faults& to_broker, const way_faults& to_client);
    void cut_link(cut how);
    /// The present link, or the next one if there is none, breaks when so many bytes more (or in all) have passed.
    void cut_link_after(way which, std::uint64_t bytes, cut how);
    /// The same for a link that comes later: so many are skipped.
    void cut_later_link_after(std::size_t skipped, way which, std::uint64_t bytes, cut how);
    /// No faults any more, on this link and on later ones, and the broker can be reached.
    void heal();
    [[nodiscard]] bool link_is_whole() const;
    /// What happens when a link breaks, before anybody connects again.
    void on_cut(std::function<void()> action);
    [[nodiscard]] std::size_t links_made() const;
    /// How many links have broken.
    [[nodiscard]] std::size_t breaks() const;
    [[nodiscard]] std::uint64_t bytes_passed(std::size_t link, way which) const;

    // -- The broker -----------------------------------------------------------------------------------------------

    /// Its connections are lost, and nobody can connect for so long.
    void restart_broker(bool keeps_sessions, std::chrono::microseconds outage);
    /// Changes hold for later connections.
    [[nodiscard]] tern::testing::broker_configuration& broker_settings();
    [[nodiscard]] bool server_has(std::string_view filter) const;
    /// What the broker still holds for the client, in words; empty if that is nothing.
    [[nodiscard]] std::string left_at_server() const;
    /// The broker sends a message of its own.
    void inject(const std::string& topic, tern::qos qos, std::size_t size, bool retain = false);

    // -- The application ------------------------------------------------------------------------------------------

    void connect();
    void disconnect();
    /// Whether disconnect() leaves every subscription to be made again by the next connect().
    [[nodiscard]] bool can_disconnect() const;
    std::size_t publish(const publish_request& request, bool can_be_cancelled = false);
    void cancel(std::size_t publish);
    /// Opens a stream or registers a handler. \return its number
    std::size_t subscribe(const stream_request& request);
    void unsubscribe(std::size_t stream);
    /// Gives up the handle of a stream without a word.
    void forget(std::size_t stream);
    /// Takes so many messages from a stream, now or when they come.
    void take(std::size_t stream, std::size_t count);
    void cancel_take(std::size_t stream);
    /// From now on every message is taken as soon as it comes, and acknowledged.
    void take_all(std::size_t stream);
    /// Acknowledges the oldest of a stream's messages that are held, or the newest.
    void acknowledge(std::size_t stream, bool newest = false);
    [[nodiscard]] std::size_t held(std::size_t stream) const;
    [[nodiscard]] std::size_t buffered(std::size_t stream) const; ///< messages that wait to be taken
    [[nodiscard]] bool is_closed(std::size_t stream) const;
    [[nodiscard]] std::size_t stream_count() const;

    /// Destroys the client, with operations outstanding.
    void destroy_client();

private:
    struct state;
    std::unique_ptr<state> state_;
};

} // namespace simulation

#endif
