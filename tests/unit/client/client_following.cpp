// SPDX-License-Identifier: BSL-1.0

#include "tern/client/client_following.hpp"

#include "support/catch.hpp"
#include "support/memory_client.hpp"
#include "support/memory_server.hpp"

#include <string>
#include <string_view>
#include <utility>
#include <vector>

using namespace std::chrono_literals;
using namespace tern_test;

namespace
{

/// Reason code and Server Reference, as CONNACK and DISCONNECT end.
std::string redirection(unsigned char reason, std::string_view reference)
{
    std::string bytes(1, static_cast<char>(reason));
    bytes += static_cast<char>(reference.size() + 3);
    bytes += std::string("\x1C\x00", 2) + static_cast<char>(reference.size());
    return bytes.append(reference);
}

std::string refusal(unsigned char reason, std::string_view reference)
{
    const std::string rest = std::string(1, '\0') + redirection(reason, reference);
    return std::string("\x20") + static_cast<char>(rest.size()) + rest;
}

std::string farewell(unsigned char reason, std::string_view reference)
{
    const std::string rest = redirection(reason, reference);
    return std::string("\xE0") + static_cast<char>(rest.size()) + rest;
}

constexpr unsigned char use_another = 0x9C;
constexpr unsigned char moved = 0x9D;

/// Answers every CONNECT in the same way.
auto answering(std::string answer)
{
    return [answer = std::move(answer)](memory_server::visitor& one) { answer_connect(one, answer); };
}

std::error_code connect(client_fixture& f, const tern::broker_list& urls, tern::connect_options options)
{
    options.client_id = "tester";
    outcome<tern::connect_result> connected;
    f.client->async_connect(urls, options, connected.handler());
    const bool ended = f.until([&] { return connected.calls != 0; });
    f.connection = connected.result;
    return ended ? connected.error : std::make_error_code(std::errc::timed_out);
}

template <class Event>
std::vector<Event> all(const client_fixture& f)
{
    std::vector<Event> found;
    for (const tern::client_event& event : f.events)
    {
        if (const auto* const one = std::get_if<Event>(&event))
        {
            found.push_back(*one);
        }
    }
    return found;
}

} // namespace

TEST_CASE("a server that refuses and names another is followed, and the events say so")
{
    client_fixture f;
    const unsigned char reason = GENERATE(use_another, moved);
    memory_server old(f.context, "old", answering(refusal(reason, "broker")));
    REQUIRE_FALSE(connect(f, tern::brokers("mqtt://old", "mqtt://nobody"), {.maximum_server_references = 1}));
    REQUIRE(f.events.size() == 2);
    const auto& refused = std::get<tern::disconnected_event>(f.events[0]);
    CHECK(static_cast<unsigned char>(refused.error.value()) == reason);
    CHECK(refused.server == "mqtt://old:1883");
    CHECK(refused.server_reference == "broker");
    CHECK(refused.will_retry);
    CHECK(refused.next_server == "mqtt://broker:1883");
    CHECK(refused.explanation.empty());
    CHECK(std::get<tern::connected_event>(f.events[1]).server == "mqtt://broker:1883");
    REQUIRE(f.tried.size() == 2);
    CHECK_FALSE(f.tried[0].referred);
    CHECK(f.tried[1].referred);
    CHECK(f.tried[1].server_number == 0);
    CHECK(f.tried[1].server_count == 2);
}

TEST_CASE("by default no server is followed, and it is said how that could be")
{
    client_fixture f;
    memory_server old(f.context, "old", answering(refusal(use_another, "broker")));
    CHECK(connect(f, tern::brokers("mqtt://old"), {}) == tern::reason_code::use_another_server);
    CHECK(f.connection.server_reference == "broker");
    CHECK(f.connection.explanation.find("maximum_server_references") != std::string::npos);
    CHECK(f.broker.connection_count() == 0);
}

TEST_CASE("servers that name each other without end are left")
{
    client_fixture f;
    memory_server a(f.context, "a", answering(refusal(use_another, "b")));
    memory_server b(f.context, "b", answering(refusal(moved, "a")));
    CHECK(connect(f, tern::brokers("mqtt://a"), {.maximum_server_references = 3}) == tern::reason_code::server_moved);
    CHECK(a.visitors.size() == 2);
    CHECK(b.visitors.size() == 2);
    CHECK(f.connection.explanation.find("in a row") != std::string::npos);
    CHECK(f.client->state() == tern::connection_state::idle);
}

TEST_CASE("a bound that a failed pass has used up is there again for the next")
{
    client_fixture f;
    memory_server a(f.context, "a", answering(refusal(use_another, "b")));
    outcome<tern::connect_result> connected;
    f.client->async_connect("mqtt://a", {.client_id = "tester", .retry = true, .maximum_server_references = 1},
                            connected.handler());
    REQUIRE(f.until([&] { return a.visitors.size() == 3; })); // b is not there yet
    memory_server b(f.context, "b", answering(connack_v5));
    REQUIRE(f.until([&] { return connected.calls != 0; }));
    CHECK_FALSE(connected.error);
}

TEST_CASE("a server that moved for good is replaced, one that wants help for now is returned to")
{
    client_fixture f;
    const bool for_good = GENERATE(false, true);
    memory_server a(f.context, "a", answering(refusal(for_good ? moved : use_another, "b")));
    memory_server b(f.context, "b", answering(connack_v5));
    REQUIRE_FALSE(connect(f, tern::brokers("mqtt://a"), {.maximum_server_references = 1}));
    b.visitors[0]->close();
    // The connection did not last, so that nothing is followed again at once.
    REQUIRE(f.until([&] { return a.visitors.size() + b.visitors.size() >= 3; }));
    CHECK(a.visitors.size() == (for_good ? 1 : 2));
}

