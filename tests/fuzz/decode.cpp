// SPDX-License-Identifier: BSL-1.0
//
// The decoders of both versions: whatever the bytes are, they are packets or an error; a packet encodes to bytes that
// decode to the same packet, in no more bytes than came; a cut packet is incomplete until its last byte.
//
// Input: one byte (version, sender), then a stream of packets.

#include "fuzz/input.hpp"
#include "tern/wire/codec.hpp"
#include "tern/wire/framing.hpp"
#include "tern/wire/limits.hpp"
#include "tern/wire/packets.hpp"

#include <cstring>
#include <memory>
#include <string>

using namespace tern;
using namespace tern_fuzz;

namespace
{

template <class Packet>
void try_packet(protocol_version version, const wire::frame& in, wire::sender from)
{
    Packet packet{};
    if (wire::decode(version, in, packet, from) != errc{})
    {
        return;
    }
    const wire::size_result measured = wire::encoded_size(version, packet);
    must_hold(measured.error == errc{}, "what was decoded can be encoded");
    must_hold(measured.size <= in.size, "an encoding is as short as it can be");
    std::string encoded(measured.size, '\0');
    const char* const end = wire::encode(version, packet, measured.size, encoded.data());
    must_hold(end == encoded.data() + encoded.size(), "an encoding has the size that was measured");
    const wire::frame_result found = wire::next_frame(encoded, wire::maximum_packet_size);
    must_hold(found.status == wire::frame_status::complete, "an encoding is a whole packet");
    Packet again{};
    must_hold(wire::decode(version, found.frame, again, from) == errc{}, "an encoding can be decoded");
    must_hold(again == packet, "an encoding says the same");
    must_hold(wire::encoded_size(version, again).size == measured.size, "encoding twice gives the same size");
    std::string twice(measured.size, '\0');
    wire::encode(version, again, measured.size, twice.data());
    must_hold(twice == encoded, "encoding twice gives the same bytes");
}

void try_frame(protocol_version version, const wire::frame& in, wire::sender from)
{
    using enum wire::packet_type;
    switch (in.type())
    {
    case connect: return try_packet<wire::connect>(version, in, from);
    case connack: return try_packet<wire::connack>(version, in, from);
    case publish: return try_packet<wire::publish>(version, in, from);
    case puback: return try_packet<wire::puback>(version, in, from);
    case pubrec: return try_packet<wire::pubrec>(version, in, from);
    case pubrel: return try_packet<wire::pubrel>(version, in, from);
    case pubcomp: return try_packet<wire::pubcomp>(version, in, from);
    case subscribe: return try_packet<wire::subscribe>(version, in, from);
    case suback: return try_packet<wire::suback>(version, in, from);
    case unsubscribe: return try_packet<wire::unsubscribe>(version, in, from);
    case unsuback: return try_packet<wire::unsuback>(version, in, from);
    case pingreq: return try_packet<wire::pingreq>(version, in, from);
    case pingresp: return try_packet<wire::pingresp>(version, in, from);
    case disconnect: return try_packet<wire::disconnect>(version, in, from);
    case auth: return try_packet<wire::auth>(version, in, from);
    }
    must_hold(false, "a frame has a known type");
}

/// What is found in all of the bytes is not found in fewer, and an error not taken back by more.
void check_cut(std::string_view stream, const wire::frame_result& whole)
{
    const std::size_t size = whole.status == wire::frame_status::complete ? whole.frame.size - 1 : stream.size();
    for (std::size_t cut = 0; cut < std::min<std::size_t>(size, 8); ++cut)
    {
        const wire::frame_result found = wire::next_frame(stream.substr(0, cut), wire::maximum_packet_size);
        must_hold(found.status != wire::frame_status::complete, "a cut packet is not complete");
        must_hold(found.status == wire::frame_status::incomplete || whole.status == wire::frame_status::malformed,
                  "more bytes do not make good what was malformed");
    }
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    input in(data, size);
    const std::uint8_t choice = in.byte();
    const protocol_version version = (choice & 1U) != 0 ? protocol_version::v5 : protocol_version::v3_1_1;
    const auto from = static_cast<wire::sender>((choice >> 1U) % 3U);
    const std::string_view stream = in.rest();
    // Memory of exactly this size, so that every read beyond the end is seen.
    const std::unique_ptr<char[]> exact(new char[stream.size()]);
    if (!stream.empty())
    {
        std::memcpy(exact.get(), stream.data(), stream.size());
    }
    std::string_view rest(exact.get(), stream.size());
    for (;;)
    {
        const wire::frame_result found = wire::next_frame(rest, wire::maximum_packet_size);
        check_cut(rest, found);
        if (found.status != wire::frame_status::complete)
        {
            return 0;
        }
        try_frame(version, found.frame, from);
        rest.remove_prefix(found.frame.size);
    }
}
