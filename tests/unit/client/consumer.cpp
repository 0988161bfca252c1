// SPDX-License-Identifier: BSL-1.0

#include "tern/client/consumer.hpp"

#include "support/catch.hpp"
#include "tern/client/stream_initiations.hpp"

#include <asio/io_context.hpp>

#include <memory>
#include <string>

using namespace tern::detail;

static_assert(message_handler<void (*)(const tern::message_view&)>);
static_assert(message_handler<void (*)(const tern::message_view&, tern::acknowledger)>);
static_assert(!message_handler<void (*)(int)>);

TEST_CASE("a handler gets the view, and an acknowledger if it wants one")
{
    std::string seen;
    const auto plain = [&](const tern::message_view& view) { seen += view.topic; };
    const auto manual = [&](const tern::message_view& view, const tern::acknowledger& acknowledge) {
        seen += acknowledge ? "+" : "-";
        seen += view.topic;
    };
    tern::message_view view;
    view.topic = "a";
    typed_message_sink first(plain);
    typed_message_sink second(manual);
    CHECK_FALSE(first.wants_acknowledger());
    CHECK(second.wants_acknowledger());
    first.call(view, {});
    second.call(view, {});
    second.call(view, tern::acknowledger({}, {1, 1}));
    CHECK(seen == "a-a+a");
}

TEST_CASE("a consumer without a client has nobody to tell")
{
    asio::io_context context;
    const auto made = std::make_shared<consumer>(std::weak_ptr<client_core>(), context.get_executor());
    CHECK(made->client() == nullptr);
    CHECK(made->executor() == asio::any_io_executor(context.get_executor()));
    CHECK(made->state == consumer::phase::requested);
    CHECK(made->buffered() == 0);
    made->taken({1, 1});
    made->release_handle();
    CHECK(made->result().reasons.empty());
}
