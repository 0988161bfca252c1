// SPDX-License-Identifier: BSL-1.0
//
// A client made of packets, to talk to the testing broker byte by byte: nothing is done for it.

#ifndef TERN_TESTS_UNIT_TESTING_WIRE_CLIENT_HPP
#define TERN_TESTS_UNIT_TESTING_WIRE_CLIENT_HPP

#include "support/catch.hpp"
#include "tern/testing/broker.hpp"
#include "tern/wire/codec.hpp"

#include <chrono>
#include <cstdint>
#include <deque>
#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

namespace broker_test
{

using namespace tern;
using namespace tern::testing;
using namespace std::chrono_literals;

/// A broker and the time, which goes on when a test says so.
struct world
{
    explicit world(broker_configuration configuration = {}, broker_policy* policy = nullptr)
        : core(std::move(configuration), policy)
    {
    }

    void pass(std::chrono::milliseconds duration)
    {
        now += duration;
        core.advance(now);
    }

    tern::testing::broker core;
    time_point now{1h};
};

template <class Packet>
std::string bytes_of(const Packet& packet, protocol_version version = protocol_version::v5)
{
    const wire::size_result size = wire::encoded_size(version, packet);
    REQUIRE(size.error == errc{});
    std::string bytes(size.size, '\0');
    wire::encode(version, packet, size.size, bytes.data());
    return bytes;
}

inline wire::connect connect_as(std::string_view client_identifier, bool clean_start = true, std::uint32_t expiry = 0)
{
    wire::connect packet;
    packet.client_identifier = client_identifier;
    packet.clean_start = clean_start;
    if (expiry != 0)
    {
        packet.properties.session_expiry_interval = expiry;
    }
    return packet;
}

inline wire::publish message(std::string_view topic, std::string_view payload, qos level = qos::at_most_once,
                             std::uint16_t packet_identifier = 0, bool retain = false)
{
    wire::publish packet;
    packet.topic = topic;
    packet.payload = payload;
    packet.qos = level;
    packet.packet_identifier = packet_identifier;
    packet.retain = retain;
    return packet;
}

class client
{
public:
    explicit client(world& in, protocol_version version = protocol_version::v5)
        : world_(&in), version_(version), id_(in.core.open(in.now))
    {
    }

    [[nodiscard]] connection_id id() const { return id_; }

    void send_bytes(std::string_view bytes) { world_->core.receive(id_, bytes, world_->now); }

    template <class Packet>
    void send(const Packet& packet)
    {
        send_bytes(bytes_of(packet, version_));
    }

    /// Connects and expects to be let in; gives CONNACK.
    wire::connack connect(const wire::connect& packet)
    {
        send(packet);
        const wire::connack answer = expect<wire::connack>();
        REQUIRE(answer.reason_code == reason_code::success);
        return answer;
    }

    /// Subscribes to one filter and expects `granted`.
    void subscribe(std::string_view filter, qos level = qos::exactly_once, std::uint32_t identifier = 0)
    {
        wire::subscription wanted;
        wanted.topic_filter = filter;
        wanted.maximum_qos = level;
        CHECK(subscribe(wanted, identifier) == static_cast<reason_code>(level));
    }

    reason_code subscribe(const wire::subscription& wanted, std::uint32_t identifier = 0)
    {
        wire::subscribe packet;
        const std::vector<wire::subscription> list{wanted};
        packet.packet_identifier = ++last_identifier_;
        packet.subscriptions = list;
        if (identifier != 0)
        {
            packet.properties.subscription_identifier = identifier;
        }
        send(packet);
        const wire::suback answer = expect<wire::suback>();
        REQUIRE(answer.packet_identifier == last_identifier_);
        REQUIRE(answer.reason_codes.size() == 1);
        return *answer.reason_codes.begin();
    }

    /// The next packet, which has to be of this type. Its views hold as long as the client.
    template <class Packet>
    Packet expect()
    {
        fetch();
        const wire::frame_result framed = wire::next_frame(rest_, wire::maximum_packet_size);
        REQUIRE(framed.status == wire::frame_status::complete);
        INFO("received " << to_string(framed.frame.type()) << ", expected " << to_string(Packet::type));
        REQUIRE(framed.frame.type() == Packet::type);
        kept_.push_back(rest_.substr(0, framed.frame.size));
        rest_.erase(0, framed.frame.size);
        const wire::frame_result whole = wire::next_frame(kept_.back(), wire::maximum_packet_size);
        Packet packet;
        REQUIRE(wire::decode(version_, whole.frame, packet, wire::sender::server) == errc{});
        return packet;
    }

    /// All bytes that wait, undecoded.
    std::string take_bytes()
    {
        fetch();
        return std::exchange(rest_, {});
    }

    /// Whether nothing was sent to it.
    bool silent()
    {
        fetch();
        return rest_.empty();
    }

    /// Whether the broker wants it gone.
    bool finished() { return world_->core.finished(id_); }

    /// Loses the connection.
    void lose() { world_->core.closed(id_, world_->now); }

    /// Says goodbye and closes.
    void disconnect(reason_code reason = reason_code::normal_disconnection)
    {
        wire::disconnect packet;
        packet.reason_code = reason;
        send(packet);
        lose();
    }

private:
    void fetch()
    {
        std::string buffer;
        while (world_->core.take_output(id_, buffer, world_->now))
        {
            rest_ += buffer;
        }
    }

    world* world_;
    protocol_version version_;
    connection_id id_;
    std::uint16_t last_identifier_ = 0;
    std::string rest_;
    std::deque<std::string> kept_;
};

} // namespace broker_test

#endif
