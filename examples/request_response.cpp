// SPDX-License-Identifier: BSL-1.0
//
// Asks a question and gets its answer: response topic and correlation data of MQTT 5.0. Usage: request_response [url]
#include <tern/tern.hpp>

#include <asio/co_spawn.hpp>
#include <asio/io_context.hpp>
#include <asio/use_future.hpp>

#include <exception>
#include <future>
#include <iostream>
#include <string_view>

asio::awaitable<void> ask(tern::client& client, std::string_view url)
{
    // The responder answers where the request says, with the correlation data that came with it.
    client.on_message("tern/request/temperature", [&](const tern::message_view& request) {
        const tern::publish_options options{.correlation_data = request.properties.correlation_data};
        client.async_publish(*request.properties.response_topic, "4.5 °C", options,
                             [](std::error_code, const tern::publish_result&) {});
    });
    co_await client.async_connect(url);
    tern::subscription answers = co_await client.async_subscribe("tern/request/answers");
    co_await client.async_publish("tern/request/temperature", "fridge",
                                  {.response_topic = "tern/request/answers", .correlation_data = "question 1"});
    const tern::message answer = co_await answers.async_receive();
    std::cout << answer.properties().correlation_data->text() << ": " << answer.payload_text() << '\n';
    co_await client.async_disconnect();
}

int main(int count, char** arguments)
try
{
    asio::io_context context;
    tern::client client(context);
    std::future<void> done =
        asio::co_spawn(context, ask(client, count > 1 ? arguments[1] : "mqtt://127.0.0.1:1883"), asio::use_future);
    context.run();
    done.get(); // throws what the coroutine threw
}
catch (const std::exception& error)
{
    std::cerr << error.what() << '\n';
    return 1;
}
