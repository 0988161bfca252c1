// SPDX-License-Identifier: BSL-1.0
#include "tern/client/message.hpp"

#include "support/catch.hpp"

#include <memory>
#include <string>
#include <thread>
#include <type_traits>
#include <utility>
#include <vector>

using namespace std::string_view_literals;
using tern::message;
using tern::message_pool;

static_assert(sizeof(message) == sizeof(void*));
static_assert(std::is_nothrow_move_constructible_v<message> && std::is_nothrow_move_assignable_v<message>);
static_assert(!std::is_copy_constructible_v<message>);

namespace
{

struct recorder final : tern::acknowledgement_target
{
    void acknowledge(tern::acknowledgement_token token, tern::reason_code reason) override
    {
        calls.emplace_back(token, reason);
    }

    std::vector<std::pair<tern::acknowledgement_token, tern::reason_code>> calls;
};

tern::message_view sample()
{
    tern::message_view view;
    view.topic = "a/b";
    view.payload = "payload"sv;
    view.qos = tern::qos::at_least_once;
    view.retain = true;
    view.properties.content_type = "text/plain"sv;
    return view;
}

} // namespace

TEST_CASE("a message owns what it was made from", "[client_message]")
{
    message_pool pool;
    std::string topic = "a/b";
    tern::message_view view = sample();
    view.topic = topic;
    message kept(pool, view);
    topic = "xxx";
    REQUIRE(kept);
    CHECK(kept.topic() == "a/b");
    CHECK(kept.payload_text() == "payload");
    CHECK(kept.payload().size() == 7);
    CHECK(kept.qos() == tern::qos::at_least_once);
    CHECK(kept.retain());
    CHECK(!kept.duplicate());
    CHECK(kept.properties().content_type == "text/plain"sv);
    CHECK(kept.memory_size() >= 3 + 7 + 10);

    const std::string_view before = kept.topic();
    message moved = std::move(kept);
    CHECK(!kept);
    CHECK(moved.topic().data() == before.data()); // views stay valid
    CHECK(kept.topic().empty());
    CHECK(kept.payload().empty());
    CHECK(kept.memory_size() == 0);
}

TEST_CASE("no message is an empty one", "[client_message]")
{
    message none;
    CHECK(!none);
    CHECK(none.topic().empty());
    CHECK(none.qos() == tern::qos::at_most_once);
    none.acknowledge();
    CHECK(none.view().topic.empty());
}

TEST_CASE("memory of destroyed messages is used again", "[client_message]")
{
    message_pool pool;
    const char* place = nullptr;
    for (int i = 0; i < 10; ++i)
    {
        const message one(pool, sample());
        CHECK((place == nullptr || place == one.topic().data()));
        place = one.topic().data();
    }
}

TEST_CASE("assigning destroys what was there", "[client_message]")
{
    message_pool pool;
    message first(pool, sample());
    const char* place = first.topic().data();
    tern::message_view view = sample();
    view.topic = "other";
    first = message(pool, view);
    CHECK(first.topic() == "other");
    const message reuses(pool, view);
    CHECK(reuses.topic().data() == place);
}

TEST_CASE("acknowledging tells the target once", "[client_message]")
{
    const auto target = std::make_shared<recorder>();
    message_pool pool(target);
    message kept(pool, sample(), {4, 2});
    message moved = std::move(kept);
    kept.acknowledge();
    CHECK(target->calls.empty());
    moved.acknowledge(tern::reason_code::quota_exceeded);
    moved.acknowledge();
    REQUIRE(target->calls.size() == 1);
    CHECK(target->calls[0].first == tern::acknowledgement_token{4, 2});
    CHECK(target->calls[0].second == tern::reason_code::quota_exceeded);

    message automatic(pool, sample());
    automatic.acknowledge();
    CHECK(target->calls.size() == 1);
    {
        const message dropped(pool, sample(), {5, 1});
    }
    CHECK(target->calls.size() == 1); // destroyed unacknowledged it stays so
}

TEST_CASE("a message may outlive client and pool, and end on another thread", "[client_message]")
{
    auto target = std::make_shared<recorder>();
    auto pool = std::make_unique<message_pool>();
    pool->set_target(target);
    message kept(*pool, sample(), {1, 1});
    pool.reset();
    target.reset();
    std::thread([kept = std::move(kept)]() mutable {
        CHECK(kept.topic() == "a/b");
        kept.acknowledge();
    }).join();
}

TEST_CASE("acknowledging from another thread reaches the target", "[client_message]")
{
    const auto target = std::make_shared<recorder>();
    message_pool pool(target);
    std::thread([kept = message(pool, sample(), {1, 7})]() mutable { kept.acknowledge(); }).join();
    REQUIRE(target->calls.size() == 1);
    CHECK(target->calls[0].first == tern::acknowledgement_token{1, 7});
}
