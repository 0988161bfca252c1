// SPDX-License-Identifier: BSL-1.0
//
// Steps that several system tests take: connecting, publishing, numbers that are sent and have to arrive in order.
#ifndef TERN_TESTS_SYSTEM_STEPS_HPP
#define TERN_TESTS_SYSTEM_STEPS_HPP

#include "mosquitto.hpp"
#include "scenario.hpp"

#include <charconv>
#include <functional>

namespace tern::test
{

inline constexpr std::string_view umlauts = "Küche/Kühlschrank/Temperatur";

inline asio::awaitable<void> connect(client& target, const mosquitto& broker, protocol_choice version)
{
    connect_options options;
    options.protocol = version;
    const std::string url = broker.url();
    const tern::connect_result result = co_await target.async_connect(url, options);
    REQUIRE(result.reason == tern::reason_code::success);
    REQUIRE((result.version == tern::protocol_version::v3_1_1) == (version == protocol_choice::v3_1_1));
}

inline asio::awaitable<void> publish(client& from, std::string_view topic, tern::byte_view payload, qos level,
                              bool retain = false)
{
    publish_options options;
    options.qos = level;
    options.retain = retain;
    const tern::publish_result result = co_await from.async_publish(topic, payload, options);
    REQUIRE_FALSE(tern::is_failure(result.reason));
}

inline std::string every_byte(std::size_t size)
{
    std::string bytes(size, '\0');
    for (std::size_t i = 0; i < size; ++i)
    {
        bytes[i] = static_cast<char>(static_cast<unsigned char>(i % 256));
    }
    return bytes;
}

inline asio::awaitable<tern::connect_result> connect(client& target, const mosquitto& broker, const connect_options& options)
{
    const std::string url = broker.url();
    co_return co_await target.async_connect(url, options);
}

/// The numbers that arrive, as a handler.
class number_log
{
public:
    tern::message_handler_registration listen(client& receiver, std::string_view filter)
    {
        return receiver.on_message(filter, [this](const tern::message_view& message) {
            std::size_t number = 0;
            const std::string_view text = message.payload_text();
            const auto parsed = std::from_chars(text.data(), text.data() + text.size(), number);
            numbers_.push_back(parsed.ec == std::errc() ? number : static_cast<std::size_t>(-1));
            if (on_number)
            {
                on_number();
            }
        });
    }

    [[nodiscard]] std::size_t size() const noexcept { return numbers_.size(); }

    /// Whether they are 0, 1, 2 and so on up to `count`, each once.
    [[nodiscard]] bool exactly(std::size_t count) const noexcept
    {
        for (std::size_t i = 0; i < numbers_.size(); ++i)
        {
            if (numbers_[i] != i)
            {
                return false;
            }
        }
        return numbers_.size() == count;
    }

    [[nodiscard]] std::string text() const
    {
        std::string all;
        for (const std::size_t number : numbers_)
        {
            all += std::to_string(number) + ' ';
        }
        return all;
    }

    std::function<void()> on_number; ///< called after each

private:
    std::vector<std::size_t> numbers_;
};

/// Publishes numbers with QoS 2 and counts how it went.
class number_source
{
public:
    explicit number_source(client& sender) : sender_(&sender) {}

    void publish(std::size_t count)
    {
        publish_options options;
        options.qos = qos::exactly_once;
        for (std::size_t i = 0; i < count; ++i)
        {
            sender_->async_publish("numbers", std::to_string(started++), options,
                                   [this](std::error_code error, const tern::publish_result&) {
                                       ++completed;
                                       if (error)
                                       {
                                           ++failed;
                                           last_error = error;
                                       }
                                   });
        }
    }

    std::size_t started = 0;
    std::size_t completed = 0;
    std::size_t failed = 0;
    std::error_code last_error;

private:
    client* sender_;
};

inline connect_options persistent(std::string_view client_id, protocol_choice version)
{
    connect_options options;
    options.client_id = client_id;
    options.protocol = version;
    options.session_expiry = 600s;
    // There is no session yet, but Mosquitto 2.0 saves none that was begun with Clean Start 1.
    options.clean_start = false;
    return options;
}

} // namespace tern::test

#endif
