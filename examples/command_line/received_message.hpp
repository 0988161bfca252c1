// SPDX-License-Identifier: BSL-1.0
//
// A message with what the output formats say about its arrival.
#ifndef TERN_EXAMPLES_COMMAND_LINE_RECEIVED_MESSAGE_HPP
#define TERN_EXAMPLES_COMMAND_LINE_RECEIVED_MESSAGE_HPP

#include <tern/message.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <ctime>
#include <optional>
#include <string>

namespace command_line
{

/// A moment in the local time zone.
class arrival_time
{
public:
    explicit arrival_time(std::chrono::system_clock::time_point moment)
    {
        const auto since_epoch = std::chrono::duration_cast<std::chrono::nanoseconds>(moment.time_since_epoch());
        seconds_ = static_cast<std::time_t>(since_epoch.count() / 1'000'000'000);
        nanoseconds_ = static_cast<std::uint32_t>(since_epoch.count() % 1'000'000'000);
        ::localtime_r(&seconds_, &local_);
    }

    [[nodiscard]] std::time_t seconds() const noexcept { return seconds_; }
    [[nodiscard]] std::uint32_t nanoseconds() const noexcept { return nanoseconds_; }

    /// What strftime makes of it.
    [[nodiscard]] std::string text(const char* format) const
    {
        char buffer[256];
        const std::size_t size = std::strftime(buffer, sizeof buffer, format, &local_);
        return {buffer, size};
    }

private:
    std::time_t seconds_ = 0;
    std::uint32_t nanoseconds_ = 0;
    std::tm local_{};
};

/// `number` in decimal with leading zeros.
inline std::string zero_padded(std::uint32_t number, std::size_t width)
{
    const std::string digits = std::to_string(number);
    return digits.size() < width ? std::string(width - digits.size(), '0') + digits : digits;
}

struct received_message
{
    const tern::message_view& message;
    const arrival_time& time;
    std::uint16_t packet_identifier = 0; ///< 0 at QoS 0
    /// What %S prints instead of the identifier that the library chose, when the user asked for one.
    std::optional<std::uint32_t> subscription_identifier{};

    /// The identifier of the first subscription that the message is for.
    [[nodiscard]] std::optional<std::uint32_t> identified_subscription() const
    {
        const tern::subscription_identifiers& identifiers = message.properties.subscription_identifiers;
        if (identifiers.empty())
        {
            return std::nullopt;
        }
        return subscription_identifier ? subscription_identifier : *identifiers.begin();
    }
};

} // namespace command_line

#endif
