// SPDX-License-Identifier: BSL-1.0
//
// A device leaves a last will and is lost; who watches it is told by the broker. Usage: last_will [url]
#include <tern/tern.hpp>

#include <asio/co_spawn.hpp>
#include <asio/io_context.hpp>
#include <asio/use_future.hpp>

#include <chrono>
#include <iostream>

asio::awaitable<void> watch(const char* url)
{
    tern::client watcher(co_await asio::this_coro::executor);
    co_await watcher.async_connect(url);
    tern::subscription status = co_await watcher.async_subscribe("tern/will/+/status");
    tern::client device(watcher.get_executor());
    co_await device.async_connect(url, {.will = {{.topic = "tern/will/device/status", .payload = "lost"}}});
    co_await device.async_publish("tern/will/device/status", "here", {.qos = tern::qos::at_least_once});
    std::cout << "The device says: " << (co_await status.async_receive()).payload_text() << '\n';
    device = tern::client(watcher.get_executor()); // gone without async_disconnect: as when its power fails
    std::cout << "The broker says: " << (co_await status.async_receive()).payload_text() << '\n';
    co_await watcher.async_disconnect();
}

int main(int count, char** arguments)
try
{
    asio::io_context context;
    auto done = asio::co_spawn(context, watch(count > 1 ? arguments[1] : "mqtt://127.0.0.1:1883"), asio::use_future);
    context.run_for(std::chrono::seconds(5));
    context.stopped() ? done.get() : throw std::system_error(tern::errc::timed_out);
}
catch (const std::exception& error)
{
    std::cerr << error.what() << '\n';
    return 1;
}
