// SPDX-License-Identifier: BSL-1.0
#include "client.hpp"

#include "support/memory_client.hpp"
#include "tern/client/basic_client.hpp"
#include "tern/client/tcp_transport.hpp"
#include "tern/error.hpp"
#include "tern/observer.hpp"
#include "tern/protocol_version.hpp"
#include "tern/testing/memory_link.hpp"
#include "tern/testing/memory_network.hpp"
#include "tern/testing/tcp_broker.hpp"
#include "tern/wire/framing.hpp"
#include "tern/wire/limits.hpp"
#include "unit/session/script.hpp"

#include <asio/any_io_executor.hpp>
#include <asio/buffer.hpp>
#include <asio/io_context.hpp>
#include <asio/write.hpp>

#include <array>
#include <cstdint>
#include <optional>
#include <utility>

namespace conformance_3_1_1
{

using namespace std::chrono_literals;
using tern_test::from_hex;
using tern_test::to_hex;

namespace
{

/// One connection, from the server's side.
class served_connection : public std::enable_shared_from_this<served_connection>
{
public:
    served_connection(const asio::any_io_executor& executor, std::size_t number, const answering& behaviour,
                      std::vector<connection_record>& records)
        : stream(executor), number_(number), behaviour_(behaviour), records_(records)
    {
    }

    void read()
    {
        stream.async_read_some(asio::buffer(block_),
                               [self = shared_from_this()](std::error_code error, std::size_t size) {
                                   if (error)
                                   {
                                       self->record().ended = true;
                                       return;
                                   }
                                   self->input_.append(self->block_.data(), size);
                                   self->answer_packets();
                                   if (self->stream.is_open())
                                   {
                                       self->read();
                                   }
                               });
    }

    void send(std::string_view packets)
    {
        const auto bytes = std::make_shared<std::string>(from_hex(packets));
        asio::async_write(stream, asio::buffer(*bytes),
                          [bytes, self = shared_from_this()](std::error_code, std::size_t) {});
    }

    tern::testing::memory_stream stream;

private:
    [[nodiscard]] connection_record& record() { return records_[number_ - 1]; }

    void answer_packets()
    {
        for (;;)
        {
            const tern::wire::frame_result found = tern::wire::next_frame(input_, tern::wire::maximum_packet_size);
            if (found.status != tern::wire::frame_status::complete || !stream.is_open())
            {
                return;
            }
            record().packets.push_back(to_hex(std::string_view(input_).substr(0, found.frame.size)));
            input_.erase(0, found.frame.size);
            const answer done = behaviour_(number_, record().packets.back());
            if (!done.packets.empty())
            {
                send(done.packets);
            }
            if (done.close)
            {
                stream.close();
            }
        }
    }

    std::size_t number_;
    const answering& behaviour_;
    std::vector<connection_record>& records_;
    std::string input_;
    std::array<char, 4096> block_{};
};

} // namespace

struct client_run::parts final : tern::testing::memory_listener, tern::observer
{
    parts(answering behaviour, const tern::client_limits& limits)
        : behaviour_(std::move(behaviour)), client(std::in_place, context, limits)
    {
        (void)tern::testing::memory_network::of(context.get_executor()).bind("server", *this);
        client->on_event([this](const tern::client_event& event) { events.push_back(event); });
        client->set_observer(this);
    }

    ~parts()
    {
        streams.clear();
        client.reset();
        tern_test::settle(context);
        tern::testing::memory_network::of(context.get_executor()).unbind("server");
    }

    std::error_code accept(tern::testing::memory_stream& stream) override
    {
        records.emplace_back();
        newest = std::make_shared<served_connection>(context.get_executor(), records.size(), behaviour_, records);
        tern::testing::memory_link().join(stream, newest->stream);
        newest->read();
        return {};
    }

    void packet_sent(tern::protocol_version, std::string_view) noexcept override {}
    void state_changed(tern::connection_state) noexcept override {}
    void packet_received(tern::protocol_version, std::string_view packet) noexcept override
    {
        if (watch)
        {
            watch(packet);
        }
    }

    /// A place for how an operation ends, that lives as long as its handler can.
    template <class Result>
    tern_test::outcome<Result>& ending()
    {
        const auto made = std::make_shared<tern_test::outcome<Result>>();
        endings.push_back(made);
        return *made;
    }

    template <class Result>
    std::error_code wait(const tern_test::outcome<Result>& ending)
    {
        const bool ended = tern_test::run_until(context, [&] { return ending.calls != 0; });
        return ended ? ending.error : std::make_error_code(std::errc::timed_out);
    }

