// SPDX-License-Identifier: BSL-1.0

#include "conformance/real_client.hpp"

#include "support/memory_client.hpp"
#include "tern/testing/memory_link.hpp"
#include "tern/testing/memory_network.hpp"
#include "unit/session/script.hpp"

#include <asio/buffer.hpp>
#include <asio/io_context.hpp>

#include <array>
#include <deque>
#include <optional>

namespace tern_test
{

namespace
{

// One connection as the server sees it.
struct served
{
    served(asio::io_context& context, tern::testing::memory_stream& client) : stream(context.get_executor())
    {
        link.join(client, stream);
        read();
    }

    void read()
    {
        stream.async_read_some(asio::buffer(buffer), [this](std::error_code error, std::size_t size) {
            input.append(buffer.data(), size);
            ended = static_cast<bool>(error);
            if (!ended)
            {
                read();
            }
        });
    }

    void write()
    {
        if (!writing && !output.empty())
        {
            writing = true;
            stream.async_write_some(asio::buffer(output.front()), [this](std::error_code error, std::size_t size) {
                writing = false;
                output.front().erase(0, size);
                if (error || output.front().empty())
                {
                    output.pop_front();
                }
                write();
            });
        }
    }

    tern::testing::memory_link link;
    tern::testing::memory_stream stream;
    std::array<char, 4096> buffer{};
    std::string input;
    std::deque<std::string> output;
    bool writing = false;
    bool ended = false;
};

using lines = std::vector<std::pair<std::string, std::string>>;

} // namespace

tern::client_limits brisk_limits()
{
    tern::client_limits limits = quick_limits();
    limits.shutdown = std::chrono::milliseconds(50);
    return limits;
}

struct real_client::parts final : tern::testing::memory_listener
{
    explicit parts(const tern::client_limits& limits) : client(std::in_place, context, limits)
    {
        (void)tern::testing::memory_network::of(context.get_executor()).bind("server", *this);
        client->on_event([this](const tern::client_event& event) { events.push_back(event); });
    }

    ~parts() override
    {
        streams.clear();
        handlers.clear();
        client.reset();
        for (const auto& each : connections)
        {
            each->stream.close();
        }
        tern_test::settle(context); // its handlers use the connections
    }

    std::error_code accept(tern::testing::memory_stream& stream) override
    {
        connections.push_back(std::make_unique<served>(context, stream));
        return {};
    }

    // A handler that fills in an outcome.
    auto filling(outcome& into)
    {
        return [&into](std::error_code error, const auto& result) {
            ++into.calls;
            into.error = error;
            if constexpr (requires { result.reasons; })
            {
                into.reasons = result.reasons;
            }
            else if constexpr (requires { result.client_id; })
            {
                into.connection = result;
            }
            else
            {
                into.reasons.assign(1, result.reason);
            }
        };
    }

    /// The connection that was accepted last.
    [[nodiscard]] served& current() { return *connections.at(accepted - 1); }

