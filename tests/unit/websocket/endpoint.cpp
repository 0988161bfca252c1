// SPDX-License-Identifier: BSL-1.0
//
// Conversations in the spirit of the Autobahn tests: what the other side sends, cut at every byte, and what is
// delivered and answered. Single frames that break the rules are in frame_decoder.cpp.
#include "tern/websocket/endpoint.hpp"

#include "support/catch.hpp"
#include "unit/websocket/frames.hpp"

#include <array>
#include <cstddef>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <vector>

using namespace tern;
using namespace tern::websocket;
using namespace tern_test;

namespace
{

constexpr errc none{};

role other(role self)
{
    return self == role::client ? role::server : role::client;
}

/// An endpoint whose answers are sent at once.
class conversation
{
public:
    explicit conversation(role self) : end(self, {}), self_(self) { REQUIRE(random_.seed()); }

    void receive(std::string_view bytes)
    {
        std::vector<char> piece(bytes.begin(), bytes.end());
        const std::size_t size = end.receive(piece);
        delivered.append(piece.data(), size);
        send_answers();
    }

    void send_answers()
    {
        if (!end.has_answer())
        {
            return;
        }
        std::array<char, endpoint::maximum_answer_size> out{};
        char* const stop = end.write_answers(out.data(), random_);
        REQUIRE(stop > out.data());
        REQUIRE(static_cast<std::size_t>(stop - out.data()) <= out.size());
        CHECK_FALSE(end.has_answer());
        for (const read_frame& each : read_frames({out.data(), stop}))
        {
            CHECK(each.masked == (self_ == role::client)); // RFC 6455 5.1
            answers.push_back(static_cast<char>(each.first_byte) + each.payload);
        }
    }