    answering behaviour_;
    asio::io_context context{1};
    std::vector<connection_record> records;
    std::vector<tern::client_event> events;
    std::function<void(std::string_view)> watch;
    std::shared_ptr<served_connection> newest;
    std::vector<std::shared_ptr<void>> endings;
    std::vector<tern::subscription> streams;
    std::optional<tern_test::memory_client> client;
};

answer obliging(std::size_t, const std::string& packet)
{
    const std::string bytes = from_hex(packet);
    const auto answered = [](const char* first_bytes, std::string_view identifier) {
        return answer{first_bytes + (" " + to_hex(identifier))};
    };
    const auto identifier_of_publish = [&] {
        const std::size_t topic_size = static_cast<unsigned char>(bytes.at(3));
        return std::string_view(bytes).substr(4 + topic_size, 2);
    };
    switch (static_cast<unsigned char>(bytes.at(0)))
    {
    case 0x10: return {"20 02 00 00"};
    case 0x32: return answered("40 02", identifier_of_publish());
    case 0x34: return answered("50 02", identifier_of_publish());
    case 0x62: return answered("70 02", std::string_view(bytes).substr(2, 2));
    case 0x82: return {"90 03 " + to_hex(std::string_view(bytes).substr(2, 2)) + " 02"};
    case 0xA2: return answered("B0 02", std::string_view(bytes).substr(2, 2));
    case 0xC0: return {"D0 00"};
    default: return {};
    }
}

tern::client_limits short_limits()
{
    tern::client_limits limits = tern_test::quick_limits();
    limits.reconnect.jitter = 0;
    return limits;
}

client_run::client_run(answering behaviour, const tern::client_limits& limits)
    : parts_(std::make_unique<parts>(std::move(behaviour), limits))
{
}

client_run::~client_run() = default;

std::error_code client_run::connect(const tern::connect_options& options)
{
    auto& connected = parts_->ending<tern::connect_result>();
    parts_->client->async_connect("mqtt://server", options, connected.handler());
    return parts_->wait(connected);
}

std::error_code client_run::publish(std::string_view topic, std::string_view payload, tern::qos level)
{
    auto& published = parts_->ending<tern::publish_result>();
    parts_->client->async_publish(topic, payload, {.qos = level}, published.handler());
    return parts_->wait(published);
}

std::error_code client_run::subscribe(std::string_view filter)
{
    auto& subscribed = parts_->ending<tern::subscription>();
    parts_->client->async_subscribe(filter, subscribed.handler());
    const std::error_code error = parts_->wait(subscribed);
    parts_->streams.push_back(std::move(subscribed.result));
    return error;
}

std::error_code client_run::unsubscribe(std::string_view filter)
{
    auto& unsubscribed = parts_->ending<tern::unsubscribe_result>();
    parts_->client->async_unsubscribe(filter, unsubscribed.handler());
    return parts_->wait(unsubscribed);
}

std::error_code client_run::disconnect()
{
    auto& disconnected = parts_->ending<void>();
    parts_->client->async_disconnect(disconnected.handler());
    return parts_->wait(disconnected);
}

void client_run::forget_subscriptions()
{
    parts_->streams.clear();
}

void client_run::on_unmatched(std::function<void(const tern::message_view&)> handler)
{
    parts_->client->on_unmatched(std::move(handler));
}

void client_run::on_packet_received(std::function<void(std::string_view packet)> watch)
{
    parts_->watch = std::move(watch);
}

void client_run::send(std::string_view packets)
{
    parts_->newest->send(packets);
}

void client_run::close()
{
    parts_->newest->stream.close();
}

bool client_run::until(const std::function<bool()>& done)
{
    return tern_test::run_until(parts_->context, done);
}

void client_run::run_for(std::chrono::milliseconds time)
{
    parts_->context.restart();
    parts_->context.run_for(time);
}

const std::vector<connection_record>& client_run::connections() const
{
    return parts_->records;
}

std::vector<std::string> client_run::packets() const
{
    std::vector<std::string> all;
    for (const connection_record& each : parts_->records)
    {
        all.insert(all.end(), each.packets.begin(), each.packets.end());
    }
    return all;
}

const std::vector<tern::client_event>& client_run::events() const
{
    return parts_->events;
}

tern::statistics client_run::stats() const
{
    return parts_->client->stats();
}

namespace
{

template <class Call>
bool refuses(Call call)
{
    client_run run;
    tern::connect_options options;
    options.client_id = "c";
    options.session_expiry = 0s;
    options.protocol = tern::protocol_choice::v3_1_1;
    if (run.connect(options))
    {
        return false;
    }
    const std::error_code error = call(run);
    const std::error_code alive = run.publish("t", "", tern::qos::at_most_once);
    const bool came = run.until([&] { return run.packets().size() == 2; });
    return error == tern::error_kind::usage && !alive && came && run.packets().back() == "30 03 00 01 74";
}

} // namespace

bool refuses_to_publish(std::string_view topic)
{
    bool refused = true;
    for (const tern::qos level : {tern::qos::at_most_once, tern::qos::at_least_once, tern::qos::exactly_once})
    {
        refused = refused && refuses([&](client_run& run) { return run.publish(topic, "x", level); });
    }
    return refused;
}

bool refuses_to_subscribe(std::string_view filter)
{
    return refuses([&](client_run& run) { return run.subscribe(filter); });
}

bool refuses_to_unsubscribe(std::string_view filter)
{
    return refuses([&](client_run& run) { return run.unsubscribe(filter); });
}

bool converses_over_tcp()
{
    asio::io_context context{1};
    tern::testing::tcp_broker broker(context);
    if (broker.listen())
    {
        return false;
    }
    tern::basic_client<tern::tcp_transport> client(context, short_limits());
    std::string received;
    const auto registered =
        client.on_message("t", [&](const tern::message_view& message) { received = message.payload_text(); });
    tern_test::outcome<tern::connect_result> connected;
    tern_test::outcome<tern::publish_result> published;
    tern_test::outcome<void> disconnected;
    tern::connect_options options;
    options.protocol = tern::protocol_choice::v3_1_1;
    client.async_connect("mqtt://127.0.0.1:" + std::to_string(broker.port()), options, connected.handler());
    client.async_publish("t", "over TCP", {.qos = tern::qos::exactly_once}, published.handler());
    const bool came = tern_test::run_until(context, [&] { return !received.empty() && published.calls != 0; });
    client.async_disconnect(disconnected.handler());
    const bool ended = tern_test::run_until(context, [&] { return disconnected.calls != 0; });
    return came && ended && !connected.error && !published.error && received == "over TCP" &&
           connected.result.version == tern::protocol_version::v3_1_1;
}

} // namespace conformance_3_1_1
