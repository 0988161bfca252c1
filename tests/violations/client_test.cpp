// SPDX-License-Identifier: BSL-1.0
//
// The whole client against a server that breaks the rules: it says why, ends the connection, tells the application, and
// does not come back faster and faster.
#include "bytes.hpp"
#include "rogue_server.hpp"
#include "support/allocation_counter.hpp"
#include "support/catch.hpp"
#include "support/memory_client.hpp"

#include <chrono>
#include <optional>
#include <string>
#include <vector>

using namespace std::chrono_literals;
using namespace tern_test;
using tern::errc;
using tern::protocol_choice;
using tern::reason_code;
using namespace violations;

namespace
{

constexpr protocol_choice versions[] = {protocol_choice::v5, protocol_choice::v3_1_1};

bytes none(protocol_choice version)
{
    return version == protocol_choice::v5 ? raw({0}) : bytes();
}

bytes connack(protocol_choice version, unsigned code = 0, unsigned session_present = 0)
{
    return packet(0x20, raw({session_present, code}) + none(version));
}

bytes message(protocol_choice version, unsigned identifier)
{
    return packet(0x32, field("in") + two_bytes(identifier) + none(version) + "x");
}

struct breach
{
    std::string name;
    bytes input;
    errc error;
    reason_code reason;
};

std::vector<breach> breaches(protocol_choice version)
{
    std::vector<breach> result{
        {"reserved flags", packet(0xD1, {}), errc::reserved_flags, reason_code::malformed_packet},
        {"type 0", packet(0x00, {}), errc::reserved_packet_type, reason_code::malformed_packet},
        {"five bytes of length", raw({0x30, 0xFF, 0xFF, 0xFF, 0xFF, 0x7F}), errc::malformed_variable_byte_integer,
         reason_code::malformed_packet},
        {"text", packet(0x30, field("\xFF") + none(version)), errc::malformed_text, reason_code::malformed_packet},
        {"a wildcard", packet(0x30, field("a/#") + none(version)), errc::invalid_topic_received,
         reason_code::topic_name_invalid},
        {"a packet of the client's", packet(0xC0, {}), errc::unexpected_packet, reason_code::protocol_error},
        {"a second CONNACK", connack(version), errc::unexpected_packet, reason_code::protocol_error},
        {"size", raw({0x30}) + variable(268'435'455), errc::received_packet_too_large, reason_code::packet_too_large},
    };
    if (version == protocol_choice::v5)
    {
        result.push_back({"Receive Maximum", message(version, 1) + message(version, 2) + message(version, 3),
                          errc::receive_maximum_exceeded, reason_code::receive_maximum_exceeded});
        result.push_back({"an alias", packet(0x30, field("in") + variable(3) + raw({0x23, 0, 17})),
                          errc::invalid_topic_alias, reason_code::topic_alias_invalid});
    }
    return result;
}

struct fixture
{
    explicit fixture(protocol_choice version, const tern::client_limits& limits = quick_limits())
        : server(context), client(std::in_place, context, limits)
    {
        options.client_id = "c";
        options.protocol = version;
        options.receive_maximum = 2;
        if (version == protocol_choice::v3_1_1)
        {
            options.clean_start = false; // or an earlier session would have to be discarded first
            options.session_expiry = 3600s;
        }
        client->on_event([this](const tern::client_event& event) {
            if (const auto* const lost = std::get_if<tern::disconnected_event>(&event))
            {
                losses.push_back(*lost);
            }
            given_up += std::holds_alternative<tern::given_up_event>(event) ? 1 : 0;
        });
    }

    void connect() { client->async_connect("mqtt://rogue", options, connected.handler()); }

    template <class Done>
    [[nodiscard]] bool until(Done&& done)
    {
        return run_until(context, done);
    }

