// SPDX-License-Identifier: BSL-1.0
#include "tern/testing/broker/policy.hpp"

#include "support/catch.hpp"
#include "unit/testing/wire_client.hpp"

#include <string>
#include <vector>

using namespace broker_test;

namespace
{

class recorder final : public broker_policy
{
public:
    reason_code authorize_connection(const client_identity& who, const wire::connect& packet) override
    {
        CHECK(who.client_identifier == packet.client_identifier);
        return packet.client_identifier == "banned" ? reason_code::banned : reason_code::success;
    }

    void on_event(const broker_event& event) override
    {
        kinds.push_back(event.kind);
        text += std::string(event.client_identifier) + ":" + std::string(event.topic) + " ";
    }

    void on_packet(packet_direction direction, connection_id, protocol_version, std::string_view packet) override
    {
        (direction == packet_direction::sent ? sent : received).emplace_back(packet);
    }

    std::vector<broker_event_kind> kinds;
    std::string text;
    std::vector<std::string> sent;
    std::vector<std::string> received;
};

} // namespace

TEST_CASE("a policy sees what happens, in order")
{
    using kind = broker_event_kind;
    recorder policy;
    world w({}, &policy);
    client c(w);
    c.connect(connect_as("a"));
    c.subscribe("t/#");
    c.send(message("t/1", "x"));
    const std::vector<std::string_view> filters{"t/#"};
    wire::unsubscribe packet;
    packet.packet_identifier = 9;
    packet.topic_filters = filters;
    c.send(packet);
    c.disconnect();
    client other(w);
    other.connect(connect_as("b"));
    other.lose();
    CHECK(policy.kinds == std::vector<kind>{kind::connected, kind::subscribed, kind::published, kind::unsubscribed,
                                            kind::disconnected, kind::session_ended, kind::connected,
                                            kind::connection_lost, kind::session_ended});
    CHECK(policy.text == "a: a:t/# a:t/1 a:t/# a: a: b: b: b: ");
}

TEST_CASE("a policy sees every packet")
{
    recorder policy;
    world w({}, &policy);
    client c(w);
    c.connect(connect_as("a"));
    c.send(wire::pingreq{});
    CHECK(policy.received == std::vector<std::string>{bytes_of(connect_as("a")), bytes_of(wire::pingreq{})});
    REQUIRE(policy.sent.size() == 2);
    CHECK(policy.sent[1] == bytes_of(wire::pingresp{}));
}

TEST_CASE("a policy may refuse a connection")
{
    recorder policy;
    world w({}, &policy);
    client c(w);
    c.send(connect_as("banned"));
    CHECK(c.expect<wire::connack>().reason_code == reason_code::banned);
    CHECK(c.finished());
    CHECK(policy.kinds == std::vector<broker_event_kind>{broker_event_kind::refused});
    CHECK(w.core.statistics().connections_refused == 1);
}
