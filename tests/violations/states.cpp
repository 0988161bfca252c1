// SPDX-License-Identifier: BSL-1.0
#include "states.hpp"

namespace violations
{

namespace
{

using namespace std::chrono_literals;

constexpr auto zero = tern::qos::at_most_once;
constexpr auto one = tern::qos::at_least_once;
constexpr auto two = tern::qos::exactly_once;

void idle(stage& s)
{
    s.connect();
}

void outgoing_qos_1(stage& s)
{
    s.connect();
    s.publish(one);
    (void)s.drain();
}

void outgoing_qos_2(stage& s)
{
    s.connect();
    s.publish(two);
    (void)s.drain();
}

void outgoing_pubrel(stage& s)
{
    outgoing_qos_2(s);
    (void)s.answer_one();
    (void)s.drain();
}

void outgoing_repeated_pubrec(stage& s)
{
    outgoing_pubrel(s);
    (void)s.send(packet(0x50, two_bytes(1)));
    (void)s.drain();
}

void outgoing_acknowledged(stage& s)
{
    outgoing_pubrel(s);
    (void)s.answer_one();
    (void)s.drain();
}

/// More than may be in flight: some wait.
void outgoing_waiting(stage& s)
{
    s.answer.properties.receive_maximum = s.is_v5() ? std::optional<std::uint16_t>(4) : std::nullopt;
    s.connect();
    for (int i = 0; i < 6; ++i)
    {
        s.publish(i % 2 == 0 ? one : two);
    }
    (void)s.drain();
}

void incoming_qos_0(stage& s)
{
    s.connect();
    (void)s.deliver(zero);
}

void incoming_qos_1(stage& s)
{
    s.connect();
    (void)s.deliver(one);
}

void incoming_qos_1_taken(stage& s)
{
    s.connect();
    (void)s.deliver(one);
    s.take(s.deliver(one)); // its PUBACK waits for the first
}

void incoming_qos_1_acknowledged(stage& s)
{
    s.connect();
    s.take(s.deliver(one));
    (void)s.drain();
}

void incoming_qos_2(stage& s)
{
    s.connect();
    (void)s.deliver(two);
}

void incoming_qos_2_taken(stage& s)
{
    s.connect();
    (void)s.deliver(two);
    s.take(s.deliver(two));
}

void incoming_pubrec(stage& s)
{
    s.connect();
    s.take(s.deliver(two));
    (void)s.drain();
}

void incoming_pubcomp(stage& s)
{
    s.connect();
    const std::size_t message = s.deliver(two);
    s.take(message);
    (void)s.drain();
    s.release(message);
    (void)s.drain();
}

void subscribing(stage& s)
{
    s.connect();
    s.subscribe(3);
    (void)s.drain();
}

void subscribe_cancelled(stage& s)
{
    subscribing(s);
    s.cancel_subscribe();
}

void unsubscribing(stage& s)
{
    s.connect();
    s.unsubscribe();
    (void)s.drain();
}

void subscribed(stage& s)
{
    subscribing(s);
    (void)s.answer_one();
    (void)s.drain();
}

void pinging(stage& s)
{
    s.connect();
    s.advance(60s);
    s.engine().advance(s.now());
    (void)s.drain();
}

void connected_with_method(stage& s)
{
    s.options.authentication_method = "m";
    s.connect();
}

void re_authenticating(stage& s)
{
    connected_with_method(s);
    (void)s.engine().re_authenticate("data");
    (void)s.drain();
}

void re_authentication_challenged(stage& s)
{
    re_authenticating(s);
    s.challenge();
}

void re_authentication_answered(stage& s)
{
    re_authentication_challenged(s);
    (void)s.engine().authenticate("data");
    (void)s.drain();
}

/// One of everything that can be under way.
void everything(stage& s)
{
    s.connect();
    s.publish(two);
    (void)s.drain();
    (void)s.answer_one();
    s.publish(one);
    s.publish(two);
    s.subscribe(2);
    s.unsubscribe();
    (void)s.deliver(two);
    s.take(s.deliver(two)); // held back by the one before it
    (void)s.deliver(one);
    s.take(s.deliver(one));
    (void)s.drain();
}

void drop_everything(stage& s)
{
    everything(s);
    s.close();
    s.options.clean_start = false;
}

void resumed(stage& s)
{
    drop_everything(s);
    s.connect();
}

void session_lost(stage& s)
{
    s.connect();
    s.subscribe(3);
    (void)s.drain();
    (void)s.answer_one();
    s.publish(one);
    s.subscribe(1);
    (void)s.deliver(one);
    (void)s.drain();
    s.close();
    s.options.clean_start = false;
    s.lose_session();
    s.connect();
}

void aliases(stage& s)
{
    s.connect();
    for (const unsigned alias : {1U, 16U})
    {
        (void)s.send(packet(0x30, field("in") + variable(3) + raw({0x23}) + two_bytes(alias) + "x"));
    }
}

void connecting(stage& s)
{
    s.open();
}

void connecting_with_waiting(stage& s)
{
    s.publish(one);
    s.publish(two);
    s.subscribe();
    s.open();
}

void resuming(stage& s)
{
    drop_everything(s);
    s.open();
}

void authenticating(stage& s)
{
    s.options.authentication_method = "m";
    s.open();
}

void authentication_challenged(stage& s)
{
    authenticating(s);
    s.challenge();
}

void authentication_answered(stage& s)
{
    authentication_challenged(s);
    (void)s.engine().authenticate("data");
    (void)s.drain_unseen();
}

void disconnecting(stage& s)
{
    everything(s);
    (void)s.engine().disconnect({}, s.now());
    (void)s.drain();
}

void failed(stage& s)
{
    everything(s);
    (void)s.send(packet(0xD0, "x"));
    (void)s.drain_unseen();
}

void refused(stage& s)
{
    s.open();
    (void)s.send(packet(0x20, s.is_v5() ? raw({0, 0x87, 0}) : raw({0, 5})));
}

void disconnected_by_server(stage& s)
{
    everything(s);
    (void)s.send(packet(0xE0, raw({0x8B})));
}

void closed(stage& s)
{
    everything(s);
    s.close();
}

} // namespace

std::vector<state> states_before_connack(protocol_version version)
{
    std::vector<state> result{
        {"before CONNACK", connecting},
        {"before CONNACK with operations waiting", connecting_with_waiting},
        {"before CONNACK of a session to resume", resuming},
    };
    if (version == protocol_version::v5)
    {
        result.push_back({"before AUTH and CONNACK", authenticating});
        result.push_back({"before CONNACK with AUTH to be answered", authentication_challenged});
        result.push_back({"before CONNACK with AUTH answered", authentication_answered});
    }
    return result;
}

std::vector<state> connected_states(protocol_version version)
{
    std::vector<state> result{
        {"connected and idle", idle},
        {"outgoing QoS 1, PUBLISH sent", outgoing_qos_1},
        {"outgoing QoS 2, PUBLISH sent", outgoing_qos_2},
        {"outgoing QoS 2, PUBREL sent", outgoing_pubrel},
        {"outgoing QoS 2, PUBREL sent twice", outgoing_repeated_pubrec},
        {"outgoing QoS 2, PUBCOMP received", outgoing_acknowledged},
        {"outgoing messages wait for quota", outgoing_waiting},
        {"incoming QoS 0", incoming_qos_0},
        {"incoming QoS 1, untaken", incoming_qos_1},
        {"incoming QoS 1, PUBACK held back", incoming_qos_1_taken},
        {"incoming QoS 1, PUBACK sent", incoming_qos_1_acknowledged},
        {"incoming QoS 2, untaken", incoming_qos_2},
        {"incoming QoS 2, PUBREC held back", incoming_qos_2_taken},
        {"incoming QoS 2, PUBREC sent", incoming_pubrec},
        {"incoming QoS 2, PUBCOMP sent", incoming_pubcomp},
        {"SUBSCRIBE sent", subscribing},
        {"SUBSCRIBE sent and cancelled", subscribe_cancelled},
        {"UNSUBSCRIBE sent", unsubscribing},
        {"subscribed", subscribed},
        {"PINGREQ sent", pinging},
        {"one of everything", everything},
        {"resumed session", resumed},
        {"session lost", session_lost},
    };
    if (version == protocol_version::v5)
    {
        result.push_back({"aliases in use", aliases});
        result.push_back({"connected with an authentication method", connected_with_method});
        result.push_back({"re-authentication begun", re_authenticating});
        result.push_back({"re-authentication to be answered", re_authentication_challenged});
        result.push_back({"re-authentication answered", re_authentication_answered});
    }
    return result;
}

std::vector<state> ended_states(protocol_version version)
{
    std::vector<state> result{
        {"disconnecting", disconnecting},
        {"failed by a violation", failed},
        {"refused by CONNACK", refused},
        {"closed", closed},
    };
    if (version == protocol_version::v5)
    {
        result.push_back({"disconnected by the server", disconnected_by_server});
    }
    return result;
}

tern::client_limits limits_of_states()
{
    tern::client_limits limits;
    limits.maximum_in_flight = 4;
    return limits;
}

} // namespace violations
