// SPDX-License-Identifier: BSL-1.0
//
// What stands before a frame's payload: opcode, length, masking key. Written whole, read byte by byte, because a stream
// may be cut anywhere.
//
// Layer: websocket. Standard: RFC 6455 5.2, 5.5; v5 6.0, v3.1.1 6.0 (binary frames only).
// It judges one frame alone and where it stands in its message; what is done with frames is the matter of
// frame_decoder.hpp and endpoint.hpp.
#ifndef TERN_WEBSOCKET_FRAME_HEADER_HPP
#define TERN_WEBSOCKET_FRAME_HEADER_HPP

#include "tern/errc.hpp"
#include "tern/websocket/masking.hpp"

#include <cstddef>
#include <cstdint>

namespace tern::websocket
{

/// Which end of the connection this is. A client masks what it sends, a server does not.
enum class role : std::uint8_t
{
    client,
    server,
};

/// RFC 6455 5.2
enum class opcode : std::uint8_t
{
    continuation = 0x0,
    text = 0x1,
    binary = 0x2,
    close = 0x8,
    ping = 0x9,
    pong = 0xA,
};

[[nodiscard]] constexpr bool is_control(opcode code) noexcept
{
    return static_cast<unsigned>(code) >= 0x8U;
}

/// Two bytes, eight for the longest length, four for the key.
inline constexpr std::size_t maximum_header_size = 14;

/// Of the payload of a control frame. RFC 6455 5.5
inline constexpr std::size_t maximum_control_size = 125;

/// How many bytes the header of a frame is that is sent with so much payload.
[[nodiscard]] constexpr std::size_t header_size(role self, std::uint64_t payload_size) noexcept
{
    const std::size_t length = payload_size <= 125 ? 0 : payload_size <= 0xFFFF ? 2 : 8;
    return 2 + length + (self == role::client ? 4U : 0U);
}

/// Writes the header of a frame that is a whole message, and gives its end. The key is only a client's.
constexpr char* encode_header(role self, opcode code, std::uint64_t payload_size, const masking_key& key,
                              char* out) noexcept
{
    const unsigned masked = self == role::client ? 0x80U : 0U; // RFC 6455 5.1
    const auto put = [&out](std::uint64_t value) { *out++ = static_cast<char>(value & 0xFFU); };
    put(0x80U | static_cast<unsigned>(code));
    unsigned length_bytes = 0;
    if (payload_size <= 125)
    {
        put(masked | payload_size);
    }
    else
    {
        length_bytes = payload_size <= 0xFFFF ? 2 : 8;
        put(masked | (length_bytes == 2 ? 126U : 127U));
    }
    while (length_bytes != 0)
    {
        put(payload_size >> (8 * --length_bytes));
    }
    if (masked != 0)
    {
        for (const unsigned char byte : key)
        {
            put(byte);
        }
    }
    return out;
}

/// Reads headers of received frames, one after the other.
class header_reader
{
public:
    explicit constexpr header_reader(role self) noexcept : self_(self) {}

    /// Takes the next byte of a header. `in_message`: a fragmented message has begun and not ended.
    [[nodiscard]] constexpr errc take(unsigned char byte, bool in_message) noexcept
    {
        switch (stage_)
        {
        case stage::first: return take_first(byte, in_message);
        case stage::second: return take_second(byte);
        case stage::length: return take_length(byte);
        case stage::key:
            key_[key_.size() - left_] = byte;
            --left_;
            stage_ = left_ == 0 ? stage::complete : stage::key;
            return {};
        case stage::complete: break;
        }
        return errc::websocket_protocol_error;
    }

    [[nodiscard]] constexpr bool is_complete() const noexcept { return stage_ == stage::complete; }

    /// Begins with the next frame.
    constexpr void reset() noexcept { *this = header_reader(self_); }

    // Of a complete header:
    [[nodiscard]] constexpr opcode code() const noexcept { return code_; }
    [[nodiscard]] constexpr bool is_final() const noexcept { return final_; }
    [[nodiscard]] constexpr std::uint64_t payload_size() const noexcept { return size_; }
    [[nodiscard]] constexpr const masking_key& key() const noexcept
    {
        return key_;
    } ///< zeros, which mask nothing, if none

private:
    enum class stage : std::uint8_t
    {
        first,
        second,
        length,
        key,
        complete,
    };

    constexpr errc take_first(unsigned char byte, bool in_message) noexcept
    {
        final_ = (byte & 0x80U) != 0;
        code_ = static_cast<opcode>(byte & 0x0FU);
        stage_ = stage::second;
        if ((byte & 0x70U) != 0) // RFC 6455 5.2: no extension gave these bits a meaning
        {
            return errc::websocket_protocol_error;
        }
        switch (code_)
        {
        case opcode::continuation: return in_message ? errc{} : errc::websocket_protocol_error; // RFC 6455 5.4
        case opcode::binary: return in_message ? errc::websocket_protocol_error : errc{};
        // v5 [MQTT-6.0.0-1] v3.1.1 [MQTT-6.0.0-1]
        case opcode::text: return in_message ? errc::websocket_protocol_error : errc::websocket_text_frame;
        case opcode::close:
        case opcode::ping:
        case opcode::pong: return final_ ? errc{} : errc::websocket_protocol_error; // RFC 6455 5.5
        }
        return errc::websocket_protocol_error; // RFC 6455 5.2: reserved
    }

    constexpr errc take_second(unsigned char byte) noexcept
    {
        masked_ = (byte & 0x80U) != 0;
        size_ = byte & 0x7FU;
        if (masked_ != (self_ == role::server)) // RFC 6455 5.1
        {
            return errc::websocket_protocol_error;
        }
        if (size_ > maximum_control_size)
        {
            left_ = size_ == 126 ? 2 : 8;
            size_ = 0;
            minimum_ = left_ == 2 ? 126 : 0x10000;
            stage_ = stage::length;
            return is_control(code_) ? errc::websocket_protocol_error : errc{}; // RFC 6455 5.5
        }
        end_length();
        return {};
    }

    constexpr errc take_length(unsigned char byte) noexcept
    {
        if (left_ == 8 && byte >= 0x80) // RFC 6455 5.2: the highest bit is 0
        {
            return errc::websocket_protocol_error;
        }
        size_ = size_ << 8U | byte;
        if (--left_ == 0)
        {
            end_length();
            return size_ < minimum_ ? errc::websocket_protocol_error : errc{}; // RFC 6455 5.2: no longer than needed
        }
        return {};
    }

    constexpr void end_length() noexcept
    {
        left_ = masked_ ? 4 : 0;
        stage_ = masked_ ? stage::key : stage::complete;
    }

    std::uint64_t size_ = 0;
    std::uint64_t minimum_ = 0;
    masking_key key_{};
    opcode code_ = opcode::continuation;
    role self_;
    stage stage_ = stage::first;
    std::uint8_t left_ = 0; ///< bytes of the stage
    bool final_ = false;
    bool masked_ = false;
};

} // namespace tern::websocket

#endif
