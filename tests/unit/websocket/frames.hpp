// SPDX-License-Identifier: BSL-1.0
//
// What the tests of the WebSocket share: frames of any kind, also forbidden ones, as the other side would send them,
// and sent frames taken apart. Written from the standard again, so that a mistake is not made twice the same.
#ifndef TERN_TESTS_UNIT_WEBSOCKET_FRAMES_HPP
#define TERN_TESTS_UNIT_WEBSOCKET_FRAMES_HPP

#include "tern/websocket/frame_header.hpp"

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace tern_test
{

using tern::websocket::role;

inline constexpr unsigned first_continuation = 0x80;
inline constexpr unsigned first_text = 0x81;
inline constexpr unsigned first_binary = 0x82;
inline constexpr unsigned first_close = 0x88;
inline constexpr unsigned first_ping = 0x89;
inline constexpr unsigned first_pong = 0x8A;
inline constexpr unsigned not_final = 0x80; ///< to be taken away from one of those

/// A frame as `sender` sends it. `length_bytes` forces a longer length than needed.
inline std::string frame(role sender, unsigned first_byte, std::string_view payload, unsigned length_bytes = 0)
{
    if (length_bytes == 0)
    {
        length_bytes = payload.size() < 126 ? 1 : payload.size() < 65'536 ? 3 : 9;
    }
    const unsigned masked = sender == role::client ? 0x80U : 0U;
    std::string out(1, static_cast<char>(first_byte));
    out += static_cast<char>(
        masked | (length_bytes == 1 ? static_cast<unsigned>(payload.size()) : (length_bytes == 3 ? 126U : 127U)));
    for (unsigned i = length_bytes - 1; i != 0; --i)
    {
        out += static_cast<char>(std::uint64_t{payload.size()} >> (8 * (i - 1)) & 0xFFU);
    }
    const std::string_view key = "\x37\xFA\x21\x3D";
    out += masked != 0 ? key : std::string_view();
    for (std::size_t i = 0; i < payload.size(); ++i)
    {
        out += masked != 0 ? static_cast<char>(payload[i] ^ key[i % 4]) : payload[i];
    }
    return out;
}

/// The payload of a close frame.
inline std::string closing(unsigned code, std::string_view reason = {})
{
    return std::string{static_cast<char>(code >> 8U), static_cast<char>(code & 0xFFU)}.append(reason);
}

/// A frame taken apart.
struct read_frame
{
    unsigned first_byte = 0;
    bool masked = false;
    std::string key{};
    std::string payload{}; ///< unmasked

    friend bool operator==(const read_frame& frame, const std::string& other)
    {
        return static_cast<char>(frame.first_byte) + frame.payload == other;
    }
};

/// All frames in the bytes; a rest that is no whole frame becomes one with the first byte 0.
inline std::vector<read_frame> read_frames(std::string_view bytes)
{
    std::vector<read_frame> frames;
    const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(bytes[i]); };
    while (!bytes.empty())
    {
        read_frame found;
        std::size_t at = 2;
        std::uint64_t size = bytes.size() < 2 ? 0 : byte(1) & 0x7FU;
        const std::size_t more = size == 126 ? 2 : size == 127 ? 8 : 0;
        found.masked = bytes.size() >= 2 && (byte(1) & 0x80U) != 0;
        const std::size_t header = 2 + more + (found.masked ? 4U : 0U);
        if (bytes.size() >= header)
        {
            size = more == 0 ? size : 0;
            for (; at < 2 + more; ++at)
            {
                size = size << 8U | byte(at);
            }
        }
        if (bytes.size() < header || bytes.size() - header < size)
        {
            frames.emplace_back();
            return frames;
        }
        found.first_byte = byte(0);
        found.key = found.masked ? bytes.substr(at, 4) : std::string_view();
        for (std::size_t i = 0; i < size; ++i)
        {
            const char c = bytes[header + i];
            found.payload += found.masked ? static_cast<char>(c ^ found.key[i % 4]) : c;
        }
        frames.push_back(found);
        bytes.remove_prefix(header + size);
    }
    return frames;
}

/// 1, 2, 3 and so on, so that a test can foretell every masking key.
inline void counting_random(std::span<std::uint32_t> numbers)
{
    std::uint32_t next = 0x01020304;
    for (std::uint32_t& number : numbers)
    {
        number = next;
        next += 0x01010101;
    }
}

} // namespace tern_test

#endif
