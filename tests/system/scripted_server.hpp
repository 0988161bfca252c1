// SPDX-License-Identifier: BSL-1.0
//
// A TCP server on a free loopback port that does with each connection what the test's script says: for the servers that
// Mosquitto cannot be made to play.
#ifndef TERN_TESTS_SYSTEM_SCRIPTED_SERVER_HPP
#define TERN_TESTS_SYSTEM_SCRIPTED_SERVER_HPP

#include "scenario.hpp"

#include <asio/any_io_executor.hpp>
#include <asio/buffer.hpp>
#include <asio/detached.hpp>
#include <asio/ip/address_v4.hpp>
#include <asio/ip/tcp.hpp>
#include <asio/read.hpp>
#include <asio/write.hpp>

#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

namespace tern::test
{

class scripted_server
{
public:
    /// One accepted connection; it is closed when the script has ended.
    class visitor
    {
    public:
        visitor(asio::ip::tcp::socket socket, std::size_t number) : socket_(std::move(socket)), number_(number) {}

        /// 0 for the first connection, 1 for the next one, and so on.
        [[nodiscard]] std::size_t number() const noexcept { return number_; }

        /// One whole packet; empty when the connection has ended.
        asio::awaitable<std::string> read_packet()
        {
            std::string packet(1, '\0');
            if (!co_await read_into(packet, 0))
            {
                co_return std::string();
            }
            std::size_t length = 0;
            for (unsigned shift = 0; shift < 28; shift += 7)
            {
                packet.push_back('\0');
                if (!co_await read_into(packet, packet.size() - 1))
                {
                    co_return std::string();
                }
                const auto part = static_cast<unsigned char>(packet.back());
                length |= static_cast<std::size_t>(part & 0x7FU) << shift;
                if (part < 0x80)
                {
                    break;
                }
            }
            const std::size_t header = packet.size();
            packet.resize(header + length);
            if (length != 0 && !co_await read_into(packet, header))
            {
                co_return std::string();
            }
            co_return packet;
        }

        asio::awaitable<void> send(std::string bytes)
        {
            co_await asio::async_write(socket_, asio::buffer(bytes), no_throw());
        }

        /// Takes whatever comes until the client closes the connection.
        asio::awaitable<void> read_to_end()
        {
            for (std::string packet = co_await read_packet(); !packet.empty(); packet = co_await read_packet())
            {
            }
        }

        void close()
        {
            std::error_code ignored;
            socket_.close(ignored);
        }

    private:
        asio::awaitable<bool> read_into(std::string& packet, std::size_t from)
        {
            const auto result = co_await asio::async_read(
                socket_, asio::buffer(packet.data() + from, packet.size() - from), no_throw());
            co_return !std::get<0>(result);
        }

        asio::ip::tcp::socket socket_;
        std::size_t number_;
    };

    using script = std::function<asio::awaitable<void>(visitor&)>;

    scripted_server(const asio::any_io_executor& executor, script what)
        : state_(std::make_shared<state>(executor, std::move(what)))
    {
        state_->acceptor.open(asio::ip::tcp::v4());
        state_->acceptor.bind({asio::ip::address_v4::loopback(), 0});
        state_->acceptor.listen();
        asio::co_spawn(executor, accept(state_), asio::detached);
    }

    scripted_server(const scripted_server&) = delete;
    scripted_server& operator=(const scripted_server&) = delete;

    ~scripted_server()
    {
        std::error_code ignored;
        state_->acceptor.close(ignored);
        for (const std::weak_ptr<visitor>& one : state_->visitors)
        {
            if (const std::shared_ptr<visitor> still_there = one.lock())
            {
                still_there->close();
            }
        }
    }

    [[nodiscard]] std::string url() const
    {
        return "mqtt://127.0.0.1:" + std::to_string(state_->acceptor.local_endpoint().port());
    }

    /// How many connections there were.
    [[nodiscard]] std::size_t visits() const noexcept { return state_->visitors.size(); }

private:
    struct state
    {
        state(const asio::any_io_executor& executor, script script_) : acceptor(executor), what(std::move(script_)) {}

        asio::ip::tcp::acceptor acceptor;
        script what;
        std::vector<std::weak_ptr<visitor>> visitors;
    };

    static asio::awaitable<void> accept(std::shared_ptr<state> shared)
    {
        for (;;)
        {
            auto [error, socket] = co_await shared->acceptor.async_accept(no_throw());
            if (error)
            {
                co_return;
            }
            auto made = std::make_shared<visitor>(std::move(socket), shared->visitors.size());
            shared->visitors.push_back(made);
            asio::co_spawn(shared->acceptor.get_executor(), serve(shared, made), asio::detached);
        }
    }

    static asio::awaitable<void> serve(std::shared_ptr<state> shared, std::shared_ptr<visitor> who)
    {
        co_await shared->what(*who);
        who->close();
    }

    std::shared_ptr<state> state_;
};

} // namespace tern::test

#endif
