// SPDX-License-Identifier: BSL-1.0
//
// A device leaves a last will and is lost; who watches it is told by the broker. Usage: last_will [url]
#include <tern/tern.hpp>

#include <asio/co_spawn.hpp>
#include <asio/io_context.hpp>
#include <asio/use_future.hpp>

#include <exception>
#include <future>
#include <iostream>
#include <optional>
#include <string_view>

asio::awaitable<void> watch(tern::client& watcher, std::optional<tern::client>& device, std::string_view url)
{
    co_await watcher.async_connect(url);
    tern::subscription status = co_await watcher.async_subscribe("tern/will/+/status");

    const tern::will_options will{.topic = "tern/will/device/status", .payload = "lost"};
    co_await device->async_connect(url, {.will = will});
    co_await device->async_publish("tern/will/device/status", "here", {.qos = tern::qos::at_least_once});
    std::cout << "The device says: " << (co_await status.async_receive()).payload_text() << '\n';

    device.reset(); // without async_disconnect: as when its power fails
    std::cout << "The broker says: " << (co_await status.async_receive()).payload_text() << '\n';
    co_await watcher.async_disconnect();
}

int main(int count, char** arguments)
try
{
    asio::io_context context;
    tern::client watcher(context);
    std::optional<tern::client> device(context);
    std::future<void> done = asio::co_spawn(
        context, watch(watcher, device, count > 1 ? arguments[1] : "mqtt://127.0.0.1:1883"), asio::use_future);
    context.run();
    done.get(); // throws what the coroutine threw
}
catch (const std::exception& error)
{
    std::cerr << error.what() << '\n';
    return 1;
}
