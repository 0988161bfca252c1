// SPDX-License-Identifier: BSL-1.0
#include "tern/websocket/frame_decoder.hpp"

#include "support/catch.hpp"
#include "unit/websocket/frames.hpp"

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

using namespace tern;
using namespace tern::websocket;
using namespace tern_test;

namespace
{

constexpr errc none{};

/// What a decoder made of bytes that came in pieces.
struct outcome
{
    std::string payload{};
    std::vector<std::string> control{}; ///< opcode and payload
    errc error{};

    bool operator==(const outcome&) const = default;
};

role other(role self)
{
    return self == role::client ? role::server : role::client;
}

/// The decoder of `self` gets the bytes in pieces that begin at the `cuts`.
outcome decode(role self, std::string_view bytes, const std::vector<std::size_t>& cuts,
               const websocket_limits& limits = {})
{
    outcome result;
    frame_decoder decoder(self, limits);
    std::size_t begin = 0;
    for (std::size_t i = 0; i <= cuts.size(); ++i)
    {
        const std::size_t end = i == cuts.size() ? bytes.size() : cuts[i];
        std::vector<char> piece(bytes.begin() + static_cast<std::ptrdiff_t>(begin),
                                bytes.begin() + static_cast<std::ptrdiff_t>(end)); // of exactly this size
        const std::size_t size = decoder.decode(piece, [&](opcode code, std::string_view payload) {
            result.control.push_back(static_cast<char>(code) + std::string(payload));
            return none;
        });
        REQUIRE(size <= piece.size());
        result.payload.append(piece.data(), size);
        begin = end;
    }
    result.error = decoder.error();
    return result;
}

/// The same whole, cut at every byte, and byte by byte.
outcome decode_every_way(role self, const std::string& bytes, const websocket_limits& limits = {})
{
    const outcome whole = decode(self, bytes, {}, limits);
    std::vector<std::size_t> all;
    for (std::size_t cut = 0; cut < bytes.size(); ++cut)
    {
        if (bytes.size() < 500 || cut < 20 || cut + 20 > bytes.size() || cut % 1'009 == 0)
        {
            REQUIRE(decode(self, bytes, {cut}, limits) == whole);
        }
        all.push_back(cut);
    }
    REQUIRE(decode(self, bytes, all, limits) == whole);
    return whole;
}

} // namespace

TEST_CASE("the payload of a frame of every kind of length comes out at every cut")
{
    for (const role self : {role::client, role::server})
    {
        for (const std::size_t size : {0U, 1U, 8U, 125U, 126U, 127U, 128U, 65'535U, 65'536U})
        {
            CAPTURE(size);
            std::string payload(size, 'x');
            std::generate(payload.begin(), payload.end(), [i = 0]() mutable { return static_cast<char>(i++ * 31); });
            const outcome found = decode_every_way(self, frame(other(self), first_binary, payload));
            CHECK(found.payload == payload);
            CHECK(found.error == none);
            CHECK(found.control.empty());
        }
    }
}

// v5 [MQTT-6.0.0-2] v3.1.1 [MQTT-6.0.0-2]
TEST_CASE("messages and fragments with control frames between them are one stream of bytes")
{
    for (const role self : {role::client, role::server})
    {
        const role sender = other(self);
        const std::string bytes = frame(sender, first_binary, "one ") +                //
                                  frame(sender, first_binary & ~not_final, "two") +    // begins a message
                                  frame(sender, first_ping, "ping") +                  //
                                  frame(sender, first_continuation & ~not_final, "") + //
                                  frame(sender, first_pong, "") +                      //
                                  frame(sender, first_continuation & ~not_final, " three ") +
                                  frame(sender, first_continuation, "four") +        // ends it
                                  frame(sender, first_ping, std::string(125, 'p')) + //
                                  frame(sender, first_binary, "") +                  //
                                  frame(sender, first_binary & ~not_final, "") +     //
                                  frame(sender, first_continuation, " five");
        const outcome found = decode_every_way(self, bytes);
        CHECK(found.error == none);
        CHECK(found.payload == "one two three four five");
        CHECK(found.control == std::vector<std::string>{"\x9ping", "\xA", '\x9' + std::string(125, 'p')});
    }
}

TEST_CASE("tiny frames of a byte or none are a stream as well")
{
    const std::string text = "an MQTT packet in frames of a byte each";
    std::string bytes;
    for (const char c : text)
    {
        bytes += frame(role::server, first_binary, {&c, 1}) + frame(role::server, first_binary, "");
    }
    CHECK(decode_every_way(role::client, bytes).payload == text);
}

TEST_CASE("nothing is read behind a close frame")
{
    const std::string bytes = frame(role::server, first_binary, "data") +
                              frame(role::server, first_close, closing(1000)) +
                              frame(role::server, first_binary, "more") + '\xFF';
    const outcome found = decode_every_way(role::client, bytes);
    CHECK(found.payload == "data");
    CHECK(found.control == std::vector<std::string>{'\x8' + closing(1000)});
    CHECK(found.error == none);
}

TEST_CASE("frames that break the rules end the stream behind what was good")
{
    const auto from_server = [](unsigned first, std::string_view payload, unsigned length_bytes = 0) {
        return frame(role::server, first, payload, length_bytes);
    };
    struct
    {
        std::string_view what;
        std::string bytes;
        errc error;
    } const rows[] = {
        // RFC 6455 5.2
        {"the first reserved bit", from_server(0xC2, "x"), errc::websocket_protocol_error},
        {"the second reserved bit", from_server(0xA2, "x"), errc::websocket_protocol_error},
        {"the third reserved bit", from_server(0x92, "x"), errc::websocket_protocol_error},
        {"a reserved bit of a control frame", from_server(0xC9, ""), errc::websocket_protocol_error},
        {"reserved opcode 3", from_server(0x83, "x"), errc::websocket_protocol_error},
        {"reserved opcode 7", from_server(0x87, ""), errc::websocket_protocol_error},
        {"reserved opcode 11", from_server(0x8B, "x"), errc::websocket_protocol_error},
        {"reserved opcode 15", from_server(0x8F, ""), errc::websocket_protocol_error},
        {"a length longer than needed", from_server(first_binary, "x", 3), errc::websocket_protocol_error},
        {"a length much longer than needed", from_server(first_binary, "x", 9), errc::websocket_protocol_error},
        // RFC 6455 5.1
        {"a server that masks", frame(role::client, first_binary, "x"), errc::websocket_protocol_error},
        // RFC 6455 5.4
        {"a continuation of nothing", from_server(first_continuation, "x"), errc::websocket_protocol_error},
        {"a continuation after the end", from_server(first_continuation & ~not_final, "x"),
         errc::websocket_protocol_error},
        {"a message within a message", from_server(first_binary & ~not_final, "") + from_server(first_binary, ""),
         errc::websocket_protocol_error},
        {"a text within a message", from_server(first_binary & ~not_final, "") + from_server(first_text, "x"),
         errc::websocket_protocol_error},
        // RFC 6455 5.5
        {"a ping in fragments", from_server(first_ping & ~not_final, "x"), errc::websocket_protocol_error},
        {"a close in fragments", from_server(first_close & ~not_final, ""), errc::websocket_protocol_error},
        {"a ping that is too long", from_server(first_ping, std::string(126, 'x')), errc::websocket_protocol_error},
        {"a close that is too long", from_server(first_close, closing(1000, std::string(124, 'x'))),
         errc::websocket_protocol_error},
        // v5 [MQTT-6.0.0-1] v3.1.1 [MQTT-6.0.0-1]
        {"a text frame", from_server(first_text, "x"), errc::websocket_text_frame},
        {"a text frame in fragments", from_server(first_text & ~not_final, "x"), errc::websocket_text_frame},
        {"an empty text frame", from_server(first_text, ""), errc::websocket_text_frame},
    };
    for (const auto& row : rows)
    {
        CAPTURE(row.what);
        const std::string good = from_server(first_binary, "good") + from_server(first_ping, "p");
        const outcome found = decode_every_way(role::client, good + row.bytes + from_server(first_binary, "more"));
        CHECK(found.error == row.error);
        CHECK(found.payload == "good");
        CHECK(found.control == std::vector<std::string>{"\x9p"});
    }
    const outcome unmasked = decode_every_way(role::server, frame(role::server, first_binary, "x")); // RFC 6455 5.1
    CHECK(unmasked.error == errc::websocket_protocol_error);
}

TEST_CASE("frames and messages have limits")
{
    websocket_limits limits;
    limits.maximum_frame_size = 200;
    limits.maximum_message_size = 300;
    const auto binary = [](unsigned first, std::size_t size) {
        return frame(role::server, first, std::string(size, 'x'));
    };
    CHECK(decode_every_way(role::client, binary(first_binary, 200), limits).error == none);
    const outcome large = decode_every_way(role::client, binary(first_binary, 201), limits);
    CHECK(large.error == errc::websocket_frame_too_large);
    CHECK(large.payload.empty()); // refused at its header

    const std::string two = binary(first_binary & ~not_final, 150) + binary(first_continuation & ~not_final, 150);
    CHECK(decode_every_way(role::client, two + binary(first_continuation, 0), limits).error == none);
    const outcome message = decode_every_way(role::client, two + binary(first_continuation, 1), limits);
    CHECK(message.error == errc::websocket_frame_too_large);
    CHECK(message.payload.size() == 300);
    const std::string third = two + binary(first_continuation, 0) + binary(first_binary, 200); // counts from 0 again
    CHECK(decode_every_way(role::client, third, limits).error == none);

    const std::string_view huge("\x82\x7F\x7F\xFF\xFF\xFF\xFF\xFF\xFF\xFF", 10);
    CHECK(decode_every_way(role::client, std::string(huge)).error == errc::websocket_frame_too_large);
    websocket_limits boundless;
    boundless.maximum_frame_size = boundless.maximum_message_size;
    CHECK(decode_every_way(role::client, std::string(huge), boundless).error == none);
}

TEST_CASE("what is wrong with a control frame ends the stream")
{
    frame_decoder decoder(role::client, {});
    std::string bytes = frame(role::server, first_binary, "a") + frame(role::server, first_close, "x") +
                        frame(role::server, first_binary, "b");
    const auto refuse = [](opcode, std::string_view) { return errc::websocket_invalid_text; };
    CHECK(decoder.decode(bytes, refuse) == 1);
    CHECK(decoder.error() == errc::websocket_invalid_text);
    std::string more = frame(role::server, first_binary, "c");
    CHECK(decoder.decode(more, refuse) == 0);
}
