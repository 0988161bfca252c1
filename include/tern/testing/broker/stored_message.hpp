// SPDX-License-Identifier: BSL-1.0
//
// A message that the testing broker keeps: for a session's queue, as a retained message, as a will. Shared by
// everything that keeps it, so that a message for a thousand sessions is stored once.
//
// Layer: testing. Standard: v5 3.3.2.3.3 (Message Expiry Interval), 4.1 (what a session holds).
#ifndef TERN_TESTING_BROKER_STORED_MESSAGE_HPP
#define TERN_TESTING_BROKER_STORED_MESSAGE_HPP

#include "tern/testing/broker/configuration.hpp"
#include "tern/wire/packets.hpp"

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

namespace tern::testing::broker_detail
{

/// Owns a copy of everything that a PUBLISH refers to; the packet identifier, the alias and the subscription
/// identifiers are left behind, because they belong to the connection it came by.
class stored_message
{
public:
    /// \param publisher the serial number of the publishing session, 0 if none: for "no local".
    stored_message(const wire::publish& message, time_point received, std::uint64_t publisher)
        : content_(message), received_(received), publisher_(publisher)
    {
        publish_properties& properties = content_.properties;
        size_ = message.topic.size() + message.payload.size() + length(properties.content_type) +
                length(properties.response_topic) +
                (properties.correlation_data ? properties.correlation_data->size() : 0);
        for (const user_property& property : properties.user_properties)
        {
            size_ += property.name.size() + property.value.size();
        }
        block_ = std::make_unique<char[]>(size_ + 1);
        char* next = block_.get();
        const auto keep = [&next](std::string_view text) {
            char* const begin = next;
            next = std::copy(text.begin(), text.end(), next);
            return std::string_view(begin, text.size());
        };
        content_.topic = keep(message.topic);
        content_.payload = keep(message.payload.text());
        if (properties.content_type)
        {
            properties.content_type = keep(*properties.content_type);
        }
        if (properties.response_topic)
        {
            properties.response_topic = keep(*properties.response_topic);
        }
        if (properties.correlation_data)
        {
            properties.correlation_data = byte_view(keep(properties.correlation_data->text()));
        }
        for (const user_property& property : message.properties.user_properties)
        {
            const std::string_view name = keep(property.name);
            user_properties_.push_back({name, keep(property.value)});
        }
        properties.user_properties = user_properties_;
        properties.subscription_identifiers = {};
        properties.topic_alias.reset();
        content_.packet_identifier = 0;
        content_.duplicate = false;
    }

    stored_message(const stored_message&) = delete;
    stored_message& operator=(const stored_message&) = delete;

    [[nodiscard]] const wire::publish& content() const noexcept { return content_; }
    [[nodiscard]] std::uint64_t publisher() const noexcept { return publisher_; }

    /// Bytes that it counts for against a bound.
    [[nodiscard]] std::size_t cost() const noexcept
    {
        return sizeof(*this) + size_ + user_properties_.size() * sizeof(user_property);
    }

    /// v5 [MQTT-3.3.2-5]: what has expired must not be delivered to who has not begun to get it.
    [[nodiscard]] bool expired(time_point now) const noexcept
    {
        const auto interval = content_.properties.message_expiry_interval;
        return interval && now - received_ >= std::chrono::seconds(*interval);
    }

    /// v5 [MQTT-3.3.2-6]: the interval minus the time that the message has waited; at least 1 while it is not expired.
    [[nodiscard]] std::optional<std::uint32_t> remaining_expiry(time_point now) const noexcept
    {
        const auto interval = content_.properties.message_expiry_interval;
        if (!interval)
        {
            return {};
        }
        const auto waited = std::chrono::duration_cast<std::chrono::seconds>(now - received_).count();
        const auto left = static_cast<std::int64_t>(*interval) - static_cast<std::int64_t>(waited);
        return static_cast<std::uint32_t>(std::clamp<std::int64_t>(left, 1, *interval > 0 ? *interval : 1));
    }

private:
    static std::size_t length(const std::optional<std::string_view>& text) noexcept { return text ? text->size() : 0; }

    wire::publish content_;
    std::unique_ptr<char[]> block_;
    std::vector<user_property> user_properties_;
    std::size_t size_ = 0;
    time_point received_;
    std::uint64_t publisher_;
};

using stored_message_pointer = std::shared_ptr<const stored_message>;

} // namespace tern::testing::broker_detail

#endif