TEST_CASE("a connection that ends with the name of another server goes on there")
{
    client_fixture f;
    const bool for_good = GENERATE(false, true);
    memory_server a(f.context, "a", answering(connack_v5));
    memory_server b(f.context, "b", answering(connack_v5));
    REQUIRE_FALSE(connect(f, tern::brokers("mqtt://a", "mqtt://nobody"), {.maximum_server_references = 1}));
    a.visitors[0]->send(farewell(for_good ? moved : use_another, "b"));
    REQUIRE(f.until([&] { return f.count<tern::connected_event>() == 2; }));
    CHECK(all<tern::connected_event>(f)[1].server == "mqtt://b:1883");
    const tern::disconnected_event lost = all<tern::disconnected_event>(f)[0];
    CHECK(lost.was_connected);
    CHECK(lost.will_retry);
    CHECK(lost.next_server == "mqtt://b:1883");
    b.visitors[0]->close();
    REQUIRE(f.until([&] { return f.count<tern::connected_event>() == 3; }));
    CHECK(all<tern::connected_event>(f)[2].server == (for_good ? "mqtt://b:1883" : "mqtt://a:1883"));
}

TEST_CASE("that a server moved is the end where it is not followed")
{
    client_fixture f;
    memory_server a(f.context, "a", answering(connack_v5));
    REQUIRE_FALSE(connect(f, tern::brokers("mqtt://a"), {}));
    a.visitors[0]->send(farewell(moved, "b"));
    REQUIRE(f.until([&] { return f.count<tern::given_up_event>() == 1; }));
    CHECK(all<tern::given_up_event>(f)[0].explanation.find("is not followed") != std::string::npos);
}

TEST_CASE("connections that do not last and name each other without end are not followed for ever")
{
    tern::client_limits limits = quick_limits();
    const bool lasts = GENERATE(false, true);
    limits.reconnect.stable_after = lasts ? 0ms : 5'000ms;
    client_fixture f({}, limits);
    const auto leading_to = [](const std::string& other) {
        return [other](memory_server::visitor& one) {
            answer_connect(one);
            one.send(farewell(use_another, other));
        };
    };
    memory_server a(f.context, "a", leading_to("b"));
    memory_server b(f.context, "b", leading_to("a"));
    REQUIRE_FALSE(connect(f, tern::brokers("mqtt://a"), {.maximum_server_references = 2}));
    REQUIRE(f.until([&] { return f.count<tern::disconnected_event>() >= 6; }));
    int refused = 0;
    for (const tern::disconnected_event& event : all<tern::disconnected_event>(f))
    {
        refused += event.explanation.empty() ? 0 : 1;
    }
    CHECK((refused == 0) == lasts);
    CHECK((b.visitors.size() > 2) == lasts); // a, b, a, and from then on a
}

TEST_CASE("of several servers that are named the first that is there is taken, then the rest of the list")
{
    client_fixture f;
    memory_server old(f.context, "old", answering(refusal(use_another, "mqtts://nobody:1 nobody broker")));
    REQUIRE_FALSE(connect(f, tern::brokers("mqtt://old"), {.maximum_server_references = 1}));
    CHECK(f.broker.connection_count() == 1);

    client_fixture g;
    memory_server lost(g.context, "old", answering(refusal(moved, "nobody no-one")));
    REQUIRE_FALSE(connect(g, tern::brokers("mqtt://old", "mqtt://broker"), {.maximum_server_references = 1}));
    REQUIRE(g.tried.size() == 4);
    CHECK(g.tried[2].server == "mqtt://no-one:1883");
    CHECK(g.tried[3].server == "mqtt://broker:1883");
    CHECK(g.tried[3].server_number == 2);
}

TEST_CASE("a reference that leads nowhere is explained")
{
    client_fixture f;
    const auto [reference, said] =
        GENERATE(table<std::string, std::string>({{"broker:99999", "65535"},
                                                  {"wss://broker", "no transport"},
                                                  {"unix:///run/broker.sock", "this machine"},
                                                  {"ann@broker", "log in"}}));
    memory_server old(f.context, "old", answering(refusal(moved, reference)));
    CHECK(connect(f, tern::brokers("mqtt://old"), {.maximum_server_references = 5}) == tern::reason_code::server_moved);
    INFO(f.connection.explanation);
    CHECK(f.connection.explanation.find(said) != std::string::npos);
    CHECK(f.broker.connection_count() == 0);
}

TEST_CASE("user name and password go along, those of the URL too")
{
    tern::testing::broker_configuration configuration;
    configuration.users = {{"ann", "secret"}};
    client_fixture f(configuration);
    memory_server old(f.context, "old", answering(refusal(use_another, "broker")));
    const bool in_url = GENERATE(false, true);
    tern::connect_options options{.maximum_server_references = 1};
    if (!in_url)
    {
        options.user_name = "ann";
        options.password = "secret";
    }
    CHECK_FALSE(connect(f, tern::brokers(in_url ? "mqtt://ann:secret@old" : "mqtt://old", "mqtt://nobody"), options));
}

TEST_CASE("a server that only stands in for another and refuses does not make the other's refusal final")
{
    client_fixture f;
    memory_server b(f.context, "b", answering(refusal(0x87, "a"))); // not authorized
    memory_server a(f.context, "a", answering(refusal(use_another, "b")));
    outcome<tern::connect_result> connected;
    f.client->async_connect("mqtt://a", {.client_id = "tester", .retry = true, .maximum_server_references = 1},
                            connected.handler());
    REQUIRE(f.until([&] { return a.visitors.size() == 3; }));
    CHECK(connected.calls == 0);
}
