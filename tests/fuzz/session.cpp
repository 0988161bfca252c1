// SPDX-License-Identifier: BSL-1.0
//
// The client's side of the protocol, fed with a server's bytes, an application's calls and time, in any order.
//
// Checked: what leaves is whole packets that a server can read, none after DISCONNECT; the server's Receive Maximum is
// kept and no packet identifier is used twice at a time; each operation ends at most once, and at the end every one
// that was not given up has ended.

#include "fuzz/input.hpp"
#include "tern/session/engine.hpp"
#include "tern/topic/validation.hpp"
#include "tern/wire/codec.hpp"
#include "tern/wire/framing.hpp"
#include "tern/wire/limits.hpp"
#include "tern/wire/packets.hpp"

#include <chrono>
#include <set>
#include <string>
#include <variant>
#include <vector>

using namespace tern;
using namespace tern_fuzz;
using namespace std::chrono_literals;

namespace
{

client_limits small_limits()
{
    client_limits limits;
    limits.maximum_packet_size = 4'096;
    limits.maximum_write_size = 2'048;
    return limits;
}

class player
{
public:
    player(const std::uint8_t* data, std::size_t size) : in_(data, size) {}

    void play()
    {
        while (!in_.empty())
        {
            step();
            listen();
        }
        engine_.close(now_);
        listen();
        engine_.abandon(make_error_code(errc::connection_lost));
        listen();
        must_hold(pending_.empty(), "every operation ends");
    }

private:
    void step()
    {
        switch (in_.below(16))
        {
        case 0: configure(); break;
        case 1: open(); break;
        case 2: engine_.close(now_); break;
        case 3: transmit(); break;
        case 4: pass(); break;
        case 5: publish(); break;
        case 6: subscribe(); break;
        case 7: unsubscribe(); break;
        case 8: cancel(); break;
        case 9: acknowledge(); break;
        case 10: (void)engine_.disconnect({}, now_); break;
        case 11: (void)engine_.authenticate(in_.text()); break;
        case 12: (void)engine_.re_authenticate(in_.text()); break;
        default: receive(); break;
        }
    }

    void pass()
    {
        now_ += std::chrono::milliseconds(in_.byte() * 500);
        engine_.advance(now_);
    }

    void configure()
    {
        const std::uint8_t choice = in_.byte();
        const std::string_view names[] = {"", "a", "b"};
        connect_options options;
        options.client_id = names[choice % 3U];
        options.clean_start = (choice & 4U) != 0;
        options.keep_alive = std::chrono::seconds(choice & 8U);
        options.protocol = (choice & 16U) != 0 ? protocol_choice::v5 : protocol_choice::v3_1_1;
        options.receive_maximum = static_cast<std::uint16_t>(1 + (choice >> 6U));
        options.topic_alias_maximum = 2;
        options.automatic_topic_aliases = (choice & 32U) != 0;
        if ((choice & 64U) != 0)
        {
            options.session_expiry = std::chrono::seconds(in_.byte());
        }
        if ((choice & 128U) != 0 && options.protocol == protocol_choice::v5)
        {
            options.authentication_method = "method";
        }
        if (!engine_.configure(options))
        {
            version_ = options.protocol == protocol_choice::v5 ? protocol_version::v5 : protocol_version::v3_1_1;
        }
    }

    void open()
    {
        if (engine_.phase() == session::connection_phase::closed && !engine_.open(version_, now_))
        {
            ended_ = false;
            input_.clear();
            in_flight_.clear();
        }
    }

    void receive()
    {
        if (engine_.phase() == session::connection_phase::closed)
        {
            return;
        }
        input_.append(in_.text());
        for (;;)
        {
            const session::engine::receive_result result = engine_.receive(input_, now_);
            if (result.event)
            {
                look_at(*result.event);
            }
            if (result.consumed == 0)
            {
                return;
            }
            give_quota_back(std::string_view(input_).substr(0, result.consumed));
            input_.erase(0, result.consumed);
        }
    }

    void publish()
    {
        publish_options options;
        options.qos = static_cast<qos>(in_.below(3));
        options.retain = in_.coin();
        if (in_.coin())
        {
            options.message_expiry_interval = std::chrono::seconds(in_.byte());
        }
        const std::string_view topic = in_.text();
        if (validate_topic_name(topic))
        {
            return;
        }
        const session::publish_result result = engine_.publish(++last_, topic, in_.text(), options, now_);
        if (!result.error)
        {
            pending_.insert(last_);
            stored_.push_back({last_, result.handle, options.qos});
        }
    }

    void subscribe()
    {
        const std::string_view filter = in_.text();
        if (validate_topic_filter(filter))
        {
            return;
        }
        topic_subscription one{};
        one.topic_filter = filter;
        std::uint32_t identifier = 0;
        if (!engine_.subscribe(++last_, {&one, 1}, {}, identifier, now_))
        {
            pending_.insert(last_);
        }
    }

    void unsubscribe()
    {
        const std::string_view filter = in_.text();
        if (!validate_topic_filter(filter) && !engine_.unsubscribe(++last_, {&filter, 1}, {}, now_))
        {
            pending_.insert(last_);
        }
    }