    asio::io_context context{1};
    rogue_server server;
    std::optional<memory_client> client;
    tern::connect_options options;
    outcome<tern::connect_result> connected;
    std::vector<tern::disconnected_event> losses;
    int given_up = 0;
};

/// Delays that can be told apart, without chance.
tern::client_limits steady_limits()
{
    tern::client_limits limits = quick_limits();
    limits.reconnect.initial_delay = 10ms;
    limits.reconnect.maximum_delay = 80ms;
    limits.reconnect.jitter = 0;
    return limits;
}

/// What the client sent after CONNECT.
bytes after_connect(const rogue_server::visit& visit)
{
    const auto size = static_cast<std::size_t>(static_cast<unsigned char>(visit.received.at(1))) + 2;
    return visit.received.substr(size);
}

} // namespace

TEST_CASE("the client says what the server did wrong, writes DISCONNECT and ends the connection", "[violations]")
{
    for (const protocol_choice version : versions)
    {
        for (const breach& each : breaches(version))
        {
            INFO(each.name << " in " << (version == protocol_choice::v5 ? "5.0" : "3.1.1"));
            fixture f(version);
            tern::subscription stream = f.client->open_subscription("in", {.ack = tern::acknowledgement::manual});
            f.server.say({{connack(version)}, {}});
            f.connect();
            REQUIRE(f.until([&] { return f.connected.calls == 1; }));
            REQUIRE_FALSE(f.connected.error);
            settle(f.context); // SUBSCRIBE leaves
            const std::size_t before = f.server.visits().front()->received.size();
            f.server.add(each.input);
            REQUIRE(f.until([&] { return f.server.visits().front()->ended && !f.losses.empty(); }));
            const bytes sent = f.server.visits().front()->received.substr(before);
            const bytes disconnect = packet(0xE0, raw({static_cast<unsigned>(each.reason)}));
            CHECK(sent == (version == protocol_choice::v5 ? disconnect : bytes()));
            CHECK(f.losses.front().error == each.error);
            CHECK(f.losses.front().error == tern::error_kind::protocol_violation);
            CHECK(f.losses.front().was_connected);
            CHECK(f.losses.front().will_retry);
            f.client.reset();
            settle(f.context);
        }
    }
}

TEST_CASE("a server that fails in the same way after every reconnect makes no hot loop", "[violations]")
{
    for (const protocol_choice version : versions)
    {
        for (const bool connects : {true, false})
        {
            INFO((version == protocol_choice::v5 ? "5.0" : "3.1.1") << (connects ? ", CONNACK first" : ""));
            fixture f(version, steady_limits());
            f.options.retry = true;
            f.server.say({{connects ? connack(version) + packet(0xD1, {}) : packet(0xD0, {})}});
            f.connect();
            REQUIRE(f.until([&] { return f.losses.size() >= 7 && f.server.visits()[6]->ended; }));
            const std::vector<std::chrono::milliseconds> delays =
                connects ? std::vector{0ms, 10ms, 20ms, 40ms, 80ms, 80ms, 80ms}
                         : std::vector{10ms, 20ms, 40ms, 80ms, 80ms, 80ms, 80ms};
            const auto& visits = f.server.visits();
            REQUIRE(visits.size() >= 7);
            CHECK(visits.size() <= 8);
            for (std::size_t i = 0; i < 7; ++i)
            {
                INFO("after connection " << i + 1);
                CHECK(f.losses[i].error == (connects ? errc::reserved_flags : errc::unexpected_packet));
                CHECK(f.losses[i].was_connected == connects);
                CHECK(f.losses[i].will_retry);
                CHECK(f.losses[i].retry_after == delays[i]);
                CHECK(f.losses[i].attempt == i + 1);
                CHECK((i == 0 || visits[i]->began - visits[i - 1]->began >= delays[i - 1]));
                CHECK(visits[i]->ended);
            }
            CHECK(f.given_up == 0);
            const bytes disconnect = connects && version == protocol_choice::v5 ? packet(0xE0, raw({0x81})) : bytes();
            CHECK(after_connect(*visits[3]) == disconnect);
        }
    }
}

