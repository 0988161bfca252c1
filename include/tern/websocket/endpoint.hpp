// SPDX-License-Identifier: BSL-1.0
//
// One end of a WebSocket after its opening handshake, without I/O: received bytes go in and their payload comes out,
// payload goes in and frames come out; pings are answered and the closing handshake is kept.
//
// Layer: websocket. Standard: RFC 6455 5.5 (control frames), 7.1 (closing); v5 6.0, v3.1.1 6.0.
// Answers are bounded: of several pings only the last is answered, as RFC 6455 5.5.3 allows, so that there is never
// more to send than one pong and one close frame. It sends no ping of its own: MQTT has PINGREQ.
#ifndef TERN_WEBSOCKET_ENDPOINT_HPP
#define TERN_WEBSOCKET_ENDPOINT_HPP

#include "tern/errc.hpp"
#include "tern/websocket/close_code.hpp"
#include "tern/websocket/frame_decoder.hpp"
#include "tern/websocket/frame_header.hpp"
#include "tern/websocket/limits.hpp"
#include "tern/websocket/masking.hpp"
#include "tern/websocket/random.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace tern::websocket
{

class endpoint
{
public:
    /// A pong and a close frame, both as long as they can be.
    static constexpr std::size_t maximum_answer_size = 2 * (2 + 4 + maximum_control_size);

    endpoint(role self, const websocket_limits& limits) noexcept : decoder_(self, limits), self_(self) {}

    /// Takes received bytes, puts the payload of the data among them to their front, and gives its size. Then error(),
    /// is_closed_by_peer() and has_answer() say what else has come.
    [[nodiscard]] std::size_t receive(std::span<char> bytes) noexcept
    {
        const std::size_t size = decoder_.decode(
            bytes, [this](opcode code, std::string_view payload) { return take_control(code, payload); });
        if (decoder_.error() != errc{})
        {
            close(close_code_for(decoder_.error())); // RFC 6455 7.1.7
        }
        return size;
    }

    /// What the other side did wrong. Nothing is read any more then; the close frame that says so is an answer.
    [[nodiscard]] errc error() const noexcept { return decoder_.error(); }

    /// A close frame has come: nothing follows it.
    [[nodiscard]] bool is_closed_by_peer() const noexcept { return closed_by_peer_; }

    /// The code of the close frame that came; `abnormal` if none did.
    [[nodiscard]] websocket_close_code close_code() const noexcept { return received_code_; }

    /// Its reason: text of the other side's.
    [[nodiscard]] std::string_view close_reason() const noexcept { return {reason_.data(), reason_size_}; }

    /// A pong or a close frame is due.
    [[nodiscard]] bool has_answer() const noexcept { return !close_sent_ && (pong_due_ || close_due_); }

    /// Nothing may be sent any more, since a close frame was. RFC 6455 5.5.1
    [[nodiscard]] bool is_close_sent() const noexcept { return close_sent_; }

    /// Makes a close frame due; a second one never is.
    void close(websocket_close_code code) noexcept
    {
        if (!close_due_)
        {
            close_due_ = true;
            sent_code_ = code;
        }
    }

    /// Writes what is due, at most maximum_answer_size bytes, and gives its end.
    [[nodiscard]] char* write_answers(char* out, random_numbers& random) noexcept
    {
        if (pong_due_ && !close_sent_)
        {
            out = write_frame(opcode::pong, {pong_.data(), pong_size_}, out, random);
            pong_due_ = false;
        }
        if (close_due_ && !close_sent_)
        {
            const auto number = static_cast<unsigned>(sent_code_);
            const std::array<char, 2> code{static_cast<char>(number >> 8U), static_cast<char>(number & 0xFFU)};
            const bool has_code = may_be_sent(sent_code_);
            out = write_frame(opcode::close, {code.data(), has_code ? code.size() : 0}, out, random);
            close_sent_ = true;
        }
        return out;
    }

    /// How many bytes a frame with so much payload has.
    [[nodiscard]] std::size_t frame_size(std::size_t payload_size) const noexcept
    {
        return header_size(self_, payload_size) + payload_size;
    }

    /// Writes one binary frame, which is a whole message, and gives its end. v5 [MQTT-6.0.0-1] v3.1.1 [MQTT-6.0.0-1]
    [[nodiscard]] char* write_data(std::string_view payload, char* out, random_numbers& random) const noexcept
    {
        return write_frame(opcode::binary, payload, out, random);
    }

private:
    errc take_control(opcode code, std::string_view payload) noexcept
    {
        if (code == opcode::ping) // RFC 6455 5.5.2, 5.5.3
        {
            std::copy(payload.begin(), payload.end(), pong_.begin());
            pong_size_ = payload.size();
            pong_due_ = true;
        }
        else if (code == opcode::close)
        {
            const close_payload found = parse_close(payload);
            closed_by_peer_ = true;
            received_code_ = found.code;
            std::copy(found.reason.begin(), found.reason.end(), reason_.begin());
            reason_size_ = found.reason.size();
            if (found.error != errc{})
            {
                return found.error;
            }
            close(found.code); // RFC 6455 5.5.1: the answer repeats the code
        }
        return {}; // RFC 6455 5.5.3: a pong that nobody asked for is heard and forgotten
    }

    char* write_frame(opcode code, std::string_view payload, char* out, random_numbers& random) const noexcept
    {
        const bool masked = self_ == role::client;
        const masking_key key = masked ? random.take() : masking_key{};
        out = encode_header(self_, code, payload.size(), key, out);
        if (masked)
        {
            mask(payload.data(), out, payload.size(), key);
        }
        else
        {
            std::copy(payload.begin(), payload.end(), out);
        }
        return out + payload.size();
    }

    frame_decoder decoder_;
    role self_;
    bool pong_due_ = false;
    bool close_due_ = false;
    bool close_sent_ = false;
    bool closed_by_peer_ = false;
    websocket_close_code sent_code_ = websocket_close_code::normal;
    websocket_close_code received_code_ = websocket_close_code::abnormal;
    std::size_t pong_size_ = 0;
    std::size_t reason_size_ = 0;
    std::array<char, maximum_control_size> pong_{};
    std::array<char, maximum_control_size> reason_{};
};

} // namespace tern::websocket

#endif
