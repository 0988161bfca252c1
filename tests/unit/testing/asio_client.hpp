// SPDX-License-Identifier: BSL-1.0
//
// A client made of packets over any transport, blocking: every call runs the context until it is done, or fails the
// test.

#ifndef TERN_TESTS_UNIT_TESTING_ASIO_CLIENT_HPP
#define TERN_TESTS_UNIT_TESTING_ASIO_CLIENT_HPP

#include "unit/testing/wire_client.hpp"

#include <asio/buffer.hpp>
#include <asio/io_context.hpp>

#include <array>
#include <cstddef>
#include <string>
#include <string_view>
#include <system_error>

namespace broker_test
{

template <class Stream>
class asio_client
{
public:
    asio_client(asio::io_context& context, Stream& stream) : context_(&context), stream_(&stream) {}

    template <class Packet>
    void send(const Packet& packet)
    {
        const std::string bytes = bytes_of(packet);
        std::size_t written = 0;
        while (written < bytes.size())
        {
            bool done = false;
            stream_->async_write_some(asio::const_buffer(bytes.data() + written, bytes.size() - written),
                                      [&](std::error_code error, std::size_t size) {
                                          REQUIRE_FALSE(error);
                                          written += size;
                                          done = true;
                                      });
            run_until(done);
        }
    }

    /// The next packet, which has to be of this type. Its views hold until the next one.
    template <class Packet>
    Packet expect()
    {
        wire::frame_result framed;
        while ((framed = wire::next_frame(input_, wire::maximum_packet_size)).status == wire::frame_status::incomplete)
        {
            const std::error_code error = read();
            INFO(error.message());
            REQUIRE_FALSE(error);
        }
        REQUIRE(framed.frame.type() == Packet::type);
        kept_ = input_.substr(0, framed.frame.size);
        input_.erase(0, framed.frame.size);
        Packet packet;
        REQUIRE(wire::decode(protocol_version::v5, wire::next_frame(kept_, wire::maximum_packet_size).frame, packet) ==
                errc{});
        return packet;
    }

    /// Reads until the stream ends, and gives the error that says how.
    std::error_code end()
    {
        std::error_code error;
        while (!error)
        {
            error = read();
        }
        return error;
    }

private:
    std::error_code read()
    {
        bool done = false;
        std::error_code result;
        stream_->async_read_some(asio::buffer(room_), [&](std::error_code error, std::size_t size) {
            result = error;
            input_.append(room_.data(), size);
            done = true;
        });
        run_until(done);
        return result;
    }

    void run_until(const bool& done)
    {
        const auto limit = std::chrono::steady_clock::now() + 10s;
        while (!done)
        {
            context_->restart();
            context_->run_one_for(100ms);
            REQUIRE(std::chrono::steady_clock::now() < limit);
        }
    }

    asio::io_context* context_;
    Stream* stream_;
    std::array<char, 4096> room_{};
    std::string input_;
    std::string kept_;
};

} // namespace broker_test

#endif
