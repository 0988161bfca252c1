// SPDX-License-Identifier: BSL-1.0
//
// Publishes a message and receives it, with callbacks. Usage: hello_callback [url]
#include <tern/tern.hpp>

#include <asio/io_context.hpp>

#include <chrono>
#include <iostream>

int main(int count, char** arguments)
{
    asio::io_context context;
    tern::client client(context);
    std::error_code outcome = tern::errc::timed_out; // unless something comes within five seconds
    const auto finish = [&](std::error_code error) {
        outcome = error;
        error ? context.stop() : client.async_disconnect([](std::error_code) {});
    };
    // A handler counts at once; it is subscribed to as soon as there is a connection, and called in place.
    tern::message_handler_registration readings =
        client.on_message("tern/hello/callback/+", [&](const tern::message_view& message) {
            std::cout << message.topic << ": " << message.payload_text() << '\n';
            finish({});
        });
    client.async_connect(count > 1 ? arguments[1] : "mqtt://127.0.0.1:1883",
                         [&](std::error_code error, const auto&) { error ? finish(error) : void(); });
    readings.async_ready([&](std::error_code subscribed, const auto&) {
        const auto check = [&](std::error_code error, const auto&) { error ? finish(error) : void(); };
        subscribed
            ? finish(subscribed)
            : client.async_publish("tern/hello/callback/Küche", "4.5 °C", {.qos = tern::qos::at_least_once}, check);
    });
    context.run_for(std::chrono::seconds(5));
    std::cerr << (outcome ? outcome.message() + '\n' : "");
    return outcome ? 1 : 0;
}
