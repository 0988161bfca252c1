// SPDX-License-Identifier: BSL-1.0
//
// What the tests of the WebSocket stream share: a stream at one end of a link in memory, and at the other end a script
// that sends any bytes and keeps what it hears. Nothing takes time: run() goes on until nothing is left to do.
#ifndef TERN_TESTS_UNIT_WEBSOCKET_STAGE_HPP
#define TERN_TESTS_UNIT_WEBSOCKET_STAGE_HPP

#include "tern/testing/memory_link.hpp"
#include "tern/websocket/client_handshake.hpp"
#include "tern/websocket/handshake_key.hpp"
#include "tern/websocket/random.hpp"
#include "tern/websocket/stream.hpp"
#include "unit/websocket/frames.hpp"

#include <asio/buffer.hpp>
#include <asio/io_context.hpp>
#include <asio/socket_base.hpp>

#include <array>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

namespace tern_test
{

using memory_websocket = tern::websocket_stream<tern::testing::memory_stream>;

/// How an operation ended, if it did, and how often.
struct ending
{
    std::error_code error{};
    std::size_t size = 0;
    int calls = 0;

    auto handler()
    {
        return [this](std::error_code failure, std::size_t bytes = 0) {
            error = failure;
            size = bytes;
            ++calls;
        };
    }

    [[nodiscard]] bool is_success() const { return calls == 1 && !error; }
    [[nodiscard]] bool is(std::error_code expected) const { return calls == 1 && error == expected; }
};

/// The key of a client whose random numbers count.
inline std::string counted_key()
{
    tern::websocket::random_numbers random(&counting_random);
    (void)random.seed();
    return tern::websocket::make_key(random);
}

/// The answer that such a client accepts.
inline std::string accepting_answer()
{
    return "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: " +
           tern::websocket::accept_value(counted_key()) + "\r\nSec-WebSocket-Protocol: mqtt\r\n\r\n";
}

/// A request that a server accepts.
inline std::string acceptable_request()
{
    std::string text;
    tern::websocket_request request;
    request.host = "host";
    request.path = "/mqtt";
    (void)tern::websocket::compose_request(request, counted_key(), 1'000, text);
    return text;
}

class stage
{
public:
    /// \param forth what happens to what the stream sends
    /// \param back what happens to what it receives
    explicit stage(const tern::websocket_limits& limits = {}, const tern::testing::link_faults& forth = {},
                   const tern::testing::link_faults& back = {})
        : link(forth, back), peer(context.get_executor())
    {
        stream.emplace(limits, &counting_random, context.get_executor());
        link.join(stream->next_layer(), peer);
    }

    /// Runs until nothing is left to do.
    void run()
    {
        context.restart();
        context.poll();
    }

    /// The script sends; what does not fit into the link follows by itself.
    void send(std::string_view bytes)
    {
        const bool idle = outgoing_.empty();
        outgoing_.append(bytes);
        if (idle && !outgoing_.empty())
        {
            write();
        }
    }

    /// The script sends the end of the stream, behind everything.
    void send_end()
    {
        run();
        std::error_code ignored;
        peer.shutdown(asio::socket_base::shutdown_send, ignored);
    }

    /// The script begins to hear.
    void listen() { listen_on(); }

    /// Shakes hands. The script hears from then on, unless it is to be deaf.
    void open(role self, std::string_view behind = {}, bool deaf = false)
    {
        ending opened;
        if (self == role::client)
        {
            tern::websocket_request request;
            request.host = "host";
            stream->async_handshake(request, opened.handler());
            send(accepting_answer().append(behind));
        }
        else
        {
            stream->async_accept(opened.handler());
            send(acceptable_request().append(behind));
        }
        if (!deaf)
        {
            listen();
        }
        run();
        is_open = opened.is_success();
        if (!deaf)
        {
            heard.clear();
        }
    }

    /// Reads once.
    ending& read(std::size_t size = 4'096)
    {
        reading = {};
        buffer.assign(size, '\0');
        stream->async_read_some(asio::buffer(buffer), reading.handler());
        return reading;
    }

    /// Reads until there is an end or nothing more comes; the payload.
    std::string read_all(std::size_t size = 4'096)
    {
        std::string payload;
        for (;;)
        {
            read(size);
            run();
            if (!reading.is_success())
            {
                return payload;
            }
            payload.append(buffer, 0, reading.size);
        }
    }

    /// The frames that the script has heard.
    [[nodiscard]] std::vector<read_frame> frames() const { return read_frames(heard); }

    asio::io_context context{};
    tern::testing::memory_link link;
    tern::testing::memory_stream peer;
    std::optional<memory_websocket> stream{};
    bool is_open = false;
    bool heard_end = false;
    std::string heard{};
    std::string buffer{};
    ending reading{};

private:
    void write()
    {
        peer.async_write_some(asio::buffer(outgoing_), [this](std::error_code error, std::size_t size) {
            outgoing_.erase(0, error ? outgoing_.size() : size);
            if (!outgoing_.empty())
            {
                write();
            }
        });
    }

    void listen_on()
    {
        peer.async_read_some(asio::buffer(incoming_), [this](std::error_code error, std::size_t size) {
            heard.append(incoming_.data(), size);
            heard_end = static_cast<bool>(error);
            if (!error)
            {
                listen_on();
            }
        });
    }

    std::string outgoing_{};
    std::array<char, 4'096> incoming_{};
};

/// An open client whose link takes only so many bytes until the script listens.
struct narrow_stage : stage
{
    explicit narrow_stage(std::size_t room)
    {
        open(role::client, {}, true);
        link.forth().maximum_write = 1;
        link.forth().capacity = acceptable_request().size() - std::string_view("mqtt").size() + room; // unread so far
    }

    void hear()
    {
        listen();
        run();
        heard.erase(0, heard.find("\r\n\r\n") + 4);
    }

    void write(std::string_view text) { stream->async_write_some(asio::buffer(text), writing.handler()); }

    ending writing{};
};

} // namespace tern_test

#endif
