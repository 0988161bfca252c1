// SPDX-License-Identifier: BSL-1.0
//
// A proxy on the loopback interface that answers by a script, and checks what it is asked. One that understands is in
// support/forwarding_proxy.hpp.
#ifndef TERN_TESTS_UNIT_TRANSPORT_SCRIPTED_PROXY_HPP
#define TERN_TESTS_UNIT_TRANSPORT_SCRIPTED_PROXY_HPP

#include <asio/buffer.hpp>
#include <asio/io_context.hpp>
#include <asio/ip/address.hpp>
#include <asio/ip/tcp.hpp>
#include <asio/read.hpp>
#include <asio/write.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <system_error>
#include <vector>

namespace tern_test
{

struct turn
{
    std::string question;
    std::string answer;
};

inline std::size_t answer_size(const std::vector<turn>& script)
{
    std::size_t size = 0;
    for (const turn& each : script)
    {
        size += each.answer.size();
    }
    return size;
}

/// Answers by a script, as far as it is allowed to, and closes then, or gives back what it reads.
class scripted_proxy
{
public:
    scripted_proxy(asio::io_context& context, const std::vector<turn>& script, std::size_t allowed = std::string::npos)
        : acceptor_(context, asio::ip::tcp::endpoint(asio::ip::make_address("127.0.0.1"), 0)), peer_(context),
          script_(script), allowed_(allowed)
    {
        acceptor_.async_accept(peer_, [this](std::error_code error) {
            acceptor_.close();
            if (!error)
            {
                read();
            }
        });
    }

    [[nodiscard]] std::string authority() const { return "127.0.0.1:" + std::to_string(port_); }

    [[nodiscard]] bool as_expected() const { return as_expected_ && position_ == script_.size(); }

    void close()
    {
        std::error_code ignored;
        acceptor_.close(ignored);
        peer_.close(ignored);
    }

private:
    void read()
    {
        if (position_ == script_.size())
        {
            peer_.async_read_some(asio::buffer(room_), [this](std::error_code error, std::size_t size) {
                if (!error)
                {
                    asio::write(peer_, asio::buffer(room_.data(), size), error);
                    read();
                }
            });
            return;
        }
        const std::size_t wanted = script_[position_].question.size();
        asio::async_read(peer_, asio::buffer(room_.data(), wanted), [this, wanted](std::error_code error, std::size_t) {
            if (!error)
            {
                as_expected_ = as_expected_ && room_.substr(0, wanted) == script_[position_].question;
                answer(script_[position_++].answer);
            }
        });
    }

    void answer(const std::string& text)
    {
        const std::size_t size = std::min(text.size(), allowed_);
        std::error_code error;
        asio::write(peer_, asio::buffer(text.data(), size), error);
        allowed_ -= allowed_ == std::string::npos ? 0 : size;
        if (allowed_ == 0)
        {
            peer_.close();
            return;
        }
        read();
    }

    asio::ip::tcp::acceptor acceptor_;
    asio::ip::tcp::socket peer_;
    std::vector<turn> script_;
    std::size_t allowed_; // bytes to send
    std::uint16_t port_ = acceptor_.local_endpoint().port();
    std::string room_ = std::string(512, '\0');
    std::size_t position_ = 0;
    bool as_expected_ = true;
};

} // namespace tern_test

#endif
