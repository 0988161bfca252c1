// SPDX-License-Identifier: BSL-1.0
//
// Reads integers and byte strings from the bytes of one block and never goes beyond its end.
//
// Layer: wire. Standard: v5 1.5, v3.1.1 1.5.
// It knows no packet and judges no value; the field kinds do.
#ifndef TERN_WIRE_READER_HPP
#define TERN_WIRE_READER_HPP

#include "tern/error.hpp"
#include "tern/wire/sender.hpp"

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace tern::wire
{

/// A position in a block of bytes. Every function returns false, and moves nowhere, if the block ends too early.
class reader
{
public:
    constexpr explicit reader(std::string_view block, sender from = sender::any) noexcept
        : at_(block.data()), end_(block.data() + block.size()), from_(from)
    {
    }

    [[nodiscard]] constexpr bool empty() const noexcept { return at_ == end_; }
    [[nodiscard]] constexpr std::size_t size() const noexcept { return static_cast<std::size_t>(end_ - at_); }
    [[nodiscard]] constexpr std::string_view rest() const noexcept { return {at_, size()}; }

    /// Which end sent the packet that is read.
    [[nodiscard]] constexpr sender from() const noexcept { return from_; }

    [[nodiscard]] constexpr bool read(std::uint8_t& value) noexcept
    {
        if (size() < 1)
        {
            return false;
        }
        value = byte(0);
        at_ += 1;
        return true;
    }

    [[nodiscard]] constexpr bool read(std::uint16_t& value) noexcept
    {
        if (size() < 2)
        {
            return false;
        }
        value = static_cast<std::uint16_t>((byte(0) << 8U) | byte(1));
        at_ += 2;
        return true;
    }

    [[nodiscard]] constexpr bool read(std::uint32_t& value) noexcept
    {
        if (size() < 4)
        {
            return false;
        }
        value = (std::uint32_t{byte(0)} << 24U) | (std::uint32_t{byte(1)} << 16U) | (std::uint32_t{byte(2)} << 8U) |
                byte(3);
        at_ += 4;
        return true;
    }

    [[nodiscard]] constexpr bool read(std::size_t length, std::string_view& value) noexcept
    {
        if (size() < length)
        {
            return false;
        }
        value = {at_, length};
        at_ += length;
        return true;
    }

    /// A variable byte integer. v5 1.5.5
    /// \return `errc{}`, `length_mismatch` if the block ends inside it, or `malformed_variable_byte_integer`.
    [[nodiscard]] constexpr errc read_variable(std::uint32_t& value) noexcept
    {
        if (at_ != end_ && byte(0) < 0x80) [[likely]] // nearly all are this short
        {
            value = byte(0);
            at_ += 1;
            return errc{};
        }
        const long_variable result = read_long_variable(at_, end_);
        at_ = result.end;
        value = result.value;
        return result.error;
    }

private:
    [[nodiscard]] constexpr std::uint8_t byte(std::size_t index) const noexcept
    {
        return static_cast<std::uint8_t>(at_[index]);
    }

    struct long_variable
    {
        errc error;
        std::uint32_t value;
        const char* end;
    };

    // Knows nothing of the reader, which can so be kept in registers.
    [[nodiscard]] static constexpr long_variable read_long_variable(const char* at, const char* end) noexcept
    {
        std::uint32_t sum = 0;
        for (unsigned i = 0; i < 4; ++i, ++at)
        {
            if (at == end)
            {
                return {errc::length_mismatch, 0, at};
            }
            const auto part = static_cast<std::uint8_t>(*at);
            sum |= (part & 0x7FU) << (7 * i);
            if (part < 0x80)
            {
                // v5 [MQTT-1.5.5-1]
                const bool minimal = part != 0 || i == 0;
                return {minimal ? errc{} : errc::malformed_variable_byte_integer, sum, at + 1};
            }
        }
        return {errc::malformed_variable_byte_integer, 0, at};
    }

    const char* at_;
    const char* end_;
    sender from_;
};

} // namespace tern::wire

#endif
