// SPDX-License-Identifier: BSL-1.0
//
// A server in memory that does with each connection what the test says, byte by byte: for what the testing broker is
// too well behaved to do.
#ifndef TERN_TESTS_SUPPORT_MEMORY_SERVER_HPP
#define TERN_TESTS_SUPPORT_MEMORY_SERVER_HPP

#include "tern/testing/memory_link.hpp"
#include "tern/testing/memory_network.hpp"

#include <asio/buffer.hpp>
#include <asio/error.hpp>
#include <asio/io_context.hpp>
#include <asio/steady_timer.hpp>

#include <array>
#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

namespace tern_test
{

/// CONNACK with success, of 5.0 and of 3.1.1.
inline const std::string connack_v5("\x20\x03\x00\x00\x00", 5);
inline const std::string connack_v3_1_1("\x20\x02\x00\x00", 4);

/// Where the next packet ends in bytes that may hold less than one; packets of the tests are short.
[[nodiscard]] inline bool has_packet(const std::string& bytes)
{
    return bytes.size() >= 2 && bytes.size() >= 2U + static_cast<unsigned char>(bytes[1]);
}

/// The type of the packet that `bytes` begin with, as in its fixed header: 1 is CONNECT.
[[nodiscard]] inline int packet_type(const std::string& bytes)
{
    return static_cast<unsigned char>(bytes.at(0)) >> 4U;
}

class memory_server final : private tern::testing::memory_listener
{
public:
    /// One connection. It reads on its own, and calls the script whenever something has come.
    struct visitor : std::enable_shared_from_this<visitor>
    {
        visitor(asio::io_context& context, std::size_t number_of_it)
            : stream(context.get_executor()), timer(context), number(number_of_it)
        {
        }

        void send(std::string bytes)
        {
            auto kept = std::make_shared<std::string>(std::move(bytes));
            stream.async_write_some(asio::buffer(*kept), [kept](std::error_code, std::size_t) {});
        }

        void close() { stream.close(); }

        tern::testing::memory_stream stream;
        asio::steady_timer timer;
        std::size_t number;                ///< 0 for the first connection
        std::string received;              ///< the script takes from it what it has seen
        std::size_t total = 0;             ///< bytes that came
        bool ended = false;                ///< the client has ended its side
        bool reads = true;                 ///< false: stops reading
        std::chrono::milliseconds rest{0}; ///< between two reads

    private:
        friend class memory_server;

        void read(const std::shared_ptr<std::function<void(visitor&)>>& script)
        {
            stream.async_read_some(asio::buffer(buffer_),
                                   [self = shared_from_this(), script](std::error_code error, std::size_t size) {
                                       if (error)
                                       {
                                           self->ended = error == asio::error::eof;
                                           return;
                                       }
                                       self->received.append(self->buffer_.data(), size);
                                       self->total += size;
                                       (*script)(*self);
                                       self->go_on(script);
                                   });
        }

        void go_on(const std::shared_ptr<std::function<void(visitor&)>>& script)
        {
            if (!reads || !stream.is_open())
            {
                return;
            }
            if (rest.count() == 0)
            {
                read(script);
                return;
            }
            timer.expires_after(rest);
            timer.async_wait([self = shared_from_this(), script](std::error_code) { self->read(script); });
        }

        std::array<char, 4096> buffer_{};
    };

    memory_server(asio::io_context& context, std::string name, std::function<void(visitor&)> script)
        : context_(context), name_(std::move(name)),
          script_(std::make_shared<std::function<void(visitor&)>>(std::move(script)))
    {
        (void)tern::testing::memory_network::of(context_.get_executor()).bind(name_, *this);
    }

    ~memory_server() override { tern::testing::memory_network::of(context_.get_executor()).unbind(name_); }

    bool accepts = true;
    tern::testing::link_faults from_client{};
    tern::testing::link_faults to_client{};
    std::vector<std::shared_ptr<visitor>> visitors;

private:
    std::error_code accept(tern::testing::memory_stream& stream) override
    {
        if (!accepts)
        {
            return asio::error::connection_refused;
        }
        tern::testing::memory_link link(from_client, to_client);
        auto made = std::make_shared<visitor>(context_, visitors.size());
        link.join(stream, made->stream);
        visitors.push_back(made);
        made->read(script_);
        return {};
    }

    asio::io_context& context_;
    std::string name_;
    std::shared_ptr<std::function<void(visitor&)>> script_;
};

/// Answers the first packet, CONNECT, and takes the rest.
inline void answer_connect(memory_server::visitor& one, const std::string& answer = connack_v5)
{
    if (has_packet(one.received) && packet_type(one.received) == 1)
    {
        one.received.erase(0, 2U + static_cast<unsigned char>(one.received[1]));
        one.send(answer);
    }
}

} // namespace tern_test

#endif
