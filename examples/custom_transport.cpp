// SPDX-License-Identifier: BSL-1.0
//
// A client on a transport of its own (see tern/client/transport.hpp): TCP that says how much it carries.
#include <tern/tern.hpp>

#include <asio/io_context.hpp>

#include <iostream>

struct talkative_transport
{
    explicit talkative_transport(const asio::any_io_executor& executor) : tcp(executor) {}
    static bool supports(std::string_view scheme) noexcept { return tern::tcp_transport::supports(scheme); }
    auto async_open(const tern::url& where, auto&& token) { return tcp.async_open(where, std::move(token)); }
    auto async_read_some(asio::mutable_buffer to, auto&& token) { return tcp.async_read_some(to, std::move(token)); }
    auto async_write_some(asio::const_buffer from, auto&& token)
    {
        std::cout << from.size() << " bytes to the broker\n";
        return tcp.async_write_some(from, std::move(token));
    }
    auto async_shutdown(auto&& token) { return tcp.async_shutdown(std::move(token)); }
    void close() noexcept { tcp.close(); }
    tern::tcp_transport tcp;
};

int main(int count, char** arguments)
{
    asio::io_context context;
    tern::basic_client<talkative_transport> client(context);
    std::error_code outcome;
    const auto finish = [&](std::error_code error, const auto&) {
        outcome = error;
        client.async_disconnect([](std::error_code) {});
    };
    client.async_connect(count > 1 ? arguments[1] : "mqtt://127.0.0.1:1883", [&](std::error_code error, auto result) {
        error ? finish(error, result) : client.async_publish("tern/transport", "Hello", finish);
    });
    context.run();
    std::cerr << (outcome ? outcome.message() + '\n' : "");
    return outcome ? 1 : 0;
}
