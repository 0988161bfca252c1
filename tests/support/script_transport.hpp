// SPDX-License-Identifier: BSL-1.0
//
// The other end of a client's connection where nothing but the client is to be measured.
#ifndef TERN_TESTS_SUPPORT_SCRIPT_TRANSPORT_HPP
#define TERN_TESTS_SUPPORT_SCRIPT_TRANSPORT_HPP

#include "tern/client/connection.hpp"
#include "tern/client/url.hpp"

#include <asio/any_io_executor.hpp>
#include <asio/async_result.hpp>
#include <asio/buffer.hpp>
#include <asio/post.hpp>

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <type_traits>
#include <utility>

namespace tern_test
{

/// A server of a few lines that allocates nothing once it runs: it answers CONNECT, SUBSCRIBE and every PUBLISH, of
/// both versions and shorter than 128 bytes, and sends back what it is told to.
class script_transport
{
public:
    explicit script_transport(asio::any_io_executor executor) : executor_(std::move(executor))
    {
        input_.reserve(1024 * 1024);
        current = this;
    }

    ~script_transport() { current = current == this ? nullptr : current; } // the next one may be there already

    static bool supports(std::string_view) noexcept { return true; }

    template <class Token>
    auto async_open(const tern::url&, Token&& token)
    {
        return asio::async_initiate<Token, void(std::error_code)>(
            [this](auto handler) {
                asio::post(executor_, [handler = std::move(handler)]() mutable { std::move(handler)({}); });
            },
            token);
    }

    template <class Token>
    auto async_shutdown(Token&& token)
    {
        return async_open({}, std::forward<Token>(token));
    }

    template <class Token>
    auto async_read_some(asio::mutable_buffer buffer, Token&& token)
    {
        return asio::async_initiate<Token, void(std::error_code, std::size_t)>(
            [this, buffer](auto handler) {
                if constexpr (is_the_clients<decltype(handler)>)
                {
                    reader_.emplace(std::move(handler));
                    buffer_ = buffer;
                    deliver();
                }
            },
            token);
    }

    template <class Token>
    auto async_write_some(asio::const_buffer buffer, Token&& token)
    {
        return asio::async_initiate<Token, void(std::error_code, std::size_t)>(
            [this, buffer](auto handler) {
                if constexpr (is_the_clients<decltype(handler)>)
                {
                    answer({static_cast<const char*>(buffer.data()), buffer.size()});
                    post(std::move(handler), buffer.size());
                    deliver();
                }
            },
            token);
    }

    void close() noexcept { reader_.reset(); }

    void send(std::string_view bytes)
    {
        input_.append(bytes);
        deliver();
    }

    static inline script_transport* current = nullptr;

private:
    // The concept is checked with other handlers, which are never called.
    template <class Handler>
    static constexpr bool is_the_clients = std::is_same_v<Handler, tern::detail::io_handler>;

    struct completion
    {
        using allocator_type = tern::detail::io_handler::allocator_type;
        [[nodiscard]] allocator_type get_allocator() const noexcept { return handler.get_allocator(); }
        void operator()() { std::move(handler)(std::error_code(), size); }
        tern::detail::io_handler handler;
        std::size_t size;
    };

    void post(tern::detail::io_handler handler, std::size_t size)
    {
        asio::post(executor_, completion{std::move(handler), size});
    }

    void deliver()
    {
        if (reader_ && !input_.empty())
        {
            const std::size_t size = std::min(buffer_.size(), input_.size());
            std::memcpy(buffer_.data(), input_.data(), size);
            input_.erase(0, size);
            tern::detail::io_handler handler = std::move(*reader_);
            reader_.reset();
            post(std::move(handler), size);
        }
    }

    void answer(std::string_view packets)
    {
        while (!packets.empty())
        {
            const auto type = static_cast<unsigned char>(packets[0]);
            const std::size_t size = static_cast<unsigned char>(packets[1]) + 2U;
            const std::string_view body = packets.substr(2, size - 2);
            const std::size_t topic = type >> 4U == 3 ? static_cast<unsigned char>(body[1]) : 0;
            switch (type & 0xF6U)
            {
            case 0x10:
                is_v5_ = body[6] == 5; // behind the protocol's name
                input_.append({0x20, char(is_v5_ ? 3 : 2), 0x00, 0x00});
                input_.append(is_v5_ ? 1U : 0U, '\0');
                break;
            case 0x82:
                input_.append({char(0x90), char(is_v5_ ? 4 : 3), body[0], body[1]});
                input_.append(is_v5_ ? 1U : 0U, '\0');
                input_.push_back(0x02);
                break;
            case 0x32: input_.append({0x40, 0x02, body[topic + 2], body[topic + 3]}); break;
            case 0x34: input_.append({0x50, 0x02, body[topic + 2], body[topic + 3]}); break;
            case 0x62: input_.append({0x70, 0x02, body[0], body[1]}); break; // PUBREL
            case 0x50: input_.append({0x62, 0x02, body[0], body[1]}); break; // PUBREC
            default: break;
            }
            packets.remove_prefix(size);
        }
    }

    asio::any_io_executor executor_;
    bool is_v5_ = true;
    std::string input_;
    std::optional<tern::detail::io_handler> reader_;
    asio::mutable_buffer buffer_;
};

} // namespace tern_test

#endif