    asio::io_context context{1};
    std::deque<outcome> outcomes;
    std::vector<tern::client_event> events;
    lines received;
    lines unmatched;
    std::vector<std::unique_ptr<served>> connections;
    std::size_t accepted = 0;
    std::optional<memory_client> client;
    std::vector<tern::subscription> streams;
    std::vector<tern::message_handler_registration> handlers;
};

real_client::real_client(const tern::client_limits& limits) : parts_(std::make_unique<parts>(limits)) {}
real_client::~real_client() = default;

const real_client::outcome& real_client::connect(const tern::connect_options& options)
{
    outcome& added = parts_->outcomes.emplace_back();
    parts_->client->async_connect("mqtt://server", options, parts_->filling(added));
    return added;
}

const real_client::outcome& real_client::publish(std::string_view topic, std::string_view payload,
                                                 const tern::publish_options& options)
{
    outcome& added = parts_->outcomes.emplace_back();
    parts_->client->async_publish(topic, payload, options, parts_->filling(added));
    return added;
}

const real_client::outcome& real_client::subscribe(std::string_view filter, const tern::subscribe_options& options)
{
    outcome& added = parts_->outcomes.emplace_back();
    parts_->client->async_subscribe(filter, options, [this, &added](std::error_code error, tern::subscription stream) {
        ++added.calls;
        added.error = error;
        added.reasons = stream.result().reasons;
        parts_->streams.push_back(std::move(stream));
    });
    return added;
}

const real_client::outcome& real_client::unsubscribe(std::string_view filter)
{
    outcome& added = parts_->outcomes.emplace_back();
    parts_->client->async_unsubscribe(filter, parts_->filling(added));
    return added;
}

const real_client::outcome& real_client::disconnect(const tern::disconnect_options& options)
{
    outcome& added = parts_->outcomes.emplace_back();
    parts_->client->async_disconnect(options, [&added](std::error_code error) {
        ++added.calls;
        added.error = error;
    });
    return added;
}

const real_client::outcome& real_client::re_authenticate()
{
    outcome& added = parts_->outcomes.emplace_back();
    parts_->client->async_re_authenticate([&added](std::error_code error) {
        ++added.calls;
        added.error = error;
    });
    return added;
}

void real_client::authenticate_with(const std::string& data)
{
    parts_->client->set_authenticator(
        [data](const tern::authentication_step& step, tern::authentication_answer answer) {
            const bool gives_up = step.what == tern::authentication_step::purpose::challenge && data.empty();
            answer(gives_up ? make_error_code(tern::errc::authentication_failed) : std::error_code(), data);
        });
}

void real_client::listen(std::string_view filter, const tern::subscribe_options& options)
{
    parts_->handlers.push_back(parts_->client->on_message(
        filter,
        [this](const tern::message_view& message) {
            parts_->received.emplace_back(message.topic, message.payload.text());
        },
        options));
}

void real_client::listen_to_the_rest()
{
    parts_->client->on_unmatched([this](const tern::message_view& message) {
        parts_->unmatched.emplace_back(message.topic, message.payload.text());
    });
}

const lines& real_client::received() const
{
    return parts_->received;
}

const lines& real_client::unmatched() const
{
    return parts_->unmatched;
}

const std::vector<tern::client_event>& real_client::events() const
{
    return parts_->events;
}

tern::connection_state real_client::state() const
{
    return parts_->client->state();
}

bool real_client::accept(std::string_view answer)
{
    const std::size_t expected = ++parts_->accepted;
    std::vector<std::string> first;
    const auto came = [&] { return parts_->connections.size() >= expected && !(first = heard()).empty(); };
    if (!until(came))
    {
        return false;
    }
    send(answer);
    return first.size() == 1 && first[0].starts_with("10 ");
}

bool real_client::start(const tern::connect_options& options, std::string_view answer)
{
    const outcome& connected = connect(options);
    return accept(answer) && until([&] { return connected.calls != 0; }) && !connected.error;
}

void real_client::send(std::string_view hex, std::size_t piece)
{
    const std::string bytes = from_hex(hex);
    for (std::size_t at = 0; at < bytes.size(); at += piece)
    {
        parts_->current().output.push_back(bytes.substr(at, piece));
    }
    parts_->current().write();
    settle();
}

std::vector<std::string> real_client::heard()
{
    std::vector<std::string> result;
    std::string& input = parts_->current().input;
    for (;;)
    {
        const wire::frame_result found = wire::next_frame(input, wire::maximum_packet_size);
        if (found.status != wire::frame_status::complete)
        {
            break;
        }
        result.push_back(to_hex(std::string_view(input).substr(0, found.frame.size)));
        input.erase(0, found.frame.size);
    }
    return result;
}

std::size_t real_client::connections() const
{
    return parts_->connections.size();
}

bool real_client::client_has_closed() const
{
    return parts_->current().ended;
}

void real_client::close()
{
    parts_->current().stream.close();
    settle();
}

void real_client::break_writing()
{
    tern::testing::link_faults& forth = parts_->current().link.forth();
    forth.cut_after = parts_->current().link.bytes_forth();
    forth.cut = link_cut::reset;
}

bool real_client::until(const std::function<bool()>& done)
{
    return run_until(parts_->context, done);
}

void real_client::settle()
{
    tern_test::settle(parts_->context);
}

void real_client::run_for(std::chrono::milliseconds time)
{
    parts_->context.restart();
    parts_->context.run_for(time);
}

namespace
{

// Runs a call on a connected client.
std::error_code refusal(const std::function<const real_client::outcome&(real_client&)>& call)
{
    real_client client;
    if (!client.start({.client_id = "c"}))
    {
        return make_error_code(tern::errc::timed_out);
    }
    const real_client::outcome& ended = call(client);
    client.settle();
    const bool silent = client.heard().empty();
    return ended.calls == 1 && silent ? ended.error : make_error_code(tern::errc::timed_out);
}

} // namespace

std::error_code client_refusal_of_publish(std::string_view topic, const tern::publish_options& options)
{
    return refusal([&](real_client & client) -> auto& { return client.publish(topic, "x", options); });
}

std::error_code client_refusal_of_subscribe(std::string_view filter, const tern::subscribe_options& options)
{
    return refusal([&](real_client & client) -> auto& { return client.subscribe(filter, options); });
}

std::error_code client_refusal_of_unsubscribe(std::string_view filter)
{
    return refusal([&](real_client & client) -> auto& { return client.unsubscribe(filter); });
}

bool hears_itself(bool no_local)
{
    client_fixture stage;
    bool heard = false;
    if (!stage.connect())
    {
        const auto registration =
            stage.client->on_message("t", [&](const tern::message_view&) { heard = true; }, {.no_local = no_local});
        tern::subscription end = stage.subscribe("end"); // its SUBACK comes after that of the other
        (void)stage.publish("t", "x", tern::qos::at_least_once);
        (void)stage.publish("end", "x", tern::qos::at_least_once);
        heard = static_cast<bool>(stage.receive(end)) && heard; // what was published before it has come by now
    }
    return heard;
}

} // namespace tern_test
