// SPDX-License-Identifier: BSL-1.0
//
// Publishes a message and receives it, with coroutines. Usage: hello_coroutine [url]
#include <tern/tern.hpp>

#include <asio/co_spawn.hpp>
#include <asio/io_context.hpp>
#include <asio/use_future.hpp>

#include <chrono>
#include <iostream>
#include <stdexcept>

asio::awaitable<void> hello(const char* url)
{
    tern::client client(co_await asio::this_coro::executor); // ends with the coroutine, also with one that fails
    co_await client.async_connect(url);
    tern::subscription readings = co_await client.async_subscribe("tern/hello/coroutine/+");
    co_await client.async_publish("tern/hello/coroutine/Küche", "4.5 °C", {.qos = tern::qos::exactly_once});
    const tern::message message = co_await readings.async_receive();
    std::cout << message.topic() << ": " << message.payload_text() << '\n';
    co_await client.async_disconnect();
}

int main(int count, char** arguments)
try
{
    asio::io_context context;
    auto done = asio::co_spawn(context, hello(count > 1 ? arguments[1] : "mqtt://127.0.0.1:1883"), asio::use_future);
    context.run_for(std::chrono::seconds(5));
    context.stopped() ? done.get() : throw std::runtime_error("nothing has come back for five seconds");
}
catch (const std::exception& error)
{
    std::cerr << error.what() << '\n';
    return 1;
}
