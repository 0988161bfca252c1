// SPDX-License-Identifier: BSL-1.0
//
// The program of every consumer: publishes to a broker of its own and waits for the message.

#include <tern/tern.hpp>
#include <tern/testing/tcp_broker.hpp>

#include <asio/io_context.hpp>

#include <chrono>
#include <cstdio>
#include <string>
#include <system_error>

static_assert(__cplusplus >= 202002L, "tern::tern asks for C++20");

int main()
{
    asio::io_context context;
    tern::testing::tcp_broker broker(context);
    if (const std::error_code error = broker.listen())
    {
        std::fprintf(stderr, "cannot listen: %s\n", error.message().c_str());
        return 1;
    }

    tern::client client(context);
    bool received = false;
    const auto registration = client.on_message("greetings/#", [&](const tern::message_view& message) {
        received = message.payload.text() == "hello";
        context.stop();
    });
    client.async_connect("mqtt://127.0.0.1:" + std::to_string(broker.port()),
                         [&](std::error_code error, const tern::connect_result&) {
                             if (error)
                             {
                                 std::fprintf(stderr, "cannot connect: %s\n", error.message().c_str());
                                 context.stop();
                             }
                         });
    client.async_publish("greetings/world", "hello", {.qos = tern::qos::at_least_once},
                         [](std::error_code, const tern::publish_result&) {});
    context.run_for(std::chrono::seconds(30));
    return received ? 0 : 1;
}
