// SPDX-License-Identifier: BSL-1.0
//
// Publishes a message and receives it, with coroutines. Usage: hello_coroutine [url]
#include <tern/tern.hpp>

#include <asio/co_spawn.hpp>
#include <asio/io_context.hpp>
#include <asio/use_future.hpp>

#include <exception>
#include <future>
#include <iostream>
#include <string_view>

asio::awaitable<void> hello(tern::client& client, std::string_view url)
{
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
    tern::client client(context);
    std::future<void> done =
        asio::co_spawn(context, hello(client, count > 1 ? arguments[1] : "mqtt://127.0.0.1:1883"), asio::use_future);
    context.run();
    done.get(); // throws what the coroutine threw
}
catch (const std::exception& error)
{
    std::cerr << error.what() << '\n';
    return 1;
}
