// SPDX-License-Identifier: BSL-1.0
#include "tern/client/consumer.hpp"

#include "support/catch.hpp"
#include "tern/client/message_pool.hpp"

#include <asio/any_io_executor.hpp>

#include <memory>
#include <string>
#include <utility>

namespace
{

using namespace tern::detail;

struct nothing
{};

struct takes_view
{
    void operator()(const tern::message_view& view) { seen += view.topic; }
    std::string& seen;
};

struct takes_both
{
    void operator()(const tern::message_view& view, tern::acknowledger acknowledge)
    {
        seen += view.topic;
        acknowledge(tern::reason_code::quota_exceeded);
    }
    std::string& seen;
    std::unique_ptr<int> unique = nullptr; // it need not be copyable
};

static_assert(message_handler<takes_view> && message_handler<takes_both>);
static_assert(message_handler<void (*)(tern::message_view)>);
static_assert(!message_handler<nothing> && !message_handler<void (*)(tern::message)>);
static_assert(!message_handler<void (*)(std::string)>);

struct target final : tern::acknowledgement_target
{
    void acknowledge(tern::acknowledgement_token, tern::reason_code reason) override { told = reason; }
    tern::reason_code told = tern::reason_code::success;
};

} // namespace

TEST_CASE("a handler is called with what it takes", "[consumer]")
{
    std::string seen;
    const auto who = std::make_shared<target>();
    const tern::acknowledger acknowledge(who, {1, 1});
    typed_message_sink<takes_view> plain(takes_view{seen});
    message_sink& first = plain;
    CHECK_FALSE(first.wants_acknowledger());
    first.call({.topic = "a"}, acknowledge);
    CHECK(seen == "a");
    CHECK(who->told == tern::reason_code::success);

    typed_message_sink<takes_both> both(takes_both{seen});
    message_sink& second = both;
    CHECK(second.wants_acknowledger());
    second.call({.topic = "b"}, acknowledge);
    CHECK(seen == "ab");
    CHECK(who->told == tern::reason_code::quota_exceeded);
}

TEST_CASE("a subscription begins unanswered and empty", "[consumer]")
{
    const auto made = std::make_shared<consumer>(std::weak_ptr<client_core>(), asio::any_io_executor());
    CHECK(made->client() == nullptr);
    CHECK(made->state == consumer::phase::requested);
    CHECK(made->result().reasons.empty());
    CHECK(made->identifier() == 0);
    CHECK(made->buffered() == 0);
    CHECK_FALSE(made->receiver);
}

TEST_CASE("its handles see its answer and how many messages wait", "[consumer]")
{
    const auto made = std::make_shared<consumer>(std::weak_ptr<client_core>(), asio::any_io_executor());
    made->answer.reasons = {tern::reason_code::granted_qos_1};
    made->subscription_identifier = 5;
    tern::message_pool pool;
    made->queue.push({tern::message(pool, {.topic = "a", .payload = "first"}), {1, 1}, 100, false});
    made->queue.push({tern::message(pool, {.topic = "a", .payload = "second"}), {}, 200, true});
    CHECK(made->identifier() == 5);
    CHECK(made->result().reasons.at(0) == tern::reason_code::granted_qos_1);
    CHECK(made->buffered() == 2);
    const queued_message oldest = made->queue.pop();
    CHECK(oldest.content.payload_text() == "first");
    CHECK(made->on_taken(oldest.which) == taking{1, 1});
    made->ack = tern::acknowledgement::manual;
    CHECK_FALSE(made->on_taken(oldest.which).needed());
    CHECK(oldest.size == 100);
    CHECK(made->buffered() == 1);
}
