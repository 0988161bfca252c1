// SPDX-License-Identifier: BSL-1.0
#include "play.hpp"

#include <cstdio>
#include <system_error>

namespace violations
{

namespace
{

using phase = session::connection_phase;
using namespace std::chrono_literals;

std::string text_of(const std::optional<session::event>& event)
{
    if (!event)
    {
        return "nothing";
    }
    const auto* const failed = std::get_if<session::connection_failed>(&*event);
    return failed != nullptr ? '"' + failed->error.message() + '"' : "event " + std::to_string(event->index());
}

/// What may leave for a violation. v5 [MQTT-4.13.1-1], v3.1.1 [MQTT-4.8.0-1]
bytes expected_output(phase before, protocol_version version, const verdict& expected)
{
    const bool may_disconnect = version == protocol_version::v5 && before == phase::connected;
    return may_disconnect ? packet(0xE0, raw({static_cast<unsigned>(expected.reason)})) : bytes();
}

/// Shows the engine the violation, cut by cut. \return what is wrong.
std::string feed(stage& s, const violation& what, const verdict& expected, const cuts& at)
{
    const std::string_view input = what.input;
    for (std::size_t step = 0; step <= at.size(); ++step)
    {
        const std::size_t size = step < at.size() ? at[step] : input.size();
        const phase before = s.engine().phase();
        const std::optional<session::event> event = s.send(input.substr(0, size));
        if (size < what.decided_at)
        {
            if (event || s.engine().phase() != before || s.engine().has_output())
            {
                return "did not wait for more after " + std::to_string(size) + " bytes: " + text_of(event);
            }
            continue;
        }
        if (tern_test::failure(event) != make_error_code(expected.error))
        {
            return "said after " + std::to_string(size) + " bytes: " + text_of(event);
        }
        return {};
    }
    return "waits for more than there is";
}

/// The connection has failed: nothing that happens now sends or delivers anything.
std::string stays_silent(stage& s)
{
    const std::size_t delivered = s.delivered();
    if (s.engine().phase() != phase::failed)
    {
        return "is " + std::string(to_string(s.engine().phase())) + " instead of failed";
    }
    for (const std::string_view more : {"\xD0\x00", "\x30\x05\x00\x01t\x00x", "\x40\x02\x00\x01"})
    {
        if (s.engine().receive(more, s.now()).consumed != 0)
        {
            return "goes on reading";
        }
    }
    s.publish(tern::qos::at_least_once);
    s.unsubscribe();
    s.engine().advance(s.now() + 24h);
    session::event event;
    if (s.engine().poll(event))
    {
        return "has more to tell: " + text_of(event);
    }
    if (s.engine().has_output() || !s.drain_unseen().empty())
    {
        return "goes on sending";
    }
    return s.delivered() == delivered ? "" : "goes on delivering";
}

/// The connection is over: nothing comes of what arrives.
std::string ignore(stage& s, const violation& what)
{
    const phase before = s.engine().phase();
    const session::engine::receive_result result = s.engine().receive(what.input, s.now());
    const std::size_t consumed = before == phase::disconnecting ? what.input.size() : 0;
    if (result.event || result.consumed != consumed || s.engine().phase() != before)
    {
        return "did not ignore it: " + text_of(result.event);
    }
    session::event event;
    if (s.engine().poll(event) || s.engine().has_output() || !s.drain_unseen().empty())
    {
        return "did something about it";
    }
    return {};
}

std::string with_thousands(std::size_t number)
{
    std::string digits = std::to_string(number);
    for (std::size_t at = digits.size(); at > 3; at -= 3)
    {
        digits.insert(at - 3, ",");
    }
    return digits;
}

} // namespace

std::optional<verdict> verdict_in(phase when, protocol_version version, const violation& what)
{
    constexpr verdict unexpected{errc::unexpected_packet, reason_code::protocol_error};
    if (when != phase::handshaking && when != phase::connected)
    {
        return std::nullopt;
    }
    if (what.in_header)
    {
        return what.verdict;
    }
    const bool is_v5 = version == protocol_version::v5;
    const bool is_connack = what.type == packet_type::connack;
    if (when == phase::handshaking) // v5 [MQTT-3.2.0-1] v3.1.1 [MQTT-3.2.0-1]
    {
        return is_connack || (is_v5 && what.type == packet_type::auth) ? what.verdict : unexpected;
    }
    return is_connack ? unexpected : what.verdict; // v5 [MQTT-3.2.0-2]
}

cuts every_cut(const violation& what)
{
    cuts result;
    for (std::size_t size = 0; size < what.input.size(); ++size)
    {
        result.push_back(size);
    }
    return result;
}

void record::add(std::string_view state, std::string_view violation, std::string complaint)
{
    constexpr std::size_t shown = 20;
    ++played_;
    if (complaint.empty())
    {
        return;
    }
    if (++bad_ <= shown)
    {
        complaints_ += "\n  " + std::string(state) + ", " + std::string(violation) + ": the client " + complaint;
    }
}

void record::print(std::string_view verb, std::string_view what) const
{
    std::printf("violations: %s sequences %.*s of %s (%.*s)\n", with_thousands(good()).c_str(),
                static_cast<int>(verb.size()), verb.data(), with_thousands(played()).c_str(),
                static_cast<int>(what.size()), what.data());
}

std::string play_on(stage& s, const violation& what, std::optional<verdict> expected, const cuts& at, bool recovers)
{
    const phase before = s.engine().phase();
    const std::size_t delivered = s.delivered();
    if (s.engine().has_output())
    {
        return "has something to send before it";
    }
    if (!expected)
    {
        return ignore(s, what);
    }
    if (std::string wrong = feed(s, what, *expected, at); !wrong.empty())
    {
        return wrong + " for " + tern_test::to_hex(what.input.substr(0, 40));
    }
    const bytes output = s.drain_unseen();
    if (output != expected_output(before, s.version(), *expected))
    {
        return "sent [" + tern_test::to_hex(output) + ']';
    }
    if (s.delivered() != delivered)
    {
        return "delivered a message";
    }
    if (at.empty() || recovers)
    {
        if (std::string wrong = stays_silent(s); !wrong.empty())
        {
            return wrong;
        }
    }
    if (recovers)
    {
        if (std::string wrong = s.recover(); !wrong.empty())
        {
            return "lost something: " + wrong;
        }
    }
    return {};
}

std::string play(const state& where, protocol_version version, const violation& what, const cuts& at, bool recovers)
{
    stage s(version, limits_of_states());
    where.enter(s);
    return play_on(s, what, verdict_in(s.engine().phase(), version, what), at, recovers);
}

void play_situation(record& to, protocol_version version, std::string_view name,
                    const std::function<bytes(stage&)>& set_up, verdict expected, bool recovers)
{
    for (const bool in_pieces : {false, true})
    {
        stage s(version, limits_of_states());
        violation what{std::string(name), set_up(s), packet_type{}, expected, 0, false};
        what.decided_at = what.input.size();
        const std::string complaint = play_on(s, what, expected, in_pieces ? every_cut(what) : cuts{}, recovers);
        to.add(version == protocol_version::v5 ? "5.0" : "3.1.1", name, complaint);
    }
}

} // namespace violations
