// SPDX-License-Identifier: BSL-1.0
//
// A client on a transport of its own: TCP that says how much it carries. Usage: custom_transport [url]
// The comment of tern/client/transport.hpp says what each member has to do.
#include <tern/tern.hpp>

#include <asio/io_context.hpp>

#include <iostream>
#include <utility>

class talkative_transport
{
public:
    explicit talkative_transport(const asio::any_io_executor& executor) : tcp_(executor) {}
    static bool supports(std::string_view scheme) noexcept { return tern::tcp_transport::supports(scheme); }

    auto async_open(const tern::url& where, auto&& token) { return tcp_.async_open(where, std::move(token)); }
    auto async_read_some(asio::mutable_buffer to, auto&& token) { return tcp_.async_read_some(to, std::move(token)); }
    auto async_write_some(asio::const_buffer from, auto&& token)
    {
        std::cout << from.size() << " bytes to the broker\n";
        return tcp_.async_write_some(from, std::move(token));
    }
    auto async_shutdown(auto&& token) { return tcp_.async_shutdown(std::move(token)); }
    void close() noexcept { tcp_.close(); }

private:
    tern::tcp_transport tcp_;
};

int main(int count, char** arguments)
{
    asio::io_context context;
    tern::basic_client<talkative_transport> client(context);
    int exit_code = 0;
    client.async_connect(count > 1 ? arguments[1] : "mqtt://127.0.0.1:1883",
                         [&](std::error_code error, const tern::connect_result&) {
                             exit_code = error ? 1 : 0;
                             client.async_publish("tern/transport", "Hello", tern::publish_options{},
                                                  [](std::error_code, const tern::publish_result&) {});
                             client.async_disconnect([](std::error_code) {});
                         });
    context.run();
    return exit_code;
}
