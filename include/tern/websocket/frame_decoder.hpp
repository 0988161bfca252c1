// SPDX-License-Identifier: BSL-1.0
//
// Received bytes, cut anywhere, become the bytes that they carry: headers are taken out, what is masked is unmasked,
// and control frames are handed over whole.
//
// Layer: websocket. Standard: RFC 6455 5.1 to 5.6; v5 6.0, v3.1.1 6.0: MQTT packets and frames are not aligned, so the
// payloads of all data frames are one stream of bytes, v5 [MQTT-6.0.0-2] v3.1.1 [MQTT-6.0.0-2].
// It works in place and holds no message: the only memory it has is for one control frame. What control frames mean is
// the matter of endpoint.hpp.
#ifndef TERN_WEBSOCKET_FRAME_DECODER_HPP
#define TERN_WEBSOCKET_FRAME_DECODER_HPP

#include "tern/errc.hpp"
#include "tern/websocket/frame_header.hpp"
#include "tern/websocket/limits.hpp"
#include "tern/websocket/masking.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string_view>

namespace tern::websocket
{

class frame_decoder
{
public:
    frame_decoder(role self, const websocket_limits& limits) noexcept
        : header_(self), maximum_frame_size_(limits.maximum_frame_size),
          maximum_message_size_(limits.maximum_message_size)
    {
    }

    /// Takes the bytes, puts what they carry to their front, and gives its size. `control(opcode, std::string_view)` is
    /// called for every control frame and gives what is wrong with it; nothing is read behind a close frame, nor after
    /// an error.
    template <class Control>
    [[nodiscard]] std::size_t decode(std::span<char> bytes, Control&& control) noexcept
    {
        const char* in = bytes.data();
        const char* const end = in + bytes.size();
        char* out = bytes.data();
        while (in != end && error_ == errc{} && !closed_)
        {
            if (!header_.is_complete())
            {
                error_ = header_.take(static_cast<unsigned char>(*in++), in_message_);
                if (error_ == errc{} && header_.is_complete())
                {
                    begin_frame();
                    if (error_ == errc{} && header_.payload_size() == 0)
                    {
                        end_frame(control);
                    }
                }
                continue;
            }
            const std::uint64_t left = header_.payload_size() - done_;
            const auto size =
                static_cast<std::size_t>(std::min<std::uint64_t>(left, static_cast<std::size_t>(end - in)));
            char* const to = is_control(header_.code()) ? control_.data() + done_ : out;
            take_payload(in, to, size);
            out += is_control(header_.code()) ? 0 : size;
            in += size;
            if (done_ == header_.payload_size())
            {
                end_frame(control);
            }
        }
        return static_cast<std::size_t>(out - bytes.data());
    }

    /// What the other side did wrong; it stays.
    [[nodiscard]] errc error() const noexcept { return error_; }

private:
    void begin_frame() noexcept
    {
        done_ = 0;
        if (is_control(header_.code()))
        {
            return;
        }
        message_size_ = in_message_ ? message_size_ : 0;
        const std::uint64_t size = header_.payload_size();
        if (size > maximum_frame_size_ || size > maximum_message_size_ - message_size_)
        {
            error_ = errc::websocket_frame_too_large;
            return;
        }
        message_size_ += size;
        in_message_ = true;
    }

    void take_payload(const char* in, char* out, std::size_t size) noexcept
    {
        if (in != out)
        {
            std::memmove(out, in, size);
        }
        if (header_.key() != masking_key{})
        {
            mask(out, out, size, advanced(header_.key(), done_));
        }
        done_ += size;
    }

    template <class Control>
    void end_frame(Control& control) noexcept
    {
        if (is_control(header_.code()))
        {
            error_ = control(header_.code(), std::string_view(control_.data(), static_cast<std::size_t>(done_)));
            closed_ = header_.code() == opcode::close;
        }
        else
        {
            in_message_ = !header_.is_final();
        }
        header_.reset();
    }

    header_reader header_;
    std::uint64_t maximum_frame_size_;
    std::uint64_t maximum_message_size_;
    std::uint64_t done_ = 0;         ///< of the payload of the current frame
    std::uint64_t message_size_ = 0; ///< of the current message, with all of the current frame
    errc error_{};
    bool in_message_ = false; ///< a message has begun and its last frame has not ended
    bool closed_ = false;
    std::array<char, maximum_control_size> control_{};
};

} // namespace tern::websocket

#endif
