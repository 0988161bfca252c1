// SPDX-License-Identifier: BSL-1.0
//
// Looks over a receiving client's shoulder and counts what the server does wrong with QoS 2, so that a test can tell it
// from what the client does wrong.
#ifndef TERN_TESTS_SYSTEM_FAULTS_SERVER_WATCH_HPP
#define TERN_TESTS_SYSTEM_FAULTS_SERVER_WATCH_HPP

#include "tern/observer.hpp"
#include "tern/protocol_version.hpp"

#include <cstddef>
#include <functional>
#include <string_view>
#include <vector>

namespace tern::test
{

/// Counts what the server does to QoS 2 that no client can make good again.
/// It sends a message again after its PUBREL, so that it is a new one to the client: v5 [MQTT-4.3.3-6].
/// Mosquitto 2.0.11 does it when two connections are lost in quick succession: the first reconnect turns "PUBCOMP is
/// awaited" into "PUBREL is to be sent again"; the second, before that was sent, turns it into "PUBLISH is to be sent".
/// So does aedes 1.2. Or it gives a message the identifier of one that is not over, so that it is the same to the
/// client: v3.1.1 [MQTT-2.3.1-2]. aedes 1.2 does it, because every connection begins to count at random.
class server_watch final : public observer
{
public:
    void packet_sent(protocol_version, std::string_view) noexcept override {}
    void state_changed(connection_state) noexcept override {}

    void packet_received(protocol_version, std::string_view packet) noexcept override
    {
        const auto byte = [&](std::size_t at) { return static_cast<unsigned>(static_cast<unsigned char>(packet[at])); };
        std::size_t at = 1;
        while (byte(at++) >= 0x80) // the rest of the remaining length
        {
        }
        const unsigned first = byte(0);
        if ((first & 0xF6U) == 0x34U) // PUBLISH of QoS 2
        {
            at += 2 + (byte(at) << 8U) + byte(at + 1);
            const unsigned identifier = (byte(at) << 8U) + byte(at + 1);
            message& known = messages_[identifier];
            const std::size_t content = std::hash<std::string_view>()(packet.substr(at + 2)); // with the properties
            sent_again_ += known.is == message::released && known.content == content ? 1U : 0U;
            confused_ += known.is == message::under_way && known.content != content ? 1U : 0U;
            known.content = content;
            known.is = message::under_way;
        }
        else if (first == 0x62U) // PUBREL
        {
            messages_[(byte(at) << 8U) + byte(at + 1)].is = message::released;
        }
    }

    /// Messages that are repeated for that reason.
    [[nodiscard]] std::size_t sent_again() const noexcept { return sent_again_; }
    /// Messages that are lost for that reason.
    [[nodiscard]] std::size_t confused() const noexcept { return confused_; }

private:
    struct message
    {
        enum
        {
            unknown,
            under_way,
            released
        } is = unknown;
        std::size_t content = 0;
    };

    std::vector<message> messages_ = std::vector<message>(65'536);
    std::size_t sent_again_ = 0;
    std::size_t confused_ = 0;
};

} // namespace tern::test

#endif
