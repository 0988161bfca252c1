// SPDX-License-Identifier: BSL-1.0
//
// What holds for the codecs as a whole: random packets survive, random bytes do no harm, nothing allocates.
#include "tern/wire/codec.hpp"

#include "support/allocation_counter.hpp"
#include "unit/wire/wire_test.hpp"

#include <algorithm>
#include <cstdint>
#include <optional>
#include <random>
#include <string>
#include <vector>

using namespace tern_test;

namespace
{

/// Makes values from a seed; the texts of a packet live until the next is made.
class generator
{
public:
    explicit generator(std::uint32_t seed) : engine_(seed) { texts_.reserve(64); }

    std::uint32_t below(std::uint32_t limit) { return static_cast<std::uint32_t>(engine_()) % limit; }
    bool coin() { return below(2) == 1; }

    std::string_view text()
    {
        static constexpr std::string_view whole[] = {"a", "/", "\xC3\xBC", "\xE2\x82\xAC", "\xF0\x9F\x9A\x80",
                                                     "Z", " "};
        std::string result;
        for (std::uint32_t left = below(20) == 0 ? 200 : below(12); left > 0; --left)
        {
            result += whole[below(7)];
        }
        return keep(result);
    }

    std::string_view topic()
    {
        const std::string_view name = text();
        return name.empty() ? std::string_view("t") : name;
    }

    byte_view binary()
    {
        std::string result(below(40), '\0');
        std::generate(result.begin(), result.end(), [this] { return static_cast<char>(below(256)); });
        return keep(result);
    }

    template <class Make>
    auto maybe(Make make) -> std::optional<decltype(make())>
    {
        return coin() ? std::optional<decltype(make())>(make()) : std::nullopt;
    }

    std::uint16_t positive() { return static_cast<std::uint16_t>(1 + below(65'535)); }

    const std::vector<user_property>& names()
    {
        names_.clear();
        for (std::uint32_t left = below(4); left > 0; --left)
        {
            names_.push_back({text(), text()});
        }
        return names_;
    }

    const std::vector<std::uint32_t>& identifiers()
    {
        identifiers_.clear();
        for (std::uint32_t left = below(3); left > 0; --left)
        {
            identifiers_.push_back(1 + below(coin() ? 200U : 268'435'455U));
        }
        return identifiers_;
    }

    publish message(protocol_version version)
    {
        texts_.clear();
        publish packet{.qos = static_cast<qos>(below(3)), .retain = coin(), .topic = topic(), .payload = binary()};
        if (packet.qos != qos::at_most_once)
        {
            packet.duplicate = coin();
            packet.packet_identifier = positive();
        }
        if (version == v5)
        {
            packet.properties = {.payload_format_indicator =
                                     maybe([&] { return static_cast<payload_format>(below(2)); }),
                                 .message_expiry_interval = maybe([&] { return below(0xFFFFFFFF); }),
                                 .topic_alias = maybe([&] { return positive(); }),
                                 .response_topic = maybe([&] { return topic(); }),
                                 .correlation_data = maybe([&] { return binary(); }),
                                 .user_properties = names(),
                                 .subscription_identifiers = identifiers(),
                                 .content_type = maybe([&] { return text(); })};
        }
        return packet;
    }

    connect connection(protocol_version version)
    {
        texts_.clear();
        connect packet{.clean_start = coin(),
                       .keep_alive = positive(),
                       .client_identifier = topic(),
                       .user_name = text(),
                       .password = maybe([&] { return binary(); })};
        if (coin())
        {
            packet.will =
                will{.topic = topic(), .payload = binary(), .qos = static_cast<qos>(below(3)), .retain = coin()};
        }
        if (version == v5)
        {
            packet.properties.receive_maximum = maybe([&] { return positive(); });
            packet.properties.request_problem_information = maybe([&] { return coin(); });
            packet.properties.user_properties = names();
        }
        return packet;
    }

private:
    std::string_view keep(const std::string& text)
    {
        REQUIRE(texts_.size() < texts_.capacity()); // views of short strings would not survive growing
        return texts_.emplace_back(text);
    }

    std::mt19937 engine_;
    std::vector<std::string> texts_;
    std::vector<user_property> names_;
    std::vector<std::uint32_t> identifiers_;
};

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

/// Decodes as whatever the first byte says; an accepted packet can be encoded again and is the same then.
template <class... Packets>
struct any_packet
{
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
};

using every_packet = any_packet<connect, connack, publish, puback, pubrec, pubrel, pubcomp, subscribe, suback,
                                unsubscribe, unsuback, pingreq, pingresp, disconnect, auth>;

constexpr user_property two_names[] = {{"content-kind", "temperature"}, {"unit", "celsius"}};
constexpr subscription filters[] = {{.topic_filter = "a/#"}, {.topic_filter = "b/+", .maximum_qos = qos::exactly_once}};

std::vector<std::string> seeds(protocol_version version)
{
    const bool current = version == v5;
    publish message{.qos = qos::at_least_once, .topic = "a/b", .packet_identifier = 1, .payload = "payload"};
    suback granted{.packet_identifier = 1};
    const reason_code codes[] = {reason_code::granted_qos_1, reason_code::unspecified_error};
    granted.reason_codes = codes;
    const std::string_view names[] = {"a/#", "b"};
    if (current)
    {
        message.properties.user_properties = two_names;
        message.properties.response_topic = "answer";
    }
    return {encoded(version, message),
            encoded(version, connect{.client_identifier = "id", .will = will{.topic = "w"}, .user_name = "u"}),
            encoded(version, connack{.session_present = true}),
            encoded(version, puback{.packet_identifier = 1}),
            encoded(version, subscribe{.packet_identifier = 1, .subscriptions = filters}),
            encoded(version, granted),
            encoded(version, unsubscribe{.packet_identifier = 1, .topic_filters = names}),
            encoded(version, disconnect{})};
}

} // namespace

TEST_CASE("random packets survive encoding and decoding")
{
    constexpr std::uint32_t seed = 20'241'105;
    generator random(seed);
    for (int round = 0; round < 2'000; ++round)
    {
        CAPTURE(seed, round);
        for (const protocol_version version : {v5, v3_1_1})
        {
            check_identity(version, random.message(version));
            check_identity(version, random.connection(version));
        }
    }
}

TEST_CASE("changed packets are decoded or refused, never more")
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
            for (int round = 0; round < 1'000; ++round)
            {
                std::string body = original.substr(2);
                for (std::size_t changes = random() % 3; changes > 0 && !body.empty(); --changes)
                {
                    body[random() % body.size()] = static_cast<char>(random() % 256);
                }
                if (random() % 4 == 0)
                {
                    body.resize(random() % (body.size() + 2), '\1');
                }
                const exact_bytes exact(body);
                const frame in{static_cast<std::uint8_t>(original[0]), exact.view(), body.size() + 2};
                (every_packet::try_all(version, in) == 1 ? accepted : refused) += 1;
            }
        }
    }
    CHECK(accepted + refused == 16'000);
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
