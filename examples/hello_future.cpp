// SPDX-License-Identifier: BSL-1.0
//
// Publishes a message and receives it from an ordinary thread that waits, with futures. Usage: hello_future [url]
#include <tern/tern.hpp>

#include <asio/thread_pool.hpp>
#include <asio/use_future.hpp>

#include <chrono>
#include <future>
#include <iostream>
#include <stdexcept>

int main(int count, char** arguments)
{
    asio::thread_pool pool(1);
    tern::client client(pool); // lives on the pool's thread; its async_ functions may be called from any other
    int exit_code = 0;
    try
    {
        client.async_connect(count > 1 ? arguments[1] : "mqtt://127.0.0.1:1883", asio::use_future).get();
        tern::subscription readings = client.async_subscribe("tern/hello/future/+", asio::use_future).get();
        client.async_publish("tern/hello/future/Küche", "4.5 °C", {.qos = tern::qos::at_least_once}, asio::use_future)
            .get();
        std::future<tern::message> coming = readings.async_receive(asio::use_future);
        const bool come = coming.wait_for(std::chrono::seconds(5)) == std::future_status::ready;
        const tern::message message = come ? coming.get() : throw std::runtime_error("nothing came for five seconds");
        std::cout << message.topic() << ": " << message.payload_text() << '\n';
        client.async_disconnect(asio::use_future).get();
    }
    catch (const std::exception& error)
    {
        std::cerr << error.what() << '\n';
        exit_code = 1;
    }
    pool.stop();
    pool.join();
    return exit_code;
}
