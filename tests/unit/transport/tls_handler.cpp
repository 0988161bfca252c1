// SPDX-License-Identifier: BSL-1.0
#include "tern/transport/tls_handler.hpp"

#include "support/catch.hpp"

#include <asio/bind_cancellation_slot.hpp>
#include <asio/bind_executor.hpp>
#include <asio/cancellation_signal.hpp>
#include <asio/io_context.hpp>
#include <asio/strand.hpp>

#include <cstddef>
#include <memory>
#include <system_error>

using tern::detail::tls_handler;

namespace
{

struct allocating
{
    using allocator_type = std::allocator<int>;
    [[nodiscard]] allocator_type get_allocator() const noexcept { return {}; }
    void operator()(std::error_code, std::size_t) const {}
};

} // namespace

TEST_CASE("a stream that is cut has ended, other errors stay what they are")
{
    std::error_code told;
    std::size_t count = 0;
    const auto note = [&](std::error_code error, std::size_t size) {
        told = error;
        count = size;
    };
    tls_handler<decltype(note)>{note, nullptr}(asio::ssl::error::stream_truncated, 0);
    CHECK(told == asio::error::eof);
    tls_handler<decltype(note)>{note, nullptr}(asio::error::connection_reset, 0);
    CHECK(told == asio::error::connection_reset);
    tls_handler<decltype(note)>{note, nullptr}({}, 7);
    CHECK_FALSE(told);
    CHECK(count == 7);
}

TEST_CASE("a shutdown is done when the other side is gone")
{
    const std::unique_ptr<SSL_CTX, decltype(&SSL_CTX_free)> context(SSL_CTX_new(TLS_client_method()), &SSL_CTX_free);
    const std::unique_ptr<SSL, decltype(&SSL_free)> ssl(SSL_new(context.get()), &SSL_free);
    std::error_code told = asio::error::timed_out;
    const auto note = [&](std::error_code error) { told = error; };
    for (const std::error_code gone :
         {std::error_code(asio::error::eof), std::error_code(asio::ssl::error::stream_truncated), std::error_code()})
    {
        tls_handler<decltype(note)>{note, ssl.get()}(gone);
        CHECK_FALSE(told);
    }
    tls_handler<decltype(note)>{note, ssl.get()}(asio::error::connection_reset);
    CHECK(told == asio::error::connection_reset);
    SSL_set_shutdown(ssl.get(), SSL_RECEIVED_SHUTDOWN);
    tls_handler<decltype(note)>{note, ssl.get()}(asio::error::operation_aborted); // as Asio says it
    CHECK_FALSE(told);
}

TEST_CASE("what belongs to the user's handler belongs to this one")
{
    asio::io_context context;
    const auto strand = asio::make_strand(context);
    asio::cancellation_signal signal;
    const auto bound =
        asio::bind_cancellation_slot(signal.slot(), asio::bind_executor(strand, [](std::error_code, std::size_t) {}));
    const tls_handler<decltype(asio::bind_executor(strand, allocating{}))> on_strand{
        asio::bind_executor(strand, allocating{}), nullptr};
    CHECK(asio::get_associated_executor(on_strand) == strand);
    const tls_handler<std::remove_const_t<decltype(bound)>> cancellable{bound, nullptr};
    CHECK(asio::get_associated_cancellation_slot(cancellable) == signal.slot());
    STATIC_REQUIRE(std::is_same_v<asio::associated_allocator_t<tls_handler<allocating>>, std::allocator<int>>);
}