TEST_CASE("a final refusal ends the attempts, and what waits ends with it", "[violations]")
{
    for (const protocol_choice version : versions)
    {
        INFO((version == protocol_choice::v5 ? "5.0" : "3.1.1"));
        fixture f(version);
        const rogue_server::lines wrong{connack(version) + packet(0xD1, {})};
        f.server.say({wrong, wrong, wrong, {connack(version, version == protocol_choice::v5 ? 0x87 : 5)}});
        f.connect();
        outcome<tern::publish_result> published;
        f.client->async_publish("out", "x", {.qos = tern::qos::at_least_once}, published.handler());
        REQUIRE(f.until([&] { return f.given_up != 0 && published.calls != 0; }));
        CHECK(f.losses.size() == 4);
        CHECK(f.losses.back().error == reason_code::not_authorized);
        CHECK_FALSE(f.losses.back().will_retry);
        CHECK(published.error == reason_code::not_authorized);
        CHECK(published.calls == 1);
        f.context.restart();
        (void)f.context.run_for(30ms); // longer than any delay of these limits
        CHECK(f.server.visits().size() == 4);
        CHECK(f.given_up == 1);
        CHECK(f.client->state() == tern::connection_state::idle);
    }
}

TEST_CASE("a bound on the attempts holds for violations too", "[violations]")
{
    tern::client_limits limits = quick_limits();
    limits.reconnect.maximum_attempts = 3;
    fixture f(protocol_choice::v5, limits);
    f.server.say({{connack(protocol_choice::v5) + packet(0xD1, {})}});
    f.connect();
    REQUIRE(f.until([&] { return f.given_up != 0; }));
    CHECK(f.server.visits().size() == 4);
    CHECK(f.losses.back().error == errc::reserved_flags);
    CHECK_FALSE(f.losses.back().will_retry);
}

TEST_CASE("connecting for the first time ends with what the server did wrong", "[violations]")
{
    for (const protocol_choice version : versions)
    {
        fixture f(version);
        f.server.say({{packet(0x20, raw({2, 0}) + none(version))}});
        f.connect();
        REQUIRE(f.until([&] { return f.connected.calls != 0 && f.server.visits().front()->ended; }));
        CHECK(f.connected.error == errc::reserved_bits);
        CHECK(f.server.visits().size() == 1);
        CHECK(after_connect(*f.server.visits().front()).empty()); // v5 4.13: nothing before CONNACK
    }
}

TEST_CASE("a message survives a server that breaks the rules twice and then behaves", "[violations]")
{
    for (const protocol_choice version : versions)
    {
        INFO((version == protocol_choice::v5 ? "5.0" : "3.1.1"));
        fixture f(version);
        // The violation answers the PUBLISH; the third connection acknowledges it.
        f.server.say({{connack(version), packet(0xD1, {})},
                      {connack(version, 0, 1), packet(0xD1, {})},
                      {connack(version, 0, 1), packet(0x40, two_bytes(1))}});
        f.connect();
        REQUIRE(f.until([&] { return f.connected.calls == 1; }));
        outcome<tern::publish_result> published;
        f.client->async_publish("out", "x", {.qos = tern::qos::at_least_once}, published.handler());
        REQUIRE(f.until([&] { return published.calls != 0; }));
        CHECK_FALSE(published.error);
        CHECK(f.losses.size() == 2);
        REQUIRE(f.server.visits().size() == 3);
        const bytes repeated = packet(0x3A, field("out") + two_bytes(1) + none(version) + "x");
        CHECK(after_connect(*f.server.visits().back()) == repeated);
    }
}

TEST_CASE("a client allocates for what has come and not for what is claimed", "[violations]")
{
    for (const protocol_choice version : versions)
    {
        fixture f(version);
        f.server.say({{connack(version)}});
        f.connect();
        REQUIRE(f.until([&] { return f.connected.calls == 1; }));
        settle(f.context);
        const bytes claim = raw({0x30}) + variable(16U * 1024 * 1024 - 5) + two_bytes(0xFFFF) + bytes(1'000, 'x');
        const allocation_counter counter;
        f.server.add(claim);
        settle(f.context);
        for (int i = 0; i < 10; ++i)
        {
            f.server.add(bytes(100, 'x'));
            settle(f.context);
        }
        CHECK(counter.bytes() < 32'768); // with what the link and this test need; the claim is 16 MiB
        CHECK(f.losses.empty());
        CHECK(f.client->state() == tern::connection_state::connected);
        CHECK_FALSE(f.server.visits().front()->ended);
    }
}
