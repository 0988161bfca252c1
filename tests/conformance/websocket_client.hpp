// SPDX-License-Identifier: BSL-1.0
//
// A real client over a WebSocket whose server is the test: the server sees the request and the frames, and sends bytes.
// For the statements about WebSocket, which are the same in both versions.
//
// The client itself is in websocket_client.cpp, so that a test which uses this compiles fast.
#ifndef TERN_TESTS_CONFORMANCE_WEBSOCKET_CLIENT_HPP
#define TERN_TESTS_CONFORMANCE_WEBSOCKET_CLIENT_HPP

#include "tern/options.hpp"
#include "unit/websocket/frames.hpp"

#include <memory>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

namespace tern_test
{

/// A subprotocol that the server selects; empty for none.
inline constexpr std::string_view mqtt_selected = "mqtt";

/// One connection of a client that listens to "#".
class websocket_client
{
public:
    /// Begins to connect, in that version, to ws://server/mqtt.
    explicit websocket_client(tern::protocol_choice version);
    ~websocket_client();

    /// The client's request.
    [[nodiscard]] const std::string& request() const;

    /// The server accepts the request and selects a subprotocol.
    void accept(std::string_view subprotocol);

    /// The server accepts all and lets the client connect; false if that fails.
    [[nodiscard]] bool start();

    /// The server sends.
    void send(std::string_view bytes);

    /// The frames that the client has sent.
    [[nodiscard]] std::vector<read_frame> frames() const;

    /// The MQTT packets in them, one behind the other, in hexadecimal text.
    [[nodiscard]] std::string packets() const;

    /// The application publishes with QoS 0.
    void publish(std::string_view topic, std::string_view payload);

    /// "topic=payload" of what the application received.
    [[nodiscard]] const std::vector<std::string>& received() const;

    /// How connecting has ended; errc::timed_out as long as it has not.
    [[nodiscard]] std::error_code connected() const;

    /// Why the connection was lost; none as long as it lasts.
    [[nodiscard]] std::error_code lost() const;

private:
    struct parts;
    std::unique_ptr<parts> parts_;
};

/// The bytes of a PUBLISH with QoS 0 in that version.
[[nodiscard]] std::string publish_bytes(tern::protocol_choice version, std::string_view topic,
                                        std::string_view payload);

} // namespace tern_test

#endif
