// SPDX-License-Identifier: BSL-1.0
#include "tern/client/transport.hpp"

#include "support/catch.hpp"

#include <asio/any_io_executor.hpp>
#include <asio/async_result.hpp>
#include <asio/buffer.hpp>
#include <asio/io_context.hpp>
#include <asio/post.hpp>
#include <asio/use_future.hpp>

#include <cstddef>
#include <string_view>
#include <system_error>
#include <utility>

namespace
{

/// As the concept's comment shows it: a link that returns what is written to it.
class echo_transport
{
public:
    explicit echo_transport(asio::any_io_executor executor) : executor_(std::move(executor)) {}

    static bool supports(std::string_view scheme) noexcept { return scheme == "echo"; }

    template <class Token>
    auto async_open(const tern::url& where, Token&& token)
    {
        return finish<void(std::error_code)>(
            token, where.host.empty() ? std::make_error_code(std::errc::invalid_argument) : std::error_code());
    }

    template <class Token>
    auto async_read_some(asio::mutable_buffer buffer, Token&& token)
    {
        const std::size_t size = asio::buffer_copy(buffer, asio::buffer(kept_, size_));
        size_ = 0;
        return finish<void(std::error_code, std::size_t)>(token, std::error_code(), size);
    }

    template <class Token>
    auto async_write_some(asio::const_buffer buffer, Token&& token)
    {
        size_ = asio::buffer_copy(asio::buffer(kept_), buffer);
        return finish<void(std::error_code, std::size_t)>(token, std::error_code(), size_);
    }

    template <class Token>
    auto async_shutdown(Token&& token)
    {
        return finish<void(std::error_code)>(token, std::error_code());
    }

    void close() noexcept {}

private:
    template <class Signature, class Token, class... Args>
    auto finish(Token& token, Args... args)
    {
        return asio::async_initiate<Token, Signature>(
            [](auto handler, const asio::any_io_executor& executor, Args... values) {
                asio::post(executor,
                           [handler = std::move(handler), values...]() mutable { std::move(handler)(values...); });
            },
            token, executor_, args...);
    }

    asio::any_io_executor executor_;
    char kept_[4]{};
    std::size_t size_ = 0;
};

struct close_may_throw : echo_transport
{
    using echo_transport::echo_transport;
    void close() {}
};

struct without_shutdown
{
    explicit without_shutdown(const asio::any_io_executor&) {}
    static bool supports(std::string_view) noexcept { return true; }
    void async_open(const tern::url&, auto) {}
    void async_read_some(asio::mutable_buffer, auto) {}
    void async_write_some(asio::const_buffer, auto) {}
    void close() noexcept {}
};

/// Wants handlers that can be copied; the client's cannot.
struct copies_handlers : without_shutdown
{
    using without_shutdown::without_shutdown;
    template <class Handler>
        requires std::copyable<Handler>
    void async_shutdown(Handler) {}
};

static_assert(tern::transport<echo_transport>);
static_assert(!tern::transport<close_may_throw>);
static_assert(!tern::transport<without_shutdown>);
static_assert(!tern::transport<copies_handlers>);
static_assert(!tern::transport<int>);

} // namespace

TEST_CASE("a transport of one's own works with any token", "[transport]")
{
    asio::io_context context;
    echo_transport link(context.get_executor());
    CHECK(echo_transport::supports("echo"));
    tern::url where;
    auto refused = link.async_open(where, asio::use_future);
    where.host = "here";
    auto opened = link.async_open(where, asio::use_future);
    context.run();
    CHECK_THROWS_AS(refused.get(), std::system_error);
    opened.get();

    context.restart();
    auto written = link.async_write_some(asio::buffer("abcdef", 6), asio::use_future);
    context.run();
    CHECK(written.get() == 4); // a short write is allowed
    context.restart();
    char text[8] = {};
    auto read = link.async_read_some(asio::buffer(text), asio::use_future);
    context.run();
    CHECK(read.get() == 4);
    CHECK(std::string_view(text) == "abcd");
}
