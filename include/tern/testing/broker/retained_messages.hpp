// SPDX-License-Identifier: BSL-1.0
//
// The retained messages of the testing broker: the last one of each topic.
//
// Layer: testing. Standard: v5 3.3.1.3, 3.8.3.1; v3.1.1 3.3.1.3.
// Who may set one, and to whom they are sent, is decided elsewhere: publishing.hpp, subscribing.hpp.
#ifndef TERN_TESTING_BROKER_RETAINED_MESSAGES_HPP
#define TERN_TESTING_BROKER_RETAINED_MESSAGES_HPP

#include "tern/testing/broker/configuration.hpp"
#include "tern/testing/broker/stored_message.hpp"
#include "tern/topic/topic_store.hpp"

#include <cstddef>
#include <string_view>
#include <vector>

namespace tern::testing::broker_detail
{

class retained_messages
{
public:
    explicit retained_messages(const broker_limits& limits, const topic_tree_options& options)
        : store_(options), maximum_messages_(limits.maximum_retained_messages),
          maximum_bytes_(limits.maximum_retained_bytes)
    {
    }

    /// Keeps `message` as the last one of its topic; an empty payload removes what is there. False if there is no room.
    bool set(const stored_message_pointer& message, time_point now)
    {
        const std::string_view topic = message->content().topic;
        erase(topic); // v5 [MQTT-3.3.1-5] [MQTT-3.3.1-6] v3.1.1 [MQTT-3.3.1-5] [MQTT-3.3.1-10]
        if (message->content().payload.empty())
        {
            return true; // v5 [MQTT-3.3.1-7] v3.1.1 [MQTT-3.3.1-11]: an empty one is not kept itself
        }
        if (!has_room(*message))
        {
            erase_expired(now);
        }
        if (!has_room(*message) || store_.insert(topic, message).value == nullptr)
        {
            return false;
        }
        bytes_ += message->cost();
        return true;
    }

    /// Collects the messages whose topics match `filter` and that have not expired.
    void find(std::string_view filter, time_point now, std::vector<stored_message_pointer>& result) const
    {
        store_.for_each_match(filter, [&](const stored_message_pointer& message) {
            if (!message->expired(now))
            {
                result.push_back(message);
            }
        });
    }

    /// The message of exactly this topic, or null.
    [[nodiscard]] const stored_message* find(std::string_view topic, time_point now) const
    {
        const stored_message_pointer* const found = store_.find(topic);
        return found == nullptr || (*found)->expired(now) ? nullptr : found->get();
    }

    [[nodiscard]] std::size_t size() const noexcept { return store_.size(); }
    [[nodiscard]] std::size_t bytes() const noexcept { return bytes_; }

    void clear() noexcept
    {
        store_.clear();
        bytes_ = 0;
    }

private:
    [[nodiscard]] bool has_room(const stored_message& message) const noexcept
    {
        return store_.size() < maximum_messages_ && message.cost() <= maximum_bytes_ - bytes_;
    }

    void erase(std::string_view topic)
    {
        const stored_message_pointer* const found = store_.find(topic);
        if (found != nullptr)
        {
            bytes_ -= (*found)->cost();
            store_.erase(topic);
        }
    }

    void erase_expired(time_point now)
    {
        store_.erase_if([&](const stored_message_pointer& message) {
            if (!message->expired(now))
            {
                return false;
            }
            bytes_ -= message->cost();
            return true;
        });
    }

    topic_store<stored_message_pointer> store_;
    std::size_t maximum_messages_;
    std::size_t maximum_bytes_;
    std::size_t bytes_ = 0;
};

} // namespace tern::testing::broker_detail

#endif