    void cancel()
    {
        if (pending_.empty())
        {
            return;
        }
        const session::operation which = *pending_.begin();
        for (const stored& each : stored_)
        {
            if (each.operation == which)
            {
                if (engine_.cancel(each.handle) || each.qos != qos::at_most_once)
                {
                    pending_.erase(which); // of QoS 0 that is encoded already an event still tells
                }
                return;
            }
        }
        (void)engine_.cancel_request(which);
        pending_.erase(which);
    }

    void acknowledge()
    {
        if (!deliveries_.empty())
        {
            engine_.acknowledge(deliveries_[in_.byte() % deliveries_.size()],
                                in_.coin() ? reason_code::success : reason_code::unspecified_error, now_);
        }
    }

    void transmit()
    {
        engine_.transmit(output_, now_);
        std::string_view bytes = output_.view();
        while (!bytes.empty())
        {
            must_hold(!ended_, "nothing follows DISCONNECT");
            const wire::frame_result found = wire::next_frame(bytes, wire::maximum_packet_size);
            must_hold(found.status == wire::frame_status::complete, "the client sends whole packets");
            check(found.frame);
            bytes.remove_prefix(found.frame.size);
        }
        if (in_.coin())
        {
            engine_.written(now_);
        }
    }

    /// v5 4.9: PUBACK, PUBCOMP and a PUBREC that fails end a message.
    void give_quota_back(std::string_view bytes)
    {
        const wire::frame_result found = wire::next_frame(bytes, wire::maximum_packet_size);
        const std::string_view body = found.frame.body;
        if (found.status != wire::frame_status::complete || body.size() < 2)
        {
            return;
        }
        const wire::packet_type type = found.frame.type();
        const bool fails = body.size() > 2 && static_cast<std::uint8_t>(body[2]) >= 0x80;
        if (type == wire::packet_type::puback || type == wire::packet_type::pubcomp ||
            (type == wire::packet_type::pubrec && fails && version_ == protocol_version::v5))
        {
            in_flight_.erase(static_cast<std::uint16_t>(static_cast<std::uint8_t>(body[0]) << 8U |
                                                        static_cast<std::uint8_t>(body[1])));
        }
    }

    void check_publish(const wire::frame& in)
    {
        const wire::publish packet = check_packet<wire::publish>(in);
        if (packet.qos != qos::at_most_once)
        {
            must_hold(in_flight_.insert(packet.packet_identifier).second, "an identifier is used once at a time");
            must_hold(in_flight_.size() <= engine_.limits().receive_maximum, "Receive Maximum is kept");
        }
    }

    template <class Packet>
    Packet check_packet(const wire::frame& in)
    {
        Packet packet{};
        must_hold(wire::decode(version_, in, packet, wire::sender::client) == errc{},
                  "the client sends packets that a server can read");
        return packet;
    }

    void check(const wire::frame& in)
    {
        using enum wire::packet_type;
        switch (in.type())
        {
        case connect: (void)check_packet<wire::connect>(in); break;
        case publish: check_publish(in); break;
        case puback: (void)check_packet<wire::puback>(in); break;
        case pubrec: (void)check_packet<wire::pubrec>(in); break;
        case pubrel: (void)check_packet<wire::pubrel>(in); break;
        case pubcomp: (void)check_packet<wire::pubcomp>(in); break;
        case subscribe: (void)check_packet<wire::subscribe>(in); break;
        case unsubscribe: (void)check_packet<wire::unsubscribe>(in); break;
        case pingreq: (void)check_packet<wire::pingreq>(in); break;
        case disconnect:
            (void)check_packet<wire::disconnect>(in);
            ended_ = true;
            break;
        case auth: (void)check_packet<wire::auth>(in); break;
        default: must_hold(false, "the client sends a client's packets");
        }
    }

    void ended(session::operation which)
    {
        must_hold(which == 0 || pending_.erase(which) == 1, "an operation ends once, and not after it was given up");
    }

    void look_at(const session::event& event)
    {
        if (const auto* const message = std::get_if<session::message_received>(&event))
        {
            must_hold(!message->message.topic.empty(), "a message has a topic");
            deliveries_.push_back(message->delivery);
        }
        else if (const auto* const published = std::get_if<session::publish_completed>(&event))
        {
            ended(published->operation);
        }
        else if (const auto* const subscribed = std::get_if<session::subscribe_completed>(&event))
        {
            ended(subscribed->operation);
        }
        else if (const auto* const unsubscribed = std::get_if<session::unsubscribe_completed>(&event))
        {
            ended(unsubscribed->operation);
        }
    }

    void listen()
    {
        session::event event;
        while (engine_.poll(event))
        {
            look_at(event);
        }
    }

    struct stored
    {
        session::operation operation;
        session::message_handle handle;
        tern::qos qos;
    };

    input in_;
    session::engine engine_{session::engine_configuration{small_limits(), nullptr, 1}};
    session::time_point now_{1h};
    protocol_version version_ = protocol_version::v5;
    session::output_buffer output_;
    std::string input_;
    bool ended_ = false;
    std::set<std::uint16_t> in_flight_;
    session::operation last_ = 0;
    std::set<session::operation> pending_;
    std::vector<stored> stored_;
    std::vector<session::delivery> deliveries_;
};

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    player(data, size).play();
    return 0;
}
