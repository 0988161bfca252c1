// SPDX-License-Identifier: BSL-1.0
//
// Asks a question, and answers where it says and with its correlation data (MQTT 5.0). Usage: request_response [url]
#include <tern/tern.hpp>

#include <asio/co_spawn.hpp>
#include <asio/io_context.hpp>
#include <asio/use_future.hpp>

#include <chrono>
#include <iostream>

asio::awaitable<void> ask(const char* url)
{
    tern::client client(co_await asio::this_coro::executor);
    client.on_message("tern/request", [&](const tern::message_view& request) {
        const tern::publish_options options{.correlation_data = request.properties.correlation_data};
        client.async_publish(request.properties.response_topic.value_or(""), "4.5 °C", options, [](auto...) {});
    });
    co_await client.async_connect(url);
    tern::subscription answers = co_await client.async_subscribe("tern/answer");
    co_await client.async_publish("tern/request", "fridge", {.response_topic = "tern/answer", .correlation_data = "1"});
    const tern::message answer = co_await answers.async_receive();
    std::cout << answer.properties().correlation_data->text() << ": " << answer.payload_text() << '\n';
    co_await client.async_disconnect();
}

int main(int count, char** arguments)
try
{
    asio::io_context context;
    auto done = asio::co_spawn(context, ask(count > 1 ? arguments[1] : "mqtt://127.0.0.1:1883"), asio::use_future);
    context.run_for(std::chrono::seconds(5)); // whoever could answer may not be there
    context.stopped() ? done.get() : throw std::system_error(tern::errc::timed_out);
}
catch (const std::exception& error)
{
    std::cerr << error.what() << '\n';
    return 1;
}
