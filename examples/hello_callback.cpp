// SPDX-License-Identifier: BSL-1.0
//
// Publishes a message and receives it, with callbacks. Usage: hello_callback [url]
#include <tern/tern.hpp>

#include <asio/io_context.hpp>

#include <iostream>
#include <system_error>

int main(int count, char** arguments)
{
    asio::io_context context;
    tern::client client(context);
    std::error_code failure;
    const auto check = [&](std::error_code error) {
        if (error && !failure)
        {
            std::cerr << error.message() << '\n';
            failure = error;
            client.async_disconnect([](std::error_code) {});
        }
        return !error;
    };
    // A handler counts at once; it is subscribed to as soon as there is a connection, and called in place.
    tern::message_handler_registration readings =
        client.on_message("tern/hello/callback/+", [&](const tern::message_view& message) {
            std::cout << message.topic << ": " << message.payload_text() << '\n';
            client.async_disconnect([](std::error_code) {});
        });
    client.async_connect(count > 1 ? arguments[1] : "mqtt://127.0.0.1:1883",
                         [&](std::error_code error, const tern::connect_result&) { check(error); });
    readings.async_ready([&](std::error_code error, const tern::subscribe_result&) {
        if (check(error))
        {
            client.async_publish("tern/hello/callback/Küche", "4.5 °C", {.qos = tern::qos::at_least_once},
                                 [&](std::error_code refused, const tern::publish_result&) { check(refused); });
        }
    });
    context.run();
    return failure ? 1 : 0;
}
