// SPDX-License-Identifier: BSL-1.0
//
// What the tests of the packets share: bytes from hexadecimal text, round trips in constant expressions, and the checks
// that hold for every packet: exact bytes, every truncation, a byte too many.
#ifndef TERN_TESTS_UNIT_WIRE_WIRE_TEST_HPP
#define TERN_TESTS_UNIT_WIRE_WIRE_TEST_HPP

#include "support/bytes.hpp"
#include "support/catch.hpp"
#include "tern/wire/codec.hpp"
#include "tern/wire/connect_version.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <string>
#include <string_view>

namespace tern_test
{

using namespace tern;
using namespace tern::wire;

inline constexpr protocol_version v5 = protocol_version::v5;
inline constexpr protocol_version v3_1_1 = protocol_version::v3_1_1;
inline constexpr errc none{};

/// A fixed header with the right length before a body.
inline std::string packet_bytes(std::uint8_t first_byte, std::string_view body)
{
    std::string result(1, static_cast<char>(first_byte));
    std::array<char, 4> length{};
    char* const end = put_variable(body.size(), length.data());
    result.append(length.data(), static_cast<std::size_t>(end - length.data()));
    return result.append(body);
}

/// Bytes in memory of exactly their size, so that a sanitizer sees every read beyond the end.
class exact_bytes
{
public:
    explicit exact_bytes(std::string_view text) : size_(text.size()), data_(new char[text.size()])
    {
        if (!text.empty())
        {
            std::memcpy(data_.get(), text.data(), text.size());
        }
    }

    [[nodiscard]] std::string_view view() const { return {data_.get(), size_}; }

private:
    std::size_t size_;
    std::unique_ptr<char[]> data_;
};

/// The encoded packet, or an empty text if it is refused.
template <class Packet>
std::string encoded(protocol_version version, const Packet& packet)
{
    const size_result measured = encoded_size(version, packet);
    if (measured.error != none)
    {
        return {};
    }
    std::string out(measured.size + 1, '\x55');
    const char* const end = encode(version, packet, measured.size, out.data());
    REQUIRE(end == out.data() + measured.size);
    REQUIRE(out.back() == '\x55'); // nothing is written behind the end
    out.pop_back();
    return out;
}

template <class Packet>
errc refusal(protocol_version version, const Packet& packet)
{
    const size_result measured = encoded_size(version, packet);
    CHECK((measured.error == none) == (measured.size != 0));
    return measured.error;
}

/// Decodes a whole packet and gives the error.
template <class Packet>
errc decode_error(protocol_version version, std::string_view whole, sender from = sender::any)
{
    const exact_bytes input(whole);
    const frame_result found = next_frame(input.view(), maximum_packet_size);
    if (found.status != frame_status::complete)
    {
        return found.status == frame_status::malformed ? found.error : errc::timed_out;
    }
    CHECK(found.frame.size == whole.size());
    Packet packet{};
    return decode(version, found.frame, packet, from);
}

/// The packet encodes to exactly these bytes and back; of all shorter bodies `accepted` are packets too (without a
/// part that may be left out), and those say the same when encoded again.
template <class Packet>
void check_vector(protocol_version version, const Packet& packet, const std::string& whole, std::size_t accepted = 0)
{
    CAPTURE(whole.size(), static_cast<int>(version));
    REQUIRE(encoded(version, packet) == whole);
    const exact_bytes input(whole);
    const frame_result found = next_frame(input.view(), maximum_packet_size);
    REQUIRE(found.status == frame_status::complete);
    REQUIRE(found.frame.size == whole.size());
    REQUIRE(found.frame.type() == Packet::type);
    Packet decoded{};
    REQUIRE(decode(version, found.frame, decoded) == none);
    REQUIRE(decoded == packet);
    REQUIRE(encoded(version, decoded) == whole);

    const std::string_view body = found.frame.body;
    std::size_t good = 0;
    for (std::size_t size = 0; size < body.size(); ++size)
    {
        CAPTURE(size);
        const exact_bytes part(body.substr(0, size));
        const frame cut{found.frame.first_byte, part.view(), size + 2};
        Packet shorter{};
        if (decode(version, cut, shorter) == none)
        {
            good += 1;
            REQUIRE(encoded(version, shorter) == packet_bytes(cut.first_byte, part.view()));
        }
    }
    CHECK(good == accepted);
}

/// Encodes, frames and decodes within a constant expression.
template <class Packet>
constexpr bool round_trips(protocol_version version, const Packet& packet)
{
    std::array<char, 512> buffer{};
    const size_result measured = encoded_size(version, packet);
    if (measured.error != none || measured.size > buffer.size())
    {
        return false;
    }
    if (encode(version, packet, measured.size, buffer.data()) != buffer.data() + measured.size)
    {
        return false;
    }
    const frame_result found = next_frame({buffer.data(), measured.size}, maximum_packet_size);
    Packet decoded{};
    return found.status == frame_status::complete && found.frame.size == measured.size &&
           decode(version, found.frame, decoded) == none && decoded == packet;
}

template <class Packet>
constexpr bool round_trips_in_both(const Packet& packet)
{
    return round_trips(v5, packet) && round_trips(v3_1_1, packet);
}

} // namespace tern_test

#endif
