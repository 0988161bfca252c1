// SPDX-License-Identifier: BSL-1.0
//
// What holds for the codecs as a whole: random packets survive, random bytes do no harm, nothing allocates.
#include "tern/wire/codec.hpp"

#include "support/allocation_counter.hpp"
#include "unit/wire/random_packets.hpp"
#include "unit/wire/wire_test.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <random>
#include <string>
#include <vector>

using namespace tern_test;

namespace
{

template <class Packet>
void check_identity(protocol_version version, const Packet& packet)
{
    const std::string whole = encoded(version, packet);
    REQUIRE(!whole.empty());
    const exact_bytes input(whole);
    Packet decoded{};
    REQUIRE(decode(version, next_frame(input.view(), maximum_packet_size).frame, decoded) == none);
    REQUIRE(decoded == packet);
    REQUIRE(encoded(version, decoded) == whole);
}

template <class... Packets>
struct packet_list
{
    static constexpr std::size_t size = sizeof...(Packets);

    /// Decodes as whatever the first byte says; an accepted packet can be encoded again and is the same then.
    static std::size_t try_all(protocol_version version, const frame& in)
    {
        return (try_one<Packets>(version, in) + ...);
    }

    template <class Packet>
    static std::size_t try_one(protocol_version version, const frame& in)
    {
        Packet packet{};
        if (in.type() != Packet::type || decode(version, in, packet) != none)
        {
            return 0;
        }
        const size_result measured = encoded_size(version, packet);
        if (measured.error == none) // an identifier-less session of 3.1.1 is read, but not written
        {
            const std::string again = encoded(version, packet);
            Packet second{};
            REQUIRE(decode(version, next_frame(again, maximum_packet_size).frame, second) == none);
            REQUIRE(second == packet);
        }
        return 1;
    }

    static void check_identities(protocol_version version, random_packets& random)
    {
        (check_identity(version, random.make<Packets>(version)), ...);
    }

    /// One packet of each type, encoded.
    static std::vector<std::string> seeds(protocol_version version, random_packets& random)
    {
        return {encoded(version, random.make<Packets>(version))...};
    }
};

using packets_of_both = packet_list<connect, connack, publish, puback, pubrec, pubrel, pubcomp, subscribe, suback,
                                    unsubscribe, unsuback, pingreq, pingresp, disconnect>;
using packets_of_v5 = packet_list<auth>;

std::size_t try_all(protocol_version version, const frame& in)
{
    return packets_of_both::try_all(version, in) + packets_of_v5::try_all(version, in);
}

constexpr user_property two_names[] = {{"content-kind", "temperature"}, {"unit", "celsius"}};
constexpr subscription filters[] = {{.topic_filter = "a/#"}, {.topic_filter = "b/+", .maximum_qos = qos::exactly_once}};

std::vector<std::string> seeds(protocol_version version)
{
    random_packets random(3);
    std::vector<std::string> result;
    for (int round = 0; round < 3; ++round)
    {
        for (const std::string& seed : packets_of_both::seeds(version, random))
        {
            result.push_back(seed);
        }
        if (version == v5)
        {
            result.push_back(packets_of_v5::seeds(version, random).front());
        }
    }
    return result;
}

} // namespace

TEST_CASE("random packets of every type survive encoding and decoding")
{
    constexpr std::uint32_t seed = 20'241'105;
    random_packets random(seed);
    for (int round = 0; round < 500; ++round)
    {
        CAPTURE(seed, round);
        packets_of_both::check_identities(v5, random);
        packets_of_both::check_identities(v3_1_1, random);
        packets_of_v5::check_identities(v5, random);
    }
}

TEST_CASE("changed packets of every type are decoded or refused, never more")
{
    constexpr std::uint32_t seed = 7;
    std::mt19937 random(seed);
    std::size_t accepted = 0;
    std::size_t refused = 0;
    for (const protocol_version version : {v5, v3_1_1})
    {
        for (const std::string& original : seeds(version))
        {
            REQUIRE(!original.empty());
            const frame whole = next_frame(original, maximum_packet_size).frame;
            for (int round = 0; round < 300; ++round)
            {
                std::string body(whole.body);
                for (std::size_t changes = random() % 3; changes > 0 && !body.empty(); --changes)
                {
                    body[random() % body.size()] = static_cast<char>(random() % 256);
                }
                if (random() % 4 == 0)
                {
                    body.resize(random() % (body.size() + 2), '\1');
                }
                const exact_bytes exact(body);
                const frame in{whole.first_byte, exact.view(), body.size() + 2};
                (try_all(version, in) == 1 ? accepted : refused) += 1;
            }
        }
    }
    CHECK(accepted + refused == std::size_t{3} * 300 * (2 * packets_of_both::size + packets_of_v5::size));
    CHECK(accepted > 1'000);
    CHECK(refused > 1'000);
}

TEST_CASE("measuring, encoding and decoding allocate nothing")
{
    const std::string payload(1'000, 'p');
    const publish packet{.qos = qos::exactly_once,
                         .topic = "K\xC3\xBC"
                                  "che/Temperatur",
                         .packet_identifier = 3,
                         .properties = {.response_topic = "answer", .user_properties = two_names},
                         .payload = payload};
    const subscribe request{.packet_identifier = 4, .subscriptions = filters};
    std::array<char, 2'000> buffer{};
    publish decoded;
    subscribe decoded_request;
    std::size_t names = 0;
    std::size_t items = 0;
    errc worst{};

    const allocation_counter allocations;
    for (int round = 0; round < 100; ++round)
    {
        const size_result measured = encoded_size(v5, packet);
        encode(v5, packet, measured.size, buffer.data());
        worst = std::max(worst, decode(v5, next_frame({buffer.data(), measured.size}, 2'000).frame, decoded));
        for (const user_property name : decoded.properties.user_properties)
        {
            names += name.name.empty() ? 0U : 1U;
        }
        const size_result request_size = encoded_size(v5, request);
        encode(v5, request, request_size.size, buffer.data());
        worst =
            std::max(worst, decode(v5, next_frame({buffer.data(), request_size.size}, 2'000).frame, decoded_request));
        for (const subscription item : decoded_request.subscriptions)
        {
            items += item.topic_filter.empty() ? 0U : 1U;
        }
    }
    const std::size_t count = allocations.count();
    CHECK(count == 0);
    CHECK(worst == none);
    CHECK(names == 200);
    CHECK(items == 200);

    const allocation_counter control; // the counter itself counts
    const auto memory = std::make_unique<int>(1);
    CHECK(control.count() >= 1);
}

TEST_CASE("a frame of another packet is not decoded")
{
    CHECK(decode_error<puback>(v5, bytes("50 02 00 01")) == errc::unexpected_packet);
    CHECK(decode_error<publish>(v3_1_1, bytes("E0 00")) == errc::unexpected_packet);
    // A frame that did not come from framing is judged the same.
    pubrel packet;
    CHECK(decode(v5, frame{0x60, std::string_view("\0\1", 2), 4}, packet) == errc::reserved_flags);
}

TEST_CASE("a byte too many is a length that does not fit")
{
    for (const protocol_version version : {v5, v3_1_1})
    {
        CHECK(decode_error<connack>(version, bytes(version == v5 ? "20 04 00 00 00 00" : "20 03 00 00 00")) ==
              errc::length_mismatch);
        CHECK(decode_error<pingreq>(version, bytes("C0 01 00")) == errc::length_mismatch);
    }
}