    endpoint end;
    std::string delivered{};
    std::vector<std::string> answers{}; ///< first byte and payload

private:
    role self_;
    random_numbers random_{&counting_random};
};

// Frames as their first byte and their payload.
std::string with_first(unsigned first, std::string_view payload)
{
    return static_cast<char>(first) + std::string(payload);
}

std::string data(std::string_view payload)
{
    return with_first(first_binary, payload);
}

std::string begin(std::string_view payload)
{
    return with_first(first_binary & ~not_final, payload);
}

std::string middle(std::string_view payload)
{
    return with_first(first_continuation & ~not_final, payload);
}

std::string last(std::string_view payload)
{
    return with_first(first_continuation, payload);
}

std::string ping(std::string_view payload)
{
    return with_first(first_ping, payload);
}

std::string pong(std::string_view payload)
{
    return with_first(first_pong, payload);
}

std::string close_frame(unsigned code, std::string_view reason = {})
{
    return with_first(first_close, closing(code, reason));
}

/// What the other side sends, and what has to come of it.
struct play
{
    std::string_view what;
    std::vector<std::string> frames; ///< first byte and payload
    std::string delivered{};
    std::vector<std::string> answers{}; ///< when each comes before the next frame
    errc error{};
    bool closed = false;
};

std::string sent(role sender, const std::vector<std::string>& frames)
{
    std::string bytes;
    for (const std::string& each : frames)
    {
        bytes += frame(sender, static_cast<unsigned char>(each[0]), std::string_view(each).substr(1));
    }
    return bytes;
}

const std::string_view any_bytes("\x00\xFF\xFE\xFD", 4);
const std::string empty_close = with_first(first_close, "");
constexpr errc broken = errc::websocket_protocol_error;

const std::vector<play> fixed_plays = {
    {"a ping without payload", {ping("")}, "", {pong("")}},
    {"a ping with text", {ping("hello")}, "", {pong("hello")}},
    {"a ping with any bytes", {ping(any_bytes)}, "", {pong(any_bytes)}},
    {"the longest ping", {ping(std::string(125, 'p'))}, "", {pong(std::string(125, 'p'))}},
    {"several pings", {ping("0"), ping("1"), ping("2")}, "", {pong("0"), pong("1"), pong("2")}},
    {"a pong that nobody asked for", {pong(""), pong("text")}, "", {}},
    {"a ping between fragments", {begin("one"), ping("p"), last("two")}, "onetwo", {pong("p")}},
    {"pings around fragments",
     {ping("a"), begin("1"), ping("b"), middle("2"), ping("c"), last("3"), ping("d")},
     "123",
     {pong("a"), pong("b"), pong("c"), pong("d")}},
    {"data behind a close", {data("1"), close_frame(1000), data("2"), ping("p")}, "1", {close_frame(1000)}, none, true},
    {"a close between fragments", {begin("1"), close_frame(1000), last("2")}, "1", {close_frame(1000)}, none, true},
    {"a ping before a close", {ping("p"), close_frame(1001)}, "", {pong("p"), close_frame(1001)}, none, true},
    {"two closes", {close_frame(1000), close_frame(1001)}, "", {close_frame(1000)}, none, true},
    {"a close without code", {empty_close}, "", {empty_close}, none, true},
    {"a close of one byte", {with_first(first_close, "x")}, "", {close_frame(1002)}, broken, true},
    {"the longest reason", {close_frame(1000, std::string(123, 'r'))}, "", {close_frame(1000)}, none, true},
    {"a reason that is not UTF-8",
     {close_frame(1000, "\xCE\xBA\xED\xA0\x80")},
     "",
     {close_frame(1007)},
     errc::websocket_invalid_text,
     true},
    {"a text",
     {data("good"), with_first(first_text, "text"), data("more")},
     "good",
     {close_frame(1003)},
     errc::websocket_text_frame},
    {"a violation behind a ping",
     {ping("p"), with_first(0x83, ""), ping("q")},
     "",
     {pong("p"), close_frame(1002)},
     broken},
};

/// With every kind of close code.
std::vector<play> plays()
{
    std::vector<play> rows = fixed_plays;
    for (const unsigned code :
         {1000U, 1001U, 1002U, 1003U, 1007U, 1008U, 1009U, 1010U, 1011U, 1014U, 3000U, 3999U, 4000U, 4999U})
    {
        rows.push_back({"a good close code", {close_frame(code)}, "", {close_frame(code)}, none, true});
    }
    for (const unsigned code : {0U, 999U, 1004U, 1005U, 1006U, 1015U, 1016U, 1100U, 2000U, 2999U, 5000U, 65'535U})
    {
        rows.push_back({"a bad close code", {close_frame(code)}, "", {close_frame(1002)}, broken, true});
    }
    return rows;
}

void check(const conversation& talk, const play& row)
{
    CHECK(talk.delivered == row.delivered);
    CHECK(talk.end.error() == row.error);
    CHECK(talk.end.is_closed_by_peer() == row.closed);
    CHECK(talk.end.is_close_sent() == (row.closed || row.error != none));
}

} // namespace

TEST_CASE("conversations byte by byte")
{
    for (const play& row : plays())
    {
        for (const role self : {role::client, role::server})
        {
            CAPTURE(row.what, static_cast<unsigned char>(row.frames[0][0]));
            conversation talk(self);
            for (const char c : sent(other(self), row.frames))
            {
                talk.receive({&c, 1});
            }
            check(talk, row);
            CHECK(talk.answers == row.answers);
        }
    }
}

TEST_CASE("conversations cut at every byte")
{
    for (const play& row : plays())
    {
        for (const role self : {role::client, role::server})
        {
            CAPTURE(row.what);
            const std::string bytes = sent(other(self), row.frames);
            for (std::size_t cut = 0; cut <= bytes.size(); ++cut)
            {
                conversation talk(self);
                talk.receive(std::string_view(bytes).substr(0, cut));
                talk.receive(std::string_view(bytes).substr(cut));
                check(talk, row);
                // Of the pings that come together the last is answered. RFC 6455 5.5.3
                REQUIRE(talk.answers.size() <= row.answers.size());
                REQUIRE(talk.answers.empty() == row.answers.empty());
                if (!row.answers.empty())
                {
                    REQUIRE(talk.answers.back() == row.answers.back());
                }
            }
        }
    }
}

TEST_CASE("of many pings at once only the last is answered")
{
    conversation talk(role::client);
    std::string bytes;
    for (int i = 0; i < 1'000; ++i)
    {
        bytes += frame(role::server, first_ping, std::to_string(i));
    }
    talk.receive(bytes);
    CHECK(talk.answers == std::vector<std::string>{pong("999")});
}

TEST_CASE("what the other side closed with is kept")
{
    conversation talk(role::client);
    CHECK(talk.end.close_code() == websocket_close_code::abnormal);
    talk.receive(frame(role::server, first_close, closing(1008, "not today")));
    CHECK(talk.end.close_code() == websocket_close_code::policy_violation);
    CHECK(talk.end.close_reason() == "not today");

    conversation silent(role::client);
    silent.receive(frame(role::server, first_close, ""));
    CHECK(silent.end.close_code() == websocket_close_code::none);
    CHECK(silent.end.close_reason().empty());
}

TEST_CASE("who closes first reads on until the answer and sends nothing more")
{
    for (const role self : {role::client, role::server})
    {
        conversation talk(self);
        talk.end.close(websocket_close_code::normal);
        CHECK(talk.end.has_answer());
        CHECK_FALSE(talk.end.is_close_sent());
        talk.send_answers();
        CHECK(talk.end.is_close_sent());
        talk.end.close(websocket_close_code::going_away);
        CHECK_FALSE(talk.end.has_answer());
        talk.receive(frame(other(self), first_binary, "late") + frame(other(self), first_ping, "p"));
        CHECK(talk.delivered == "late");
        CHECK_FALSE(talk.end.is_closed_by_peer());
        talk.receive(frame(other(self), first_close, closing(1000)));
        CHECK(talk.end.is_closed_by_peer());
        CHECK(talk.answers == std::vector<std::string>{close_frame(1000)}); // RFC 6455 5.5.1: nothing behind it
    }
}

TEST_CASE("a frame for every write")
{
    for (const role self : {role::client, role::server})
    {
        endpoint end(self, {});
        random_numbers random(&counting_random);
        REQUIRE(random.seed());
        for (const std::size_t size : {1U, 125U, 126U, 65'535U, 65'536U})
        {
            CAPTURE(size);
            const std::string payload(size, 'x');
            const std::unique_ptr<char[]> out(new char[end.frame_size(size)]);
            char* const stop = end.write_data(payload, out.get(), random);
            REQUIRE(stop == out.get() + end.frame_size(size));
            const std::vector<read_frame> frames = read_frames({out.get(), stop});
            REQUIRE(frames.size() == 1);
            CHECK(frames[0].first_byte == 0x82); // v5 [MQTT-6.0.0-1] v3.1.1 [MQTT-6.0.0-1]
            CHECK(frames[0].masked == (self == role::client));
            CHECK(frames[0].payload == payload);
        }
    }
}

TEST_CASE("every frame of a client has another masking key")
{
    // RFC 6455 5.3
    endpoint end(role::client, {});
    random_numbers random(&counting_random);
    random_numbers same(&counting_random);
    REQUIRE((random.seed() && same.seed()));
    std::set<std::string> keys;
    for (int i = 0; i < 100; ++i)
    {
        std::array<char, 16> out{};
        (void)end.write_data("x", out.data(), random);
        const masking_key expected = same.take(); // each is the next one of the generator
        const std::string key(out.data() + 2, 4);
        CHECK(key == std::string(expected.begin(), expected.end()));
        CHECK(keys.insert(key).second);
    }
}
