// SPDX-License-Identifier: BSL-1.0

#include "conformance/websocket_client.hpp"

#include "support/memory_client.hpp"
#include "support/websocket_transport.hpp"
#include "tern/client/basic_client.hpp"
#include "tern/websocket/handshake_key.hpp"
#include "unit/session/script.hpp"

#include <asio/buffer.hpp>
#include <asio/io_context.hpp>

#include <array>
#include <chrono>
#include <optional>
#include <variant>

namespace tern_test
{

struct websocket_client::parts final : tern::testing::memory_listener
{
    explicit parts(tern::protocol_choice chosen) : version(chosen), stream(context.get_executor())
    {
        tern::client_limits limits = quick_limits();
        limits.reconnect.enabled = false;
        (void)tern::testing::memory_network::of(context.get_executor()).bind("server", *this);
        client.emplace(context, limits);
        client->on_event([this](const tern::client_event& event) {
            if (const auto* gone = std::get_if<tern::disconnected_event>(&event); gone != nullptr)
            {
                lost = gone->error;
            }
        });
        client->on_unmatched([this](const tern::message_view& message) {
            received.push_back(std::string(message.topic) + '=' + std::string(message.payload.text()));
        });
        tern::connect_options options;
        options.client_id = "c";
        options.protocol = version;
        options.session_expiry = std::chrono::seconds(0); // or 3.1.1 would begin with another, short connection
        client->async_connect("ws://server/mqtt", options,
                              [this](std::error_code error, const tern::connect_result&) { connected = error; });
        settle(context);
    }

    ~parts() override
    {
        client.reset();
        stream.close();
        settle(context); // its handlers use what is here
    }

    std::error_code accept(tern::testing::memory_stream& other) override
    {
        link.join(other, stream);
        read();
        return {};
    }

    void read()
    {
        stream.async_read_some(asio::buffer(buffer), [this](std::error_code error, std::size_t size) {
            input.append(buffer.data(), size);
            if (!error)
            {
                read();
            }
        });
    }

    void write()
    {
        stream.async_write_some(asio::buffer(output), [this](std::error_code error, std::size_t size) {
            output.erase(0, error ? output.size() : size);
            if (!output.empty())
            {
                write();
            }
        });
    }

    tern::protocol_choice version;
    asio::io_context context{1};
    tern::testing::memory_link link;
    tern::testing::memory_stream stream;
    std::array<char, 4096> buffer{};
    std::string request;
    std::string input;
    std::string output;
    std::vector<std::string> received;
    std::error_code connected = make_error_code(tern::errc::timed_out);
    std::error_code lost;
    std::optional<tern::basic_client<websocket_transport>> client;
};

websocket_client::websocket_client(tern::protocol_choice version) : parts_(std::make_unique<parts>(version))
{
    parts_->request = std::move(parts_->input);
    parts_->input.clear();
}

websocket_client::~websocket_client() = default;

const std::string& websocket_client::request() const
{
    return parts_->request;
}

void websocket_client::accept(std::string_view subprotocol)
{
    const std::string_view name = "Sec-WebSocket-Key: ";
    const std::size_t begin = request().find(name) + name.size();
    const std::string key = request().substr(begin, request().find("\r\n", begin) - begin);
    std::string answer = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                         "Sec-WebSocket-Accept: ";
    answer += tern::websocket::accept_value(key);
    if (!subprotocol.empty())
    {
        answer += "\r\nSec-WebSocket-Protocol: ";
        answer += subprotocol;
    }
    send(answer + "\r\n\r\n");
}

bool websocket_client::start()
{
    accept(mqtt_selected);
    const bool is_v5 = parts_->version == tern::protocol_choice::v5;
    send(frame(role::server, first_binary, from_hex(is_v5 ? "20 03 00 00 00" : "20 02 00 00")));
    return !connected();
}

void websocket_client::send(std::string_view bytes)
{
    const bool idle = parts_->output.empty();
    parts_->output.append(bytes);
    if (idle)
    {
        parts_->write();
    }
    settle(parts_->context);
}

std::vector<read_frame> websocket_client::frames() const
{
    return read_frames(parts_->input);
}

std::string websocket_client::packets() const
{
    std::string bytes;
    for (const read_frame& each : frames())
    {
        bytes += each.first_byte == first_binary ? each.payload : std::string();
    }
    return to_hex(bytes);
}

void websocket_client::publish(std::string_view topic, std::string_view payload)
{
    parts_->client->async_publish(topic, payload, {}, [](std::error_code, const tern::publish_result&) {});
    settle(parts_->context);
}

const std::vector<std::string>& websocket_client::received() const
{
    return parts_->received;
}

std::error_code websocket_client::connected() const
{
    return parts_->connected;
}

std::error_code websocket_client::lost() const
{
    return parts_->lost;
}

std::string publish_bytes(tern::protocol_choice version, std::string_view topic, std::string_view payload)
{
    std::string body{'\0', static_cast<char>(topic.size())};
    body += topic;
    body.append(version == tern::protocol_choice::v5 ? 1U : 0U, '\0'); // no properties
    body += payload;
    return std::string{'\x30', static_cast<char>(body.size())} + body;
}

} // namespace tern_test
