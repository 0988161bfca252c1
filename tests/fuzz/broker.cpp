// SPDX-License-Identifier: BSL-1.0
//
// The testing broker, fed with bytes on several connections, with lost connections and with time.
//
// Input: steps of one byte each, some with a text behind. What the broker sends has to be packets that a client may be
// sent, in the version that the connection speaks.

#include "tern/testing/broker.hpp"

#include "fuzz/input.hpp"
#include "tern/wire/framing.hpp"
#include "tern/wire/limits.hpp"
#include "tern/wire/packet_type.hpp"

#include <array>
#include <chrono>
#include <optional>
#include <string>

using namespace tern;
using namespace tern_fuzz;

namespace
{

struct player
{
    std::optional<testing::connection_id> id;
};

/// The broker's packets are whole, and of the kinds that a server sends.
void check_output(std::string_view bytes)
{
    while (!bytes.empty())
    {
        const wire::frame_result found = wire::next_frame(bytes, wire::maximum_packet_size);
        must_hold(found.status == wire::frame_status::complete, "the broker sends whole packets");
        using enum wire::packet_type;
        const wire::packet_type type = found.frame.type();
        must_hold(type != connect && type != subscribe && type != unsubscribe && type != pingreq,
                  "the broker sends a server's packets");
        bytes.remove_prefix(found.frame.size);
    }
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    input in(data, size);
    testing::broker_configuration configuration;
    configuration.hold_acknowledgements = in.coin();
    testing::broker broker(configuration);
    testing::time_point now{std::chrono::hours(1)};
    std::array<player, 3> players{};
    std::string buffer;
    while (!in.empty())
    {
        const std::uint8_t step = in.byte();
        player& who = players[step % players.size()];
        switch ((step >> 2U) % 8U)
        {
        case 0:
            if (!who.id)
            {
                who.id = broker.open(now);
            }
            break;
        case 1:
            if (who.id)
            {
                broker.closed(*who.id, now);
                who.id.reset();
            }
            break;
        case 2:
            now += std::chrono::seconds(in.byte());
            broker.advance(now);
            break;
        case 3: broker.release_acknowledgements(in.coin()); break;
        case 4:
            if (in.below(16) == 0)
            {
                broker.drop_sessions(now);
            }
            break;
        default:
            if (who.id)
            {
                broker.receive(*who.id, in.text(), now);
            }
        }
        while (const std::optional<testing::connection_id> ready = broker.next_ready())
        {
            while (broker.take_output(*ready, buffer, now))
            {
                check_output(buffer);
            }
        }
    }
    return 0;
}
