// SPDX-License-Identifier: BSL-1.0
//
// Plays the server to an engine: feeds it packets, and shows as hexadecimal text what it would send.
#ifndef TERN_TESTS_UNIT_SESSION_SCRIPT_HPP
#define TERN_TESTS_UNIT_SESSION_SCRIPT_HPP

#include "tern/session/engine.hpp"
#include "tern/wire/codec.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace tern_test
{

using namespace std::chrono_literals;
namespace session = tern::session;
namespace wire = tern::wire;

/// "30 05 00 01": the bytes of a packet.
inline std::string to_hex(std::string_view bytes)
{
    constexpr std::string_view digits = "0123456789ABCDEF";
    std::string text;
    for (const char each : bytes)
    {
        const auto value = static_cast<unsigned char>(each);
        text += text.empty() ? "" : " ";
        text += digits[value >> 4U];
        text += digits[value & 15U];
    }
    return text;
}

inline std::string from_hex(std::string_view text)
{
    std::string bytes;
    for (std::size_t i = 0; i + 1 < text.size(); i += 3)
    {
        bytes.push_back(static_cast<char>(std::stoi(std::string(text.substr(i, 2)), nullptr, 16)));
    }
    return bytes;
}

using packets = std::vector<std::string>;

/// CONNECT in hexadecimal is long; few tests are about it.
inline tern::connect_options plain_options()
{
    tern::connect_options options;
    options.client_id = "c";
    options.session_expiry = 3600s;
    return options;
}

class script
{
public:
    explicit script(const tern::client_limits& limits = {}, tern::observer* observer = nullptr)
        : engine({limits, observer, 1})
    {
    }

    /// Configures and connects; the CONNACK is a success without a session.
    void connect(const tern::connect_options& options = plain_options(), const wire::connack& answer = {},
                 tern::protocol_version with = tern::protocol_version::v5)
    {
        (void)engine.configure(options);
        reconnect(answer, with);
    }

    void reconnect(const wire::connack& answer = {}, tern::protocol_version with = tern::protocol_version::v5)
    {
        version = with;
        opened = engine.open(version, now);
        connects = sent();
        (void)feed(answer);
    }

    /// The connection is lost.
    void drop() { engine.close(now); }

    /// Lost and made again, with the session.
    void resume()
    {
        drop();
        wire::connack answer;
        answer.session_present = true;
        reconnect(answer, version);
    }

    /// What leaves now, packet by packet, in hexadecimal.
    packets sent(bool whole_write = true)
    {
        packets result;
        while (engine.has_output())
        {
            engine.transmit(buffer, now);
            std::string_view rest = buffer.view();
            while (!rest.empty())
            {
                const wire::frame_result found = wire::next_frame(rest, wire::maximum_packet_size);
                result.push_back(to_hex(rest.substr(0, found.frame.size)));
                rest.remove_prefix(found.frame.size);
            }
            if (whole_write)
            {
                engine.written(now);
            }
            if (buffer.empty())
            {
                break;
            }
        }
        return result;
    }

    /// The server sends a packet.
    template <class Packet>
    std::optional<session::event> feed(const Packet& packet)
    {
        const wire::size_result measured = wire::encoded_size(version, packet);
        input.assign(measured.size, '\0');
        wire::encode(version, packet, measured.size, input.data());
        return engine.receive(input, now).event;
    }

    /// The server sends these bytes, one packet of them.
    std::optional<session::event> feed_hex(std::string_view text)
    {
        input = from_hex(text);
        return engine.receive(input, now).event;
    }

    template <class Packet>
    std::optional<session::event> acknowledge(std::uint16_t identifier,
                                              tern::reason_code reason = tern::reason_code::success)
    {
        Packet packet;
        packet.packet_identifier = identifier;
        packet.reason_code = reason;
        return feed(packet);
    }

    /// The server publishes "t" with the payload "x".
    std::optional<session::event> deliver(tern::qos qos, std::uint16_t identifier, bool duplicate = false)
    {
        wire::publish packet;
        packet.qos = qos;
        packet.packet_identifier = identifier;
        packet.duplicate = duplicate;
        packet.topic = "t";
        packet.payload = "x";
        return feed(packet);
    }

    /// Publishes to "t" and says what came of it.
    session::publish_result publish(session::operation operation, std::string_view payload, tern::qos qos)
    {
        tern::publish_options options;
        options.qos = qos;
        return engine.publish(operation, "t", payload, options, now);
    }

    /// Everything that poll() has.
    std::vector<session::event> events()
    {
        std::vector<session::event> result;
        session::event next;
        while (engine.poll(next))
        {
            result.push_back(next);
        }
        return result;
    }

    /// The only event that poll() has, if it is of this type.
    template <class Event>
    std::optional<Event> only()
    {
        const std::vector<session::event> all = events();
        return all.size() == 1 && std::holds_alternative<Event>(all[0]) ? std::optional(std::get<Event>(all[0]))
                                                                        : std::nullopt;
    }

    /// Operations that poll() says have ended, with what error.
    std::vector<std::pair<session::operation, std::error_code>> ended()
    {
        std::vector<std::pair<session::operation, std::error_code>> result;
        for (const session::event& each : events())
        {
            if (const auto* published = std::get_if<session::publish_completed>(&each))
            {
                result.emplace_back(published->operation, published->error);
            }
        }
        return result;
    }

    session::engine engine;
    session::time_point now{1h};
    tern::protocol_version version = tern::protocol_version::v5;
    std::error_code opened{};
    packets connects; ///< what the last reconnect() sent first
    session::output_buffer buffer;
    std::string input;
};

/// The event as this alternative, or nothing.
template <class Event>
std::optional<Event> as(const std::optional<session::event>& event)
{
    return event && std::holds_alternative<Event>(*event) ? std::optional(std::get<Event>(*event)) : std::nullopt;
}

/// The error of a connection that failed.
inline std::error_code failure(const std::optional<session::event>& event)
{
    const auto failed = as<session::connection_failed>(event);
    return failed ? failed->error : std::error_code();
}

} // namespace tern_test

#endif
